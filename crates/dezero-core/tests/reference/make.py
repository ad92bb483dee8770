"""Writes elementwise.csv: Taylor coefficients of the elementwise primitives, from mpmath.

One row per primitive, parameters, point and direction d: the coefficients c_k = f^(k) / k! of
t -> f(x + t d) at t = 0 for k = 0 .. 8. The points are f64s, and the coefficients are those of
exactly these points, rounded to f64 once, at the end; both are written so that they read back as the
same f64.

Made with Python 3.11 and mpmath 1.3.0. Run in this directory: python make.py
"""

import random

import mpmath as mp

ORDER = 8
POINTS = 20

# mpmath.taylor takes differences at ORDER + 1 times this precision, so that an absolute error of 1e-70
# is left, which is 50 digits and more of the smallest coefficients here.
mp.mp.dps = 70
random.seed(20250607)


def polygamma(n, x):
    """DLMF 5.15.1, with digamma by its recurrence: no reflection and no differences."""
    shift = max(0, int(mp.ceil(1 - x)))
    if n == 0:
        return mp.digamma(x + shift) - mp.fsum(1 / (x + k) for k in range(shift))
    terms = mp.fsum((x + k) ** -(n + 1) for k in range(shift))
    return (-1) ** (n + 1) * mp.factorial(n) * (terms + mp.zeta(n + 1, x + shift))


def polygamma_series(n):
    return lambda x: [polygamma(n + k, x) / mp.factorial(k) for k in range(ORDER + 1)]


def lgamma_series(x):
    value = mp.log(abs(mp.gamma(x)))
    return [value] + [polygamma(k - 1, x) / mp.factorial(k) for k in range(1, ORDER + 1)]


def by_differences(f):
    return lambda x: mp.taylor(f, x, ORDER)


def polynomial(*derivatives):
    """The coefficients given by functions of the point; those after them are zero."""
    def series(*x):
        first = [mp.mpf(d(*x)) for d in derivatives]
        return first + [mp.mpf(0)] * (ORDER + 1 - len(first))
    return series


def power(exponent):
    """x^exponent: binomial coefficients, also of negative x where the exponent is whole."""
    def series(x):
        whole = exponent == int(exponent)
        return [mp.binomial(exponent, k) * (x ** (int(exponent) - k) if whole else x ** (mp.mpf(exponent) - k))
                if mp.binomial(exponent, k) != 0 else mp.mpf(0) for k in range(ORDER + 1)]
    return series


def cbrt_series(x):
    coefficients = power(mp.mpf(1) / 3)(abs(x))
    return [c * mp.sign(x) ** (k + 1) for k, c in enumerate(coefficients)]


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


def signed(*points):
    return [s * x for x in points for s in (1, -1)]


def uniform(*intervals):
    """Points of the intervals in turn, without end."""
    while True:
        for low, high in intervals:
            yield random.uniform(low, high)


REAL = (-4.0, 4.0)
TINY = 1e-9

