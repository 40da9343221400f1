"""The notes of sessions. A signed note, and everything under it, never changes (`clinic.models.finality` sees to it).

Decides: what a note is made of; when it is signed; which key it is sealed with (a note of an individual session is that person's
record). Must never know: who is asking.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Mapped, Session, mapped_column, object_session, relationship

from clinic.db import Base, refers_to
from clinic.models.audit import Event, noted
from clinic.models.digests import addendum_digest, note_digest
from clinic.models.encounters import Attendance, Encounter, Medium, persons_of, record_encounter
from clinic.models.states import AlreadySigned, NotAllowedNow, NoteState, advance
from clinic.sealing import Subject, sealed_data, sealed_text
from forms import library
from forms.note_templates import NoteTemplate, unknown_template

if TYPE_CHECKING:
    from clinic.models.supervising import NoteReturn
    from clinic.models.voiding import NoteVoid

__all__ = [
    "FINAL", "LATE_AFTER", "WITH_SUPERVISOR", "Addendum", "Attendance", "Encounter", "Medium", "NoteFormat", "ProgressNote",
    "StageEntry", "Statement", "begin_note", "note_subject", "persons_of", "record_encounter",
]  # fmt: skip

LATE_AFTER = timedelta(hours=48)
FINAL = "This note is signed and final. Add an addendum instead."
WITH_SUPERVISOR = "This note is with the supervisor. Take it back before you change it."


class NoteFormat(StrEnum):
    """Templates of the programme that code names. A practice's own have ids of their own, so a note's format is any id."""

    SOAP = "soap"
    DAP = "dap"
    BIRP = "birp"
    FREE = "free"


class ProgressNote(Base):
    """The note of an encounter. ``version`` is in the form too: a stale save shows both texts and loses neither."""

    __tablename__ = "progress_note"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    encounter_id: Mapped[uuid.UUID] = mapped_column(refers_to("encounter.id"), index=True)
    individual_of: Mapped[uuid.UUID | None] = mapped_column(refers_to("participant.id"))
    author_id: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"), index=True)
    format: Mapped[str]  # the id of its template
    format_version: Mapped[int | None]  # of the template; the notes of before templates had versions have none: version 1
    is_late: Mapped[bool | None]  # begun so long after its session that the practice calls it a late entry
    state: Mapped[str] = mapped_column(default=NoteState.DRAFT.value, index=True, active_history=True)
    version: Mapped[int] = mapped_column()
    begun_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]  # to the supervisor, by a trainee
    returned_at: Mapped[datetime | None]  # by the supervisor, and not sent again yet
    submitted_name = sealed_text()
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[uuid.UUID | None] = mapped_column(refers_to("user.id"))  # of before supervisors signed: its author
    signed_name = sealed_text()
    sections = sealed_data()  # {section id: text}
    tags = sealed_data()  # of forms.notes.TAGS: what the session did that a stage waits for

    encounter: Mapped[Encounter] = relationship(lazy="joined")
    stage_entries: Mapped[list[StageEntry]] = relationship(
        back_populates="note", order_by="StageEntry.position", lazy="selectin", cascade="all, delete-orphan"
    )
    statements: Mapped[list[Statement]] = relationship(back_populates="note", lazy="selectin", cascade="all, delete-orphan")
    addenda: Mapped[list[Addendum]] = relationship(back_populates="note", order_by="Addendum.signed_at", lazy="selectin")
    void: Mapped[NoteVoid | None] = relationship(back_populates="note", lazy="selectin")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    def sealed_for(self) -> Subject:
        return note_subject(self)

    @property
    def is_draft(self) -> bool:
        return self.state == NoteState.DRAFT

    @property
    def is_with_supervisor(self) -> bool:
        return self.state == NoteState.SUBMITTED

    @property
    def is_signed(self) -> bool:
        return self.state == NoteState.SIGNED

    @property
    def is_void(self) -> bool:
        return self.void is not None

    @property
    def empty_sections(self) -> list[str]:
        """Titles of the sections that nothing is written in."""
        return [section.title for section in self.template.sections if not (self.sections or {}).get(section.id, "").strip()]

    @property
    def template(self) -> NoteTemplate:
        """As it was when the note was begun: a template that changed since changes no note."""
        version = self.format_version or 1
        try:
            return library.note_template(self.format, version)
        except KeyError:
            return unknown_template(self.format, version, self.sections or ())

    @property
    def said(self) -> dict[uuid.UUID, str]:
        """What each person said or agreed, by seat."""
        return {row.participant_id: row.text or "" for row in self.statements}

    def save(
        self,
        *,
        sections: dict[str, str],
        stages: list[dict[str, Any]],
        tags: Sequence[str] = (),
        said: Mapping[uuid.UUID, str] | None = None,
        at: datetime,
    ) -> None:
        """Keep what was typed. ``stages``: [{"module_id", "text", "rating"}], one per stage the session worked on; ``said``: the
        words of each person who was there, in a joint session."""
        if self.is_signed:
            raise AlreadySigned(FINAL)
        if self.is_with_supervisor:
            raise NotAllowedNow(WITH_SUPERVISOR)
        self.sections, self.tags, self.saved_at = sections, list(tags), at
        if said is not None and self.individual_of is None:
            self._keep_statements(said)
        kept = {entry.module_id: entry for entry in self.stage_entries}
        self.stage_entries = [
            self._entry(kept.get(stage["module_id"]), stage, position) for position, stage in enumerate(stages)
        ]

    def _entry(self, entry: StageEntry | None, stage: dict[str, Any], position: int) -> StageEntry:
        if entry is None:
            entry = StageEntry(
                case_id=self.case_id, individual_of=self.individual_of, note_id=self.id, module_id=stage["module_id"]
            )
        entry.position, entry.text, entry.rating = position, stage["text"], stage["rating"]
        return entry

    def _keep_statements(self, said: Mapping[uuid.UUID, str]) -> None:
        kept = {row.participant_id: row for row in self.statements}
        for person_id, text in said.items():
            row = kept.get(person_id)
            if row is None and text:
                self.statements.append(Statement(case_id=self.case_id, note_id=self.id, participant_id=person_id, text=text))
            elif row is not None and not text:
                self.statements.remove(row)
            elif row is not None and row.text != text:
                row.text = text

    @property
    def is_empty(self) -> bool:
        typed = (*(self.sections or {}).values(), *self.said.values())
        return not any(text.strip() for text in typed) and not self.stage_entries

    def sign(self, *, by: uuid.UUID, name: str, at: datetime) -> None:
        """Final from here on, with everything under it. ``name`` is printed as the signature; under a trainee's note it is the
        supervisor's, beside the name of the one who wrote it. What was signed goes into the audit as a number."""
        if self.is_empty:
            raise NotAllowedNow("This note is empty. Write at least one section or one stage entry before you sign it.")
        if self.is_with_supervisor and by == self.author_id:
            raise NotAllowedNow("This note is with the supervisor, who signs it.")
        _on_disk(self)
        advance(self, NoteState.SIGNED)
        self.signed_at, self.signed_by, self.signed_name = at, by, name
        noted(self, Event.NOTE_SIGNED, by=by, at=at, digest=note_digest(self))

    def add(self, text: str, *, by: uuid.UUID, name: str, at: datetime) -> Addendum:
        if not self.is_signed:
            raise NotAllowedNow("This note is still a draft: change the note itself.")
        if self.void is not None:
            raise NotAllowedNow("This note was marked void. It can be read, and nothing is added to it any more.")
        addendum = Addendum(
            case_id=self.case_id,
            individual_of=self.individual_of,
            note_id=self.id,
            author_id=by,
            signed_at=at,
            signed_name=name,
            text=text,
        )
        self.addenda.append(addendum)
        noted(self, Event.ADDENDUM_SIGNED, by=by, at=at, addendum=str(addendum.id), digest=addendum_digest(addendum))
        return addendum


