"""Setbacks: dated, described, private to one person or joint; they can reopen stages.

Decides: what a setback holds and whose it is. Must never know: who is asking.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy.orm import Mapped, Session, mapped_column

from clinic.db import Base, refers_to
from clinic.models.audit import Event, noted
from clinic.models.cases import Case, require_open
from clinic.models.states import NotAllowedNow
from clinic.sealing import Subject, sealed_data, sealed_text


class Setback(Base):
    """``participant_id`` is set when it is one person's own: then it is in nothing that the other may see."""

    __tablename__ = "setback"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    participant_id: Mapped[uuid.UUID | None] = mapped_column(refers_to("participant.id"))
    happened_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"))
    text = sealed_text()
    reopened = sealed_data()  # module ids

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, f"individual:{self.participant_id}" if self.participant_id else "joint")


def record_setback(
    session: Session,
    case: Case,
    *,
    participant_id: uuid.UUID | None,
    happened_on: date,
    text: str,
    reopened: list[str],
    by: uuid.UUID,
    at: datetime,
) -> Setback:
    require_open(case)
    if participant_id is None and case.is_separated:
        raise NotAllowedNow(f"{case.why_apart} Record it for one of them, or for each alone.")
    if not text.strip():
        raise NotAllowedNow("Say in a few words what happened.")
    row = Setback(
        case_id=case.id, participant_id=participant_id, happened_on=happened_on, recorded_at=at, recorded_by=by,
        text=text.strip(), reopened=reopened,
    )  # fmt: skip
    session.add(row)
    noted(row, Event.SETBACK_RECORDED, by=by, at=at)
    return row
