"""What DeZero 0.0.13 names is here and takes the same arguments, except what the README says is not."""

import inspect

import numpy as np
import pytest

import dezero
import dezero.core
import dezero.core_simple
import dezero.cuda
import dezero.functions as F
import dezero.utils
from dezero import Variable

# The public functions, and what they take.
FUNCTIONS = {
    "dezero": [
        "using_config(name, value)",
        "no_grad()",
        "test_mode()",
        "as_array(x, array_module=np)",
        "as_variable(obj)",
        "setup_variable()",
    ],
    "dezero.core": [
        "using_config(name, value)",
        "no_grad()",
        "test_mode()",
        "as_array(x, array_module=np)",
        "as_variable(obj)",
        "setup_variable()",
        "add(x0, x1)",
        "mul(x0, x1)",
        "neg(x)",
        "sub(x0, x1)",
        "rsub(x0, x1)",
        "div(x0, x1)",
        "rdiv(x0, x1)",
        "pow(x, c)",
    ],
    "dezero.core_simple": [
        "using_config(name, value)",
        "no_grad()",
        "as_array(x)",
        "as_variable(obj)",
        "setup_variable()",
        "add(x0, x1)",
        "mul(x0, x1)",
        "neg(x)",
        "sub(x0, x1)",
        "rsub(x0, x1)",
        "div(x0, x1)",
        "rdiv(x0, x1)",
        "pow(x, c)",
    ],
    "dezero.cuda": ["get_array_module(x)", "as_numpy(x)", "as_cupy(x)"],
    "dezero.functions": [
        "sin(x)",
        "cos(x)",
        "tanh(x)",
        "exp(x)",
        "log(x)",
        "reshape(x, shape)",
        "expand_dims(x, axis)",
        "flatten(x)",
        "sum(x, axis=None, keepdims=False)",
        "sum_to(x, shape)",
        "broadcast_to(x, shape)",
        "matmul(x, W)",
        "linear(x, W, b=None)",
        "linear_simple(x, W, b=None)",
        "transpose(x, axes=None)",
        "get_item(x, slices)",
        "sigmoid_simple(x)",
        "sigmoid(x)",
        "relu(x)",
        "softmax_simple(x, axis=1)",
        "softmax(x, axis=1)",
        "log_softmax(x, axis=1)",
        "leaky_relu(x, slope=0.2)",
        "mean_squared_error_simple(x0, x1)",
        "mean_squared_error(x0, x1)",
        "softmax_cross_entropy_simple(x, t)",
        "softmax_cross_entropy(x, t)",
        "sigmoid_cross_entropy(x, t)",
        "binary_cross_entropy(p, t)",
        "accuracy(y, t)",
        "dropout(x, dropout_ratio=0.5)",
        "max(x, axis=None, keepdims=False)",
        "min(x, axis=None, keepdims=False)",
        "clip(x, x_min, x_max)",
        "add(x0, x1)",
        "sub(x0, x1)",
        "rsub(x0, x1)",
        "mul(x0, x1)",
        "div(x0, x1)",
        "neg(x)",
        "pow(x, c)",
        "as_variable(obj)",
        "as_array(x, array_module=np)",
    ],
    "dezero.utils": [
        "_dot_var(v, verbose=False)",
        "_dot_func(f)",
        "get_dot_graph(output, verbose=True)",
        "plot_dot_graph(output, verbose=True, to_file='graph.png')",
        "sum_to(x, shape)",
        "reshape_sum_backward(gy, x_shape, axis, keepdims)",
        "logsumexp(x, axis=1)",
        "max_backward_shape(x, axis)",
        "gradient_check(f, x, *args, rtol=1e-4, atol=1e-5, **kwargs)",
        "numerical_grad(f, x, *args, **kwargs)",
        "array_equal(a, b)",
        "array_allclose(a, b, rtol=1e-4, atol=1e-5)",
        "show_progress(block_num, block_size, total_size)",
        "get_file(url, file_name=None)",
        "get_deconv_outsize(size, k, s, p)",
        "get_conv_outsize(input_size, kernel_size, stride, pad)",
        "pair(x)",
    ],
}

# The classes of functions, and what they are made with. Where DeZero has no defaults, there may be some.
CLASSES = {
    "dezero.core": ["Add()", "Mul()", "Neg()", "Sub()", "Div()", "Pow(c)"],
    "dezero.core_simple": ["Add()", "Mul()", "Neg()", "Sub()", "Div()", "Pow(c)"],
    "dezero.functions": [
        "Sin()",
        "Cos()",
        "Tanh()",
        "Exp()",
        "Log()",
        "Reshape(shape)",
        "Sum(axis, keepdims)",
        "SumTo(shape)",
        "BroadcastTo(shape)",
        "MatMul()",
        "Linear()",
        "Transpose(axes=None)",
        "GetItem(slices)",
        "GetItemGrad(slices, in_shape)",
        "Sigmoid()",
        "ReLU()",
        "Softmax(axis=1)",
        "LogSoftmax(axis=1)",
        "LeakyReLU(slope)",
        "MeanSquaredError()",
        "SoftmaxCrossEntropy()",
        "Max(axis=None, keepdims=False)",
        "Min(axis=None, keepdims=False)",
        "Clip(x_min, x_max)",
    ],
}

