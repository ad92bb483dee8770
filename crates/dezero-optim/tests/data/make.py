"""Writes test_functions.csv: the test functions at their starts, and their minima, from mpmath.

Rows of kind `start` have the function's value at the standard start. Rows of kind `minimum` have a published
minimum, refined by Newton's method from the published figures (or from what these lead to) at 60 digits; the Hessian
there is checked to be positive semidefinite. Rows of kind `infimum` are approached only as variables grow without
bound, and are the minima of the limit functions below. Numbers are rounded to f64 once, at the end.

- J. J. More, B. S. Garbow, K. E. Hillstrom, "Testing unconstrained optimization software", ACM Transactions on
  Mathematical Software 7 (1981) 17-41: problems 1 to 35, and the minima marked M.
- A. Kuntsevich, F. Kappel, "SolvOpt: the solver for local nonlinear optimization problems", University of Graz, 1997,
  section on More's set of test functions: the minima marked K.
- Y.-W. Shang, Y.-H. Qiu, "A note on the extended Rosenbrock function", Evolutionary Computation 14 (2006) 119-126:
  the local minimum of the chained Rosenbrock function, for 4 to 30 variables.

Made with Python 3.11 and mpmath 1.4.1. Run in this directory: python make.py
"""

import csv

import mpmath as mp

import formulas as f

mp.mp.dps = 60
STEP = mp.mpf(10) ** -18
SECOND_STEP = mp.mpf(10) ** -12
SHIFT = mp.mpf(10) ** -20


def value(function, x):
    result = function([None] + list(x))
    return mp.fsum(r ** 2 for r in result) if isinstance(result, list) else result


def moved(x, *moves):
    x = list(x)
    for i, by in moves:
        x[i] += by
    return x


def gradient(function, x, scales):
    h = [STEP * s for s in scales]
    return mp.matrix([(value(function, moved(x, (i, h[i]))) - value(function, moved(x, (i, -h[i])))) / (2 * h[i])
                      for i in range(len(x))])


def hessian(function, x, scales):
    h = [SECOND_STEP * s for s in scales]
    n = len(x)
    here = value(function, x)
    result = mp.matrix(n, n)
    for i in range(n):
        up, down = value(function, moved(x, (i, h[i]))), value(function, moved(x, (i, -h[i])))
        result[i, i] = (up - 2 * here + down) / h[i] ** 2
        for j in range(i):
            corners = [value(function, moved(x, (i, a * h[i]), (j, b * h[j]))) for a in (1, -1) for b in (1, -1)]
            result[i, j] = result[j, i] = (corners[0] - corners[1] - corners[2] + corners[3]) / (4 * h[i] * h[j])
    return result


def refined(function, x):
    """The stationary point near x, by Newton's method in variables scaled by their size."""
    x = [mp.mpf(v) for v in x]
    scales = [max(abs(v), mp.mpf("1e-3")) for v in x]
    for _ in range(40):
        g = gradient(function, x, scales)
        matrix = hessian(function, x, scales)
        n = len(x)
        scaled = mp.matrix(n, n)
        for i in range(n):
            for j in range(n):
                scaled[i, j] = matrix[i, j] * scales[i] * scales[j]
        # Where the minima form a line, the Hessian is singular.
        shift = SHIFT * mp.norm(scaled) * mp.eye(n)
        step = mp.lu_solve(scaled + shift, mp.matrix([-g[i] * scales[i] for i in range(n)]))
        x = [x[i] + step[i] * scales[i] for i in range(n)]
        if mp.norm(step) < mp.mpf(10) ** -25:
            lowest = min(mp.eigsy(scaled, eigvals_only=True))
            assert lowest > -mp.mpf(10) ** -15 * mp.norm(scaled), (function.__name__, lowest)
            return x
    raise ArithmeticError(f"{function.__name__}: no convergence from {x}")


def grid(n):
    return [mp.mpf(i) / (n + 1) for i in range(1, n + 1)]


