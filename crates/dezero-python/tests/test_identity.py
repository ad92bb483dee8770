"""The graph as Python objects: which object is which, and functions of the user's in it."""

import numpy as np
import pytest

import dezero
import dezero.functions as F
from dezero import Function, Parameter, Variable, as_array, as_variable


def scalar(value, name=None):
    return Variable(np.array(value), name)


# Variables and creators


def test_inputs_and_outputs_are_the_users_own_objects():
    x0, x1 = scalar(2.0), scalar(3.0)
    y = x0 * x1
    assert y.creator is y.creator
    assert y.creator.inputs[0] is x0
    assert y.creator.inputs[1] is x1
    assert len(y.creator.inputs) == 2
    assert y.creator.outputs[0]() is y
    assert len(y.creator.outputs) == 1
    assert x0.creator is None


def test_one_variable_twice_is_one_object_twice():
    x = scalar(2.0)
    first, second = (x * x).creator.inputs
    assert first is x and second is x


def test_what_lies_between_is_one_object_however_reached():
    x = scalar(0.5)
    t = F.sin(x)
    y0, y1 = F.cos(t), F.exp(t)
    assert y0.creator.inputs[0] is y1.creator.inputs[0] is t
    y = F.tanh(F.cos(F.sin(x)))
    first = y.creator.inputs[0]
    assert y.creator.inputs[0] is first
    assert first.creator is y.creator.inputs[0].creator
    assert first.creator.inputs[0].creator.inputs[0] is x


def test_two_calls_have_two_creators():
    x = scalar(1.0)
    assert F.sin(x).creator is not F.sin(x).creator
    y0, y1 = F.sin(x), F.sin(x)
    assert y0.creator != y1.creator
    assert len({y0.creator, y1.creator, y0.creator}) == 2


@pytest.mark.parametrize(
    ("compute", "name"),
    [
        (lambda x: x + 1.0, "Add"),
        (lambda x: x - 1.0, "Sub"),
        (lambda x: 1.0 - x, "Sub"),
        (lambda x: x * 2.0, "Mul"),
        (lambda x: x / 2.0, "Div"),
        (lambda x: 2.0 / x, "Div"),
        (lambda x: -x, "Neg"),
        (lambda x: x**3, "Pow"),
        (F.sin, "Sin"),
        (F.cos, "Cos"),
        (F.tanh, "Tanh"),
        (F.exp, "Exp"),
        (F.log, "Log"),
        (lambda x: F.reshape(x, (4,)), "Reshape"),
        (F.transpose, "Transpose"),
        (lambda x: x.T, "Transpose"),
        (F.sum, "Sum"),
        (lambda x: F.sum_to(x, (1, 2)), "SumTo"),
        (lambda x: F.broadcast_to(x, (3, 2, 2)), "BroadcastTo"),
        (lambda x: F.matmul(x, x), "MatMul"),
        (lambda x: x[0], "GetItem"),
        (F.max, "Max"),
        (F.min, "Min"),
        (lambda x: F.clip(x, 0.0, 1.0), "Clip"),
        (F.sigmoid, "Sigmoid"),
        (F.relu, "ReLU"),
    ],
)
def test_a_creator_is_a_function_of_the_name_that_dezero_has(compute, name):
    y = compute(Variable(np.array([[0.5, 1.5], [2.5, 3.5]])))
    assert type(y.creator).__name__ == name
    assert y.creator.__class__.__name__ == name
    assert isinstance(y.creator, Function)


@pytest.mark.parametrize(("cls", "function"), [(F.Sin, np.sin), (F.Exp, np.exp), (F.Tanh, np.tanh)])
def test_a_function_is_a_class_that_can_be_called(cls, function):
    x = scalar(0.5)
    y = cls()(x)
    assert y.data == pytest.approx(function(0.5), rel=1e-15)
    assert type(y.creator) is cls
    y.backward()
    assert x.grad is not None


def test_backward_of_a_built_in_creator_can_be_called_by_hand():
    x0, x1 = scalar(2.0), scalar(5.0)
    gx0, gx1 = (x0 * x1).creator.backward(scalar(10.0))
    assert (gx0.data, gx1.data) == (50.0, 20.0)
    gx = F.sin(x0).creator.backward(scalar(3.0))
    assert gx.data == 3.0 * np.cos(2.0)


def test_a_variable_is_itself_for_comparison_and_in_sets():
    x, same_value = scalar(1.0), scalar(1.0)
    assert x == x
    assert x != same_value
    assert len({x, same_value, x}) == 2
    assert as_variable(x) is x


def test_a_reference_to_an_output_that_is_gone_is_none():
    y = F.sin(scalar(1.0))
    creator = y.creator
    assert creator.outputs[0]() is y
    del y
    assert creator.outputs[0]() is None


