"""What the native module has. The signatures are written here; the docstrings are copied by `make_stubs.py`."""

# The gradients of `SimpleVariable` are arrays.
# mypy: disable-error-code=override

from collections.abc import Callable, Iterator, Sequence
from os import PathLike
from typing import Any, Literal, SupportsIndex, final, overload

import numpy as np
import numpy.typing as npt

from dezero._types import Array, Axis, Ints, Operand

primitives: dict[str, Callable[..., Variable]]
labels: dict[str, str]

class Variable:
    """A value that remembers how it was computed.

    `Variable(data, name=None)`, with `data` a NumPy array (or None, to be set later). float64, float32, int64 and bool
    arrays are held as they are; smaller integers become int64, and float16 becomes float32.

    Arithmetic with variables, arrays and numbers happens at once and is recorded. `backward()` then leaves
    derivatives in the `grad` of the variables that the computation began with:

    >>> import numpy as np
    >>> from dezero import Variable
    >>> x = Variable(np.array(2.0))
    >>> y = x ** 2 + 3 * x
    >>> y
    variable(10.0)
    >>> y.backward()
    >>> x.grad
    variable(7.0)

    A derivative is a variable too. With `backward(create_graph=True)` it remembers how it was computed, and can be
    differentiated again, to any order.
    """

    __array_priority__: int

    def __init__(self, data: Array | None, name: str | None = None) -> None: ...
    @property
    def data(self) -> Array:
        """The value, a NumPy array.

        Of a variable made by hand it can be changed, in place or by another array: what is computed later sees the
        change, what was recorded before does not. Of a result it is read-only.
        """

    @data.setter
    def data(self, value: Array | np.generic | float | None) -> None: ...
    @property
    def grad(self) -> Variable | None:
        """The derivative that `backward` left here: a Variable, or None."""

    @grad.setter
    def grad(self, value: Operand | None) -> None: ...
    @property
    def name(self) -> str | None:
        """The name in drawings: a str, or None."""

    @name.setter
    def name(self, value: str | None) -> None: ...
    @property
    def creator(self) -> Function | None:
        """The function that computed this variable, or None for one made by hand."""

    @property
    def generation(self) -> int:
        """How deep the computation below this variable is: 0 for a variable made by hand, else one more than that of the
        deepest input of its creator.
        """

    @property
    def shape(self) -> tuple[int, ...]:
        """The length along each axis."""

    @property
    def ndim(self) -> int:
        """The number of axes."""

    @property
    def size(self) -> int:
        """The number of elements."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the elements."""

    @property
    def T(self) -> Variable:
        """The axes reversed."""

    def backward(self, retain_grad: bool = False, create_graph: bool = False) -> None:
        """Differentiates this variable by everything it was computed from: adds to the `grad` of the variables that
        the computation began with.

        The sweep starts from this variable's own `grad` if there is one, else from ones.

        retain_grad: leave gradients in the results on the way too, as far as you hold them.
        create_graph: record the derivatives, so that they can be differentiated again.

        Integers have derivatives too, of whatever dtype the rules give.

        Raises RuntimeError if this is a constant, or bools.
        """

    def cleargrad(self) -> None:
        """Forgets the derivative: the next `backward` starts from nothing."""

    def unchain(self) -> None:
        """Cuts this variable off from the function that computed it; `backward` ends here."""

    def unchain_backward(self) -> None:
        """Cuts off everything that this variable was computed from, keeping only the last function, as in truncated
        backpropagation through time.
        """

    def detach(self) -> Variable:
        """A constant with the same value and no history."""

    def item(self) -> float:
        """The value as a Python number, for variables with one element. Raises ValueError for more."""

    @overload
    def reshape(self, *shape: SupportsIndex) -> Variable:
        """The same elements in another shape: `x.reshape(2, 3)` or `x.reshape((2, 3))`; one length may be -1."""

    @overload
    def reshape(self, shape: Sequence[SupportsIndex], /) -> Variable:
        """The same elements in another shape: `x.reshape(2, 3)` or `x.reshape((2, 3))`; one length may be -1."""

    @overload
    def transpose(self, *axes: SupportsIndex) -> Variable:
        """The axes in another order: reversed, or as the arguments say: `x.transpose(1, 0, 2)` or `x.transpose((1, 0, 2))`."""

    @overload
    def transpose(self, axes: Sequence[SupportsIndex] | None, /) -> Variable:
        """The axes in another order: reversed, or as the arguments say: `x.transpose(1, 0, 2)` or `x.transpose((1, 0, 2))`."""

    def sum(self, axis: Axis = None, keepdims: bool = False) -> Variable:
        """The sum over axes.

        axis: None for all axes, an int, or a tuple of ints; keepdims: keep the axes, with length 1. Raises AxisError for
        an axis out of range.
        """

    def mean(self, axis: Axis = None, keepdims: bool = False) -> Variable:
        """The mean over axes.

        axis: None for all axes, an int, or a tuple of ints; keepdims: keep the axes, with length 1. Raises AxisError for
        an axis out of range.
        """

    def prod(self, axis: Axis = None, keepdims: bool = False) -> Variable:
        """The product over axes.

        axis: None for all axes, an int, or a tuple of ints; keepdims: keep the axes, with length 1. Raises AxisError for
        an axis out of range.
        """

    def max(self, axis: Axis = None, keepdims: bool = False) -> Variable:
        """The largest over axes; those that tie share the derivative.

        axis: None for all axes, an int, or a tuple of ints; keepdims: keep the axes, with length 1. Raises AxisError for
        an axis out of range.
        """

    def min(self, axis: Axis = None, keepdims: bool = False) -> Variable:
        """The smallest over axes; those that tie share the derivative.

        axis: None for all axes, an int, or a tuple of ints; keepdims: keep the axes, with length 1. Raises AxisError for
        an axis out of range.
        """

    def var(self, axis: Axis = None, keepdims: bool = False) -> Variable:
        """The variance over axes: the mean square of the distance from the mean.

        axis: None for all axes, an int, or a tuple of ints; keepdims: keep the axes, with length 1. Raises AxisError for
        an axis out of range.
        """

    def std(self, axis: Axis = None, keepdims: bool = False) -> Variable:
        """The standard deviation over axes.

        axis: None for all axes, an int, or a tuple of ints; keepdims: keep the axes, with length 1. Raises AxisError for
        an axis out of range.
        """

    def cumsum(self, axis: int = 0) -> Variable:
        """Running sums along an axis."""

    def squeeze(self, axis: Axis = None) -> Variable:
        """Without the named axes, or without all axes of length 1."""

    def astype(self, dtype: npt.DTypeLike) -> Variable:
        """The elements converted to another dtype: 'float64', 'float32', 'int64' or 'bool'. Raises TypeError for others."""

    def matmul(self, W: Operand) -> Variable:
        """The matrix product, as NumPy's `matmul`; of vectors the inner product."""

    def dot(self, W: Operand) -> Variable:
        """The matrix product, as NumPy's `matmul`; of vectors the inner product."""

    def matmaul(self, W: Operand) -> Variable:
        """The matrix product, as NumPy's `matmul`; of vectors the inner product."""

    def to_cpu(self) -> None:
        """Does nothing, and is there for the scripts that call it: data is always in main memory."""

    def to_gpu(self) -> None:
        """Raises RuntimeError: there is no GPU support."""

    def __add__(self, other: Operand, /) -> Variable: ...
    def __radd__(self, other: Operand, /) -> Variable: ...
    def __sub__(self, other: Operand, /) -> Variable: ...
    def __rsub__(self, other: Operand, /) -> Variable: ...
    def __mul__(self, other: Operand, /) -> Variable: ...
    def __rmul__(self, other: Operand, /) -> Variable: ...
    def __truediv__(self, other: Operand, /) -> Variable: ...
    def __rtruediv__(self, other: Operand, /) -> Variable: ...
    def __pow__(self, other: Operand, modulo: None = None, /) -> Variable: ...
    def __rpow__(self, other: Operand, modulo: None = None, /) -> Variable: ...
    def __matmul__(self, other: Operand, /) -> Variable: ...
    def __rmatmul__(self, other: Operand, /) -> Variable: ...
    def __neg__(self) -> Variable: ...
    def __pos__(self) -> Variable: ...
    def __abs__(self) -> Variable: ...
    def __getitem__(self, index: Any, /) -> Variable: ...
    def __iter__(self) -> Iterator[Variable]: ...
    def __len__(self) -> int: ...
    def __bool__(self) -> bool: ...
    def __float__(self) -> float: ...
    def __int__(self) -> int: ...
    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Array: ...
    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **named: Any) -> Any: ...

