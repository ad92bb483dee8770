"""Step 22: the operators -, / and **."""

import numpy as np

from dezero import Variable

x = Variable(np.array(2.0))
print(-x)
print(2.0 - x)
print(x - 1.0)
print(np.array([3.0]) - x)
print(x / 4.0)
print(3.0 / x)
print(np.array([5.0]) / x)
print(x**3)

y = (x - 1.0) / (5.0 - x) - x**3
y.backward()
print(y.data)
print(x.grad.data)
