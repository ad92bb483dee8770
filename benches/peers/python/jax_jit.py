"""JAX on the CPU: functions are traced and compiled by XLA once (told apart), then called."""

import time

import jax

jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.experimental.jet import jet

import inputs
from protocol import Work, serve


def compiled(f, *arguments, numbers=list, units=1, note=None):
    """The work of calling the compiled function; tracing, compiling and the first call are told apart."""
    f = jax.jit(f)

    def run():
        return jax.block_until_ready(f(*arguments))

    start = time.perf_counter_ns()
    run()
    return Work(run, numbers, units, time.perf_counter_ns() - start, note)


def gradient_descent():
    def rosenbrock(x0, x1):
        return 100 * (x1 - x0**2) ** 2 + (1 - x0) ** 2

    def step(_, x):
        gradient = jax.grad(rosenbrock, argnums=(0, 1))(*x)
        return tuple(x - inputs.LR * g for x, g in zip(x, gradient))

    x = (jnp.array(0.0), jnp.array(2.0))
    descend = lambda x: lax.fori_loop(0, inputs.STEPS, step, x)
    return compiled(descend, x, units=inputs.STEPS, note="the loop is compiled, too")


def newton():
    def f(x):
        return x**4 - 2 * x**2

    def descend(x):
        step = lambda _, x: x - jax.grad(f)(x) / jax.grad(jax.grad(f))(x)
        return (lax.fori_loop(0, inputs.NEWTON_STEPS, step, x),)

    return compiled(descend, jnp.array(2.0), units=inputs.NEWTON_STEPS, note="the loop is compiled, too")


def nested():
    def derivatives(x):
        f, all = jnp.tanh, []
        for _ in range(inputs.ORDER):
            f = jax.grad(f)
            all.append(f(x))
        return jnp.stack(all)

    return compiled(derivatives, jnp.array(1.0))


def taylor():
    factorials = np.cumprod([1.0, *range(1, inputs.ORDER + 1)])

    def series(x):
        direction = [jnp.ones(())] + [jnp.zeros(())] * (inputs.ORDER - 1)
        value, derivatives = jet(jnp.tanh, (x,), (direction,))
        return jnp.stack([value, *derivatives]) / factorials

    return compiled(series, jnp.array(1.0), note="jax.experimental.jet")


def chain():
    def f(x):
        pair = lambda y, _: (y * inputs.FACTOR + inputs.SUMMAND, None)
        return lax.scan(pair, x, length=inputs.CHAIN // 2)[0]

    note = "a loop by lax.scan: 300,000 recorded operations take too long to compile"
    return compiled(jax.value_and_grad(f), jnp.array(2.0), units=inputs.CHAIN, note=note)


def network():
    at = inputs.points()
    layers = [tuple(map(jnp.array, layer)) for layer in inputs.network()]
    x, source = jnp.array(at), jnp.array(inputs.source(at))

    def net(layers, x):
        h = x
        for w, b in layers[:-1]:
            h = jnp.tanh(h @ w + b)
        return h @ layers[-1][0] + layers[-1][1]

    def loss(layers):
        def twice(d):
            direction = jnp.zeros_like(x).at[:, d].set(1.0)
            along = lambda x: jax.jvp(lambda x: net(layers, x), (x,), (direction,))[1]
            return jax.jvp(along, (x,), (direction,))[1]

        return jnp.mean((twice(0) + twice(1) + source) ** 2)

    def numbers(step):
        value, gradients = step
        return [value] + [(np.asarray(w) ** 2).sum() for w, _ in gradients]

    return compiled(jax.value_and_grad(loss), layers, numbers=numbers, note="Laplacian by jvp of jvp")


def rosenbrock(x):
    a, b = x[:-1], x[1:]
    return (100 * (b - a**2) ** 2 + (1 - a) ** 2).sum()


def dense_hessian():
    x = jnp.array(inputs.start(inputs.DENSE))
    return compiled(jax.hessian(rosenbrock), x, numbers=lambda h: inputs.corners(np.asarray(h)))


def hessian_vector_product():
    x = jnp.array(inputs.start(inputs.LONG))
    product = lambda x, v: jax.jvp(jax.grad(rosenbrock), (x,), (v,))[1]
    return compiled(product, x, x, numbers=lambda v: inputs.ends(np.asarray(v)))


def elementwise():
    def f(x):
        return jnp.tanh(jnp.sin(x) * jnp.exp(-x * x) + x).sum()

    def numbers(both):
        return [both[0]] + inputs.ends(np.asarray(both[1]))

    return compiled(jax.value_and_grad(f), jnp.array(inputs.line(inputs.LONG)), numbers=numbers)


def small(operation, a=inputs.A, b=inputs.B):
    a, b = jnp.array(a), jnp.array(b)
    operation = jax.jit(operation)

    def run():
        for _ in range(inputs.OPS):
            y = operation(a, b)
        return jax.block_until_ready(y)

    start = time.perf_counter_ns()
    jax.block_until_ready(operation(a, b))
    ns = time.perf_counter_ns() - start
    return Work(run, jnp.ravel, inputs.OPS, ns, "a compiled function of one operation")


serve(
    {"jax": jax.__version__, "numpy": np.__version__},
    {
        "J1": gradient_descent,
        "J2": newton,
        "J3-nested": nested,
        "J3-taylor": taylor,
        "J5": chain,
        "J7": network,
        "J8-dense": dense_hessian,
        "J8-product": hessian_vector_product,
        "J9": elementwise,
        "J10-product": lambda: small(lambda a, b: a * b),
        "J10-sine": lambda: small(lambda a, b: jnp.sin(a)),
        "J10-scalar": lambda: small(lambda a, b: a * b, inputs.A[0], inputs.B[0]),
    },
    {"J8-sparse": "no sparse Hessians"},
)
