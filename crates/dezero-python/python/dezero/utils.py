"""Drawing graphs, checking gradients, and the shapes behind reductions: the helpers that the book names."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Iterable, Sequence
from typing import Any, Callable

import numpy as np

from dezero import _dezero
from dezero._dezero import Function, Graph, get_dot_graph, graph
from dezero._types import Array, Axis, Operand
from dezero.core import Variable, as_variable

__all__ = [
    "array_allclose",
    "array_equal",
    "cache_dir",
    "get_conv_outsize",
    "get_deconv_outsize",
    "get_dot_graph",
    "get_file",
    "gradient_check",
    "logsumexp",
    "max_backward_shape",
    "numerical_grad",
    "pair",
    "plot_dot_graph",
    "reshape_sum_backward",
    "show_progress",
    "sum_to",
]


# Drawing


def _quoted(text: str) -> str:
    """A string in the DOT language."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _dot_var(v: Variable, verbose: bool = False) -> str:
    """A line of DOT for a variable, numbered by `id`; with its shape and dtype if `verbose`."""
    name = "" if v.name is None else v.name
    if verbose and v.data is not None:
        if v.name is not None:
            name += ": "
        name += str(v.shape) + " " + str(v.dtype)
    return f"{id(v)} [label={_quoted(name)}, color=orange, style=filled]\n"


def _dot_func(f: Function) -> str:
    """Lines of DOT for a function and its edges, numbered by `id`."""
    lines = [f"{id(f)} [label={_quoted(type(f).__name__)}, color=lightblue, style=filled, shape=box]\n"]
    lines += [f"{id(x)} -> {id(f)}\n" for x in f.inputs]
    lines += [f"{id(f)} -> {id(y())}\n" for y in f.outputs]
    return "".join(lines)


class Plot:
    """A drawing in a file, which notebooks show inline. `path` is where it is: a str."""

    def __init__(self, drawing: Graph, path: str) -> None:
        self._drawing = drawing
        self.path = path

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return self._drawing._repr_mimebundle_(include, exclude)

    def __repr__(self) -> str:
        return f"<Plot {self.path}>"


def plot_dot_graph(output: Variable, verbose: bool = True, to_file: str | os.PathLike[str] = "graph.png") -> Plot:
    """Draws the graph of a Variable into a file; a bare name goes into the folder `graphs`, with the DOT text beside it.

    The format follows from the extension: .svg, .png, .pdf, .html or .dot. verbose: with shapes and dtypes. Returns a Plot,
    which notebooks show. Nothing needs to be installed. Raises ValueError for another extension, and OSError if the file
    cannot be written.

    >>> y = F.tanh(Variable(np.array(1.0), name="x"))
    >>> plot_dot_graph(y, verbose=False, to_file="tanh.svg")  # doctest: +NORMALIZE_WHITESPACE
    <Plot graphs/tanh.svg>
    """
    path = _dezero.draw_dot_graph(output, verbose, os.fspath(to_file))
    return Plot(graph(output, style="dezero", verbose=verbose), path)


# The shapes of reductions


def sum_to(x: Array, shape: Sequence[int]) -> Array:
    """The sum of an array over the axes that broadcasting from `shape` would repeat: an array of that shape.

    >>> utils.sum_to(np.array([[1, 2, 3], [4, 5, 6]]), (1, 3))
    array([[5, 7, 9]])
    """
    lead = x.ndim - len(shape)
    axes = tuple(range(lead)) + tuple(lead + i for i, length in enumerate(shape) if length == 1)
    y: Array = x.sum(axes, keepdims=True)
    return y.squeeze(tuple(range(lead))) if lead > 0 else y


def reshape_sum_backward(gy: Variable, x_shape: tuple[int, ...], axis: Axis, keepdims: bool) -> Variable:
    """The derivative of a sum in the shape that broadcasts to `x_shape`: with the axes that were summed, of length 1.

    gy: a Variable or an array, of the shape of the sum. axis: None for all axes, an int, or a tuple of ints.

    >>> utils.reshape_sum_backward(Variable(np.array([1.0, 2.0])), (2, 3), axis=1, keepdims=False).shape
    (2, 1)
    """
    if not x_shape or axis is None or keepdims:
        return gy
    axes = {a % len(x_shape) for a in _several(axis)}
    return gy.reshape(tuple(1 if a in axes else length for a, length in enumerate(x_shape)))


def logsumexp(x: Array, axis: int = 1) -> Array:
    """The logarithm of the sum of exponentials of an array, without overflow; the axis stays, with length 1.

    >>> utils.logsumexp(np.array([[1000.0, 1000.0]]))
    array([[1000.69314718]])
    """
    most = x.max(axis=axis, keepdims=True)
    total: Array = most + np.log(np.exp(x - most).sum(axis=axis, keepdims=True))
    return total


def max_backward_shape(x: Variable | Array, axis: Axis) -> list[int]:
    """The shape of `x` with length 1 along the axes of a maximum: a list.

    axis: None for all axes, an int, or a tuple of ints.
    """
    axes = set(range(x.ndim)) if axis is None else {a % x.ndim for a in _several(axis) if x.ndim}
    return [1 if a in axes else length for a, length in enumerate(x.shape)]


