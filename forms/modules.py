"""How the files of the phases, the modules and the documents to sign become definitions.

Decides what a well-formed module is; rules.py says what its completion criteria may call. Never knows whether what it names exists
(references.py asks that).
"""

from __future__ import annotations

from forms.definition import Criterion, Document, Guide, Introduction, Module, Phase, Prerequisite, Section
from forms.reading import Row, nearest
from forms.rules import RULES, read_arguments


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
    return Criterion(rule, row.text("sentence"), read_arguments(row, rule))


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
