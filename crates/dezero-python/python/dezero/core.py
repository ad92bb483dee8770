"""Variables, functions, and what holds for a thread: whether it records, and whether it trains."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import numpy as np

import dezero._numpy  # noqa: F401
from dezero._classes import CLASSES as _CLASSES
from dezero._dezero import Function, Variable, is_recording, set_recording
from dezero._dezero import primitives as _primitives
from dezero._types import Operand

if TYPE_CHECKING:
    from dezero.functions import Add, Div, Mul, Neg, Pow, Sub, add, div, mul, neg, sub

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
    train: bool = True


_training = _Training()


class _Settings(type):
    """The settings as attributes of a class, each thread with its own."""

    @property
    def enable_backprop(cls) -> bool:
        return is_recording()

    @enable_backprop.setter
    def enable_backprop(cls, on: bool) -> None:
        set_recording(bool(on))

    @property
    def train(cls) -> bool:
        return _training.train

    @train.setter
    def train(cls, on: bool) -> None:
        _training.train = bool(on)


class Config(metaclass=_Settings):
    """What holds for this thread: two attributes, both True at first.

    enable_backprop: whether what is computed is recorded, for `backward`.
    train: whether functions such as `dropout` behave as in training.

    `using_config` sets them while a `with` block runs.
    """


@contextlib.contextmanager
def using_config(name: str, value: bool) -> Iterator[None]:
    """Sets an attribute of `Config` while a `with` block runs, and then sets it back.

    Raises AttributeError for a setting that there is not.

    >>> x = Variable(np.array(3.0))
    >>> with using_config("enable_backprop", False):
    ...     y = x**2
    >>> print(y, y.creator)
    variable(9.0) None
    """
    old = getattr(Config, name)
    setattr(Config, name, value)
    try:
        yield
    finally:
        setattr(Config, name, old)


def no_grad() -> AbstractContextManager[None]:
    """Nothing is recorded while a `with no_grad():` block runs: for values without derivatives, in less memory.

    >>> x = Variable(np.array(3.0))
    >>> with no_grad():
    ...     y = x**2
    >>> y.creator is None
    True
    """
    return using_config("enable_backprop", False)


def test_mode() -> AbstractContextManager[None]:
    """Functions such as `dropout` do not behave as in training while a `with test_mode():` block runs.

    >>> with test_mode():
    ...     F.dropout(np.array([1.0, 2.0]))
    variable([1. 2.])
    """
    return using_config("train", False)


class Parameter(Variable):
    """A Variable that is trained. It differs from others by its class alone.

    >>> isinstance(Parameter(np.array(1.0)) * 2, Parameter)
    False
    """


def as_variable(obj: Operand | None) -> Variable:
    """The object if it is a Variable, else a Variable of it: of an array, a number, or None.

    Raises TypeError for anything else, and for an array of a dtype that has no place here, such as complex numbers.
    """
    if isinstance(obj, Variable):
        return obj
    return Variable(as_array(obj))


def as_array(x: Any, array_module: Any = np) -> Any:
    """An array of a number, of shape (); anything else as it is.

    >>> as_array(2.0)
    array(2.)
    """
    if np.isscalar(x):
        return array_module.array(x)
    return x


def setup_variable() -> None:
    """Does nothing, and is there for the scripts that call it: the operators of Variables are always set up."""


if not TYPE_CHECKING:
    Add, Sub, Mul, Div, Neg, Pow = (_CLASSES[label] for label in ("Add", "Sub", "Mul", "Div", "Neg", "Pow"))
    add, sub, mul, div, neg = (_primitives[name] for name in ("add", "sub", "mul", "div", "neg"))

_pow = _primitives["pow"]


def pow(x: Operand, c: Operand) -> Variable:
    """`x` to the power `c`, elementwise, with broadcasting: `x ** c`."""
    return _pow(x, c)


def rsub(x0: Operand, x1: Operand) -> Variable:
    """`x1 - x0`, elementwise, with broadcasting."""
    return sub(x1, x0)


def rdiv(x0: Operand, x1: Operand) -> Variable:
    """`x1 / x0`, elementwise, with broadcasting; of ints a float."""
    return div(x1, x0)
