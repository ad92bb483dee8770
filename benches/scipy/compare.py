"""What SciPy's minimisers with derivatives pay on the problems of problems.py, in evaluations.

`python compare.py > scipy.csv` runs every method from every standard start with exact derivatives (autograd) and
prints one row per problem and method. README.md describes the columns.
"""

import csv
import math
import platform
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from problems import PROBLEMS

TOLERANCE = 1e-6
# For runs that stop before they are at a minimum, to see what it takes to get there.
TIGHT_TOLERANCE = 1e-12
LIMIT = 10_000

# BFGS and L-BFGS-B hold the largest element of the gradient against gtol, the trust region methods its Euclidean norm.
METHODS = {
    "BFGS": {"norm": np.inf, "maxiter": LIMIT},
    "L-BFGS-B": {"ftol": 0, "maxiter": LIMIT, "maxfun": LIMIT},
    "trust-ncg": {"maxiter": LIMIT},
    "trust-exact": {"maxiter": LIMIT},
}

COLUMNS = [
    "number",
    "name",
    "method",
    "n",
    "values",
    "gradients",
    "hessian_sweeps",
    "total",
    "value",
    "gradient_inf_norm",
    "success",
    "message",
    "minimum",
    "total_to_minimum",
    "gtol_to_minimum",
]


class Counted:
    """A problem that counts what is asked of it, and remembers what had been paid when each value was known."""

    def __init__(self, problem):
        self.problem = problem
        self.values = self.gradients = self.sweeps = 0
        self.history = []

    def total(self):
        return self.values + self.gradients + self.sweeps

    def value(self, x):
        self.values += 1
        value = self.problem.value(x)
        self.history.append((self.total(), value))
        return value

    def gradient(self, x):
        self.gradients += 1
        return self.problem.gradient(x)

    def hessian(self, x):
        self.sweeps += self.problem.n
        return self.problem.hessian(x)

    def hessian_product(self, x, v):
        self.sweeps += 1
        return self.problem.hessian_product(x, v)


def second_derivatives(method, counted):
    if method == "trust-ncg":
        return {"hessp": counted.hessian_product}
    if method == "trust-exact":
        return {"hess": counted.hessian}
    return {}


def known_values():
    """The values of the minima in minima.csv, by the number of the problem."""
    lines = (Path(__file__).parent / "minima.csv").read_text().splitlines()
    known = {}
    for row in csv.DictReader(line for line in lines if not line.startswith("#")):
        known.setdefault(int(row["number"]), {})[row["minimum"]] = float(row["value"])
    return known


def reached(history, minima):
    """The minimum that the lowest value seen belongs to, and what had been paid when a value first came that low."""
    values = [(paid, value) for paid, value in history if math.isfinite(value)]
    lowest = min(value for _, value in values)
    for name, minimum in minima.items():
        slack = 1e-6 * abs(minimum) if minimum else 1e-10
        if abs(lowest - minimum) <= slack:
            return name, next(paid for paid, value in values if value <= minimum + slack)
    return None


def minimized(problem, method, tolerance):
    """What SciPy was asked, and its result or the exception that it raised."""
    counted = Counted(problem)
    try:
        # With jac a function, SciPy asks for a gradient only where it needs one; with jac=True, beside every value.
        result = minimize(
            counted.value,
            np.array(problem.start),
            method=method,
            jac=counted.gradient,
            options={"gtol": tolerance, **METHODS[method]},
            **second_derivatives(method, counted),
        )
    except Exception as error:
        return counted, error
    return counted, result


def row(problem, method, minima):
    counted, result = minimized(problem, method, TOLERANCE)
    if isinstance(result, Exception):
        value, norm, success, message = math.nan, math.nan, False, f"{type(result).__name__}: {result}"
    else:
        value, norm = float(problem.value(result.x)), float(np.max(np.abs(problem.gradient(result.x))))
        success, message = bool(result.success), result.message
    arrival = reached(counted.history, minima)
    tolerance = TOLERANCE
    if arrival is None:
        tolerance = TIGHT_TOLERANCE
        arrival = reached(minimized(problem, method, tolerance)[0].history, minima)
    return [
        problem.number,
        problem.name,
        method,
        problem.n,
        counted.values,
        counted.gradients,
        counted.sweeps,
        counted.total(),
        repr(value),
        repr(norm),
        str(success).lower(),
        " ".join(message.split()),
        *((*arrival, tolerance) if arrival else ("", "", "")),
    ]


def main():
    np.seterr(all="ignore")
    warnings.simplefilter("ignore")
    packages = ", ".join(f"{name} {version(name)}" for name in ["numpy", "scipy", "autograd"])
    print(f"# python {platform.python_version()}, {packages}: python compare.py > scipy.csv")
    writer = csv.writer(sys.stdout, lineterminator="\n", quoting=csv.QUOTE_NONE)
    writer.writerow(COLUMNS)
    known = known_values()
    for problem in PROBLEMS:
        for method in METHODS:
            writer.writerow(row(problem, method, known[problem.number]))


if __name__ == "__main__":
    main()
