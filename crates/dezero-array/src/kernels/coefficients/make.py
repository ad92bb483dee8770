"""Prints the polynomials of the kernels: minimax approximations by the exchange algorithm of Remez.

Each line names the polynomial, its largest weighted error (relative to the function that it serves),
and its coefficients, the lowest first, as f64. Run: python make.py [name ...]
"""

import sys

import mpmath as mp

mp.mp.dps = 60


def remez(f, weight, low, high, count):
    """The `count` coefficients that make the largest |weight * (f - polynomial)| on [low, high] least.

    E. Y. Remez (1934): solve for an error that alternates on count + 1 points, move the points to
    the extrema of the error, repeat.
    """
    low, high = mp.mpf(low), mp.mpf(high)
    middle, half = (low + high) / 2, (high - low) / 2
    points = [middle - half * mp.cos(mp.pi * i / count) for i in range(count + 1)]
    grid = [middle - half * mp.cos(mp.pi * (i + mp.mpf(1) / 2) / (24 * count)) for i in range(24 * count)]
    grid = [low] + grid + [high]
    targets = [f(x) for x in grid]
    weights = [weight(x) for x in grid]
    for _ in range(12):
        rows = mp.matrix(count + 1, count + 1)
        right = mp.matrix(count + 1, 1)
        for i, x in enumerate(points):
            for j in range(count):
                rows[i, j] = x**j
            rows[i, count] = (-1) ** i / weight(x)
            right[i] = f(x)
        solution = mp.lu_solve(rows, right)
        coefficients = list(solution[:count])
        errors = [w * (t - horner(coefficients, x)) for x, t, w in zip(grid, targets, weights)]
        # One extremum for each stretch of the same sign.
        extrema = []
        for x, error in zip(grid, errors):
            if extrema and (extrema[-1][1] > 0) == (error > 0):
                if abs(error) > abs(extrema[-1][1]):
                    extrema[-1] = (x, error)
            else:
                extrema.append((x, error))
        while len(extrema) > count + 1:
            extrema.pop(0 if abs(extrema[0][1]) < abs(extrema[-1][1]) else -1)
        if len(extrema) < count + 1:
            break
        points = [x for x, _ in extrema]
        sizes = [abs(error) for _, error in extrema]
        if max(sizes) < min(sizes) * mp.mpf("1.01"):
            break
    return coefficients, max(abs(error) for error in errors)


def horner(coefficients, x):
    total = mp.mpf(0)
    for c in reversed(coefficients):
        total = total * x + c
    return total


def root(z):
    """The square root, kept off 0, where the quotients below are 0/0."""
    return mp.sqrt(max(z, mp.mpf(10) ** -12))


def off(x):
    return x if abs(x) > mp.mpf(10) ** -12 else mp.mpf(10) ** -12


def of_square(f):
    return lambda z: f(root(z))


LN2 = mp.log(2)
EIGHTH_TURN = mp.pi / 4 + mp.mpf(2) ** -12

# (function, weight, low, high, number of coefficients)
POLYNOMIALS = {
    # e^r = 1 + r + r^2 p(r)
    "EXP": (
        lambda r: (mp.expm1(off(r)) - off(r)) / off(r) ** 2,
        lambda r: off(r) ** 2 / mp.expm1(off(r)),
        -LN2 / 2 * mp.mpf("1.0001"), LN2 / 2 * mp.mpf("1.0001"), 11,
    ),
    # sin r = r + r^3 p(r^2)
    "SIN": (
        of_square(lambda r: (mp.sin(r) - r) / r**3),
        of_square(lambda r: r**3 / mp.sin(r)),
        0, EIGHTH_TURN**2, 6,
    ),
    # cos r = 1 - r^2/2 + r^4 p(r^2)
    "COS": (
        of_square(lambda r: (mp.cos(r) - 1 + r**2 / 2) / r**4),
        of_square(lambda r: r**4 / mp.cos(r)),
        0, EIGHTH_TURN**2, 6,
    ),
    # log((1 + s)/(1 - s)) = 2s + s z p(z), z = s^2
    "LOG": (
        of_square(lambda s: (2 * mp.atanh(s) - 2 * s) / s**3),
        of_square(lambda s: s**2 / 2),
        0, (3 - 2 * mp.sqrt(2))**2 * mp.mpf("1.0001"), 7,
    ),
    # log((1 + s)/(1 - s)) = 2s + s z (2/3 + z p(z)), z = s^2
    "LOG_LONG": (
        of_square(lambda s: (2 * mp.atanh(s) - 2 * s - s**3 * 2 / 3) / s**5),
        of_square(lambda s: s**4 / 2),
        0, (3 - 2 * mp.sqrt(2))**2 * mp.mpf("1.0001"), 8,
    ),
    # sinh r = r + r z p(z), cosh r = 1 + z p(z), z = r^2
    "SINH": (
        of_square(lambda r: (mp.sinh(r) - r) / r**3),
        of_square(lambda r: r**3 / mp.sinh(r)),
        0, (LN2 / 2) ** 2 * mp.mpf("1.0002"), 5,
    ),
    "COSH": (
        of_square(lambda r: (mp.cosh(r) - 1) / r**2),
        of_square(lambda r: r**2),
        0, (LN2 / 2) ** 2 * mp.mpf("1.0002"), 6,
    ),
}


def digits(x):
    """As Rust wants to read them: the shortest digits, in groups of three."""
    text = repr(float(x))
    mantissa, _, exponent = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    groups = [fraction[i : i + 3] for i in range(0, len(fraction), 3)]
    return f"{whole}.{'_'.join(groups)}" + (f"e{int(exponent)}" if exponent else "")


if __name__ == "__main__":
    for name in sys.argv[1:] or POLYNOMIALS:
        coefficients, error = remez(*POLYNOMIALS[name])
        print(f"{name}: error 2^{mp.nstr(mp.log(error, 2), 4)}")
        for c in coefficients:
            print(f"    {digits(c)},")
