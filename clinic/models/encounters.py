"""Encounters: who met, when, and whose record it is.

Decides: that a meeting with one of two people is individual, and that person's record. Must never know: what a note says.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from clinic.db import Base, refers_to
from clinic.models.audit import Event, noted
from clinic.models.cases import Case, Participant, require_open
from clinic.models.running import open_session_runs
from clinic.models.states import NotAllowedNow


class Medium(StrEnum):
    IN_PERSON = "in_person"
    VIDEO = "video"
    PHONE = "phone"


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


def persons_of(encounter: Encounter, case: Case) -> list[Participant]:
    return [person for person in case.participants if encounter.attended_by(person.id)]
