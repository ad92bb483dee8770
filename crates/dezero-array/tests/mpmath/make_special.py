"""Writes special.txt: functions of dezero_array::special at chosen points, to 50 digits.

One line per value: the function, the order n (polygamma only), x as the shortest decimal that reads
back as the same f64, and the value. Run in this directory: python make_special.py
"""

import random

import mpmath as mp

mp.mp.dps = 120
random.seed(20250131)


def log_uniform(low, high):
    return mp.exp(random.uniform(float(mp.log(low)), float(mp.log(high))))


def spread(low, high, count):
    return [float(log_uniform(low, high)) for _ in range(count)]


def uniform(low, high, count):
    return [random.uniform(low, high) for _ in range(count)]


def negated(points):
    return [-x for x in points]


def next_to(points):
    """The floats on both sides of a number, and some at distances from it."""
    near = []
    for x in points:
        for d in [2.0**-52, 1e-12, 1e-6, 1e-3]:
            near += [x * (1 - d), x * (1 + d)]
    return near


def softplus(x):
    return mp.log1p(mp.exp(x))


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


def lgamma(x):
    return mp.re(mp.loggamma(x))


def polygamma(n, x):
    """DLMF 5.15.1 as it stands on the negative axis, so that nothing is shared with a reflection."""
    # mpmath's zeta is accurate absolutely, so that small values need as many digits more.
    with mp.workdps(100 + (n + 1) * max(2, int(mp.log10(abs(x)) + 1))):
        count = max(0, int(mp.ceil(-x)))
        terms = mp.fsum((x + k) ** -(n + 1) for k in range(count))
        return (-1) ** (n + 1) * mp.factorial(n) * (terms + mp.zeta(n + 1, x + count))


# The positive root, and the first few negative ones to f64, whose neighbours are hard.
ROOT = 1.4616321449683622
NEGATIVE_ROOTS = [-0.5040830082644554, -1.5734984731623905, -2.6107208684441447, -9.702672540001864]
LGAMMA_ROOTS = [-2.4570247382208006, -2.7476826467274126, -3.143580888349980, -3.955294284858598]

plain = {
    "sigmoid": (sigmoid, [-745.0, -708.5, -40.0, -36.7, 0.0, 36.7, 40.0, 708.5]
                + uniform(-40, 40, 12) + spread(1e-20, 1, 4)),
    "softplus": (softplus, [-745.0, -708.5, -40.0, 0.0, 40.0, 708.5]
                 + uniform(-40, 40, 12) + spread(1e-20, 1, 4) + negated(spread(1e-20, 1, 4))),
    "acosh": (mp.acosh, [1.0, 1.0000000000000002, 1.5, 2.0, 1e10, 1.7e308]
              + [1 + x for x in spread(1e-15, 1, 16)] + spread(2, 1e300, 8)),
    "atanh": (mp.atanh, [0.0, 0.5, -0.5, 0.9999999999999999, -0.9999999999999999, 5e-324]
              + [1 - x for x in spread(1e-15, 1, 10)] + [x - 1 for x in spread(1e-15, 1, 10)]
              + spread(1e-300, 1, 6) + negated(spread(1e-5, 1, 6))),
    "erf": (mp.erf, [0.0, 5e-324, 0.84375, 1.25, 2.857142857142857, 6.0]
            + spread(1e-20, 1, 10) + uniform(-6, 6, 20)),
    "lgamma": (lgamma, [0.5, 1.0, 2.0, 3.0, 1e15, 1e305, -0.5, -1.5, -100.5, -1e-300, 5e-324]
               + next_to([1.0, 2.0]) + spread(1e-20, 1, 10) + uniform(0, 10, 20)
               + spread(10, 1e300, 10) + uniform(-20, 0, 20) + next_to(LGAMMA_ROOTS)),
    "digamma": (mp.digamma, [0.5, 1.0, 2.0, 10.0, 1e15, 1e305, -0.5, -1.5, -100.5, 1e-300, -1e-300]
                + [ROOT] + next_to([1.0, ROOT, 2.0, -1.0, -7.0] + NEGATIVE_ROOTS)
                + uniform(ROOT - 0.3, ROOT + 0.3, 10) + spread(1e-20, 1, 10) + uniform(0, 12, 20)
                + spread(10, 1e300, 10) + uniform(-20, 0, 20) + negated(spread(20, 1e6, 10))
                + [-1234567.25, -3e15 - 0.5]),
}

orders = [1, 2, 3, 4, 5, 7, 8, 11, 16, 20, 25, 40, 70, 100, 150]
special_orders = [(200, 100.0), (200, 74.5), (170, 1e3), (300, 150.25), (300, 110.5), (1000, 400.0),
                  (2000, 777.7), (20, 1e-14), (20, 1e15), (1, 1e-150), (1, 1e300), (2, 1e-100), (3, -1e-70),
                  (1, -12345.678), (4, -543.21)]


def polygamma_points(n):
    points = [0.5, 1.0, 1.5] + spread(0.02, 0.5, 2) + uniform(0.5, 2, 2) + uniform(2, 12, 4)
    points += spread(10, 100, 3) + spread(100, 1e4, 1)
    return points + uniform(-12, 0, 5) + [-0.5, -3.5] + [-2 - x for x in spread(0.01, 0.1, 1)]


with open("special.txt", "w", encoding="ascii") as out:
    def write(*words, value):
        out.write(" ".join(map(str, words)) + " " + mp.nstr(value, 50, min_fixed=0, max_fixed=1) + "\n")

    for name, (function, points) in plain.items():
        for x in points:
            write(name, repr(x), value=function(mp.mpf(x)))
    for n, x in [(n, x) for n in orders for x in polygamma_points(n)] + special_orders:
        value = polygamma(n, mp.mpf(x))
        if 1e-300 < abs(value) < 1e300:
            write("polygamma", n, repr(x), value=value)