HILLS = [t * (t - 1) for t in grid(10)]
STARTS = [
    (f.rosenbrock, ["-1.2", 1]),
    (f.freudenstein_roth, ["0.5", -2]),
    (f.powell_badly_scaled, [0, 1]),
    (f.brown_badly_scaled, [1, 1]),
    (f.beale, [1, 1]),
    (f.jennrich_sampson, ["0.3", "0.4"]),
    (f.helical_valley, [-1, 0, 0]),
    (f.bard, [1, 1, 1]),
    (f.gaussian, ["0.4", 1, 0]),
    (f.meyer, ["0.02", 4000, 250]),
    (f.gulf, [5, "2.5", "0.15"]),
    (f.box, [0, 10, 20]),
    (f.powell_singular, [3, -1, 0, 1]),
    (f.wood, [-3, -1, -3, -1]),
    (f.kowalik_osborne, ["0.25", "0.39", "0.415", "0.39"]),
    (f.brown_dennis, [25, 5, -5, -1]),
    (f.osborne_1, ["0.5", "1.5", -1, "0.01", "0.02"]),
    (f.biggs_exp6, [1, 2, 1, 1, 1, 1]),
    (f.osborne_2, ["1.3", "0.65", "0.65", "0.7", "0.6", 3, 5, 7, 2, "4.5", "5.5"]),
    (f.watson, [0] * 6),
    (f.extended_rosenbrock, ["-1.2", 1] * 5),
    (f.extended_powell_singular, [3, -1, 0, 1] * 3),
    (f.penalty_1, range(1, 11)),
    (f.penalty_2, ["0.5"] * 10),
    (f.variably_dimensioned, [1 - mp.mpf(j) / 10 for j in range(1, 11)]),
    (f.trigonometric, ["0.1"] * 10),
    (f.brown_almost_linear, ["0.5"] * 10),
    (f.discrete_boundary_value, HILLS),
    (f.discrete_integral_equation, HILLS),
    (f.broyden_tridiagonal, [-1] * 10),
    (f.broyden_banded, [-1] * 10),
    (f.linear_full_rank, [1] * 10),
    (f.linear_rank_1, [1] * 10),
    (f.linear_rank_1_zeros, [1] * 10),
    (f.chebyquad, grid(8)),
    # Functions of other sources. Where no start is customary, a point away from their minima.
    (f.chained_rosenbrock, ["-1.2", 1, "-1.2", 1, "-1.2", 1]),
    (f.goldstein_price, [1, 1]),
    (f.booth, [1, 1]),
    (f.matyas, [1, 1]),
    (f.himmelblau, [1, 1]),
    (f.three_hump_camel, [2, 2]),
    (f.sphere, [1] * 5),
    (f.zakharov, [1] * 5),
    (f.styblinski_tang, [-1] * 5),
]

