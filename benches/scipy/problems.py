"""The unconstrained problems of More, Garbow and Hillstrom, to be differentiated by autograd.

J. J. More, B. S. Garbow, K. E. Hillstrom, "Testing Unconstrained Optimization Software", ACM Transactions on
Mathematical Software 7 (1981), section 3. Each problem is a vector of residuals whose sum of squares is minimised.
Numbers, names, starts and formulas are the paper's; x[0] here is its x_1.

`python problems.py > starts.csv` prints value and gradient at the standard starts.
"""

import math
from dataclasses import dataclass
from typing import Callable

import autograd
import autograd.numpy as np
import numpy

PROBLEMS = []


@dataclass(frozen=True)
class Problem:
    number: int
    name: str
    n: int
    m: int
    start: list
    residuals: Callable

    def value(self, x):
        return np.sum(self.residuals(x) ** 2)

    def gradient(self, x):
        return autograd.grad(self.value)(x)

    def hessian(self, x):
        return autograd.hessian(self.value)(x)

    def hessian_product(self, x, v):
        return autograd.grad(lambda y: np.dot(autograd.grad(self.value)(y), v))(x)


def problem(number, name, m, start):
    def register(residuals):
        PROBLEMS.append(Problem(number, name, len(start), m, start, residuals))
        return residuals

    return register


# Constants take the number type of x, so that minima.py can run the same formulas in many digits.


def numbers(decimals, x):
    """The decimals in a string, as numbers of the type that x holds."""
    kind = type(x[0]) if x.dtype == object else float
    return numpy.array([kind(decimal) for decimal in decimals.split()])


def number(decimal, x):
    return numbers(decimal, x)[0]


def counting(first, last, x):
    """first, first + 1, ..., last, as numbers of the type that x holds."""
    return numbers(" ".join(map(str, range(first, last + 1))), x)


def root(decimal, x):
    return np.sqrt(number(decimal, x))


def total(terms):
    """A sum that starts from its first term, whatever type of number that is."""
    terms = list(terms)
    result = terms[0]
    for term in terms[1:]:
        result = result + term
    return result


@problem(1, "Rosenbrock", 2, [-1.2, 1.0])
def rosenbrock(x):
    return np.stack([10 * (x[1] - x[0] ** 2), 1 - x[0]])


@problem(2, "Freudenstein and Roth", 2, [0.5, -2.0])
def freudenstein_roth(x):
    return np.stack([
        -13 + x[0] + ((5 - x[1]) * x[1] - 2) * x[1],
        -29 + x[0] + ((x[1] + 1) * x[1] - 14) * x[1],
    ])


@problem(3, "Powell badly scaled", 2, [0.0, 1.0])
def powell_badly_scaled(x):
    return np.stack([
        10**4 * x[0] * x[1] - 1,
        np.exp(-x[0]) + np.exp(-x[1]) - number("1.0001", x),
    ])


@problem(4, "Brown badly scaled", 3, [1.0, 1.0])
def brown_badly_scaled(x):
    return np.stack([x[0] - 10**6, x[1] - number("2e-6", x), x[0] * x[1] - 2])


@problem(5, "Beale", 3, [1.0, 1.0])
def beale(x):
    return np.stack([1.5 - x[0] * (1 - x[1]), 2.25 - x[0] * (1 - x[1] ** 2), 2.625 - x[0] * (1 - x[1] ** 3)])


@problem(6, "Jennrich and Sampson", 10, [0.3, 0.4])
def jennrich_sampson(x):
    i = counting(1, 10, x)
    return 2 + 2 * i - (np.exp(i * x[0]) + np.exp(i * x[1]))


@problem(7, "Helical valley", 3, [-1.0, 0.0, 0.0])
def helical_valley(x):
    pi = 4 * np.arctan(number("1", x))
    turn = np.arctan(x[1] / x[0]) / (2 * pi)
    if x[0] < 0:
        turn = turn + 0.5
    return np.stack([10 * (x[2] - 10 * turn), 10 * (np.sqrt(x[0] ** 2 + x[1] ** 2) - 1), x[2]])


