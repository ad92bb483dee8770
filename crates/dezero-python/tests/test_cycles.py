"""Variables and functions that refer to one another: Python's collector takes those that are not in
use, and only those.

A cycle goes partly through Python (an attribute of a function or a variable) and partly through the
engine (a result holds its creator and its inputs).
"""

import gc
import random
import threading
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


class Square(Function):
    def forward(self, x):
        return x**2

    def backward(self, gy):
        return 2 * self.inputs[0] * gy


def test_a_function_that_keeps_its_output_goes_with_the_collector():
    class Keeps(Function):
        def __call__(self, *inputs):
            self.y = super().__call__(*inputs)
            return self.y

        def forward(self, x):
            return np.sin(x)

        def backward(self, gy):
            return gy * F.cos(self.inputs[0])

    before = live_nodes()
    references = []
    for _ in range(20):
        x = scalar(0.5)
        f = Keeps()
        y = f(x)
        assert f.y is y
        y.backward(create_graph=True)
        references += [weakref.ref(x), weakref.ref(f), weakref.ref(y)]
    del x, f, y
    gc.collect()
    assert all(reference() is None for reference in references)
    assert live_nodes() == before


def test_a_function_that_keeps_its_output_on_the_side():
    f = Square()
    f.y = f(scalar(2.0))
    reference = weakref.ref(f)
    del f
    gc.collect()
    assert reference() is None


def test_a_variable_that_refers_to_itself_goes_with_the_collector():
    before = live_nodes()
    x = scalar(0.5)
    x.me = x
    y = F.sin(x)
    y.me = y
    x.result = y
    references = [weakref.ref(x), weakref.ref(y)]
    del x, y
    gc.collect()
    assert [reference() for reference in references] == [None, None]
    assert live_nodes() == before


def test_a_gradient_with_a_history_is_a_cycle_that_goes():
    x = scalar(0.5)
    y = F.sin(x)
    y.backward(create_graph=True)
    y.gradient = x.grad
    x.grad.of = x
    references = [weakref.ref(x), weakref.ref(y), weakref.ref(x.grad)]
    del x, y
    gc.collect()
    assert [reference() for reference in references] == [None, None, None]


def cycle_through_a_result_further_on():
    f = Square()
    f.y = F.sin(f(scalar(0.5)) * 2.0)


def cycle_with_a_fork():
    f = Square()
    t = f(scalar(0.5))
    f.y = t * t


def cycle_through_two_results():
    f = Square()
    t = f(scalar(0.5))
    f.ys = [F.sin(t), F.cos(t)]


def cycle_through_a_result_and_what_was_made_of_it():
    f = Square()
    f.t = f(scalar(0.5))
    f.y = F.sin(f.t)


def cycle_whose_graph_was_looked_at():
    f = Square()
    y = F.sin(f(scalar(0.5)))
    f.y = y
    assert y.creator.inputs[0].creator is f


def cycle_of_a_chain():
    y = scalar(0.5)
    for _ in range(10):
        f = Square()
        y = f(y)
        f.y = y


def cycle_of_a_long_chain_with_forks():
    y = scalar(0.5)
    keep = []
    for i in range(2000):
        y = F.sin(y) * F.cos(y)
        keep.append(y)
    f = Square()
    f.keep = [f(y), keep]


def cycle_through_a_gradient():
    x = scalar(0.5)
    f = Square()
    y = F.sin(f(x))
    y.backward(create_graph=True)
    z = x.grad * x.grad
    f.x, f.z = x, z


def cycle_among_functions():
    f, g = Square(), Square()
    t = f(scalar(0.5))
    u = g(F.sin(t) + F.cos(t))
    f.friends, g.friends = [u, t], [t, u]


def cycle_through_several_results():
    class Both(Function):
        def forward(self, x):
            return x + 1.0, x * 2.0

        def backward(self, g0, g1):
            return g0 + 2.0 * g1

    f = Both()
    f.ys = [F.sin(y) for y in f(scalar(0.5))] + f(scalar(1.5))


def cycle_of_a_function_applied_twice():
    f = Square()
    f.ys = [f(scalar(0.5)), f(scalar(1.5))]


def cycle_of_a_variable_and_its_result():
    x = scalar(0.5)
    x.y = F.sin(F.cos(x)) * x


def cycle_of_a_creator_and_its_result():
    y = F.sin(F.cos(scalar(0.5)))
    y.creator.result = y


def cycle_of_a_gradient():
    y = scalar(0.5) * 2.0
    y.grad = y


def cycle_of_a_compiled_method():
    class Model:
        def __init__(self):
            self.w = scalar(0.5)
            self.fast = dezero.compile(self.loss, np.ones(3))

        def loss(self, x):
            return F.sum(Square()(x * x))

    model = Model()
    model.y = model.fast(Variable(np.ones(3))) * model.w


