"""Step 18: gradients in the middle are dropped, and recording can be off."""

import numpy as np

from dezero import Config, Variable, no_grad, using_config
from dezero.functions import add

x0 = Variable(np.array(1.0))
x1 = Variable(np.array(1.0))
t = add(x0, x1)
y = add(x0, t)
y.backward()
print(y.grad, t.grad)
print(x0.grad.data, x1.grad.data)

x0.cleargrad()
x1.cleargrad()
y.backward(retain_grad=True)
print(y.grad.data, t.grad.data)

print(Config.enable_backprop)
with using_config("enable_backprop", False):
    print(Config.enable_backprop)
    y = x0**2
print(Config.enable_backprop)
print(y.creator)

with no_grad():
    y = x0**2
print(y.creator)

try:
    with no_grad():
        raise KeyError("left by an exception")
except KeyError:
    print(Config.enable_backprop)
