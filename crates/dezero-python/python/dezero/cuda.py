"""There for the scripts that ask: arrays are NumPy's, and nothing runs on a GPU."""

import numpy as np

from dezero.core import Variable

gpu_enable = False


def get_array_module(x):
    """The module `numpy`."""
    return np


def as_numpy(x):
    """An array of a Variable, a number or an array."""
    if isinstance(x, Variable):
        x = x.data
    return np.array(x) if np.isscalar(x) else x


def as_cupy(x):
    """Raises RuntimeError: there is no GPU support."""
    raise RuntimeError("dezero computes on the CPU")
