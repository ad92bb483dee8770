"""Step 27: the sine as a function of one's own, and as its Taylor series."""

import math

import numpy as np

from dezero import Function, Variable


class Sin(Function):
    def forward(self, x):
        return np.sin(x)

    def backward(self, gy):
        return gy * np.cos(self.inputs[0].data)


def my_sin(x, threshold=0.0001):
    total = 0
    for i in range(100000):
        term = (-1) ** i / math.factorial(2 * i + 1) * x ** (2 * i + 1)
        total = total + term
        if abs(term.data) < threshold:
            break
    return total


x = Variable(np.array(np.pi / 4))
y = Sin()(x)
y.backward()
print(y.data)
print(x.grad.data)

for threshold in [0.0001, 1e-8, 1e-150]:
    x.cleargrad()
    y = my_sin(x, threshold)
    y.backward()
    print(y.data)
    print(x.grad.data)
