"""A recorded `backward` that computes with raw arrays is wrong from the second derivative on, and warns."""

import warnings

import numpy as np
import pytest

from dezero import Function, Variable


class SinOfRawInput(Function):
    def forward(self, x):
        return np.sin(x)

    def backward(self, gy):
        return gy * np.cos(self.inputs[0].data)


class TanhOfRawOutput(Function):
    def forward(self, x):
        return np.tanh(x)

    def backward(self, gy):
        y = self.outputs[0]().data
        return gy * (1 - y * y)


class SinOfVariables(Function):
    def forward(self, x):
        return np.sin(x)

    def backward(self, gy):
        return gy * np.cos(self.inputs[0])


COMPUTATIONS = {
    "input made by hand": lambda x: SinOfRawInput()(x) * x,
    "input computed": lambda x: SinOfRawInput()(x * 1.0) * x,
    "output": lambda x: TanhOfRawOutput()(x) * x,
}


def warnings_of(compute, **how):
    x = Variable(np.array(1.0))
    y = compute(x)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        y.backward(**how)
    return caught


@pytest.mark.parametrize("compute", COMPUTATIONS.values(), ids=COMPUTATIONS)
def test_raw_values_in_a_recorded_backward_warn(compute):
    (warning,) = warnings_of(compute, create_graph=True)
    text = str(warning.message)
    assert "OfRaw" in text
    assert issubclass(warning.category, RuntimeWarning)


@pytest.mark.parametrize("compute", COMPUTATIONS.values(), ids=COMPUTATIONS)
def test_a_warning_does_not_point_into_the_engine(compute):
    for warning in warnings_of(compute, create_graph=True):
        assert ".rs" not in str(warning.message)


@pytest.mark.parametrize("compute", COMPUTATIONS.values(), ids=COMPUTATIONS)
def test_raw_values_do_for_first_derivatives(compute):
    assert warnings_of(compute) == []


def test_what_is_computed_with_variables_does_not_warn():
    assert warnings_of(lambda x: SinOfVariables()(x) * x, create_graph=True) == []
