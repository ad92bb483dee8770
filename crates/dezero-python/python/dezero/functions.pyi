"""The functions on Variables. Written by `make_stubs.py`: not to be changed by hand.

Those of one or two Variables work elementwise, with NumPy's broadcasting.
"""

from typing import Any

from dezero._classes import EngineFunction
from dezero._dezero import Function
from dezero._dezero import Variable
from dezero._dezero import broadcast_to
from dezero._dezero import cast
from dezero._dezero import concatenate
from dezero._dezero import cumsum
from dezero._dezero import expand_dims
from dezero._dezero import get_item
from dezero._dezero import log_softmax
from dezero._dezero import logsumexp
from dezero._dezero import matmul
from dezero._dezero import max
from dezero._dezero import mean
from dezero._dezero import min
from dezero._dezero import prod
from dezero._dezero import reshape
from dezero._dezero import softmax
from dezero._dezero import squeeze
from dezero._dezero import stack
from dezero._dezero import std
from dezero._dezero import sum
from dezero._dezero import sum_to
from dezero._dezero import transpose
from dezero._dezero import var
from dezero._dezero import where_ as where
from dezero._types import Axis, Ints, Operand
from dezero.core import Config
from dezero.core import as_array
from dezero.core import as_variable
from dezero.core import pow
from dezero.core import rdiv
from dezero.core import rsub

__all__ = [
    "Abs",
    "Acos",
    "Acosh",
    "Add",
    "ArgMax",
    "ArgMin",
    "Asin",
    "Asinh",
    "Atan",
    "Atan2",
    "Atanh",
    "BroadcastTo",
    "Cast",
    "Cbrt",
    "Ceil",
    "Cholesky",
    "Clip",
    "Concatenate",
    "Config",
    "Cos",
    "Cosh",
    "CumSum",
    "Det",
    "Diag",
    "Diagonal",
    "Digamma",
    "Div",
    "Erf",
    "Exp",
    "Exp2",
    "Expm1",
    "Floor",
    "Function",
    "Gather",
    "GatherNd",
    "GetItem",
    "GetItemGrad",
    "Hypot",
    "Inv",
    "LeakyReLU",
    "Lgamma",
    "Linear",
    "Log",
    "Log10",
    "Log1p",
    "Log2",
    "LogAbsDet",
    "LogSoftmax",
    "LogSumExp",
    "MatMul",
    "Max",
    "Maximum",
    "MeanSquaredError",
    "Min",
    "Minimum",
    "Mul",
    "Neg",
    "Pad",
    "Polygamma",
    "Pow",
    "PutAdd",
    "ReLU",
    "Recip",
    "Reshape",
    "Round",
    "ScatterAdd",
    "ScatterNdAdd",
    "Sigmoid",
    "Sign",
    "SignDet",
    "Sin",
    "Sinh",
    "Softmax",
    "SoftmaxCrossEntropy",
    "Softplus",
    "Solve",
    "Sqrt",
    "Square",
    "Sub",
    "Sum",
    "SumTo",
    "Take",
    "Tan",
    "Tanh",
    "Transpose",
    "Tril",
    "Triu",
    "Variable",
    "Where",
    "abs",
    "accuracy",
    "acos",
    "acosh",
    "add",
    "as_array",
    "as_variable",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "binary_cross_entropy",
    "broadcast_to",
    "cast",
    "cbrt",
    "ceil",
    "clip",
    "concatenate",
    "cos",
    "cosh",
    "cumsum",
    "digamma",
    "div",
    "dropout",
    "embed_id",
    "erf",
    "exp",
    "exp2",
    "expand_dims",
    "expm1",
    "flatten",
    "floor",
    "get_item",
    "hypot",
    "leaky_relu",
    "lgamma",
    "linear",
    "linear_simple",
    "log",
    "log10",
    "log1p",
    "log2",
    "log_softmax",
    "logsumexp",
    "matmul",
    "max",
    "maximum",
    "mean",
    "mean_squared_error",
    "mean_squared_error_simple",
    "min",
    "minimum",
    "mul",
    "neg",
    "polygamma",
    "pow",
    "powf",
    "prod",
    "rdiv",
    "recip",
    "relu",
    "reshape",
    "round",
    "rsub",
    "sigmoid",
    "sigmoid_cross_entropy",
    "sigmoid_simple",
    "sign",
    "sin",
    "sinh",
    "softmax",
    "softmax_cross_entropy",
    "softmax_cross_entropy_simple",
    "softmax_simple",
    "softplus",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "std",
    "sub",
    "sum",
    "sum_to",
    "tan",
    "tanh",
    "transpose",
    "var",
    "where",
]