# Name, parameters, series, chosen points, and the intervals from which the rest of them come.
unary = [
    ("neg", [], polynomial(lambda x: -x, lambda x: -1), [0.0], [REAL]),
    ("abs", [], polynomial(abs, mp.sign), signed(TINY, 20.0), [REAL]),
    ("sign", [], polynomial(mp.sign), signed(TINY, 20.0), [REAL]),
    ("square", [], polynomial(lambda x: x * x, lambda x: 2 * x, lambda x: 1), [0.0, 1e6], [REAL]),
    ("sqrt", [], power(0.5), [1e-3, 1e-6, 1e3, 1e6], [(0.1, 9.0)]),
    ("cbrt", [], cbrt_series, signed(1e-3, 1e3), [(0.1, 9.0), (-9.0, -0.1)]),
    ("recip", [], power(-1), signed(1e-3, 1e3), [(0.1, 4.0), (-4.0, -0.1)]),
    ("exp", [], by_differences(mp.exp), signed(20.0, TINY) + [0.0, 100.0, -100.0], [REAL]),
    ("exp2", [], by_differences(lambda x: mp.mpf(2) ** x), signed(20.0, TINY) + [0.0], [REAL]),
    ("expm1", [], by_differences(mp.expm1), signed(20.0, TINY) + [0.0], [REAL]),
    ("log", [], by_differences(mp.log), [1e-3, 1e-6, 1.0, 1 + 1e-6, 1e3, 1e6], [(0.1, 9.0)]),
    ("log2", [], by_differences(lambda x: mp.log(x) / mp.log(2)), [1e-3, 1.0, 1e3], [(0.1, 9.0)]),
    ("log10", [], by_differences(lambda x: mp.log(x) / mp.log(10)), [1e-3, 1.0, 1e3], [(0.1, 9.0)]),
    ("log1p", [], by_differences(mp.log1p), signed(TINY) + [0.0, -1 + 1e-6, 1e3], [(-0.9, 9.0)]),
    ("sin", [], by_differences(mp.sin), [0.0, 3.141592653589793, 100.0], [(-7.0, 7.0)]),
    ("cos", [], by_differences(mp.cos), [0.0, 1.5707963267948966, 100.0], [(-7.0, 7.0)]),
    ("tan", [], by_differences(mp.tan), [0.0, 1.57, -1.57, 1.5707, -1.5707, 4.7, 100.0], [(-1.5, 1.5)]),
    ("asin", [], by_differences(mp.asin), [0.0] + signed(1 - 1e-6, 0.99, TINY), [(-0.95, 0.95)]),
    ("acos", [], by_differences(mp.acos), [0.0] + signed(1 - 1e-6, 0.99, TINY), [(-0.95, 0.95)]),
    ("atan", [], by_differences(mp.atan), [0.0] + signed(TINY, 1e3), [REAL]),
    ("sinh", [], by_differences(mp.sinh), [0.0] + signed(TINY, 20.0), [REAL]),
    ("cosh", [], by_differences(mp.cosh), [0.0] + signed(TINY, 20.0), [REAL]),
    ("tanh", [], by_differences(mp.tanh), [0.0] + signed(TINY, 5.0, 10.0, 15.0), [REAL]),
    ("asinh", [], by_differences(mp.asinh), [0.0] + signed(TINY, 1e3), [REAL]),
    ("acosh", [], by_differences(mp.acosh), [1 + 1e-6, 1 + 1e-3, 1e3, 1e6], [(1.05, 6.0)]),
    ("atanh", [], by_differences(mp.atanh), [0.0] + signed(1 - 1e-6, 0.99, TINY), [(-0.95, 0.95)]),
    ("sigmoid", [], by_differences(sigmoid), [0.0] + signed(10.0, 20.0, 30.0), [REAL]),
    ("softplus", [], by_differences(lambda x: mp.log1p(mp.exp(x))), [0.0] + signed(10.0, 20.0, 30.0), [REAL]),
    ("relu", [], polynomial(lambda x: max(x, 0), lambda x: x > 0), signed(TINY, 20.0), [REAL]),
    ("leaky_relu", [0.2], polynomial(lambda x: x if x > 0 else mp.mpf(0.2) * x, lambda x: 1 if x > 0 else mp.mpf(0.2)),
     signed(TINY, 20.0), [REAL]),
    ("erf", [], by_differences(mp.erf), [0.0] + signed(TINY, 5.0), [(-3.0, 3.0)]),
    ("lgamma", [], lgamma_series, [1e-3, -1e-3, -0.999, -1.001, -1.5, -2.999, 1.0, 2.0, 1e3],
     [(0.1, 6.0), (-1.9, -1.1)]),
    ("digamma", [], polygamma_series(0), [1e-3, -1e-3, -0.999, -1.001, -1.5, -2.999, 1.0, 1e3],
     [(0.1, 6.0), (-1.9, -1.1)]),
    ("polygamma", [1.0], polygamma_series(1), [1e-3, -1e-3, -0.999, -1.001, -1.5, -2.999, 1.0, 1e3],
     [(0.1, 6.0), (-1.9, -1.1)]),
    ("floor", [], polynomial(mp.floor), signed(TINY, 1 - TINY), [REAL]),
    ("ceil", [], polynomial(mp.ceil), signed(TINY, 1 - TINY), [REAL]),
    ("round", [], polynomial(mp.nint), signed(0.5 - TINY, 0.5 + TINY, 1.5 - TINY, 1.5 + TINY), [REAL]),
    ("powf", [3.0], power(3), signed(1e-3, 1e3), [REAL]),
    ("powf", [2.5], power(2.5), [1e-3, 1e3], [(0.1, 4.0)]),
    ("powf", [-1.5], power(-1.5), [1e-3, 1e3], [(0.1, 4.0)]),
    ("powf", [0.5], power(0.5), [1e-3, 1e3], [(0.1, 4.0)]),
    ("clip", [-1.0, 1.5], polynomial(lambda x: min(max(x, -1), mp.mpf(1.5)), lambda x: -1 <= x <= 1.5),
     [-1 - TINY, -1 + TINY, 1.5 - TINY, 1.5 + TINY], [REAL]),
]

