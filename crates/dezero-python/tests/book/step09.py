"""Step 9: functions as plain calls, a first gradient of one, and arrays only."""

import numpy as np

from dezero import Function, Variable


class Square(Function):
    def forward(self, x):
        return x**2

    def backward(self, gy):
        return 2 * self.inputs[0].data * gy


class Exp(Function):
    def forward(self, x):
        return np.exp(x)

    def backward(self, gy):
        return np.exp(self.inputs[0].data) * gy


def square(x):
    return Square()(x)


def exp(x):
    return Exp()(x)


x = Variable(np.array(0.5))
y = square(exp(square(x)))
y.backward()
print(x.grad.data)

Variable(np.array(1.0))
print(Variable(None))
try:
    Variable(1.0)
except TypeError as error:
    print(str(error).partition(";")[0])

# A forward that returns a NumPy scalar (0-d arrays become one) still gives an array.
print(type(square(Variable(np.array(3.0))).data).__name__)