class Function:
    """What computes variables from variables.

    A function of your own is a class derived from this one, with `forward(self, *xs)`, which gets NumPy arrays and
    returns an array or a tuple of arrays, and `backward(self, *gys)`, which gets the derivatives of the results as
    Variables and returns that of each input, of its shape:

    >>> import numpy as np
    >>> import dezero.functions as F
    >>> from dezero import Function
    >>> class Sin(Function):
    ...     def forward(self, x):
    ...         return np.sin(x)
    ...     def backward(self, gy):
    ...         x, = self.inputs
    ...         return gy * F.cos(x)

    `Sin()(x)` applies it. What `backward` computes with Variables can be differentiated again, to any order; what it
    computes with `x.data` is a constant to further derivatives.
    """

    def __init__(self, *_args: Any, **_kwargs: Any) -> None: ...
    def __call__(self, *inputs: Operand) -> Any: ...
    def forward(self, *xs: Any) -> Any:
        """The results, an array or a tuple of arrays, from the arrays that go in."""

    def backward(self, *gys: Any) -> Any:
        """The derivative of each input, from that of each result."""

    def _differentiate(self, gy: Operand) -> Any:
        """The derivative of each input of a call of the engine's, from that of its result."""

    @property
    def inputs(self) -> list[Variable]:
        """The Variables that the function was applied to, a list."""

    @property
    def outputs(self) -> list[Callable[[], Variable]]:
        """Weak references to the results, a list: call one for the Variable."""

    @property
    def generation(self) -> int:
        """One less than that of the results: the greatest among the inputs."""

    def _bind(self, result: Variable) -> None:
        """Makes this the creator of a variable that a function of the engine computed."""

