"""Step 23: the package, imported."""

import numpy as np

import dezero
from dezero import Variable

x = Variable(np.array(1.0))
y = (x + 3) ** 2
y.backward()
print(y)
print(x.grad)
print(dezero.Variable is Variable)
