"""What keeps a signed note final: whatever the program tries to write of it, or of anything under it, is refused.

Decides: which change breaks a signature. Must never know: who is asking, or what a note is made of.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import ORMExecuteState, Session

from clinic.models.notes import FINAL, Addendum, ProgressNote, StageEntry, Statement
from clinic.models.states import AlreadySigned, NoteState


@event.listens_for(Session, "before_flush")
def _signed_is_final(session: Session, _context: object, _instances: object) -> None:
    """The one place that keeps a signed note final, its stage entries and addenda included."""
    with session.no_autoflush:
        for row in (*session.new, *session.dirty, *session.deleted):
            if isinstance(row, ProgressNote | StageEntry | Statement | Addendum) and _breaks_a_signature(session, row):
                raise AlreadySigned(FINAL)


@event.listens_for(Session, "do_orm_execute")
def _never_past_the_listener(state: ORMExecuteState) -> None:
    """A statement over many rows would not be seen above: notes change row by row, or not at all."""
    mapper = None if state.is_select else state.bind_mapper
    if mapper is not None and mapper.class_ in (ProgressNote, StageEntry, Statement, Addendum):
        raise AlreadySigned(FINAL)


def _breaks_a_signature(session: Session, row: ProgressNote | StageEntry | Statement | Addendum) -> bool:
    touched = row in session.deleted or session.is_modified(row, include_collections=False)
    if isinstance(row, Addendum):
        return touched and row not in session.new
    if isinstance(row, StageEntry | Statement):
        return (touched or row in session.new) and any(_was_signed(note) for note in _notes_above(session, row))
    return _was_signed(row) and (touched or _changes_below(row))


def _changes_below(note: ProgressNote) -> bool:
    below: Any = inspect(note)
    return any(below.attrs[name].history.has_changes() for name in ("stage_entries", "statements"))


def _notes_above(session: Session, entry: StageEntry | Statement) -> list[ProgressNote]:
    """The note it stands under, the one it is taken from and the one it is put under."""
    named = inspect(entry).attrs.note.history.sum()
    ids = {entry.note_id, *inspect(entry).attrs.note_id.history.sum()} - {None}
    return [note for note in (*named, *(session.get(ProgressNote, id) for id in ids)) if note is not None]


def _was_signed(note: ProgressNote) -> bool:
    """Whether the row on disk is signed: the state before this flush."""
    history = inspect(note).attrs.state.history
    before = history.deleted[0] if history.deleted else note.state
    return inspect(note).persistent and before != NoteState.DRAFT and before is not None
