"""The type stubs are what `make_stubs.py` writes, name what there is at run time, and serve a type checker."""

import ast
import importlib.util
import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

import dezero
import dezero.functions
from dezero import _dezero

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "python" / "dezero"
NATIVE = ast.parse((FOLDER / "_dezero.pyi").read_text(encoding="utf-8"))
CLASSES = [node for node in NATIVE.body if isinstance(node, ast.ClassDef)]

# What every class has, or gives its own only because others of its slots are its own.
OF_ALL = {"__doc__", "__module__", "__new__", "__dict__", "__weakref__", "__repr__", "__str__", "__reduce__"}


def make_stubs():
    spec = importlib.util.spec_from_file_location("make_stubs", ROOT / "make_stubs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def names(body):
    """What a stub defines, without what it imports."""
    defined = {node.name for node in body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    return defined | {node.target.id for node in body if isinstance(node, ast.AnnAssign)}


def test_the_stub_of_the_functions_is_what_the_script_writes():
    assert (FOLDER / "functions.pyi").read_text(encoding="utf-8") == make_stubs().functions_stub()


def test_the_docstrings_of_the_native_stub_are_those_of_the_module():
    text = (FOLDER / "_dezero.pyi").read_text(encoding="utf-8")
    assert text == make_stubs().native_stub(text)


def test_every_function_of_the_table_has_a_stub():
    stub = ast.parse((FOLDER / "functions.pyi").read_text(encoding="utf-8"))
    assert set(_dezero.primitives) - {"pow"} <= names(stub.body)
    assert set(_dezero.labels) <= names(stub.body)
    imported = {
        alias.asname or alias.name for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert set(dezero.functions.__all__) <= names(stub.body) | imported


def test_the_native_stub_names_what_there_is():
    assert names(NATIVE.body) == {name for name in vars(_dezero) if not name.startswith("__")}


@pytest.mark.parametrize("node", CLASSES, ids=lambda node: node.name)
def test_the_stub_of_a_class_names_what_it_has(node):
    kind = getattr(_dezero, node.name)
    there = {name for name in vars(kind) if name not in OF_ALL and not name.startswith("__r")}
    stubbed = {name for name in names(node.body) if not name.startswith("__r")}
    assert {name for name in there if not name.startswith("_")} <= stubbed
    assert {name for name in stubbed if not hasattr(kind, name)} == set()


def signatures():
    """Each function and method of the native stub that is not overloaded, and what it is at run time."""
    owned = [(node, _dezero) for node in NATIVE.body]
    owned += [(member, getattr(_dezero, node.name, None)) for node in CLASSES for member in node.body]
    found = []
    for node, owner in owned:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not node.decorator_list:
            name = f"{getattr(owner, '__name__', '')}.{node.name}"
            found.append(pytest.param(node, getattr(owner, node.name, None), id=name))
    return found


@pytest.mark.parametrize(("node", "function"), signatures())
def test_a_signature_is_that_of_the_function(node, function):
    scope = {}
    exec("from __future__ import annotations\n" + ast.unparse(node), scope)
    expected = inspect.signature(scope[node.name]).parameters.values()
    found = inspect.signature(function).parameters.values()
    assert [(p.name, p.default) for p in expected] == [(p.name, p.default) for p in found]
    assert [p.kind == p.KEYWORD_ONLY for p in expected] == [p.kind == p.KEYWORD_ONLY for p in found]


def check(script, tmp_path):
    """Runs the type checker, which does not see packages as they are installed for development."""
    pytest.importorskip("mypy")
    folder = str(Path(dezero.__file__).parent.parent)
    environment = dict(os.environ) if "site-packages" in folder else {**os.environ, "MYPYPATH": folder}
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(script)]
    return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)


def test_a_typed_script_passes_the_strict_type_checker(tmp_path):
    done = check(Path(__file__).parent / "typed_script.py", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_type_checker_finds_mistakes(tmp_path):
    lines = [
        "import dezero, dezero.functions as F, numpy as np",
        "x = dezero.Variable(1)",
        "F.sin('1')",
        "F.sum(np.ones(2), axes=0)",
        "F.LeakyReLU('0.1')",
        "x.backward(retain=True)",
        "dezero.minimize(F.sin, 0.0, method='bgfs')",
        "n: int = F.tanh(1.0)",
    ]
    script = tmp_path / "wrong.py"
    script.write_text("\n".join(lines))
    done = check(script, tmp_path)
    found = {int(line.split(":")[1]) for line in done.stdout.splitlines() if ": error:" in line}
    assert found == set(range(2, len(lines) + 1)), done.stdout + done.stderr


def test_the_typed_script_runs(tmp_path):
    script = Path(__file__).parent / "typed_script.py"
    done = subprocess.run([sys.executable, "-W", "error", script], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_package_says_that_it_is_typed():
    assert (Path(dezero.__file__).parent / "py.typed").is_file()
