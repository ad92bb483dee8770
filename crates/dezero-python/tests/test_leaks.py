"""What is dropped is gone: Python objects, arrays, and the engine's nodes behind them.

What refers to itself, and goes with the collector, is in `test_cycles.py`.
"""

import gc
import subprocess
import sys
import weakref

import numpy as np
import pytest

import dezero
import dezero.functions as F
from dezero import Function, Variable
from dezero._dezero import live_nodes
from dezero.utils import get_dot_graph


def scalar(value, name=None):
    return Variable(np.array(value), name)


@pytest.fixture
def no_collector():
    """What passes under this is freed by reference counts alone."""
    gc.disable()
    yield
    gc.enable()


class Square(Function):
    def forward(self, x):
        return x**2

    def backward(self, gy):
        return 2 * self.inputs[0] * gy


# Nodes


def test_nodes_are_counted():
    before = live_nodes()
    assert isinstance(before, int)
    x = scalar(1.0)
    y = F.sin(x)
    for _ in range(100):
        y = F.sin(y)
    assert live_nodes() >= before + 100
    del x, y
    assert live_nodes() == before


def loop_of_formulas():
    x = scalar(0.5)
    y = F.tanh(F.exp(x) * x - x / 3.0) ** 2
    y.backward()


def loop_of_arrays():
    x, w = Variable(np.ones((4, 3))), Variable(np.ones((3, 2)))
    y = F.sum(F.relu(F.matmul(x, w))[0]) + F.max(x, axis=1).sum()
    y.backward()


def loop_of_users_functions():
    x = scalar(0.5)
    y = Square()(Square()(x))
    y.backward()


def loop_with_kept_gradients():
    x = scalar(0.5)
    y = F.sin(F.cos(x))
    y.backward(retain_grad=True)


def loop_without_recording():
    with dezero.no_grad():
        F.sin(F.cos(scalar(0.5)))


def loop_of_second_derivatives():
    x = scalar(0.5)
    y = F.sin(x) * Square()(x)
    y.backward(create_graph=True)
    gx = x.grad
    x.cleargrad()
    gx.backward(create_graph=True)


def loop_that_reads_the_graph():
    x = scalar(0.5)
    y = F.sin(F.cos(x) * x)
    get_dot_graph(y)
    waiting = [y]
    while waiting:
        v = waiting.pop()
        if v.creator is not None:
            assert v.creator.outputs[0]() is v
            waiting.extend(v.creator.inputs)


def loop_that_fails_in_forward():
    class Fails(Function):
        def forward(self, x):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Fails()(F.sin(scalar(0.5)))


def loop_that_fails_in_backward():
    class Fails(Function):
        def forward(self, x):
            return x * 1.0

        def backward(self, gy):
            raise ZeroDivisionError

    y = F.sin(Fails()(F.cos(scalar(0.5))))
    with pytest.raises(ZeroDivisionError):
        y.backward()


LOOPS = [value for name, value in list(globals().items()) if name.startswith("loop_")]


@pytest.mark.parametrize("loop", LOOPS)
def test_the_number_of_nodes_returns(loop):
    loop()
    while gc.collect():
        pass
    before = live_nodes()
    for _ in range(50):
        loop()
    while gc.collect():
        pass
    assert live_nodes() == before


@pytest.mark.parametrize(
    "loop",
    [
        loop_of_formulas,
        loop_of_arrays,
        loop_of_users_functions,
        loop_with_kept_gradients,
        loop_without_recording,
        loop_that_reads_the_graph,
    ],
)
def test_first_derivatives_need_no_collector(loop, no_collector):
    loop()
    before = live_nodes()
    for _ in range(20):
        loop()
        assert live_nodes() == before


def test_a_descent_stays_as_large_as_its_first_step(no_collector):
    x = Variable(np.array([0.0, 2.0]))
    counts = []
    for _ in range(30):
        y = 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2
        x.cleargrad()
        y.backward()
        x.data -= 0.001 * x.grad.data
        counts.append(live_nodes())
    assert len(set(counts[1:])) == 1


