"""Writes the type stubs of the package from what it has at run time.

`functions.pyi` is made as a whole, from the engine's table of functions and the functions in `functions.py`.
`_dezero.pyi` gets its docstrings; its signatures are written by hand. Run it after the native module has changed, in an
environment where the package is installed for development (`maturin develop`):

    python make_stubs.py
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from pathlib import Path
from typing import Any

import dezero.functions
from dezero import _dezero
from dezero._classes import CLASSES, EngineFunction

FOLDER = Path(__file__).parent / "python" / "dezero"

HEAD = '''"""The functions on Variables. Written by `make_stubs.py`: not to be changed by hand."""

from typing import Any

from dezero._classes import EngineFunction
'''

# The types of what classes take besides inputs; others are numbers.
TYPES = {"axis": "Axis", "keepdims": "bool", "slices": "Any", "dtype": "Any", "c": "Operand"}
TYPES.update(dict.fromkeys(["shape", "in_shape"], "Ints"), axes="Ints | None")


def functions_stub() -> str:
    """The text of `functions.pyi`."""
    source = ast.parse((FOLDER / "functions.py").read_text(encoding="utf-8"))
    written = {node.name: node for node in source.body if isinstance(node, ast.FunctionDef)}
    imports, functions, classes = [], [], []
    for name in dezero.functions.__all__:
        thing = getattr(dezero.functions, name)
        if inspect.isclass(thing) and issubclass(thing, EngineFunction):
            classes.append(_class(name, thing))
        elif name in written:
            functions.append(_definition(ast.unparse(written[name].args), written[name].name, thing))
        elif thing is _dezero.primitives.get(name):
            functions.append(_definition(_arguments(thing), name, thing))
        else:
            imports.append(_import(name, source))
    head = HEAD + "\n".join(sorted(imports)) + "\nfrom dezero._types import Axis, Ints, Operand\n"
    return head + "\n" + "".join(functions) + "\n" + "\n".join(classes)


def _arguments(function: Any) -> str:
    """The arguments of a function of the table: what it is applied to, and numbers."""
    names = inspect.signature(function).parameters
    return ", ".join(f"{name}: {'Operand' if name in ('x', 'x0', 'x1') else 'float'}" for name in names)


def _definition(arguments: str, name: str, function: Any) -> str:
    return f"def {name}({arguments}) -> Variable:\n" + _docstring(function.__doc__, 1)


def _class(label: str, kind: type[EngineFunction]) -> str:
    parts = ["self"]
    for name, argument in kind.__signature__.parameters.items():
        default = "" if argument.default is inspect.Parameter.empty else f" = {argument.default!r}"
        type_ = "int" if name == "axis" and isinstance(argument.default, int) else TYPES.get(name, "float")
        parts.append(f"{name}: {type_}{default}")
    init = f"    def __init__({', '.join(parts)}) -> None: ...\n"
    return f"class {label}(EngineFunction):\n" + _docstring(kind.__doc__, 1) + "\n" + init


def _import(name: str, source: ast.Module) -> str:
    """The line that imports what `functions.py` imports, as its own."""
    for node in source.body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return f"from {node.module} import {alias.name} as {name}"
    raise SystemExit(f"dezero.functions.{name} is neither in the engine's table nor written in functions.py")


def native_stub(text: str) -> str:
    """The text of `_dezero.pyi` with the docstrings of the native module in place of its own."""
    text = re.sub(r'(?m)^(class \w+.*:\n) +"""(?:.|\n)*?"""\n\n', r"\1", text)
    text = re.sub(r'(?m):\n +"""(?:.|\n)*?"""\n\n?(?!\nclass)', r": ...\n", text)
    return text


def _docstring(doc: str | None, depth: int) -> str:
    """A docstring as lines of source."""
    text = inspect.cleandoc(doc or "").replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    closing = '\n"""' if "\n" in text else '"""'
    return textwrap.indent(f'"""{text}{closing}\n', "    " * depth)