class SimpleVariable(Variable):
    """A variable whose gradients are arrays, as in the first half of the book's second stage.

    `Variable(data, name=None)`, as `dezero.Variable`; `grad` is a NumPy array, and `backward` does not make
    derivatives that can be differentiated again.
    """

    @property
    def grad(self) -> Array | None:
        """The derivative that `backward` left here: a NumPy array, or None."""

    @grad.setter
    def grad(self, value: Operand | None) -> None: ...
    def backward(self, retain_grad: bool = False) -> None:
        """Differentiates this variable by everything it was computed from: adds to the `grad` of the variables that
        the computation began with.
        """

    def __add__(self, other: Operand, /) -> SimpleVariable: ...
    def __radd__(self, other: Operand, /) -> SimpleVariable: ...
    def __sub__(self, other: Operand, /) -> SimpleVariable: ...
    def __rsub__(self, other: Operand, /) -> SimpleVariable: ...
    def __mul__(self, other: Operand, /) -> SimpleVariable: ...
    def __rmul__(self, other: Operand, /) -> SimpleVariable: ...
    def __truediv__(self, other: Operand, /) -> SimpleVariable: ...
    def __rtruediv__(self, other: Operand, /) -> SimpleVariable: ...
    def __pow__(self, other: Operand, modulo: None = None, /) -> SimpleVariable: ...
    def __rpow__(self, other: Operand, modulo: None = None, /) -> SimpleVariable: ...
    def __neg__(self) -> SimpleVariable: ...

class SimpleFunction(Function):
    """A function whose `backward` works on arrays, as in the first half of the book's second stage: it gets NumPy arrays and
    returns such, and cannot be differentiated again.
    """

    def __call__(self, *inputs: Operand) -> Any: ...

