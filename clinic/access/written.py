"""The scopes of what is written about sessions: notes, what stands under them, and what stands apart.

Decides: which rows each viewer can see of these. A draft is its author's; a trainee's note that waits is its author's and the
supervisor's; what is signed is the clinicians'; a psychotherapy note is its author's alone; a client reads what signed notes say of
a stage, in documents.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, not_, or_, select, true

from clinic.access.reach import clinicians, clinicians_only, in_my_cases, in_supervision
from clinic.access.viewer import Kind, Viewer
from clinic.models import Addendum, NoteReturn, NoteState, NoteVoid, ProgressNote, PsychotherapyNote, StageEntry, Statement


def notes_for(viewer: Viewer) -> Select[ProgressNote]:
    """Clinicians of the case: their own drafts, and everyone's signed notes. A trainee's note that waits for the signature is its
    author's and the supervisor's."""
    waits = and_(ProgressNote.state == NoteState.SUBMITTED, in_supervision(viewer, ProgressNote.case_id))
    readable = or_(ProgressNote.state == NoteState.SIGNED, ProgressNote.author_id == viewer.user_id, waits)
    return select(ProgressNote).where(clinicians_only(viewer, ProgressNote), readable)


def returns_for(viewer: Viewer) -> Select[NoteReturn]:
    """Between the one who wrote the note and who supervises: no other clinician of the case reads it."""
    theirs = or_(
        NoteReturn.note_author_id == viewer.user_id,
        NoteReturn.author_id == viewer.user_id,
        in_supervision(viewer, NoteReturn.case_id),
    )
    return select(NoteReturn).where(clinicians_only(viewer, NoteReturn), theirs)


def psychotherapy_notes_for(viewer: Viewer) -> Select[PsychotherapyNote]:
    """Their author's, while they work on the case. Not the supervisor's, not a colleague's, in no document."""
    own = PsychotherapyNote.author_id == viewer.user_id
    return select(PsychotherapyNote).where(clinicians_only(viewer, PsychotherapyNote), own)


def is_void() -> ColumnElement[bool]:
    return ProgressNote.id.in_(select(NoteVoid.note_id))


def stage_entries_for(viewer: Viewer) -> Select[StageEntry]:
    """What signed notes say of each stage, of the sessions that this viewer may know. Of a note that is void, nothing."""
    if viewer.kind is Kind.CLIENT:
        mine = or_(StageEntry.individual_of.is_(None), StageEntry.individual_of.in_(viewer.seats))
    else:
        mine = StageEntry.individual_of.is_(None) if viewer.kind is Kind.JOINT else true()
    return (
        select(StageEntry)
        .join(ProgressNote, ProgressNote.id == StageEntry.note_id)
        .where(in_my_cases(viewer, StageEntry.case_id), mine, ProgressNote.state == NoteState.SIGNED, not_(is_void()))
    )


def statements_for(viewer: Viewer) -> Select[Statement]:
    """With the note that they stand in, and like it: never a person's to read."""
    return select(Statement).where(Statement.note_id.in_(notes_for(viewer).with_only_columns(ProgressNote.id)))


SCOPES: dict[type, Callable[[Viewer], Select[Any]]] = {
    ProgressNote: notes_for,
    StageEntry: stage_entries_for,
    Statement: statements_for,
    Addendum: clinicians(Addendum),
    NoteVoid: clinicians(NoteVoid),
    NoteReturn: returns_for,
    PsychotherapyNote: psychotherapy_notes_for,
}
