"""The functions on Variables: those of the engine's table of elementwise functions, those on whole arrays, losses, and a
class for each, as the creators of variables are.

All take Variables, arrays or numbers, and can be differentiated to any order.
"""

import builtins as _builtins

import numpy as np

from dezero import _dezero
from dezero._classes import CLASSES as _CLASSES
from dezero._dezero import (
    broadcast_to,
    cast,
    concatenate,
    cumsum,
    expand_dims,
    get_item,
    log_softmax,
    logsumexp,
    matmul,
    max,
    mean,
    min,
    prod,
    reshape,
    softmax,
    squeeze,
    stack,
    std,
    sum,
    sum_to,
    transpose,
    var,
)
from dezero._dezero import where_ as where
from dezero.core import Config, Variable, as_array, as_variable, rdiv, rsub

# A function for each entry of the engine's table: sin, cos, tanh, exp, log, ...
globals().update(_dezero.primitives)
globals().update(_CLASSES)

ReLU = _CLASSES["Relu"] if "Relu" in _CLASSES else _CLASSES["ReLU"]
_leaky_relu = _dezero.primitives["leaky_relu"]
_clip = _dezero.primitives["clip"]
_log = _dezero.primitives["log"]
_exp = _dezero.primitives["exp"]
_sigmoid = _dezero.primitives["sigmoid"]


def leaky_relu(x, slope=0.2):
    """`x` where it is positive, elsewhere `slope * x`; with derivative `slope` at 0."""
    return _leaky_relu(x, slope)


def clip(x, x_min, x_max):
    """`x` between two numbers; with derivative 0 outside."""
    return _clip(x, x_min, x_max)


def flatten(x):
    """Each entry along the first axis, the batch, as one axis: shape `(N, ...)` becomes `(N, -1)`."""
    x = as_variable(x)
    return reshape(x, (x.shape[0], -1))


def linear(x, W, b=None):
    """`x @ W + b`: shapes `(N, I)`, `(I, O)` and `(O,)` give `(N, O)`; without `b`, or one without data, `x @ W`."""
    y = matmul(x, W)
    if b is None or (isinstance(b, Variable) and b.data is None):
        return y
    return y + b


def linear_simple(x, W, b=None):
    """`linear`, step by step as in the book."""
    return linear(x, W, b)


def sigmoid_simple(x):
    """`1 / (1 + exp(-x))`, step by step."""
    return 1 / (1 + _exp(-as_variable(x)))


def softmax_simple(x, axis=1):
    """`softmax`, step by step: it overflows for large `x`."""
    y = _exp(as_variable(x))
    return y / sum(y, axis=axis, keepdims=True)


def mean_squared_error(x0, x1):
    """The sum of the squares of `x0 - x1`, over the length of the first axis; of numbers, the square."""
    difference = as_variable(x0) - as_variable(x1)
    count = len(difference) if difference.ndim else 1
    return sum(difference * difference) / count


def mean_squared_error_simple(x0, x1):
    """`mean_squared_error`, step by step."""
    x0, x1 = as_variable(x0), as_variable(x1)
    difference = x0 - x1
    return sum(difference**2) / len(difference)


def softmax_cross_entropy(x, t):
    """The mean cross entropy of the softmax of `x`, `(N, C)`, and the labels `t`, N ints from 0 to C - 1."""
    x = as_variable(x)
    labels = _labels(t)
    _expect_labels("softmax_cross_entropy", x, labels)
    count = x.shape[0]
    chosen = log_softmax(x, axis=1)[np.arange(count), labels]
    return -sum(chosen) / count


def softmax_cross_entropy_simple(x, t):
    """`softmax_cross_entropy`, step by step: probabilities are clipped from 0."""
    x = as_variable(x)
    labels = _labels(t)
    _expect_labels("softmax_cross_entropy_simple", x, labels)
    count = x.shape[0]
    log_p = _log(clip(softmax(x), 1e-15, 1.0))
    return -1 * sum(log_p[np.arange(count), labels]) / count


def _labels(t):
    return np.asarray(t.data if isinstance(t, Variable) else t).ravel()


def _expect_labels(name, x, labels):
    if x.ndim != 2 or len(labels) != x.shape[0]:
        raise ValueError(
            f"{name}: scores of shape {x.shape} and {len(labels)} labels do not fit; (N, C) and N labels do"
        )
    if labels.dtype.kind not in "iu":
        raise TypeError(f"{name}: labels of dtype {labels.dtype} are not classes; ints from 0 are")


def sigmoid_cross_entropy(x, t):
    """The mean cross entropy of the sigmoid of `x` and the targets `t`, of as many numbers, from 0 to 1."""
    return _cross_entropy(_sigmoid(as_variable(x)), t, 1.0)


def binary_cross_entropy(p, t):
    """The mean cross entropy of the probabilities `p` and the targets `t`, of as many numbers, from 0 to 1."""
    return _cross_entropy(as_variable(p), t, 0.999)


def _cross_entropy(p, t, most):
    t = as_variable(t)
    if p.ndim != t.ndim:
        t = t.reshape(*p.shape)
    p = clip(p, 1e-15, most)
    tlog_p = t * _log(p) + (1 - t) * _log(1 - p)
    return -1 * sum(tlog_p) / len(p)


def accuracy(y, t):
    """The share of rows of `y`, `(N, C)`, whose largest entry is at the label in `t`. Has no derivative."""
    y, t = as_variable(y).data, as_variable(t).data
    right = y.argmax(axis=1).reshape(t.shape) == t
    return Variable(as_array(right.mean()))


def embed_id(x, W):
    """The rows of `W`, `(V, D)`, that the ints in `x` name."""
    return as_variable(W)[x]


def dropout(x, dropout_ratio=0.5):
    """In training, zeros in place of a random share of the elements, and the others scaled up; else `x`.

    The random numbers are NumPy's: `np.random.seed` makes them repeat.
    """
    x = as_variable(x)
    if not 0.0 <= dropout_ratio < 1.0:
        raise ValueError(f"dropout: a ratio of {dropout_ratio} is not from 0 to below 1")
    if not Config.train:
        return x
    keep = np.random.rand(*x.shape) > dropout_ratio
    mask = np.asarray(keep).astype(x.dtype)
    return x * (mask / np.asarray(1.0 - dropout_ratio, dtype=x.dtype))


__all__ = sorted(name for name in globals() if not name.startswith("_") and name != "np")