def abs(x: Operand) -> Variable:
    """The absolute value `|x|`, with derivative 0 at 0."""

def accuracy(y: Operand, t: Operand) -> Variable:
    """The share of rows of `y` whose largest entry is at the label in `t`: a number, shape (), without a derivative.

    y: scores of shape `(N, C)`. t: N ints, each from 0 to C - 1.

    >>> F.accuracy(np.array([[0.1, 0.9], [0.8, 0.2]]), np.array([1, 1]))
    variable(0.5)
    """

def acos(x: Operand) -> Variable:
    """The arc cosine, in radians."""

def acosh(x: Operand) -> Variable:
    """The inverse hyperbolic cosine, for `x >= 1`."""

def add(x0: Operand, x1: Operand) -> Variable:
    """`x0 + x1`."""

def asin(x: Operand) -> Variable:
    """The arc sine, in radians."""

def asinh(x: Operand) -> Variable:
    """The inverse hyperbolic sine."""

def atan(x: Operand) -> Variable:
    """The arc tangent, in radians."""

def atan2(x0: Operand, x1: Operand) -> Variable:
    """The angle of the point `(x1, x0)` in radians, from -pi to pi: `x0` is the ordinate."""

def atanh(x: Operand) -> Variable:
    """The inverse hyperbolic tangent, for `-1 <= x <= 1`."""

def binary_cross_entropy(p: Operand, t: Operand) -> Variable:
    """The cross entropy of the probabilities `p` and the targets `t`, summed and divided by the length of the first axis: a
    number, shape ().

    t: as many numbers as `p` has, from 0 to 1; of the shape of `p`, or with other axes. Probabilities are held between 1e-15
    and 0.999.
    """

def cbrt(x: Operand) -> Variable:
    """The real cube root, also of negative numbers."""

def ceil(x: Operand) -> Variable:
    """The smallest whole number that is not below `x`."""

def clip(x: Operand, x_min: float, x_max: float) -> Variable:
    """`x` held between two numbers; with derivative 1 from one to the other and 0 outside.

    >>> F.clip(np.array([-3.0, 0.5, 3.0]), -1, 1)
    variable([-1.   0.5  1. ])
    """

def cos(x: Operand) -> Variable:
    """The cosine of an angle in radians."""

def cosh(x: Operand) -> Variable:
    """The hyperbolic cosine."""

def digamma(x: Operand) -> Variable:
    """The digamma function, the derivative of `lgamma`."""

def div(x0: Operand, x1: Operand) -> Variable:
    """`x0 / x1`; integers give floats."""

def dropout(x: Operand, dropout_ratio: float = 0.5) -> Variable:
    """In training, zeros in place of a random share of the elements, and the others divided by the share that is left;
    else `x`.

    `Config.train` says which, and `test_mode` changes it. The random numbers are NumPy's: `np.random.seed` makes them repeat.
    Raises ValueError for a ratio that is not from 0 to below 1.
    """

def embed_id(x: Operand, W: Operand) -> Variable:
    """The rows of `W`, `(V, D)`, that the ints in `x` name."""

def erf(x: Operand) -> Variable:
    """The error function."""

def exp(x: Operand) -> Variable:
    """`e^x`."""

def exp2(x: Operand) -> Variable:
    """`2^x`."""

def expm1(x: Operand) -> Variable:
    """`e^x - 1`, exact also near 0."""

def flatten(x: Operand) -> Variable:
    """Each entry along the first axis, the batch, as one axis: shape `(N, A, B)` becomes `(N, A * B)`."""

def floor(x: Operand) -> Variable:
    """The largest whole number that is not above `x`."""

def hypot(x0: Operand, x1: Operand) -> Variable:
    """`sqrt(x0^2 + x1^2)` without overflow; the derivative at the origin is 0."""

