"""What the files of a library say about each other, and whether it is true.

Decides that nothing dangles: a module's worksheets, phase and number, prerequisites, criteria, what an item follows.
Never reads a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from forms.definition import Criterion, Module, Worksheet
from forms.reading import Problem, nearest

if TYPE_CHECKING:
    from forms.library import Content


def check_references(content: Content) -> Iterator[Problem]:
    yield from _check_order(content)
    for id, modules in content.modules.items():
        for module in modules:
            yield from _check_module(content, module, f"modules/{id}.toml")
    for id, worksheets in content.worksheets.items():
        for worksheet in worksheets:
            yield from _check_worksheet(content, worksheet, f"worksheets/{id}.toml")
    for id in content.measures.keys() & content.worksheets.keys():
        message = f"'{id}' is also a worksheet; give one of them another id."
        yield Problem(f"measures/{id}.toml", "", "id", message)


def _unknown(file: str, item: str, key: str, name: str, known: Iterable[str]) -> Problem:
    return Problem(file, item, key, f"'{name}' does not exist; {nearest(name, known)}")


def _check_order(content: Content) -> Iterator[Problem]:
    for place, id in enumerate(content.order, start=1):
        if id not in content.modules:
            yield _unknown("stages.toml", "", "modules", id, content.modules)
        elif content.modules[id][-1].number != place:
            message = f"'{id}' stands at place {place}, but its file says number = {content.modules[id][-1].number}."
            yield Problem("stages.toml", "", "modules", message)
    for id, modules in content.modules.items():
        if id not in content.order and modules[-1].number != 0:
            message = f"'{id}' has a number, but is not in the order; add it to modules, or say number = 0."
            yield Problem("stages.toml", "", "modules", message)


def _check_module(content: Content, module: Module, file: str) -> Iterator[Problem]:
    phases = [phase.id for phase in content.phases]
    if module.phase not in phases:
        yield _unknown(file, "", "phase", module.phase, phases)
    for id in module.worksheets:
        if id not in content.worksheets:
            yield _unknown(file, "", "worksheets", id, content.worksheets)
        elif content.worksheets[id][-1].module != module.id:
            other = content.worksheets[id][-1].module
            message = f"'{id}' says that it belongs to module '{other}'; mend one of the two."
            yield Problem(file, "", "worksheets", message)
    for prerequisite in module.prerequisites:
        if prerequisite.module not in content.modules:
            yield _unknown(file, "prerequisite", "module", prerequisite.module, content.modules)
    for place, criterion in enumerate(module.criteria, start=1):
        yield from _check_criterion(content, criterion, file, f"criterion {place}")


def _check_criterion(content: Content, criterion: Criterion, file: str, item: str) -> Iterator[Problem]:
    arguments = criterion.arguments
    known_by_key = {"worksheet": content.worksheets, "measure": content.measures, "document": content.documents}
    for key, known in known_by_key.items():
        if key in arguments and arguments[key] not in known:
            yield _unknown(file, item, key, arguments[key], known)
    worksheets = content.worksheets.get(arguments.get("worksheet", ""))
    if not worksheets:
        return
    ids = [one.id for one in worksheets[-1].items]
    named = [arguments["item"]] if "item" in arguments else []
    for id in (*named, *arguments.get("items", ())):
        if id not in ids:
            yield _unknown(file, item, "item", id, ids)


def _check_worksheet(content: Content, worksheet: Worksheet, file: str) -> Iterator[Problem]:
    if worksheet.module not in content.modules:
        yield _unknown(file, "", "module", worksheet.module, content.modules)
    elif worksheet.id not in content.modules[worksheet.module][-1].worksheets:
        message = f"module '{worksheet.module}' does not list this worksheet; add it to the module's worksheets."
        yield Problem(file, "", "module", message)
    for item in worksheet.items:
        if item.follows and item.follows not in _followable(content, worksheet):
            yield _unknown(file, f"item '{item.id}'", "follows", item.follows, _followable(content, worksheet))


def _followable(content: Content, worksheet: Worksheet) -> set[str]:
    """An item of the same worksheet by its id, or of another as `<worksheet>.<item>`."""
    elsewhere = {f"{id}.{item.id}" for id, versions in content.worksheets.items() for item in versions[-1].items}
    return elsewhere | {item.id for item in worksheet.items}
