"""Step 8: the way back as a loop over functions still to do."""

import numpy as np

from dezero import Function, Variable


class Square(Function):
    def forward(self, x):
        return x**2

    def backward(self, gy):
        return 2 * self.inputs[0].data * gy


class Exp(Function):
    def forward(self, x):
        return np.exp(x)

    def backward(self, gy):
        return np.exp(self.inputs[0].data) * gy


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
a = Square()(x)
b = Exp()(a)
y = Square()(b)
y.grad = Variable(np.array(1.0))
backward_in_a_loop(y)
print(x.grad.data)