def leaky_relu(x: Operand, slope: float = 0.2) -> Variable:
    """`x` where it is positive, elsewhere `slope * x`; with derivative `slope` at 0.

    >>> F.leaky_relu(np.array([-1.0, 2.0]))
    variable([-0.2  2. ])
    """

def lgamma(x: Operand) -> Variable:
    """The logarithm of the absolute value of the gamma function."""

def linear(x: Operand, W: Operand, b: Operand | None = None) -> Variable:
    """`x @ W + b`: shapes `(N, I)`, `(I, O)` and `(O,)` give `(N, O)`.

    Where `b` is None, or a Variable whose data is None, `x @ W`.

    >>> F.linear(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]), np.array([5.0]))
    variable([[16.]])
    """

def linear_simple(x: Operand, W: Operand, b: Operand | None = None) -> Variable:
    """`linear`, step by step as in the book."""

def log(x: Operand) -> Variable:
    """The natural logarithm."""

def log10(x: Operand) -> Variable:
    """The logarithm to base 10."""

def log1p(x: Operand) -> Variable:
    """`log(1 + x)`, exact also near 0."""

def log2(x: Operand) -> Variable:
    """The logarithm to base 2."""

def maximum(x0: Operand, x1: Operand) -> Variable:
    """The larger of the two; a tie shares the derivative. NaN if either is."""

def mean_squared_error(x0: Operand, x1: Operand) -> Variable:
    """The sum of the squares of `x0 - x1`, divided by the length of the first axis: a number, shape ().

    >>> F.mean_squared_error(np.array([1.0, 2.0]), np.array([0.0, 4.0]))
    variable(2.5)
    """

def mean_squared_error_simple(x0: Operand, x1: Operand) -> Variable:
    """`mean_squared_error`, step by step."""

def minimum(x0: Operand, x1: Operand) -> Variable:
    """The smaller of the two; a tie shares the derivative. NaN if either is."""

def mul(x0: Operand, x1: Operand) -> Variable:
    """`x0 * x1`."""

def neg(x: Operand) -> Variable:
    """`-x`."""

def polygamma(x: Operand, n: float) -> Variable:
    """The polygamma function of order `n`, the `n`-th derivative of `digamma`; NaN unless `n` is a whole number from 0."""

def powf(x: Operand, exponent: float) -> Variable:
    """`x` to a constant power. `x^0` is 1 with derivative 0, also at 0."""

def recip(x: Operand) -> Variable:
    """`1 / x`."""

def relu(x: Operand) -> Variable:
    """`max(x, 0)`, with derivative 0 at 0."""

def round(x: Operand) -> Variable:
    """The nearest whole number, halves to the even one, as NumPy does."""

def sigmoid(x: Operand) -> Variable:
    """The logistic function `1 / (1 + e^-x)`."""

def sigmoid_cross_entropy(x: Operand, t: Operand) -> Variable:
    """The cross entropy of the sigmoid of `x` and the targets `t`, summed and divided by the length of the first axis: a
    number, shape ().

    t: as many numbers as `x` has, from 0 to 1; of the shape of `x`, or with other axes.
    """

def sigmoid_simple(x: Operand) -> Variable:
    """`sigmoid`, step by step: `1 / (1 + exp(-x))`, which overflows for large negative `x`."""

def sign(x: Operand) -> Variable:
    """The sign: -1, 0 or 1."""

def sin(x: Operand) -> Variable:
    """The sine of an angle in radians."""

def sinh(x: Operand) -> Variable:
    """The hyperbolic sine."""

def softmax_cross_entropy(x: Operand, t: Operand) -> Variable:
    """The mean cross entropy of the softmax of `x` and the labels `t`: a number, shape ().

    x: scores, floats of shape `(N, C)`. t: N ints, each from 0 to C - 1.

    Raises ValueError for other shapes, TypeError for labels that are no ints, and IndexError for one that is too large.

    >>> F.softmax_cross_entropy(np.array([[1.0, 1.0], [0.0, 0.0]]), np.array([0, 1]))
    variable(0.6931471805599453)
    """

def softmax_cross_entropy_simple(x: Operand, t: Operand) -> Variable:
    """`softmax_cross_entropy`, step by step: probabilities below 1e-15 count as that."""

def softmax_simple(x: Operand, axis: int = 1) -> Variable:
    """`softmax`, step by step: `exp(x)` over its sum along an axis, which overflows for large `x`."""