def cycle_of_a_compiled_function_and_its_closure():
    def f(x):
        return F.sin(x) if g else x

    g = []
    g.append(dezero.compile(f, np.ones(3)))
    g.append(F.sin(scalar(0.5)))


def cycle_of_an_optimum():
    found = dezero.minimize(lambda x: (x - 1.0) ** 2, 0.0)
    found.x.owner = found
    found.x.y = F.sin(found.x)


CYCLES = [value for name, value in list(globals().items()) if name.startswith("cycle_")]


@pytest.mark.parametrize("cycle", CYCLES)
def test_a_cycle_goes_with_the_collector(cycle):
    gc.collect()
    before = live_nodes()
    for _ in range(5):
        cycle()
    gc.collect()
    assert live_nodes() == before


def test_a_gradient_may_be_the_variable_itself():
    x = scalar(0.5)
    x.grad = x
    assert x.grad is x
    reference = weakref.ref(x)
    del x
    gc.collect()
    assert reference() is None


def test_a_living_graph_is_left_alone_by_the_collector():
    x = scalar(0.5, "x")
    f = Square()
    y = F.sin(f(x * 2.0))
    f.owner = [f, y]
    x.me = x
    del f
    for _ in range(3):
        gc.collect()
    y.backward(create_graph=True)
    assert x.grad.data == pytest.approx(4.0 * np.cos(1.0))
    assert y.creator.inputs[0].creator.owner[1] is y


def random_graph(choose, sizes=12):
    """A computation from variables that refer to one another, and what NumPy makes of the same."""
    start = choose.uniform(0.5, 1.5)
    x = scalar(start)
    variables, slopes = [x], [1.0]
    values = [start]
    for _ in range(sizes):
        i, j = (choose.randrange(len(variables)) for _ in range(2))
        if choose.random() < 0.5:
            f = Square()
            y = f(variables[i])
            f.friends = [choose.choice(variables), f]
            values.append(values[i] ** 2)
            slopes.append(2 * values[i] * slopes[i])
        else:
            sine = F.sin(variables[i])
            sine.friends = [sine]
            y = sine + variables[j]
            values.append(np.sin(values[i]) + values[j])
            slopes.append(np.cos(values[i]) * slopes[i] + slopes[j])
        y.friends = [choose.choice(variables), y]
        variables.append(y)
    return x, variables[-1], values[-1], slopes[-1]


@pytest.mark.parametrize("seed", range(20))
def test_the_collector_takes_nothing_that_is_in_use(seed):
    choose = random.Random(seed)
    graphs = [random_graph(choose) for _ in range(5)]
    x, y, value, slope = graphs.pop(choose.randrange(5))
    del graphs
    gc.collect()
    assert y.data == pytest.approx(value)
    y.backward(create_graph=True)
    gc.collect()
    assert x.grad.data == pytest.approx(slope)
    seen, waiting = set(), [y]
    while waiting:
        v = waiting.pop()
        if v not in seen and v.creator is not None:
            assert type(v.creator).__name__ in ["Square", "Sin", "Add"]
            waiting.extend(v.creator.inputs)
        seen.add(v)
    assert x in seen


@pytest.mark.parametrize("seed", range(5))
def test_the_collector_takes_all_that_is_not_in_use(seed):
    while gc.collect():
        pass
    before = live_nodes()
    choose = random.Random(seed)
    graphs = [random_graph(choose) for _ in range(5)]
    references = [weakref.ref(v) for x, y, *_ in graphs for v in (x, y)]
    del graphs
    # A function that refers to itself is seen once the record that held it is gone, and lets go of others then.
    while gc.collect():
        pass
    assert all(reference() is None for reference in references)
    assert live_nodes() == before


def test_the_collector_may_run_at_any_time():
    choose = random.Random(0)
    before = gc.get_threshold()
    gc.set_threshold(1)
    try:
        for _ in range(20):
            x, y, value, slope = random_graph(choose)
            y.backward(create_graph=True)
            assert y.data == pytest.approx(value)
            assert x.grad.data == pytest.approx(slope)
            get_dot_graph(y)
    finally:
        gc.set_threshold(*before)


