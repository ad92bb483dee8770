"""This project's Python package: the book's code unchanged, and what the book has no names for."""

import dezero
import dezero.functions as F
import numpy as np

import book
import inputs
from protocol import Work, serve


def taylor():
    return Work(lambda: dezero.taylor(F.tanh, 1.0, inputs.ORDER).coefficients)


def dense_hessian():
    x = inputs.start(inputs.DENSE)
    return Work(lambda: dezero.hessian(book.rosenbrock, x).data, inputs.corners, note="dezero.hessian")


def hessian_vector_product():
    x = inputs.start(inputs.LONG)
    return Work(lambda: dezero.hvp(book.rosenbrock, x, x).data, inputs.ends, note="dezero.hvp")


serve(
    {"dezero": dezero.__version__, "numpy": np.__version__},
    {**book.ROWS, "J3-taylor": taylor, "J8-dense": dense_hessian, "J8-product": hessian_vector_product},
    {"J8-sparse": "no sparse Hessians from Python"},
    book.record,
)
