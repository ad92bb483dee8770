"""What NumPy's own functions do with Variables: `array + x`, `np.sin(x)`, `array -= x`."""

from dezero import _dezero
from dezero._dezero import Variable

_primitives = _dezero.primitives

# NumPy's names, where they are others than those of the table.
_OTHER_NAMES = {
    "subtract": "sub",
    "multiply": "mul",
    "divide": "div",
    "true_divide": "div",
    "power": "pow",
    "float_power": "pow",
    "negative": "neg",
    "absolute": "abs",
    "fabs": "abs",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arctan2": "atan2",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
    "reciprocal": "recip",
    "rint": "round",
}


def _function_of(ufunc):
    name = ufunc.__name__
    if name == "matmul":
        return _dezero.matmul
    return _primitives.get(_OTHER_NAMES.get(name, name))


def _array_ufunc(self, ufunc, method, *inputs, out=None, **named):
    """NumPy's functions of a Variable are recorded, where the engine has them.

    With an array to write into, as `array -= x` has, they compute with the data, as that array keeps no history.
    """
    if out is not None:
        arrays = [x.data if isinstance(x, Variable) else x for x in inputs]
        if any(isinstance(x, Variable) for x in out):
            return NotImplemented
        return getattr(ufunc, method)(*arrays, out=out, **named)
    function = _function_of(ufunc)
    if method != "__call__" or named or function is None:
        raise TypeError(f"np.{ufunc.__name__} is not recorded; `x.data` is the array to compute with")
    return function(*inputs)


def _iterate(self):
    """The entries along the first axis."""
    return (self[i] for i in range(len(self)))


def _reshape(self, *shape):
    """The same elements in another shape: `x.reshape(2, 3)` or `x.reshape((2, 3))`; one length may be -1."""
    if len(shape) == 1 and isinstance(shape[0], (tuple, list)):
        shape = shape[0]
    return self if tuple(shape) == self.shape else _dezero.reshape(self, tuple(shape))


def _transpose(self, *axes):
    """The axes in another order: reversed, or as the arguments say, numbers or a tuple of them."""
    if not axes or (len(axes) == 1 and axes[0] is None):
        return _dezero.transpose(self)
    if len(axes) == 1 and isinstance(axes[0], (tuple, list)):
        axes = axes[0]
    return _dezero.transpose(self, tuple(axes))


def _method(name, function):
    def method(self, *arguments, **named):
        return function(self, *arguments, **named)

    method.__name__ = name
    method.__qualname__ = f"Variable.{name}"
    method.__doc__ = function.__doc__
    return method


def _to_cpu(self):
    """There for the scripts that call it: data is always in main memory."""


def _to_gpu(self):
    """Raises RuntimeError: there is no GPU support."""
    raise RuntimeError("dezero computes on the CPU")


Variable.__array_priority__ = 200
Variable.__array_ufunc__ = _array_ufunc
Variable.__iter__ = _iterate
Variable.reshape = _reshape
Variable.transpose = _transpose
Variable.T = property(_dezero.transpose, doc="The axes reversed.")
Variable.to_cpu = _to_cpu
Variable.to_gpu = _to_gpu
Variable.astype = _method("astype", _dezero.cast)
for _name in ("sum", "mean", "max", "min", "prod", "var", "std", "matmul", "cumsum", "squeeze"):
    setattr(Variable, _name, _method(_name, getattr(_dezero, _name)))
Variable.dot = _method("dot", _dezero.matmul)
Variable.matmaul = _method("matmaul", _dezero.matmul)  # as the book's package spells it
