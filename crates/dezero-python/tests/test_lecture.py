"""What a lecture on the book's chapters 5 and 6 shows: graphs as DOT, Taylor series, minima, and
derivatives of higher order, with the outputs that it prints."""

import math
import shutil
import warnings

import numpy as np
import pytest
from dot_text import parse, with_numbered_nodes
from numpy.polynomial import Polynomial

import dezero.functions as F
from dezero import Function, Variable
from dezero.utils import _dot_func, _dot_var, get_dot_graph, plot_dot_graph


def scalar(value, name=None):
    return Variable(np.array(value), name)


def derivatives(y, x, orders):
    """y', y'', ... at x, each by backward of the one before."""
    y.backward(create_graph=True)
    values = []
    for _ in range(orders):
        gx = x.grad
        values.append(gx.data)
        x.cleargrad()
        gx.backward(create_graph=True)
    return values


# Graphs as DOT text


def test_an_id_belongs_to_one_object():
    a, b = scalar(5.0), scalar(10.0)
    assert id(a) != id(b)
    b = a
    assert id(b) == id(a)
    assert id((a * 2).creator.inputs[0]) == id(a)


def test_dot_var_has_the_name_and_on_request_shape_and_dtype():
    x = Variable(np.random.randn(2, 3))
    assert _dot_var(x) == f'{id(x)} [label="", color=orange, style=filled]\n'
    x.name = "x"
    assert _dot_var(x) == f'{id(x)} [label="x", color=orange, style=filled]\n'
    assert _dot_var(x, verbose=True) == f'{id(x)} [label="x: (2, 3) float64", color=orange, style=filled]\n'
    x.name = None
    assert f'[label="(2, 3) float64", ' in _dot_var(x, verbose=True)
    assert ' [label="", ' in _dot_var(Variable(None), verbose=True)


def test_dot_func_has_an_edge_for_each_input_and_output():
    x0, x1 = scalar(1.0), scalar(1.0)
    y = x0 + x1
    add = y.creator
    assert type(add).__name__ == "Add"
    assert add.__class__.__name__ == "Add"
    assert _dot_func(add) == (
        f'{id(add)} [label="Add", color=lightblue, style=filled, shape=box]\n'
        f"{id(x0)} -> {id(add)}\n{id(x1)} -> {id(add)}\n{id(add)} -> {id(y)}\n"
    )


def test_dot_func_of_a_function_of_ones_own():
    class Halves(Function):
        def forward(self, x):
            return x / 2, x / 2

    x = scalar(1.0)
    left, right = Halves()(x)
    f = left.creator
    assert _dot_func(f) == (
        f'{id(f)} [label="Halves", color=lightblue, style=filled, shape=box]\n'
        f"{id(x)} -> {id(f)}\n{id(f)} -> {id(left)}\n{id(f)} -> {id(right)}\n"
    )


def test_get_dot_graph_of_a_sum():
    x0, x1 = scalar(1.0), scalar(1.0)
    y = x0 + x1
    x0.name, x1.name, y.name = "x0", "x1", "y"
    text = get_dot_graph(y, verbose=False)
    assert not text.endswith("\n")
    assert with_numbered_nodes(text) == [
        "digraph g {",
        '1 [label="y", color=orange, style=filled]',
        '2 [label="Add", color=lightblue, style=filled, shape=box]',
        "3 -> 2",
        "4 -> 2",
        "2 -> 1",
        '3 [label="x0", color=orange, style=filled]',
        '4 [label="x1", color=orange, style=filled]',
        "}",
    ]
    assert '[label="y: () float64", ' in get_dot_graph(y)


def test_every_input_is_followed_not_only_the_last():
    x0, x1 = scalar(1.0), scalar(2.0)
    y = F.exp(F.sin(x0)) * x1
    _, functions, _ = parse(get_dot_graph(y))
    assert sorted(functions.values()) == ["Exp", "Mul", "Sin"]


def test_the_edges_are_those_of_a_walk_over_creators():
    x0, x1 = scalar(0.5, "x0"), scalar(2.0, "x1")
    middle = x0 * x1
    middle.name = "middle"
    y = F.sin(middle) + F.tanh(middle) * x0

    expected = []
    waiting, seen = [y.creator], set()
    while waiting:
        f = waiting.pop()
        if f in seen:
            continue
        seen.add(f)
        function = type(f).__name__
        for x in f.inputs:
            expected.append((x.name or "", function))
            if x.creator is not None:
                waiting.append(x.creator)
        expected += [(function, output().name or "") for output in f.outputs]
    assert len(seen) == 5
    variables, functions, edges = parse(get_dot_graph(y, verbose=False))
    labels = variables | functions
    assert sorted((labels[start], labels[end]) for start, end in edges) == sorted(expected)


def test_variables_that_nobody_holds_have_an_id_each():
    x = scalar(0.1)
    y = x
    for _ in range(300):
        y = F.sin(y)
    variables, functions, edges = parse(get_dot_graph(y))
    assert len(variables) == 301
    assert len(functions) == 300
    assert len(set(edges)) == 600


