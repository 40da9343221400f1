"""How the files of the phases, the modules and the documents to sign become definitions.

Decides what a well-formed module is, and the closed list of rules that its completion criteria may call.
Never evaluates a criterion, and never knows whether what it names exists (library.py asks that).
"""

from __future__ import annotations

from types import MappingProxyType

from forms.definition import Criterion, Document, Guide, Introduction, Module, Phase, Prerequisite, Section
from forms.reading import Row, nearest

# A closed list of functions, never expressions: a counselor must be able to read why a stage seems complete.
RULES = frozenset(
    (
        "submitted",
        "mean_at_least",
        "kept_share",
        "signed",
        "note_tagged",
        "reviewed",
        "no_open_concern",
        "answer_is",
        "answered_on_days",
        "rows_complete",
        "trend",
        "recorded",
    )
)
_ARGUMENTS: dict[str, type] = {
    "worksheet": str,
    "item": str,
    "items": list,
    "values": list,
    "measure": str,
    "document": str,
    "tag": str,
    "side": str,
    "at_least": float,
    "at_most": float,
    "share": float,
    "days": int,
    "weeks": int,
    "of_weeks": int,
    "times": int,
    "waivable": bool,
    "unless_recorded": str,
}


def read_stages(row: Row) -> tuple[tuple[Phase, ...], tuple[str, ...]]:
    """The phases, and the ids of the numbered modules in the order of the programme."""
    phases = row.rows("phase", read_phase, required=True)
    row.unique("phase", (phase.id for phase in phases))
    order = row.texts("modules", required=True)
    row.unique("modules", order)
    return phases, order


def read_phase(row: Row) -> Phase:
    return Phase(row.id(), row.text("title"), row.text("meaning"))


def read_module(row: Row) -> Module:
    module = Module(
        id=row.id(),
        version=row.whole("version", least=1),
        number=row.whole("number"),
        title=row.text("title"),
        phase=row.id("phase"),
        aims=row.texts("aims", required=True),
        introduction=read_introduction(row.table("introduction")),
        guide=read_guide(row.table("guide")),
        references=row.texts("references"),
        prerequisites=row.rows("prerequisite", read_prerequisite),
        criteria=row.rows("criterion", read_criterion),
        worksheets=row.texts("worksheets"),
    )
    row.unique("worksheets", module.worksheets)
    return module


def read_introduction(row: Row) -> Introduction:
    introduction = Introduction(row.worded("hurt"), row.worded("involved"), row.worded("both"))
    row.done()
    return introduction


def read_guide(row: Row) -> Guide:
    guide = Guide(
        aims=row.texts("aims"),
        prepare=row.texts("prepare"),
        watch_for=row.texts("watch_for"),
        slow_down_when=row.texts("slow_down_when"),
        questions=row.texts("questions"),
    )
    row.done()
    return guide


def read_prerequisite(row: Row) -> Prerequisite:
    return Prerequisite(row.id("module"), row.text("reason"))


def read_criterion(row: Row) -> Criterion:
    rule = row.text("rule")
    if rule and rule not in RULES:
        row.complain("rule", f"'{rule}' is not known; {nearest(rule, RULES)}")
    sentence = row.text("sentence")
    arguments = {key: _argument(row, key, kind) for key, kind in _ARGUMENTS.items() if row.has(key)}
    row.asked.update(_ARGUMENTS)
    if ("item" in arguments or "items" in arguments) and "worksheet" not in arguments:
        row.complain("worksheet", "is missing; an item is found through its worksheet.")
    return Criterion(rule, sentence, MappingProxyType(arguments))


def _argument(row: Row, key: str, kind: type) -> object:
    if kind is list:
        return row.values(key)
    if kind is float:
        return row.amount(key, 0.0)
    if kind is int:
        return row.whole(key, 0)
    return row.flag(key, False) if kind is bool else row.text(key)


def read_document(row: Row) -> Document:
    return Document(
        id=row.id(),
        version=row.whole("version", least=1),
        title=row.text("title"),
        one_line=row.text("one_line"),
        sections=row.rows("sections", read_section, "section", required=True),
    )


def read_section(row: Row) -> Section:
    return Section(row.text("title"), row.worded("text"))
