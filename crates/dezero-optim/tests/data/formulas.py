"""The test functions written out in loops, one number at a time, from their papers' formulas.

The numbers of the problems are those of More, Garbow and Hillstrom (1981); see make.py. Indices run from 1 as in
the paper: a leading None is put before the variables.
"""

import mpmath as mp


def num(text):
    """A decimal constant, exact to the working precision."""
    return mp.mpf(text)


def ratio(a, b):
    return mp.mpf(a) / b


def numbers(text):
    return [None] + [num(word) for word in text.split()]


def rosenbrock(x):
    return [10 * (x[2] - x[1] ** 2), 1 - x[1]]


def freudenstein_roth(x):
    return [-13 + x[1] + ((5 - x[2]) * x[2] - 2) * x[2],
            -29 + x[1] + ((x[2] + 1) * x[2] - 14) * x[2]]


def powell_badly_scaled(x):
    return [10 ** 4 * x[1] * x[2] - 1, mp.exp(-x[1]) + mp.exp(-x[2]) - num("1.0001")]


def brown_badly_scaled(x):
    return [x[1] - 10 ** 6, x[2] - num("2e-6"), x[1] * x[2] - 2]


def beale(x):
    y = numbers("1.5 2.25 2.625")
    return [y[i] - x[1] * (1 - x[2] ** i) for i in range(1, 4)]


def jennrich_sampson(x):
    return [2 + 2 * i - (mp.exp(i * x[1]) + mp.exp(i * x[2])) for i in range(1, 11)]


def helical_valley(x):
    theta = mp.atan(x[2] / x[1]) / (2 * mp.pi)
    if x[1] < 0:
        theta += num("0.5")
    return [10 * (x[3] - 10 * theta), 10 * (mp.sqrt(x[1] ** 2 + x[2] ** 2) - 1), x[3]]


def bard(x):
    y = numbers("0.14 0.18 0.22 0.25 0.29 0.32 0.35 0.39 0.37 0.58 0.73 0.96 1.34 2.10 4.39")
    r = []
    for i in range(1, 16):
        u, v = i, 16 - i
        w = min(u, v)
        r.append(y[i] - (x[1] + u / (v * x[2] + w * x[3])))
    return r


def gaussian(x):
    y = numbers("0.0009 0.0044 0.0175 0.0540 0.1295 0.2420 0.3521 0.3989 "
                "0.3521 0.2420 0.1295 0.0540 0.0175 0.0044 0.0009")
    r = []
    for i in range(1, 16):
        t = ratio(8 - i, 2)
        r.append(x[1] * mp.exp(-x[2] * (t - x[3]) ** 2 / 2) - y[i])
    return r


def meyer(x):
    y = numbers("34780 28610 23650 19630 16370 13720 11540 9744 8261 7030 6005 5147 4427 3820 3307 2872")
    return [x[1] * mp.exp(x[2] / (45 + 5 * i + x[3])) - y[i] for i in range(1, 17)]


def gulf(x):
    r = []
    for i in range(1, 11):
        t = ratio(i, 100)
        y = 25 + (-50 * mp.log(t)) ** ratio(2, 3)
        r.append(mp.exp(-abs(y - x[2]) ** x[3] / x[1]) - t)
    return r


def box(x):
    r = []
    for i in range(1, 11):
        t = ratio(i, 10)
        r.append(mp.exp(-t * x[1]) - mp.exp(-t * x[2]) - x[3] * (mp.exp(-t) - mp.exp(-10 * t)))
    return r


def powell_singular(x):
    return [x[1] + 10 * x[2], mp.sqrt(5) * (x[3] - x[4]), (x[2] - 2 * x[3]) ** 2, mp.sqrt(10) * (x[1] - x[4]) ** 2]


def wood(x):
    return [10 * (x[2] - x[1] ** 2), 1 - x[1], mp.sqrt(90) * (x[4] - x[3] ** 2), 1 - x[3],
            mp.sqrt(10) * (x[2] + x[4] - 2), (x[2] - x[4]) / mp.sqrt(10)]


def kowalik_osborne(x):
    y = numbers("0.1957 0.1947 0.1735 0.1600 0.0844 0.0627 0.0456 0.0342 0.0323 0.0235 0.0246")
    u = numbers("4 2 1 0.5 0.25 0.167 0.125 0.1 0.0833 0.0714 0.0625")
    return [y[i] - x[1] * (u[i] ** 2 + u[i] * x[2]) / (u[i] ** 2 + u[i] * x[3] + x[4]) for i in range(1, 12)]


def brown_dennis(x):
    r = []
    for i in range(1, 21):
        t = ratio(i, 5)
        r.append((x[1] + t * x[2] - mp.exp(t)) ** 2 + (x[3] + x[4] * mp.sin(t) - mp.cos(t)) ** 2)
    return r


