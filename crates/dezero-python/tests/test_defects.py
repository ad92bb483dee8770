"""Where DeZero 0.0.13 is wrong, and what is right: this package has its names, not its defects."""

import numpy as np
import pytest
from dot_text import parse

import dezero.functions as F
from dezero import Function, Variable
from dezero.utils import _dot_var, get_dot_graph, plot_dot_graph


def scalar(value, name=None):
    return Variable(np.array(value), name)


def slopes_by_differences(f, array, step=1e-6):
    """The gradient of sum(f(array)), element by element."""
    slopes = np.empty_like(array)
    for index in np.ndindex(array.shape):
        above, below = array.copy(), array.copy()
        above[index] += step
        below[index] -= step
        difference = f(Variable(above)).data - f(Variable(below)).data
        slopes[index] = np.sum(difference) / (2 * step)
    return slopes


# backward


@pytest.mark.parametrize("shape", [(), (3,), (2, 3)])
def test_backward_of_a_variable_without_history_gives_ones(shape):
    x = Variable(np.full(shape, 5.0))
    x.backward()
    assert x.grad.shape == shape
    assert np.all(x.grad.data == 1)


class SumAndProduct(Function):
    def forward(self, x0, x1):
        return x0 + x1, x0 * x1

    def backward(self, gsum, gproduct):
        x0, x1 = self.inputs
        return gsum + gproduct * x1, gsum + gproduct * x0


def test_a_result_that_is_held_but_not_used_has_gradient_zero():
    x0, x1 = scalar(2.0), scalar(3.0)
    total, product = SumAndProduct()(x0, x1)
    total.backward()
    assert (x0.grad.data, x1.grad.data) == (1, 1)
    assert product.data == 6


@pytest.mark.parametrize(("kept", "expected"), [(0, (1, 1)), (1, (3, 2))])
def test_a_result_that_is_dropped_has_gradient_zero(kept, expected):
    x0, x1 = scalar(2.0), scalar(3.0)
    y = SumAndProduct()(x0, x1)[kept]
    y.backward(create_graph=True)
    assert (x0.grad.data, x1.grad.data) == expected


def test_a_dropped_result_can_be_asked_for_in_backward():
    class ExpAndSquare(Function):
        def forward(self, x):
            return np.exp(x), x**2

        def backward(self, gexp, gsquare):
            (x,) = self.inputs
            return gexp * self.outputs[0]() + gsquare * 2 * x

    x = scalar(1.5)
    _, square = ExpAndSquare()(x)
    del _
    square.backward()
    assert x.grad.data == 3.0


def test_a_function_object_may_be_called_twice():
    class Square(Function):
        def forward(self, x):
            return x**2

        def backward(self, gy):
            return 2 * self.inputs[0] * gy

    square = Square()
    x = scalar(3.0)
    y = square(square(x))
    y.backward()
    assert x.grad.data == 4 * 3.0**3


@pytest.mark.parametrize(
    "combine",
    [lambda a, b: a + b, lambda a, b: a - b, F.add, lambda a, b: F.reshape(a, (2,)) + b],
)
def test_the_gradients_of_two_variables_are_two_objects(combine):
    x0, x1 = Variable(np.ones(2)), Variable(np.ones(2))
    y = combine(x0, x1)
    y.backward(retain_grad=True)
    assert x0.grad is not x1.grad
    assert x0.grad is not y.grad
    before = x1.grad.data.copy()
    x0.grad.data[...] = 7.0
    x0.grad.data += 1.0
    assert np.all(x1.grad.data == before)
    assert np.all(y.grad.data == 1)
    assert np.all(x0.grad.data == 8.0)


def test_a_gradient_is_not_the_one_that_was_handed_in():
    x0, x1 = Variable(np.ones(2)), Variable(np.ones(2))
    y = x0 + x1
    y.grad = Variable(np.array([1.0, 2.0]))
    y.backward(retain_grad=True)
    x0.grad.data *= 10.0
    assert y.grad.data.tolist() == [1.0, 2.0]
    assert x1.grad.data.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(("power", "orders"), [(1, 3), (2, 4), (3, 5), (2.0, 4)])
def test_the_derivatives_of_a_power_end_in_zero_at_zero(power, orders):
    x = scalar(0.0)
    y = x**power
    y.backward(create_graph=True)
    for order in range(1, orders + 1):
        gx = x.grad
        expected = float(np.prod(range(1, order + 1))) if order == power else 0.0
        assert gx.data == expected, f"derivative {order} of x**{power} at 0"
        x.cleargrad()
        gx.backward(create_graph=True)


