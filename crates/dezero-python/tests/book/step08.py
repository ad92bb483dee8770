"""Step 8: the way back as a loop over functions still to do."""

import numpy as np

from dezero import Variable
from dezero.functions import exp


def backward_in_a_loop(y):
    waiting = [y.creator]
    while waiting:
        function = waiting.pop()
        (output,) = [reference() for reference in function.outputs]
        (x,) = function.inputs
        x.grad = function.backward(output.grad)
        if x.creator is not None:
            waiting.append(x.creator)


x = Variable(np.array(0.5))
a = x**2
b = exp(a)
y = b**2
y.grad = Variable(np.array(1.0))
backward_in_a_loop(y)
print(x.grad.data)