def osborne_1(x):
    y = numbers("0.844 0.908 0.932 0.936 0.925 0.908 0.881 0.850 0.818 0.784 0.751 "
                "0.718 0.685 0.658 0.628 0.603 0.580 0.558 0.538 0.522 0.506 0.490 "
                "0.478 0.467 0.457 0.448 0.438 0.431 0.424 0.420 0.414 0.411 0.406")
    r = []
    for i in range(1, 34):
        t = 10 * (i - 1)
        r.append(y[i] - (x[1] + x[2] * mp.exp(-t * x[4]) + x[3] * mp.exp(-t * x[5])))
    return r


def biggs_exp6(x):
    r = []
    for i in range(1, 14):
        t = ratio(i, 10)
        y = mp.exp(-t) - 5 * mp.exp(-10 * t) + 3 * mp.exp(-4 * t)
        r.append(x[3] * mp.exp(-t * x[1]) - x[4] * mp.exp(-t * x[2]) + x[6] * mp.exp(-t * x[5]) - y)
    return r


OSBORNE_2 = ("1.366 1.191 1.112 1.013 0.991 0.885 0.831 0.847 0.786 0.725 0.746 0.679 0.608 "
             "0.655 0.616 0.606 0.602 0.626 0.651 0.724 0.649 0.649 0.694 0.644 0.624 0.661 "
             "0.612 0.558 0.533 0.495 0.500 0.423 0.395 0.375 0.372 0.391 0.396 0.405 0.428 "
             "0.429 0.523 0.562 0.607 0.653 0.672 0.708 0.633 0.668 0.645 0.632 0.591 0.559 "
             "0.597 0.625 0.739 0.710 0.729 0.720 0.636 0.581 0.428 0.292 0.162 0.098 0.054")


def osborne_2(x):
    y = numbers(OSBORNE_2)
    r = []
    for i in range(1, 66):
        t = ratio(i - 1, 10)
        r.append(y[i] - (x[1] * mp.exp(-t * x[5])
                         + x[2] * mp.exp(-(t - x[9]) ** 2 * x[6])
                         + x[3] * mp.exp(-(t - x[10]) ** 2 * x[7])
                         + x[4] * mp.exp(-(t - x[11]) ** 2 * x[8])))
    return r


def watson(x):
    n = len(x) - 1
    r = []
    for i in range(1, 30):
        t = ratio(i, 29)
        slope, height = num("0"), num("0")
        for j in range(2, n + 1):
            slope += (j - 1) * x[j] * t ** (j - 2)
        for j in range(1, n + 1):
            height += x[j] * t ** (j - 1)
        r.append(slope - height ** 2 - 1)
    return r + [x[1], x[2] - x[1] ** 2 - 1]


