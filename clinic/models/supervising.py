"""A trainee's note on its way to the signature: sent to the supervisor, taken back, returned with a comment.

Decides: what of this is allowed now, and that each comment stays. Must never know: who is asking, or who supervises whom.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from clinic.db import Base, refers_to
from clinic.models.audit import Event, noted
from clinic.models.notes import ProgressNote, note_subject
from clinic.models.staffing import require_supervisor
from clinic.models.states import NotAllowedNow, NoteState, advance
from clinic.sealing import Subject, sealed_text

EMPTY = "This note is empty. Write at least one section or one stage entry before you send it."


class NoteReturn(Base):
    """What a supervisor wrote when a note went back. It belongs to the two who work on the note, and is no part of the record of
    the case: it stands in no document."""

    __tablename__ = "note_return"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"))
    individual_of: Mapped[uuid.UUID | None] = mapped_column(refers_to("participant.id"))
    note_id: Mapped[uuid.UUID] = mapped_column(refers_to("progress_note.id"), index=True)
    note_author_id: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"))
    author_id: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"))
    returned_at: Mapped[datetime]
    name = sealed_text()
    text = sealed_text()

    def sealed_for(self) -> Subject:
        return note_subject(self)


def send_to_supervisor(note: ProgressNote, *, by: uuid.UUID, name: str, at: datetime) -> None:
    """Nobody changes it from here on, until it is signed, returned or taken back. ``name``: of its author, printed beside the
    supervisor's."""
    require_supervisor(_session(note), note.case_id)
    if note.is_empty:
        raise NotAllowedNow(EMPTY)
    advance(note, NoteState.SUBMITTED)
    note.submitted_at, note.submitted_name, note.returned_at = at, name, None
    noted(note, Event.NOTE_SENT, by=by, at=at)


def take_back(note: ProgressNote, *, by: uuid.UUID, at: datetime) -> None:
    advance(note, NoteState.DRAFT)
    note.submitted_at = note.submitted_name = None
    noted(note, Event.NOTE_TAKEN_BACK, by=by, at=at)


def give_back(note: ProgressNote, comment: str, *, by: uuid.UUID, name: str, at: datetime) -> NoteReturn:
    """The note is its author's draft again, with the supervisor's comment beside it."""
    advance(note, NoteState.DRAFT)
    note.submitted_at = note.submitted_name = None
    note.returned_at = at
    row = NoteReturn(
        case_id=note.case_id,
        individual_of=note.individual_of,
        note_id=note.id,
        note_author_id=note.author_id,
        author_id=by,
        returned_at=at,
        name=name,
        text=comment,
    )
    _session(note).add(row)
    noted(note, Event.NOTE_RETURNED, by=by, at=at)
    return row


def returns_of(session: Session, note_id: uuid.UUID) -> Sequence[NoteReturn]:
    """The oldest first."""
    return session.scalars(select(NoteReturn).where(NoteReturn.note_id == note_id).order_by(NoteReturn.returned_at)).all()


def _session(note: ProgressNote) -> Session:
    session = object_session(note)
    if session is None:
        raise RuntimeError("a note is sent from within a session")
    return session
