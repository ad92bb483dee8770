"""Step 35: the graphs of the derivatives of tanh."""

import numpy as np

import dezero.functions as F
from dezero import Variable
from dezero.utils import get_dot_graph

x = Variable(np.array(1.0))
y = F.tanh(x)
x.name = "x"
y.name = "y"
y.backward(create_graph=True)

size = 0
for order in range(1, 8):
    gx = x.grad
    gx.name = "gx" + str(order)
    text = get_dot_graph(gx, verbose=False)
    assert text.startswith("digraph g {\n") and text.endswith("}")
    assert f'[label="gx{order}", color=orange, style=filled]' in text
    assert text.count("\n") > size
    size = text.count("\n")
    print(gx.name, f"{float(gx.data):.9f}")
    x.cleargrad()
    gx.backward(create_graph=True)
