"""What does not fit is an exception that says why: never a crash, and never a wrong number."""

import copy
import pickle
import re
import subprocess
import sys

import numpy as np
import pytest

import dezero
import dezero.functions as F
from dezero import Config, Function, Parameter, Variable
from dezero.utils import get_dot_graph, plot_dot_graph


def scalar(value, name=None):
    return Variable(np.array(value), name)


class Weight(Parameter):
    """A parameter of its own making."""

    def __init__(self, size):
        super().__init__(np.zeros(size), name="weight")


class Named(Function):
    """A function of the user's, made of two callables."""

    def __init__(self, forward, backward=None):
        self.forward = forward
        if backward is not None:
            self.backward = backward


# What a variable holds


@pytest.mark.parametrize(
    "value",
    [1.0, 3, True, 1j, "text", b"bytes", [1.0, 2.0], [[1.0], [2.0, 3.0]], (1.0,), {}, object()],
)
def test_a_variable_takes_arrays_only(value):
    with pytest.raises(TypeError, match=type(value).__name__):
        Variable(value)


def test_a_numpy_scalar_or_a_variable_is_no_array():
    with pytest.raises(TypeError, match="float64"):
        Variable(np.float64(1.0))
    with pytest.raises(TypeError, match="Variable"):
        Variable(scalar(1.0))


def test_a_variable_takes_data_and_a_name():
    with pytest.raises(TypeError):
        Variable()
    with pytest.raises(TypeError):
        Variable(np.ones(1), "name", "more")
    assert Variable(None).data is None


FOREIGN = [
    np.array([1, "a", None], dtype=object),
    np.array(["a", "b"]),
    np.array([b"a"]),
    np.array([1j]),
    np.array([1], dtype=np.uint64),
    np.array([1], dtype=np.longdouble),
    np.array(["2020-01-01"], dtype="datetime64[D]"),
    np.array([1], dtype="timedelta64[s]"),
    np.zeros(2, dtype=[("a", np.float64)]),
]


@pytest.mark.parametrize("array", FOREIGN, ids=lambda array: str(array.dtype))
def test_an_array_of_a_foreign_dtype_is_a_type_error(array):
    kind = array.dtype.name.split("[")[0].rstrip("0123456789")
    with pytest.raises(TypeError, match=f"(?i){kind}|{re.escape(str(array.dtype))}"):
        Variable(array)
    x = Variable(np.ones(1))
    with pytest.raises(TypeError):
        x.data = array
    assert x.data.tolist() == [1.0]
    with pytest.raises(TypeError):
        x + array


@pytest.mark.parametrize(
    ("given", "held"),
    [
        (np.int8, np.int64),
        (np.uint8, np.int64),
        (np.int16, np.int64),
        (np.uint16, np.int64),
        (np.int32, np.int64),
        (np.uint32, np.int64),
        (np.float16, np.float32),
    ],
)
def test_a_narrow_dtype_is_widened(given, held):
    array = np.array([0, 1, 100], dtype=given)
    x = Variable(array)
    assert x.dtype == held
    assert x.data.dtype == held
    assert (x + 0).data.tolist() == [0, 1, 100]
    assert str(x + 0) == str(Variable(array.astype(held)))


def test_bytes_in_the_other_order_are_the_same_numbers():
    array = np.array([1.0, 2.5]).astype(np.dtype(np.float64).newbyteorder())
    assert (Variable(array) * 2.0).data.tolist() == [2.0, 5.0]


@pytest.mark.parametrize("value", ["text", [1.0], {}, object()])
def test_data_is_set_to_arrays_only(value):
    x = scalar(1.0)
    with pytest.raises(TypeError):
        x.data = value
    assert x.data == 1.0


@pytest.mark.parametrize("value", ["text", [1.0], {}, object()])
def test_grad_is_set_to_variables_only(value):
    x = scalar(1.0)
    with pytest.raises(TypeError):
        x.grad = value
    assert x.grad is None


def test_a_first_gradient_of_another_shape():
    y = scalar(1.0) * 2.0
    with pytest.raises(ValueError, match=r"\(3,\).*\(\)|\(\).*\(3,\)"):
        y.grad = Variable(np.ones(3))
        y.backward()


