"""The functions on Variables: those of the engine's table of elementwise functions, those on whole arrays, losses, and a
class for each, as the creators of variables are.

All take Variables, arrays or numbers, and give Variables, which can be differentiated to any order. Shapes that do not fit
raise ValueError, an axis that is not there NumPy's AxisError, an index that is not there IndexError, and what is no array, or
one of a dtype such as complex128, TypeError.

>>> x = Variable(np.array([[1.0, 2.0], [3.0, 4.0]]))
>>> y = F.sum(F.square(x), axis=0)
>>> y
variable([10. 20.])
>>> y.backward()
>>> x.grad
variable([[2. 4.]
          [6. 8.]])
"""

from __future__ import annotations

import numpy as np

from dezero import _dezero
from dezero._classes import CLASSES as _CLASSES
from dezero._classes import class_of as _class_of
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
from dezero._types import Array, Operand
from dezero.core import Config, Function, Variable, as_array, as_variable, pow, rdiv, rsub

# A function for each entry of the engine's table, sin, cos, tanh, exp, log, ..., and what the book calls otherwise.
globals().update({name: function for name, function in _dezero.primitives.items() if name != "pow"})
globals().update(_CLASSES)

_leaky_relu = _dezero.primitives["leaky_relu"]
_clip = _dezero.primitives["clip"]
_log = _dezero.primitives["log"]
_exp = _dezero.primitives["exp"]
_sigmoid = _dezero.primitives["sigmoid"]


def leaky_relu(x: Operand, slope: float = 0.2) -> Variable:
    """`x` where it is positive, elsewhere `slope * x`; with derivative `slope` at 0.

    >>> F.leaky_relu(np.array([-1.0, 2.0]))
    variable([-0.2  2. ])
    """
    return _leaky_relu(x, slope)


def clip(x: Operand, x_min: float, x_max: float) -> Variable:
    """`x` held between two numbers; with derivative 1 from one to the other and 0 outside.

    >>> F.clip(np.array([-3.0, 0.5, 3.0]), -1, 1)
    variable([-1.   0.5  1. ])
    """
    return _clip(x, x_min, x_max)


def flatten(x: Operand) -> Variable:
    """Each entry along the first axis, the batch, as one axis: shape `(N, A, B)` becomes `(N, A * B)`."""
    x = as_variable(x)
    return reshape(x, (x.shape[0], -1))


def linear(x: Operand, W: Operand, b: Operand | None = None) -> Variable:
    """`x @ W + b`: shapes `(N, I)`, `(I, O)` and `(O,)` give `(N, O)`.

    Where `b` is None, or a Variable whose data is None, `x @ W`.

    >>> F.linear(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]), np.array([5.0]))
    variable([[16.]])
    """
    y = matmul(x, W)
    if b is None or (isinstance(b, Variable) and b.data is None):
        return y
    return y + b


def linear_simple(x: Operand, W: Operand, b: Operand | None = None) -> Variable:
    """`linear`, step by step as in the book."""
    return linear(x, W, b)


def sigmoid_simple(x: Operand) -> Variable:
    """`sigmoid`, step by step: `1 / (1 + exp(-x))`, which overflows for large negative `x`."""
    return 1 / (1 + _exp(-as_variable(x)))


def softmax_simple(x: Operand, axis: int = 1) -> Variable:
    """`softmax`, step by step: `exp(x)` over its sum along an axis, which overflows for large `x`."""
    y = _exp(as_variable(x))
    return y / sum(y, axis=axis, keepdims=True)


def mean_squared_error(x0: Operand, x1: Operand) -> Variable:
    """The sum of the squares of `x0 - x1`, divided by the length of the first axis: a number, shape ().

    >>> F.mean_squared_error(np.array([1.0, 2.0]), np.array([0.0, 4.0]))
    variable(2.5)
    """
    difference = as_variable(x0) - as_variable(x1)
    count = len(difference) if difference.ndim else 1
    return sum(difference * difference) / count


def mean_squared_error_simple(x0: Operand, x1: Operand) -> Variable:
    """`mean_squared_error`, step by step."""
    x0, x1 = as_variable(x0), as_variable(x1)
    difference = x0 - x1
    return sum(difference**2) / len(difference)


def softmax_cross_entropy(x: Operand, t: Operand) -> Variable:
    """The mean cross entropy of the softmax of `x` and the labels `t`: a number, shape ().

    x: scores, floats of shape `(N, C)`. t: N ints, each from 0 to C - 1.

    Raises ValueError for other shapes, TypeError for labels that are no ints, and IndexError for one that is too large.

    >>> F.softmax_cross_entropy(np.array([[1.0, 1.0], [0.0, 0.0]]), np.array([0, 1]))
    variable(0.6931471805599453)
    """
    x = as_variable(x)
    labels = _labels(t)
    _expect_labels("softmax_cross_entropy", x, labels)
    count = x.shape[0]
    chosen = log_softmax(x, axis=1)[np.arange(count), labels]
    return -sum(chosen) / count


