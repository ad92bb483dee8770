"""Ctrl-C in long work, and the end of the interpreter while other threads work: each in a process of its own."""

import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import dezero
import dezero.functions as F

BEGINNING = """
import os, signal, threading, time
import numpy as np
import dezero
import dezero.functions as F
from dezero import Function, Variable

def chain(x, length):
    for _ in range(length):
        x = F.sin(x)
    return x

def interrupted(work):
    # The work is repeated, so that it is under way when the signal comes, on any machine.
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        while True:
            work()
    except KeyboardInterrupt:
        print("interrupted")
"""


def run(script):
    return subprocess.run(
        [sys.executable, "-c", BEGINNING + textwrap.dedent(script)], capture_output=True, text=True, timeout=300
    )


# Each takes far longer than anybody would wait: that the process ends at all shows that it was stopped.
LONG = {
    "backward on numbers": """
        y = chain(Variable(np.array(0.5)), 200_000)
        interrupted(y.backward)
    """,
    "backward on arrays": """
        x = Variable(np.full(100_000, 0.5))
        y = chain(x, 200)
        class Endless(Function):
            def forward(self, x):
                return x
            def backward(self, gy):
                for _ in range(10**9):
                    y.backward()
        z = Endless()(x)
        interrupted(z.backward)
    """,
    "one backward": """
        x = Variable(np.full((300, 300), 1e-3))
        y = x
        for _ in range(300):
            y = F.matmul(y, x)
        interrupted(y.backward)
    """,
    "hessian": """
        f = lambda x: F.sum(F.sin(x) * F.sum(F.exp(x)))
        interrupted(lambda: dezero.hessian(f, np.ones(20_000)))
    """,
    "minimize": """
        f = lambda x: F.sum((x - 1.0) ** 4)
        interrupted(lambda: dezero.minimize(f, np.zeros(3), method="gd", lr=1e-12, iterations=10**12))
    """,
    "minimize, compiled": """
        f = lambda x: F.sum((x - 1.0) ** 4)
        interrupted(lambda: dezero.minimize(f, np.zeros(3), method="gd", lr=1e-12, iterations=10**12, compile=True))
    """,
}


@pytest.mark.parametrize("script", LONG.values(), ids=LONG.keys())
def test_ctrl_c_stops(script):
    done = run(script)
    assert (done.stdout, done.returncode) == ("interrupted\n", 0), done.stderr


def test_an_interrupted_backward_can_be_done_again():
    done = run("""
        x = Variable(np.array(0.5))
        y = chain(x, 2_000_000)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        threading.Timer(0.01, os.kill, [os.getpid(), signal.SIGINT]).start()
        try:
            while True:
                x.cleargrad()
                y.backward()
        except KeyboardInterrupt:
            pass
        x.cleargrad()
        z = chain(x, 3)
        z.backward(create_graph=True)
        assert np.isclose(x.grad.data, np.cos(0.5) * np.cos(np.sin(0.5)) * np.cos(np.sin(np.sin(0.5))))
        print("again")
    """)
    assert (done.stdout, done.returncode) == ("again\n", 0), done.stderr


# A signal handler that raises something else.
def test_what_a_handler_raises_comes_out():
    done = run("""
        class Enough(Exception):
            pass
        def handler(number, frame):
            raise Enough("of this")
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        try:
            dezero.hessian(lambda x: F.sum(F.sin(x) * F.sum(F.exp(x))), np.ones(20_000))
        except Enough as error:
            print(error)
    """)
    assert (done.stdout, done.returncode) == ("of this\n", 0), done.stderr


# What daemon threads do when the interpreter ends.
WORK = {
    "minimize": 'dezero.minimize(lambda x: F.sum((x - 1.0) ** 4), np.zeros(3), method="gd", lr=1e-12, iterations=10**9)',
    "hessian": "dezero.hessian(lambda x: F.sum(F.sin(x) * F.sum(F.exp(x))), np.ones(50))",
    "backward": "own.backward()",
    "operations": "F.sum(large * large)",
}


