"""The core of the book's steps 23 to 32: gradients are arrays, and are not differentiated again.

>>> from dezero.core_simple import Variable
>>> x = Variable(np.array(3.0))
>>> y = x**2
>>> y.backward()
>>> x.grad
array(6.)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dezero._dezero import SimpleFunction as Function
from dezero._dezero import SimpleVariable as Variable
from dezero._types import Operand
from dezero.core import (
    Add,
    Config,
    Div,
    Mul,
    Neg,
    Pow,
    Sub,
    add,
    div,
    mul,
    neg,
    no_grad,
    pow,
    rdiv,
    rsub,
    setup_variable,
    sub,
    using_config,
)

__all__ = [
    "Add",
    "Config",
    "Div",
    "Function",
    "Mul",
    "Neg",
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
    "using_config",
]


def as_variable(obj: Operand | None) -> Variable:
    """The object if it is a Variable of this module, else a Variable of it: of an array, a number, or None.

    Raises TypeError for anything else.
    """
    if isinstance(obj, Variable):
        return obj
    return Variable(as_array(obj))


def as_array(x: Any) -> Any:
    """An array of a number, of shape (); anything else as it is."""
    if np.isscalar(x):
        return np.array(x)
    return x
