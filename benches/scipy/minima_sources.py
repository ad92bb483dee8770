"""Where the known minima come from: points for minima.py to refine, closed forms, and limits at infinity."""

import numpy as np
from mpmath import mp, mpf

from problems import BARD, KOWALIK_U, KOWALIK_Y, OSBORNE_1, OSBORNE_2, counting, numbers

PAPER = "More Garbow Hillstrom 1981"
SOLVOPT = "Kuntsevich and Kappel 1997 (SolvOpt)"
HERE = "found here"

# Points in some six digits, by number of the problem: name of the minimum, point, source of the value.
ISOLATED = {
    1: [("global", "1 1", PAPER)],
    2: [("global", "5 4", PAPER), ("local 1", "11.412779 -0.896805", PAPER)],
    3: [
        ("global", "1.098159e-5 9.106147", PAPER),
        ("global", "9.106147 1.098159e-5", "by symmetry"),
        ("local 1", "-0.009948 -0.009948", HERE),
    ],
    4: [("global", "1e6 2e-6", PAPER)],
    5: [("global", "3 0.5", PAPER)],
    6: [("global", "0.257825 0.257825", PAPER)],
    7: [("global", "1 0 0", PAPER)],
    8: [
        ("global", "0.082411 1.133036 2.343695", PAPER),
        ("local 1", "0.052165 -0.386519 3.974571", HERE),
        ("local 2", "0.234216 -4.44967 8.45084", HERE),
        ("local 3", "0.127406 -0.853545 4.704845", HERE),
        ("local 4", "0.223106 -2.621112 6.710621", HERE),
        ("local 5", "0.188038 -1.553006 5.595104", HERE),
    ],
    9: [("global", "0.398956 1.000019 0", PAPER)],
    10: [("global", "5.609636471e-3 6181.346346 345.2236346", PAPER)],
    11: [("global", "50 25 1.5", PAPER)],
    12: [("global", "1 10 1", PAPER), ("global", "10 1 -1", PAPER)],
    14: [("global", "1 1 1 1", PAPER)],
    15: [
        ("global", "0.192807 0.191282 0.123057 0.136062", PAPER),
        ("local 1", "0.225356 -0.414754 -0.024453 -0.17797", HERE),
        ("local 2", "0.233924 -1.292283 -0.835833 -0.550677", HERE),
        ("local 3", "0.229936 -0.188984 0.19801 -0.075527", HERE),
        ("local 4", "0.230509 -0.132247 0.258504 -0.052728", HERE),
    ],
    16: [("global", "-11.59444 13.20363 -0.403439 0.236779", PAPER)],
    17: [("global", "0.37541 1.935847 -1.464687 0.012868 0.022123", PAPER)],
    18: [
        ("global", "1 10 1 5 4 3", PAPER),
        ("global", "4 10 3 5 1 1", "by symmetry"),
    ],
    19: [
        (
            "global",
            "1.309977 0.431554 0.633662 0.599431 0.754183 0.904289 1.365812 4.823699 2.398685 4.568875 5.675341",
            PAPER,
        ),
        (
            "local 1",
            "2.829751 -1.472426 0.481869 0.596655 0.564072 0.362814 2.378027 5.074397 -0.1578 4.603395 5.633703",
            HERE,
        ),
    ],
    20: [("global", "-0.015725 1.012435 -0.232992 1.26043 -1.513729 0.992996", PAPER)],
    21: [("global", "1 1 1 1 1 1 1 1 1 1", PAPER)],
    23: [("global", " ".join(["0.158122"] * 10), PAPER)],
    24: [
        (
            "global",
            "0.199984 0.010351 0.019605 0.032089 0.049933 0.076514 0.118624 0.192145 0.347321 0.369164",
            PAPER,
        )
    ],
    25: [("global", "1 1 1 1 1 1 1 1 1 1", PAPER)],
    26: [
        (
            "global",
            "0.047912 0.049185 0.050609 0.052223 0.054083 0.056273 0.058932 0.186397 0.154342 0.124625",
            PAPER,
        ),
        (
            "local 1",
            "0.051539 0.053021 0.054697 0.05662 0.058871 0.06158 0.218377 0.069523 0.143728 0.092531",
            HERE,
        ),
        (
            "local 2",
            "0.055151 0.056841 0.058764 0.060991 0.063626 0.066843 0.208162 0.164363 0.085007 0.091431",
            SOLVOPT,
        ),
        (
            "local 3",
            "0.053913 0.055497 0.057286 0.059337 0.06173 0.257886 0.068114 0.072623 0.078462 0.083754",
            HERE,
        ),
        (
            "local 4",
            "0.062492 0.064473 0.066706 0.069245 0.275398 0.075446 0.07903 0.082273 0.083639 0.082089",
            HERE,
        ),
    ],
    27: [
        (
            "local 1",
            "1.368096 1.368096 1.368096 -0.066789 1.368096 1.368096 1.368096 1.368096 1.368096 -1.095903",
            HERE,
        )
    ],
    28: [
        (
            "global",
            "-0.043165 -0.081577 -0.114486 -0.140974 -0.159909 -0.169877 -0.16909 -0.15525 -0.125356 -0.075417",
            PAPER,
        )
    ],
    29: [
        (
            "global",
            "-0.043165 -0.081577 -0.114486 -0.140974 -0.159909 -0.169877 -0.16909 -0.15525 -0.125356 -0.075417",
            PAPER,
        )
    ],
    30: [
        (
            "global",
            "-0.570722 -0.681807 -0.70221 -0.705511 -0.704906 -0.701497 -0.691889 -0.665797 -0.596035 -0.416412",
            PAPER,
        ),
        (
            "local 1",
            "-0.568919 -0.677042 -0.689465 -0.670908 -0.611045 -0.450766 -0.054942 0.723157 1.319405 0.235",
            HERE,
        ),
        (
            "local 2",
            "-0.570106 -0.680178 -0.697851 -0.693649 -0.672517 -0.613253 -0.454504 -0.055325 0.757904 1.413271",
            HERE,
        ),
        (
            "local 3",
            "-0.453093 -0.382721 0.016638 0.759859 1.16133 0.42151 0.31059 0.759175 1.210462 0.258733",
            HERE,
        ),
        (
            "local 4",
            "-0.558376 -0.649145 -0.614865 -0.470283 -0.091232 0.715272 1.472694 -0.017216 -0.416478 -0.362614",
            HERE,
        ),
        (
            "local 5",
            "0.894433 1.450967 -0.112553 -0.562572 -0.667927 -0.690826 -0.688456 -0.664569 -0.595543 -0.416213",
            HERE,
        ),
        (
            "local 6",
            "1.572936 0.375369 0.168298 0.605128 1.051961 0.586196 0.420212 0.767135 1.171534 0.266361",
            SOLVOPT,
        ),
        (
            "local 7",
            "1.764234 0.030918 -0.324886 -0.068552 0.702368 1.497721 -0.065852 -0.506147 -0.549441 -0.40109",
            SOLVOPT,
        ),
        (
            "local 8",
            "0.895716 1.436943 -0.087875 -0.515651 -0.56253 -0.426789 -0.034881 0.737737 1.311926 0.233497",
            SOLVOPT,
        ),
    ],
    31: [
        (
            "global",
            "-0.428303 -0.476596 -0.519652 -0.558099 -0.592506 -0.624504 -0.623239 -0.621394 -0.620454 -0.586469",
            PAPER,
        ),
        (
            "local 1",
            "0.210714 0.260977 0.227948 0.197026 0.20323 0.221916 0.162812 0.048303 -0.079357 -0.153125",
            SOLVOPT,
        ),
    ],
    32: [("global", " ".join(["-1"] * 10), PAPER)],
    35: [("global", "0.043153 0.193091 0.266329 0.5 0.5 0.733671 0.806909 0.956847", PAPER)],
}


