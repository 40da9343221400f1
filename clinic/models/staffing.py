"""Who works on a case, as what: its counselor, somebody in training, a supervisor, a colleague who covers.

Decides: how a part begins and ends, and that a case keeps somebody who answers for it. Must never know: who is asking.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.models.audit import Event, record
from clinic.models.cases import Case, CaseClinician
from clinic.models.people import Role, User
from clinic.models.states import NotAllowedNow


class Part(StrEnum):
    COUNSELOR = "counselor"
    TRAINEE = "trainee"  # writes, and the supervisor signs
    SUPERVISOR = "supervisor"
    COVER = "cover"  # for a colleague who is away


ANSWERS = {Part.COUNSELOR, Part.SUPERVISOR}
NOBODY_LEFT = "Somebody has to answer for this case. Add its next counselor first."
NO_SUPERVISOR = "Nobody supervises in this case yet, so there is nobody to send the note to. Its counselor adds a supervisor."


def staff_of(session: Session, case_id: uuid.UUID) -> Sequence[CaseClinician]:
    """Who works on the case now, in the order in which they came."""
    now_at = select(CaseClinician).where(CaseClinician.case_id == case_id, CaseClinician.until.is_(None))
    return session.scalars(now_at.order_by(CaseClinician.since)).all()


def require_supervisor(session: Session, case_id: uuid.UUID) -> None:
    if not any(row.part == Part.SUPERVISOR for row in staff_of(session, case_id)):
        raise NotAllowedNow(NO_SUPERVISOR)


def join_case(session: Session, case: Case, colleague: User, part: Part, *, by: uuid.UUID, at: datetime) -> CaseClinician:
    """One part at a time: whoever takes up another lays down the first. The button pressed twice changes nothing."""
    if colleague.role != Role.COUNSELOR or not colleague.is_active:
        raise NotAllowedNow("Choose a colleague who works here as a counselor.")
    before = next((row for row in staff_of(session, case.id) if row.user_id == colleague.id), None)
    if before is not None and before.part == part:
        return before
    if before is not None:
        _require_somebody(session, before, but_for=part)
        _end(session, before, by=by, at=at)
    row = CaseClinician(case_id=case.id, user_id=colleague.id, part=part.value, since=at)
    session.add(row)
    record(session, Event.CASE_JOINED, by=by, at=at, about=case, case_id=case.id, who=str(colleague.id), part=part.value)
    return row


def leave_case(session: Session, row: CaseClinician, *, by: uuid.UUID, at: datetime) -> None:
    """The part ends, and stays on record. Leaving twice is leaving once."""
    if row.until is None:
        _require_somebody(session, row)
        _end(session, row, by=by, at=at)


def _end(session: Session, row: CaseClinician, *, by: uuid.UUID, at: datetime) -> None:
    row.until = at
    record(session, Event.CASE_LEFT, by=by, at=at, about=row, who=str(row.user_id), part=row.part)


def _require_somebody(session: Session, leaving: CaseClinician, *, but_for: Part | None = None) -> None:
    stay = [row.part for row in staff_of(session, leaving.case_id) if row.id != leaving.id]
    if leaving.part in ANSWERS and but_for not in ANSWERS and not ANSWERS.intersection(stay):
        raise NotAllowedNow(NOBODY_LEFT)
