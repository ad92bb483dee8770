"""Step 1: a variable is a box that holds a number."""

import numpy as np

from dezero import Variable

box = Variable(np.array(1.0))
print(box.data)

box.data = np.array(2.0)
print(box.data)