def _several(axis: int | Iterable[int]) -> Iterable[int]:
    return (axis,) if isinstance(axis, int) else axis


# Checking gradients


def gradient_check(
    f: Callable[..., Variable], x: Operand, *args: Any, rtol: float = 1e-4, atol: float = 1e-5, **kwargs: Any
) -> bool:
    """Whether `backward` through `f(x, *args, **kwargs)` gives the derivative by `x` that finite differences give.

    x: a Variable, whose data is made float64, or an array. rtol, atol: how far the two may be apart. Prints both where they
    are further. A result of several elements is differentiated as their sum.

    >>> gradient_check(F.tanh, np.array([0.5, 1.0]))
    True
    """
    x = as_variable(x)
    x.data = x.data.astype(np.float64)
    expected = numerical_grad(f, x, *args, **kwargs)
    x.cleargrad()
    f(x, *args, **kwargs).backward()
    found = np.zeros_like(expected) if x.grad is None else x.grad.data
    if found.shape == expected.shape and array_allclose(expected, found, atol=atol, rtol=rtol):
        return True
    print()
    print("========== FAILED (Gradient Check) ==========")
    for title, gradient in (("Numerical Grad", expected), ("Backprop Grad", found)):
        print(title)
        print(f" shape: {gradient.shape}")
        print(f" values: {str(gradient.flatten()[:10])[1:-1]} ...")
    return False


def numerical_grad(f: Callable[..., Operand], x: Variable | Array, *args: Any, **kwargs: Any) -> Array:
    """The derivative of (the sum of) `f(x, *args, **kwargs)` by `x`, by central differences: an array of its shape.

    x: an array of floats, or a Variable of one. Its elements are changed and set back, one after the other.

    >>> numerical_grad(F.square, np.array([1.0, 2.0])).round(6)
    array([2., 4.])
    """
    eps = 1e-4
    values = x.data if isinstance(x, Variable) else x
    grad = np.zeros_like(values)

    def sum_at(index: tuple[int, ...], value: Any) -> Any:
        values[index] = value
        y = f(x, *args, **kwargs)
        return np.sum(y.data if isinstance(y, Variable) else y)

    for index in np.ndindex(values.shape):
        value = values[index].copy()
        grad[index] = (sum_at(index, value + eps) - sum_at(index, value - eps)) / (2 * eps)
        values[index] = value
    return grad


def _as_array(x: Operand) -> Any:
    return x.data if isinstance(x, Variable) else x


def array_equal(a: Operand, b: Operand) -> bool:
    """Whether two arrays or Variables have the same shape and elements. NaN is not equal to itself."""
    return bool(np.array_equal(_as_array(a), _as_array(b)))


def array_allclose(a: Operand, b: Operand, rtol: float = 1e-4, atol: float = 1e-5) -> bool:
    """Whether the elements of two arrays or Variables are no further apart than `atol + rtol * abs(b)`, with broadcasting."""
    return bool(np.allclose(_as_array(a), _as_array(b), atol=atol, rtol=rtol))


# Files


def show_progress(block_num: int, block_size: int, total_size: int) -> None:
    """Prints how much of a file has arrived: a callback for `urllib.request.urlretrieve`."""
    share = min(block_num * block_size / total_size, 1.0) if total_size > 0 else 0.0
    done = int(share * 30)
    print("\r[{}] {:.2f}%".format("#" * done + "." * (30 - done), share * 100), end="")


cache_dir = os.path.join(os.path.expanduser("~"), ".dezero")


def get_file(url: str, file_name: str | None = None) -> str:
    """The path of a file from the network, which is fetched once and kept in the folder `.dezero` of the home directory.

    file_name: its name there, in place of the last part of the URL. Raises what `urllib.request.urlretrieve` raises.
    """
    if file_name is None:
        file_name = url[url.rfind("/") + 1 :]
    path = os.path.join(cache_dir, os.path.basename(file_name))
    os.makedirs(cache_dir, exist_ok=True)
    if os.path.exists(path):
        return path
    print("Downloading: " + file_name)
    try:
        urllib.request.urlretrieve(url, path, show_progress)
    except BaseException:
        if os.path.exists(path):
            os.remove(path)
        raise
    print(" Done")
    return path


# Convolutions


def get_deconv_outsize(size: int, k: int, s: int, p: int) -> int:
    """The length of a transposed convolution's result: of an input of length `size`, kernel `k`, stride `s`, padding `p`.

    >>> get_deconv_outsize(4, 3, 2, 1)
    7
    """
    return s * (size - 1) + k - 2 * p


def get_conv_outsize(input_size: int, kernel_size: int, stride: int, pad: int) -> int:
    """The length of a convolution's result.

    >>> get_conv_outsize(4, 3, 1, 1)
    4
    """
    return (input_size + pad * 2 - kernel_size) // stride + 1


def pair(x: int | tuple[int, int]) -> tuple[int, int]:
    """A pair of one int twice, or the pair that it is. Raises ValueError for anything else."""
    if isinstance(x, int):
        return (x, x)
    if isinstance(x, tuple) and len(x) == 2:
        return x
    raise ValueError(f"an int or a pair of ints is wanted, not {x!r}")