# What Newton's method starts from.
MINIMA = [
    (f.freudenstein_roth, ["11.41", "-0.8968"]),  # M
    (f.powell_badly_scaled, ["1.098e-5", "9.106"]),  # M
    (f.jennrich_sampson, ["0.2578", "0.2578"]),  # M
    (f.bard, ["0.0824106", "1.13304", "2.34370"]),  # M
    (f.gaussian, ["0.398956", "1.00002", 0]),  # M
    (f.meyer, ["0.00560963632", "6181.34637", "345.223635"]),  # M
    (f.kowalik_osborne, ["0.192807", "0.191282", "0.123057", "0.136062"]),  # M
    (f.brown_dennis, ["-11.5944", "13.2036", "-0.403439", "0.236779"]),  # M
    (f.osborne_1, ["0.375410", "1.935847", "-1.464687", "0.01286753", "0.02212270"]),  # M
    (f.osborne_2, ["1.3099771", "0.4315538", "0.6336617", "0.5994305", "0.7541832", "0.9042886", "1.3658118",
                   "4.8236988", "2.3986849", "4.5688746", "5.6753415"]),  # M
    (f.watson, ["-0.01572508", "1.01243488", "-0.23299171", "1.26043036", "-1.51372924", "0.99299657"]),  # M
    (f.penalty_1, ["0.1581223"] * 10),  # M
    (f.penalty_2, ["0.199983605", "0.0103506281", "0.0196049211", "0.0320890653", "0.0499326756", "0.0765140052",
                   "0.118624075", "0.192144851", "0.347320584", "0.369164413"]),  # M
    (f.trigonometric, ["0.055150885", "0.056840597", "0.058763979", "0.060990586", "0.063626190", "0.066843154",
                       "0.208161520", "0.164363113", "0.085006841", "0.091431419"]),  # K
    (f.brown_almost_linear, ["0.97943"] * 9 + ["1.20569"]),  # M: the equation of alpha
    (f.discrete_boundary_value, ["-0.0431649825", "-0.0815771565", "-0.114485714", "-0.140973577", "-0.159908696",
                                 "-0.169877202", "-0.169089984", "-0.155249535", "-0.125355892", "-0.0754165337"]),
    (f.discrete_integral_equation, ["-0.0431649825", "-0.0815771565", "-0.114485714", "-0.140973577", "-0.159908696",
                                    "-0.169877202", "-0.169089984", "-0.155249535", "-0.125355892", "-0.0754165337"]),
    (f.broyden_tridiagonal, ["-0.570722132", "-0.68180695", "-0.702210076", "-0.70551063", "-0.704906156",
                             "-0.701496607", "-0.691889322", "-0.665796514", "-0.596035109", "-0.416412258"]),  # M
    (f.broyden_tridiagonal, ["1.82910568", "-0.101978124", "-0.577880532", "-0.649626584", "-0.606790114",
                             "-0.449813974", "-0.0547435315", "0.723068292", "1.31937152", "0.235036398"]),  # K
    (f.broyden_tridiagonal, ["1.83141076", "-0.106951535", "-0.587561402", "-0.673056214", "-0.668622131",
                             "-0.612478179", "-0.454333185", "-0.0552910229", "0.757889048", "1.41326826"]),  # K
    (f.broyden_tridiagonal, ["1.57293565", "0.375369", "0.16829807", "0.605127457", "1.05196062", "0.586196289",
                             "0.42021178", "0.767134929", "1.17153398", "0.266361044"]),  # K
    (f.broyden_tridiagonal, ["1.7642341", "0.0309183654", "-0.324886492", "-0.0685521429", "0.702368029", "1.49772108",
                             "-0.0658521721", "-0.506146939", "-0.549441467", "-0.401090028"]),  # K
    (f.broyden_tridiagonal, ["1.73905841", "0.0828625052", "-0.246559159", "0.045530862", "0.748544735", "1.1709207",
                             "0.393733181", "0.285267096", "0.791886504", "1.31220036"]),  # K
    (f.broyden_tridiagonal, ["0.895716376", "1.43694323", "-0.0878753752", "-0.515651385", "-0.562529614",
                             "-0.426788967", "-0.0348812614", "0.73773656", "1.31192609", "0.233496552"]),  # K
    (f.broyden_banded, ["-0.428302864", "-0.476596424", "-0.519652464", "-0.558099325", "-0.592506157", "-0.624503682",
                        "-0.623239471", "-0.621393842", "-0.620453597", "-0.586469271"]),  # M
    (f.broyden_banded, ["0.217171914", "0.306466649", "0.356785312", "0.448393895", "0.577636905", "0.713102505",
                        "0.823955528", "0.921908442", "0.996991942", "0.96346149"]),  # K
    (f.broyden_banded, ["0.210713852", "0.26097669", "0.22794769", "0.197025605", "0.203229665", "0.221915877",
                        "0.162812006", "0.0483020883", "-0.0793572419", "-0.15312584"]),  # K
    (f.chebyquad, ["0.0431528", "0.1930908", "0.2663287", "0.5", "0.5", "0.7336713", "0.8069091", "0.9568472"]),  # M
    (f.himmelblau, ["-2.805118", "3.131313"]),
    (f.himmelblau, ["-3.779310", "-3.283186"]),
    (f.himmelblau, ["3.584428", "-1.848127"]),
    (f.three_hump_camel, ["-1.7475", "0.8737"]),
    (f.styblinski_tang, ["-2.903534"]),
    (f.styblinski_tang, ["2.746803"]),
]


def biggs_in_plane(x):
    """M: the minimum where x5 = x1 and x6 = x3, as at the start. Across this plane it is a saddle."""
    return f.biggs_exp6(x + [x[1], x[3]])


