"""Step 13: backward through functions of several inputs and results."""

import numpy as np

from dezero import Function, Variable


class Square(Function):
    def forward(self, x):
        return x**2

    def backward(self, gy):
        return 2 * self.inputs[0].data * gy


class Add(Function):
    def forward(self, x0, x1):
        return x0 + x1

    def backward(self, gy):
        return gy, gy


class Turn(Function):
    """A quarter turn of a point of the plane."""

    def forward(self, x, y):
        return -y, x

    def backward(self, gx, gy):
        return gy, -gx


def square(x):
    return Square()(x)


def add(x0, x1):
    return Add()(x0, x1)


x = Variable(np.array(2.0))
y = Variable(np.array(3.0))
z = add(square(x), square(y))
z.backward()
print(z.data)
print(x.grad.data)
print(y.grad.data)

x.cleargrad()
y.cleargrad()
u, v = Turn()(x, y)
w = add(square(u), v)
w.backward()
print(w.data)
print(x.grad.data)
print(y.grad.data)
