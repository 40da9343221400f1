"""Psychotherapy notes: what a therapist thinks about a conversation, apart from the record of the case (45 CFR 164.501).

Decides: whose they are: their author's alone, sealed with a key of their own for each author. Must never know: the record; nothing
leads from there to here, and no document, search, count or colleague's page holds them.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Mapped, Session, mapped_column

from clinic.db import Base, refers_to
from clinic.models.audit import Event, noted
from clinic.sealing import Subject, sealed_text


class PsychotherapyNote(Base):
    __tablename__ = "psychotherapy_note"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    author_id: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"), index=True)
    version: Mapped[int] = mapped_column()
    begun_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    text = sealed_text()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, f"psychotherapy:{self.author_id}")

    @property
    def first_words(self) -> str:
        """What its author knows it by in a list."""
        line = next((line.strip() for line in (self.text or "").splitlines() if line.strip()), "")
        return line if len(line) <= 80 else f"{line[:77].rstrip()}..."

    def save(self, text: str, *, at: datetime) -> None:
        self.text, self.saved_at = text, at


def begin_psychotherapy_note(session: Session, case_id: uuid.UUID, *, by: uuid.UUID, at: datetime) -> PsychotherapyNote:
    row = PsychotherapyNote(case_id=case_id, author_id=by, begun_at=at, saved_at=at, text="")
    session.add(row)
    noted(row, Event.PSYCHOTHERAPY_NOTE_BEGUN, by=by, at=at)
    return row