def test_plot_dot_graph_draws_into_graphs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")
    assert shutil.which("dot") is None
    x0, x1 = scalar(1.0, "x0"), scalar(1.0, "x1")
    y = x0 + x1
    y.name = "y"
    plot_dot_graph(y, verbose=False, to_file="sample.png")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["graphs"]
    graphs = tmp_path / "graphs"
    assert sorted(path.name for path in graphs.iterdir()) == ["sample.dot", "sample.png"]
    assert (graphs / "sample.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    text = (graphs / "sample.dot").read_text()
    assert with_numbered_nodes(text) == with_numbered_nodes(get_dot_graph(y, verbose=False))


@pytest.mark.parametrize(
    ("name", "beginning"), [("tanh.svg", b"<svg"), ("tanh.pdf", b"%PDF-"), ("tanh.png", b"\x89PNG")]
)
def test_plot_dot_graph_goes_by_the_extension(name, beginning, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "graphs").mkdir()
    plot_dot_graph(F.tanh(scalar(1.0)), to_file=name)
    assert beginning in (tmp_path / "graphs" / name).read_bytes()[:200]


def test_plot_dot_graph_has_a_name_of_its_own_to_draw_to(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plot_dot_graph(F.tanh(scalar(1.0)))
    assert (tmp_path / "graphs" / "graph.png").exists()


def test_plot_dot_graph_leaves_a_name_with_a_folder_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plot_dot_graph(F.tanh(scalar(1.0)), to_file=str(tmp_path / "here.svg"))
    assert (tmp_path / "here.svg").exists()
    assert not (tmp_path / "graphs").exists()


# Taylor series


def test_the_maclaurin_coefficients_of_the_sine():
    x = scalar(0.0)
    found = [0.0, *derivatives(F.sin(x), x, 6)]
    assert [value + 0.0 for value in found] == [0, 1, 0, -1, 0, 1, 0]


def test_a_taylor_polynomial_is_nearer_with_more_terms():
    at = np.pi / 4
    errors = []
    for terms in range(1, 7):
        x = scalar(at)
        y = 0
        for i in range(terms):
            y = y + (-1) ** i / math.factorial(2 * i + 1) * x ** (2 * i + 1)
        y.backward()
        errors.append(abs(y.data - np.sin(at)) + abs(x.grad.data - np.cos(at)))
    assert errors == sorted(errors, reverse=True)
    assert errors[0] > 0.3
    assert errors[-1] < 1e-8


# Minima

DESCENT_BEGINS = """\
variable(0.0) variable(2.0)
variable(0.002) variable(1.6)
variable(0.0052759968) variable(1.2800008)
variable(0.009966698110960038) variable(1.0240062072284468)
variable(0.01602875299014943) variable(0.8192248327970044)
variable(0.02324750923068761) variable(0.6554312504220874)
variable(0.031290846214210376) variable(0.5244530896747561)
variable(0.039780241951514035) variable(0.41975829515116514)
variable(0.04835473570612382) variable(0.3361231296508763)
variable(0.05671405943493354) variable(0.26936613981374286)
variable(0.06463840226323121) variable(0.2161362087585121)
variable(0.07198937826156711) variable(0.17374459161623834)
variable(0.07869927242171229) variable(0.14003216740948807)
variable(0.08475507379959696) variable(0.11326444902353183)
variable(0.0901819257435144) variable(0.0920482437257805)
variable(0.09502862514911821) variable(0.07526515092678615)
""".splitlines()

DESCENT_ENDS = """\
variable(0.6819443731033584) variable(0.46352927246942793)
variable(0.6821661743620994) variable(0.46383304357700883)
variable(0.6823877273433749) variable(0.4641365727503715)
variable(0.6826090325042565) variable(0.46443986028606843)
variable(0.6828300903005774) variable(0.46474290648013417)
variable(0.683050901186937) variable(0.4650457116280863)
variable(0.6832714656167057) variable(0.4653482760249264)
variable(0.6834917840420289) variable(0.46565059996514135)
""".splitlines()


def rosenbrock(x0, x1, a=1, b=100):
    return b * (x1 - x0**2) ** 2 + (a - x0) ** 2


def test_gradient_descent_on_rosenbrock_prints_its_way():
    x0, x1 = scalar(0.0), scalar(2.0)
    rate = 0.001
    lines = []
    for _ in range(1000):
        lines.append(f"{x0} {x1}")
        y = rosenbrock(x0, x1)
        x0.cleargrad()
        x1.cleargrad()
        y.backward()
        x0.data -= rate * x0.grad.data
        x1.data -= rate * x1.grad.data
    assert lines[:16] == DESCENT_BEGINS
    assert lines[-8:] == DESCENT_ENDS


@pytest.mark.parametrize(("a", "b"), [(1, 100), (2, 3)])
def test_rosenbrock_is_flat_at_its_minimum(a, b):
    x0, x1 = scalar(float(a)), scalar(float(a**2))
    y = rosenbrock(x0, x1, a, b)
    y.backward()
    assert y.data == 0
    assert x0.grad.data == 0 and x1.grad.data == 0


NEWTON = [
    "variable(2.0)",
    "variable(1.4545454545454546)",
    "variable(1.1510467893775467)",
    "variable(1.0253259289766978)",
    "variable(1.0009084519430513)",
    "variable(1.0000012353089454)",
    "variable(1.000000000002289)",
    "variable(1.0)",
    "variable(1.0)",
    "variable(1.0)",
]


def test_newton_jumps_to_where_the_slope_of_the_parabola_is_zero():
    x = scalar(2.0)
    way = []
    for _ in range(10):
        way.append(str(x))
        x.cleargrad()
        gx, gx2 = derivatives(x**4 - 2 * x**2, x, 2)
        x.data -= gx / gx2
    assert way == NEWTON


# Derivatives of higher order


def test_forward_gets_arrays_and_backward_gets_variables():
    kinds = []

    class Sin(Function):
        def forward(self, x):
            kinds.append(type(x))
            return np.sin(x)

        def backward(self, gy):
            kinds.append(type(gy))
            (x,) = self.inputs
            return gy * F.cos(x)

    x = scalar(1.0)
    y = Sin()(x)
    y.backward()
    assert kinds == [np.ndarray, Variable]
    assert isinstance(x.data, np.ndarray)
    assert isinstance(x.grad, Variable)


def test_the_gradient_of_the_sine_is_a_graph_of_its_own():
    x = scalar(1.0, "x")
    y = F.sin(x)
    y.backward(create_graph=True)
    gx = x.grad
    _, functions, _ = parse(get_dot_graph(gx))
    assert sorted(functions.values()) == ["Cos", "Mul"]
    (cos,) = [v.creator for v in gx.creator.inputs if v.creator is not None]
    assert cos.inputs[0] is x


def test_a_numpy_function_of_a_variable_in_backward_is_never_silently_wrong():
    """`gy * np.cos(x)` is how the derivative is noted down; as code NumPy computes it."""

    class Sin(Function):
        def forward(self, x):
            return np.sin(x)

        def backward(self, gy):
            (x,) = self.inputs
            return gy * np.cos(x)

    x = scalar(1.0)
    y = Sin()(x)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            y.backward(create_graph=True)
            first = x.grad
            x.cleargrad()
            first.backward()
        except (TypeError, RuntimeError):
            return
    assert first.data == pytest.approx(np.cos(1.0))
    assert caught or (x.grad is not None and x.grad.data == pytest.approx(-np.sin(1.0)))


def test_the_derivatives_of_the_sine_take_turns():
    x = scalar(1.0)
    found = derivatives(F.sin(x), x, 4)
    expected = [np.cos(1.0), -np.sin(1.0), -np.cos(1.0), np.sin(1.0)]
    assert found == expected
    assert str(Variable(found[1])) == "variable(-0.8414709848078965)"


def test_tanh_is_its_quotient_of_exponentials():
    x = Variable(np.linspace(-3, 3, 7))
    by_exponentials = (F.exp(x) - F.exp(-x)) / (F.exp(x) + F.exp(-x))
    by_exponentials.backward()
    slope, x.grad = x.grad.data, None
    y = F.tanh(x)
    y.backward()
    np.testing.assert_allclose(y.data, by_exponentials.data, rtol=1e-14)
    np.testing.assert_allclose(x.grad.data, slope, rtol=1e-11)
    np.testing.assert_allclose(x.grad.data, 1 - y.data**2, rtol=1e-14)


@pytest.mark.parametrize("at", [1.0, -0.3, 0.0])
def test_the_derivatives_of_tanh(at):
    # With t = tanh(x) each derivative is a polynomial in t: (p(t))' = p'(t) (1 - t^2).
    polynomial, one_less_square = Polynomial([0, 1]), Polynomial([1, 0, -1])
    x = scalar(at)
    for found in derivatives(F.tanh(x), x, 7):
        polynomial = polynomial.deriv() * one_less_square
        assert found == pytest.approx(polynomial(np.tanh(at)), rel=1e-9, abs=1e-9)


def test_the_graphs_of_the_derivatives_of_tanh_grow():
    x = scalar(1.0, "x")
    y = F.tanh(x)
    y.name = "y"
    y.backward(create_graph=True)
    sizes = []
    for order in range(1, 6):
        gx = x.grad
        gx.name = f"gx{order}"
        variables, functions, _ = parse(get_dot_graph(gx, verbose=False))
        assert {"x", "y", gx.name} <= set(variables.values())
        assert {"Tanh", "Mul"} <= set(functions.values())
        sizes.append(len(functions))
        x.cleargrad()
        gx.backward(create_graph=True)
    assert sizes == sorted(set(sizes))


def test_backward_of_an_expression_of_a_gradient():
    x = scalar(2.0)
    y = x**2
    y.backward(create_graph=True)
    gx = x.grad
    x.cleargrad()
    z = gx**3 + y
    z.backward()
    assert str(x.grad) == "variable(100.0)"
