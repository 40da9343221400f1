"""Encounters and their notes. A signed note, and everything under it, never changes.

Decides: what is final and when; which key a note is sealed with (a note of an individual session is that person's record). Must
never know: who is asking.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column, relationship

from clinic.db import Base, refers_to
from clinic.models.audit import Event, noted
from clinic.models.cases import Case, Participant, require_open
from clinic.models.running import open_session_runs
from clinic.models.states import AlreadySigned, NotAllowedNow, NoteState, advance
from clinic.sealing import Subject, sealed_data, sealed_text

FINAL = "This note is signed and final. Add an addendum instead."


class Medium(StrEnum):
    IN_PERSON = "in_person"
    VIDEO = "video"
    PHONE = "phone"


class NoteFormat(StrEnum):
    SOAP = "soap"
    DAP = "dap"
    BIRP = "birp"
    FREE = "free"


class Encounter(Base):
    """One meeting. ``individual_of`` is set when only one of two people was in the room: it is then that person's record."""

    __tablename__ = "encounter"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    individual_of: Mapped[uuid.UUID | None] = mapped_column(refers_to("participant.id"))
    began_at: Mapped[datetime]
    minutes: Mapped[int]
    medium: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"))

    attendances: Mapped[list[Attendance]] = relationship(lazy="selectin")

    @property
    def is_joint(self) -> bool:
        return self.individual_of is None

    def attended_by(self, participant_id: uuid.UUID) -> bool:
        return any(seat.attended for seat in self.attendances if seat.participant_id == participant_id)


class Attendance(Base):
    __tablename__ = "attendance"

    encounter_id: Mapped[uuid.UUID] = mapped_column(refers_to("encounter.id"), index=True)
    participant_id: Mapped[uuid.UUID] = mapped_column(refers_to("participant.id"))
    attended: Mapped[bool]


def record_encounter(
    session: Session,
    case: Case,
    *,
    attendees: set[uuid.UUID],
    began_at: datetime,
    minutes: int,
    medium: Medium,
    by: uuid.UUID,
    at: datetime,
) -> Encounter:
    """Record a meeting with the participants who were in the room. In a case of two, a meeting with one is individual."""
    require_open(case)
    if not attendees:
        raise NotAllowedNow("Choose at least one person who was in the session.")
    alone = next(iter(attendees)) if len(attendees) == 1 and len(case.participants) > 1 else None
    row = Encounter(
        case_id=case.id,
        individual_of=alone,
        began_at=began_at,
        minutes=minutes,
        medium=medium.value,
        recorded_at=at,
        recorded_by=by,
    )
    row.attendances = [Attendance(participant_id=person.id, attended=person.id in attendees) for person in case.participants]
    session.add(row)
    noted(row, Event.ENCOUNTER_RECORDED, by=by, at=at)
    open_session_runs(session, case.id, attendees, at=at)
    return row


