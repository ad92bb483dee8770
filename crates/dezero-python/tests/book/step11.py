"""Step 11: several inputs, and results in a tuple."""

import numpy as np

from dezero import Function, Variable


class Add(Function):
    def forward(self, *xs):
        x0, x1 = xs
        return (x0 + x1,)


class Halves(Function):
    def forward(self, x):
        middle = len(x) // 2
        return x[:middle], x[middle:]


y = Add()(Variable(np.array(2)), Variable(np.array(3)))
print(y.data)

results = Halves()(Variable(np.array([1, 2, 3, 4])))
print(len(results))
for result in results:
    print(result)