@pytest.mark.parametrize("dtype", [np.int64, np.bool_, np.float32])
def test_a_first_gradient_of_another_dtype(dtype):
    x = scalar(1.0)
    y = x * 2.0
    try:
        y.grad = Variable(np.array(1, dtype=dtype))
        y.backward()
    except (TypeError, ValueError):
        assert x.grad is None
    else:
        assert x.grad.data == 2.0
        assert x.grad.dtype == np.float64


@pytest.mark.parametrize("name", ["shape", "ndim", "size", "dtype"])
def test_what_the_array_says_cannot_be_set(name):
    with pytest.raises(AttributeError):
        setattr(scalar(1.0), name, 1)


# Operators


@pytest.mark.parametrize("other", ["text", None, [1.0], {}, object(), 1j, np.array(["a"])])
@pytest.mark.parametrize(
    "operator",
    [
        lambda x, c: x + c,
        lambda x, c: c + x,
        lambda x, c: x - c,
        lambda x, c: c - x,
        lambda x, c: x * c,
        lambda x, c: x / c,
        lambda x, c: c / x,
        lambda x, c: x**c,
    ],
)
def test_an_operand_that_is_no_number(operator, other):
    with pytest.raises(TypeError):
        operator(Variable(np.ones(2)), other)


@pytest.mark.parametrize("number", [10**400, -(10**400)])
def test_an_integer_past_all_floats(number):
    with pytest.raises((OverflowError, TypeError)):
        scalar(1.0) + number


@pytest.mark.parametrize("operator", [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / b])
def test_shapes_that_do_not_broadcast(operator):
    with pytest.raises(ValueError, match=r"\(2, ?3\).*\(4,\)|\(4,\).*\(2, ?3\)"):
        operator(Variable(np.ones((2, 3))), Variable(np.ones(4)))
    with pytest.raises(ValueError, match=r"\(2, ?3\).*\(4,\)|\(4,\).*\(2, ?3\)"):
        operator(Variable(np.ones((2, 3))), np.ones(4))


# Functions of arrays


@pytest.mark.parametrize(
    ("compute", "shapes"),
    [
        (lambda x: F.matmul(x, Variable(np.ones((4, 5)))), [(2, 3), (4, 5)]),
        (lambda x: F.reshape(x, (4, 2)), [(2, 3), (4, 2)]),
        (lambda x: x.reshape(5), [(2, 3), (5,)]),
        (lambda x: F.broadcast_to(x, (4, 4)), [(2, 3), (4, 4)]),
        (lambda x: F.sum_to(x, (2, 2)), [(2, 3), (2, 2)]),
        (lambda x: F.mean_squared_error(x, Variable(np.ones((4, 5)))), [(2, 3), (4, 5)]),
        (
            lambda x: F.linear(x, Variable(np.ones((4, 5))), Variable(np.ones(5))),
            [(2, 3), (4, 5)],
        ),
    ],
)
def test_shapes_that_do_not_fit_are_named(compute, shapes):
    with pytest.raises(ValueError) as info:
        compute(Variable(np.ones((2, 3))))
    for shape in shapes:
        assert str(shape) in str(info.value)


@pytest.mark.parametrize("shape", [(-1, -1), (-2, 3), (-1, 4), (7, -1)])
def test_a_shape_that_cannot_be_completed(shape):
    with pytest.raises(ValueError):
        F.reshape(Variable(np.ones((2, 3))), shape)


@pytest.mark.parametrize("axis", [2, -3, (0, 2), (0, 0), (0, -2)])
@pytest.mark.parametrize("function", [F.sum, F.max, F.min])
def test_an_axis_that_is_not_there_or_twice(function, axis):
    with pytest.raises((IndexError, ValueError)):
        function(Variable(np.ones((2, 3))), axis=axis)


@pytest.mark.parametrize("axes", [(0,), (0, 0), (0, 2), (0, 1, 2)])
def test_axes_that_are_no_permutation(axes):
    with pytest.raises((IndexError, ValueError)):
        F.transpose(Variable(np.ones((2, 3))), axes)


