"""PyTorch, eager: a graph is recorded anew for each derivative."""

import os

import numpy as np
import torch

import inputs
from protocol import Work, serve

torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
torch.set_default_dtype(torch.float64)


def numbers(tensors):
    return [tensor.detach() for tensor in tensors]


def gradient_descent():
    def rosenbrock(x0, x1):
        return 100 * (x1 - x0**2) ** 2 + (1 - x0) ** 2

    def run():
        x0 = torch.tensor(0.0, requires_grad=True)
        x1 = torch.tensor(2.0, requires_grad=True)
        for _ in range(inputs.STEPS):
            y = rosenbrock(x0, x1)
            x0.grad = x1.grad = None
            y.backward()
            with torch.no_grad():
                x0 -= inputs.LR * x0.grad
                x1 -= inputs.LR * x1.grad
        return x0, x1

    return Work(run, numbers, inputs.STEPS)


def newton():
    def run():
        x = torch.tensor(2.0, requires_grad=True)
        for _ in range(inputs.NEWTON_STEPS):
            y = x**4 - 2 * x**2
            (gx,) = torch.autograd.grad(y, x, create_graph=True)
            (gx2,) = torch.autograd.grad(gx, x)
            with torch.no_grad():
                x -= gx / gx2
        return (x,)

    return Work(run, numbers, inputs.NEWTON_STEPS)


def nested():
    def run():
        x = torch.tensor(1.0, requires_grad=True)
        y = torch.tanh(x)
        derivatives = []
        for _ in range(inputs.ORDER):
            (y,) = torch.autograd.grad(y, x, create_graph=True)
            derivatives.append(y)
        return derivatives

    return Work(run, numbers)


def record(operations):
    x = torch.tensor(2.0, requires_grad=True)
    y = x * inputs.FACTOR
    for i in range(1, operations):
        y = y * inputs.FACTOR if i % 2 == 0 else y + inputs.SUMMAND
    return x, y


def chain():
    def run():
        x, y = record(inputs.CHAIN)
        y.backward()
        return [y, x.grad]

    return Work(run, numbers, inputs.CHAIN)


def network():
    at = inputs.points()
    layers = [[torch.tensor(w, requires_grad=True) for w in layer] for layer in inputs.network()]
    parameters = [w for layer in layers for w in layer]
    x, source = torch.tensor(at, requires_grad=True), torch.tensor(inputs.source(at))

    def run():
        h = x
        for w, b in layers[:-1]:
            h = torch.tanh(torch.addmm(b, h, w))
        u = torch.addmm(layers[-1][1], h, layers[-1][0])
        (gx,) = torch.autograd.grad(u.sum(), x, create_graph=True)
        laplacian = sum(torch.autograd.grad(gx[:, d].sum(), x, create_graph=True)[0][:, d : d + 1] for d in range(2))
        loss = ((laplacian + source) ** 2).mean()
        # The last bias moves no derivative.
        return loss, torch.autograd.grad(loss, parameters, allow_unused=True)

    return Work(run, lambda step: [step[0].detach()] + [(g**2).sum() for g in step[1][::2]])


def rosenbrock(x):
    a, b = x[:-1], x[1:]
    return (100 * (b - a**2) ** 2 + (1 - a) ** 2).sum()


def dense_hessian():
    x = torch.tensor(inputs.start(inputs.DENSE))
    hessian = torch.func.hessian(rosenbrock)
    return Work(lambda: hessian(x), inputs.corners, note="torch.func.hessian")


def hessian_vector_product():
    x = torch.tensor(inputs.start(inputs.LONG), requires_grad=True)
    v = torch.tensor(inputs.start(inputs.LONG))

    def run():
        (gx,) = torch.autograd.grad(rosenbrock(x), x, create_graph=True)
        (product,) = torch.autograd.grad(gx, x, v)
        return product

    return Work(run, inputs.ends)


def elementwise():
    x = torch.tensor(inputs.line(inputs.LONG), requires_grad=True)

    def run():
        x.grad = None
        y = torch.tanh(torch.sin(x) * torch.exp(-x * x) + x).sum()
        y.backward()
        return y

    return Work(run, lambda y: [y.detach()] + inputs.ends(x.grad))


def small(operation, a=inputs.A, b=inputs.B):
    a, b = (torch.tensor(x, requires_grad=True) for x in (a, b))

    def run():
        for _ in range(inputs.OPS):
            y = operation(a, b)
        return y

    return Work(run, lambda y: y.detach().ravel(), inputs.OPS)


serve(
    {"torch": torch.__version__, "numpy": np.__version__},
    {
        "J1": gradient_descent,
        "J2": newton,
        "J3-nested": nested,
        "J5": chain,
        "J7": network,
        "J8-dense": dense_hessian,
        "J8-product": hessian_vector_product,
        "J9": elementwise,
        "J10-product": lambda: small(lambda a, b: a * b),
        "J10-sine": lambda: small(lambda a, b: torch.sin(a)),
        "J10-scalar": lambda: small(lambda a, b: a * b, inputs.A[0], inputs.B[0]),
    },
    {"J3-taylor": "no Taylor mode", "J8-sparse": "no sparse Hessians"},
    record,
)
