"""Step 21: arrays and numbers beside variables, on either side."""

import numpy as np

from dezero import Variable

x = Variable(np.array(2.0))
print(x + np.array(3.0))
print(x + 3.0)
print(3.0 * x + 1.0)
print(np.array([2.0]) + x)
print(np.array([2.0]) * x)
print(np.float64(5.0) + x)
print(np.float64(5.0) * x)