BARD = "0.14 0.18 0.22 0.25 0.29 0.32 0.35 0.39 0.37 0.58 0.73 0.96 1.34 2.10 4.39"


@problem(8, "Bard", 15, [1.0, 1.0, 1.0])
def bard(x):
    u = counting(1, 15, x)
    v = 16 - u
    w = np.minimum(u, v)
    return numbers(BARD, x) - (x[0] + u / (v * x[1] + w * x[2]))


GAUSSIAN = "0.0009 0.0044 0.0175 0.0540 0.1295 0.2420 0.3521 0.3989 0.3521 0.2420 0.1295 0.0540 0.0175 0.0044 0.0009"


@problem(9, "Gaussian", 15, [0.4, 1.0, 0.0])
def gaussian(x):
    t = (8 - counting(1, 15, x)) / 2
    return x[0] * np.exp(-x[1] * (t - x[2]) ** 2 / 2) - numbers(GAUSSIAN, x)


MEYER = "34780 28610 23650 19630 16370 13720 11540 9744 8261 7030 6005 5147 4427 3820 3307 2872"


@problem(10, "Meyer", 16, [0.02, 4000.0, 250.0])
def meyer(x):
    t = 45 + 5 * counting(1, 16, x)
    return x[0] * np.exp(x[1] / (t + x[2])) - numbers(MEYER, x)


@problem(11, "Gulf research and development", 10, [5.0, 2.5, 0.15])
def gulf(x):
    # The paper prints |y_i m i x_2|; the solution it gives, (50, 25, 1.5), and its programs have |y_i - x_2|.
    t = counting(1, 10, x) / 100
    y = 25 + (-50 * np.log(t)) ** (number("2", x) / 3)
    return np.exp(-(np.abs(y - x[1]) ** x[2]) / x[0]) - t


@problem(12, "Box three-dimensional", 10, [0.0, 10.0, 20.0])
def box(x):
    t = counting(1, 10, x) / 10
    return np.exp(-t * x[0]) - np.exp(-t * x[1]) - x[2] * (np.exp(-t) - np.exp(-10 * t))


def powell_singular(x):
    root5, root10 = root("5", x), root("10", x)
    residuals = []
    for k in range(0, len(x), 4):
        a, b, c, d = x[k], x[k + 1], x[k + 2], x[k + 3]
        residuals += [a + 10 * b, root5 * (c - d), (b - 2 * c) ** 2, root10 * (a - d) ** 2]
    return np.stack(residuals)


problem(13, "Powell singular", 4, [3.0, -1.0, 0.0, 1.0])(powell_singular)


@problem(14, "Wood", 6, [-3.0, -1.0, -3.0, -1.0])
def wood(x):
    return np.stack([
        10 * (x[1] - x[0] ** 2),
        1 - x[0],
        root("90", x) * (x[3] - x[2] ** 2),
        1 - x[2],
        root("10", x) * (x[1] + x[3] - 2),
        (x[1] - x[3]) / root("10", x),
    ])


KOWALIK_Y = "0.1957 0.1947 0.1735 0.1600 0.0844 0.0627 0.0456 0.0342 0.0323 0.0235 0.0246"
KOWALIK_U = "4 2 1 0.5 0.25 0.167 0.125 0.1 0.0833 0.0714 0.0625"


@problem(15, "Kowalik and Osborne", 11, [0.25, 0.39, 0.415, 0.39])
def kowalik_osborne(x):
    u = numbers(KOWALIK_U, x)
    return numbers(KOWALIK_Y, x) - x[0] * (u**2 + u * x[1]) / (u**2 + u * x[2] + x[3])


@problem(16, "Brown and Dennis", 20, [25.0, 5.0, -5.0, -1.0])
def brown_dennis(x):
    t = counting(1, 20, x) / 5
    return (x[0] + t * x[1] - np.exp(t)) ** 2 + (x[2] + x[3] * np.sin(t) - np.cos(t)) ** 2


OSBORNE_1 = """
0.844 0.908 0.932 0.936 0.925 0.908 0.881 0.850 0.818 0.784 0.751 0.718 0.685 0.658 0.628 0.603 0.580
0.558 0.538 0.522 0.506 0.490 0.478 0.467 0.457 0.448 0.438 0.431 0.424 0.420 0.414 0.411 0.406
"""


