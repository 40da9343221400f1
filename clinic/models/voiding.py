"""A signed note that does not hold: it stays to be read, with who said so, when and why.

Decides: that a void is said once, of a signed note, and that it changes nothing of the note. Must never know: who may say it.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.db import Base, refers_to
from clinic.models.audit import Event, noted
from clinic.models.digests import void_digest
from clinic.models.notes import ProgressNote, note_subject
from clinic.models.states import NotAllowedNow
from clinic.sealing import Subject, sealed_text

IS_VOID = "This note was marked void. It can be read, and nothing is added to it any more."


class NoteVoid(Base):
    """Beside the note, not in it: the signed words stay as they were signed. There is no way back."""

    __tablename__ = "note_void"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"))
    individual_of: Mapped[uuid.UUID | None] = mapped_column(refers_to("participant.id"))
    note_id: Mapped[uuid.UUID] = mapped_column(refers_to("progress_note.id"), unique=True)
    author_id: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"))
    voided_at: Mapped[datetime]
    signed_name = sealed_text()
    reason = sealed_text()

    note: Mapped[ProgressNote] = relationship(back_populates="void")

    def sealed_for(self) -> Subject:
        return note_subject(self)


def void_note(note: ProgressNote, *, reason: str, by: uuid.UUID, name: str, at: datetime) -> NoteVoid:
    if not note.is_signed:
        raise NotAllowedNow("Only a signed note is marked void. A draft is changed.")
    if note.void is not None:
        raise NotAllowedNow(IS_VOID)
    if not reason.strip():
        raise NotAllowedNow("Say why this note does not hold. The reason stays beside it.")
    row = NoteVoid(
        case_id=note.case_id,
        individual_of=note.individual_of,
        note_id=note.id,
        author_id=by,
        voided_at=at,
        signed_name=name,
        reason=reason,
    )
    note.void = row
    noted(note, Event.NOTE_VOIDED, by=by, at=at, voiding=str(row.id), digest=void_digest(row))
    return row