class Model:
    """A random computation with random references among its variables and functions, and who keeps whom alive."""

    def __init__(self, seed):
        choose = random.Random(seed)
        self.keeps = {}
        self.objects = {}
        values = [self.variable(scalar(0.5)) for _ in range(2)]
        for _ in range(choose.randrange(1, 15)):
            inputs = [choose.choice(values) for _ in range(choose.choice([1, 2]))]
            xs = [self.objects[x] for x in inputs]
            if len(xs) == 2:
                # A product is one node; so is what is computed in one step only here.
                values.append(self.variable(xs[0] * xs[1], inputs))
            elif choose.random() < 0.5:
                values.append(self.variable(F.sin(xs[0]), inputs))
            else:
                f = Square()
                name = self.add("f", f)
                values.append(self.variable(f(xs[0]), inputs, name))
        names = list(self.objects)
        for name in names:
            for _ in range(choose.choice([0, 0, 1, 2])):
                other = choose.choice(names)
                self.objects[name].__dict__.setdefault("friends", []).append(self.objects[other])
                self.keeps[name].add(other)
        self.references = {name: weakref.ref(it) for name, it in self.objects.items()}
        # Looked at: the creator's object, if it is the engine's, is kept by the variable, and holds its nodes.
        for name in choose.sample(values, choose.randrange(len(values))):
            creator = self.objects[name].creator
            if creator is not None and choose.random() < 0.5:
                creator.note = "seen"
        kept = choose.sample(names, choose.choice([0, 0, 1, 2]) if len(names) > 2 else 0)
        self.kept = {name: self.objects[name] for name in kept}
        del self.objects, xs

    def add(self, kind, it):
        name = f"{kind}{len(self.objects)}"
        self.objects[name] = it
        self.keeps[name] = set()
        return name

    def variable(self, variable, inputs=(), function=None):
        name = self.add("v", variable)
        # The variable keeps its node; the node its function and the nodes of its inputs.
        self.keeps[name] |= {f"node of {name}"}
        self.keeps[f"node of {name}"] = {f"node of {x}" for x in inputs} | ({function} if function else set())
        return name

    def alive(self):
        seen, waiting = set(), list(self.kept)
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting.extend(self.keeps[name])
        return {name for name in seen if not name.startswith("node")}


@pytest.mark.parametrize("first", range(0, 400, 50))
def test_the_collector_takes_exactly_what_is_not_in_use(first):
    for seed in range(first, first + 50):
        model = Model(seed)
        while gc.collect():
            pass
        alive = {name for name, reference in model.references.items() if reference() is not None}
        assert alive == model.alive(), seed


def test_the_collector_works_while_others_compute():
    stop = threading.Event()

    def work():
        x = Variable(np.full(60_000, 0.5))
        while not stop.is_set():
            y = F.sum(Square()(F.sin(x)))
            y.backward(create_graph=True)
            F.sum(x.grad * x.grad).backward()
            x.cleargrad()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for seed in range(100):
            model = Model(seed)
            gc.collect()
            alive = {name for name, reference in model.references.items() if reference() is not None}
            # What others work on meanwhile may hide some that could go.
            assert alive >= model.alive()
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_code_that_runs_when_the_collector_begins_may_use_variables():
    x = scalar(0.5)
    references, kept = [], []

    def callback(phase, info):
        if phase == "start" and references:
            # A new variable, through which what was about to be dropped is in use.
            kept.append(references.pop()().creator.inputs[0])

    gc.callbacks.append(callback)
    try:
        for _ in range(5):
            f = Square()
            t = f(x)
            f.ys = [F.sin(t), F.cos(t)]
            references = [weakref.ref(f.ys[0])]
            del f, t
            gc.collect()
            t = kept.pop()
            assert len(t.creator.ys) == 2 and t.creator.ys[1].creator.inputs[0] is t
    finally:
        gc.callbacks.remove(callback)
    before = live_nodes()
    del t
    gc.collect()
    assert live_nodes() < before


def test_a_deep_record_with_forks_is_dropped_without_recursion():
    y = Square()(scalar(0.5))
    kept = []
    for _ in range(50_000):
        y = F.sin(y) * 0.5
        kept.append(y)
    f = Square()
    f.kept = [kept, f(y)]
    reference = weakref.ref(f)
    del f, y, kept
    gc.collect()
    assert reference() is None


@pytest.mark.parametrize("change", ["creator", "unchain", "unchain_backward", "data", "grad"])
def test_what_a_finalizer_changes_is_seen(change):
    kept = []

    class AtTheEnd:
        def __del__(self):
            kept.append((self.f if change != "creator" else None, self.y.creator))
            if change in ("unchain", "unchain_backward"):
                getattr(self.y, change)()
            elif change == "data":
                self.x.data = None
            elif change == "grad":
                self.x.grad = None

    f = Square()
    f.note = "in use"
    x = scalar(0.5)
    t = f(x)
    y = F.sin(t) * F.cos(t)
    y.backward(create_graph=True)
    end = AtTheEnd()
    end.x, end.y, end.f, f.end = x, y, f, end
    f.ys = [F.exp(t), y]
    del f, t, x, y, end
    gc.collect()
    function, creator = kept.pop()
    if function is None:
        function = creator.inputs[0].creator.inputs[0].creator
    assert function.note == "in use" and len(function.ys) == 2


def test_a_variable_that_is_got_hold_of_while_its_garbage_is_cleared_is_whole():
    kept = []
    array = np.zeros(3)
    shared = [array]
    y = F.sin(scalar(0.5))
    z = F.cos(y)
    weakref.finalize(array, lambda: kept.append(z.creator.inputs[0]))
    y.shared, y.me = shared, y
    shared.append(y)
    del shared, array, y
    gc.collect()
    assert kept[0].data == np.sin(0.5) and z.creator.inputs[0] is kept[0]
