"""The arrays of variables: who sees a change of `x.data` and of `x.grad.data`, and who does not.

A computation uses what is in the array when it runs. A graph keeps the values it was computed
with: there DeZero, which reads the array again in backward, would mix the old with the new.
"""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import dezero
import dezero.functions as F
from dezero import Function, Parameter, Variable

# Reading


def test_data_is_the_array_that_was_given():
    array = np.array([1.0, 2.0])
    x = Variable(array)
    assert x.data is array
    assert x.data is x.data


def test_a_view_stays_a_view():
    array = np.arange(6.0).reshape(2, 3)
    for view in [array.T, array[:, ::-1], array[1], array[::2, 1:]]:
        x = Variable(view)
        assert x.data is view
        assert np.array_equal((x * 2.0).data, view * 2.0)


def test_attributes_of_the_array():
    x = Variable(np.zeros((2, 3), dtype=np.float32))
    assert (x.shape, x.ndim, x.size, x.dtype, len(x)) == ((2, 3), 2, 6, np.float32, 2)
    assert isinstance(x.shape, tuple)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.bool_])
def test_native_dtypes_are_kept(dtype):
    array = np.array([0, 1, 1], dtype=dtype)
    x = Variable(array)
    assert x.data is array
    assert x.dtype == dtype
    assert x.reshape(3, 1).dtype == dtype


def test_text_is_that_of_the_array():
    random = np.random.default_rng(0)
    for array in [
        random.standard_normal((3, 4)),
        random.standard_normal((2, 2, 2)),
        np.arange(2000.0),
        np.array([1e-10, 1.0, 1e10]),
        np.array([np.nan, np.inf, -np.inf]),
        np.array([True, False]),
        np.array([], dtype=np.float32),
        np.array(0.1, dtype=np.float32),
        np.array(1e22),
    ]:
        expected = str(array).replace("\n", "\n" + " " * len("variable("))
        assert str(Variable(array)) == repr(Variable(array)) == f"variable({expected})"
        assert str(Variable(array).reshape(array.shape)) == f"variable({expected})"


def test_printing_options_of_numpy_hold():
    x = Variable(np.array([1 / 3, 2 / 3]))
    with np.printoptions(precision=3):
        assert str(x) == "variable([0.333 0.667])"
        assert str(x * 1.0) == "variable([0.333 0.667])"


# Writing


def test_in_place_steps():
    x = Variable(np.array([1.0, 2.0]))
    array = x.data
    F.sum(x**2).backward()
    x.data -= 0.25 * x.grad.data
    assert x.data is array
    assert array.tolist() == [0.5, 1.0]
    assert (x * 1.0).data.tolist() == [0.5, 1.0]


def test_an_element_or_a_row_is_set():
    x = Variable(np.zeros((2, 2)))
    x.data[0, 1] = 5.0
    row = x.data[1]
    row[...] = [7.0, 8.0]
    assert (x + 0.0).data.tolist() == [[0.0, 5.0], [7.0, 8.0]]


def test_a_scalar_is_written_in_place():
    x = Variable(np.array(1.0))
    x.data[...] = 3.0
    assert x.data.shape == ()
    assert (x * 2.0).data == 6.0
    x.data += 1.0
    assert str(x) == "variable(4.0)"
    x.data[()] = 9.0
    assert (x * 2.0).data == 18.0


def test_other_data_may_have_another_shape_and_dtype():
    x = Variable(np.array(1.0))
    array = np.array([1.0, 2.0, 3.0], dtype=np.float32)
    x.data = array
    assert x.data is array
    assert (x.shape, x.dtype) == ((3,), np.float32)
    y = F.sum(x)
    y.backward()
    assert x.grad.shape == (3,)


def test_data_may_come_later_or_go():
    x = Variable(None, "x")
    assert str(x) == "variable(None)"
    x.data = np.array([1.0, 2.0])
    assert x.name == "x"
    assert (x * 2.0).data.tolist() == [2.0, 4.0]
    x.data = None
    assert (str(x), x.name) == ("variable(None)", "x")
    x.data = np.array(3.0)
    y = x * x
    y.backward()
    assert x.grad.data == 6.0


def test_a_numpy_scalar_is_data_as_arithmetic_makes_it_of_an_array_without_axes():
    x = Variable(np.array(1.0))
    x.data = x.data - 0.25
    assert x.data == 0.75
    assert x.shape == ()
    assert str(x) == "variable(0.75)"
    y = x * 2.0
    y.backward()
    assert (y.data, x.grad.data) == (1.5, 2.0)


