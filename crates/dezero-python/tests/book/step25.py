"""Step 25: DOT, the language of graph drawings, written by hand for y = exp(x)."""

import numpy as np

from dezero import Variable
from dezero.functions import exp

x = Variable(np.array(1.0))
y = exp(x)
print("digraph g {")
print('1 [label="x", color=orange, style=filled]')
print('2 [label="y", color=orange, style=filled]')
print(f'3 [label="{type(y.creator).__name__}", color=lightblue, style=filled, shape=box]')
print("1 -> 3")
print("3 -> 2")
print("}")
