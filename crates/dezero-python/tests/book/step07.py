"""Step 7: a result knows its creator, so that the way back can be found."""

import numpy as np

from dezero import Function, Variable


class Square(Function):
    def forward(self, x):
        return x**2

    def backward(self, gy):
        (x,) = self.inputs
        return 2 * x * gy


class Exp(Function):
    def forward(self, x):
        return np.exp(x)

    def backward(self, gy):
        return np.exp(self.inputs[0].data) * gy


A, B, C = Square(), Exp(), Square()
x = Variable(np.array(0.5))
a = A(x)
b = B(a)
y = C(b)

assert y.creator == C
assert y.creator is C
assert y.creator.inputs[0] is b
assert y.creator.inputs[0].creator is B
assert y.creator.inputs[0].creator.inputs[0] is a
assert y.creator.inputs[0].creator.inputs[0].creator is A
assert y.creator.inputs[0].creator.inputs[0].creator.inputs[0] is x
assert x.creator is None

y.grad = Variable(np.array(1.0))
at = y
while at.creator is not None:
    function = at.creator
    before = function.inputs[0]
    before.grad = function.backward(at.grad)
    at = before
print(x.grad.data)

for variable in [x, a, b]:
    variable.cleargrad()
y.grad = Variable(np.array(1.0))
y.backward()
print(x.grad.data)