def test_generations_count_the_functions_on_the_longest_way():
    x = scalar(1.0)
    t = F.sin(F.cos(x))
    y = x + t
    assert (x.generation, t.generation, y.generation) == (0, 2, 3)
    assert y.creator.generation == 2


def test_names_and_attributes_stay_with_the_variable_in_the_graph():
    x = scalar(1.0, "x")
    t = F.sin(x)
    t.name = "t"
    t.note = "seen"
    y = F.cos(t)
    assert y.creator.inputs[0].name == "t"
    assert y.creator.inputs[0].note == "seen"
    del t, x
    assert y.creator.inputs[0].name == "t"
    assert y.creator.inputs[0].note == "seen"
    assert y.creator.inputs[0].creator.inputs[0].name == "x"


def test_a_name_given_on_the_way_through_the_graph_stays():
    y = F.cos(F.sin(scalar(1.0)))
    y.creator.inputs[0].name = "middle"
    assert y.creator.inputs[0].name == "middle"


def test_a_parameter_stays_a_parameter():
    p = Parameter(np.array(2.0), name="weight")
    assert isinstance(p, Variable)
    y = p**2
    assert type(y) is Variable
    assert type(y.creator.inputs[0]) is Parameter
    del p
    assert type(y.creator.inputs[0]) is Parameter
    assert y.creator.inputs[0].name == "weight"


# Gradients


def test_grad_is_one_object_until_it_is_replaced():
    x = scalar(3.0)
    y = x**2
    y.backward()
    assert x.grad is x.grad
    first = x.grad
    x.cleargrad()
    assert x.grad is None
    assert first.data == 6.0
    mine = scalar(7.0)
    x.grad = mine
    assert x.grad is mine


def test_backward_begins_with_the_gradient_that_is_set():
    x = Variable(np.ones(3))
    y = x * 2.0
    y.grad = Variable(np.array([1.0, 10.0, 100.0]))
    y.backward()
    assert x.grad.data.tolist() == [2.0, 20.0, 200.0]


def test_backward_twice_adds():
    x = scalar(3.0)
    y = x**2
    y.backward()
    y.backward()
    assert x.grad.data == 12.0


def test_gradients_between_are_kept_on_request():
    x = scalar(2.0)
    t = x**2
    y = 3.0 * t
    y.backward()
    assert t.grad is None and y.grad is None
    x.cleargrad()
    y.backward(retain_grad=True)
    assert (t.grad.data, y.grad.data, x.grad.data) == (3.0, 1.0, 12.0)


def test_a_variable_reached_by_walking_down_from_the_result_gets_a_gradient():
    y = 3.0 * scalar(2.0) ** 2
    (t,) = [v for v in y.creator.inputs if v.creator is not None]
    x = t.creator.inputs[0]
    y.backward(retain_grad=True)
    assert t.grad.data == 3.0
    assert x.grad.data == 12.0


def test_a_gradient_has_a_history_only_with_create_graph():
    x = scalar(2.0)
    y = x**3
    y.backward()
    assert x.grad.creator is None
    x.cleargrad()
    y = x**3
    y.backward(create_graph=True)
    assert x.grad.creator is not None


def test_unchain_cuts_one_variable_off():
    x = scalar(2.0)
    t = x**2
    y = t * 3.0
    t.unchain()
    assert t.creator is None
    y.backward()
    assert x.grad is None
    assert t.grad.data == 3.0


def test_unchain_backward_cuts_off_all_before():
    x = scalar(2.0)
    a = x**2
    b = F.sin(a)
    y = b * 3.0
    y.unchain_backward()
    assert a.creator is None and b.creator is None
    assert y.creator is not None
    y.backward()
    assert x.grad is None
    assert b.grad.data == 3.0


# Functions of the user's


class Sin(Function):
    def forward(self, x):
        return np.sin(x)

    def backward(self, gy):
        (x,) = self.inputs
        return gy * F.cos(x)


class Tanh(Function):
    def forward(self, x):
        return np.tanh(x)

    def backward(self, gy):
        y = self.outputs[0]()
        return gy * (1 - y * y)


class Polar(Function):
    """Polar to Cartesian coordinates, the derivatives by way of the outputs."""

    def forward(self, r, angle):
        self.shape = r.shape
        return r * np.cos(angle), r * np.sin(angle)

    def backward(self, gx, gy):
        r, angle = self.inputs
        x, y = (output() for output in self.outputs)
        assert r.shape == self.shape
        return gx * F.cos(angle) + gy * F.sin(angle), gy * x - gx * y


def derivatives(f, at, orders):
    x = scalar(at)
    f(x).backward(create_graph=True)
    found = []
    for _ in range(orders):
        gx = x.grad
        found.append(float(gx.data))
        x.cleargrad()
        gx.backward(create_graph=True)
    return found


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (lambda x: Sin()(x), F.sin),
        (lambda x: Tanh()(x), F.tanh),
        (lambda x: Sin()(Tanh()(x) * x) + x**2, lambda x: F.sin(F.tanh(x) * x) + x**2),
    ],
)
def test_a_users_function_has_derivatives_of_any_order(mine, theirs):
    assert derivatives(mine, 0.7, 4) == pytest.approx(derivatives(theirs, 0.7, 4), rel=1e-12)


