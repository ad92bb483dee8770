"""Step 34: higher derivatives of the sine, at a point and along a line."""

import numpy as np

import dezero.functions as F
from dezero import Variable

x = Variable(np.array(1.0))
y = F.sin(x)
y.backward(create_graph=True)
for _ in range(3):
    gx = x.grad
    x.cleargrad()
    gx.backward(create_graph=True)
    print(x.grad)

x = Variable(np.linspace(-7, 7, 200))
y = F.sin(x)
y.backward(create_graph=True)
lines = [y.data.flatten()]
for _ in range(3):
    lines.append(x.grad.data.flatten())
    gx = x.grad
    x.cleargrad()
    gx.backward(create_graph=True)
for label, line in zip(["y=sin(x)", "y'", "y''", "y'''"], lines):
    print(label, len(line), *(f"{value:.6f}" for value in line[::40]))
