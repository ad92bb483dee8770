"""Variables of integers, as the book's chapter on tensors has them: what they print, and their derivatives."""

import numpy as np
import pytest

import dezero.functions as F
from dezero import Variable


def integers():
    return Variable(np.array([[1, 2, 3], [4, 5, 6]]))


def test_sums_have_integer_gradients():
    x = Variable(np.array([1, 2, 3, 4, 5, 6]))
    y = F.sum(x)
    y.backward()
    assert str(y) == "variable(21)"
    assert str(x.grad) == "variable([1 1 1 1 1 1])"


@pytest.mark.parametrize(
    "function",
    [
        lambda x: F.reshape(x, (6,)),
        F.transpose,
        lambda x: F.sum(x, axis=0),
        lambda x: F.sum(x, axis=1, keepdims=True),
        lambda x: F.sum_to(x, (1, 3)),
        lambda x: F.broadcast_to(x, (4, 2, 3)).sum(axis=0),
        lambda x: x + x - x,
        lambda x: x * np.array([1, 2, 3]),
        lambda x: F.matmul(x, np.array([[1], [2], [3]])),
    ],
)
def test_gradients_of_integers_are_those_of_floats(function):
    x = integers()
    y = function(x)
    y.backward(retain_grad=True)
    assert y.dtype == x.grad.dtype == np.int64
    z = Variable(x.data.astype(float))
    function(z).backward()
    assert np.array_equal(x.grad.data, z.grad.data)


def test_functions_of_floats_have_float_gradients():
    x = integers()
    F.sin(x).backward()
    assert np.allclose(x.grad.data, np.cos(x.data))
    x.cleargrad()
    y = F.sum(x.astype("float64") * 0.5)
    y.backward()
    assert x.grad.data.tolist() == [[0.5] * 3] * 2


def test_integers_to_every_order():
    x = Variable(np.array(2))
    y = x**4 - 2 * x**2
    y.backward(create_graph=True)
    assert x.grad.data == 24
    gx = x.grad
    x.cleargrad()
    gx.backward()
    assert x.grad.data == 44


def test_a_row_of_two_chosen_twice():
    x = integers()
    y = x[np.array([0, 0, 1])]
    y.backward()
    assert x.grad.data.tolist() == [[2, 2, 2], [1, 1, 1]]