def test_newtons_method_stays_as_large_as_its_first_step():
    x = scalar(2.0)
    counts = []
    for _ in range(30):
        y = x**4 - 2 * x**2
        x.cleargrad()
        y.backward(create_graph=True)
        gx = x.grad
        x.cleargrad()
        gx.backward()
        x.data -= gx.data / x.grad.data
        gc.collect()
        counts.append(live_nodes())
    assert len(set(counts[1:])) == 1


def test_unchain_backward_frees_what_was_before():
    x = scalar(0.5)
    y = x
    for _ in range(100):
        y = F.sin(y)
    long = live_nodes()
    y.unchain_backward()
    assert live_nodes() <= long - 98


def test_truncated_backpropagation_stays_small():
    w, h = scalar(0.9), scalar(1.0)
    counts = []
    for _ in range(40):
        h = F.tanh(w * h)
        w.cleargrad()
        h.backward()
        h.unchain_backward()
        counts.append(live_nodes())
    assert max(counts[2:]) == min(counts[2:])


def test_a_long_chain_is_dropped_without_recursion():
    y = scalar(0.5)
    for _ in range(200_000):
        y = y + 0.0
    x = scalar(0.5)
    z = x
    for _ in range(50_000):
        z = z * 1.0
    z.backward()
    assert x.grad.data == 1.0


def test_a_long_chain_of_users_functions_is_dropped_without_recursion():
    class Same(Function):
        def forward(self, x):
            return x * 1.0

        def backward(self, gy):
            return gy

    x = scalar(0.5)
    y = x
    for _ in range(20_000):
        y = Same()(y)
    y.backward()
    assert x.grad.data == 1.0


def test_a_long_chain_of_gradients_is_dropped_without_recursion():
    """In a process of its own, which recursion would end."""
    code = """
import numpy as np, dezero
g = dezero.Variable(np.array(1.0))
for _ in range(200_000):
    x = dezero.Variable(np.array(1.0))
    x.grad = g
    g = x
del x, g
print("dropped")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "dropped\n"), done.stderr


# Python objects


def test_variables_die_when_they_are_dropped(no_collector):
    x = scalar(0.5)
    t = F.sin(x)
    y = F.cos(t)
    y.backward()
    references = [weakref.ref(v) for v in (x, t, y)]
    assert all(reference() is not None for reference in references)
    del x, t, y
    assert [reference() for reference in references] == [None, None, None]


def test_a_result_dies_before_its_inputs(no_collector):
    x = scalar(0.5)
    y = weakref.ref(F.sin(x))
    assert y() is None
    z = F.sin(x)
    reference = weakref.ref(z)
    del z
    assert reference() is None
    assert x.data == 0.5


def test_without_recording_inputs_die_before_the_result(no_collector):
    x = scalar(0.5)
    with dezero.no_grad():
        y = F.sin(x)
    reference = weakref.ref(x)
    del x
    assert reference() is None
    assert y.data == np.sin(0.5)


def test_a_users_function_dies_with_its_result(no_collector):
    square = Square()
    y = square(scalar(3.0))
    y.backward()
    reference = weakref.ref(square)
    del square
    assert reference() is y.creator
    del y
    assert reference() is None


def test_arrays_die_with_their_variable(no_collector):
    array = np.ones(1000)
    reference = weakref.ref(array)
    x = Variable(array)
    y = F.sum(x * x)
    y.backward()
    del array
    assert reference() is x.data
    del x, y
    assert reference() is None


def test_arrays_die_when_others_take_their_place(no_collector):
    x = Variable(np.ones(1000))
    y = F.sum(x * x)
    reference = weakref.ref(x.data)
    x.data = np.zeros(1000)
    del y
    assert reference() is None


def test_gradients_die_when_they_are_cleared(no_collector):
    x = scalar(3.0)
    (x * x).backward()
    reference = weakref.ref(x.grad)
    x.cleargrad()
    assert reference() is None