class ProgressNote(Base):
    """The note of an encounter. ``version`` is in the form too: a stale save shows both texts and loses neither."""

    __tablename__ = "progress_note"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    encounter_id: Mapped[uuid.UUID] = mapped_column(refers_to("encounter.id"), index=True)
    individual_of: Mapped[uuid.UUID | None] = mapped_column(refers_to("participant.id"))
    author_id: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"), index=True)
    format: Mapped[str]
    state: Mapped[str] = mapped_column(default=NoteState.DRAFT.value, index=True, active_history=True)
    version: Mapped[int] = mapped_column()
    begun_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    signed_name = sealed_text()
    sections = sealed_data()  # {section id: text}
    tags = sealed_data()  # of forms.notes.TAGS: what the session did that a stage waits for

    encounter: Mapped[Encounter] = relationship(lazy="joined")
    stage_entries: Mapped[list[StageEntry]] = relationship(
        back_populates="note", order_by="StageEntry.position", lazy="selectin", cascade="all, delete-orphan"
    )
    addenda: Mapped[list[Addendum]] = relationship(back_populates="note", order_by="Addendum.signed_at", lazy="selectin")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    def sealed_for(self) -> Subject:
        return note_subject(self)

    @property
    def is_signed(self) -> bool:
        return self.state != NoteState.DRAFT

    def save(
        self, *, sections: dict[str, str], stages: list[dict[str, Any]], tags: Sequence[str] = (), at: datetime
    ) -> None:
        """Keep what was typed. ``stages``: [{"module_id", "text", "rating"}], one per stage the session worked on."""
        if self.is_signed:
            raise AlreadySigned(FINAL)
        self.sections, self.tags, self.saved_at = sections, list(tags), at
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

    def sign(self, *, by: uuid.UUID, name: str, at: datetime) -> None:
        """Final from here on, with everything under it. ``name`` is printed as the signature."""
        if not any(text.strip() for text in (self.sections or {}).values()) and not self.stage_entries:
            raise NotAllowedNow("This note is empty. Write at least one section or one stage entry before you sign it.")
        advance(self, NoteState.SIGNED)
        self.signed_at, self.signed_name = at, name
        noted(self, Event.NOTE_SIGNED, by=by, at=at)

    def add(self, text: str, *, by: uuid.UUID, name: str, at: datetime) -> Addendum:
        if not self.is_signed:
            raise NotAllowedNow("This note is still a draft: change the note itself.")
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
        noted(self, Event.ADDENDUM_SIGNED, by=by, at=at)
        return addendum


def begin_note(session: Session, encounter: Encounter, *, format: NoteFormat, by: uuid.UUID, at: datetime) -> ProgressNote:
    row = ProgressNote(
        case_id=encounter.case_id,
        encounter_id=encounter.id,
        individual_of=encounter.individual_of,
        author_id=by,
        format=format.value,
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


def note_subject(row: ProgressNote | StageEntry | Addendum) -> Subject:
    return Subject(row.case_id, f"individual:{row.individual_of}" if row.individual_of else "record")


@event.listens_for(Session, "before_flush")
def _signed_is_final(session: Session, _context: object, _instances: object) -> None:
    """The one place that keeps a signed note final, its stage entries and addenda included."""
    with session.no_autoflush:
        for row in (*session.new, *session.dirty, *session.deleted):
            if isinstance(row, ProgressNote | StageEntry | Addendum) and _breaks_a_signature(session, row):
                raise AlreadySigned(FINAL)


@event.listens_for(Session, "do_orm_execute")
def _never_past_the_listener(state: ORMExecuteState) -> None:
    """A statement over many rows would not be seen above: notes change row by row, or not at all."""
    mapper = None if state.is_select else state.bind_mapper
    if mapper is not None and mapper.class_ in (ProgressNote, StageEntry, Addendum):
        raise AlreadySigned(FINAL)


def _breaks_a_signature(session: Session, row: ProgressNote | StageEntry | Addendum) -> bool:
    touched = row in session.deleted or session.is_modified(row, include_collections=False)
    if isinstance(row, Addendum):
        return touched and row not in session.new
    if isinstance(row, StageEntry):
        return (touched or row in session.new) and any(_was_signed(note) for note in _notes_above(session, row))
    return _was_signed(row) and (touched or inspect(row).attrs.stage_entries.history.has_changes())


def _notes_above(session: Session, entry: StageEntry) -> list[ProgressNote]:
    """The note it stands under, the one it is taken from and the one it is put under."""
    named = inspect(entry).attrs.note.history.sum()
    ids = {entry.note_id, *inspect(entry).attrs.note_id.history.sum()} - {None}
    return [note for note in (*named, *(session.get(ProgressNote, id) for id in ids)) if note is not None]


def _was_signed(note: ProgressNote) -> bool:
    """Whether the row on disk is signed: the state before this flush."""
    history = inspect(note).attrs.state.history
    before = history.deleted[0] if history.deleted else note.state
    return inspect(note).persistent and before != NoteState.DRAFT and before is not None


def persons_of(encounter: Encounter, case: Case) -> list[Participant]:
    return [person for person in case.participants if encounter.attended_by(person.id)]