def test_an_array_written_to_elsewhere_is_seen_by_the_next_computation():
    array = np.array([1.0, 2.0])
    x = Variable(array)
    before = x * 10.0
    array[0] = 5.0
    assert (x * 10.0).data.tolist() == [50.0, 20.0]
    assert before.data.tolist() == [10.0, 20.0]


@pytest.mark.parametrize(
    "share",
    [lambda a: a[1:], lambda a: a[::-1], lambda a: a.reshape(2, 3), lambda a: a[:], np.asarray],
)
def test_a_change_of_what_a_view_shows_is_seen_by_the_next_computation(share):
    array = np.zeros(6)
    x = Variable(share(array))
    for step in range(1, 4):
        y = x * 1.0
        assert np.all(y.data == step - 1)
        array += 1.0
        assert np.all((x * 1.0).data == step)
        assert np.all(y.data == step - 1)


def test_a_change_through_a_view_of_the_data_is_seen_by_the_next_computation():
    x = Variable(np.zeros((3, 2))[:, 1])
    row = x.data[1:]
    assert (x * 1.0).data.tolist() == [0.0, 0.0, 0.0]
    row[0] = 5.0
    assert (x * 1.0).data.tolist() == [0.0, 5.0, 0.0]
    row[1] = 7.0
    assert (x * 1.0).data.tolist() == [0.0, 5.0, 7.0]


def test_a_change_of_a_buffer_is_seen_by_the_next_computation():
    buffer = bytearray(np.array([1.0, 2.0]).tobytes())
    x = Variable(np.frombuffer(buffer, dtype=np.float64))
    assert (x * 1.0).data.tolist() == [1.0, 2.0]
    buffer[:8] = np.array(9.0).tobytes()
    assert (x * 1.0).data.tolist() == [9.0, 2.0]


def test_two_variables_of_one_array():
    array = np.array([1.0, 2.0])
    x0, x1 = Variable(array), Variable(array)
    x0.data[0] = 4.0
    assert (x1 * 1.0).data.tolist() == [4.0, 2.0]


@pytest.mark.parametrize("shape", [(), (1,), (5,), (100, 100)])
@pytest.mark.parametrize("how", ["in place", "elsewhere", "replaced", "element"])
def test_a_graph_keeps_the_values_it_was_computed_with(shape, how):
    array = np.full(shape, 3.0)
    x = Variable(array)
    y = x * x * x
    if how == "in place":
        x.data -= 1.0
    elif how == "elsewhere":
        array[...] = 2.0
    elif how == "replaced":
        x.data = np.full(shape, 2.0)
    else:
        x.data[(0,) * len(shape)] = 2.0
    y.backward()
    assert np.all(y.data == 27.0)
    assert np.all(x.grad.data == 27.0)
    x.cleargrad()
    (x * x).backward()
    assert np.any(x.grad.data == 4.0)


def test_a_graph_keeps_its_values_to_the_second_derivative():
    x = Variable(np.array(3.0))
    y = x**3
    y.backward(create_graph=True)
    x.data[...] = 100.0
    gx = x.grad
    x.cleargrad()
    gx.backward()
    assert gx.data == 27.0
    assert x.grad.data == 18.0


def test_a_graph_keeps_an_array_that_is_no_variable():
    x, array = Variable(np.array([1.0, 2.0])), np.array([10.0, 20.0])
    y = x * array
    array[...] = 0.0
    y.backward()
    assert x.grad.data.tolist() == [10.0, 20.0]


def test_results_share_no_memory_with_arguments():
    array = np.arange(6.0).reshape(2, 3)
    x = Variable(array)
    for y in [x.reshape(3, 2), x.T, x[0], x[:, 1:], F.broadcast_to(x, (2, 2, 3)), x + 0.0]:
        before = y.data.copy()
        array += 1.0
        assert np.array_equal(y.data, before)


def test_a_result_is_read_only():
    x = Variable(np.array([1.0, 2.0]))
    for y in [x * 2.0, x[0], F.sum(x), x.reshape(2, 1)]:
        assert not y.data.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            y.data[...] = 0.0
        with pytest.raises(ValueError, match="read-only"):
            y.data += 1.0


def test_a_read_only_array_is_data():
    array = np.broadcast_to(np.array([1.0, 2.0]), (3, 2))
    x = Variable(array)
    y = F.sum(x * x)
    y.backward()
    assert y.data == 15.0
    assert x.grad.data.tolist() == [[2.0, 4.0]] * 3


