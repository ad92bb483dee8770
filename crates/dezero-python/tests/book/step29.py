"""Step 29: Newton's method, its second derivative written by hand."""

import numpy as np

from dezero import Variable


def f(x):
    return x**4 - 2 * x**2


def second_derivative(x):
    return 12 * x**2 - 4


x = Variable(np.array(2.0))
for i in range(10):
    print(i, x)
    y = f(x)
    x.cleargrad()
    y.backward()
    x.data -= x.grad.data / second_derivative(x.data)