@problem(17, "Osborne 1", 33, [0.5, 1.5, -1.0, 0.01, 0.02])
def osborne_1(x):
    t = 10 * counting(0, 32, x)
    return numbers(OSBORNE_1, x) - (x[0] + x[1] * np.exp(-t * x[3]) + x[2] * np.exp(-t * x[4]))


@problem(18, "Biggs EXP6", 13, [1.0, 2.0, 1.0, 1.0, 1.0, 1.0])
def biggs_exp6(x):
    t = counting(1, 13, x) / 10
    y = np.exp(-t) - 5 * np.exp(-10 * t) + 3 * np.exp(-4 * t)
    return x[2] * np.exp(-t * x[0]) - x[3] * np.exp(-t * x[1]) + x[5] * np.exp(-t * x[4]) - y


OSBORNE_2 = """
1.366 1.191 1.112 1.013 0.991 0.885 0.831 0.847 0.786 0.725 0.746 0.679 0.608 0.655 0.616 0.606 0.602
0.626 0.651 0.724 0.649 0.649 0.694 0.644 0.624 0.661 0.612 0.558 0.533 0.495 0.500 0.423 0.395 0.375
0.372 0.391 0.396 0.405 0.428 0.429 0.523 0.562 0.607 0.653 0.672 0.708 0.633 0.668 0.645 0.632 0.591
0.559 0.597 0.625 0.739 0.710 0.729 0.720 0.636 0.581 0.428 0.292 0.162 0.098 0.054
"""


@problem(19, "Osborne 2", 65, [1.3, 0.65, 0.65, 0.7, 0.6, 3.0, 5.0, 7.0, 2.0, 4.5, 5.5])
def osborne_2(x):
    t = counting(0, 64, x) / 10
    return numbers(OSBORNE_2, x) - (
        x[0] * np.exp(-t * x[4])
        + x[1] * np.exp(-((t - x[8]) ** 2) * x[5])
        + x[2] * np.exp(-((t - x[9]) ** 2) * x[6])
        + x[3] * np.exp(-((t - x[10]) ** 2) * x[7])
    )


@problem(20, "Watson", 31, [0.0] * 6)
def watson(x):
    t = counting(1, 29, x) / 29
    slope = total(j * x[j] * t ** (j - 1) for j in range(1, len(x)))
    height = total(x[j] * t**j for j in range(len(x)))
    return np.concatenate([slope - height**2 - 1, np.stack([x[0], x[1] - x[0] ** 2 - 1])])


@problem(21, "Extended Rosenbrock", 10, [-1.2, 1.0] * 5)
def extended_rosenbrock(x):
    residuals = []
    for k in range(0, len(x), 2):
        residuals += [10 * (x[k + 1] - x[k] ** 2), 1 - x[k]]
    return np.stack(residuals)


problem(22, "Extended Powell singular", 12, [3.0, -1.0, 0.0, 1.0] * 3)(powell_singular)


@problem(23, "Penalty I", 11, [float(j) for j in range(1, 11)])
def penalty_1(x):
    return np.concatenate([root("1e-5", x) * (x - 1), np.stack([total(x**2) - 0.25])])


@problem(24, "Penalty II", 20, [0.5] * 10)
def penalty_2(x):
    n = len(x)
    i = counting(2, n, x)
    y = np.exp(i / 10) + np.exp((i - 1) / 10)
    return np.concatenate([
        np.stack([x[0] - number("0.2", x)]),
        root("1e-5", x) * (np.exp(x[1:] / 10) + np.exp(x[:-1] / 10) - y),
        root("1e-5", x) * (np.exp(x[1:] / 10) - np.exp(-number("0.1", x))),
        np.stack([total((n - j) * x[j] ** 2 for j in range(n)) - 1]),
    ])


@problem(25, "Variably dimensioned", 12, [1 - j / 10 for j in range(1, 11)])
def variably_dimensioned(x):
    weighted = total((j + 1) * (x[j] - 1) for j in range(len(x)))
    return np.concatenate([x - 1, np.stack([weighted, weighted**2])])


