"""Preset plans: several pieces of homework at once, spaced in weeks, as a counselor may give them after editing.

Decides what a well-formed plan is. Never gives anything, and never knows a case.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from forms.definition import AnsweredBy, Repeat
from forms.reading import Row
from forms.wording import Relationship
from forms.worksheets import read_repeat


class Track(StrEnum):
    """For two people, or for one who works alone."""

    TWO = "two"
    SOLO = "solo"


class OnlyIf(StrEnum):
    """What a plan may make an entry depend on. Whoever gives the plan knows whether it holds."""

    NO_IMPORTED_MEASURES = "no_imported_measures"


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """One piece: a worksheet or a measure; or a module alone, from which the counselor chooses. `week`: after the start.
    `side`: whom it is meant for. `weeks`: how long a repeat runs."""

    week: int
    side: AnsweredBy
    reason: str
    module: str = ""
    worksheet: str = ""
    measure: str = ""
    weeks: int = 0
    repeat: Repeat | None = None
    only_if: OnlyIf | None = None

    def is_for(self, side: str, *, both: bool, solo: bool = False) -> bool:
        """Is it given to a person of this side? Joint pieces need both people, or the solo track."""
        if self.side is AnsweredBy.JOINT:
            return both or solo
        return self.side is AnsweredBy.EACH or side in (self.side.value, "both", "unset")


@dataclass(frozen=True, slots=True)
class Plan:
    id: str
    title: str
    use_when: str
    relationships: tuple[Relationship, ...]
    track: Track
    reminder: str
    entries: tuple[PlanEntry, ...]

    def suits(self, kind: Relationship | str) -> bool:
        return Relationship(kind) in self.relationships


def read_plans(row: Row) -> tuple[Plan, ...]:
    plans = row.rows("plan", read_plan, required=True)
    row.unique("plan", (plan.id for plan in plans))
    return plans


def read_plan(row: Row) -> Plan:
    return Plan(
        id=row.id(),
        title=row.text("title"),
        use_when=row.text("use_when"),
        relationships=row.relationships(required=True),
        track=row.one_of("track", Track),
        reminder=row.text("reminder", ""),
        entries=row.rows("entry", read_entry, required=True),
    )


def read_entry(row: Row) -> PlanEntry:
    entry = PlanEntry(
        week=row.whole("week"),
        side=row.one_of("side", AnsweredBy),
        reason=row.text("reason"),
        module=row.text("module", ""),
        worksheet=row.text("worksheet", ""),
        measure=row.text("measure", ""),
        weeks=row.whole("weeks", 0, least=1),
        repeat=read_repeat(row.table("repeat")) if row.has("repeat") else None,
        only_if=row.one_of("if", OnlyIf) if row.has("if") else None,
    )
    if entry.worksheet and entry.measure:
        row.complain("measure", "and worksheet do not go together; make two entries of them.")
    if not (entry.module or entry.worksheet or entry.measure):
        row.complain("worksheet", "is missing; name a worksheet, a measure, or a module to choose from.")
    if entry.repeat and entry.worksheet:
        row.complain("repeat", "belongs to measures; a worksheet's own file says how often it comes back.")
    return entry
