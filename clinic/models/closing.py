"""How a case is closed and taken up again: dated rows, each with its kind and the counselor's own words.

Decides: what closing ends besides. Must never know: who is asking. Why a case was closed is the counselor's record: no client ever
reads it, and no document for one holds it.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from clinic.db import Base, refers_to
from clinic.models.cases import Case
from clinic.models.planned import cancel_planned
from clinic.models.states import NotAllowedNow
from clinic.sealing import Subject, sealed_text

CALLED_OFF = "The case was closed."


class Closed(StrEnum):
    COMPLETED = "completed"
    STOPPED_BY_BOTH = "stopped_by_both"
    STOPPED_BY_ONE = "stopped_by_one"
    REFERRED = "referred"
    LOST_CONTACT = "lost_contact"
    OTHER = "other"


class CaseClosing(Base):
    """One closing, and how it ended when the case was taken up again. The kind is sealed: that one of two stopped is private."""

    __tablename__ = "case_closing"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    closed_at: Mapped[datetime]
    closed_by: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"))
    reopened_at: Mapped[datetime | None]
    reopened_by: Mapped[uuid.UUID | None] = mapped_column(refers_to("user.id"))
    kind = sealed_text()
    note = sealed_text()
    why_reopened = sealed_text()

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, "record")


def close_case(session: Session, case: Case, *, kind: Closed, note: str, by: uuid.UUID, at: datetime) -> CaseClosing:
    """What is planned is called off. Homework that waits stays as it is."""
    if kind is Closed.OTHER and not note.strip():
        raise NotAllowedNow("Say in a few words why the case is closed.")
    case.finish(by=by, at=at)
    cancel_planned(session, case, reason=CALLED_OFF, by=by, at=at)
    row = CaseClosing(case_id=case.id, closed_at=at, closed_by=by, kind=kind.value, note=note.strip() or None)
    session.add(row)
    return row


def reopen_case(session: Session, case: Case, *, why: str, by: uuid.UUID, at: datetime) -> None:
    """The closing stays on record, with the day on which it ended. A case of before closings had rows has none."""
    if not why.strip():
        raise NotAllowedNow("Say in a few words why the case is taken up again.")
    case.reopen(by=by, at=at)
    newest = select(CaseClosing).where(CaseClosing.case_id == case.id).order_by(CaseClosing.closed_at.desc()).limit(1)
    row = session.scalars(newest).first()
    if row is None or row.reopened_at is not None:
        row = CaseClosing(case_id=case.id, closed_at=at, closed_by=by, kind=Closed.OTHER.value)
        session.add(row)
    row.reopened_at, row.reopened_by, row.why_reopened = at, by, why.strip()