# What else the modules have.
OTHERS = {
    "dezero": ["Variable", "Parameter", "Function", "Config", "functions", "utils", "cuda", "__version__"],
    "dezero.core": ["Variable", "Parameter", "Function", "Config"],
    "dezero.core_simple": ["Variable", "Function", "Config"],
    "dezero.cuda": ["gpu_enable"],
    "dezero.functions": ["Variable", "Function"],
    "dezero.utils": ["Variable", "as_variable", "cache_dir"],
}

METHODS = [
    "backward(self, retain_grad=False, create_graph=False)",
    "cleargrad(self)",
    "unchain(self)",
    "unchain_backward(self)",
    "reshape(self, *shape)",
    "transpose(self, *axes)",
    "sum(self, axis=None, keepdims=False)",
    "max(self, axis=None, keepdims=False)",
    "min(self, axis=None, keepdims=False)",
    "dot(self, W)",
    "matmaul(self, W)",
    "to_cpu(self)",
    "to_gpu(self)",
]

ATTRIBUTES = ["data", "name", "grad", "creator", "generation", "shape", "ndim", "size", "dtype", "T"]

# What the README says is not here.
ABSENT = {
    "dezero": ["Layer", "Model", "Dataset", "DataLoader", "SeqDataLoader", "datasets", "dataloaders", "optimizers"]
    + ["functions_conv", "layers", "models", "transforms"],
    "dezero.functions": ["conv2d", "deconv2d", "conv2d_simple", "im2col", "col2im", "pooling_simple", "pooling"]
    + ["average_pooling", "BatchNorm", "batch_nrom"],
}

MODULES = {
    "dezero": dezero,
    "dezero.core": dezero.core,
    "dezero.core_simple": dezero.core_simple,
    "dezero.cuda": dezero.cuda,
    "dezero.functions": F,
    "dezero.utils": dezero.utils,
}


def listed(table):
    return [(module, entry) for module, entries in table.items() for entry in entries]


def signature_of(text):
    scope = {"np": np}
    exec(f"def {text[text.index('(') :].join(['f', ''])}: pass", scope)
    return inspect.signature(scope["f"])


def parameters(signature):
    return [(p.name, p.default, p.kind) for p in signature.parameters.values()]


@pytest.mark.parametrize(("module", "text"), listed(FUNCTIONS))
def test_a_function_takes_what_it_takes_in_dezero(module, text):
    found = inspect.signature(getattr(MODULES[module], text[: text.index("(")]))
    assert parameters(found) == parameters(signature_of(text))


@pytest.mark.parametrize(("module", "text"), listed(CLASSES))
def test_a_class_is_made_as_in_dezero(module, text):
    kind = getattr(MODULES[module], text[: text.index("(")])
    assert issubclass(kind, dezero.Function)
    found = inspect.signature(kind).parameters.values()
    expected = signature_of(text).parameters.values()
    assert [p.name for p in found] == [p.name for p in expected]
    assert all(e.default in (e.empty, f.default) for f, e in zip(found, expected))


@pytest.mark.parametrize(("module", "name"), listed(OTHERS))
def test_a_name_is_there(module, name):
    assert hasattr(MODULES[module], name)


@pytest.mark.parametrize("kind", [Variable, dezero.Parameter])
@pytest.mark.parametrize("text", METHODS)
def test_a_method_takes_what_it_takes_in_dezero(kind, text):
    found = inspect.signature(getattr(kind, text[: text.index("(")]))
    assert [p[:2] for p in parameters(found)] == [p[:2] for p in parameters(signature_of(text))]


@pytest.mark.parametrize("kind", [Variable, dezero.core_simple.Variable])
@pytest.mark.parametrize("name", ATTRIBUTES)
def test_a_variable_has_the_attribute(kind, name):
    assert hasattr(kind(np.ones((2, 3)), name="x"), name)


def test_a_variable_is_made_as_in_dezero():
    x = Variable(data=None, name="x")
    assert x.data is None and x.name == "x"


@pytest.mark.parametrize(("module", "name"), listed(ABSENT))
def test_what_is_said_not_to_be_here_is_not(module, name):
    assert not hasattr(MODULES[module], name)


A = np.array([[0.3, -1.2, 2.1], [1.7, 0.4, -0.6]])
W = np.array([[0.2, -0.7], [1.1, 0.5], [-0.4, 0.9]])

