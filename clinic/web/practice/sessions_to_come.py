"""The sessions that are to come, as a counselor's pages tell them: of a case, and of the day.

Decides: the words, and what of the past is still to be settled. Must never know: what is talked about.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from clinic import access
from clinic.access import Viewer
from clinic.models import Case, PlannedEncounter, PlannedState
from clinic.web.context import settings
from clinic.web.words import in_words


@dataclass(frozen=True, slots=True)
class ToCome:
    id: uuid.UUID
    begins_at: datetime
    names: str
    how: str
    has_begun: bool


def names_of(row: PlannedEncounter, case: Case) -> str:
    """"Ana and Ben", or "Ana alone" when one of two is expected."""
    names = " and ".join(person.preferred_name or "" for person in row.expects(case.participants))
    return f"{names} alone" if row.individual_of else names


def to_come(viewer: Viewer, case: Case, *, now: datetime) -> tuple[ToCome, ...]:
    """All that are planned and not settled, the next one first."""
    planned = access.rows_of(
        viewer, PlannedEncounter, PlannedEncounter.case_id == case.id, PlannedEncounter.state == PlannedState.PLANNED.value,
        order_by=PlannedEncounter.begins_at,
    )  # fmt: skip
    return tuple(shown(row, case, now=now) for row in planned)


def shown(row: PlannedEncounter, case: Case, *, now: datetime) -> ToCome:
    how = f"{row.minutes} minutes, {in_words(row.medium)}"
    return ToCome(row.id, row.begins_at, names_of(row, case), how, row.begins_at <= now)


def until_tonight(viewer: Viewer, *, today: date) -> list[PlannedEncounter]:
    """Of all cases: today's, and older ones of which nobody has said what became of them."""
    midnight = datetime.combine(today + timedelta(days=1), time(), settings().practice.zone)
    return access.rows_of(
        viewer, PlannedEncounter, PlannedEncounter.state == PlannedState.PLANNED.value, PlannedEncounter.begins_at < midnight,
        order_by=PlannedEncounter.begins_at,
    )  # fmt: skip
