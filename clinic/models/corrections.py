"""What was corrected of one person, and what it was before: side, names, pronouns, words, address. Nothing is overwritten unseen.

Decides: what follows from a correction, such as the label of the case. Must never know: who is asking. Each line is sealed with its
person's own record, so that erasing one person takes their former names too.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Mapped, Session, mapped_column

from clinic.db import Base, refers_to
from clinic.models.audit import Event, noted
from clinic.models.cases import Participant, Side, label_for
from clinic.models.opening import BlindIndex, close_links, require_free_address
from clinic.models.people import User
from clinic.models.states import NotAllowedNow
from clinic.sealing import Subject, sealed_text

NAMES = ("full_name", "preferred_name", "pronouns")


class Correction(Base):
    """One thing that was corrected. ``field`` is side, full_name, preferred_name, pronouns, calls_other, calls_event or email."""

    __tablename__ = "correction"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"))
    participant_id: Mapped[uuid.UUID] = mapped_column(refers_to("participant.id"), index=True)
    field: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"))
    before = sealed_text()
    after = sealed_text()
    reason = sealed_text()

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, f"individual:{self.participant_id}")


def correct_side(session: Session, person: Participant, side: Side, *, reason: str, by: uuid.UUID, at: datetime) -> None:
    before = person.side
    person.correct_side(side, reason=reason, by=by, at=at)
    _keep(session, person, "side", before, side.value, reason=reason, by=by, at=at)
    person.version += 1


def change_words(
    session: Session, person: Participant, *, calls_other: str, calls_event: str, by: uuid.UUID, at: datetime
) -> None:
    """What this person's own pages call the other and the event, from now on."""
    before = {"calls_other": person.calls_other, "calls_event": person.calls_event}
    person.change_words(calls_other=calls_other, calls_event=calls_event, by=by, at=at)
    for field, was in before.items():
        _keep(session, person, field, was or "", getattr(person, field) or "", by=by, at=at)
    person.version += 1


def correct_names(session: Session, person: Participant, names: Mapping[str, str], *, by: uuid.UUID, at: datetime) -> None:
    """``names``: of `NAMES`. The label of the case follows; so does the word on the other's pages, where it is the former name."""
    if not names["full_name"].strip() or not names["preferred_name"].strip():
        raise NotAllowedNow("Write the full name and what you call this person.")
    called = person.preferred_name
    for field in NAMES:
        before, after = getattr(person, field) or "", names[field].strip()
        if before != after:
            setattr(person, field, after)
            _keep(session, person, field, before, after, by=by, at=at)
            noted(person, Event.PERSON_CORRECTED, by=by, at=at, field=field)
    person.version += 1
    if person.preferred_name != called:
        _follow(session, person, str(called), by=by, at=at)


def _follow(session: Session, person: Participant, called: str, *, by: uuid.UUID, at: datetime) -> None:
    case = person.case
    names = [str(one.preferred_name) for one in case.participants]
    case.label = label_for(names[0], names[1] if names[1:] else None)
    user = session.get(User, person.user_id) if person.user_id else None
    if user is not None:
        user.name = str(person.preferred_name)
    other = case.other_than(person)
    if other is not None and other.calls_other == called:
        calls_event = str(other.calls_event)
        change_words(session, other, calls_other=str(person.preferred_name), calls_event=calls_event, by=by, at=at)


def change_address(
    session: Session, person: Participant, email: str, *, blind_index: BlindIndex, by: uuid.UUID, at: datetime
) -> None:
    """Links that were made for the former address stop working. Whoever is signed in stays so, and the password is the same."""
    user = session.get(User, person.user_id) if person.user_id else None
    if user is None:
        raise NotAllowedNow("This person has no address to sign in with yet. Enter one first.")
    before, after = str(user.email), email.strip()
    if before == after:
        return
    if blind_index(after) != user.email_index:
        require_free_address(session, after, blind_index=blind_index)
        close_links(session, user, by=by, at=at)
    user.email, user.email_index = after, blind_index(after)
    _keep(session, person, "email", before, after, by=by, at=at)
    person.version += 1
    noted(person, Event.ADDRESS_CHANGED, by=by, at=at)


def _keep(
    session: Session, person: Participant, field: str, before: str, after: str, *, reason: str = "", by: uuid.UUID, at: datetime
) -> None:
    if before != after:
        row = Correction(
            case_id=person.case_id, participant_id=person.id, field=field, made_at=at, made_by=by, before=before or None,
            after=after or None, reason=reason or None,
        )  # fmt: skip
        session.add(row)
