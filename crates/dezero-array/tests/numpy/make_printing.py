"""Writes printing.txt: arrays and what NumPy prints for them at its default options.

One line per array, with tabs between: the dtype; the shape as 2,3; the elements in row-major order,
floats as the hexadecimal digits of their bits, repeated from the start as often as the shape needs;
str and repr, with \\n for the ends of lines. Run in this directory with NumPy 2.4:
python make_printing.py
"""

import itertools
import random

import numpy as np

random.seed(8)
nan, inf = float("nan"), float("inf")


def element(x):
    if x.dtype == np.float64:
        return f"{x.view(np.uint64):016x}"
    if x.dtype == np.float32:
        return f"{x.view(np.uint32):08x}"
    return str(int(x))


def line(dtype, shape, elements):
    """The elements fill the shape, or their repetition does."""
    with np.errstate(over="ignore"):
        elements = np.array(elements).astype(dtype)
    array = np.resize(elements, shape) if elements.size else np.zeros(shape, dtype)
    shown = (str(array).replace("\n", "\\n"), repr(array).replace("\n", "\\n"))
    return "\t".join([np.dtype(dtype).name, ",".join(map(str, shape)), ",".join(map(element, elements)), *shown])


def vectors():
    """Elements of vectors of floats, each of which is hard in its way."""
    yield from [[1.0], [-1.0], [0.0], [-0.0], [0.0, -0.0], [1.5, -0.0], [100.0, 1.0], [1.0, 2.5, -3.25]]
    # Each side of the bounds at which exponents begin.
    yield from [[99999999.0], [100000000.0], [99999999.5], [99999999.999999999], [999999.0], [1e6]]
    yield from [[999999.9375, 1000.0], [-1e8], [-99999999.0], [1e-4], [9.9999e-5], [-1e-4, 0.0]]
    yield from [[np.nextafter(1e-4, 0)], [1.0, 1000.0], [1.0, 1000.0000001], [1.0, 1001.0], [0.1, 100.0]]
    yield from [[0.1, 100.1], [0.7, 700.0], [1e-3, 1.0], [-1000.0, 1.0], [-2000.0, 1.0]]
    # Digits to the precision and beyond, ties (exact in binary), carries.
    yield from [[1 / 3], [2 / 3], [1 / 3, 1.0], [0.12345678], [0.123456789], [1.123456785, 2.0]]
    yield from [[0.5**9], [3 * 0.5**9], [5 * 0.5**9, 1.0], [1 + 0.5**9], [0.5**10], [0.5**8], [7 * 0.5**9]]
    yield from [[0.999999995], [0.9999999949], [0.9999999951], [9.999999999], [99999.999999999]]
    yield from [[1.000000005], [1.00000001], [1.000000001, 1.0], [1234567.12345678], [0.00012345678901]]
    # Exactly half way between two shortest forms: the even one is printed.
    yield from [[1 + 2.0**-17], [33 * 2.0**-22], [2.0**26 + 2.0**-9], [2.0**50 + 0.25], [1.26953125, 1e-3]]
    yield from [[3.69140625, -483.125], [2.0**23 + 0.5, 1.0], [3428605.25, -20.5], [2.0**20 + 0.0625]]
    # Ties of nine digits with an exponent, and carries there.
    yield from [[1000000005.0], [1000000015.0], [9999999995.0], [9999999985.0], [1234567885.0], [1e10 - 0.5]]
    yield from [[9.999999999e-5], [9.9999999951e-5, 1e-5], [9.999999999e99], [9.99999999e-100]]
    # Exponents of two and three digits, one digit, many digits, both.
    yield from [[1e10], [1e-10], [1e100], [1e-300], [1e99, 1e100], [1e-99, 1e-100], [1e-5, 1.5], [1e5, 1e-5]]
    yield from [[1.2345e-7, 1.0], [1e300, 1e-300], [1.7976931348623157e308, 2.2250738585072014e-308]]
    yield from [[5e-324], [5e-324, 1.23456789], [1e-310, 1.0], [1.5e-45, 3e38], [1.1754943e-38, 1.0], [1e23]]
    yield from [[2.0**k] for k in (-1074, -1022, -149, -126, -24, 27, 60, 100, 1023)]
    yield from [[2.0**-24, 1.23456789e-3], [0.1, 1e-6], [16777216.0, 1e-2, 123456.789]]
    # Values that are not finite.
    yield from [[nan], [inf], [-inf], [nan, inf], [nan, -inf], [nan, 1.0], [inf, 1.0], [-inf, 1.0]]
    yield from [[nan, 1e-9], [-inf, 1e10], [inf, -1.5], [nan, 0.125, -inf], [nan, 12345.0], [-inf, 0.0]]
    yield from [[nan, 1e-300, inf], [inf, -0.0], [-inf, 12.5, nan], [-inf, 100.0], [inf, 10.0]]
    # Signs beside the widest.
    yield from [[-1.0, 10.0], [1.0, -10.0], [-0.1, 1e-5], [-1e-5, 0.1], [-123.456, 7.0, 0.25]]
    for _ in range(25):
        scale = 10.0 ** random.randint(-12, 12)
        yield [random.gauss(0, scale) for _ in range(random.randint(2, 5))]
        yield [random.choice([1, 10, 100, 0.1]) * random.randint(-99, 99) for _ in range(3)]