POSITIVE = (0.1, 3.0)
SIGNED = [REAL, REAL]

# Name, function, chosen points, and the interval of each of the two inputs.
binary = [
    ("add", lambda a, b: a + b, [(0.0, 0.0), (1e6, TINY)], SIGNED),
    ("sub", lambda a, b: a - b, [(0.0, 0.0), (1e6, TINY)], SIGNED),
    ("mul", lambda a, b: a * b, [(0.0, 0.0), (1e6, TINY)], SIGNED),
    ("div", lambda a, b: a / b, [(0.0, 1.0), (3.0, 1e-3), (-2.0, -1e-3), (2.0, 1e3)], [REAL, (0.1, 4.0)]),
    ("pow", lambda a, b: a ** b, [(1.0, 0.0), (1e-3, 1.5), (1e3, -1.5), (2.0, 20.0), (0.5, -20.0)], [POSITIVE, (-3.0, 3.0)]),
    ("atan2", mp.atan2, [(1e-3, 1.0), (1e-3, -1.0), (-1e-3, -1.0), (1.0, 0.0), (-1.0, 0.0), (1e-3, 1e-3)],
     [(0.1, 4.0), REAL]),
    ("hypot", lambda a, b: mp.sqrt(a * a + b * b), [(1e-3, 1.0), (1.0, 0.0), (1e-3, -1e-3), (3.0, -4.0)],
     [(0.1, 4.0), REAL]),
    ("maximum", None, [(1.0, 1 + TINY), (1 + TINY, 1.0)], SIGNED),
    ("minimum", None, [(1.0, 1 + TINY), (1 + TINY, 1.0)], SIGNED),
]

DIRECTIONS = [(1.0, 0.0), (0.0, 1.0), (1.0, -0.5)]


def binary_series(name, f, x0, x1, d0, d1):
    if f is None:
        takes_first = (x0 > x1) == (name == "maximum")
        return polynomial(lambda: x0 if takes_first else x1, lambda: d0 if takes_first else d1)()
    return mp.taylor(lambda t: f(x0 + t * d0, x1 + t * d1), 0, ORDER)


def assert_close(series, closed):
    """Fifty digits of the largest coefficient, and forty of each."""
    for c, expected in zip(series, closed, strict=True):
        assert abs(c - expected) <= mp.mpf(10) ** -50 * max(abs(c) for c in closed), (series, closed)
        assert abs(c - expected) <= mp.mpf(10) ** -40 * abs(expected), (series, closed)


