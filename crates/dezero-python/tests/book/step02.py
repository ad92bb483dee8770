"""Step 2: a function takes a variable and makes another."""

import numpy as np

from dezero import Function, Variable


class Square(Function):
    def forward(self, x):
        return x**2


number = Variable(np.array(10))
result = Square()(number)
print(type(result).__name__)
print(result.data)

try:
    Function()(number)
except NotImplementedError:
    print("a bare Function has no forward")
