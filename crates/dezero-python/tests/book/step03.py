"""Step 3: functions in a row, exp(x^2)^2."""

import numpy as np

from dezero import Function, Variable


class Square(Function):
    def forward(self, x):
        return x**2


class Exp(Function):
    def forward(self, x):
        return np.exp(x)


first, second, third = Square(), Exp(), Square()
x = Variable(np.array(0.5))
print(third(second(first(x))).data)
