"""Step 24: gradients of formulas with many operations."""

import numpy as np

from dezero import Variable


def sphere(x, y):
    return x**2 + y**2


def matyas(x, y):
    return 0.26 * (x**2 + y**2) - 0.48 * x * y


def goldstein(x, y):
    around = 19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2
    along = 18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2
    return (1 + (x + y + 1) ** 2 * around) * (30 + (2 * x - 3 * y) ** 2 * along)


for function in [sphere, matyas, goldstein]:
    x = Variable(np.array(1.0))
    y = Variable(np.array(1.0))
    function(x, y).backward()
    print(x.grad, y.grad)