def _on_disk(note: ProgressNote) -> None:
    """So that what the signature covers, its session too, can be read."""
    session = object_session(note)
    if session is not None:
        session.flush()


def begin_note(
    session: Session, encounter: Encounter, *, format: str, by: uuid.UUID, at: datetime, late_after: timedelta = LATE_AFTER
) -> ProgressNote:
    """``format``: the id of a template, whose newest version the note keeps; ``late_after``: from the end of the session."""
    ended_at = encounter.began_at + timedelta(minutes=encounter.minutes)
    row = ProgressNote(
        case_id=encounter.case_id,
        encounter_id=encounter.id,
        individual_of=encounter.individual_of,
        author_id=by,
        format=format,
        format_version=library.note_template(format).version,
        is_late=at - ended_at > late_after,
        begun_at=at,
        saved_at=at,
        sections={},
    )
    session.add(row)
    noted(row, Event.NOTE_BEGUN, by=by, at=at)
    return row


class StageEntry(Base):
    """What this session did on one stage, and how far it came: goal attainment from -2 to +2, 0 as expected
    (Kiresuk & Sherman 1968)."""

    __tablename__ = "stage_entry"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    individual_of: Mapped[uuid.UUID | None]
    note_id: Mapped[uuid.UUID] = mapped_column(refers_to("progress_note.id"), index=True, active_history=True)
    module_id: Mapped[str]
    position: Mapped[int]
    text = sealed_text()
    rating = sealed_data()

    note: Mapped[ProgressNote] = relationship(back_populates="stage_entries", active_history=True)

    def sealed_for(self) -> Subject:
        return note_subject(self)


class Statement(Base):
    """What one person said or agreed in a joint session, in the counselor's words. It is sealed with what belongs to both, and is
    printed in the counselor's own report alone."""

    __tablename__ = "statement"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    note_id: Mapped[uuid.UUID] = mapped_column(refers_to("progress_note.id"), index=True, active_history=True)
    participant_id: Mapped[uuid.UUID] = mapped_column(refers_to("participant.id"))
    text = sealed_text()

    note: Mapped[ProgressNote] = relationship(back_populates="statements", active_history=True)

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, "joint")


class Addendum(Base):
    __tablename__ = "addendum"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"))
    individual_of: Mapped[uuid.UUID | None]
    note_id: Mapped[uuid.UUID] = mapped_column(refers_to("progress_note.id"), index=True)
    author_id: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"))
    signed_at: Mapped[datetime]
    signed_name = sealed_text()
    text = sealed_text()

    note: Mapped[ProgressNote] = relationship(back_populates="addenda")

    def sealed_for(self) -> Subject:
        return note_subject(self)


def note_subject(row: ProgressNote | StageEntry | Addendum | NoteReturn | NoteVoid) -> Subject:
    return Subject(row.case_id, f"individual:{row.individual_of}" if row.individual_of else "record")