def test_a_function_of_two_inputs_and_two_outputs_to_order_three():
    def mine(r):
        x, y = Polar()(r, r * r)
        return x * y

    def theirs(r):
        return r * F.cos(r * r) * r * F.sin(r * r)

    assert derivatives(mine, 0.8, 3) == pytest.approx(derivatives(theirs, 0.8, 3), rel=1e-11)


def test_the_creator_is_the_users_object_with_its_attributes():
    polar = Polar()
    r, angle = scalar(2.0), scalar(0.5)
    x, y = polar(r, angle)
    assert x.creator is polar and y.creator is polar
    assert polar.inputs[0] is r and polar.inputs[1] is angle
    assert polar.outputs[0]() is x and polar.outputs[1]() is y
    assert polar.shape == ()


def test_a_function_has_its_own_init():
    class Scale(Function):
        def __init__(self, factor):
            self.factor = factor

        def forward(self, x):
            return x * self.factor

        def backward(self, gy):
            return gy * self.factor

    x = scalar(2.0)
    y = Scale(5.0)(x)
    y.backward()
    assert (y.data, x.grad.data) == (10.0, 5.0)
    assert y.creator.factor == 5.0


def test_a_function_takes_arrays_for_variables():
    x, y = Polar()(np.array(2.0), np.array(0.0))
    assert (x.data, y.data) == (2.0, 0.0)
    assert isinstance(x.creator.inputs[0], Variable)


def test_a_function_may_compute_with_variables_inside():
    class SquareOfSine(Function):
        def forward(self, x):
            with dezero.no_grad():
                return (F.sin(Variable(x)) ** 2).data

        def backward(self, gy):
            (x,) = self.inputs
            return gy * 2 * F.sin(x) * F.cos(x)

    expected = derivatives(lambda x: F.sin(x) ** 2, 0.4, 3)
    assert derivatives(lambda x: SquareOfSine()(x), 0.4, 3) == pytest.approx(expected, rel=1e-12)


def test_no_gradient_for_an_input_is_none_or_zero():
    class First(Function):
        def forward(self, x0, x1):
            return x0 * 1.0

        def backward(self, gy):
            return gy, None

    x0, x1 = scalar(2.0), scalar(3.0)
    First()(x0, x1).backward()
    assert x0.grad.data == 1.0
    assert x1.grad is None or x1.grad.data == 0.0


def test_without_recording_a_function_has_no_history():
    with dezero.no_grad():
        y = Sin()(scalar(1.0))
    assert y.creator is None
    assert y.data == np.sin(1.0)


def test_recording_is_off_in_a_backward_that_makes_no_graph():
    seen = []

    class Watch(Function):
        def forward(self, x):
            return x * 1.0

        def backward(self, gy):
            seen.append(dezero.Config.enable_backprop)
            return gy

    y = Watch()(scalar(1.0))
    y.backward()
    y.backward(create_graph=True)
    assert seen == [False, True]
    assert dezero.Config.enable_backprop is True


def test_as_array_makes_arrays_of_scalars_only():
    array = np.ones(2)
    assert as_array(array) is array
    assert isinstance(as_array(2.0), np.ndarray)
    assert isinstance(as_array(np.float64(2.0)), np.ndarray)
    assert as_array(2.0).shape == ()


def test_what_runs_when_something_is_dropped_may_use_what_dropped_it():
    class Same(Function):
        def forward(self, x):
            return x * 1.0

        def backward(self, gy):
            return gy

    class AtTheEnd:
        def __del__(self):
            y = f(x)
            y.backward()
            x.name = "x"
            seen.append((x.grad, x.data, y.creator, f.inputs, f.outputs, f.generation))

    class WithAnEnd(np.ndarray):
        __del__ = AtTheEnd.__del__

    seen = []
    f, x = Same(), Variable(np.array(2.0))
    y = f(x)
    y.creator.inputs.append(AtTheEnd())
    for _ in range(2):
        x.grad = np.array(1.0)
        x.grad.note = AtTheEnd()
        x.cleargrad()
    z = F.sin(x)
    z.creator.inputs.append(AtTheEnd())
    z.creator.note = AtTheEnd()
    del z
    data = np.array(3.0).view(WithAnEnd)
    x.data = data
    del data
    x.data = np.array(1.0)
    assert len(seen) >= 4


def test_a_number_that_uses_the_function_it_is_given_to():
    f, x = F.Sin(), Variable(np.array(1.0))
    y = f(x)

    class Two:
        def __index__(self):
            return y.creator.generation + len(f.inputs) + 1

    y.creator.generation = Two()
    assert y.creator.generation == 2