# Functions of arrays


@pytest.mark.parametrize("function", [F.max, F.min])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [None, 0, 1, 2, -1, -2, -3, (0, 2), (-1, 0), (0, 1, 2)])
def test_max_and_min_send_the_gradient_to_where_the_value_is(function, axis, keepdims):
    array = np.random.default_rng(1).permutation(24).reshape(2, 3, 4) / 8.0
    x = Variable(array)
    y = function(x, axis=axis, keepdims=keepdims)
    reduce = np.max if function is F.max else np.min
    extreme = reduce(array, axis=axis, keepdims=True)
    assert np.array_equal(y.data, reduce(array, axis=axis, keepdims=keepdims))
    y.backward()
    assert np.array_equal(x.grad.data, (array == extreme).astype(float))


def test_max_shares_the_gradient_among_ties():
    x = Variable(np.array([1.0, 3.0, 3.0]))
    F.max(x).backward()
    assert x.grad.data.tolist() == [0.0, 0.5, 0.5]


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
def test_expand_dims_counts_negative_axes_from_the_new_end(axis):
    array = np.arange(6.0).reshape(2, 3)
    x = Variable(array)
    y = F.expand_dims(x, axis)
    assert y.shape == np.expand_dims(array, axis).shape
    weights = np.arange(6.0).reshape(y.shape)
    (y * weights).backward()
    assert np.array_equal(x.grad.data, np.arange(6.0).reshape(2, 3))


@pytest.mark.parametrize("axis", [3, -4])
def test_expand_dims_has_no_axis_past_the_end(axis):
    with pytest.raises((IndexError, ValueError)):
        F.expand_dims(Variable(np.ones((2, 3))), axis)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((3,), (3,)),
        ((3,), (3, 2)),
        ((2, 3), (3,)),
        ((2, 3), (3, 4)),
        ((2, 2, 3), (3, 4)),
        ((2, 2, 3), (3,)),
        ((2, 2, 3), (2, 3, 4)),
    ],
)
def test_matmul_has_right_gradients_in_any_number_of_dimensions(left, right):
    random = np.random.default_rng(2)
    a, b = random.standard_normal(left), random.standard_normal(right)
    x, w = Variable(a), Variable(b)
    y = F.matmul(x, w)
    weights = random.standard_normal(y.shape)
    (y * weights).backward()
    expected_x = slopes_by_differences(lambda x: F.matmul(x, Variable(b)) * weights, a)
    expected_w = slopes_by_differences(lambda w: F.matmul(Variable(a), w) * weights, b)
    assert x.grad.shape == left and w.grad.shape == right
    np.testing.assert_allclose(x.grad.data, expected_x, atol=1e-8)
    np.testing.assert_allclose(w.grad.data, expected_w, atol=1e-8)


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [(0, 1), (0, 2), (1, 2), (-1, 0), (0, 1, 2), (1,), (), -1, None])
def test_sum_over_several_axes(axis, keepdims):
    array = np.random.default_rng(3).standard_normal((2, 3, 4))
    x = Variable(array)
    y = F.sum(x, axis=axis, keepdims=keepdims)
    expected = array.sum(axis=axis, keepdims=keepdims)
    np.testing.assert_allclose(y.data, expected, rtol=1e-14)
    weights = np.arange(1.0, expected.size + 1).reshape(expected.shape)
    (y * weights).backward()
    spread = weights if keepdims else weights.reshape(array.sum(axis=axis, keepdims=True).shape)
    assert np.array_equal(x.grad.data, np.broadcast_to(spread, array.shape))


def test_transpose_takes_none_for_the_reverse_order():
    x = Variable(np.ones((2, 3, 4)))
    assert x.transpose(None).shape == (4, 3, 2)
    assert x.transpose((1, 0, 2)).shape == x.transpose(1, 0, 2).shape == (3, 2, 4)


# Corners


def test_clip_has_slope_one_from_bound_to_bound_and_zero_outside():
    x = Variable(np.array([-1.5, -1.0, 0.0, 1.0, 1.5]))
    y = F.clip(x, -1.0, 1.0)
    assert y.data.tolist() == [-1.0, -1.0, 0.0, 1.0, 1.0]
    y.backward()
    assert x.grad.data.tolist() == [0.0, 1.0, 1.0, 1.0, 0.0]


def test_relu_has_slope_zero_at_the_corner():
    x = Variable(np.array([-1.0, 0.0, 2.0]))
    F.relu(x).backward()
    assert x.grad.data.tolist() == [0.0, 0.0, 1.0]


