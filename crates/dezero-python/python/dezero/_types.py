"""What functions take and give, for type checkers: the names that annotations in this package use."""

from typing import Any, Union

import numpy as np
import numpy.typing as npt

from dezero._dezero import Variable

Array = npt.NDArray[Any]

# What computes with Variables. An int is a float to type checkers.
Operand = Union[Variable, Array, np.generic, float]

# The axes that a function works along: None is all of them.
Axis = Union[None, int, tuple[int, ...], list[int]]

# A shape, or axes in an order.
Ints = Union[int, tuple[int, ...], list[int]]
