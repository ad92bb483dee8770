"""Numbers in many digits that carry a gradient and a Hessian, so that problems.py gives exact derivatives of its own.

NumPy hands operations on arrays of objects to the objects: np.exp calls exp(), and so on. Second order chain rule:
A. Griewank, A. Walther, "Evaluating Derivatives" (SIAM, 2008), chapter 13.
"""

import numpy as np
from mpmath import mp, mpf

ZERO = mpf(0)


def with_jet(operation):
    """Leaves arrays to NumPy, which comes back with their elements, and makes constants of other numbers."""

    def operate(self, other):
        if isinstance(other, np.ndarray):
            return NotImplemented
        return operation(self, other if isinstance(other, Jet) else Jet(other))

    return operate


class Jet:
    def __init__(self, value, gradient=ZERO, hessian=ZERO):
        self.value, self.gradient, self.hessian = mpf(value), gradient, hessian

    @staticmethod
    def variables(point):
        """The coordinates of a point, each knowing that it is one."""
        n = len(point)
        unit = np.array([[mpf(i == j) for j in range(n)] for i in range(n)], dtype=object)
        nothing = np.array([[mpf(0)] * n] * n, dtype=object)
        return np.array([Jet(point[i], unit[i], nothing) for i in range(n)], dtype=object)

    def through(self, value, first, second):
        """f(self), of which the value and the first two derivatives are given."""
        square = np.multiply.outer(self.gradient, self.gradient)
        return Jet(value, first * self.gradient, first * self.hessian + second * square)

    @with_jet
    def __add__(self, other):
        return Jet(self.value + other.value, self.gradient + other.gradient, self.hessian + other.hessian)

    @with_jet
    def __mul__(self, other):
        # A constant has scalar zeros for derivatives, whose outer products are zeros that broadcast.
        cross = np.multiply.outer(self.gradient, other.gradient)
        return Jet(
            self.value * other.value,
            self.value * other.gradient + other.value * self.gradient,
            self.value * other.hessian + other.value * self.hessian + cross + np.transpose(cross),
        )

    def __neg__(self):
        return self.through(-self.value, mpf(-1), ZERO)

    @with_jet
    def __sub__(self, other):
        return self + -other

    @with_jet
    def __rsub__(self, other):
        return other - self

    @with_jet
    def __truediv__(self, other):
        inverse = 1 / other.value
        return self * other.through(inverse, -(inverse**2), 2 * inverse**3)

    @with_jet
    def __rtruediv__(self, other):
        return other / self

    __radd__ = __add__
    __rmul__ = __mul__

    def __pow__(self, power):
        if isinstance(power, int):
            x, k = self.value, power
            first = k * x ** (k - 1) if k else ZERO
            second = k * (k - 1) * x ** (k - 2) if k > 1 else ZERO
            return self.through(x**k, first, second)
        return (self.log() * power).exp()

    def __abs__(self):
        return -self if self.value < 0 else self

    @with_jet
    def __lt__(self, other):
        return self.value < other.value

    @with_jet
    def __le__(self, other):
        return self.value <= other.value

    def exp(self):
        value = mp.exp(self.value)
        return self.through(value, value, value)

    def log(self):
        inverse = 1 / self.value
        return self.through(mp.log(self.value), inverse, -(inverse**2))

    def sqrt(self):
        value = mp.sqrt(self.value)
        return self.through(value, 1 / (2 * value), -1 / (4 * value**3))

    def sin(self):
        sine = mp.sin(self.value)
        return self.through(sine, mp.cos(self.value), -sine)

    def cos(self):
        cosine = mp.cos(self.value)
        return self.through(cosine, -mp.sin(self.value), -cosine)

    def arctan(self):
        first = 1 / (1 + self.value**2)
        return self.through(mp.atan(self.value), first, -2 * self.value * first**2)