@problem(26, "Trigonometric", 10, [0.1] * 10)
def trigonometric(x):
    n = len(x)
    return n - total(np.cos(x)) + counting(1, n, x) * (1 - np.cos(x)) - np.sin(x)


@problem(27, "Brown almost-linear", 10, [0.5] * 10)
def brown_almost_linear(x):
    product = x[0]
    for factor in x[1:]:
        product = product * factor
    return np.concatenate([x[:-1] + total(x) - (len(x) + 1), np.stack([product - 1])])


def grid(x):
    """The spacing and the points inside (0, 1) where x lives."""
    n = len(x)
    return number("1", x) / (n + 1), counting(1, n, x) / (n + 1)


def grid_start(n):
    return [t * (t - 1) for t in (j / (n + 1) for j in range(1, n + 1))]


@problem(28, "Discrete boundary value", 10, grid_start(10))
def discrete_boundary_value(x):
    h, t = grid(x)
    zero = numbers("0", x)
    padded = np.concatenate([zero, x, zero])
    return 2 * x - padded[:-2] - padded[2:] + h**2 * (x + t + 1) ** 3 / 2


@problem(29, "Discrete integral equation", 10, grid_start(10))
def discrete_integral_equation(x):
    h, t = grid(x)
    cubes = (x + t + 1) ** 3
    residuals = []
    for i in range(len(x)):
        integral = (1 - t[i]) * total(t[: i + 1] * cubes[: i + 1])
        if i + 1 < len(x):
            integral = integral + t[i] * total((1 - t[i + 1 :]) * cubes[i + 1 :])
        residuals.append(x[i] + h * integral / 2)
    return np.stack(residuals)


@problem(30, "Broyden tridiagonal", 10, [-1.0] * 10)
def broyden_tridiagonal(x):
    zero = numbers("0", x)
    padded = np.concatenate([zero, x, zero])
    return (3 - 2 * x) * x - padded[:-2] - 2 * padded[2:] + 1


@problem(31, "Broyden banded", 10, [-1.0] * 10)
def broyden_banded(x):
    n = len(x)
    residuals = []
    for i in range(n):
        band = [j for j in range(max(0, i - 5), min(n, i + 2)) if j != i]
        residuals.append(x[i] * (2 + 5 * x[i] ** 2) + 1 - total(x[j] * (1 + x[j]) for j in band))
    return np.stack(residuals)


@problem(32, "Linear full rank", 20, [1.0] * 10)
def linear_full_rank(x):
    mean = 2 * total(x) / 20
    return np.concatenate([x - mean - 1, np.stack([-mean - 1] * (20 - len(x)))])


@problem(33, "Linear rank 1", 20, [1.0] * 10)
def linear_rank_1(x):
    return counting(1, 20, x) * total((j + 1) * x[j] for j in range(len(x))) - 1


@problem(34, "Linear rank 1 with zero columns and rows", 20, [1.0] * 10)
def linear_rank_1_with_zeros(x):
    weighted = total((j + 1) * x[j] for j in range(1, len(x) - 1))
    factors = np.concatenate([numbers("0", x), counting(1, 18, x), numbers("0", x)])
    return factors * weighted - 1


@problem(35, "Chebyquad", 8, [j / 9 for j in range(1, 9)])
def chebyquad(x):
    n = len(x)
    shifted = 2 * x - 1
    before, polynomial = 1 + 0 * x, shifted
    residuals = []
    for degree in range(1, n + 1):
        integral = 0 if degree % 2 else number("-1", x) / (degree**2 - 1)
        residuals.append(total(polynomial) / n - integral)
        before, polynomial = polynomial, 2 * shifted * polynomial - before
    return np.stack(residuals)


def main():
    print("# Value and Euclidean norm of the gradient at the standard starts: python problems.py > starts.csv")
    print("number,name,n,m,value,gradient_norm")
    for p in PROBLEMS:
        x = np.array(p.start)
        assert p.residuals(x).shape == (p.m,)
        value, norm = float(p.value(x)), math.hypot(*p.gradient(x))
        print(f"{p.number},{p.name},{p.n},{p.m},{value!r},{norm!r}")


if __name__ == "__main__":
    main()
