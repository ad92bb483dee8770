"""Writes kernels.txt: the vectorised functions at chosen points, to twice the digits of f64.

One line per value: the function, x, the f64 next to the value, and the rest of the value, each as
the shortest decimal that reads back as the same f64. Run in this directory: python make_kernels.py
"""

import math
import random

import mpmath as mp

mp.mp.prec = 1400
random.seed(20261124)

TINY = 5e-324


def log_uniform(low, high, count):
    return [math.exp(random.uniform(math.log(low), math.log(high))) for _ in range(count)]


def uniform(low, high, count):
    return [random.uniform(low, high) for _ in range(count)]


def signed(points):
    return [x if random.random() < 0.5 else -x for x in points]


def everywhere(count):
    """Spread over all exponents, subnormal ones too, and both signs."""
    return signed([math.ldexp(random.uniform(1, 2), random.randint(-1074, 1022)) for _ in range(count)])


def beside(points):
    near = []
    for x in points:
        near += [math.nextafter(x, -math.inf), x, math.nextafter(x, math.inf)]
        near += [x * (1 + signed([d])[0]) for d in (1e-14, 1e-9, 1e-5, 1e-2)]
    return near


def quarter_turns():
    """Next to multiples of pi/2, where all leading digits cancel, and the worst of all f64."""
    multiples = [1, 2, 3, 4, 7, 100, 355, 1001, 65536, 636619, 10**7, 3 * 10**8, 10**12, 10**20]
    worst = [6381956970095103.0 * 2.0**797, 6411027962775774.0 * 2.0**-48, 1e22, 1e300, 1.7e308]
    return signed(beside([float(k * mp.pi / 2) for k in multiples]) + worst)


def of_exponential(low, high):
    """All results between 0 and infinity."""
    ends = beside([low, high]) + uniform(low, low * 0.93, 25)
    return uniform(low, high, 60) + uniform(-2, 2, 60) + signed(log_uniform(1e-300, 1, 30)) + ends


def of_angle():
    return uniform(-10, 10, 60) + signed(log_uniform(1e-9, 1e10, 60)) + quarter_turns() + everywhere(40)


def of_logarithm():
    roots = [1.0, math.sqrt(2), math.sqrt(0.5), 2.0**-1022, TINY]
    return uniform(0.1, 3, 60) + [abs(x) for x in everywhere(80) + beside(roots) if x != 0]


def saturating():
    return uniform(-3, 3, 60) + uniform(-30, 30, 60) + signed(log_uniform(1e-20, 1, 40)) + everywhere(20)


FUNCTIONS = {
    "exp": (mp.exp, of_exponential(-745.2, 709.8)),
    "log": (mp.log, of_logarithm()),
    "sin": (mp.sin, of_angle()),
    "cos": (mp.cos, of_angle()),
    "tanh": (mp.tanh, saturating()),
    "sigmoid": (lambda x: 1 / (1 + mp.exp(-x)), saturating() + uniform(-745.2, 0, 60)),
    "exp2": (lambda x: mp.mpf(2) ** x, of_exponential(-1075, 1024) + [-1074.0, -1022.0, 0.5, 10.0]),
    "expm1": (mp.expm1, of_exponential(-745.2, 709.8) + everywhere(20)),
    "log1p": (mp.log1p, uniform(-1, 3, 60) + [x for x in everywhere(140) if x > -1] + [1e-16 - 1]),
    "log2": (lambda x: mp.log(x) / mp.log(2), of_logarithm() + [2.0**k for k in (-1074, -3, 1, 1000)]),
    "log10": (mp.log10, of_logarithm() + [10.0**k for k in (-300, -3, 1, 22)]),
    "sinh": (mp.sinh, of_exponential(-710.4, 710.4)),
    "cosh": (mp.cosh, of_exponential(-710.4, 710.4)),
    "softplus": (lambda x: mp.log1p(mp.exp(x)), saturating() + uniform(-745.2, 0, 60)),
}


def powers():
    """Pairs whose power neither overflows nor vanishes, and exact ones."""
    for _ in range(300):
        x = abs(everywhere(1)[0])
        yield x, random.uniform(-745, 709) / math.log(x)
    for _ in range(100):
        x = random.uniform(0.3, 3)
        yield x, random.choice([2, 3, -1, 0.5, 1.5, 10, random.uniform(-300, 300)])
    for _ in range(60):
        d = signed(log_uniform(1e-16, 1e-3, 1))[0]
        yield 1 + d, random.uniform(-700, 700) / math.log1p(d) if 1 + d != 1 else 3.0
    for x in (2.0, 3.0, 10.0, 0.1, 1e-310, -2.0, -1.5):
        for y in (1.0, 2.0, 3.0, -3.0, 20.0, 0.0):
            yield x, y


def write(out, words, exact):
    head = float(exact)
    if math.isinf(head):
        return
    numbers = [*words[1:], head, float(exact - mp.mpf(head))]
    out.write(" ".join([words[0], *map(repr, numbers)]) + "\n")


if __name__ == "__main__":
    with open("kernels.txt", "w") as out:
        for name, (function, points) in FUNCTIONS.items():
            for x in points:
                write(out, [name, x], mp.mpf(x) if x == 0 and name != "cos" else function(mp.mpf(x)))
        for x, y in powers():
            if x > 0 or y == int(y):
                write(out, ["pow", x, float(y)], mp.mpf(x) ** mp.mpf(float(y)))
