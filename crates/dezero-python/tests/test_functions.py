"""The functions by their DeZero names: values against NumPy, derivatives against differences."""

import numpy as np
import pytest

import dezero
import dezero.functions as F
from dezero import Parameter, Variable, utils

A = np.array([[0.3, -1.2, 2.1], [1.7, 0.4, -0.6]])
POSITIVE = np.abs(A) + 0.5
LABELS = np.array([2, 0])
TARGETS = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
W = np.array([[0.2, -0.7], [1.1, 0.5], [-0.4, 0.9]])
B = np.array([0.3, -0.2])


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def cross_entropy(x):
    return -np.mean(np.log(softmax(x)[np.arange(2), LABELS]))


def binary_cross_entropy(p):
    return -np.sum(TARGETS * np.log(p) + (1 - TARGETS) * np.log(1 - p)) / 2


# What computes with variables, the same with arrays, and where.
FUNCTIONS = {
    "sin": (F.sin, np.sin, A),
    "cos": (F.cos, np.cos, A),
    "tanh": (F.tanh, np.tanh, A),
    "exp": (F.exp, np.exp, A),
    "log": (F.log, np.log, POSITIVE),
    "reshape": (lambda x: F.reshape(x, (3, 2)), lambda x: x.reshape(3, 2), A),
    "reshape, one open": (lambda x: F.reshape(x, (-1, 2)), lambda x: x.reshape(-1, 2), A),
    "x.reshape": (lambda x: x.reshape(3, 2), lambda x: x.reshape(3, 2), A),
    "x.reshape of a tuple": (lambda x: x.reshape((6,)), lambda x: x.reshape(6), A),
    "x.reshape of a list": (lambda x: x.reshape([6]), lambda x: x.reshape(6), A),
    "expand_dims": (lambda x: F.expand_dims(x, 1), lambda x: x[:, None], A),
    "flatten": (F.flatten, lambda x: x.reshape(2, -1), A.reshape(2, 3, 1)),
    "sum": (F.sum, np.sum, A),
    "sum of an axis": (lambda x: F.sum(x, axis=0), lambda x: x.sum(0), A),
    "x.sum": (lambda x: x.sum(axis=1, keepdims=True), lambda x: x.sum(1, keepdims=True), A),
    "sum_to": (lambda x: F.sum_to(x, (1, 3)), lambda x: x.sum(0, keepdims=True), A),
    "sum_to fewer axes": (lambda x: F.sum_to(x, (3,)), lambda x: x.sum(0), A),
    "broadcast_to": (
        lambda x: F.broadcast_to(x, (4, 2, 3)),
        lambda x: np.broadcast_to(x, (4, 2, 3)),
        A,
    ),
    "matmul": (lambda x: F.matmul(x, Variable(W)), lambda x: x @ W, A),
    "x.dot": (lambda x: x.dot(Variable(W)), lambda x: x @ W, A),
    "linear": (lambda x: F.linear(x, Variable(W), Variable(B)), lambda x: x @ W + B, A),
    "linear without b": (lambda x: F.linear(x, Variable(W)), lambda x: x @ W, A),
    "linear_simple": (lambda x: F.linear_simple(x, W, B), lambda x: x @ W + B, A),
    "transpose": (F.transpose, np.transpose, A),
    "transpose of axes": (
        lambda x: F.transpose(x, (2, 0, 1)),
        lambda x: x.transpose(2, 0, 1),
        A.reshape(1, 2, 3),
    ),
    "transpose of negative axes": (
        lambda x: F.transpose(x, (-1, 0, -2)),
        lambda x: x.transpose(-1, 0, -2),
        A.reshape(1, 2, 3),
    ),
    "x.transpose": (lambda x: x.transpose(1, 0), lambda x: x.T, A),
    "x.T": (lambda x: x.T, lambda x: x.T, A),
    "get_item": (lambda x: F.get_item(x, 1), lambda x: x[1], A),
    "x[i, j]": (lambda x: x[1, -2], lambda x: x[1, -2], A),
    "x[slices]": (lambda x: x[:, ::2], lambda x: x[:, ::2], A),
    "x[list]": (lambda x: x[[1, 0, 1]], lambda x: x[[1, 0, 1]], A),
    "x[arrays]": (
        lambda x: x[np.arange(2), LABELS],
        lambda x: x[np.arange(2), LABELS],
        A,
    ),
    "x[mask]": (lambda x: x[A > 0], lambda x: x[A > 0], A),
    "x[..., None]": (lambda x: x[..., None, 0], lambda x: x[..., None, 0], A),
    "embed_id": (lambda x: F.embed_id(np.array([1, 1, 0]), x), lambda x: x[[1, 1, 0]], A),
    "sigmoid": (F.sigmoid, sigmoid, A),
    "sigmoid_simple": (F.sigmoid_simple, sigmoid, A),
    "relu": (F.relu, lambda x: np.maximum(x, 0), A),
    "leaky_relu": (F.leaky_relu, lambda x: np.where(x > 0, x, 0.2 * x), A),
    "leaky_relu of a slope": (
        lambda x: F.leaky_relu(x, 0.01),
        lambda x: np.where(x > 0, x, 0.01 * x),
        A,
    ),
    "softmax": (F.softmax, softmax, A),
    "softmax of axis 0": (lambda x: F.softmax(x, axis=0), lambda x: softmax(x.T).T, A),
    "softmax_simple": (F.softmax_simple, softmax, A),
    "log_softmax": (F.log_softmax, lambda x: np.log(softmax(x)), A),
    "mean_squared_error": (
        lambda x: F.mean_squared_error(x, Variable(TARGETS)),
        lambda x: ((x - TARGETS) ** 2).sum() / 2,
        A,
    ),
    "mean_squared_error_simple": (
        lambda x: F.mean_squared_error_simple(x, TARGETS),
        lambda x: ((x - TARGETS) ** 2).sum() / 2,
        A,
    ),
    "softmax_cross_entropy": (
        lambda x: F.softmax_cross_entropy(x, Variable(LABELS)),
        cross_entropy,
        A,
    ),
    "softmax_cross_entropy of an array": (
        lambda x: F.softmax_cross_entropy(x, LABELS),
        cross_entropy,
        A,
    ),
    "softmax_cross_entropy_simple": (
        lambda x: F.softmax_cross_entropy_simple(x, LABELS),
        cross_entropy,
        A,
    ),
    "sigmoid_cross_entropy": (
        lambda x: F.sigmoid_cross_entropy(x, Variable(TARGETS)),
        lambda x: binary_cross_entropy(sigmoid(x)),
        A,
    ),
    "binary_cross_entropy": (
        lambda p: F.binary_cross_entropy(p, Variable(TARGETS)),
        binary_cross_entropy,
        sigmoid(A),
    ),
    "max": (F.max, np.max, A),
    "max of an axis": (lambda x: F.max(x, axis=1), lambda x: x.max(1), A),
    "x.max": (lambda x: x.max(axis=0, keepdims=True), lambda x: x.max(0, keepdims=True), A),
    "min": (F.min, np.min, A),
    "x.min": (lambda x: x.min(axis=1), lambda x: x.min(1), A),
    "clip": (lambda x: F.clip(x, -1.0, 1.0), lambda x: np.clip(x, -1, 1), A),
    "add": (lambda x: F.add(x, 2.0), lambda x: x + 2, A),
    "sub": (lambda x: F.sub(x, 2.0), lambda x: x - 2, A),
    "rsub": (lambda x: F.rsub(x, 2.0), lambda x: 2 - x, A),
    "mul": (lambda x: F.mul(x, 2.0), lambda x: x * 2, A),
    "div": (lambda x: F.div(x, 2.0), lambda x: x / 2, A),
    "neg": (F.neg, lambda x: -x, A),
    "pow": (lambda x: F.pow(x, 3), lambda x: x**3, A),
    "pow of a fraction": (lambda x: F.pow(x, 1.5), lambda x: x**1.5, POSITIVE),
    "pow of a negative": (lambda x: x**-2, lambda x: x**-2.0, POSITIVE),
}


