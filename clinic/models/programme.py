"""Where a case stands in the programme: dated rows, never overwritten, because healing is not linear.

Decides: how a stage changes, what the counselor says of its signs, and how it is signed off. Must never know: what anyone
answered, or who is asking.
Clients never see any of this.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from clinic.db import Base, refers_to
from clinic.models.audit import Event, noted, record
from clinic.models.cases import Case, require_open
from clinic.models.states import NotAllowedNow, StageStatus, may_advance, words
from clinic.sealing import Subject, sealed_text
from forms import library


class Outcome(StrEnum):
    ACHIEVED = "achieved"
    PARTLY = "partly"
    DEFERRED = "deferred"
    NOT_APPLICABLE = "not_applicable"


class StageState(Base):
    """From ``since`` on, this module is at ``status`` in this case, until a newer row says otherwise."""

    __tablename__ = "stage_state"
    __table_args__ = (Index("ix_stage_state_case_module_since", "case_id", "module_id", "since"),)

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    module_id: Mapped[str]
    status: Mapped[str]
    since: Mapped[datetime]
    by: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"))
    setback_id: Mapped[uuid.UUID | None] = mapped_column(refers_to("setback.id"))  # what took it up again
    reason = sealed_text()

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, "record")


class StageSignOff(Base):
    """The counselor's decision on a stage. The system may propose; only a person signs."""

    __tablename__ = "stage_sign_off"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    module_id: Mapped[str]
    outcome: Mapped[str]
    signed_at: Mapped[datetime]
    signed_by: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"))
    reason = sealed_text()

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, "record")


class StageMark(Base):
    """The counselor's word on one sign of a stage: what they put on record, or (``waives``) that this sign need not be there."""

    __tablename__ = "stage_mark"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    module_id: Mapped[str]
    name: Mapped[str]
    waives: Mapped[bool]
    made_at: Mapped[datetime]
    made_by: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"))
    taken_back_at: Mapped[datetime | None]
    reason = sealed_text()

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, "record")

    def take_back(self, *, by: uuid.UUID, at: datetime) -> None:
        if self.taken_back_at is None:
            self.taken_back_at = at
            noted(self, Event.STAGE_MARK_TAKEN_BACK, by=by, at=at, module=self.module_id)


def change_stage(
    session: Session, case: Case, module_id: str, *, before: StageStatus, to: StageStatus, reason: str,
    setback_id: uuid.UUID | None = None, since: datetime | None = None, by: uuid.UUID, at: datetime,
) -> StageState:  # fmt: skip
    """Add the dated row that moves one stage of a case. ``setback_id``: what took it up again; a private one's row is shown to its
    person and the counselor alone (`clinic.reporting.stages`). ``since``: from when it holds, where that is not now."""
    require_open(case)
    if not may_advance(before, to):
        raise NotAllowedNow(f"This stage is {words(before)} and cannot become {words(to)}.")
    row = StageState(
        case_id=case.id, module_id=module_id, status=to.value, since=since or at, by=by, setback_id=setback_id,
        reason=reason or None,
    )
    session.add(row)
    record(
        session, Event.STAGE_CHANGED, by=by, at=at, about=row, module=module_id, before=before.value, after=to.value
    )  # fmt: skip
    return row


def start_stage(
    session: Session, case: Case, module_id: str | None, *, since: datetime | None = None, by: uuid.UUID | None, at: datetime
) -> None:
    """The first homework of a module starts its stage. ``since``: the day that was chosen for it; now, without one. ``by``: who
    gave it."""
    if by is None or module_id not in {module.id for module in library.modules if module.number}:
        return
    moved = select(StageState.id).where(StageState.case_id == case.id, StageState.module_id == module_id)
    if session.scalars(moved.limit(1)).first() is None:
        before, to, reason = StageStatus.NOT_STARTED, StageStatus.IN_PROGRESS, "The first homework was given."
        change_stage(session, case, str(module_id), before=before, to=to, reason=reason, since=since, by=by, at=at)


def sign_off_stage(
    session: Session, case: Case, module_id: str, *, outcome: Outcome, reason: str, by: uuid.UUID, at: datetime
) -> StageSignOff:
    require_open(case)
    row = StageSignOff(
        case_id=case.id, module_id=module_id, outcome=outcome.value, signed_at=at, signed_by=by, reason=reason or None
    )
    session.add(row)
    record(session, Event.STAGE_SIGNED_OFF, by=by, at=at, about=row, module=module_id, outcome=outcome.value)
    return row


def mark_sign(
    session: Session, case: Case, module_id: str, *, name: str, waives: bool, reason: str, by: uuid.UUID, at: datetime
) -> StageMark:
    require_open(case)
    if not reason.strip():
        raise NotAllowedNow("Say in a sentence why.")
    row = StageMark(
        case_id=case.id, module_id=module_id, name=name, waives=waives, made_at=at, made_by=by, reason=reason.strip()
    )
    session.add(row)
    noted(row, Event.STAGE_MARKED, by=by, at=at, module=module_id)
    return row
