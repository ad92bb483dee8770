"""Step 33: second derivatives by backward of backward, and Newton's method with them."""

import numpy as np

from dezero import Variable


def f(x):
    return x**4 - 2 * x**2


x = Variable(np.array(2.0))
y = f(x)
y.backward(create_graph=True)
print(x.grad)

# Gradients add up unless they are cleared: 24 + 44.
gx = x.grad
gx.backward()
print(x.grad)

x.cleargrad()
y = f(x)
y.backward(create_graph=True)
gx = x.grad
x.cleargrad()
gx.backward()
print(x.grad)

x = Variable(np.array(2.0))
for i in range(10):
    print(i, x)
    y = f(x)
    x.cleargrad()
    y.backward(create_graph=True)
    gx = x.grad
    x.cleargrad()
    gx.backward()
    gx2 = x.grad
    x.data -= gx.data / gx2.data