@pytest.fixture(params=FUNCTIONS)
def entry(request):
    return FUNCTIONS[request.param]


def test_values_are_those_of_numpy(entry):
    function, by_numpy, at = entry
    y = function(Variable(at.copy()))
    expected = by_numpy(at)
    assert type(y) is Variable
    assert y.shape == np.shape(expected)
    np.testing.assert_allclose(y.data, expected, rtol=1e-13, atol=1e-14)


def slopes(function, at, step=1e-5):
    """The gradient of sum(function(at)), element by element, of functions of arrays."""
    found = np.empty_like(at)
    for index in np.ndindex(at.shape):
        above, below = at.copy(), at.copy()
        above[index] += step
        below[index] -= step
        found[index] = np.sum(function(above) - function(below)) / (2 * step)
    return found


def gradient(function, weights, x, create_graph=False):
    x.cleargrad()
    y = function(x)
    (y * weights).backward(create_graph=create_graph)
    return x.grad


def test_gradients_are_those_of_differences(entry):
    function, by_numpy, at = entry
    weights = np.random.default_rng(5).uniform(0.5, 1.5, np.shape(by_numpy(at)))
    x = Variable(at.copy())
    found = gradient(function, weights, x)
    assert found.shape == at.shape
    expected = slopes(lambda x: by_numpy(x) * weights, at)
    np.testing.assert_allclose(found.data, expected, rtol=1e-6, atol=1e-7)


