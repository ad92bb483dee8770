"""Step 12: forward takes its arguments one by one, and returns one result bare."""

import numpy as np

from dezero import Function, Variable


class Add(Function):
    def forward(self, x0, x1):
        return x0 + x1


def add(x0, x1):
    return Add()(x0, x1)


print(add(Variable(np.array(2)), Variable(np.array(3))).data)
