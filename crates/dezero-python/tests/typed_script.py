"""What a user with a strict type checker writes. It is checked, and it runs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

import dezero
import dezero.functions as F
from dezero import Config, Function, Parameter, Variable, no_grad, using_config
from dezero.core_simple import Variable as SimpleVariable
from dezero.utils import array_allclose, gradient_check, numerical_grad

Floats = npt.NDArray[np.float64]


class Sin(Function):
    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale

    def forward(self, x: Floats) -> Floats:
        y: Floats = self.scale * np.sin(x)
        return y

    def backward(self, gy: Variable) -> Variable:
        (x,) = self.inputs
        return self.scale * gy * F.cos(x)


def rosenbrock(x: Variable, y: Variable) -> Variable:
    return 100 * (y - x**2) ** 2 + (1 - x) ** 2


def norm(x: Variable) -> Variable:
    return F.sqrt((x * x).sum())


x = Variable(np.array([[1.0, 2.0], [3.0, 4.0]]), name="x")
y: Variable = (np.ones(2) + F.sin(x) * 2 - x.T @ x / 3.0).mean(axis=0, keepdims=True).sum()
y.backward(retain_grad=True, create_graph=True)
gradient = x.grad
assert gradient is not None and gradient.shape == (2, 2)
first: Variable = gradient[0, 1:] + x.reshape(4).transpose()[0] + x.reshape((2, 2))[np.array([0, 1]), 0].max()
rows: list[Variable] = list(x)
elements: float = x.sum().item() + float(x.data.sum())
x.data = np.zeros((2, 2))
x.grad = None
x.name = None
x.cleargrad()

angle: Variable = Sin(2.0)(Parameter(np.array(0.5)))
creator = angle.creator
assert isinstance(creator, Sin) and creator.inputs[0].size == 1 and creator.outputs[0]() is angle
leaky: Variable = F.LeakyReLU(0.1)(x) + F.Sum(axis=0, keepdims=True)(x) + F.Clip(-1.0, 1.0)(x)
activated: Variable = F.leaky_relu(x, slope=0.1) + F.clip(x, x_min=-1, x_max=1) + F.softmax(x, axis=0)
chosen: Variable = F.where(x.data > 0, x, 0.0) + F.concatenate([x, x], axis=0)[:2] + F.polygamma(x + 1, 2)
loss: Variable = F.softmax_cross_entropy(x, np.array([0, 1])) + F.dropout(F.linear(x, np.eye(2), None), 0.5).sum()

with no_grad(), using_config("train", False):
    assert not Config.enable_backprop and F.dropout(x).creator is None

simple = SimpleVariable(np.array(3.0))
square: SimpleVariable = simple**2 + 2 * simple
square.backward()
slope: npt.NDArray[np.float64] | None = simple.grad
assert slope is not None and slope == 8.0

at = np.array([3.0, 4.0])
one: Variable = dezero.grad(norm, at)
several: list[Variable] = dezero.grad(rosenbrock, [0.0, 2.0])
value, slopes = dezero.value_and_grad(norm, at)
_, pullback = dezero.vjp(norm, at)
_, directional = dezero.jvp(norm, at, np.array([1.0, 0.0]))
blocks: list[list[Variable]] = dezero.hessian(rosenbrock, (0.0, 2.0))
products: list[Variable] = dezero.hvp(rosenbrock, [0.0, 2.0], [1.0, 0.0])
coefficients: list[Variable] = dezero.jet(F.sin, 0.0, [1.0, 0.0]) + dezero.derivatives(F.tanh, 1.0, 2)
sine: float = dezero.taylor(F.sin, 0.0, order=7).derivative()(0.5)
assert array_allclose(value, norm(Variable(at))) and one.shape == slopes.shape == (2,)

found = dezero.minimize(rosenbrock, [0.0, 2.0], method="lbfgs", bounds=(-3.0, [3.0, 3.0]), trace=True)
assert found.converged and found.value < 1e-6 and len(found.trace) > found.iterations - 2
fast = dezero.compile(norm, at, checks=1, name="norm")
assert fast(at).data == 5.0 and len(fast.program.grad()) > 0
drawing: str = dezero.graph(y, title="y", theme="dark").svg()
assert drawing.startswith("<svg") and "digraph" in dezero.utils.get_dot_graph(y)
checked: bool = gradient_check(norm, at)
assert checked and numerical_grad(norm, at).shape == (2,)
