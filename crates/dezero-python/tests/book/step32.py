"""Step 32: gradients are variables; create_graph says whether they have a history."""

import numpy as np

from dezero import Function, Variable


class Cube(Function):
    def forward(self, x):
        return x * x * x

    def backward(self, gy):
        (x,) = self.inputs
        return 3 * x * x * gy


x = Variable(np.array(2.0))
y = Cube()(x)
y.backward()
print(type(x.grad).__name__, x.grad)
print(x.grad.creator)

x.cleargrad()
y = Cube()(x)
y.backward(create_graph=True)
print(type(x.grad.creator).__name__)

for _ in range(2):
    gx = x.grad
    x.cleargrad()
    gx.backward(create_graph=True)
    print(x.grad)
