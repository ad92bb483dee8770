"""Step 14: one variable used twice gets both gradients; cleargrad forgets them."""

import numpy as np

from dezero import Variable
from dezero.functions import add

x = Variable(np.array(3.0))
y = add(x, x)
y.backward()
print(x.grad.data)

x.cleargrad()
y = add(add(x, x), x)
y.backward()
print(x.grad.data)

# Without cleargrad the next gradient is added to the last.
y = add(x, x)
y.backward()
print(x.grad.data)

x.cleargrad()
print(x.grad)
