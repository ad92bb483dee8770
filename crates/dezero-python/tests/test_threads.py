"""Variables, graphs and settings among threads."""

import gc
import threading
import weakref

import numpy as np
import pytest

import dezero
import dezero.functions as F
from dezero import Config, Function, Variable


def scalar(value):
    return Variable(np.array(value))


class Square(Function):
    def forward(self, x):
        return x**2

    def backward(self, gy):
        return 2 * self.inputs[0] * gy


def in_threads(count, work):
    """Runs work(0), work(1), ... at once, and raises what one of them raises."""
    errors = []
    start = threading.Barrier(count)

    def run(number):
        try:
            start.wait()
            work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_threads_compute_with_one_variable():
    x = Variable(np.arange(4.0))
    results = {}

    def work(number):
        for i in range(200):
            own = scalar(float(i))
            y = F.sum(x * own + number)
            y.backward()
            assert own.grad.data == 6.0
            results[number, i] = float(y.data)

    in_threads(3, work)
    for number, i in results:
        assert results[number, i] == 6.0 * i + 4 * number
    assert len(results) == 600


@pytest.mark.parametrize("how", ["contiguous", "strided", "int32"])
def test_threads_compute_with_one_large_variable(how):
    array = np.arange(200_000.0)
    if how == "strided":
        array = array[::2]
    elif how == "int32":
        array = array.astype(np.int32)
    x = Variable(array)
    expected = float(array.sum())

    def work(number):
        for _ in range(20):
            assert x.data[1] == array[1]
            assert float(F.sum(x * 1.0).data) == expected

    in_threads(3, work)


def test_threads_go_back_through_one_graph():
    x = scalar(0.5)
    y = F.sin(x) * x

    def work(number):
        for _ in range(100):
            y.backward()
            y.cleargrad()

    in_threads(2, work)
    once = np.cos(0.5) * 0.5 + np.sin(0.5)
    assert np.isfinite(x.grad.data)
    assert 0 < x.grad.data <= 200 * once * (1 + 1e-9)


def test_a_thread_that_does_not_record_leaves_others_recording():
    x = scalar(2.0)
    outside, inside = threading.Event(), threading.Event()

    def work(number):
        if number == 0:
            with dezero.no_grad():
                inside.set()
                outside.wait()
                assert F.sin(x).creator is None
        else:
            inside.wait()
            try:
                assert F.sin(x).creator is not None
            finally:
                outside.set()

    in_threads(2, work)
    assert Config.enable_backprop


def test_a_graph_made_in_one_thread_is_used_and_dropped_in_another():
    made = []

    def make(number):
        x = scalar(3.0)
        made.append((x, Square()(x) * 1.0))

    in_threads(1, make)
    x, y = made.pop()
    y.backward()
    assert x.grad.data == 6.0
    make(0)
    in_threads(1, lambda number: made.clear())
    assert made == []


def test_two_backwards_through_one_function_at_once():
    """Each sees its inputs in backward, and then the function has those of its last call."""
    first_is_in, second_is_in, first_is_out = (threading.Event() for _ in range(3))
    seen = []

    class Meeting(Function):
        def forward(self, x):
            return x * 1.0

        def backward(self, gy):
            if not first_is_in.is_set():
                first_is_in.set()
                second_is_in.wait()
            else:
                second_is_in.set()
                first_is_out.wait()
            seen.append(self.inputs[0] is x and self.outputs[0]() is y)
            return gy * self.inputs[0]

    x = scalar(3.0)
    f = Meeting()
    y = f(x)

    def work(number):
        if number == 1:
            first_is_in.wait()
        try:
            y.backward()
        finally:
            (first_is_out if number == 0 else second_is_in).set()

    in_threads(2, work)
    assert seen == [True, True]
    other = scalar(5.0)
    z = f(other)
    assert z.creator.inputs[0] is other
    reference = weakref.ref(x)
    del x, y
    gc.collect()
    assert reference() is None


def test_the_collector_runs_while_other_threads_compute():
    before = gc.get_threshold()
    gc.set_threshold(1)
    try:

        def work(number):
            for _ in range(50):
                x = scalar(2.0 + number)
                f = Square()
                f.y = f(x * 1.0)
                f.y.me = f
                f.y.backward(create_graph=True)
                assert x.grad.data == 2 * (2.0 + number)
                assert f.y.data == (2.0 + number) ** 2

        in_threads(4, work)
    finally:
        gc.set_threshold(*before)
