"""Variables, functions, and what holds for a thread: whether it records, and whether it trains."""

import contextlib
import threading

import numpy as np

from dezero._dezero import Function, Variable, is_recording, set_recording

__all__ = [
    "Add",
    "Config",
    "Div",
    "Function",
    "Mul",
    "Neg",
    "Parameter",
    "Pow",
    "Sub",
    "Variable",
    "add",
    "as_array",
    "as_variable",
    "div",
    "mul",
    "neg",
    "no_grad",
    "pow",
    "rdiv",
    "rsub",
    "setup_variable",
    "sub",
    "test_mode",
    "using_config",
]


class _Training(threading.local):
    train = True


_training = _Training()


class _Settings(type):
    """The settings as attributes of a class, each thread with its own."""

    @property
    def enable_backprop(cls):
        return is_recording()

    @enable_backprop.setter
    def enable_backprop(cls, on):
        set_recording(bool(on))

    @property
    def train(cls):
        return _training.train

    @train.setter
    def train(cls, on):
        _training.train = bool(on)


class Config(metaclass=_Settings):
    """What holds for this thread.

    enable_backprop: whether what is computed is recorded, for `backward`.
    train: whether functions such as `dropout` behave as in training.
    """


@contextlib.contextmanager
def using_config(name, value):
    """Sets an attribute of `Config` while a `with` block runs.

    >>> with using_config("enable_backprop", False):
    ...     y = x ** 2
    """
    old = getattr(Config, name)
    setattr(Config, name, value)
    try:
        yield
    finally:
        setattr(Config, name, old)


def no_grad():
    """Nothing is recorded while a `with no_grad():` block runs: for values without derivatives, in less memory."""
    return using_config("enable_backprop", False)


def test_mode():
    """Functions such as `dropout` do not behave as in training while a `with test_mode():` block runs."""
    return using_config("train", False)


class Parameter(Variable):
    """A Variable that is trained. It differs from others by its class alone."""


def as_variable(obj):
    """The object if it is a Variable, else a Variable of it: of an array, a number, or None."""
    if isinstance(obj, Variable):
        return obj
    return Variable(as_array(obj))


def as_array(x, array_module=np):
    """An array of a number; anything else as it is."""
    if np.isscalar(x):
        return array_module.array(x)
    return x


def setup_variable():
    """There for the scripts that call it: the operators of Variables are always set up."""


from dezero._classes import Add, Div, Mul, Neg, Pow, Sub  # noqa: E402
from dezero._dezero import primitives as _primitives  # noqa: E402

add = _primitives["add"]
sub = _primitives["sub"]
mul = _primitives["mul"]
div = _primitives["div"]
neg = _primitives["neg"]
pow = _primitives["pow"]


def rsub(x0, x1):
    """`x1 - x0`."""
    return sub(x1, x0)


def rdiv(x0, x1):
    """`x1 / x0`."""
    return div(x1, x0)


import dezero._numpy  # noqa: E402,F401
