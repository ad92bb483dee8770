"""CasADi: expressions are built of symbols and differentiated once (told apart),
and evaluated in its virtual machine through preallocated buffers."""

import time

import casadi as ca
import numpy as np

import inputs
from protocol import Work, serve


class Call:
    """A `Function` with its inputs and outputs bound to arrays, the fast way to call one from Python."""

    def __init__(self, function, *arguments):
        self.buffer, self.trigger = function.buffer()
        self.arguments = [np.array(x, dtype=float, order="F") for x in arguments]
        self.results = [np.zeros(function.nnz_out(i)) for i in range(function.n_out())]
        for i, x in enumerate(self.arguments):
            self.buffer.set_arg(i, memoryview(x.T if x.ndim == 2 else x))
        for i, y in enumerate(self.results):
            self.buffer.set_res(i, memoryview(y))

    def __call__(self):
        self.trigger()
        return self.results


def built(build):
    """What `build` returns, and the nanoseconds that it took until the first result."""
    start = time.perf_counter_ns()
    call = build()
    call()
    return call, time.perf_counter_ns() - start


def iterated(step, start, steps):
    """The work of `steps` applications of `step`, a function of a vector."""

    def build():
        x = ca.SX.sym("x", len(start))
        return Call(ca.Function("step", [x], [step(x)]).fold(steps), start)

    call, ns = built(build)
    return Work(call, lambda y: y[0], steps, ns, "the loop is a Function, too (fold)")


def gradient_descent():
    def step(x):
        f = 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2
        return x - inputs.LR * ca.gradient(f, x)

    return iterated(step, [0.0, 2.0], inputs.STEPS)


def newton():
    def step(x):
        hessian, gradient = ca.hessian(x**4 - 2 * x**2, x)
        return x - gradient / hessian

    return iterated(step, [2.0], inputs.NEWTON_STEPS)


def nested():
    def build():
        x = ca.SX.sym("x")
        derivatives, y = [], ca.tanh(x)
        for _ in range(inputs.ORDER):
            y = ca.gradient(y, x)
            derivatives.append(y)
        return Call(ca.Function("derivatives", [x], [ca.vertcat(*derivatives)]), [1.0])

    call, ns = built(build)
    return Work(call, lambda y: y[0], 1, ns)


def record(operations):
    x = ca.SX.sym("x")
    y = x * inputs.FACTOR
    for i in range(1, operations):
        y = y * inputs.FACTOR if i % 2 == 0 else y + inputs.SUMMAND
    return x, y


def chain():
    def build():
        x, y = record(inputs.CHAIN)
        return Call(ca.Function("chain", [x], [y, ca.gradient(y, x)]), [2.0])

    call, ns = built(build)
    return Work(call, np.concatenate, inputs.CHAIN, ns)


def network():
    at = inputs.points()
    layers = inputs.network()

    def build():
        x = ca.MX.sym("x", *at.shape)
        symbols = [(ca.MX.sym("w", *w.shape), ca.MX.sym("b", *b.shape)) for w, b in layers]
        affine = lambda h, w, b: h @ w + ca.repmat(b, at.shape[0], 1)
        h = x
        for w, b in symbols[:-1]:
            h = ca.tanh(affine(h, w, b))
        u = affine(h, *symbols[-1])
        laplacian = 0
        for d in range(2):
            direction = np.zeros(at.shape)
            direction[:, d] = 1.0
            laplacian += ca.jtimes(ca.jtimes(u, x, direction), x, direction)
        loss = ca.sumsqr(laplacian + inputs.source(at)) / at.shape[0]
        inner = [x] + [s for layer in symbols for s in layer]
        loss = ca.Function("loss", inner, [loss])
        weights = [f"grad:o0:i{1 + 2 * i}" for i in range(len(layers))]
        step = loss.factory("step", loss.name_in(), ["o0", *weights])
        return Call(step, at, *(w for layer in layers for w in layer))

    def numbers(results):
        loss, *gradients = results
        return [loss[0]] + [(w**2).sum() for w in gradients]

    call, ns = built(build)
    return Work(call, numbers, 1, ns, "Laplacian by two forward sweeps")


def rosenbrock(x):
    a, b = x[:-1], x[1:]
    return ca.sum1(100 * (b - a**2) ** 2 + (1 - a) ** 2)


def hessian_function(dense):
    x = ca.SX.sym("x", inputs.DENSE)
    h = ca.hessian(rosenbrock(x), x)[0]
    return ca.Function("hessian", [x], [ca.densify(h) if dense else h])


def dense_hessian():
    call, ns = built(lambda: Call(hessian_function(True), inputs.start(inputs.DENSE)))
    n = inputs.DENSE
    return Work(call, lambda y: inputs.corners(y[0].reshape(n, n)), 1, ns)


def sparse_hessian():
    function = hessian_function(False)
    call, ns = built(lambda: Call(hessian_function(False), inputs.start(inputs.DENSE)))
    pattern = function.sparsity_out(0)
    n = inputs.DENSE
    where = [pattern.get_nz(i, j) for i, j in [(0, 0), (0, 1), (1, 0), (n - 1, n - 1), (n // 2, n // 2)]]
    return Work(call, lambda y: y[0][where], 1, ns)


def hessian_vector_product():
    def build():
        x, v = ca.MX.sym("x", inputs.LONG), ca.MX.sym("v", inputs.LONG)
        product = ca.jtimes(ca.gradient(rosenbrock(x), x), x, v)
        start = inputs.start(inputs.LONG)
        return Call(ca.Function("product", [x, v], [product]), start, start)

    call, ns = built(build)
    return Work(call, lambda y: inputs.ends(y[0]), 1, ns)


def elementwise():
    def build():
        x = ca.MX.sym("x", inputs.LONG)
        y = ca.sum1(ca.tanh(ca.sin(x) * ca.exp(-x * x) + x))
        return Call(ca.Function("f", [x], [y, ca.gradient(y, x)]), inputs.line(inputs.LONG))

    call, ns = built(build)
    return Work(call, lambda y: [y[0][0], *inputs.ends(y[1])], 1, ns)


def small(operation):
    def build():
        a, b = ca.SX.sym("a", 8), ca.SX.sym("b", 8)
        return Call(ca.Function("f", [a, b], [operation(a, b)]), inputs.A, inputs.B)

    call, ns = built(build)

    def run():
        for _ in range(inputs.OPS):
            call()
        return call.results[0]

    return Work(run, list, inputs.OPS, ns)


serve(
    {"casadi": ca.__version__, "numpy": np.__version__},
    {
        "J1": gradient_descent,
        "J2": newton,
        "J3-nested": nested,
        "J5": chain,
        "J7": network,
        "J8-dense": dense_hessian,
        "J8-sparse": sparse_hessian,
        "J8-product": hessian_vector_product,
        "J9": elementwise,
        "J10-product": lambda: small(lambda a, b: a * b),
        "J10-sine": lambda: small(lambda a, b: ca.sin(a)),
    },
    {"J3-taylor": "no Taylor mode"},
    record,
)
