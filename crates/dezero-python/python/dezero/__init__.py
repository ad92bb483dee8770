"""Derivatives of any order, computed as your code runs, and the graphs behind them, drawn.

The names are those of the book "Deep Learning from Scratch 3" and its package; the engine is written in Rust.

>>> import numpy as np
>>> from dezero import Variable
>>> import dezero.functions as F
>>> x = Variable(np.array(1.0))
>>> y = F.tanh(x)
>>> y.backward(create_graph=True)
>>> gx = x.grad
>>> x.cleargrad()
>>> gx.backward()
>>> x.grad
variable(-0.6397000084492246)

Beyond the book, derivatives of functions at a point: `grad`, `value_and_grad`, `vjp`, `jvp`, `jacobian`, `hessian`, `hvp`,
`laplacian`, `jet`, `derivatives`, `taylor`; `minimize` finds minima, `compile` records once and replays, and `graph(y).save("y.svg")`
draws.
"""

from dezero.core import (
    Config,
    Function,
    Parameter,
    Variable,
    as_array,
    as_variable,
    no_grad,
    setup_variable,
    test_mode,
    using_config,
)
from dezero._dezero import (
    Compiled,
    Graph,
    Optimum,
    Polynomial,
    Program,
    compile,
    derivatives,
    grad,
    graph,
    hessian,
    hvp,
    jacobian,
    jet,
    jvp,
    laplacian,
    minimize,
    taylor,
    value_and_grad,
    vjp,
)

import dezero.core_simple
import dezero.cuda
import dezero.functions
import dezero.utils

__version__ = "0.1.0"

__all__ = [
    "Compiled",
    "Config",
    "Function",
    "Graph",
    "Optimum",
    "Parameter",
    "Polynomial",
    "Program",
    "Variable",
    "as_array",
    "as_variable",
    "compile",
    "derivatives",
    "grad",
    "graph",
    "hessian",
    "hvp",
    "jacobian",
    "jet",
    "jvp",
    "laplacian",
    "minimize",
    "no_grad",
    "setup_variable",
    "taylor",
    "test_mode",
    "using_config",
    "value_and_grad",
    "vjp",
]
