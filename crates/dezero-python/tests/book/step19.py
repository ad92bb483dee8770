"""Step 19: a variable looks like its array, and may have a name."""

import numpy as np

from dezero import Variable

x = Variable(np.array([[1, 2, 3], [4, 5, 6]]), "table")
print(x.name)
x.name = "x"
print(x.name)
print(x.shape, x.ndim, x.size, x.dtype)
print(len(x))
print(x)
print(Variable(np.array([1, 2, 3])))
print(repr(Variable(np.array([[1.0, 2.0], [3.0, 4.5]]))))
print(Variable(None))
