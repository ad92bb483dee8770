"""What NumPy's own functions do with Variables: `array + x`, `np.sin(x)`, `array -= x`."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import Parameter, Signature, signature
from typing import Any, Callable

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


def _function_of(ufunc: Any) -> Callable[..., Variable] | None:
    name = ufunc.__name__
    if name == "matmul":
        return _dezero.matmul
    return _primitives.get(_OTHER_NAMES.get(name, name))


def _array_ufunc(self: Variable, ufunc: Any, method: str, *inputs: Any, out: Any = None, **named: Any) -> Any:
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


def _iterate(self: Variable) -> Iterator[Variable]:
    """The entries along the first axis."""
    return (self[i] for i in range(len(self)))


def _reshape(self: Variable, *shape: Any) -> Variable:
    """The same elements in another shape: `x.reshape(2, 3)` or `x.reshape((2, 3))`; one length may be -1."""
    if len(shape) == 1 and isinstance(shape[0], (tuple, list)):
        shape = tuple(shape[0])
    return self if shape == self.shape else _dezero.reshape(self, shape)


def _transpose(self: Variable, *axes: Any) -> Variable:
    """The axes in another order: reversed, or as the arguments say: `x.transpose(1, 0, 2)` or `x.transpose((1, 0, 2))`."""
    if not axes or (len(axes) == 1 and axes[0] is None):
        return _dezero.transpose(self)
    if len(axes) == 1 and isinstance(axes[0], (tuple, list)):
        axes = tuple(axes[0])
    return _dezero.transpose(self, axes)


def _method(function: Callable[..., Variable]) -> Callable[..., Variable]:
    def method(self: Variable, *arguments: Any, **named: Any) -> Variable:
        # `np.sum(x)` says that it wants nothing of these.
        for name in ("dtype", "out"):
            if name in named and named[name] is None:
                del named[name]
        return function(self, *arguments, **named)

    method.__doc__ = function.__doc__
    _, *others = signature(function).parameters.values()
    own = Parameter("self", Parameter.POSITIONAL_OR_KEYWORD)
    method.__signature__ = Signature([own, *others])  # type: ignore[attr-defined]
    return method


def _to_cpu(self: Variable) -> None:
    """Does nothing, and is there for the scripts that call it: data is always in main memory."""


def _to_gpu(self: Variable) -> None:
    """Raises RuntimeError: there is no GPU support."""
    raise RuntimeError("dezero computes on the CPU")


_ATTRIBUTES: dict[str, Any] = {
    "__array_priority__": 200,
    "__array_ufunc__": _array_ufunc,
    "__iter__": _iterate,
    "reshape": _reshape,
    "transpose": _transpose,
    "T": property(_dezero.transpose, doc="The axes reversed."),
    "to_cpu": _to_cpu,
    "to_gpu": _to_gpu,
    "astype": _method(_dezero.cast),
    "dot": _method(_dezero.matmul),
    "matmaul": _method(_dezero.matmul),  # as the book's package spells it
}
for _name in ("sum", "mean", "max", "min", "prod", "var", "std", "matmul", "cumsum", "squeeze"):
    _ATTRIBUTES[_name] = _method(getattr(_dezero, _name))
for _name, _attribute in _ATTRIBUTES.items():
    if callable(_attribute):
        # So that `help` shows the names that users know.
        _attribute.__name__, _attribute.__qualname__ = _name, f"Variable.{_name}"
    setattr(Variable, _name, _attribute)
