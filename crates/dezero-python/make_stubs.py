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

import dezero.core
import dezero.functions
from dezero import _dezero
from dezero._classes import EngineFunction

FOLDER = Path(__file__).parent / "python" / "dezero"

HEAD = '''"""The functions on Variables. Written by `make_stubs.py`: not to be changed by hand.

Those of one or two Variables work elementwise, with NumPy's broadcasting.
"""

from typing import Any

'''

EMPTY_LINE = "\n\n"

# The types of what classes take besides inputs; others are numbers.
TYPES = {"axis": "Axis", "keepdims": "bool", "slices": "Any", "dtype": "Any", "c": "Operand"}
TYPES.update(dict.fromkeys(["shape", "in_shape"], "Ints"), axes="Ints | None")


def functions_stub() -> str:
    """The text of `functions.pyi`."""
    imports = ["from dezero._classes import EngineFunction", "from dezero._types import Axis, Ints, Operand"]
    functions, classes = [], []
    names = vars(dezero.functions)["__all__"]
    for name in names:
        thing = getattr(dezero.functions, name)
        doc = inspect.getdoc(thing) or ""
        if inspect.isclass(thing) and issubclass(thing, EngineFunction):
            classes.append(_class(name, thing))
        elif inspect.isfunction(thing) and thing.__module__ == "dezero.functions":
            arguments = str(inspect.signature(thing)).replace("'", "")
            functions.append(f"def {name}{arguments}:\n{_docstring(doc, 1)}")
        elif thing is _dezero.primitives.get(name):
            # What the others say of all of them is said above.
            functions.append(f"def {name}({_arguments(thing)}) -> Variable:\n{_docstring(doc.split(EMPTY_LINE)[0], 1)}")
        else:
            imports.append(_import(name, thing))
    listed = "".join(f'    "{name}",\n' for name in names)
    head = HEAD + "\n".join(sorted(imports)) + f"\n\n__all__ = [\n{listed}]\n"
    return head + "\n" + _spaced(functions) + "\n" + _spaced(classes)


def _arguments(function: Any) -> str:
    """The arguments of a function of the table: what it is applied to, and numbers."""
    names = inspect.signature(function).parameters
    return ", ".join(f"{name}: {'Operand' if name in ('x', 'x0', 'x1') else 'float'}" for name in names)


def _class(label: str, kind: type[EngineFunction]) -> str:
    parts = ["self"]
    for name, argument in kind.__signature__.parameters.items():
        default = "" if argument.default is inspect.Parameter.empty else f" = {argument.default!r}"
        type_ = "int" if name == "axis" and isinstance(argument.default, int) else TYPES.get(name, "float")
        parts.append(f"{name}: {type_}{default}")
    init = f"    def __init__({', '.join(parts)}) -> None: ...\n"
    return f"class {label}(EngineFunction):\n" + _docstring(kind.__doc__, 1) + "\n" + init


def _import(name: str, thing: Any) -> str:
    """The line that imports what `dezero.functions` has from other modules."""
    for module in (_dezero, dezero.core):
        for found, value in vars(module).items():
            if value is thing:
                return f"from {module.__name__} import {found}" + (f" as {name}" if found != name else "")
    raise SystemExit(f"dezero.functions.{name} has neither a module nor a place in the engine's table")


def native_stub(text: str) -> str:
    """The text of `_dezero.pyi` with the docstrings of the native module in place of its own."""
    lines = text.splitlines()
    module = ast.parse(text)
    first = next(node for node in module.body if isinstance(node, ast.ClassDef))
    blocks = ["\n".join(lines[: first.lineno - 1]).rstrip() + "\n\n"]
    end = first.lineno - 1
    for node in module.body[module.body.index(first) :]:
        comments = [line for line in lines[end : _start(node)] if line.startswith("#")]
        blocks += [f"{comment}\n\n" for comment in comments]
        blocks.append(_documented(node, _dezero, lines))
        end = node.end_lineno or end
    return _spaced(blocks)


def _start(node: Any) -> int:
    """The number of lines above a statement and its decorators."""
    first: int = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
    return first - 1


def _documented(node: Any, owner: Any, lines: list[str]) -> str:
    """A class or function of a stub, with the docstring of the attribute of this name."""
    first, at = node.body[0], _start(node.body[0])
    head = "\n".join([*lines[_start(node) : at], lines[at][: first.col_offset]]).rstrip()
    thing = getattr(owner, node.name, None)
    decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
    again = any(decorator.endswith(".setter") for decorator in decorators)
    doc = None if again or node.name.startswith("__") else inspect.getdoc(thing)
    depth = node.col_offset // 4 + 1
    if isinstance(node, ast.ClassDef):
        body = node.body[1:] if ast.get_docstring(node) else node.body
        members = [
            _documented(member, thing, lines)
            if isinstance(member, ast.FunctionDef)
            else f"    {ast.unparse(member)}\n\n"
            for member in body
        ]
        return head + "\n" + _docstring(doc, depth) + "\n" + _spaced(members)
    return f"{head}\n{_docstring(doc, depth)}" if doc else f"{head} ...\n"


def _spaced(blocks: list[str]) -> str:
    """The blocks, with an empty line after those that have docstrings, and around classes."""
    text, short = "", True
    for block in blocks:
        apart = not short or block.startswith(("class ", "@final", "#"))
        text += ("\n" if apart and text and not text.endswith("\n\n") else "") + block
        short = block.endswith("...\n") and not block.startswith(("class ", "@final"))
    return text


def _docstring(doc: str | None, depth: int) -> str:
    """A docstring as lines of source."""
    text = inspect.cleandoc(doc or "").replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    closing = '\n"""' if "\n" in text else '"""'
    return textwrap.indent(f'"""{text}{closing}\n', "    " * depth)


if __name__ == "__main__":
    path = FOLDER / "_dezero.pyi"
    path.write_text(native_stub(path.read_text(encoding="utf-8")), encoding="utf-8")
    (FOLDER / "functions.pyi").write_text(functions_stub(), encoding="utf-8")
