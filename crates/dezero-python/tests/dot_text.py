"""DOT text as the tests compare it: ids are addresses, so what counts is which are the same."""

import re


def with_numbered_nodes(text):
    """DOT with 1, 2, 3 for the addresses, anew in each graph."""
    lines = []
    numbers = {}
    for line in text.splitlines():
        if line.startswith("digraph"):
            numbers = {}
        if re.match(r"\d+ (\[label=|-> )", line):
            line = re.sub(
                r"^\d+|(?<=-> )\d+",
                lambda match: str(numbers.setdefault(match.group(), len(numbers) + 1)),
                line,
            )
        lines.append(line)
    return lines


def parse(text):
    """The labels of variables and of functions by id, and the edges."""
    variables, functions, edges = {}, {}, []
    lines = text.splitlines()
    assert lines[0] == "digraph g {" and lines[-1] == "}"
    for line in lines[1:-1]:
        if match := re.fullmatch(r"(\d+) -> (\d+)", line):
            edges.append(match.groups())
        elif match := re.fullmatch(r'(\d+) \[label="(.*)", color=orange, style=filled\]', line):
            variables[match[1]] = match[2]
        else:
            match = re.fullmatch(r'(\d+) \[label="(.*)", color=lightblue, style=filled, shape=box\]', line)
            assert match, line
            functions[match[1]] = match[2]
    assert not variables.keys() & functions.keys()
    for start, end in edges:
        assert (start in variables and end in functions) or (start in functions and end in variables), (
            f"an edge {start} -> {end} that does not join a variable and a function"
        )
    return variables, functions, edges
