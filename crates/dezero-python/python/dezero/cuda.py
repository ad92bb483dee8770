"""There for the scripts that ask: arrays are NumPy's, and nothing runs on a GPU."""

from __future__ import annotations

from typing import Any

import numpy as np

from dezero._types import Array, Operand
from dezero.core import Variable

__all__ = ["as_cupy", "as_numpy", "get_array_module", "gpu_enable"]

gpu_enable = False


def get_array_module(x: Any) -> Any:
    """The module `numpy`."""
    return np


def as_numpy(x: Operand) -> Array:
    """The array of a Variable, an array of a number, or the array that it is."""
    if isinstance(x, Variable):
        x = x.data
    return np.asarray(x)


def as_cupy(x: Any) -> Any:
    """Raises RuntimeError: there is no GPU support."""
    raise RuntimeError("dezero computes on the CPU")
