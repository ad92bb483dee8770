"""PyTorch with torch.compile, of functions that torch.func differentiates: backward through a
compiled function can be done once only."""

import os
import time

import numpy as np
import torch
from torch.func import grad, hessian, jvp

import inputs
from protocol import Work, serve

torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
torch.set_default_dtype(torch.float64)


def compiled(f, *arguments):
    """The compiled function, and how long the first call took."""
    f = torch.compile(f, fullgraph=True)
    start = time.perf_counter_ns()
    f(*arguments)
    return f, time.perf_counter_ns() - start


def gradient_descent():
    def rosenbrock(x):
        return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2

    step, ns = compiled(lambda x: x - inputs.LR * grad(rosenbrock)(x), torch.tensor([0.0, 2.0]))

    def run():
        x = torch.tensor([0.0, 2.0])
        for _ in range(inputs.STEPS):
            x = step(x)
        return x

    return Work(run, list, inputs.STEPS, ns, "a compiled step")


def newton():
    def f(x):
        return x**4 - 2 * x**2

    step, ns = compiled(lambda x: x - grad(f)(x) / grad(grad(f))(x), torch.tensor(2.0))

    def run():
        x = torch.tensor(2.0)
        for _ in range(inputs.NEWTON_STEPS):
            x = step(x)
        return x

    return Work(run, lambda x: [x], inputs.NEWTON_STEPS, ns, "a compiled step")


def network():
    at = inputs.points()
    layers = [[torch.tensor(w) for w in layer] for layer in inputs.network()]
    x, source = torch.tensor(at), torch.tensor(inputs.source(at))
    units = torch.eye(2)

    def net(layers, x):
        h = x
        for w, b in layers[:-1]:
            h = torch.tanh(h @ w + b)
        return h @ layers[-1][0] + layers[-1][1]

    def loss(layers):
        def twice(direction):
            direction = direction.expand_as(x)
            along = lambda x: jvp(lambda x: net(layers, x), (x,), (direction,))[1]
            return jvp(along, (x,), (direction,))[1]

        return ((twice(units[0]) + twice(units[1]) + source) ** 2).mean()

    step, ns = compiled(torch.func.grad_and_value(loss), layers)

    def numbers(step):
        gradients, value = step
        return [value] + [(w**2).sum() for w, _ in gradients]

    return Work(lambda: step(layers), numbers, 1, ns, "Laplacian by jvp of jvp")


def rosenbrock(x):
    a, b = x[:-1], x[1:]
    return (100 * (b - a**2) ** 2 + (1 - a) ** 2).sum()


def dense_hessian():
    x = torch.tensor(inputs.start(inputs.DENSE))
    h, ns = compiled(hessian(rosenbrock), x)
    return Work(lambda: h(x), inputs.corners, 1, ns)


def hessian_vector_product():
    x = torch.tensor(inputs.start(inputs.LONG))
    v = torch.tensor(inputs.start(inputs.LONG))
    product, ns = compiled(lambda x, v: jvp(grad(rosenbrock), (x,), (v,))[1], x, v)
    return Work(lambda: product(x, v), inputs.ends, 1, ns)


def elementwise():
    def f(x):
        return torch.tanh(torch.sin(x) * torch.exp(-x * x) + x).sum()

    x = torch.tensor(inputs.line(inputs.LONG))
    both, ns = compiled(torch.func.grad_and_value(f), x)

    return Work(lambda: both(x), lambda y: [y[1]] + inputs.ends(y[0]), 1, ns)


NOT_TRIED = "not compiled: one operation, or a graph that grows"

serve(
    {"torch": torch.__version__, "numpy": np.__version__},
    {
        "J1": gradient_descent,
        "J2": newton,
        "J7": network,
        "J8-dense": dense_hessian,
        "J8-product": hessian_vector_product,
        "J9": elementwise,
    },
    {
        "J3-nested": NOT_TRIED,
        "J3-taylor": "no Taylor mode",
        "J5": NOT_TRIED,
        "J8-sparse": "no sparse Hessians",
        "J10-product": NOT_TRIED,
        "J10-sine": NOT_TRIED,
    },
)