# A function made as a class, and the same as a function.
APPLIED = {
    "Sin": (F.Sin(), F.sin),
    "Sigmoid": (F.Sigmoid(), F.sigmoid),
    "Tanh": (F.Tanh(), F.tanh),
    "ReLU": (F.ReLU(), F.relu),
    "LeakyReLU": (F.LeakyReLU(0.1), lambda x: F.leaky_relu(x, 0.1)),
    "LeakyReLU of a name": (F.LeakyReLU(slope=0.3), lambda x: F.leaky_relu(x, 0.3)),
    "Clip": (F.Clip(-1, 1), lambda x: F.clip(x, -1, 1)),
    "Clip of names": (F.Clip(x_max=1, x_min=-1), lambda x: F.clip(x, -1, 1)),
    "Pow": (F.Pow(3), lambda x: x**3),
    "Pow of a name": (dezero.core.Pow(c=2), lambda x: x**2),
    "Reshape": (F.Reshape((3, 2)), lambda x: x.reshape(3, 2)),
    "Reshape to the same": (F.Reshape((2, 3)), lambda x: x.reshape(2, 3)),
    "Sum": (F.Sum(0, True), lambda x: x.sum(0, keepdims=True)),
    "Sum of all": (F.Sum(axis=None, keepdims=False), lambda x: x.sum()),
    "SumTo": (F.SumTo((1, 3)), lambda x: F.sum_to(x, (1, 3))),
    "BroadcastTo": (F.BroadcastTo((4, 2, 3)), lambda x: F.broadcast_to(x, (4, 2, 3))),
    "Transpose": (F.Transpose(), lambda x: x.T),
    "Transpose of axes": (F.Transpose((1, 0)), lambda x: x.T),
    "GetItem": (F.GetItem((0, slice(1, None))), lambda x: x[0, 1:]),
    "GetItem of an array": (F.GetItem(np.array([1, 1, 0])), lambda x: x[np.array([1, 1, 0])]),
    "GetItemGrad": (F.GetItemGrad((slice(2), slice(3)), (4, 5)), lambda x: F.matmul(np.eye(4, 2), x) @ np.eye(3, 5)),
    "Softmax": (F.Softmax(0), lambda x: F.softmax(x, axis=0)),
    "LogSoftmax": (F.LogSoftmax(axis=1), F.log_softmax),
    "Max": (F.Max(axis=1), lambda x: x.max(axis=1)),
    "Min": (F.Min(), lambda x: x.min()),
    "Linear": (lambda x: F.Linear()(x, W, np.ones(2)), lambda x: F.linear(x, W, np.ones(2))),
    "Linear without b": (lambda x: F.Linear()(x, W, None), lambda x: F.matmul(x, W)),
    "MeanSquaredError": (lambda x: F.MeanSquaredError()(x, A + 1), lambda x: F.mean_squared_error(x, A + 1)),
    "SoftmaxCrossEntropy": (
        lambda x: F.SoftmaxCrossEntropy()(x, np.array([2, 0])),
        lambda x: F.softmax_cross_entropy(x, np.array([2, 0])),
    ),
}


@pytest.mark.parametrize("name", APPLIED)
def test_a_class_applied_is_the_function(name):
    results = []
    for f in APPLIED[name]:
        x = Variable(A)
        y = f(x)
        (y * y).sum().backward(create_graph=True)
        gx = x.grad
        x.cleargrad()
        (gx * gx).sum().backward()
        results.append((y.data, gx.data, x.grad.data))
    for found, expected in zip(*results):
        np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize(
    "f", [F.Sin(), F.Sum(axis=0), F.GetItem(0), F.Clip(0, 1), F.Max(axis=1)], ids=lambda f: type(f).__name__
)
def test_the_object_that_was_applied_is_the_creator(f):
    x = Variable(A)
    y = f(x)
    assert y.creator is f and f.inputs[0] is x and f.outputs[0]() is y


def test_a_function_with_nothing_to_do_does_not_claim_what_it_was_given():
    x = F.sin(Variable(A))
    creator = x.creator
    F.Reshape((2, 3))(x)
    F.SumTo((2, 3))(x)
    assert x.creator is creator


def test_parameters_are_attributes():
    f = F.Sum(0, keepdims=True)
    assert (f.axis, f.keepdims, F.LeakyReLU(0.1).slope, F.Clip(0, 1).x_max) == (0, True, 0.1, 1)


@pytest.mark.parametrize("make", [lambda: F.Sin(1), lambda: F.LeakyReLU(), lambda: F.Sum(axes=0), lambda: F.Clip(0)])
def test_wrong_parameters_are_refused_at_once(make):
    with pytest.raises(TypeError):
        make()


def test_forward_is_that_of_arrays():
    assert np.array_equal(F.Sum(axis=0).forward(A), A.sum(axis=0))
    np.testing.assert_allclose(F.sin(Variable(A)).creator.forward(A), np.sin(A), rtol=1e-15)
    assert dezero.Config.enable_backprop


def test_a_creator_does_not_guess_its_parameters():
    with pytest.raises(TypeError, match="make another: Sum"):
        F.sum(Variable(A), axis=0).creator.forward(A)


def test_a_class_derived_from_one_of_the_engine_has_its_own_forward():
    class Doubled(F.Sin):
        def forward(self, x):
            return 2 * np.sin(x)

        def backward(self, gy):
            (x,) = self.inputs
            return 2 * F.cos(x) * gy

    class Straight(F.Sign):
        def backward(self, gy):
            return gy

    x = Variable(A)
    y = Doubled()(x) + Straight()(x)
    assert np.allclose(y.data, 2 * np.sin(A) + np.sign(A))
    y.backward()
    assert np.allclose(x.grad.data, 2 * np.cos(A) + 1)
