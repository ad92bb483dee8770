"""The core of the book's steps 23 to 32: gradients are arrays, and are not differentiated again."""

import numpy as np

from dezero._dezero import SimpleFunction as Function
from dezero._dezero import SimpleVariable as Variable
from dezero.core import Config, add, div, mul, neg, no_grad, pow, rdiv, rsub, setup_variable, sub, using_config
from dezero._classes import Add, Div, Mul, Neg, Pow, Sub

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


def as_variable(obj):
    """The object if it is a Variable, else a Variable of it: of an array or a number."""
    if isinstance(obj, Variable):
        return obj
    return Variable(as_array(obj))


def as_array(x):
    """An array of a number; anything else as it is."""
    if np.isscalar(x):
        return np.array(x)
    return x
