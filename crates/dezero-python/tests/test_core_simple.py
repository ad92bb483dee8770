"""The book's first core, steps 23 to 31: `dezero.core_simple`, where gradients are arrays."""

import numpy as np
import pytest

import dezero.core_simple as core
from dezero.core_simple import Function, Variable, as_array, as_variable, no_grad, using_config

core.setup_variable()

# Arithmetic makes scalars of arrays without axes.
ARRAYS = (np.ndarray, np.floating)


def scalar(value, name=None):
    return Variable(np.array(value), name)


def rosenbrock(x0, x1):
    return 100 * (x1 - x0**2) ** 2 + (x0 - 1) ** 2


def test_gradients_are_arrays():
    x0, x1 = scalar(0.0), scalar(2.0)
    y = rosenbrock(x0, x1)
    y.backward()
    assert isinstance(x0.grad, ARRAYS)
    assert (x0.grad, x1.grad) == (-2.0, 400.0)
    assert f"{x0.grad} {x1.grad}" == "-2.0 400.0"
    assert y.grad is None
    x0.cleargrad()
    assert x0.grad is None


def test_a_descent_uses_the_gradient_itself():
    x0, x1 = scalar(0.0), scalar(2.0)
    lines = []
    for _ in range(1000):
        lines.append(f"{x0} {x1}")
        y = rosenbrock(x0, x1)
        x0.cleargrad()
        x1.cleargrad()
        y.backward()
        x0.data -= 0.001 * x0.grad
        x1.data -= 0.001 * x1.grad
    assert lines[:3] == [
        "variable(0.0) variable(2.0)",
        "variable(0.002) variable(1.6)",
        "variable(0.0052759968) variable(1.2800008)",
    ]
    assert lines[-1] == "variable(0.6834917840420289) variable(0.46565059996514135)"


def test_newtons_method_uses_the_gradient_itself():
    x = scalar(2.0)
    way = []
    for _ in range(8):
        way.append(str(x.data))
        y = x**4 - 2 * x**2
        x.cleargrad()
        y.backward()
        x.data -= x.grad / (12 * x.data**2 - 4)
    assert way == [
        "2.0",
        "1.4545454545454546",
        "1.1510467893775467",
        "1.0253259289766978",
        "1.0009084519430513",
        "1.0000012353089454",
        "1.000000000002289",
        "1.0",
    ]


@pytest.mark.parametrize(
    ("function", "gradients"),
    [
        (lambda x, y: x**2 + y**2, (2.0, 2.0)),
        (lambda x, y: 0.26 * (x**2 + y**2) - 0.48 * x * y, (0.040000000000000036,) * 2),
        (lambda x, y: (x - y) / (x + 3.0) - -y, (0.25, 0.75)),
        (lambda x, y: 2.0 / x + (1.0 - y), (-2.0, -1.0)),
    ],
)
def test_operators(function, gradients):
    x, y = scalar(1.0), scalar(1.0)
    z = function(x, y)
    assert type(z) is Variable
    z.backward()
    assert (x.grad, y.grad) == gradients


def test_backward_of_a_users_function_gets_arrays():
    kinds = []

    class Sin(Function):
        def forward(self, x):
            kinds.append(isinstance(x, ARRAYS))
            return np.sin(x)

        def backward(self, gy):
            kinds.append(isinstance(gy, ARRAYS))
            return gy * np.cos(self.inputs[0].data)

    x = scalar(np.pi / 4)
    y = Sin()(x) * 2.0
    y.backward(retain_grad=True)
    assert kinds == [True, True]
    assert x.grad == 2.0 * np.cos(np.pi / 4)
    assert isinstance(y.grad, ARRAYS) and y.grad == 1.0
    assert y.creator.inputs[0].creator.inputs[0] is x


def test_a_first_gradient_is_set_as_an_array():
    x = scalar(3.0)
    y = x**2
    y.grad = np.array(10.0)
    y.backward()
    assert x.grad == 60.0


def test_gradients_have_no_history():
    y = scalar(3.0) ** 2
    with pytest.raises(TypeError):
        y.backward(create_graph=True)


def test_recording_can_be_off():
    x = scalar(2.0)
    with no_grad():
        assert (x**2).creator is None
    with using_config("enable_backprop", False):
        assert (x**2).creator is None
        assert core.Config.enable_backprop is False
    assert (x**2).creator is not None


def test_arrays_and_numbers_beside_a_variable():
    x = scalar(2.0)
    assert str(x + np.array(3.0)) == str(np.array(3.0) + x) == "variable(5.0)"
    assert str(3.0 * x + 1.0) == "variable(7.0)"
    assert as_variable(x) is x
    assert as_array(1.0).shape == ()
    with pytest.raises(TypeError, match="float"):
        Variable(1.0)