def softplus(x: Operand) -> Variable:
    """`log(1 + e^x)`, without overflow."""

def sqrt(x: Operand) -> Variable:
    """The square root."""

def square(x: Operand) -> Variable:
    """`x^2`."""

def sub(x0: Operand, x1: Operand) -> Variable:
    """`x0 - x1`."""

def tan(x: Operand) -> Variable:
    """The tangent of an angle in radians."""

def tanh(x: Operand) -> Variable:
    """The hyperbolic tangent."""

class Abs(EngineFunction):
    """`Abs()(x)` is `abs(x)`."""

    def __init__(self) -> None: ...

class Acos(EngineFunction):
    """`Acos()(x)` is `acos(x)`."""

    def __init__(self) -> None: ...

class Acosh(EngineFunction):
    """`Acosh()(x)` is `acosh(x)`."""

    def __init__(self) -> None: ...

class Add(EngineFunction):
    """`Add()(x0, x1)` is `add(x0, x1)`."""

    def __init__(self) -> None: ...

class ArgMax(EngineFunction):
    """Applied by other functions, not by itself."""

    def __init__(self) -> None: ...

class ArgMin(EngineFunction):
    """Applied by other functions, not by itself."""

    def __init__(self) -> None: ...

class Asin(EngineFunction):
    """`Asin()(x)` is `asin(x)`."""

    def __init__(self) -> None: ...

class Asinh(EngineFunction):
    """`Asinh()(x)` is `asinh(x)`."""

    def __init__(self) -> None: ...

class Atan(EngineFunction):
    """`Atan()(x)` is `atan(x)`."""

    def __init__(self) -> None: ...

class Atan2(EngineFunction):
    """`Atan2()(x0, x1)` is `atan2(x0, x1)`."""

    def __init__(self) -> None: ...

class Atanh(EngineFunction):
    """`Atanh()(x)` is `atanh(x)`."""

    def __init__(self) -> None: ...

class BroadcastTo(EngineFunction):
    """`BroadcastTo(shape)(x)` is `broadcast_to(x, shape)`."""

    def __init__(self, shape: Ints) -> None: ...

class Cast(EngineFunction):
    """`Cast(dtype)(x)` is `cast(x, dtype)`."""

    def __init__(self, dtype: Any) -> None: ...

class Cbrt(EngineFunction):
    """`Cbrt()(x)` is `cbrt(x)`."""

    def __init__(self) -> None: ...

class Ceil(EngineFunction):
    """`Ceil()(x)` is `ceil(x)`."""

    def __init__(self) -> None: ...

class Cholesky(EngineFunction):
    """Applied by other functions, not by itself."""

    def __init__(self) -> None: ...

class Clip(EngineFunction):
    """`Clip(x_min, x_max)(x)` is `clip(x, x_min, x_max)`."""

    def __init__(self, x_min: float, x_max: float) -> None: ...

class Concatenate(EngineFunction):
    """Applied by other functions, not by itself."""

    def __init__(self) -> None: ...

class Cos(EngineFunction):
    """`Cos()(x)` is `cos(x)`."""

    def __init__(self) -> None: ...

class Cosh(EngineFunction):
    """`Cosh()(x)` is `cosh(x)`."""

    def __init__(self) -> None: ...

class CumSum(EngineFunction):
    """`CumSum(axis)(x)` is `cumsum(x, axis)`."""

    def __init__(self, axis: int = 0) -> None: ...

class Det(EngineFunction):
    """Applied by other functions, not by itself."""

    def __init__(self) -> None: ...

class Diag(EngineFunction):
    """Applied by other functions, not by itself."""

    def __init__(self) -> None: ...

class Diagonal(EngineFunction):
    """Applied by other functions, not by itself."""

    def __init__(self) -> None: ...

class Digamma(EngineFunction):
    """`Digamma()(x)` is `digamma(x)`."""

    def __init__(self) -> None: ...

class Div(EngineFunction):
    """`Div()(x0, x1)` is `div(x0, x1)`."""

    def __init__(self) -> None: ...

class Erf(EngineFunction):
    """`Erf()(x)` is `erf(x)`."""

    def __init__(self) -> None: ...