def extended_rosenbrock(x):
    n = len(x) - 1
    r = []
    for i in range(1, n // 2 + 1):
        r += [10 * (x[2 * i] - x[2 * i - 1] ** 2), 1 - x[2 * i - 1]]
    return r


def extended_powell_singular(x):
    n = len(x) - 1
    r = []
    for i in range(1, n // 4 + 1):
        a, b, c, d = x[4 * i - 3], x[4 * i - 2], x[4 * i - 1], x[4 * i]
        r += [a + 10 * b, mp.sqrt(5) * (c - d), (b - 2 * c) ** 2, mp.sqrt(10) * (a - d) ** 2]
    return r


def penalty_1(x):
    n = len(x) - 1
    r = [mp.sqrt(num("1e-5")) * (x[i] - 1) for i in range(1, n + 1)]
    return r + [sum(x[j] ** 2 for j in range(1, n + 1)) - num("0.25")]


def penalty_2(x):
    n = len(x) - 1
    a = mp.sqrt(num("1e-5"))
    r = [x[1] - num("0.2")]
    for i in range(2, n + 1):
        y = mp.exp(ratio(i, 10)) + mp.exp(ratio(i - 1, 10))
        r.append(a * (mp.exp(x[i] / 10) + mp.exp(x[i - 1] / 10) - y))
    for i in range(n + 1, 2 * n):
        r.append(a * (mp.exp(x[i - n + 1] / 10) - mp.exp(-ratio(1, 10))))
    return r + [sum((n - j + 1) * x[j] ** 2 for j in range(1, n + 1)) - 1]


def variably_dimensioned(x):
    n = len(x) - 1
    s = sum(j * (x[j] - 1) for j in range(1, n + 1))
    return [x[i] - 1 for i in range(1, n + 1)] + [s, s ** 2]


def trigonometric(x):
    n = len(x) - 1
    cosines = sum(mp.cos(x[j]) for j in range(1, n + 1))
    return [n - cosines + i * (1 - mp.cos(x[i])) - mp.sin(x[i]) for i in range(1, n + 1)]


def brown_almost_linear(x):
    n = len(x) - 1
    r = [x[i] + sum(x[1:]) - (n + 1) for i in range(1, n)]
    product = 1
    for j in range(1, n + 1):
        product *= x[j]
    return r + [product - 1]


def discrete_boundary_value(x):
    n = len(x) - 1
    h = ratio(1, n + 1)
    z = [0] + x[1:] + [0]
    return [2 * z[i] - z[i - 1] - z[i + 1] + h ** 2 * (z[i] + i * h + 1) ** 3 / 2 for i in range(1, n + 1)]


def discrete_integral_equation(x):
    n = len(x) - 1
    h = ratio(1, n + 1)
    r = []
    for i in range(1, n + 1):
        left, right = num("0"), num("0")
        for j in range(1, i + 1):
            left += j * h * (x[j] + j * h + 1) ** 3
        for j in range(i + 1, n + 1):
            right += (1 - j * h) * (x[j] + j * h + 1) ** 3
        r.append(x[i] + h * ((1 - i * h) * left + i * h * right) / 2)
    return r


def broyden_tridiagonal(x):
    n = len(x) - 1
    z = [0] + x[1:] + [0]
    return [(3 - 2 * z[i]) * z[i] - z[i - 1] - 2 * z[i + 1] + 1 for i in range(1, n + 1)]


def broyden_banded(x):
    n = len(x) - 1
    r = []
    for i in range(1, n + 1):
        s = num("0")
        for j in range(max(1, i - 5), min(n, i + 1) + 1):
            if j != i:
                s += x[j] * (1 + x[j])
        r.append(x[i] * (2 + 5 * x[i] ** 2) + 1 - s)
    return r


def linear_full_rank(x, m=20):
    n = len(x) - 1
    s = sum(x[1:])
    return ([x[i] - ratio(2, m) * s - 1 for i in range(1, n + 1)]
            + [-ratio(2, m) * s - 1 for i in range(n + 1, m + 1)])


def linear_rank_1(x, m=20):
    n = len(x) - 1
    s = sum(j * x[j] for j in range(1, n + 1))
    return [i * s - 1 for i in range(1, m + 1)]


def linear_rank_1_zeros(x, m=20):
    n = len(x) - 1
    s = sum(j * x[j] for j in range(2, n))
    return [num("-1")] + [(i - 1) * s - 1 for i in range(2, m)] + [num("-1")]


def chebyquad(x):
    n = len(x) - 1
    r = []
    for i in range(1, n + 1):
        total = num("0")
        for j in range(1, n + 1):
            before, value = num("1"), 2 * x[j] - 1
            for _ in range(i - 1):
                before, value = value, 2 * (2 * x[j] - 1) * value - before
            total += value
        r.append(total / n - (ratio(-1, i * i - 1) if i % 2 == 0 else 0))
    return r


# Functions of other sources.


def chained_rosenbrock(x):
    n = len(x) - 1
    r = []
    for i in range(1, n):
        r += [10 * (x[i + 1] - x[i] ** 2), 1 - x[i]]
    return r


def goldstein_price(x):
    a = 1 + (x[1] + x[2] + 1) ** 2 * (19 - 14 * x[1] + 3 * x[1] ** 2 - 14 * x[2] + 6 * x[1] * x[2] + 3 * x[2] ** 2)
    b = 30 + (2 * x[1] - 3 * x[2]) ** 2 * (18 - 32 * x[1] + 12 * x[1] ** 2 + 48 * x[2] - 36 * x[1] * x[2]
                                           + 27 * x[2] ** 2)
    return a * b


def booth(x):
    return [x[1] + 2 * x[2] - 7, 2 * x[1] + x[2] - 5]


def matyas(x):
    return num("0.26") * (x[1] ** 2 + x[2] ** 2) - num("0.48") * x[1] * x[2]


def himmelblau(x):
    return [x[1] ** 2 + x[2] - 11, x[1] + x[2] ** 2 - 7]


def three_hump_camel(x):
    return 2 * x[1] ** 2 - num("1.05") * x[1] ** 4 + x[1] ** 6 / 6 + x[1] * x[2] + x[2] ** 2


def sphere(x):
    return x[1:]


def zakharov(x):
    s = sum(j * x[j] for j in range(1, len(x))) / 2
    return x[1:] + [s, s ** 2]


def styblinski_tang(x):
    return sum(z ** 4 - 16 * z ** 2 + 5 * z for z in x[1:]) / 2