def constant_and_last(first):
    """Problem 27 has zeros where all but the last are the same root a and the last is 11 - 10 a."""
    roots = mp.polyroots([10, -11] + [0] * 8 + [1], maxsteps=500, extraprec=500)
    real = [mp.re(r) for r in roots if abs(mp.im(r)) < mpf(10) ** -30]
    a = min(real, key=lambda r: abs(r - first))
    return [a] * 9 + [11 - 10 * a]


def nearest_in_plane(weights, level):
    """The point nearest to the origin where the weighted sum of the coordinates is the level."""
    return [level * w / sum(v**2 for v in weights) for w in weights]


# Points from closed forms. Those of problems 12, 13, 22, 33 and 34 have singular Hessians: the minimum is not isolated,
# or flatter than a parabola.
FLAT = {
    12: [("global", lambda: [1, 1, 0], PAPER + ": all of x1 = x2 and x3 = 0")],
    13: [("global", lambda: [0] * 4, PAPER)],
    22: [("global", lambda: [0] * 12, PAPER)],
    27: [
        ("global", lambda: constant_and_last(1), PAPER),
        ("global", lambda: constant_and_last(mpf("0.979")), PAPER),
        ("stationary", lambda: [0] * 9 + [11], PAPER + ": no minimum as lower points are near"),
    ],
    33: [
        (
            "global",
            lambda: nearest_in_plane(list(range(1, 11)), mpf(3) / 41),
            PAPER + ": all of x1 + 2 x2 + ... + 10 x10 = 3/41",
        )
    ],
    34: [
        (
            "global",
            lambda: nearest_in_plane([0, *range(2, 10), 0], mpf(3) / 37),
            PAPER + ": all of 2 x2 + ... + 9 x9 = 3/37",
        )
    ],
}


