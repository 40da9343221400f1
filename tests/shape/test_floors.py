"""Imports go down only, and what belongs to a request stays on the web floor."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.shape.tree import ROOT, modules, place

# The house of DESIGN.md 1. A new module gets its floor here, on purpose.
FLOORS = {
    "clinic": 5,
    "clinic.__main__": 5,
    "clinic.cli": 5,
    "clinic.commands": 5,
    "clinic.demo": 5,
    "clinic.serving": 5,
    "clinic.setup": 5,
    "clinic.web": 5,
    "clinic.doctor": 4,
    "clinic.jobs": 4,
    "clinic.reminders": 4,
    "clinic.press": 4,
    "clinic.reporting": 4,
    "clinic.access": 3,
    "clinic.storage": 3,
    "clinic.models": 2,
    "clinic.config": 1,
    "clinic.example": 1,
    "clinic.misset": 1,
    "clinic.thresholds": 1,
    "clinic.db": 1,
    "clinic.places": 1,
    "clinic.sealing": 1,
    "forms": 0,
    "reports": 0,
}
OF_A_REQUEST = {("flask", "request"), ("flask", "session"), ("flask_login", "current_user")}


def unit(name: str) -> str:
    """`clinic.web.portal.homework` stands on the floor of `clinic.web`."""
    head = name.split(".")
    return head[0] if head[0] != "clinic" else ".".join(head[:2])


def imported(name: str, file: Path, tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The full name of everything that a module imports, in functions and for types too."""
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)


def ours(target: str) -> str | None:
    """The unit that an imported name belongs to: `clinic.create_app` is the package `clinic` itself."""
    top, _, rest = target.partition(".")
    if top != "clinic":
        return top if top in FLOORS else None
    first = rest.partition(".")[0]
    is_module = (ROOT / "clinic" / first).is_dir() or (ROOT / "clinic" / f"{first}.py").is_file()
    return f"clinic.{first}" if first and is_module else "clinic"


def test_every_module_has_a_floor() -> None:
    names = {unit(name) for name, _, _ in modules()}
    assert "clinic.config" in names
    assert names <= set(FLOORS), f"give these a floor in FLOORS: {sorted(names - set(FLOORS))}"


def test_imports_go_down_only() -> None:
    climbs, seen = [], 0
    for name, file, tree in modules():
        for target, line in imported(name, file, tree):
            goal = ours(target)
            if goal is None or goal == unit(name):
                continue
            seen += 1
            if FLOORS[goal] > FLOORS[unit(name)] or FLOORS[unit(name)] == 0:
                climbs.append(f"{place(file)}:{line} imports {target}")
    assert seen > 5
    assert not climbs, "\n".join(climbs)


def test_what_belongs_to_a_request_is_used_on_the_web_floor_only() -> None:
    strays = []
    for name, file, tree in modules():
        if unit(name) == "clinic.web":
            continue
        strays += [
            f"{place(file)}:{line} imports {target}"
            for target, line in imported(name, file, tree)
            if tuple(target.rsplit(".", 1)) in OF_A_REQUEST
        ]
        strays += [
            f"{place(file)}:{node.lineno} uses {node.value.id}.{node.attr}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and (node.value.id, node.attr) in OF_A_REQUEST
        ]
    assert not strays, "\n".join(strays)
