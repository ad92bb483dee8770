"""Step 15: in a graph with a fork, a function must wait for all that use its result."""

import numpy as np

from dezero import Variable
from dezero.functions import add


def square(x):
    return x**2


x = Variable(np.array(2.0))
a = square(x)
b, c = square(a), square(a)
y = add(b, c)
print(x.generation, a.generation, b.generation, c.generation, y.generation)
print(a.creator.generation, b.creator.generation, y.creator.generation)

# An order that went depth first would send a's first share to x alone.
y.backward()
print(y.data)
print(x.grad.data)
