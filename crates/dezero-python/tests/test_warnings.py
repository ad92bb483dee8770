"""A recorded `backward` that computes with raw arrays is wrong from the second derivative on.

It warns, once for each function.
"""

import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from dezero import Function, Variable


def sin_of_raw_input(x):
    class SinOfRawInput(Function):
        def forward(self, x):
            return np.sin(x)

        def backward(self, gy):
            return gy * np.cos(self.inputs[0].data)

    return SinOfRawInput()(x)


def tanh_of_raw_output(x):
    class TanhOfRawOutput(Function):
        def forward(self, x):
            return np.tanh(x)

        def backward(self, gy):
            y = self.outputs[0]().data
            return gy * (1 - y * y)

    return TanhOfRawOutput()(x)


class SinOfVariables(Function):
    def forward(self, x):
        return np.sin(x)

    def backward(self, gy):
        return gy * np.cos(self.inputs[0])


COMPUTATIONS = {
    "input made by hand": lambda x: sin_of_raw_input(x) * x,
    "input computed": lambda x: sin_of_raw_input(x * 1.0) * x,
    "output": lambda x: tanh_of_raw_output(x) * x,
}


def warnings_of(compute, **how):
    x = Variable(np.array(1.0))
    y = compute(x)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        y.backward(**how)
    return caught


@pytest.mark.parametrize("kind", COMPUTATIONS)
def test_raw_values_in_a_recorded_backward_warn(kind):
    """In a process of its own, as the warning comes once."""
    code = f"""
from test_warnings import COMPUTATIONS, warnings_of
for warning in warnings_of(COMPUTATIONS[{kind!r}], create_graph=True):
    print(warning.category.__name__, warning.message)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("RuntimeWarning")
    assert "OfRaw" in done.stdout
    assert ".rs" not in done.stdout, "the place is one in the engine, not one of the user's"


@pytest.mark.parametrize("compute", COMPUTATIONS.values(), ids=COMPUTATIONS)
def test_raw_values_do_for_first_derivatives(compute):
    assert warnings_of(compute) == []


def test_what_is_computed_with_variables_does_not_warn():
    assert warnings_of(lambda x: SinOfVariables()(x) * x, create_graph=True) == []