@final
class Pullback:
    """The way back through a function: call it with a cotangent of the value for those of the variables."""

    def __call__(self, cotangent: Operand) -> Any: ...

@final
class Polynomial:
    """A Taylor polynomial: call it with a number, an array or a Variable; print it; differentiate it."""

    def __init__(self, coefficients: Sequence[float], around: float = 0.0) -> None: ...
    @overload
    def __call__(self, x: Variable) -> Variable: ...
    @overload
    def __call__(self, x: Array) -> Array: ...
    @overload
    def __call__(self, x: float) -> float: ...
    @property
    def coefficients(self) -> list[float]:
        """The coefficients, the constant first: derivatives over k!."""

    @property
    def around(self) -> float:
        """The point that the polynomial is around."""

    @property
    def order(self) -> int:
        """The order."""

    def derivative(self) -> Polynomial:
        """The derivative, a polynomial around the same point."""

    def remainder(self, x: float) -> float:
        """About how far the polynomial is from the function at x: the size of the next term."""

@final
class Optimum:
    """Where a search ended, and what is known of the place."""

    @property
    def x(self) -> Any:
        """The point: a Variable, or a list of them, as the start was given."""

    @property
    def value(self) -> float:
        """The function there."""

    @property
    def gradient_norm(self) -> float:
        """The largest absolute entry of the gradient there."""

    @property
    def iterations(self) -> int:
        """The steps taken."""

    @property
    def converged(self) -> bool:
        """Whether the search arrived, at a place that is not seen to be a saddle."""

    @property
    def stop(self) -> str:
        """Why the search ended: a str."""

    @property
    def method(self) -> str:
        """What was used to search, and if it was chosen, why: a str."""

    @property
    def evaluations(self) -> str:
        """What was evaluated, and how often: a str."""

    @property
    def trace(self) -> list[tuple[list[float], float]]:
        """The points on the way, if they were asked for: a list of tuples (numbers, value)."""

@final
class Compiled:
    """A function that was recorded once and is replayed: called with Variables, arrays or numbers, as the function is.

    Variables enter their graph as one operation, which can be differentiated to any order.
    """

    def __call__(self, *inputs: Operand) -> Any: ...
    @property
    def program(self) -> Program:
        """The program: for its derivatives, for arrays, to print."""

@final
class Program:
    """What was recorded of a function: called with arrays, it gives arrays. Its derivatives are programs too."""

    def __call__(self, *inputs: Operand) -> Any: ...
    def grad(self) -> Program:
        """The gradient by every input."""

    def value_and_grad(self) -> Program:
        """The value and the gradient by every input."""

    def hessian(self) -> Program:
        """The Hessian, of one input of one axis or of numbers."""

    def jacobian(self) -> Program:
        """The Jacobian."""

    def hvp(self) -> Program:
        """The Hessian times a vector, which comes after the inputs."""

    def jvp(self) -> Program:
        """The value and its derivative in a direction, which comes after the inputs."""

    def derivative(self, order: int) -> Program:
        """The derivative of this order, of a function of one number."""

    def to_bytes(self) -> bytes:
        """The program as bytes, for `Program.from_bytes`."""

    @staticmethod
    def from_bytes(bytes: bytes) -> Program:
        """A program from what `to_bytes` gave. Raises ValueError for anything else."""

    def __len__(self) -> int: ...

@final
class Graph:
    """A drawing of how variables were computed. Notebooks show it inline; `save` writes it to a file."""

    def save(self, path: str | PathLike[str]) -> None:
        """Writes the drawing to a file; the format follows from the extension: .svg, .png, .pdf, .html or .dot.

        Raises ValueError for another extension, and OSError if the file cannot be written.
        """

    def svg(self) -> str:
        """The drawing as SVG: a str."""

    def dot(self) -> str:
        """The graph in the DOT language: a str."""

    def to_bytes(self, format: Literal["svg", "png", "pdf", "html", "dot"], scale: float = 2.0) -> bytes:
        """The drawing as the bytes of a file of this format: 'svg', 'png', 'pdf', 'html' or 'dot'."""

    @property
    def variables(self) -> int:
        """The number of variables in the graph."""

    @property
    def functions(self) -> list[str]:
        """The labels of the functions in the graph, from the results downwards."""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]: ...