class Exp(EngineFunction):
    """`Exp()(x)` is `exp(x)`."""

    def __init__(self) -> None: ...

class Exp2(EngineFunction):
    """`Exp2()(x)` is `exp2(x)`."""

    def __init__(self) -> None: ...

class Expm1(EngineFunction):
    """`Expm1()(x)` is `expm1(x)`."""

    def __init__(self) -> None: ...

class Floor(EngineFunction):
    """`Floor()(x)` is `floor(x)`."""

    def __init__(self) -> None: ...

class Gather(EngineFunction):
    """Applied by other functions, not by itself."""

    def __init__(self) -> None: ...

class GatherNd(EngineFunction):
    """Applied by other functions, not by itself."""

    def __init__(self) -> None: ...

class GetItem(EngineFunction):
    """`GetItem(slices)(x)` is `get_item(x, slices)`."""

    def __init__(self, slices: Any) -> None: ...

class GetItemGrad(EngineFunction):
    """`GetItemGrad(slices, in_shape)(gy)`: zeros of a shape, with `gy` added where an index points to."""

    def __init__(self, slices: Any, in_shape: Ints) -> None: ...

class Hypot(EngineFunction):
    """`Hypot()(x0, x1)` is `hypot(x0, x1)`."""

    def __init__(self) -> None: ...

class Inv(EngineFunction):
    """Applied by other functions, not by itself."""

    def __init__(self) -> None: ...

class LeakyReLU(EngineFunction):
    """`LeakyReLU(slope)(x)` is `leaky_relu(x, slope)`."""

    def __init__(self, slope: float) -> None: ...

class Lgamma(EngineFunction):
    """`Lgamma()(x)` is `lgamma(x)`."""

    def __init__(self) -> None: ...

class Linear(EngineFunction):
    """`Linear()(x, W, b)` is `linear(x, W, b)`."""

    def __init__(self) -> None: ...

class Log(EngineFunction):
    """`Log()(x)` is `log(x)`."""

    def __init__(self) -> None: ...

class Log10(EngineFunction):
    """`Log10()(x)` is `log10(x)`."""

    def __init__(self) -> None: ...

class Log1p(EngineFunction):
    """`Log1p()(x)` is `log1p(x)`."""

    def __init__(self) -> None: ...

class Log2(EngineFunction):
    """`Log2()(x)` is `log2(x)`."""

    def __init__(self) -> None: ...

class LogAbsDet(EngineFunction):
    """Applied by other functions, not by itself."""

    def __init__(self) -> None: ...

class LogSoftmax(EngineFunction):
    """`LogSoftmax(axis)(x)` is `log_softmax(x, axis)`."""

    def __init__(self, axis: int = 1) -> None: ...

class LogSumExp(EngineFunction):
    """`LogSumExp(axis, keepdims)(x)` is `logsumexp(x, axis, keepdims)`."""

    def __init__(self, axis: Axis = None, keepdims: bool = False) -> None: ...

class MatMul(EngineFunction):
    """`MatMul()(x, W)` is `matmul(x, W)`."""

    def __init__(self) -> None: ...

class Max(EngineFunction):
    """`Max(axis, keepdims)(x)` is `max(x, axis, keepdims)`."""

    def __init__(self, axis: Axis = None, keepdims: bool = False) -> None: ...

class Maximum(EngineFunction):
    """`Maximum()(x0, x1)` is `maximum(x0, x1)`."""

    def __init__(self) -> None: ...

class MeanSquaredError(EngineFunction):
    """`MeanSquaredError()(x0, x1)` is `mean_squared_error(x0, x1)`."""

    def __init__(self) -> None: ...

class Min(EngineFunction):
    """`Min(axis, keepdims)(x)` is `min(x, axis, keepdims)`."""

    def __init__(self, axis: Axis = None, keepdims: bool = False) -> None: ...

class Minimum(EngineFunction):
    """`Minimum()(x0, x1)` is `minimum(x0, x1)`."""

    def __init__(self) -> None: ...

class Mul(EngineFunction):
    """`Mul()(x0, x1)` is `mul(x0, x1)`."""

    def __init__(self) -> None: ...

class Neg(EngineFunction):
    """`Neg()(x)` is `neg(x)`."""

    def __init__(self) -> None: ...