@pytest.mark.parametrize("function", [F.relu, lambda x: F.clip(x, 0.0, 9.0)])
def test_what_is_not_chosen_gets_zero_whatever_the_gradient(function):
    x = Variable(np.array([-1.0, 4.0]))
    y = function(x)
    y.grad = Variable(np.full(y.shape, np.inf))
    y.backward()
    assert x.grad.data.tolist() == [0.0, np.inf]


# dtype

LIKE_A_NUMBER = [2.0, 2, True, np.float32(2.0)]
OPERATORS = [
    lambda x, c: x + c,
    lambda x, c: c + x,
    lambda x, c: x - c,
    lambda x, c: c - x,
    lambda x, c: x * c,
    lambda x, c: c * x,
    lambda x, c: x / c,
    lambda x, c: c / x,
]


@pytest.mark.parametrize("number", LIKE_A_NUMBER, ids=lambda number: type(number).__name__)
@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("shape", [(), (3,)])
def test_float32_stays_float32_beside_a_number(operator, number, shape):
    x = Variable(np.full(shape, 3.0, dtype=np.float32))
    y = operator(x, number)
    assert y.dtype == np.float32
    assert y.shape == shape
    y.backward()
    assert x.grad.dtype == np.float32
    assert x.grad.data.dtype == np.float32


@pytest.mark.parametrize(
    "function",
    [
        F.sin,
        F.cos,
        F.tanh,
        F.exp,
        F.log,
        F.sigmoid,
        F.relu,
        F.leaky_relu,
        F.softmax,
        F.log_softmax,
        F.sum,
        F.max,
        lambda x: x**2,
        lambda x: x**0.5,
        lambda x: F.clip(x, 0.0, 1.0),
        lambda x: F.mean_squared_error(x, Variable(np.ones((2, 2), dtype=np.float32))),
        lambda x: F.softmax_cross_entropy(x, Variable(np.array([0, 1]))),
        lambda x: x[0] * 2.0,
        lambda x: F.sigmoid_simple(x),
    ],
)
def test_float32_stays_float32_through_functions_and_their_second_derivative(function):
    x = Variable(np.array([[0.25, 0.5], [1.0, 2.0]], dtype=np.float32))
    y = function(x)
    assert y.dtype == np.float32
    y.backward(create_graph=True)
    gx = x.grad
    assert gx.dtype == np.float32
    x.cleargrad()
    F.sum(gx * gx).backward()
    assert x.grad is None or x.grad.dtype == np.float32


# Graphs as text and picture


def unquoted(label):
    """What a reader of DOT sees for the text between the quotes of a label."""
    text, rest = "", iter(label)
    for character in rest:
        assert character not in '"\n', "the label ends early"
        if character == "\\":
            character = {'"': '"', "\\": "\\", "n": "\n"}[next(rest)]
        text += character
    return text


@pytest.mark.parametrize("name", ['say "x"', "back\\slash", "end\\", "two\nlines", '"];evil [label="', "\\n", "x→y"])
def test_a_name_is_quoted_in_a_label(name):
    line = _dot_var(scalar(1.0, name))
    start = '[label="'
    end = '", color=orange, style=filled]\n'
    assert line.endswith(end)
    assert unquoted(line[line.index(start) + len(start) : -len(end)]) == name

    y = F.sin(scalar(1.0, name))
    variables, functions, edges = parse(get_dot_graph(y, verbose=False))
    assert sorted(unquoted(label) for label in variables.values()) == sorted(["", name])
    assert list(functions.values()) == ["Sin"]
    assert len(edges) == 2


def test_the_graph_of_a_variable_without_history_is_one_node():
    variables, functions, edges = parse(get_dot_graph(scalar(1.0, "x"), verbose=False))
    assert list(variables.values()) == ["x"]
    assert not functions and not edges


@pytest.mark.parametrize(
    "name",
    ["a; touch hacked.png", "a $(touch hacked).png", "a`touch hacked`.png", "a & touch hacked.png"],
)
def test_no_shell_sees_the_name_of_a_picture(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plot_dot_graph(F.sin(scalar(1.0)), to_file=name)
    assert [path.name for path in tmp_path.iterdir()] == ["graphs"]
    made = sorted(path.name for path in (tmp_path / "graphs").iterdir())
    assert made == sorted([name, name.removesuffix(".png") + ".dot"])
    assert (tmp_path / "graphs" / name).read_bytes().startswith(b"\x89PNG")
