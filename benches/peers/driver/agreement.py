"""Who agrees on the result of a row."""


def close(xs, ys, tolerance):
    return len(xs) == len(ys) and all(x == y or abs(x - y) <= tolerance * max(abs(x), abs(y)) for x, y in zip(xs, ys))


def dissenters(row, timings):
    """The names of those whose result is not that of most, with the first number that differs.

    None of the peers is taken to be right: dezero can be the one that is named.
    """
    results = {
        name: [float("nan") if x is None else x for x in timing.first["result"]]
        for name, timing in timings.items()
        if timing.why_not is None
    }
    most = max(
        results.values(),
        key=lambda xs: sum(close(xs, ys, row.tolerance) for ys in results.values()),
        default=[],
    )
    return {
        name: difference(result, most, row.tolerance)
        for name, result in results.items()
        if not close(result, most, row.tolerance)
    }


def difference(result, most, tolerance):
    if len(result) != len(most):
        return f"{len(result)} numbers, not {len(most)}"
    at = next(i for i, pair in enumerate(zip(result, most)) if not close([pair[0]], [pair[1]], tolerance))
    return f"number {at} is {result[at]:.6g}, that of the others {most[at]:.6g}"
