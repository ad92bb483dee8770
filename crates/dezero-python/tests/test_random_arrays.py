"""Every function on random arrays against NumPy: values, shapes and dtypes, of any shape, empty ones included."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import dezero.functions as F
from dezero import Variable, _dezero

# The same arrays in every run.
settings.register_profile("same", derandomize=True)
settings.load_profile("same")

# What NumPy calls them, or how it computes them.
SAME = {
    "neg": np.negative,
    "abs": np.abs,
    "sign": np.sign,
    "square": np.square,
    "sqrt": np.sqrt,
    "cbrt": np.cbrt,
    "recip": np.reciprocal,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.logaddexp(x, 0),
    "relu": lambda x: np.maximum(x, 0),
    "round": np.rint,
    "erf": lambda x: np.vectorize(math.erf, otypes=[x.dtype])(x),
    "lgamma": lambda x: np.vectorize(math.lgamma, otypes=[x.dtype])(x),
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "pow": np.power,
    "atan2": np.arctan2,
}
# Where they are defined; elsewhere from -4 to 4.
DOMAINS = {
    "sqrt": (0.0, 9.0),
    "log": (0.1, 9.0),
    "log2": (0.1, 9.0),
    "log10": (0.1, 9.0),
    "log1p": (-0.9, 9.0),
    "asin": (-1.0, 1.0),
    "acos": (-1.0, 1.0),
    "acosh": (1.0, 9.0),
    "atanh": (-0.9, 0.9),
    "lgamma": (0.1, 9.0),
    "recip": (0.1, 9.0),
    "div": (0.1, 9.0),
    "pow": (0.1, 4.0),
    "tan": (-1.5, 1.5),
}
# Of these, NumPy has nothing like: they are checked by their derivatives, or take parameters.
OTHERS = {"digamma", "polygamma", "elu", "leaky_relu", "clip", "powf"}

shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
dtypes = st.sampled_from([np.float64, np.float32])


def arrays(name, shape, dtype):
    low, high = DOMAINS.get(name, (-4.0, 4.0))
    width = 8 * np.dtype(dtype).itemsize
    low, high = (float(np.dtype(dtype).type(bound)) for bound in (low, high))
    elements = st.floats(low, high, width=width, allow_subnormal=False)
    return hnp.arrays(dtype, shape, elements=elements)


def assert_close(found, expected, steps=16):
    expected = np.asarray(expected)
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype
    unit = np.finfo(expected.dtype).eps if expected.dtype.kind == "f" else 0.0
    np.testing.assert_allclose(found, expected, rtol=steps * unit, atol=steps * unit)


def expected_of(name):
    return SAME.get(name) or getattr(np, name, None)


def of_arity(count):
    for name, function in _dezero.primitives.items():
        arguments = function.__text_signature__.strip("()").split(", ")
        if name not in OTHERS and len(arguments) == count:
            yield name


def test_every_function_of_the_table_is_here():
    known = set(of_arity(1)) | set(of_arity(2)) | OTHERS
    assert known >= set(_dezero.primitives)
    assert [name for name in known - OTHERS if expected_of(name) is None] == []


@pytest.mark.parametrize("name", list(of_arity(1)))
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_functions_of_one_array(name, data):
    x = data.draw(arrays(name, data.draw(shapes), data.draw(dtypes)))
    assert_close(getattr(F, name)(Variable(x)).data, expected_of(name)(x))


@pytest.mark.parametrize("name", list(of_arity(2)))
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_functions_of_two_arrays_broadcast(name, data):
    shape = hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3)
    first, second = data.draw(shape).input_shapes
    a = data.draw(arrays(name, first, data.draw(dtypes)))
    b = data.draw(arrays(name, second, data.draw(dtypes)))
    expected = expected_of(name)(a, b)
    assert_close(getattr(F, name)(Variable(a), Variable(b)).data, expected)
    assert_close(getattr(F, name)(Variable(a), b).data, expected)
    assert_close(getattr(F, name)(a, Variable(b)).data, expected)


@pytest.mark.parametrize("name", ["sum", "mean", "max", "min", "prod", "var", "std"])
@settings(max_examples=40, deadline=None)
@given(data=st.data(), keepdims=st.booleans())
def test_reductions(name, data, keepdims):
    shape = data.draw(hnp.array_shapes(min_dims=0, max_dims=3, max_side=4))
    x = data.draw(arrays(name, shape, data.draw(dtypes)))
    axis = data.draw(st.none() | hnp.valid_tuple_axes(len(shape)))
    expected = getattr(np, name)(x, axis=axis, keepdims=keepdims)
    found = getattr(F, name)(Variable(x), axis=axis, keepdims=keepdims).data
    assert_close(found, expected, steps=1000)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_indices(data):
    x = data.draw(arrays("", data.draw(shapes), np.float64))
    index = data.draw(hnp.basic_indices(x.shape, allow_newaxis=True))
    assert_close(Variable(x)[index].data, x[index])


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_indices_that_are_arrays(data):
    x = data.draw(arrays("", data.draw(hnp.array_shapes(max_dims=3, max_side=4)), np.float64))
    index = data.draw(hnp.integer_array_indices(x.shape) | hnp.arrays(bool, x.shape))
    found = Variable(x)[index]
    assert_close(found.data, x[index])
    variable = Variable(x)
    F.sum(variable[index]).backward()
    expected = np.zeros_like(x)
    np.add.at(expected, index, 1.0)
    assert np.array_equal(variable.grad.data, expected)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_products_of_matrices(data):
    shapes = data.draw(hnp.mutually_broadcastable_shapes(signature=np.matmul.signature, max_dims=2, max_side=3))
    a, b = (data.draw(arrays("", shape, np.float64)) for shape in shapes.input_shapes)
    assert_close(F.matmul(Variable(a), Variable(b)).data, np.matmul(a, b), steps=1000)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_shapes(data):
    x = data.draw(arrays("", data.draw(shapes), data.draw(dtypes)))
    axes = data.draw(st.permutations(range(x.ndim)))
    assert_close(F.transpose(Variable(x), tuple(axes)).data, x.transpose(axes))
    assert_close(F.reshape(Variable(x), (x.size,)).data, x.reshape(x.size))
    assert_close(F.expand_dims(Variable(x), -1).data, np.expand_dims(x, -1))
    wider = (2, *x.shape)
    assert_close(F.broadcast_to(Variable(x), wider).data, np.broadcast_to(x, wider))
    assert_close(F.sum_to(F.broadcast_to(Variable(x), wider), x.shape).data, x + x)
    assert_close(F.concatenate([x, Variable(x)]).data, np.concatenate([x, x])) if x.ndim else None
    assert_close(F.stack([x, Variable(x)]).data, np.stack([x, x]))


@settings(max_examples=40, deadline=None)
@given(x=arrays("", (3, 4), np.float64), axis=st.sampled_from([0, 1, -1]))
def test_exponentials_that_sum_to_one(x, axis):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    expected = e / e.sum(axis=axis, keepdims=True)
    assert_close(F.softmax(Variable(x), axis=axis).data, expected)
    assert_close(F.log_softmax(Variable(x), axis=axis).data, np.log(expected), steps=100)
    assert_close(F.logsumexp(Variable(x), axis=axis).data, np.log(np.exp(x).sum(axis=axis)), steps=100)


@settings(max_examples=40, deadline=None)
@given(x=arrays("", (3, 4), np.float64), low=st.floats(-2, 0), high=st.floats(0, 2))
def test_functions_with_parameters(x, low, high):
    assert_close(F.clip(Variable(x), low, high).data, np.clip(x, low, high))
    assert_close(F.leaky_relu(Variable(x), 0.3).data, np.where(x > 0, x, 0.3 * x))
    assert_close(F.where(x > low, Variable(x), high).data, np.where(x > low, x, high))
