"""Documents that were made to be handed over: stored once as they were, never rendered again.

Decides: what a released report keeps. Must never know: how it was made. Authority to hand over comes in a later issue.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import date, datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from clinic.db import Base, refers_to
from clinic.models.audit import Event, noted
from clinic.models.cases import Case, require_not_separated
from clinic.sealing import Subject, sealed_bytes


class ReleasedReport(Base):
    """The PDF's bytes, sealed, with their SHA-256 (hex). ``participant_id`` is set when the reader is one person."""

    __tablename__ = "released_report"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    kind: Mapped[str]
    audience: Mapped[str]
    participant_id: Mapped[uuid.UUID | None] = mapped_column(refers_to("participant.id"))
    period_from: Mapped[date | None]
    period_to: Mapped[date | None]
    made_at: Mapped[datetime]
    made_by: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    submission_key: Mapped[uuid.UUID | None] = mapped_column(unique=True)
    pdf = sealed_bytes()

    def sealed_for(self) -> Subject:
        if self.audience == "counselor":
            return Subject(self.case_id, "record")
        return Subject(self.case_id, f"individual:{self.participant_id}" if self.participant_id else "joint")


def release_report(
    session: Session,
    *,
    case_id: uuid.UUID,
    kind: str,
    audience: str,
    participant_id: uuid.UUID | None,
    period: tuple[date | None, date | None],
    pdf: bytes,
    submission_key: uuid.UUID | None = None,
    by: uuid.UUID,
    at: datetime,
) -> ReleasedReport:
    if audience == "joint":
        require_not_separated(session.get_one(Case, case_id))
    row = ReleasedReport(
        case_id=case_id,
        kind=kind,
        audience=audience,
        participant_id=participant_id,
        period_from=period[0],
        period_to=period[1],
        made_at=at,
        made_by=by,
        submission_key=submission_key,
        sha256=hashlib.sha256(pdf).hexdigest(),
        pdf=pdf,
    )
    session.add(row)
    noted(row, Event.REPORT_MADE, by=by, at=at, audience=audience, sha256=row.sha256)
    return row