def test_a_users_function_cannot_change_its_arguments_unseen():
    class Doubling(Function):
        def forward(self, x):
            try:
                x *= 2.0
            except ValueError:
                x = x * 2.0
            return x

        def backward(self, gy):
            return gy * 2.0

    t = Variable(np.array([1.0, 2.0])) * 3.0
    y = Doubling()(t)
    assert y.data.tolist() == [6.0, 12.0]
    assert t.data.tolist() == [3.0, 6.0]


# Gradients


def test_a_gradient_changed_in_place_is_added_to():
    x = Variable(np.array([1.0, 2.0]))
    F.sum(x * 2.0).backward()
    g = x.grad
    x.grad.data *= 0.5
    assert x.grad is g
    assert x.grad.data.tolist() == [1.0, 1.0]
    assert str(x.grad) == "variable([1. 1.])"
    F.sum(x * 2.0).backward()
    assert x.grad.data.tolist() == [3.0, 3.0]


def test_a_scalar_gradient_changed_in_place_is_added_to():
    x = Variable(np.array(1.0))
    (x * 2.0).backward()
    x.grad.data *= 0.5
    assert x.grad.data == 1.0
    (x * 2.0).backward()
    assert x.grad.data == 3.0


def test_the_data_of_a_gradient_is_replaced():
    p = Parameter(np.array([3.0, 4.0]))
    F.sum(p * p).backward()
    rate = 1.0 / np.sqrt((p.grad.data**2).sum())
    p.grad.data = p.grad.data * rate
    assert p.grad.data.tolist() == pytest.approx([0.6, 0.8])
    p.data -= p.grad.data
    assert p.data.tolist() == pytest.approx([2.4, 3.2])


def test_a_gradient_set_to_zero_stays_until_it_is_cleared():
    x = Variable(np.array(1.0))
    (x * 2.0).backward()
    x.grad.data[...] = 0.0
    (x * 5.0).backward()
    assert x.grad.data == 5.0


def test_a_gradient_that_was_used_keeps_its_value_in_the_graph():
    x = Variable(np.array(3.0))
    (x**2).backward(create_graph=True)
    z = x.grad * x.grad
    assert z.data == 36.0
    x.cleargrad()
    z.backward()
    assert x.grad.data == 24.0


# Against NumPy, whatever the shapes

AT_LEISURE = settings(deadline=None, database=None)
VALUES = arrays.arrays(
    np.float64,
    arrays.array_shapes(max_dims=3, max_side=4),
    elements=st.floats(-1e3, 1e3, width=32),
)


@AT_LEISURE
@given(VALUES, st.data())
def test_an_index_gives_what_numpy_gives_and_its_gradient_counts_uses(array, data):
    index = data.draw(arrays.basic_indices(array.shape, allow_newaxis=True))
    x = Variable(array)
    y = x[index]
    assert np.array_equal(y.data, array[index])
    counts = np.zeros_like(array)
    np.add.at(counts, index, 1.0)
    if y.size:
        y.backward()
        assert np.array_equal(x.grad.data, counts)


@AT_LEISURE
@given(arrays.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3), st.data())
def test_operators_broadcast_as_numpy_does_and_gradients_come_back_in_shape(shapes, data):
    elements = st.floats(0.5, 8.0, width=32)
    first, second = (data.draw(arrays.arrays(np.float64, shape, elements=elements)) for shape in shapes.input_shapes)
    x0, x1 = Variable(first), Variable(second)
    for y, expected in [
        (x0 + x1, first + second),
        (x0 - x1, first - second),
        (x0 * x1, first * second),
        (x0 / x1, first / second),
    ]:
        assert y.shape == shapes.result_shape
        assert np.array_equal(y.data, expected)
    y = x0 * x1
    y.backward()
    assert x0.grad.shape == first.shape and x1.grad.shape == second.shape
    ones = np.ones(shapes.result_shape)
    assert np.sum(x0.grad.data * first) == pytest.approx(np.sum(first * second * ones))
    assert np.sum(x1.grad.data * second) == pytest.approx(np.sum(first * second * ones))


def test_programs_and_polynomials_are_pickled():
    program = dezero.compile(lambda x: F.sin(x) * x, np.array(1.0)).program.grad()
    polynomial = dezero.taylor(F.sin, 0.5, 5)
    for again in (lambda it: pickle.loads(pickle.dumps(it)), copy.copy, copy.deepcopy):
        assert again(program)(2.0) == program(2.0) and str(again(program)) == str(program)
        other = again(polynomial)
        assert other(2.0) == polynomial(2.0) and str(other) == str(polynomial)
        assert (other.around, other.coefficients) == (0.5, polynomial.coefficients)
