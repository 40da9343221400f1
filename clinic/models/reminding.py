"""What is on record of one person's reminders: what waits, how they may be reached, what was sent, whether they want none.

Decides: that a day has one note at most, and what stopping is. Must never know: who is asking, or the other person.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from clinic.models.audit import Event, noted
from clinic.models.cases import Case, Participant, SafeContact
from clinic.models.homework import Assignment
from clinic.models.jobs import Message, ReminderStop
from clinic.models.people import User, token_hash
from clinic.models.planned import PlannedEncounter
from clinic.models.sending import PRIVATE_WORD
from clinic.models.states import AssignmentState, CaseState, PlannedState

LOOKING_AHEAD = timedelta(days=4)  # over a weekend without a safe hour
WAITING = (AssignmentState.OPEN.value, AssignmentState.RETURNED.value)


def people_with_something(session: Session, *, at: datetime) -> list[Participant]:
    """Of open cases, everybody for whom something waits, or who is expected at a session soon."""
    waiting = select(Assignment.participant_id).where(Assignment.state.in_(WAITING), Assignment.content_id != PRIVATE_WORD)
    found = select(Participant).join(Case, Case.id == Participant.case_id)
    expected = _expected(PlannedEncounter.begins_at > at, PlannedEncounter.begins_at <= at + LOOKING_AHEAD)
    found = found.where(Case.state == CaseState.OPEN.value, or_(Participant.id.in_(waiting), Participant.id.in_(expected)))
    return list(session.scalars(found))


def _expected(*when: Any) -> Select[uuid.UUID]:
    """Who is expected at which of the planned sessions: one person at their own, both at one of both while they are together."""
    is_theirs = or_(
        PlannedEncounter.individual_of == Participant.id,
        PlannedEncounter.individual_of.is_(None) & Case.separated_at.is_(None) & (PlannedEncounter.case_id == Participant.case_id),
    )
    chosen = select(Participant.id).join(Case, Case.id == Participant.case_id).join(PlannedEncounter, is_theirs)
    return chosen.where(PlannedEncounter.state == PlannedState.PLANNED.value, *when)


def next_session(session: Session, person_id: uuid.UUID, *, at: datetime) -> datetime | None:
    """When this person is expected next, within the days that a note looks ahead."""
    theirs = _expected(PlannedEncounter.begins_at > at, PlannedEncounter.begins_at <= at + LOOKING_AHEAD)
    newest = theirs.with_only_columns(func.min(PlannedEncounter.begins_at)).where(Participant.id == person_id)
    return session.scalar(newest)


def newest_contact(session: Session, person_id: uuid.UUID) -> SafeContact | None:
    newest = select(SafeContact).where(SafeContact.participant_id == person_id)
    return session.scalars(newest.order_by(SafeContact.confirmed_at.desc()).limit(1)).first()


def login_of(session: Session, person: Participant) -> User | None:
    return session.get(User, person.user_id) if person.user_id else None


def newest_waiting(session: Session, person_id: uuid.UUID) -> datetime | None:
    """Since when the newest thing waits; None when nothing does. The private word is always there, and asks for nothing."""
    waiting = select(Assignment).where(Assignment.participant_id == person_id, Assignment.state.in_(WAITING))
    rows = session.scalars(waiting.where(Assignment.content_id != PRIVATE_WORD))
    return max((row.opens_at or row.assigned_at for row in rows), default=None)


def notes_made(session: Session, person_id: uuid.UUID) -> list[datetime]:
    """When, the newest first. Those that were dropped do not count."""
    mine = select(Message.made_at).where(Message.participant_id == person_id, Message.dropped_at.is_(None))
    return list(session.scalars(mine.order_by(Message.made_at.desc()).limit(20)))


def make_message(
    session: Session, person: Participant, *, reason: str, text_id: str, address: str, at: datetime
) -> Message | None:
    """The note of this occasion, once: None when it is there already."""
    session.execute(select(Participant.id).where(Participant.id == person.id).with_for_update())
    same = select(func.count(Message.id)).where(Message.participant_id == person.id, Message.reason == reason)
    if session.scalar(same):
        return None
    row = Message(
        case_id=person.case_id, participant_id=person.id, reason=reason, text_id=text_id, made_at=at, address=address
    )  # fmt: skip
    session.add(row)
    return row


def note_and_person(session: Session, message_id: uuid.UUID | None) -> tuple[Message, Participant]:
    note = session.get_one(Message, message_id)
    return note, session.get_one(Participant, note.participant_id)


# --- stopping -------------------------------------------------------------------------------------------------------------


def stop_row(session: Session, person_id: uuid.UUID) -> ReminderStop | None:
    return session.scalars(select(ReminderStop).where(ReminderStop.participant_id == person_id)).first()


def with_stop_row(session: Session, person_id: uuid.UUID, *, token: str) -> ReminderStop:
    row = stop_row(session, person_id)
    if row is None:
        row = ReminderStop(participant_id=person_id, hashed=token_hash(token))
        session.add(row)
    return row


def stop_row_of(session: Session, token: str) -> ReminderStop | None:
    return session.scalars(select(ReminderStop).where(ReminderStop.hashed == token_hash(token))).one_or_none()


def is_stopped(session: Session, person_id: uuid.UUID) -> bool:
    row = stop_row(session, person_id)
    return row is not None and row.stopped_at is not None


def stop(row: ReminderStop, *, by: uuid.UUID | None, at: datetime) -> None:
    if row.stopped_at is None:
        row.stopped_at = at
        noted(row, Event.REMINDERS_STOPPED, by=by, at=at)


def start_again(row: ReminderStop, *, by: uuid.UUID, at: datetime) -> None:
    if row.stopped_at is not None:
        row.stopped_at = None
        noted(row, Event.REMINDERS_STARTED, by=by, at=at)
