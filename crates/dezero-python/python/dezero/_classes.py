"""A class for each function of the engine: what `type(y.creator)` is, and what can be applied as `Sin()(x)`."""

from dezero import _dezero
from dezero._dezero import Function, register_classes

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
    "GetItemGrad",
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


class EngineFunction(Function):
    """A function of the engine.

    `Sin()(x)` is `dezero.functions.sin(x)`; what else the function takes goes to the class: `Sum(axis=0)(x)`.
    """

    _function = None

    def __init__(self, *parameters, **named):
        self._parameters = parameters
        self._named = named

    def __call__(self, *inputs):
        if self._function is None:
            raise TypeError(f"{type(self).__name__} is applied by other functions, not by itself")
        named = getattr(self, "_named", {})
        result = self._function(*inputs, *getattr(self, "_parameters", ()), **named)
        self._bind(result)
        return result

    def forward(self, *xs):
        """The result, an array, from arrays."""
        with _no_recording():
            return self._function(*xs, *getattr(self, "_parameters", ()), **getattr(self, "_named", {})).data

    def backward(self, gy):
        """The derivative of each input of the call, from that of its result: a Variable, or a tuple of several."""
        return self._differentiate(gy)


class _no_recording:
    def __enter__(self):
        self._was = _dezero.is_recording()
        _dezero.set_recording(False)

    def __exit__(self, *exception):
        _dezero.set_recording(self._was)


def _class(label, function):
    doc = f"What computed a variable by `{function.__name__}`." if function else None
    attributes = {"_function": staticmethod(function) if function else None, "__module__": "dezero.functions"}
    return type(label, (EngineFunction,), {**attributes, "__doc__": doc})


CLASSES = {label: _class(label, _dezero.primitives[name]) for label, name in _dezero.labels.items()}
CLASSES.update({label: _class(label, getattr(_dezero, name)) for label, name in _ON_ARRAYS.items()})
CLASSES.update({label: _class(label, None) for label in _WITHOUT_NAME})
register_classes(CLASSES)
globals().update(CLASSES)
