"""Files and functions stay short enough to be read whole."""

from __future__ import annotations

import ast

from tests.shape.tree import modules, place

LONGEST_FILE = 300
LONGEST_ROUTE_MODULE = 200
LONGEST_FUNCTION = 40
LONGEST_FUNCTION_OF_TEN = 20
VAGUE = {"utils", "helpers", "common", "misc", "manager", "managers", "util"}


def test_no_file_is_too_long() -> None:
    too_long = []
    for name, file, _ in modules():
        lines = len(file.read_text(encoding="utf-8").splitlines())
        most = LONGEST_ROUTE_MODULE if name.startswith("clinic.web.") else LONGEST_FILE
        if lines > most:
            too_long.append(f"{place(file)}: {lines} lines, at most {most}")
    assert not too_long, "\n".join(too_long)


def test_functions_are_short() -> None:
    lengths = {
        f"{place(file)}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for _, file, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    assert len(lengths) > 20
    too_long = [f"{where}: {lines} lines" for where, lines in lengths.items() if lines > LONGEST_FUNCTION]
    assert not too_long, "\n".join(too_long)
    ninth_tenth = sorted(lengths.values())[len(lengths) * 9 // 10]
    assert ninth_tenth <= LONGEST_FUNCTION_OF_TEN, f"nine functions in ten are at most {ninth_tenth} lines long"


def test_every_module_says_what_it_decides() -> None:
    silent = [
        place(file) for _, file, tree in modules() if tree.body and not ast.get_docstring(tree)
    ]
    assert not silent, f"a module docstring is missing in {silent}"


def test_no_module_is_a_drawer() -> None:
    drawers = [place(file) for name, file, _ in modules() if VAGUE & set(name.split("."))]
    assert not drawers, f"name these by what they decide: {drawers}"