def check_against_closed_forms():
    """The differences against formulas, and the formulas against differences."""
    series = {(name, *parameters): series for name, parameters, series, _, _ in unary}
    orders = range(ORDER + 1)
    for x in map(mp.mpf, (1e-3, 0.7, 1e3)):
        assert_close(series["log",](x), [mp.log(x)] + [(-1) ** (k + 1) / (k * x ** k) for k in orders[1:]])
        for exponent in (3.0, 2.5, -1.5, 0.5):
            assert_close(series["powf", exponent](x), mp.taylor(lambda x: x ** exponent, x, ORDER))
        # 1 / (1 + x^2) is the imaginary part of 1 / (x - i).
        assert_close(series["atan",](x), [mp.atan(x)] + [(-1) ** (k - 1) * mp.im((x - 1j) ** -k) / k for k in orders[1:]])
    for x in map(mp.mpf, (-10.0, 0.3, 5.0)):
        assert_close(series["exp",](x), [mp.exp(x) / mp.factorial(k) for k in orders])
        assert_close(series["sin",](x), [mp.sin(x + k * mp.pi / 2) / mp.factorial(k) for k in orders])
        # Of y = tanh x, y' = 1 - y^2: the derivatives are polynomials in y.
        y, derivative, closed = mp.tanh(x), [mp.mpf(0), mp.mpf(1)], []
        for k in orders:
            closed.append(mp.polyval(derivative[::-1], y) / mp.factorial(k))
            by_y = [i * c for i, c in enumerate(derivative)][1:] + [mp.mpf(0)] * 3
            derivative = [by_y[i] - (by_y[i - 2] if i >= 2 else 0) for i in range(len(by_y))]
        assert_close(series["tanh",](x), closed)
        # Hermite's polynomials, DLMF 7.10.1.
        assert_close(series["erf",](x), [mp.erf(x)] + [(-1) ** (k - 1) * mp.hermite(k - 1, x) * 2 / mp.sqrt(mp.pi)
                                                      * mp.exp(-x * x) / mp.factorial(k) for k in orders[1:]])
    for x in map(mp.mpf, (1e-3, 1.25, -1.5)):
        assert_close(series["lgamma",](x), [mp.re(c) for c in mp.taylor(lambda x: mp.log(abs(mp.gamma(x))), x, ORDER)])
        assert_close(series["digamma",](x), mp.taylor(mp.digamma, x, ORDER))
        assert_close(series["polygamma", 1.0](x), mp.taylor(lambda x: polygamma(1, x), x, ORDER))


def numbers(values):
    return " ".join(repr(float(x)) for x in values)


def rows():
    for name, parameters, series, chosen, intervals in unary:
        rest = uniform(*intervals)
        for x in (chosen + [next(rest) for _ in range(POINTS)])[:POINTS]:
            yield [name, numbers(parameters), numbers([x]), "1.0"], series(mp.mpf(x))
    for name, f, chosen, intervals in binary:
        rest = [(random.uniform(*intervals[0]), random.uniform(*intervals[1])) for _ in range(POINTS)]
        for point in (chosen + rest)[:POINTS]:
            for direction in DIRECTIONS:
                x0, x1, d0, d1 = map(mp.mpf, (*point, *direction))
                yield [name, "", numbers(point), numbers(direction)], binary_series(name, f, x0, x1, d0, d1)


check_against_closed_forms()
with open("elementwise.csv", "w", encoding="ascii") as out:
    out.write("primitive,parameters,point,direction," + ",".join(f"c{k}" for k in range(ORDER + 1)) + "\n")
    for head, coefficients in rows():
        # What is zero is zero but for what the differences leave.
        for k, c in enumerate(coefficients):
            if abs(c) < max(map(abs, coefficients[:k + 1])) * mp.mpf(10) ** -60:
                coefficients[k] = mp.mpf(0)
        out.write(",".join(head + [repr(float(c)) for c in coefficients]) + "\n")