class Pad(EngineFunction):
    """Applied by other functions, not by itself."""

    def __init__(self) -> None: ...

class Polygamma(EngineFunction):
    """`Polygamma(n)(x)` is `polygamma(x, n)`."""

    def __init__(self, n: float) -> None: ...

class Pow(EngineFunction):
    """`Pow(c)(x0)` is `pow(x0, c)`."""

    def __init__(self, c: Operand) -> None: ...

class PutAdd(EngineFunction):
    """Applied by other functions, not by itself."""

    def __init__(self) -> None: ...

class ReLU(EngineFunction):
    """`ReLU()(x)` is `relu(x)`."""

    def __init__(self) -> None: ...

class Recip(EngineFunction):
    """`Recip()(x)` is `recip(x)`."""

    def __init__(self) -> None: ...

class Reshape(EngineFunction):
    """`Reshape(shape)(x)` is `reshape(x, shape)`."""

    def __init__(self, shape: Ints) -> None: ...

class Round(EngineFunction):
    """`Round()(x)` is `round(x)`."""

    def __init__(self) -> None: ...

class ScatterAdd(EngineFunction):
    """Applied by other functions, not by itself."""

    def __init__(self) -> None: ...

class ScatterNdAdd(EngineFunction):
    """Applied by other functions, not by itself."""

    def __init__(self) -> None: ...

class Sigmoid(EngineFunction):
    """`Sigmoid()(x)` is `sigmoid(x)`."""

    def __init__(self) -> None: ...

class Sign(EngineFunction):
    """`Sign()(x)` is `sign(x)`."""

    def __init__(self) -> None: ...

class SignDet(EngineFunction):
    """Applied by other functions, not by itself."""

    def __init__(self) -> None: ...

class Sin(EngineFunction):
    """`Sin()(x)` is `sin(x)`."""

    def __init__(self) -> None: ...

class Sinh(EngineFunction):
    """`Sinh()(x)` is `sinh(x)`."""

    def __init__(self) -> None: ...

class Softmax(EngineFunction):
    """`Softmax(axis)(x)` is `softmax(x, axis)`."""

    def __init__(self, axis: int = 1) -> None: ...

class SoftmaxCrossEntropy(EngineFunction):
    """`SoftmaxCrossEntropy()(x, t)` is `softmax_cross_entropy(x, t)`."""

    def __init__(self) -> None: ...

class Softplus(EngineFunction):
    """`Softplus()(x)` is `softplus(x)`."""

    def __init__(self) -> None: ...

class Solve(EngineFunction):
    """Applied by other functions, not by itself."""

    def __init__(self) -> None: ...

class Sqrt(EngineFunction):
    """`Sqrt()(x)` is `sqrt(x)`."""

    def __init__(self) -> None: ...

class Square(EngineFunction):
    """`Square()(x)` is `square(x)`."""

    def __init__(self) -> None: ...

class Sub(EngineFunction):
    """`Sub()(x0, x1)` is `sub(x0, x1)`."""

    def __init__(self) -> None: ...

class Sum(EngineFunction):
    """`Sum(axis, keepdims)(x)` is `sum(x, axis, keepdims)`."""

    def __init__(self, axis: Axis = None, keepdims: bool = False) -> None: ...

class SumTo(EngineFunction):
    """`SumTo(shape)(x)` is `sum_to(x, shape)`."""

    def __init__(self, shape: Ints) -> None: ...

class Take(EngineFunction):
    """Applied by other functions, not by itself."""

    def __init__(self) -> None: ...

class Tan(EngineFunction):
    """`Tan()(x)` is `tan(x)`."""

    def __init__(self) -> None: ...

class Tanh(EngineFunction):
    """`Tanh()(x)` is `tanh(x)`."""

    def __init__(self) -> None: ...

class Transpose(EngineFunction):
    """`Transpose(axes)(x)` is `transpose(x, axes)`."""

    def __init__(self, axes: Ints | None = None) -> None: ...

class Tril(EngineFunction):
    """Applied by other functions, not by itself."""

    def __init__(self) -> None: ...

class Triu(EngineFunction):
    """Applied by other functions, not by itself."""

    def __init__(self) -> None: ...

class Where(EngineFunction):
    """`Where()(condition, x, y)` is `where(condition, x, y)`."""

    def __init__(self) -> None: ...
