"""Step 30: what a call of a function ties together: inputs, function, output."""

import numpy as np

from dezero import Variable
from dezero.functions import sin

x = Variable(np.array(1.0))
y = sin(x)
function = y.creator
print(type(function).__name__)
print(len(function.inputs), len(function.outputs))
print(function.inputs[0] is x)
print(function.outputs[0]() is y)

y.backward()
print(y)
print(x.grad)
