"""What keeps a signed note final: whatever the program tries to write of it, or of anything under it, is refused.

Decides: which change breaks a signature. Must never know: who is asking, or what a note is made of.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session

from clinic.models.encounters import Attendance, Encounter
from clinic.models.notes import FINAL, Addendum, ProgressNote, StageEntry, Statement
from clinic.models.states import AlreadySigned, NoteState
from clinic.models.supervising import NoteReturn
from clinic.models.voiding import NoteVoid

GUARDED = (ProgressNote, StageEntry, Statement, Addendum, NoteVoid, NoteReturn)
BESIDE = ("addenda", "void")
OF_SIGNED = "A note of this session is signed, and who met, when and how is part of it. Add an addendum instead."
ATTENDED = ("encounter_id", "participant_id", "attended")
OF_THE_SESSION = ("began_at", "minutes", "medium", "individual_of", "case_id")


@event.listens_for(Session, "before_flush")
def _signed_is_final(session: Session, _context: object, _instances: object) -> None:
    """The one place that keeps a signed note final, its stage entries and addenda included."""
    with session.no_autoflush:
        for row in (*session.new, *session.dirty, *session.deleted):
            if isinstance(row, GUARDED) and _breaks_a_signature(session, row):
                raise AlreadySigned(FINAL)
            if isinstance(row, Encounter | Attendance) and _changes_a_signed_session(session, row):
                raise AlreadySigned(OF_SIGNED)


@event.listens_for(Session, "do_orm_execute")
def _never_past_the_listener(state: ORMExecuteState) -> None:
    """A statement over many rows would not be seen above: notes change row by row, or not at all."""
    mapper = None if state.is_select else state.bind_mapper
    if mapper is not None and mapper.class_ in GUARDED:
        raise AlreadySigned(FINAL)


def _breaks_a_signature(session: Session, row: Any) -> bool:
    touched = row in session.deleted or session.is_modified(row, include_collections=False)
    if isinstance(row, Addendum | NoteVoid | NoteReturn):  # final from the start
        return touched and row not in session.new
    if isinstance(row, StageEntry | Statement):
        return (touched or row in session.new) and any(_was_signed(note) for note in _notes_above(session, row))
    return _was_signed(row) and (row in session.deleted or _changes(row))


def _changes(note: ProgressNote) -> bool:
    """Of the note itself and below it. An addendum and a void are put beside it, and change nothing of it."""
    state: Any = inspect(note)
    return any(one.history.has_changes() for one in state.attrs if one.key not in BESIDE)


def _notes_above(session: Session, entry: StageEntry | Statement) -> list[ProgressNote]:
    """The note it stands under, the one it is taken from and the one it is put under."""
    state: Any = inspect(entry)
    named = state.attrs.note.history.sum()
    ids = {entry.note_id, *state.attrs.note_id.history.sum()} - {None}
    return [note for note in (*named, *(session.get(ProgressNote, id) for id in ids)) if note is not None]


def _was_signed(note: ProgressNote) -> bool:
    """Whether the row on disk is signed: the state before this flush."""
    history = inspect(note).attrs.state.history
    before = history.deleted[0] if history.deleted else note.state
    return inspect(note).persistent and before == NoteState.SIGNED


def _changes_a_signed_session(session: Session, row: Encounter | Attendance) -> bool:
    """The facts of a session stand in its signed notes."""
    state: Any = inspect(row)
    id, names = (row.encounter_id, ATTENDED) if isinstance(row, Attendance) else (row.id, OF_THE_SESSION)
    touched = row in session.deleted or any(state.attrs[name].history.has_changes() for name in names)
    signed = select(ProgressNote.id).where(ProgressNote.encounter_id == id, ProgressNote.state == NoteState.SIGNED)
    return bool(touched and state.persistent and session.scalars(signed.limit(1)).first())
