"""The examples in docstrings and in the README do what they say."""

import contextlib
import doctest
import inspect
import io
import re
from pathlib import Path

import numpy as np
import pytest

import dezero
import dezero.core
import dezero.core_simple
import dezero.cuda
import dezero.functions as F
import dezero.utils
from dezero import Function, Parameter, Variable, _dezero

README = Path(__file__).parent.parent / "README.md"

MODULES = [dezero, dezero.core, dezero.core_simple, dezero.cuda, F, dezero.utils, _dezero]


class Checker(doctest.OutputChecker):
    """Numbers may differ in their last digits, as they do between processors."""

    NUMBER = re.compile(r"(?<![\w.])-?\d+\.\d*(?:e[-+]?\d+)?")

    def check_output(self, want, got, optionflags):
        if super().check_output(self.NUMBER.sub("#", want), self.NUMBER.sub("#", got), optionflags | SPACES):
            expected, found = ([float(number) for number in self.NUMBER.findall(text)] for text in (want, got))
            return np.allclose(expected, found, rtol=1e-9, atol=1e-9)
        return False


SPACES = doctest.NORMALIZE_WHITESPACE


def documented():
    """Each public object of the package and its attributes that has a docstring with examples, by its name."""
    found = {}
    for module in MODULES:
        found[module.__name__] = module
        for name in module.__all__:
            thing = getattr(module, name)
            found.setdefault(name, thing)
            if inspect.isclass(thing):
                found.update({f"{name}.{inner}": value for inner, value in vars(thing).items() if inner[0] != "_"})
    return {name: thing for name, thing in found.items() if ">>>" in (inspect.getdoc(thing) or "")}


def known(thing):
    """What examples take as known."""
    x = Variable(np.array(1.0), name="x")
    names = {"np": np, "dezero": dezero, "F": F, "Variable": Variable, "Function": Function, "Parameter": Parameter}
    module = inspect.getmodule(thing)
    if module in (dezero.core, dezero.utils):
        names.update(vars(module))
    return {**names, "utils": dezero.utils, "x": x, "y": F.tanh(x)}


DOCUMENTED = documented()


def test_the_checker_sees_differences():
    check = Checker().check_output
    assert check("variable(0.1)\n", "variable(0.10000000000000002)\n", 0) and check("[1.0, 0.0]\n", "[1.0, -0.0]\n", 0)
    assert not check("variable(0.1)\n", "variable(0.11)\n", 0) and not check("variable(0.1)\n", "0.1\n", 0)
    assert not check("(2, 1)\n", "(2, 3)\n", 0) and not check("x^3/6\n", "x^3/7\n", 0)


def test_there_are_examples_to_run():
    assert {"dezero", "Variable", "Function", "grad", "minimize", "compile", "using_config", "clip"} <= set(DOCUMENTED)


@pytest.mark.parametrize("name", DOCUMENTED)
def test_the_examples_of_a_docstring(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    thing = DOCUMENTED[name]
    test = doctest.DocTestParser().get_doctest(inspect.getdoc(thing), known(thing), name, None, 0)
    written = io.StringIO()
    assert doctest.DocTestRunner(Checker(), verbose=False).run(test, out=written.write).failed == 0, written.getvalue()


def test_the_python_of_the_readme(tmp_path, monkeypatch):
    """It runs from top to bottom, and prints what the comments after `print` say, where they have numbers."""
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    source = "\n".join(blocks)
    promised = [text for text in re.findall(r"(?m)^print\(.*\)  # (.*)$", source) if any(c.isdigit() for c in text)]
    written = io.StringIO()
    with contextlib.redirect_stdout(written):
        exec(compile(source, str(README), "exec"), {"__name__": "readme"})
    lines = written.getvalue().splitlines()
    assert len(promised) >= 2 and [line for line in lines if line in promised] == promised
    assert (tmp_path / "graphs" / "tanh.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (tmp_path / "tanh.html").read_text(encoding="utf-8")


def public():
    found = []
    for module in MODULES:
        for name in module.__all__:
            thing = getattr(module, name)
            found.append((f"{module.__name__}.{name}", thing))
            if inspect.isclass(thing):
                inner = [(key, value) for key, value in vars(thing).items() if not key.startswith("_")]
                found += [(f"{module.__name__}.{name}.{key}", value) for key, value in inner]
    return [(name, thing) for name, thing in found if callable(thing) or inspect.isdatadescriptor(thing)]


@pytest.mark.parametrize(("name", "thing"), public(), ids=[name for name, _ in public()])
def test_what_is_public_is_documented(name, thing):
    doc = inspect.getdoc(thing) or ""
    assert doc.rstrip().endswith((".", ")")) or ">>>" in doc, f"{name}: {doc!r}"
    assert "](" not in doc, f"{name} has a link of another language: {doc}"
