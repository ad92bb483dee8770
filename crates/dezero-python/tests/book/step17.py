"""Step 17: what is no longer used is gone at once, without the garbage collector."""

import gc
import weakref

import numpy as np

from dezero import Variable

gc.disable()


def square(x):
    return x**2


last = None
for _ in range(10):
    x = Variable(np.random.randn(10000))
    y = square(square(square(x)))
    if last is not None:
        assert last() is None
    last = weakref.ref(y)

reference = y.creator.outputs[0]
print(reference() is y)
del y
print(last(), reference())