# On whole arrays

def reshape(x: Operand, shape: Ints) -> Variable:
    """The same elements in another shape, of which one length may be -1."""

def transpose(x: Operand, axes: Ints | None = None) -> Variable:
    """The axes in another order: reversed, or as `axes` says."""

def sum(x: Operand, axis: Axis = None, keepdims: bool = False) -> Variable:
    """The sum over axes.

    axis: None for all axes, an int, or a tuple of ints; keepdims: keep the axes, with length 1. Raises AxisError for
    an axis out of range.
    """

def mean(x: Operand, axis: Axis = None, keepdims: bool = False) -> Variable:
    """The mean over axes.

    axis: None for all axes, an int, or a tuple of ints; keepdims: keep the axes, with length 1. Raises AxisError for
    an axis out of range.
    """

def prod(x: Operand, axis: Axis = None, keepdims: bool = False) -> Variable:
    """The product over axes.

    axis: None for all axes, an int, or a tuple of ints; keepdims: keep the axes, with length 1. Raises AxisError for
    an axis out of range.
    """

def max(x: Operand, axis: Axis = None, keepdims: bool = False) -> Variable:
    """The largest over axes; those that tie share the derivative.

    axis: None for all axes, an int, or a tuple of ints; keepdims: keep the axes, with length 1. Raises AxisError for
    an axis out of range.
    """

def min(x: Operand, axis: Axis = None, keepdims: bool = False) -> Variable:
    """The smallest over axes; those that tie share the derivative.

    axis: None for all axes, an int, or a tuple of ints; keepdims: keep the axes, with length 1. Raises AxisError for
    an axis out of range.
    """

def var(x: Operand, axis: Axis = None, keepdims: bool = False) -> Variable:
    """The variance over axes: the mean square of the distance from the mean.

    axis: None for all axes, an int, or a tuple of ints; keepdims: keep the axes, with length 1. Raises AxisError for
    an axis out of range.
    """

def std(x: Operand, axis: Axis = None, keepdims: bool = False) -> Variable:
    """The standard deviation over axes.

    axis: None for all axes, an int, or a tuple of ints; keepdims: keep the axes, with length 1. Raises AxisError for
    an axis out of range.
    """

def logsumexp(x: Operand, axis: Axis = None, keepdims: bool = False) -> Variable:
    """The logarithm of the sum of exponentials over axes, without overflow.

    axis: None for all axes, an int, or a tuple of ints; keepdims: keep the axes, with length 1. Raises AxisError for
    an axis out of range.
    """

def softmax(x: Operand, axis: int = 1) -> Variable:
    """Exponentials along an axis that sum to one. The axis is 1, that of the classes, unless given: a vector has axis 0."""

def log_softmax(x: Operand, axis: int = 1) -> Variable:
    """The logarithm of `softmax`, without overflow. The axis is 1 unless given."""

def cumsum(x: Operand, axis: int = 0) -> Variable:
    """Running sums along an axis."""

def broadcast_to(x: Operand, shape: Ints) -> Variable:
    """Elements repeated along new axes and axes of length 1, to a shape."""

def sum_to(x: Operand, shape: Ints) -> Variable:
    """The reverse of `broadcast_to`: sums over the axes that it would repeat."""

def expand_dims(x: Operand, axis: int) -> Variable:
    """With an axis of length 1 inserted, which becomes axis `axis` of the result."""

def squeeze(x: Operand, axis: Axis = None) -> Variable:
    """Without the named axes, or without all axes of length 1."""

def matmul(x: Operand, W: Operand) -> Variable:
    """The matrix product, as NumPy's `matmul`; of vectors the inner product."""

def cast(x: Operand, dtype: npt.DTypeLike) -> Variable:
    """The elements converted to another dtype: 'float64', 'float32', 'int64' or 'bool'. Raises TypeError for others."""

