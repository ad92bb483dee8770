"""What Python or NumPy could do with an array, and a Variable cannot: it works and is recorded, or the error says what to do."""

import math
import operator

import numpy as np
import pytest

import dezero.functions as F
from dezero import Variable


@pytest.fixture
def x():
    return Variable(np.array([[1.0, -2.0, 3.0], [4.0, 5.0, 6.0]]))


@pytest.mark.parametrize("name", ["mod", "floordiv", "and_", "or_", "xor", "lshift", "rshift"])
def test_operators_that_are_not_recorded(x, name):
    apply = getattr(operator, name)
    for operands in [(x, 2), (2, x), (x, x)]:
        with pytest.raises(TypeError, match="is not recorded; `x.data`"):
            apply(*operands)


def test_functions_that_are_not_recorded(x):
    for apply in (lambda: divmod(x, 2), lambda: divmod(2, x), lambda: ~x):
        with pytest.raises(TypeError, match="is not recorded; `x.data`"):
            apply()


@pytest.mark.parametrize("name", ["lt", "le", "gt", "ge"])
def test_comparisons_say_that_data_is_compared(x, name):
    compare = getattr(operator, name)
    for operands in [(x, 1), (1, x), (x, x)]:
        with pytest.raises(TypeError, match="compare `x.data`"):
            compare(*operands)
    with pytest.raises(TypeError, match="x.data"):
        compare(np.ones(3), x)


def test_equality_is_identity(x):
    y = Variable(x.data)
    assert x == x and x != y and len({x, y}) == 2


def test_elements_are_neither_assigned_nor_deleted(x):
    with pytest.raises(TypeError, match=r"x\.data\[i\] = value"):
        x[0] = 1.0
    with pytest.raises(TypeError, match="not deleted"):
        del x[0]


def test_an_array_is_no_number(x):
    for convert in (float, int, complex, math.sin):
        with pytest.raises(TypeError, match=r"single number, not a Variable of shape \(2, 3\).*x\.data"):
            convert(x)
    for ask in (bool, lambda x: 1 if x else 0, lambda x: not x):
        with pytest.raises(ValueError, match=r"shape \(2, 3\) is neither true nor false.*any\(\)"):
            ask(x)
    one = Variable(np.array(2.5))
    assert (float(one), int(one), bool(one), bool(Variable(np.array([0.0])))) == (2.5, 2, True, False)


def test_numbers_are_rounded(x):
    y = round(x / 4.0)
    assert np.array_equal(y.data, np.round(x.data / 4.0))
    assert abs(x).data.tolist() == np.abs(x.data).tolist()
    with pytest.raises(TypeError, match=r"x\.data\.round"):
        round(x, 1)


def test_an_axis_that_is_not_there(x):
    with pytest.raises(ValueError, match="sum: axis 2 is out of range for 2 dimensions: it may be from -2 to 1"):
        x.sum(axis=2)
    for order in [(0, 5), (0, 0), (0,)]:
        with pytest.raises(ValueError, match="^transpose: "):
            x.transpose(*order)


RECORDED = [
    lambda np_, x: np_.sum(x, 0),
    lambda np_, x: np_.mean(x, axis=1, keepdims=True),
    lambda np_, x: np_.max(x),
    lambda np_, x: np_.amin(x, axis=0),
    lambda np_, x: np_.prod(x, axis=0, dtype=None),
    lambda np_, x: np_.var(x),
    lambda np_, x: np_.std(x, axis=1),
    lambda np_, x: np_.reshape(x, (3, 2)),
    lambda np_, x: np_.ravel(x),
    lambda np_, x: np_.transpose(x, (1, 0)),
    lambda np_, x: np_.squeeze(np_.expand_dims(x, 1)),
    lambda np_, x: np_.broadcast_to(x, (2, 2, 3)),
    lambda np_, x: np_.concatenate([x, x], axis=1),
    lambda np_, x: np_.stack((x, x)),
    lambda np_, x: np_.where(np.arange(3) > 0, x, 0.0),
    lambda np_, x: np_.clip(x, 0.0, 4.0),
    lambda np_, x: np_.cumsum(x),
    lambda np_, x: np_.cumsum(x, axis=1),
    lambda np_, x: np_.round(x),
    lambda np_, x: np_.flip(x, 1),
    lambda np_, x: np_.moveaxis(x, 0, 1),
    lambda np_, x: np_.dot(x, np.arange(3.0)),
    lambda np_, x: np_.dot(np.ones((4, 2)), x),
]


@pytest.mark.parametrize("compute", RECORDED)
def test_numpys_functions_are_recorded(x, compute):
    y = compute(np, x)
    assert isinstance(y, Variable)
    assert np.allclose(y.data, compute(np, x.data), rtol=1e-15)
    y.sum().backward()
    assert x.grad is not None


@pytest.mark.parametrize(
    "compute",
    [
        np.median,
        np.sort,
        np.vstack,
        np.linalg.norm,
        np.diff,
        lambda x: np.tile(x, 2),
        lambda x: np.einsum("ij->i", x),
        lambda x: np.concatenate([x.data, np.copy(x)]),
        lambda x: np.std(x, ddof=1),
        lambda x: np.sum(x, where=x.data > 0),
        lambda x: np.sum(x, dtype=np.float32),
        np.add.reduce,
        lambda x: np.dot(x, np.ones((2, 3, 4))),
    ],
)
def test_what_would_leave_the_record_is_refused(x, compute):
    with pytest.raises(TypeError, match="`x.data` is the array"):
        compute(x)


def test_what_has_no_derivative_is_computed(x, tmp_path):
    assert np.argmax(x) == 5
    assert np.shape(x) == (2, 3) and np.ndim(x) == 2 and np.size(x) == 6
    assert np.allclose(x, x.data) and np.array_equal([x, x], [x.data, x.data]) and not np.all(x.data < 0)
    assert type(np.zeros_like(x)) is np.ndarray and np.count_nonzero(x) == 6
    np.save(tmp_path / "x.npy", x)
    assert np.array_equal(np.load(tmp_path / "x.npy"), x.data)
    assert isinstance(np.asarray(x), np.ndarray)


def test_pictures_are_drawn_of_variables(x):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("Agg")
    row = x[0]
    figure, axes = pyplot.subplots()
    axes.plot(row, F.sin(row))
    axes.bar(row, row)
    axes.quiver(row, row, row, row)
    axes.stackplot(row, row, row)
    axes.hist2d(row, row)
    axes.fill(row, row)
    figure.canvas.draw()
    pyplot.close(figure)
