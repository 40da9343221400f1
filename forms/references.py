"""What the files of a library say about each other, and whether it is true.

Decides that nothing dangles: a module's worksheets, phase and number, prerequisites, criteria, what an item follows.
Never reads a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from forms.definition import AnsweredBy, Criterion, Item, Kind, Module, Relationship, Worksheet
from forms.plans import Plan, PlanEntry
from forms.reading import Problem, nearest
from forms.rules import SIGNED_VALUES

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
    for plan in content.plans:
        for place, entry in enumerate(plan.entries, start=1):
            yield from _check_entry(content, plan, entry, f"plan '{plan.id}', entry {place}")
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
        else:
            yield from _check_values(criterion, worksheets[-1].item(id), file, item)


def _check_values(criterion: Criterion, asked: Item, file: str, place: str) -> Iterator[Problem]:
    """The columns and the answers that a criterion names are those of its item."""
    columns = {column.id: column for column in asked.columns}
    named = [(key, criterion.arguments[key]) for key in ("column", "planned_in") if key in criterion.arguments]
    for key, id in named:
        if id not in columns:
            yield _unknown(file, place, key, id, columns)
    if criterion.rule == "signed":
        known: Iterable[str] = SIGNED_VALUES
    elif named:
        known = [choice.id for id in columns.keys() & {criterion.arguments.get("column")} for choice in columns[id].choices]
    else:
        known = [choice.id for choice in asked.options]
    for key in ("values", "not_counted"):
        for value in criterion.arguments.get(key, ()):
            if isinstance(value, str) and value not in known:
                yield Problem(file, place, key, f"'{value}' can never be an answer to '{asked.id}'; {nearest(value, known)}")


def _check_worksheet(content: Content, worksheet: Worksheet, file: str) -> Iterator[Problem]:
    if worksheet.module not in content.modules:
        yield _unknown(file, "", "module", worksheet.module, content.modules)
    elif worksheet.id not in content.modules[worksheet.module][-1].worksheets:
        message = f"module '{worksheet.module}' does not list this worksheet; add it to the module's worksheets."
        yield Problem(file, "", "module", message)
    for item in worksheet.items:
        if item.follows:
            yield from _check_follows(content, worksheet, item, file)


def _check_follows(content: Content, worksheet: Worksheet, item: Item, file: str) -> Iterator[Problem]:
    place = f"item '{item.id}'"
    known = _followable(content, worksheet)
    if item.follows not in known:
        yield _unknown(file, place, "follows", item.follows, known)
        return
    source = known[item.follows]
    if item.reveal_group and item.reveal_group == source.reveal_group:
        message = f"'{item.reveal_group}' is also the group of what it follows, so the group could never open; give it its own."
        yield Problem(file, place, "reveal_group", message)
    if set(item.relationships or Relationship) - set(source.relationships or Relationship):
        yield Problem(file, place, "relationships", f"must lie within those of '{item.follows}', which it follows.")
    if item.kind is Kind.FOLLOW_UP and source.kind not in (Kind.LIST, Kind.LONG_TEXT, Kind.CHECKLIST, Kind.TABLE):
        yield Problem(file, place, "follows", f"'{item.follows}' has no lines to answer one by one.")


def _followable(content: Content, worksheet: Worksheet) -> dict[str, Item]:
    """An item of the same worksheet by its id, or of another as `<worksheet>.<item>`."""
    elsewhere = {f"{id}.{item.id}": item for id, versions in content.worksheets.items() for item in versions[-1].items}
    return elsewhere | {item.id: item for item in worksheet.items}


def _check_entry(content: Content, plan: Plan, entry: PlanEntry, place: str) -> Iterator[Problem]:
    file = "plans.toml"
    unknown = [
        (key, name, known)
        for key, name, known in (
            ("module", entry.module, content.modules),
            ("worksheet", entry.worksheet, content.worksheets),
            ("measure", entry.measure, content.measures),
        )
        if name and name not in known
    ]
    for key, name, known in unknown:
        yield _unknown(file, place, key, name, known)
    if not unknown:
        yield from (Problem(file, place, key, message) for key, message in _misfits(content, plan, entry))


def _misfits(content: Content, plan: Plan, entry: PlanEntry) -> Iterator[tuple[str, str]]:
    sheet = content.worksheets[entry.worksheet][-1] if entry.worksheet else None
    measure = content.measures[entry.measure][-1] if entry.measure else None
    if sheet and sheet.module != entry.module:
        yield "module", f"'{sheet.id}' belongs to module '{sheet.module}'."
    if sheet and sheet.answered_by is not entry.side and sheet.answered_by is not AnsweredBy.EACH:
        yield "side", f"'{sheet.id}' is for '{sheet.answered_by}'."
    if sheet and entry.side is AnsweredBy.JOINT and sheet.answered_by is not AnsweredBy.JOINT:
        yield "side", f"'{sheet.id}' is answered by each person alone."
    for kind in plan.relationships:
        if (sheet and not sheet.suits(kind)) or (measure and not measure.suits(kind)):
            yield "relationships", f"'{entry.worksheet or entry.measure}' asks nothing of a {kind}."
    if entry.weeks and not (entry.repeat or (sheet and sheet.repeat) or (measure and measure.repeat)):
        yield "weeks", "says how long a repeat runs, but this does not repeat."
