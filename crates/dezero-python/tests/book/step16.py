"""Step 16: generations give the order in which functions go back."""

import numpy as np

from dezero import Function, Variable
from dezero.functions import add

functions = []
for generation in [2, 0, 1, 4, 2]:
    function = Function()
    function.generation = generation
    functions.append(function)
print([function.generation for function in functions])
functions.sort(key=lambda function: function.generation)
print([function.generation for function in functions])
print(functions.pop().generation)


def square(x):
    return x**2


x = Variable(np.array(2.0))
a = square(x)
y = add(square(a), square(a))
y.backward()
print(y.data)
print(x.grad.data)
