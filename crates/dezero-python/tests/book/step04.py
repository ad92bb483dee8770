"""Step 4: derivatives by central differences."""

import numpy as np

from dezero import Function, Variable


class Square(Function):
    def forward(self, x):
        return x**2


class Exp(Function):
    def forward(self, x):
        return np.exp(x)


def numerical_diff(function, x, step=1e-4):
    below = function(Variable(np.array(x.data - step)))
    above = function(Variable(np.array(x.data + step)))
    return (above.data - below.data) / (2 * step)


print(numerical_diff(Square(), Variable(np.array(2.0))))


def composite(x):
    return Square()(Exp()(Square()(x)))


print(numerical_diff(composite, Variable(np.array(0.5))))