# Stationary points on lines of such, refined in fewer coordinates: name, what these stand for, start, source. Of two
# exponentials with equal exponents, in problem 18, only the sum of the factors matters.
REDUCED = {
    18: [
        (
            "saddle",
            lambda y: [y[0], y[1], y[2] / 2, y[3], y[0], y[2] / 2],
            "1.711416 17.683197 2.326287 5.186561",
            PAPER + ": a minimum only where x1 = x5",
        )
    ],
}


def beale(x):
    """x2 towards 1 with x1 (1 - x2) = x[0]."""
    return numbers("1.5 2.25 2.625", x) - counting(1, 3, x) * x[0]


def jennrich_sampson(x):
    i = counting(1, 10, x)
    return 2 + 2 * i - np.exp(i * x[0])


def bard(x):
    return numbers(BARD, x) - x[0]


def gulf_exponential_zero(x):
    return counting(1, 10, x) / 100


def box(x):
    t = counting(1, 10, x) / 10
    return np.exp(-t * x[0]) - x[1] * (np.exp(-t) - np.exp(-10 * t))


def kowalik_osborne_of_the_paper(x):
    """All but x2 = x[0] to infinity: x3 = x[1] x1, x4 = x[2] x1."""
    u = numbers(KOWALIK_U, x)
    return numbers(KOWALIK_Y, x) - (u**2 + u * x[0]) / (u * x[1] + x[2])


def kowalik_osborne_without_square(x):
    """x1 to 0 and x2 to infinity with x1 x2 = x[0]."""
    u = numbers(KOWALIK_U, x)
    return numbers(KOWALIK_Y, x) - x[0] * u / (u**2 + u * x[1] + x[2])


def kowalik_osborne_hyperbola(x):
    """x2, x3 and x4 to infinity: x3 = x[0] x1 x2, x4 = x[1] x1 x2."""
    u = numbers(KOWALIK_U, x)
    return numbers(KOWALIK_Y, x) - u / (u * x[0] + x[1])


def osborne_1(x):
    """The second exponential fits the first value alone."""
    t = 10 * counting(1, 32, x)
    return numbers(" ".join(OSBORNE_1.split()[1:]), x) - (x[0] + x[1] * np.exp(-t * x[2]))


def biggs_one_exponential(x):
    t = counting(1, 13, x) / 10
    y = np.exp(-t) - 5 * np.exp(-10 * t) + 3 * np.exp(-4 * t)
    return x[1] * np.exp(-t * x[0]) - y


def biggs_first_values_apart(x):
    """Two of the exponentials fit the first two values alone."""
    t = counting(3, 13, x) / 10
    y = np.exp(-t) - 5 * np.exp(-10 * t) + 3 * np.exp(-4 * t)
    return x[1] * np.exp(-t * x[0]) - y


def osborne_2_one_exponential(x):
    t = counting(0, 64, x) / 10
    return numbers(OSBORNE_2, x) - x[0] * np.exp(-t * x[1])


def osborne_2_first_value_apart(x):
    """The exponential fits the first value alone, the bells nothing."""
    return numbers(" ".join(OSBORNE_2.split()[1:]), x)


# Values that are only approached: name, residuals that are left, start for them (none if constant), where, source.
LIMITS = {
    5: [("at infinity 1", beale, "1", "x1 -> -inf and x2 -> 1 with x1 (1 - x2) fixed", HERE)],
    6: [("at infinity 1", jennrich_sampson, "0.331485", "x1 -> -inf or x2 -> -inf", SOLVOPT)],
    8: [("at infinity 1", bard, "0.8406", "x2 and x3 -> -inf", PAPER)],
    11: [("at infinity 1", gulf_exponential_zero, None, "where all exponentials vanish", SOLVOPT)],
    12: [("at infinity 1", box, "0.613606 1.31995", "x2 -> inf", HERE)],
    15: [
        (
            "at infinity 1",
            kowalik_osborne_without_square,
            "2.4 7.6 5.1",
            "x1 -> 0 and x2 -> inf with x1 x2 fixed",
            HERE,
        ),
        (
            "at infinity 2",
            kowalik_osborne_of_the_paper,
            "-14.07 -45 -28",
            "x1 -> inf and x3 -> -inf and x4 -> -inf",
            PAPER,
        ),
        ("at infinity 3", kowalik_osborne_hyperbola, "4.3 1.76", "x2 -> inf with x3 / x2 and x4 / x2 fixed", SOLVOPT),
    ],
    17: [("at infinity 1", osborne_1, "0.129353 0.904561 0.00408", "x5 -> inf", HERE)],
    18: [
        ("at infinity 1", biggs_first_values_apart, "1.7019 2.306", "two exponents -> inf", HERE),
        ("at infinity 2", biggs_one_exponential, "1.2276 1.6654", "x2 -> inf with x1 = x5", SOLVOPT),
    ],
    19: [
        ("at infinity 1", osborne_2_one_exponential, "0.917 0.1328", "where the bells miss all of the data", SOLVOPT),
        ("at infinity 2", osborne_2_first_value_apart, None, "x5 -> inf where the bells miss all of the data", SOLVOPT),
    ],
}