def where_(condition: Operand, x: Operand, y: Operand) -> Variable:
    """`x` where the condition holds, elsewhere `y`: elementwise, with broadcasting."""

def concatenate(xs: Sequence[Operand], axis: int = 0) -> Variable:
    """Variables or arrays joined along an axis."""

def stack(xs: Sequence[Operand], axis: int = 0) -> Variable:
    """Variables or arrays of one shape, joined along a new axis."""

def get_item(x: Operand, slices: Any) -> Variable:
    """The elements that an index names, as `x[slices]`: numbers, slices, `None`, `...`, arrays of ints or bools."""

# Derivatives

@overload
def grad(y: Variable | Callable[..., Operand], x: Operand) -> Variable:
    """Derivatives: of a result that was computed, or of a function at a point.

    grad(y, x), with y a Variable, gives the derivative of (the sum of) y by x, or a list of them for a list of
    variables. It can be differentiated again, and touches no `grad`.

    grad(f, x), with f a function that gives one number, gives its gradient at x, or a list of them at a list of points.
    Raises ValueError if f gives more numbers.

    >>> x = Variable(np.array(1.0))
    >>> gx = dezero.grad(F.tanh(x), x)
    >>> dezero.grad(gx, x)
    variable(-0.6397000084492246)
    >>> dezero.grad(F.tanh, np.array(0.0))
    variable(1.0)
    """

@overload
def grad(y: Variable | Callable[..., Operand], x: Sequence[Operand]) -> list[Variable]:
    """Derivatives: of a result that was computed, or of a function at a point.

    grad(y, x), with y a Variable, gives the derivative of (the sum of) y by x, or a list of them for a list of
    variables. It can be differentiated again, and touches no `grad`.

    grad(f, x), with f a function that gives one number, gives its gradient at x, or a list of them at a list of points.
    Raises ValueError if f gives more numbers.

    >>> x = Variable(np.array(1.0))
    >>> gx = dezero.grad(F.tanh(x), x)
    >>> dezero.grad(gx, x)
    variable(-0.6397000084492246)
    >>> dezero.grad(F.tanh, np.array(0.0))
    variable(1.0)
    """

@overload
def value_and_grad(f: Callable[..., Operand], x: Operand) -> tuple[Variable, Variable]:
    """The value of a function that gives one number, and its gradient: a tuple. Raises ValueError if it gives more numbers."""

@overload
def value_and_grad(f: Callable[..., Operand], x: Sequence[Operand]) -> tuple[Variable, list[Variable]]:
    """The value of a function that gives one number, and its gradient: a tuple. Raises ValueError if it gives more numbers."""

def vjp(f: Callable[..., Operand], x: Operand | Sequence[Operand]) -> tuple[Variable, Pullback]:
    """The value of a function, and the way back: a tuple of a Variable and a function from a cotangent, of the value's
    shape, to those of the variables.

    >>> y, pullback = dezero.vjp(F.exp, np.array([0.0, 1.0]))
    >>> pullback(np.array([1.0, 0.0]))
    variable([1. 0.])
    """

@overload
def jvp(f: Callable[..., Operand], x: Operand, tangent: Operand) -> tuple[Variable, Variable]:
    """The value of a function, and its derivative in a direction: a tuple of two Variables. `tangent` has the form of x.

    >>> dezero.jvp(lambda x: F.sqrt((x * x).sum()), np.array([3.0, 4.0]), np.array([1.0, 0.0]))
    (variable(5.0), variable(0.6))
    """

@overload
def jvp(f: Callable[..., Operand], x: Sequence[Operand], tangent: Sequence[Operand]) -> tuple[Variable, Variable]:
    """The value of a function, and its derivative in a direction: a tuple of two Variables. `tangent` has the form of x.

    >>> dezero.jvp(lambda x: F.sqrt((x * x).sum()), np.array([3.0, 4.0]), np.array([1.0, 0.0]))
    (variable(5.0), variable(0.6))
    """