def cases():
    floats = list(vectors())
    for dtype in (np.float64, np.float32):
        for elements in floats:
            yield dtype, (len(elements),), elements
        for elements in floats[::3]:
            yield dtype, (), elements[:1]
        for x in [1e16, 9999999999999998.0, 1e15, 123456789012345680.0, 1e-5, 0.1, 1e22, 1e6, 999999.9, 1e-4, 2.0**-24]:
            yield dtype, (), [x]
            yield dtype, (), [-x]
        # Lines that end before, at and behind the last column, and where the dtype still fits.
        for width, count in itertools.product([1, 2, 5, 7], range(1, 40, 3)):
            yield dtype, (count,), [10.0**width]
        for count in range(11, 30):
            yield dtype, (count,), [1.0]
        for count in [5, 6, 7, 8, 9]:
            yield dtype, (count,), [1 / 3, -1.0]
            yield dtype, (2, count), [1 / 3, 1e-6]
            yield dtype, (2, 1, count), [-1 / 3, 2.0, nan]
        for shape in [(2, 3), (1, 1), (3, 1), (1, 3), (2, 2, 2), (2, 1, 2), (1, 2, 1, 2), (2, 2, 2, 2), (1,) * 6,
                      (2, 30), (1, 2, 25), (1,) * 58 + (2,)]:
            yield dtype, shape, [1.0, 2.0, -3.5]
            yield dtype, shape, [1e-7, 1.0]
        yield dtype, (3, 3), [1.0, 0.0, 0.0, 0.0]
        for shape in [(1001,), (7, 143), (143, 7), (6, 200), (200, 6), (2, 3, 200), (1, 1, 1001), (1001, 1),
                      (500, 3), (7, 1, 150)]:
            yield dtype, shape, [1.0, 2.0, -3.5, 4.25, 0.125, 6.0, 7.0]
        # What is not shown does not count for the format.
        yield dtype, (1001,), [1.0, 2.0, 3.0] + [1e20] * 995 + [7.0, 8.0, 9.0]
        yield dtype, (2001,), [1 / 3, 1e9, nan]
        for shape in [(0,), (0, 3), (3, 0), (2, 0, 4), (0, 0), (1001, 0)]:
            yield dtype, shape, []

    for shape in [(1000,), (20, 50), (10, 10, 11), (1, 7, 6, 25)]:
        yield np.float64, shape, [1.0, 2.0, -3.5, 4.25, 0.125, 6.0, 7.0]
    integers = [[0], [1], [-1], [1, -1], [1, 10, 100], [-100, 5], [2**63 - 1, -(2**63)], [-(2**63)], [2**63 - 1, 0]]
    for elements in integers:
        yield np.int64, (len(elements),), elements
        yield np.int64, (), elements[:1]
    truths = [[0], [1], [1, 0], [1, 1, 1]]
    for elements in truths:
        yield np.bool, (len(elements),), elements
        yield np.bool, (), elements[:1]
    for dtype, elements in [(np.int64, [1, -20, 3]), (np.bool, [1, 0, 0, 1, 1])]:
        for shape in [(2, 2), (2, 3, 2), (1, 1), (10,), (11,), (12,), (13,), (40,), (18,), (19,), (25,), (2, 40),
                      (200,), (1001,), (40, 40), (3, 500), (11, 11, 11), (0,), (0, 2), (2, 0)]:
            yield dtype, shape, elements if 0 not in shape else []


if __name__ == "__main__":
    with open("printing.txt", "w", encoding="ascii", newline="\n") as out:
        out.writelines(dict.fromkeys(line(*case) + "\n" for case in cases()))
