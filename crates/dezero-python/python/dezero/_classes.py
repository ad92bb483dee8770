"""A class for each function of the engine: what `type(y.creator)` is, and what can be applied as `Sin()(x)`."""

from __future__ import annotations

from inspect import Parameter, Signature, signature
from typing import Any, Callable

import numpy as np

from dezero import _dezero
from dezero._dezero import Function, Variable, register_classes
from dezero._types import Array, Operand

# The labels of the functions on whole arrays, and the names of the functions that they stand for. Those of the
# elementwise functions are in the engine's table.
_ON_ARRAYS = {
    "Reshape": "reshape",
    "Transpose": "transpose",
    "BroadcastTo": "broadcast_to",
    "SumTo": "sum_to",
    "Sum": "sum",
    "Max": "max",
    "Min": "min",
    "LogSumExp": "logsumexp",
    "Softmax": "softmax",
    "LogSoftmax": "log_softmax",
    "CumSum": "cumsum",
    "GetItem": "get_item",
    "MatMul": "matmul",
    "Cast": "cast",
    "Where": "where_",
}

# Functions that only derivatives and other functions use.
_WITHOUT_NAME = [
    "Take",
    "PutAdd",
    "Gather",
    "ScatterAdd",
    "GatherNd",
    "ScatterNdAdd",
    "Concatenate",
    "Pad",
    "Solve",
    "Inv",
    "Cholesky",
    "Det",
    "SignDet",
    "LogAbsDet",
    "Tril",
    "Triu",
    "Diagonal",
    "Diag",
    "ArgMax",
    "ArgMin",
]

# What functions are applied to, by the names of their arguments. Their other arguments are those of their class.
_INPUTS = {"x", "x0", "x1", "y", "gy", "W", "b", "t", "condition"}

# Arguments of classes that have other names in the book, or are inputs of the engine's function.
_AS_IN_THE_BOOK = {"Clip": ["x_min", "x_max"], "Pow": ["c"]}


class EngineFunction(Function):
    """A function of the engine.

    `Sin()(x)` is `dezero.functions.sin(x)`; what else a function takes goes to its class: `Sum(axis=0)(x)`.
    """

    _function: Callable[..., Variable] | None = None
    __signature__ = Signature()

    def __init__(self, *parameters: Any, **named: Any) -> None:
        given = self.__signature__.bind(*parameters, **named)
        given.apply_defaults()
        self._given = tuple(given.arguments.values())
        vars(self).update(given.arguments)

    def __call__(self, *inputs: Operand) -> Any:
        if type(self).forward is not EngineFunction.forward or type(self).backward is not EngineFunction.backward:
            # Derived from, with another forward or backward: a function of its own.
            return super().__call__(*inputs)
        result = self._apply(inputs)
        # Where there was nothing to do, as in a reshape to the same shape, it is an input.
        if isinstance(self, type(result.creator)) and not any(result is x for x in inputs):
            self._bind(result)
        return result

    def forward(self, *xs: Array) -> Any:
        """The result, an array, from arrays."""
        recording = _dezero.is_recording()
        _dezero.set_recording(False)
        try:
            return self._apply(xs).data
        finally:
            _dezero.set_recording(recording)

    def backward(self, gy: Operand) -> Any:
        """The derivative of each input of the call, from that of its result: a Variable, or a tuple of several."""
        return self._differentiate(gy)

    def _apply(self, inputs: tuple[Any, ...]) -> Variable:
        name = type(self).__name__
        if self._function is None:
            raise TypeError(f"{name} is applied by other functions, not by itself")
        given = getattr(self, "_given", None)
        if given is None and self.__signature__.parameters:
            raise TypeError(f"a creator does not give its parameters; make another: {name}{self.__signature__}")
        return self._function(*inputs, *(given or ()))


def class_of(label: str, function: Callable[..., Variable] | None) -> type[EngineFunction]:
    """The class of this name that applies a function."""
    attributes = {"__module__": "dezero.functions", "__doc__": "Applied by other functions, not by itself."}
    if function is None:
        return type(label, (EngineFunction,), attributes)
    arguments = signature(function).parameters.values()
    if label in _AS_IN_THE_BOOK:
        own = [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in _AS_IN_THE_BOOK[label]]
    else:
        own = [argument.replace(annotation=Parameter.empty) for argument in arguments if argument.name not in _INPUTS]
    inputs = ", ".join([argument.name for argument in arguments][: len(arguments) - len(own)])
    rest = "".join(f", {argument.name}" for argument in own)
    name = function.__name__.rstrip("_")
    attributes["__doc__"] = f"`{label}({rest[2:]})({inputs})` is `{name}({inputs}{rest})`."
    own_attributes = {"_function": staticmethod(function), "__signature__": Signature(own)}
    return type(label, (EngineFunction,), {**attributes, **own_attributes})


def _get_item_grad(gy: Operand, slices: Any, in_shape: tuple[int, ...]) -> Variable:
    """zeros of a shape, with `gy` added where an index points to."""
    gy = gy if isinstance(gy, Variable) else Variable(np.asarray(gy))
    zeros = Variable(np.zeros(in_shape, dtype=gy.dtype))
    return _dezero.grad(_dezero.sum(_dezero.get_item(zeros, slices) * gy), zeros)


CLASSES = {label: class_of(label, _dezero.primitives[name]) for label, name in _dezero.labels.items()}
CLASSES.update({label: class_of(label, getattr(_dezero, name)) for label, name in _ON_ARRAYS.items()})
CLASSES["GetItemGrad"] = class_of("GetItemGrad", _get_item_grad)
CLASSES["GetItemGrad"].__doc__ = f"`GetItemGrad(slices, in_shape)(gy)`: {_get_item_grad.__doc__}"
CLASSES.update({label: class_of(label, None) for label in _WITHOUT_NAME})
register_classes(CLASSES)
