"""What stands beside a note while it is written: the last note of the same kind of record, and what was answered since.

Decides: what belongs beside which note. Beside the note of an individual session stands that person's own alone, and nothing of the
other person; beside a joint note stand joint notes. Must never know: the words of a private check or a private word. They are read
on their own pages, because a counselor may write with both people in the room.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select

from clinic import access
from clinic.db import db
from clinic.models import Assignment, Case, Encounter, NoteState, ProgressNote
from clinic.models.notes import persons_of
from clinic.models.sending import PRIVATE_WORD, SAFETY_CHECK
from clinic.web.context import viewer
from clinic.web.practice.answered import Homework, homework_of
from forms.notes import NoteForm

MOST_ANSWERED = 12


@dataclass(frozen=True)
class Earlier:
    """``drafts``: earlier notes of this counselor's that wait to be signed. ``more``: how many more were answered."""

    last: ProgressNote | None
    drafts: list[ProgressNote]
    answered: list[Homework]
    more: int

    @property
    def since(self) -> datetime | None:
        return self.last.encounter.began_at if self.last else None

    def carriable(self, form: NoteForm) -> dict[str, str]:
        """What the last signed note says in each section of this one."""
        before = (self.last.sections or {}) if self.last else {}
        return {section.id: before[section.id] for section, _ in form.section_fields() if before.get(section.id)}


def earlier_than(note: ProgressNote, case: Case) -> Earlier:
    mine = ProgressNote.author_id == viewer().user_id
    drafts = list(db.session.scalars(_same_kind(note).where(ProgressNote.state != NoteState.SIGNED, mine)))
    last = last_signed(note)
    works = _answered(note, case, since=last.encounter.began_at if last else None)
    return Earlier(last, drafts, homework_of(works[:MOST_ANSWERED]), max(0, len(works) - MOST_ANSWERED))


def last_signed(note: ProgressNote) -> ProgressNote | None:
    """What was marked void is carried nowhere."""
    signed = _same_kind(note).where(ProgressNote.state == NoteState.SIGNED, ~access.is_void())
    return db.session.scalars(signed.limit(1)).first()


def _same_kind(note: ProgressNote) -> Select[Any]:
    """The newest first, of sessions no later than this one's."""
    of_one = ProgressNote.individual_of == note.individual_of if note.individual_of else ProgressNote.individual_of.is_(None)
    return (
        access.notes_for(viewer())
        .join(Encounter, Encounter.id == ProgressNote.encounter_id)
        .where(ProgressNote.case_id == note.case_id, ProgressNote.id != note.id, of_one)
        .where(Encounter.began_at <= note.encounter.began_at)
        .order_by(Encounter.began_at.desc(), ProgressNote.begun_at.desc())
    )


def _answered(note: ProgressNote, case: Case, since: datetime | None) -> list[Assignment]:
    people = [person.id for person in persons_of(note.encounter, case)]
    sent = Assignment.submitted_at > since if since else Assignment.submitted_at.is_not(None)
    return access.rows_of(
        viewer(), Assignment, Assignment.case_id == case.id, Assignment.participant_id.in_(people), sent,
        Assignment.content_id.not_in((SAFETY_CHECK, PRIVATE_WORD)), order_by=Assignment.submitted_at.desc(),
    )  # fmt: skip