@overload
def jacobian(f: Callable[..., Operand], x: Operand) -> Variable:
    """The Jacobian of a function: of the shape of its value, then that of the variable; at several variables, a list."""

@overload
def jacobian(f: Callable[..., Operand], x: Sequence[Operand]) -> list[Variable]:
    """The Jacobian of a function: of the shape of its value, then that of the variable; at several variables, a list."""

@overload
def hessian(f: Callable[..., Operand], x: Operand) -> Variable:
    """The Hessian of a function that gives one number: of the shape of the variable twice; for several variables, a list
    of lists of blocks. Raises ValueError if the function gives more numbers.

    >>> dezero.hessian(lambda x: (x ** 3).sum(), np.array([1.0, 2.0]))
    variable([[ 6.  0.]
              [ 0. 12.]])
    """

@overload
def hessian(f: Callable[..., Operand], x: Sequence[Operand]) -> list[list[Variable]]:
    """The Hessian of a function that gives one number: of the shape of the variable twice; for several variables, a list
    of lists of blocks. Raises ValueError if the function gives more numbers.

    >>> dezero.hessian(lambda x: (x ** 3).sum(), np.array([1.0, 2.0]))
    variable([[ 6.  0.]
              [ 0. 12.]])
    """

@overload
def hvp(f: Callable[..., Operand], x: Operand, v: Operand) -> Variable:
    """The Hessian of a function that gives one number, times a vector of the form of x; at several variables, a list. The
    Hessian itself is never formed. Raises ValueError if the function gives more numbers.
    """

@overload
def hvp(f: Callable[..., Operand], x: Sequence[Operand], v: Sequence[Operand]) -> list[Variable]:
    """The Hessian of a function that gives one number, times a vector of the form of x; at several variables, a list. The
    Hessian itself is never formed. Raises ValueError if the function gives more numbers.
    """

def laplacian(f: Callable[..., Operand], x: Operand | Sequence[Operand]) -> Variable:
    """The sum of the second derivatives of a function by each element of x."""

@overload
def jet(f: Callable[..., Operand], x: Operand, series: Sequence[Operand]) -> list[Variable]:
    """The Taylor coefficients of a function along the curve x + series[0] t + series[1] t^2 + ...: a list of Variables, the
    value first. They are derivatives divided by k!.

    >>> dezero.jet(F.sin, np.array(0.0), [np.array(1.0), np.array(0.0), np.array(0.0)])
    [variable(0.0), variable(1.0), variable(-0.0), variable(-0.16666666666666666)]
    """

@overload
def jet(f: Callable[..., Operand], x: Sequence[Operand], series: Sequence[Sequence[Operand]]) -> list[Variable]:
    """The Taylor coefficients of a function along the curve x + series[0] t + series[1] t^2 + ...: a list of Variables, the
    value first. They are derivatives divided by k!.

    >>> dezero.jet(F.sin, np.array(0.0), [np.array(1.0), np.array(0.0), np.array(0.0)])
    [variable(0.0), variable(1.0), variable(-0.0), variable(-0.16666666666666666)]
    """

def derivatives(f: Callable[[Variable], Operand], x: Operand, order: int) -> list[Variable]:
    """A function and its derivatives up to an order: a list of Variables. For an array and a function that works
    elementwise, those of each element.

    >>> dezero.derivatives(F.tanh, np.array(1.0), 2)
    [variable(0.7615941559557649), variable(0.41997434161402614), variable(-0.6397000084492246)]
    """

def taylor(f: Callable[[Variable], Operand], around: float = 0.0, order: int = 5) -> Polynomial:
    """The Taylor polynomial of a function of one number, around a point and up to an order.

    >>> print(dezero.taylor(F.sin, 0.0, 5))
    x - x^3/6 + x^5/120
    """

# Minima, programs, drawings

