"""Step 28: gradient descent in the valley of Rosenbrock's function."""

import numpy as np

from dezero import Variable


def rosenbrock(x0, x1):
    return 100 * (x1 - x0**2) ** 2 + (x0 - 1) ** 2


x0 = Variable(np.array(0.0))
x1 = Variable(np.array(2.0))

rosenbrock(x0, x1).backward()
print(x0.grad, x1.grad)

rate = 0.001
for _ in range(1000):
    print(x0, x1)
    y = rosenbrock(x0, x1)
    x0.cleargrad()
    x1.cleargrad()
    y.backward()
    x0.data -= rate * x0.grad.data
    x1.data -= rate * x1.grad.data
