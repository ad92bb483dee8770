"""The rows in the names of the book, written as its steps 28, 33 and 35 are. Whose package `dezero` runs them is up to
the environment: DeZero's or ours.
"""

import dezero.functions as F
import numpy as np
from dezero import Variable

import inputs
from protocol import Work


def gradient_descent():
    def rosenbrock(x0, x1):
        return 100 * (x1 - x0**2) ** 2 + (1 - x0) ** 2

    def run():
        x0, x1 = Variable(np.array(0.0)), Variable(np.array(2.0))
        for _ in range(inputs.STEPS):
            y = rosenbrock(x0, x1)
            x0.cleargrad()
            x1.cleargrad()
            y.backward()
            x0.data -= inputs.LR * x0.grad.data
            x1.data -= inputs.LR * x1.grad.data
        return [x0.data, x1.data]

    return Work(run, units=inputs.STEPS)


def newton():
    def run():
        x = Variable(np.array(2.0))
        for _ in range(inputs.NEWTON_STEPS):
            y = x**4 - 2 * x**2
            x.cleargrad()
            y.backward(create_graph=True)
            gx = x.grad
            x.cleargrad()
            gx.backward()
            x.data -= gx.data / x.grad.data
        return [x.data]

    return Work(run, units=inputs.NEWTON_STEPS)


def nested():
    def run():
        x = Variable(np.array(1.0))
        y = F.tanh(x)
        derivatives = []
        for _ in range(inputs.ORDER):
            x.cleargrad()
            y.backward(create_graph=True)
            y = x.grad
            derivatives.append(y.data)
        return derivatives

    return Work(run)


def record(operations):
    x = Variable(np.array(2.0))
    y = x * inputs.FACTOR
    for i in range(1, operations):
        y = y * inputs.FACTOR if i % 2 == 0 else y + inputs.SUMMAND
    return x, y


def chain():
    def run():
        x, y = record(inputs.CHAIN)
        y.backward()
        return [y.data, x.grad.data]

    return Work(run, units=inputs.CHAIN)


def network():
    layers = [(Variable(w), Variable(b)) for w, b in inputs.network()]
    at = inputs.points()
    x, source = Variable(at), Variable(inputs.source(at))

    def clear():
        x.cleargrad()
        for w, b in layers:
            w.cleargrad()
            b.cleargrad()

    def run():
        h = x
        for w, b in layers[:-1]:
            h = F.tanh(F.linear(h, w, b))
        u = F.sum(F.linear(h, *layers[-1]))
        clear()
        u.backward(create_graph=True)
        gx = x.grad
        laplacian = 0
        for d in range(2):
            clear()
            F.sum(gx[:, d : d + 1]).backward(create_graph=True)
            laplacian = laplacian + x.grad[:, d : d + 1]
        loss = F.sum((laplacian + source) ** 2) / inputs.POINTS
        clear()
        loss.backward()
        return loss

    return Work(run, lambda loss: [loss.data] + [(w.grad.data**2).sum() for w, _ in layers])


def rosenbrock(x):
    a, b = x[:-1], x[1:]
    return F.sum(100 * (b - a**2) ** 2 + (1 - a) ** 2)


def dense_hessian():
    def run():
        x = Variable(inputs.start(inputs.DENSE))
        rosenbrock(x).backward(create_graph=True)
        gx = x.grad
        rows = []
        for i in range(inputs.DENSE):
            x.cleargrad()
            gx[i].backward()
            rows.append(x.grad.data)
        return np.array(rows)

    return Work(run, inputs.corners)


def hessian_vector_product():
    x, v = Variable(inputs.start(inputs.LONG)), inputs.start(inputs.LONG)

    def run():
        x.cleargrad()
        rosenbrock(x).backward(create_graph=True)
        gx = x.grad
        x.cleargrad()
        F.sum(gx * v).backward()
        return x.grad.data

    return Work(run, inputs.ends)


def elementwise():
    x = Variable(inputs.line(inputs.LONG))

    def run():
        x.cleargrad()
        y = F.sum(F.tanh(F.sin(x) * F.exp(-x * x) + x))
        y.backward()
        return y

    return Work(run, lambda y: [y.data] + inputs.ends(x.grad.data))


def small(operation, a=inputs.A, b=inputs.B):
    a, b = Variable(np.array(a)), Variable(np.array(b))

    def run():
        for _ in range(inputs.OPS):
            y = operation(a, b)
        return y.data

    return Work(run, np.ravel, inputs.OPS)


ROWS = {
    "J1": gradient_descent,
    "J2": newton,
    "J3-nested": nested,
    "J5": chain,
    "J7": network,
    "J8-dense": dense_hessian,
    "J8-product": hessian_vector_product,
    "J9": elementwise,
    "J10-product": lambda: small(lambda a, b: a * b),
    "J10-sine": lambda: small(lambda a, b: F.sin(a)),
    "J10-scalar": lambda: small(lambda a, b: a * b, inputs.A[0], inputs.B[0]),
}