@pytest.mark.parametrize("index", [2, -3, (0, 3), (0, 0, 0), np.array([0, 5]), (slice(None), [0, -4]), 0.5, "a"])
def test_an_index_that_is_not_there(index):
    with pytest.raises(IndexError):
        Variable(np.ones((2, 3)))[index]


def test_a_class_that_is_not_there():
    with pytest.raises(IndexError):
        F.softmax_cross_entropy(Variable(np.ones((2, 3))), Variable(np.array([0, 3])))


def test_a_number_has_no_length():
    with pytest.raises(TypeError):
        len(scalar(1.0))


@pytest.mark.parametrize("function", [F.sin, F.exp, F.sum])
@pytest.mark.parametrize("argument", ["text", [1.0], object()])
def test_an_argument_that_is_no_variable(function, argument):
    with pytest.raises((TypeError, AttributeError)):
        function(argument)


def in_another_process(code):
    """Runs code that, done wrong, ends the process."""
    return subprocess.run(
        [sys.executable, "-c", "import numpy as np, dezero, dezero.functions as F\n" + code],
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("shape", ["(2**31, 2**31, 2**31)", "(2**62, 2)", "(2**64,)", "(10**30,)", "(2**40, 2**20)"])
def test_a_shape_past_all_memory(shape):
    done = in_another_process(
        f"""
x = dezero.Variable(np.array(1.0))
try:
    y = F.broadcast_to(x, {shape}) + x
    print(y.shape)
except (MemoryError, OverflowError, ValueError) as error:
    print("refused")
"""
    )
    assert (done.returncode, done.stdout) == (0, "refused\n"), done.stderr


# Functions of the user's


class OwnError(Exception):
    pass


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("by hand"), OwnError("mine", 3), KeyError("k"), KeyboardInterrupt()]
)
def test_an_exception_in_forward_arrives_as_it_is(error):
    def forward(x):
        raise error

    with pytest.raises(type(error)) as info:
        Named(forward)(scalar(1.0))
    assert info.value is error
    assert info.traceback[-1].name == "forward"
    assert Config.enable_backprop


def test_an_exception_that_was_handled_does_not_come_back():
    def forward(x):
        raise ZeroDivisionError

    def recovers(x):
        try:
            Named(forward)(Variable(x))
        except ZeroDivisionError:
            return x * 2.0

    x = Variable(np.ones(2))
    y = Named(recovers, lambda gy: 2.0 * gy)(x)
    with pytest.raises(ValueError):
        y + np.ones(3)
    y.backward()
    assert x.grad.data.tolist() == [2.0, 2.0]


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("error", [ZeroDivisionError("by hand"), OwnError("mine", 3)])
def test_an_exception_in_backward_arrives_as_it_is(error, create_graph):
    def backward(gy):
        raise error

    x = scalar(1.0)
    y = F.sin(Named(lambda x: x * 2.0, backward)(x))
    with pytest.raises(type(error)) as info:
        y.backward(create_graph=create_graph)
    assert info.value is error
    assert info.traceback[-1].name == "backward"
    assert Config.enable_backprop
    z = x * 3.0
    z.backward()
    assert x.grad.data == 3.0


def test_a_function_without_forward_or_backward():
    with pytest.raises(NotImplementedError):
        Function()(scalar(1.0))
    y = Named(lambda x: x * 2.0)(scalar(1.0))
    with pytest.raises(NotImplementedError):
        y.backward()


def test_a_forward_that_does_not_take_its_arguments():
    with pytest.raises(TypeError, match="positional argument"):
        Named(lambda x: x)(scalar(1.0), scalar(2.0))


@pytest.mark.parametrize(
    "result",
    [None, "text", [1.0], {}, scalar(1.0), np.array(["a"]), np.array([1j]), (np.ones(1), None)],
)
def test_a_forward_that_returns_no_array(result):
    with pytest.raises(TypeError):
        Named(lambda x: result)(scalar(1.0))


def test_a_forward_that_returns_nothing_at_all():
    with pytest.raises((TypeError, ValueError, IndexError)):
        Named(lambda x: ())(scalar(1.0))


@pytest.mark.parametrize("result", [3.0, 3, np.float64(3.0), np.array(3.0), (3.0,)])
def test_a_forward_that_returns_a_number(result):
    y = Named(lambda x: result)(scalar(1.0))
    assert isinstance(y.data, np.ndarray)
    assert y.data == 3.0


