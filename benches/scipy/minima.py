"""The known minima of the problems of problems.py, to 15 digits.

`python minima.py > minima.csv` refines them by Newton's method on the exact gradient in 40 digits, from points that
were published or that a minimiser came to, or takes them from closed forms. README.md describes the columns.
"""

import csv
import sys
from importlib.metadata import version

import numpy as np
from mpmath import mp, mpf

import problems
from jets import Jet
from minima_sources import FLAT, ISOLATED, LIMITS, REDUCED

mp.dps = 50
DIGITS = 40


def differentiated(residuals, point):
    """The sum of squares of residuals with its gradient and Hessian."""
    return np.sum(residuals(Jet.variables(point)) ** 2)


def refined(residuals, point):
    """The stationary point that Newton's method goes to."""
    point = [mpf(x) for x in point]
    for _ in range(100):
        at = differentiated(residuals, point)
        step = mp.lu_solve(mp.matrix(at.hessian.tolist()), -mp.matrix(at.gradient.tolist()))
        point = [x + dx for x, dx in zip(point, step, strict=True)]
        if mp.norm(step) <= mpf(10) ** -DIGITS * (1 + mp.norm(point)):
            return point
    raise ArithmeticError(f"Newton's method does not settle: {mp.nstr(mp.matrix(point).T)}")


def refined_within(residuals, embed, coordinates):
    """The same among the points that embed makes of fewer coordinates."""
    return embed(refined(lambda y: residuals(np.array(embed(y))), coordinates))


def least_eigenvalue_sign(at):
    """The sign of the least eigenvalue of the Hessian, where what 40 digits cannot tell from zero is 0."""
    eigenvalues = mp.eigsy(mp.matrix(at.hessian.tolist()), eigvals_only=True)
    least, largest = min(eigenvalues), max(abs(x) for x in eigenvalues)
    if abs(least) <= mpf(10) ** -25 * largest:
        return "0"
    return "+" if least > 0 else "-"


def printed(x):
    return "0" if abs(x) < mpf(10) ** -30 else mp.nstr(x, 15, min_fixed=-4, max_fixed=16, strip_zeros=True)


def stationary_row(problem, minimum, point, source):
    at = differentiated(problem.residuals, point)
    scale = 1 + abs(at.value) + mp.norm(mp.matrix(at.hessian.tolist()))
    assert mp.norm(mp.matrix(at.gradient.tolist())) <= mpf(10) ** -30 * scale, (problem.name, minimum)
    coordinates = " ".join(printed(x) for x in point)
    return [
        problem.number,
        problem.name,
        minimum,
        printed(at.value),
        least_eigenvalue_sign(at),
        coordinates,
        source,
    ]


def rows(problem):
    number = problem.number
    for minimum, point, source in ISOLATED.get(number, []):
        yield stationary_row(problem, minimum, refined(problem.residuals, point.split()), source)
    for minimum, point, source in FLAT.get(number, []):
        yield stationary_row(problem, minimum, [mpf(x) for x in point()], source)
    for minimum, embed, start, source in REDUCED.get(number, []):
        point = refined_within(problem.residuals, embed, start.split())
        yield stationary_row(problem, minimum, point, source)
    for minimum, residuals, start, where, source in LIMITS.get(number, []):
        if start is None:
            value = np.sum(residuals(np.array([Jet(0)])) ** 2).value
        else:
            value = differentiated(residuals, refined(residuals, start.split())).value
        yield [number, problem.name, minimum, printed(value), "", where, source]


def main():
    print(f"# Known minima in 15 digits, mpmath {version('mpmath')}: python minima.py > minima.csv")
    writer = csv.writer(sys.stdout, lineterminator="\n", quoting=csv.QUOTE_NONE)
    writer.writerow(["number", "name", "minimum", "value", "least_eigenvalue", "point", "source"])
    for problem in problems.PROBLEMS:
        writer.writerows(rows(problem))


if __name__ == "__main__":
    main()
