"""Drawing graphs, checking gradients, and the shapes behind reductions: the helpers that the book names."""

import os
import urllib.request

import numpy as np

from dezero import _dezero
from dezero._dezero import get_dot_graph, graph
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


def _quoted(text):
    """A string in the DOT language."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _dot_var(v, verbose=False):
    """A line of DOT for a variable, numbered by `id`; with its shape and dtype if `verbose`."""
    name = "" if v.name is None else v.name
    if verbose and v.data is not None:
        if v.name is not None:
            name += ": "
        name += str(v.shape) + " " + str(v.dtype)
    return f"{id(v)} [label={_quoted(name)}, color=orange, style=filled]\n"


def _dot_func(f):
    """Lines of DOT for a function and its edges, numbered by `id`."""
    lines = [f"{id(f)} [label={_quoted(type(f).__name__)}, color=lightblue, style=filled, shape=box]\n"]
    lines += [f"{id(x)} -> {id(f)}\n" for x in f.inputs]
    lines += [f"{id(f)} -> {id(y())}\n" for y in f.outputs]
    return "".join(lines)


class Plot:
    """A drawing in a file, which notebooks show inline."""

    def __init__(self, drawing, path):
        self._drawing = drawing
        self.path = path

    def _repr_mimebundle_(self, include=None, exclude=None):
        return self._drawing._repr_mimebundle_(include, exclude)

    def __repr__(self):
        return f"<Plot {self.path}>"


def plot_dot_graph(output, verbose=True, to_file="graph.png"):
    """Draws the graph of a Variable into a file; a bare name goes into the folder `graphs`, with the DOT text beside it.

    The format follows from the extension: .svg, .png, .pdf, .html or .dot. Returns a Plot, which notebooks show. Nothing
    needs to be installed. Raises ValueError for another extension.
    """
    path = _dezero.draw_dot_graph(output, verbose, os.fspath(to_file))
    return Plot(graph(output, style="dezero", verbose=verbose), path)


# The shapes of reductions


def sum_to(x, shape):
    """The sum of an array over the axes that broadcasting from `shape` would repeat: an array of that shape."""
    lead = x.ndim - len(shape)
    axes = tuple(range(lead)) + tuple(lead + i for i, length in enumerate(shape) if length == 1)
    y = x.sum(axes, keepdims=True)
    return y.squeeze(tuple(range(lead))) if lead > 0 else y


def reshape_sum_backward(gy, x_shape, axis, keepdims):
    """The derivative of a sum in the shape that broadcasts to `x_shape`: with the axes that were summed, of length 1."""
    if not x_shape or axis is None or keepdims:
        return gy
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    axes = {a % len(x_shape) for a in axes}
    return gy.reshape(tuple(1 if a in axes else length for a, length in enumerate(x_shape)))


def logsumexp(x, axis=1):
    """The logarithm of the sum of exponentials of an array, without overflow; the axis stays, with length 1."""
    most = x.max(axis=axis, keepdims=True)
    return most + np.log(np.exp(x - most).sum(axis=axis, keepdims=True))


def max_backward_shape(x, axis):
    """The shape of `x` with length 1 along the axes of a maximum: a list."""
    if axis is None:
        axis = range(x.ndim)
    elif isinstance(axis, int):
        axis = (axis,)
    axes = {a % x.ndim for a in axis} if x.ndim else set()
    return [1 if a in axes else length for a, length in enumerate(x.shape)]


# Checking gradients


def gradient_check(f, x, *args, rtol=1e-4, atol=1e-5, **kwargs):
    """Whether `backward` through `f(x, *args, **kwargs)` gives the derivative by `x` that finite differences give.

    x: a Variable or an array, which is made float64. Prints both where they differ.
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


def numerical_grad(f, x, *args, **kwargs):
    """The derivative of (the sum of) `f(x, *args, **kwargs)` by `x`, an array or Variable, by central differences: an array."""
    eps = 1e-4
    values = x.data if isinstance(x, Variable) else x
    grad = np.zeros_like(values)

    def sum_at(index, value):
        values[index] = value
        y = f(x, *args, **kwargs)
        return np.sum(y.data if isinstance(y, Variable) else y)

    for index in np.ndindex(values.shape):
        value = values[index].copy()
        grad[index] = (sum_at(index, value + eps) - sum_at(index, value - eps)) / (2 * eps)
        values[index] = value
    return grad


def _as_array(x):
    return x.data if isinstance(x, Variable) else x


def array_equal(a, b):
    """Whether two arrays or Variables have the same shape and elements."""
    return np.array_equal(_as_array(a), _as_array(b))


def array_allclose(a, b, rtol=1e-4, atol=1e-5):
    """Whether two arrays or Variables are equal within tolerances."""
    return np.allclose(_as_array(a), _as_array(b), atol=atol, rtol=rtol)


# Files


def show_progress(block_num, block_size, total_size):
    """Prints how much of a file has arrived: a callback for `urllib.request.urlretrieve`."""
    share = min(block_num * block_size / total_size, 1.0) if total_size > 0 else 0.0
    done = int(share * 30)
    print("\r[{}] {:.2f}%".format("#" * done + "." * (30 - done), share * 100), end="")


cache_dir = os.path.join(os.path.expanduser("~"), ".dezero")


def get_file(url, file_name=None):
    """The path of a file from the network, which is kept in the folder `.dezero` of the user's."""
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


def get_deconv_outsize(size, k, s, p):
    """The length of a transposed convolution's result: of an input of length `size`, kernel `k`, stride `s`, padding `p`."""
    return s * (size - 1) + k - 2 * p


def get_conv_outsize(input_size, kernel_size, stride, pad):
    """The length of a convolution's result."""
    return (input_size + pad * 2 - kernel_size) // stride + 1


def pair(x):
    """A pair of one int twice, or the pair that it is. Raises ValueError for anything else."""
    if isinstance(x, int):
        return (x, x)
    if isinstance(x, tuple) and len(x) == 2:
        return x
    raise ValueError(f"an int or a pair of ints is wanted, not {x!r}")
