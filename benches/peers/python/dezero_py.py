"""DeZero, the Python package that goes with the book."""

import numpy as np

# DeZero 0.0.13 asks for the name, which newer NumPys no longer have.
np.int = int

import dezero

import book
from protocol import serve

serve(
    {"dezero": dezero.__version__, "numpy": np.__version__},
    book.ROWS,
    {"J3-taylor": "no Taylor mode", "J8-sparse": "no sparse Hessians"},
    book.record,
)
