"""Who has not been heard of: homework is open, and nothing was sent and no session attended for three weeks.

Decides: when a person counts as silent. Must never know: what anyone answered. For the counselor only: neither of two people ever
learns whether the other is heard of.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func

from clinic import access
from clinic.access import Viewer
from clinic.db import db
from clinic.models import Assignment, AssignmentState, Case

SILENT_AFTER = timedelta(days=21)
OPEN = (AssignmentState.OPEN.value, AssignmentState.RETURNED.value)


@dataclass(frozen=True, slots=True)
class Silence:
    """``since``: the last that was heard, or the day on which the oldest open sheet was given. ``sheets``: how many are open."""

    case_id: uuid.UUID
    since: datetime
    sheets: int


def silent_people(viewer: Viewer, cases: dict[uuid.UUID, Case], *, now: datetime) -> dict[uuid.UUID, Silence]:
    """By participant, in two queries however many cases there are. Only in cases that go on."""
    found = {}
    seen = _last_attended(viewer)
    for person_id, case_id, oldest, sheets, sent in _homework(viewer):
        since = max(at for at in (oldest, sent, seen.get(person_id)) if at is not None)
        if cases[case_id].is_open and now - since >= SILENT_AFTER:
            found[person_id] = Silence(case_id, since, sheets)
    return found


def _homework(viewer: Viewer) -> list[tuple[uuid.UUID, uuid.UUID, datetime, int, datetime | None]]:
    """Of everyone with an open sheet: since when the oldest is open, how many, and when anything was last sent."""
    is_open = Assignment.state.in_(OPEN)
    counted = (
        access.assignments_for(viewer)
        .with_only_columns(
            Assignment.participant_id,
            Assignment.case_id,
            func.min(Assignment.assigned_at).filter(is_open),
            func.count().filter(is_open),
            func.max(Assignment.submitted_at),
        )
        .group_by(Assignment.participant_id, Assignment.case_id)
        .having(func.count().filter(is_open) > 0)
    )
    found: Sequence[Any] = db.session.execute(counted).all()
    return [(row[0], row[1], row[2], row[3], row[4]) for row in found]


def _last_attended(viewer: Viewer) -> dict[uuid.UUID, datetime]:
    last: dict[uuid.UUID, datetime] = {}
    for person_id, at in db.session.execute(access.attended_for(viewer)):
        last[person_id] = max(at, last.get(person_id, at))
    return last