def limits():
    """The infima at infinity: problem, the limit function, and where its minimum is about."""
    y = f.numbers("0.14 0.18 0.22 0.25 0.29 0.32 0.35 0.39 0.37 0.58 0.73 0.96 1.34 2.10 4.39")[1:]
    # M: x2 and x3 go to minus infinity.
    yield "bard", lambda x: [v - x[1] for v in y], ["0.84"]
    # K: x1 goes to minus infinity.
    yield "jennrich_sampson", lambda x: [2 + 2 * i - mp.exp(i * x[1]) for i in range(1, 11)], ["0.331"]
    z = f.numbers("0.1957 0.1947 0.1735 0.1600 0.0844 0.0627 0.0456 0.0342 0.0323 0.0235 0.0246")[1:]
    u = f.numbers("4 2 1 0.5 0.25 0.167 0.125 0.1 0.0833 0.0714 0.0625")[1:]
    # M: x1, x3 and x4 go to infinity in proportion.
    yield ("kowalik_osborne", lambda x: [a - x[1] * (b * b + b * x[2]) / (b * x[3] + 1) for a, b in zip(z, u)],
           ["-0.035421", "-14.07588", "1.60307"])
    # K: x2, x3 and x4 go to infinity in proportion.
    yield ("kowalik_osborne", lambda x: [a - x[1] * b / (b * x[2] + 1) for a, b in zip(z, u)], ["0.5707", "2.4562"])
    # K: x2 goes to infinity with x4 negative; the two other terms are equal.
    yield ("biggs_exp6",
           lambda x: [x[1] * mp.exp(-t * x[2]) - (mp.exp(-t) - 5 * mp.exp(-10 * t) + 3 * mp.exp(-4 * t))
                      for t in (mp.mpf(i) / 10 for i in range(1, 14))], ["1.6654", "1.22756"])
    heights = f.numbers(f.OSBORNE_2)[1:]
    times = [mp.mpf(i) / 10 for i in range(65)]
    # K: the three humps are outside of the data.
    yield ("osborne_2", lambda x: [v - x[1] * mp.exp(-t * x[2]) for v, t in zip(heights, times)], ["0.917", "0.133"])
    # K: so are the humps, and the decay is over after the first datum.
    yield "osborne_2", lambda x: [heights[0] - x[1]] + heights[1:], [heights[0]]


def written(number):
    rounded = float(number)
    return repr(0.0 if abs(rounded) < 1e-25 else rounded)


def main():
    with open("test_functions.csv", "w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["function", "kind", "value", "at"])

        def row(name, kind, result, at):
            table.writerow([name, kind, written(result), " ".join(map(written, at))])

        for function, start in STARTS:
            start = [mp.mpf(v) for v in start]
            row(function.__name__, "start", value(function, start), start)
        for function, near in MINIMA:
            at = refined(function, near)
            row(function.__name__, "minimum", value(function, at), at)
        at = refined(biggs_in_plane, ["1.7114", "17.683", "1.1631", "5.1866"])
        row("biggs_exp6", "minimum", value(biggs_in_plane, at), at + [at[0], at[2]])
        for name, function, near in limits():
            function.__name__ = name
            row(name, "infimum", value(function, refined(function, near)), [])
        for n in range(4, 31):
            at = refined(f.chained_rosenbrock, chained(n))
            row("chained_rosenbrock", "minimum", value(f.chained_rosenbrock, at), at)


def chained(n):
    """About where the local minimum is: 1 - x halves from the left and doubles towards the right end."""
    if n == 4:
        return ["-0.7756593", "0.6130935", "0.3820630", "0.1459721"]
    if n == 5:
        return ["-0.9620510", "0.9357394", "0.8807136", "0.7778777", "0.6050937"]
    two = mp.mpf(2)
    bend = [1 - mp.mpf("0.0067") / two ** (i - 1) - mp.mpf("11.9") / two ** (2 * n - i) for i in range(2, n + 1)]
    return [mp.mpf("-0.9933")] + bend


if __name__ == "__main__":
    main()
