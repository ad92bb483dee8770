"""What NumPy's own functions do with Variables: `array + x`, `np.sin(x)`, `array -= x`, `np.sum(x)`.

A function that is given a Variable does not leave the record without a word: what has a derivative is recorded or refused.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from inspect import Parameter, Signature, signature
from types import FrameType
from typing import Any, Callable, NoReturn

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
        name = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
        raise TypeError(f"np.{name} is not recorded; `x.data` is the array to compute with, without derivatives")
    return function(*inputs)


def _cumsum(a: Variable, axis: int | None = None) -> Variable:
    return _dezero.cumsum(_ravel(a), 0) if axis is None else _dezero.cumsum(a, axis)


def _ravel(a: Variable) -> Variable:
    return _dezero.reshape(a, -1)


def _dot(a: Any, b: Any) -> Variable:
    if max(len(getattr(x, "shape", ())) for x in (a, b)) > 2:
        raise TypeError(
            "np.dot is recorded up to two axes; `dezero.functions.matmul` takes more, `x.data` is the array"
        )
    return _dezero.matmul(a, b)


# NumPy's functions of arrays that are recorded, where their arguments are those of these.
_RECORDED: dict[str, Callable[..., Variable]] = {
    "amax": _dezero.max,
    "amin": _dezero.min,
    "around": _primitives["round"],
    "round": _primitives["round"],
    "clip": _primitives["clip"],
    "cumsum": _cumsum,
    "dot": _dot,
    "ravel": _ravel,
    "where": _dezero.where_,
}
for _name in ("sum", "mean", "max", "min", "prod", "var", "std", "reshape", "transpose", "squeeze", "expand_dims"):
    _RECORDED[_name] = getattr(_dezero, _name)
for _name in ("broadcast_to", "concatenate", "stack"):
    _RECORDED[_name] = getattr(_dezero, _name)

# Those that NumPy makes of indexing and `transpose`.
_COMPOSED = {"flip", "fliplr", "flipud", "moveaxis", "rollaxis", "rot90"}

# Those whose results have no derivative: places, truth values, counts, shapes, dtypes, text, files. They get the data.
_WITHOUT_DERIVATIVE = set(
    """
    all allclose any argmax argmin argpartition argsort argwhere array2string array_equal array_equiv array_repr array_str
    can_cast common_type copyto count_nonzero digitize empty_like flatnonzero full_like isclose
    iscomplexobj isin isrealobj lexsort may_share_memory min_scalar_type nanargmax nanargmin ndim nonzero ones_like
    result_type save savetxt savez savez_compressed searchsorted shape shares_memory size zeros_like
    """.split()
)


def _data(value: Any) -> Any:
    """Arrays in place of Variables, also in lists, tuples and dicts."""
    if isinstance(value, Variable):
        return value.data
    if isinstance(value, (list, tuple)):
        return [_data(x) for x in value] if isinstance(value, list) else tuple(_data(x) for x in value)
    return {name: _data(x) for name, x in value.items()} if isinstance(value, dict) else value


def _array_function(self: Variable, function: Any, types: Any, arguments: Any, named: Any) -> Any:
    """NumPy's functions on arrays are recorded, where the engine has them.

    They compute with the data where the result has no derivative or is drawn, and raise TypeError otherwise.
    """
    name, module = function.__name__, function.__module__.replace("numpy", "np", 1)
    if (module == "np" and name in _WITHOUT_DERIVATIVE) or _is_drawing():
        return function(*_data(arguments), **_data(named))
    if module == "np" and name in _COMPOSED:
        return function.__wrapped__(*arguments, **named)
    if module == "np" and name in _RECORDED:
        recorded = _RECORDED[name]
        named = {key: value for key, value in named.items() if not (key in ("dtype", "out") and value is None)}
        try:
            signature(recorded).bind(*arguments, **named)
        except TypeError as error:
            raise TypeError(
                f"np.{name} is recorded with the arguments {signature(recorded)} alone: {error}; "
                "`x.data` is the array to compute with"
            ) from None
        return recorded(*arguments, **named)
    raise TypeError(f"{module}.{name} is not recorded; `x.data` is the array to compute with, without derivatives")


def _is_drawing() -> bool:
    """Whether Matplotlib called a function of NumPy's: a picture needs no derivatives, and is not computed with."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        caller = frame.f_globals.get("__name__", "").partition(".")[0]
        if caller in ("matplotlib", "mpl_toolkits"):
            return True
        if caller not in ("", "numpy"):
            return False
        frame = frame.f_back
    return False


def _unrecorded(symbol: str) -> Callable[..., NoReturn]:
    def operator(self: Variable, *others: Any) -> NoReturn:
        raise TypeError(f"`{symbol}` is not recorded; `x.data` is the array to compute with, without derivatives")

    operator.__doc__ = f"Raises TypeError: `{symbol}` is not recorded."
    return operator


def _comparison() -> Callable[[Variable, Any], NoReturn]:
    def operator(self: Variable, other: Any) -> NoReturn:
        """Raises TypeError: data is compared, not Variables."""
        raise TypeError(
            "Variables are not compared, as a comparison has no derivative: compare `x.data`; "
            "`dezero.functions.where(condition, x, y)` chooses between results"
        )

    return operator


def _set_item(self: Variable, index: Any, value: Any) -> NoReturn:
    """Raises TypeError: elements are not assigned."""
    raise TypeError(
        "the elements of a Variable are not assigned, as that would not be recorded: `x.data[i] = value` changes a Variable "
        "made by hand, `dezero.functions.where(condition, value, x)` is a result with other elements"
    )


def _delete_item(self: Variable, index: Any) -> NoReturn:
    """Raises TypeError: elements are not deleted."""
    raise TypeError("the elements of a Variable are not deleted; `dezero.functions.concatenate` joins those to keep")


def _round(self: Variable, digits: None = None) -> Variable:
    """Each element rounded to the nearest integer; with derivative 0."""
    if digits is not None:
        raise TypeError("round() of a Variable rounds to integers only; `x.data.round(digits)` is an array")
    return _primitives["round"](self)


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
    "__array_function__": _array_function,
    "__setitem__": _set_item,
    "__delitem__": _delete_item,
    "__round__": _round,
    "__invert__": _unrecorded("~"),
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
for _name, _symbol in {
    "mod": "%",
    "floordiv": "//",
    "and": "&",
    "or": "|",
    "xor": "^",
    "lshift": "<<",
    "rshift": ">>",
}.items():
    _ATTRIBUTES[f"__{_name}__"] = _ATTRIBUTES[f"__r{_name}__"] = _unrecorded(_symbol)
_ATTRIBUTES["__divmod__"] = _ATTRIBUTES["__rdivmod__"] = _unrecorded("divmod")
for _name in ("lt", "le", "gt", "ge"):
    _ATTRIBUTES[f"__{_name}__"] = _comparison()
for _name in ("sum", "mean", "max", "min", "prod", "var", "std", "matmul", "cumsum", "squeeze"):
    _ATTRIBUTES[_name] = _method(getattr(_dezero, _name))
for _name, _attribute in _ATTRIBUTES.items():
    if callable(_attribute):
        # So that `help` shows the names that users know.
        _attribute.__name__, _attribute.__qualname__ = _name, f"Variable.{_name}"
    setattr(Variable, _name, _attribute)