def softmax_cross_entropy_simple(x: Operand, t: Operand) -> Variable:
    """`softmax_cross_entropy`, step by step: probabilities below 1e-15 count as that."""
    x = as_variable(x)
    labels = _labels(t)
    _expect_labels("softmax_cross_entropy_simple", x, labels)
    count = x.shape[0]
    log_p = _log(clip(softmax(x), 1e-15, 1.0))
    return -1 * sum(log_p[np.arange(count), labels]) / count


def _labels(t: Operand) -> Array:
    return np.asarray(t.data if isinstance(t, Variable) else t).ravel()


def _expect_labels(name: str, x: Variable, labels: Array) -> None:
    if x.ndim != 2 or len(labels) != x.shape[0]:
        raise ValueError(
            f"{name}: scores of shape {x.shape} and {len(labels)} labels do not fit; (N, C) and N labels do"
        )
    if labels.dtype.kind not in "iu":
        raise TypeError(f"{name}: labels of dtype {labels.dtype} are not classes; ints from 0 are")


def sigmoid_cross_entropy(x: Operand, t: Operand) -> Variable:
    """The cross entropy of the sigmoid of `x` and the targets `t`, summed and divided by the length of the first axis: a
    number, shape ().

    t: as many numbers as `x` has, from 0 to 1; of the shape of `x`, or with other axes.
    """
    return _cross_entropy(_sigmoid(as_variable(x)), t, 1.0)


def binary_cross_entropy(p: Operand, t: Operand) -> Variable:
    """The cross entropy of the probabilities `p` and the targets `t`, summed and divided by the length of the first axis: a
    number, shape ().

    t: as many numbers as `p` has, from 0 to 1; of the shape of `p`, or with other axes. Probabilities are held between 1e-15
    and 0.999.
    """
    return _cross_entropy(as_variable(p), t, 0.999)


def _cross_entropy(p: Variable, t: Operand, most: float) -> Variable:
    t = as_variable(t)
    if p.ndim != t.ndim:
        t = t.reshape(*p.shape)
    p = clip(p, 1e-15, most)
    tlog_p = t * _log(p) + (1 - t) * _log(1 - p)
    return -1 * sum(tlog_p) / len(p)


def accuracy(y: Operand, t: Operand) -> Variable:
    """The share of rows of `y` whose largest entry is at the label in `t`: a number, shape (), without a derivative.

    y: scores of shape `(N, C)`. t: N ints, each from 0 to C - 1.

    >>> F.accuracy(np.array([[0.1, 0.9], [0.8, 0.2]]), np.array([1, 1]))
    variable(0.5)
    """
    y, t = as_variable(y).data, as_variable(t).data
    right = y.argmax(axis=1).reshape(t.shape) == t
    return Variable(as_array(right.mean()))


def embed_id(x: Operand, W: Operand) -> Variable:
    """The rows of `W`, `(V, D)`, that the ints in `x` name."""
    return as_variable(W)[np.asarray(x.data if isinstance(x, Variable) else x)]


def dropout(x: Operand, dropout_ratio: float = 0.5) -> Variable:
    """In training, zeros in place of a random share of the elements, and the others divided by the share that is left;
    else `x`.

    `Config.train` says which, and `test_mode` changes it. The random numbers are NumPy's: `np.random.seed` makes them repeat.
    Raises ValueError for a ratio that is not from 0 to below 1.
    """
    x = as_variable(x)
    if not 0.0 <= dropout_ratio < 1.0:
        raise ValueError(f"dropout: a ratio of {dropout_ratio} is not from 0 to below 1")
    if not Config.train:
        return x
    keep = np.random.rand(*x.shape) > dropout_ratio
    mask = np.asarray(keep).astype(x.dtype)
    return x * (mask / np.asarray(1.0 - dropout_ratio, dtype=x.dtype))


Linear = _class_of("Linear", linear)
MeanSquaredError = _class_of("MeanSquaredError", mean_squared_error)
SoftmaxCrossEntropy = _class_of("SoftmaxCrossEntropy", softmax_cross_entropy)

_OTHER_NAMES = ("Array", "Operand", "annotations", "np")
__all__ = sorted(name for name in globals() if not name.startswith("_") and name not in _OTHER_NAMES)
