"""The numbers that every peer starts from; `rust/protocol/src/inputs.rs` has the same."""

import math

import numpy as np

STEPS = 1000
LR = 0.001
NEWTON_STEPS = 8
ORDER = 10
CHAIN = 300_000
FACTOR = 0.999
SUMMAND = 0.001
DENSE = 1000
LONG = 1_000_000
OPS = 1000
A = [0.5, 1.5, -2.0, 3.0, 0.25, -1.0, 4.0, 0.125]
B = [2.0, -0.5, 1.0, 0.75, 8.0, 3.0, -1.5, 6.0]
WIDTHS = [2, 50, 50, 50, 1]
POINTS = 1000


def start(n):
    """Where the Hessians of the Rosenbrock function are taken."""
    return 0.5 + (np.arange(n) % 7) * 0.1


def line(n):
    """What row J9 is computed of."""
    return -1.0 + 4.0 * np.arange(n) / n


def scattered(rows, columns, seed):
    """Numbers between -1 and 1 that look random."""

    def number(i, j):
        x = math.sin((i * 131 + j * 71) * 12.9898 + seed) * 43_758.545_3
        return 2.0 * (x - math.floor(x)) - 1.0

    return np.array([[number(i, j) for j in range(columns)] for i in range(rows)])


def network():
    """Weights and biases of row J7, layer by layer."""
    return [
        (scattered(n, m, float(i)) * math.sqrt(1.0 / n), scattered(1, m, 9.0 + i) * 0.1)
        for i, (n, m) in enumerate(zip(WIDTHS, WIDTHS[1:]))
    ]


def points():
    return scattered(POINTS, 2, 0.5)


def source(points):
    return np.sin(3.0 * points[:, :1]) * np.sin(3.0 * points[:, 1:])


def corners(h):
    """What is compared of a Hessian."""
    n = h.shape[0]
    return [h[0, 0], h[0, 1], h[1, 0], h[n - 1, n - 1], h[n // 2, n // 2]]


def ends(v):
    """What is compared of a long vector."""
    n = v.shape[0]
    return [v[0], v[n // 2], v[n - 1]]