def test_a_function_of_nothing():
    with pytest.raises((TypeError, ValueError)):
        Named(lambda: 1.0)()


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_backward_that_returns_another_number_of_gradients(count):
    y = Named(lambda a, b: a * b, lambda gy: (gy,) * count)(scalar(1.0), scalar(2.0))
    with pytest.raises((TypeError, ValueError), match="Named") as info:
        y.backward()
    assert "2" in str(info.value) and str(count) in str(info.value)


def test_a_backward_that_returns_a_gradient_of_another_shape():
    x = Variable(np.ones((2, 3)))
    y = Named(lambda x: x * 2.0, lambda gy: F.sum(gy, axis=0))(x)
    with pytest.raises(ValueError, match="Named") as info:
        y.backward()
    assert "(2, 3)" in str(info.value) and "(3,)" in str(info.value)


@pytest.mark.parametrize("result", ["text", ["text"], {}, np.array(["a"]), object()])
def test_a_backward_that_returns_no_variable(result):
    y = Named(lambda x: x * 2.0, lambda gy: result)(scalar(1.0))
    with pytest.raises(TypeError):
        y.backward()


@pytest.mark.parametrize("result", [np.array(5.0), np.float64(5.0)])
def test_a_backward_may_return_an_array(result):
    x = scalar(1.0)
    Named(lambda x: x * 2.0, lambda gy: result)(x).backward()
    assert isinstance(x.grad, Variable)
    assert x.grad.data == 5.0


# Copies


def through_pickle(variable):
    return pickle.loads(pickle.dumps(variable))


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, through_pickle])
def test_a_copy_has_value_name_and_class_but_no_history(again):
    p = Parameter(np.array([1.0, 2.0]), name="weight")
    same = again(p)
    assert type(same) is Parameter
    assert same is not p
    assert same.name == "weight"
    assert same.data.tolist() == [1.0, 2.0]

    y = p * 2.0
    y.name = "y"
    value = again(y)
    assert type(value) is Variable
    assert (value.name, value.data.tolist()) == ("y", [2.0, 4.0])
    assert value.creator is None
    F.sum(value * 3.0).backward()
    assert value.grad.data.tolist() == [3.0, 3.0]
    assert p.grad is None

    assert again(Variable(None)).data is None


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, through_pickle])
def test_a_copy_of_a_subclass_with_an_init_of_its_own(again):
    weight = Weight(3)
    weight.note = ["an", "attribute"]
    weight.data[1] = 5.0
    same = again(weight)
    assert type(same) is Weight
    assert (same.name, same.data.tolist()) == ("weight", [0.0, 5.0, 0.0])
    assert same.note == ["an", "attribute"]


@pytest.mark.parametrize("again", [copy.deepcopy, through_pickle])
def test_a_deep_copy_shares_no_memory(again):
    x = Variable(np.array([1.0, 2.0]))
    other = again(x)
    other.data[0] = 9.0
    x.data[1] = 7.0
    assert x.data.tolist() == [1.0, 7.0]
    assert other.data.tolist() == [9.0, 2.0]


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.bool_])
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_keeps_dtype_and_shape(dtype, protocol):
    x = Variable(np.ones((2, 0, 3), dtype=dtype))
    same = pickle.loads(pickle.dumps(x, protocol))
    assert (same.shape, same.dtype) == ((2, 0, 3), dtype)


# Configuration, graphs, files


def test_a_setting_that_is_not_there():
    with pytest.raises(AttributeError):
        with dezero.using_config("no_such_setting", False):
            pass


@pytest.mark.parametrize("argument", [None, 3, "text", np.ones(2)])
def test_a_graph_of_no_variable(argument):
    with pytest.raises((TypeError, AttributeError)):
        get_dot_graph(argument)


@pytest.mark.parametrize("name", ["graph.xyz", "graph", "no_such_folder/graph.png"])
def test_a_picture_that_cannot_be_written(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((ValueError, OSError)):
        plot_dot_graph(F.sin(scalar(1.0)), to_file=name)
    assert not (tmp_path / name).exists()
