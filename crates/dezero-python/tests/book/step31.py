"""Step 31: the backward of the sine, computed with variables, is a graph as well."""

import numpy as np

from dezero import Variable
from dezero.functions import cos, sin

x = Variable(np.array(1.0))
y = sin(x)
gy = Variable(np.array(1.0))
gx = gy * cos(x)
print(gx)
print(type(gx.creator).__name__, [type(v.creator).__name__ for v in gx.creator.inputs])

gx.backward()
print(x.grad)