def test_second_derivatives_are_those_of_differences(entry):
    function, by_numpy, at = entry
    random = np.random.default_rng(6)
    weights = random.uniform(0.5, 1.5, np.shape(by_numpy(at)))
    more_weights = random.uniform(0.5, 1.5, at.shape)
    x = Variable(at.copy())
    gx = gradient(function, weights, x, create_graph=True)
    x.cleargrad()
    (gx * more_weights).backward()
    expected = slopes(lambda a: gradient(function, weights, Variable(a)).data * more_weights, at)
    found = np.zeros_like(at) if x.grad is None else x.grad.data
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_weights_and_bias_of_linear_have_gradients():
    x, w, b = Variable(A), Parameter(W.copy()), Parameter(B.copy())
    F.sum(F.linear(x, w, b) ** 2).backward()
    y = A @ W + B
    np.testing.assert_allclose(w.grad.data, 2 * A.T @ y)
    np.testing.assert_allclose(b.grad.data, 2 * y.sum(0))


def test_both_sides_of_mean_squared_error_have_gradients():
    x0, x1 = Variable(A.copy()), Variable(TARGETS.copy())
    F.mean_squared_error(x0, x1).backward()
    np.testing.assert_allclose(x0.grad.data, A - TARGETS)
    np.testing.assert_allclose(x1.grad.data, TARGETS - A)


def test_what_needs_no_work_is_the_variable_itself():
    x = Variable(A)
    assert F.reshape(x, (2, 3)) is x
    assert F.sum_to(x, (2, 3)) is x
    assert F.broadcast_to(x, (2, 3)) is x


def test_softmax_of_large_numbers():
    x = Variable(np.array([[1000.0, 1000.0], [-1000.0, 1000.0]]))
    assert F.softmax(x).data.tolist() == [[0.5, 0.5], [0.0, 1.0]]
    loss = F.softmax_cross_entropy(x, Variable(np.array([0, 0])))
    assert loss.data == pytest.approx((np.log(2) + 2000) / 2)
    loss.backward()
    np.testing.assert_allclose(x.grad.data, [[-0.25, 0.25], [-0.5, 0.5]])


def test_accuracy_counts_the_right_ones():
    assert F.accuracy(Variable(A), Variable(np.array([2, 1]))).data == 0.5
    assert F.accuracy(A, LABELS).data == 1.0


def test_dropout_drops_in_training_only():
    x = Variable(np.ones(10_000))
    y = F.dropout(x, 0.25)
    kept = y.data != 0
    np.testing.assert_allclose(y.data[kept], 1 / 0.75)
    assert 0.7 < kept.mean() < 0.8
    y.backward()
    np.testing.assert_array_equal(x.grad.data, y.data)
    with dezero.test_mode():
        assert dezero.Config.train is False
        assert F.dropout(x) is x
    assert dezero.Config.train is True


def test_gradient_check_finds_a_wrong_derivative(capsys):
    class Wrong(dezero.Function):
        def forward(self, x):
            return x**2

        def backward(self, gy):
            return gy * 3.0 * self.inputs[0]

    assert utils.gradient_check(F.sin, Variable(A.copy()))
    assert utils.gradient_check(lambda x: x**2, A.copy())
    assert not utils.gradient_check(lambda x: Wrong()(x), Variable(A.copy()))
    assert "Gradient Check" in capsys.readouterr().out


def test_numerical_grad_is_an_array():
    found = utils.numerical_grad(F.sin, Variable(A.copy()))
    assert isinstance(found, np.ndarray)
    np.testing.assert_allclose(found, np.cos(A), atol=1e-7)


def test_arrays_and_variables_are_compared():
    assert utils.array_equal(Variable(A), A.copy())
    assert not utils.array_equal(Variable(A), A + 1e-9)
    assert utils.array_allclose(Variable(A), A + 1e-9)
    assert not utils.array_allclose(A, Variable(A + 1e-2))


def test_array_functions_of_utils():
    np.testing.assert_allclose(utils.sum_to(A, (1, 3)), A.sum(0, keepdims=True))
    np.testing.assert_allclose(utils.sum_to(A, (3,)), A.sum(0))
    expected = np.log(np.exp(A).sum(1, keepdims=True))
    np.testing.assert_allclose(utils.logsumexp(A, axis=1), expected)


@pytest.mark.parametrize("index", [np.array([[2, 0], [-1, 2]]), np.array([True, False, True]), np.array([], int)])
def test_rows_are_read_and_differentiated(index):
    data = np.arange(24.0).reshape(3, 2, 4)
    x = Variable(data)
    y = x[index]
    assert np.array_equal(y.data, data[index])
    (y * y).sum().backward()
    expected = np.zeros_like(data)
    np.add.at(expected, index, 2 * data[index])
    assert np.array_equal(x.grad.data, expected)


@pytest.mark.parametrize("index", [np.array([0, 3]), np.array([-4]), np.array([True, False])])
def test_rows_that_are_not_there(index):
    with pytest.raises(IndexError):
        Variable(np.ones((3, 2)))[index]
