"""Step 5: the chain rule, multiplied from the result back to the input."""

import numpy as np

from dezero import Variable
from dezero.functions import exp

x = Variable(np.array(0.5))
a = x**2
b = exp(a)
y = b**2

slope = 1.0
for name, local in [("b", 2 * b.data), ("a", np.exp(a.data)), ("x", 2 * x.data)]:
    slope = slope * local
    print(f"dy/d{name} = {slope:.12f}")
