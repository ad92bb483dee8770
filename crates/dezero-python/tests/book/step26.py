"""Step 26: the graph of a computation as DOT text."""

import numpy as np

from dezero import Variable
from dezero.utils import get_dot_graph


def goldstein(x, y):
    around = 19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2
    along = 18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2
    return (1 + (x + y + 1) ** 2 * around) * (30 + (2 * x - 3 * y) ** 2 * along)


x0 = Variable(np.array(1.0), name="x0")
x1 = Variable(np.array(1.0), name="x1")
y = x0 + x1
y.name = "y"
text = get_dot_graph(y, verbose=False)
print(text)
with open("sample.dot", "w") as file:
    file.write(text)
print(get_dot_graph(y))

x = Variable(np.array(1.0), name="x")
y = Variable(np.array(1.0), name="y")
z = goldstein(x, y)
z.backward()
z.name = "z"
text = get_dot_graph(z, verbose=False)
for label in ["Add", "Sub", "Mul", "Pow"]:
    print(label, text.count(f'label="{label}"'))
for label in ["x", "y", "z"]:
    print(label, f'label="{label}"' in text)