@pytest.mark.parametrize("work", WORK.values(), ids=WORK.keys())
def test_the_interpreter_ends_while_daemon_threads_work(work):
    script = f"""
        class Own(Function):
            def forward(self, x):
                return x + 0.0
            def backward(self, gy):
                return gy * 1.0
        own = Variable(np.array(0.5))
        for _ in range(100):
            own = Own()(own)
        large = Variable(np.ones(200_000))
        def work():
            while True:
                {work}
        for _ in range(3):
            threading.Thread(target=work, daemon=True).start()
        time.sleep(0.2)
        print("bye")
    """
    for _ in range(3):
        done = run(script)
        assert (done.stdout, done.stderr, done.returncode) == ("bye\n", "", 0)


def test_a_handler_may_compute_with_variables():
    done = run("""
        x = Variable(np.array(0.5))
        y = chain(x, 300_000)
        y.backward()
        slope = x.grad.data
        handled = []
        def handler(number, frame):
            v = Variable(np.array(1.0))
            w = F.tanh(v)
            w.backward(create_graph=True)
            gv = v.grad
            v.cleargrad()
            gv.backward()
            handled.append(float(v.grad.data))
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
        while len(handled) < 20:
            x.cleargrad()
            y.backward()
            assert x.grad.data == slope
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        assert np.allclose(handled, -0.6397000084492246)
        print("handled")
    """)
    assert (done.stdout, done.returncode) == ("handled\n", 0), done.stderr


def test_no_interrupt_is_swallowed():
    done = run("""
        class Own(Function):
            def forward(self, x):
                return np.sin(x)
            def backward(self, gy):
                return gy * F.cos(self.inputs[0])
        x = Variable(np.array(0.5))
        def work():
            y = x
            for _ in range(30):
                y = Own()(F.sin(y))
                repr(y)
            y.backward(create_graph=True)
            gx = x.grad
            x.cleargrad()
            gx.backward()
            x.cleargrad()
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        chance = np.random.default_rng(0)
        for _ in range(100):
            try:
                # One signal each: if it is lost, this does not end.
                signal.setitimer(signal.ITIMER_REAL, 0.001 + 0.02 * chance.random())
                while True:
                    work()
            except KeyboardInterrupt:
                x.cleargrad()
        print("ended")
    """)
    assert (done.stdout, done.returncode) == ("ended\n", 0), done.stderr


@pytest.mark.parametrize("exception", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("call", [1, 2, 3, 4])
def test_compile_lets_through_what_is_no_error(exception, call):
    calls = []

    def f(x):
        calls.append(x)
        if len(calls) == call:
            raise exception
        return F.sum(F.sin(x))

    with pytest.raises(exception):
        dezero.compile(f, np.ones(3))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_goes_on():
    done = run("""
        class Square(Function):
            def forward(self, x):
                return x**2
            def backward(self, gy):
                return 2 * self.inputs[0] * gy
        large = np.ones(1_000_000)
        fast = dezero.compile(lambda x: F.sum(F.sin(x) * F.exp(x)), large)
        expected = fast(large).data
        def work():
            while True:
                dezero.minimize(lambda x: F.sum((x - 1.0) ** 4), np.zeros(3), method="gd", lr=1e-12, iterations=10**6)
        threading.Thread(target=work, daemon=True).start()
        time.sleep(0.1)
        child = os.fork()
        if child == 0:
            import gc
            gc.collect()
            before = dezero._dezero.live_nodes()
            for _ in range(5):
                f = Square()
                t = f(Variable(np.array(0.5)))
                f.ys = [F.sin(t), F.cos(t)]
            del f, t
            gc.collect()
            good = dezero._dezero.live_nodes() == before and fast(large).data == expected
            os._exit(0 if good else 1)
        print(os.waitpid(child, 0)[1])
    """)
    assert (done.stdout, done.returncode) == ("0\n", 0), done.stderr