def minimize(
    f: Callable[..., Operand],
    start: Operand | Sequence[Operand],
    *,
    method: Literal[
        "auto", "gd", "momentum", "adam", "newton", "newton-trust", "bfgs", "lbfgs", "nelder-mead"
    ] = "auto",
    lr: float | None = None,
    bounds: tuple[float | Sequence[float] | Array, float | Sequence[float] | Array] | None = None,
    tolerance: float | None = None,
    iterations: int | None = None,
    compile: bool = False,
    trace: bool = False,
    callback: Callable[[int, list[float], float], object] | None = None,
    maximize: bool = False,
) -> Optimum:
    """Finds a minimum of a function that gives one number, from a start: a Variable, an array or a number, or a list of
    such for a function of several.

    method: 'auto' (chosen by what the function is), 'gd', 'momentum', 'adam' (these with a learning rate `lr`), 'newton',
    'newton-trust', 'bfgs', 'lbfgs' or 'nelder-mead'. bounds: a pair of numbers, or of lists of numbers. tolerance: how small the
    gradient has to be. iterations: at most so many. compile: record the function once and replay it. trace: keep the points
    on the way. callback: called with (iteration, numbers, value) at each point; what it raises ends the search. maximize:
    look for a maximum.

    Returns an Optimum. Raises ValueError for what cannot be done, and what the function raises. Ctrl-C stops it.

    >>> found = dezero.minimize(lambda x, y: 100 * (y - x ** 2) ** 2 + (1 - x) ** 2, [0.0, 2.0])
    >>> [round(float(x), 9) for x in found.x]
    [1.0, 1.0]
    >>> found.converged
    True
    """

def compile(
    f: Callable[..., Operand | Sequence[Operand]],
    *examples: Operand,
    checks: int = 3,
    tolerance: float = 0.0,
    any_shape: bool = False,
    name: str = "Program",
) -> Compiled:
    """Runs a function once at example inputs, and returns it as a function that replays what was recorded.

    A recording cannot see a branch on a value, so the program is compared with the function at some points around the
    example (checks: how many); where they differ, RuntimeError says so. any_shape: record anew for inputs of other shapes
    or dtypes, in place of a ValueError. tolerance: how far, relatively, program and function may be apart there; 0 is to the last
    digit. name: what the program is called in errors and graphs.

    >>> f = dezero.compile(lambda x: (F.sin(x) * F.exp(x)).sum(), np.zeros(1000))
    >>> f(np.ones(1000))
    variable(2287.3552871788415)
    """

def graph(
    *outputs: Variable,
    title: str | None = None,
    style: Literal["learner", "dezero"] = "learner",
    theme: Literal["light", "dark"] = "light",
    verbose: bool = False,
    whole: bool = False,
) -> Graph:
    """The graph of how one or several Variables were computed, to be drawn.

    style: 'learner', with values on the edges and the passes of differentiation in frames, or 'dezero', the book's.
    theme: 'light' or 'dark'. verbose: shapes and dtypes in the book's style. whole: nothing folded or summarised.

    >>> x = Variable(np.array(1.0), name='x')
    >>> drawing = dezero.graph(F.tanh(x), title='tanh')
    >>> drawing
    <Graph of 2 variables and 1 functions>
    >>> drawing.functions
    ['Tanh']

    `drawing.save('tanh.svg')` writes it to a file.
    """

def get_dot_graph(output: Variable, verbose: bool = True) -> str:
    """The graph of a Variable in the DOT language, in the book's style, with numbers that do not change between runs."""

def draw_dot_graph(output: Variable, verbose: bool = True, to_file: str = "graph.png") -> str:
    """Draws the graph of a Variable into a file, in the book's style: a bare name goes into the folder `graphs`. Returns
    where the picture is.
    """

# For the package

def _restore(class_: type[Variable], data: Array | None, name: str | None) -> Variable:
    """A variable as it was before it was copied or pickled: of a class, with data and a name."""

def register_classes(classes: dict[str, Any]) -> None:
    """Says which class stands for which function of the engine: a dict from labels to classes."""

def is_recording() -> bool:
    """Whether what this thread computes is recorded."""

def set_recording(on: bool) -> None:
    """Turns recording on or off for this thread."""

def live_nodes() -> int:
    """The number of graph nodes made on this thread less those released on it: for tests that look for leaks."""
