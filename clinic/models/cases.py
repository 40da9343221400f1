"""A case, its two seats, its clinicians, its policy and its signatures.

Decides: what a case is made of and how it opens and closes. Must never know: what anyone answered (no relationship leads from
here to a private row), nor who is asking.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.db import Base, refers_to
from clinic.models.audit import Event, noted
from clinic.models.states import CaseState, NotAllowedNow, advance
from clinic.sealing import Subject, sealed_data, sealed_text

# Codes are read aloud and typed: no 0/O, 1/I/L, and no vowels, so that no word appears.
CODE_LETTERS = "BCDFGHJKMNPQRSTVWXYZ23456789"


def new_code(length: int) -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(length))


class Relationship(StrEnum):
    PARTNER = "partner"
    FRIEND = "friend"
    FAMILY = "family"


class Side(StrEnum):
    HURT = "hurt"
    INVOLVED = "involved"
    BOTH = "both"
    UNSET = "unset"


class Capacity(StrEnum):
    CLIENT = "client"
    COLLATERAL = "collateral"


class PolicyKind(StrEnum):
    NO_SECRETS = "no_secrets"
    LIMITED_SECRETS = "limited_secrets"
    CONFIDENTIAL = "confidential"


class Case(Base):
    __tablename__ = "case"

    code: Mapped[str] = mapped_column(unique=True)
    relation: Mapped[str]
    state: Mapped[str] = mapped_column(default=CaseState.OPEN.value, index=True)
    added_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    separated_at: Mapped[datetime | None]  # `clinic.models.separating`; for good
    submission_key: Mapped[uuid.UUID | None] = mapped_column(unique=True)  # the button pressed twice adds one case
    separated_on: Mapped[date | None]  # the day it was where that was done
    reviewer_id: Mapped[uuid.UUID | None] = mapped_column(refers_to("user.id"))  # who goes through answers of risk
    label = sealed_text()
    separated_why = sealed_text()

    participants: Mapped[list[Participant]] = relationship(
        back_populates="case", order_by="Participant.seat", lazy="selectin"
    )

    def sealed_for(self) -> Subject:
        return Subject(self.id, "record")

    def finish(self, *, by: uuid.UUID, at: datetime) -> None:
        advance(self, CaseState.FINISHED)
        self.finished_at = at
        noted(self, Event.CASE_FINISHED, by=by, at=at)

    def reopen(self, *, by: uuid.UUID, at: datetime) -> None:
        advance(self, CaseState.OPEN)
        self.finished_at = None
        noted(self, Event.CASE_REOPENED, by=by, at=at)

    @property
    def is_open(self) -> bool:
        return self.state == CaseState.OPEN

    @property
    def works_together(self) -> bool:
        """The one place that says it: two clients do the program with each other. Else each of them works alone: nothing is opened
        side by side, shared or signed by two, and each is asked and told what one person is."""
        return not self.is_separated and sum(person.is_client for person in self.participants) > 1

    @property
    def is_separated(self) -> bool:
        return self.separated_at is not None

    @property
    def why_apart(self) -> str:
        """For the counselor."""
        day = self.separated_on
        return f"The two were separated on {day:%B} {day.day}, {day.year}." if day else ""

    def other_than(self, participant: Participant) -> Participant | None:
        return next((person for person in self.participants if person.id != participant.id), None)


class Participant(Base):
    """A person's seat in a case. Names and words are sealed with the person's own record, so that erasing one keeps the other."""

    __tablename__ = "participant"
    __table_args__ = (UniqueConstraint("case_id", "seat"),)

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    user_id: Mapped[uuid.UUID | None] = mapped_column(refers_to("user.id"), index=True)
    seat: Mapped[int]
    code: Mapped[str] = mapped_column(unique=True)
    side: Mapped[str] = mapped_column(default=Side.UNSET.value)
    capacity: Mapped[str] = mapped_column(default=Capacity.CLIENT.value)
    adult_confirmed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1, server_default="1")  # counts the corrections
    full_name = sealed_text()
    preferred_name = sealed_text()
    pronouns = sealed_text()
    calls_other = sealed_text()
    calls_event = sealed_text()

    case: Mapped[Case] = relationship(back_populates="participants")

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, f"individual:{self.id}")

    def correct_side(self, side: Side, *, reason: str, by: uuid.UUID, at: datetime) -> None:
        before, self.side = self.side, side.value
        noted(self, Event.SIDE_CORRECTED, by=by, at=at, before=before, after=side.value, reason=reason)

    def change_words(self, *, calls_other: str, calls_event: str, by: uuid.UUID, at: datetime) -> None:
        """What this person's own pages call the other and the event, from now on."""
        self.calls_other, self.calls_event = calls_other, calls_event
        noted(self, Event.WORDS_CHANGED, by=by, at=at)

    @property
    def is_client(self) -> bool:
        """A collateral helps someone else's therapy: theirs is a seat, and nothing clinical is given to it."""
        return self.capacity == Capacity.CLIENT

    def takes(self, worksheet_for: str) -> bool:
        """Whether a worksheet for "hurt", "involved", "each" or "joint" can be given to this person, by capacity and side."""
        return self.is_client and self._is_on_side(worksheet_for)

    def _is_on_side(self, worksheet_for: str) -> bool:
        return worksheet_for in ("each", "joint") or self.side in (worksheet_for, Side.BOTH, Side.UNSET)


class SafeContact(Base):
    """How this person may be reached, and when. Dated rows; the newest counts. Nothing on record means: not at all."""

    __tablename__ = "safe_contact"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"))
    participant_id: Mapped[uuid.UUID] = mapped_column(refers_to("participant.id"), index=True)
    confirmed_at: Mapped[datetime]
    details = sealed_data()  # {"channels": [..], "hours": str, "may_leave_message": bool}

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, f"individual:{self.participant_id}")


class CaseClinician(Base):
    """Who works on a case, as what, and from when until when."""

    __tablename__ = "case_clinician"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    user_id: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"), index=True)
    part: Mapped[str] = mapped_column(default="counselor")
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class ConfidentialityPolicy(Base):
    """Which policy was put to the two people of a case, in which version of its text, and when."""

    __tablename__ = "confidentiality_policy"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    kind: Mapped[str]
    version: Mapped[int]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"))


class Signature(Base):
    """One person's signature under one version of one document: consent, or the case's policy."""

    __tablename__ = "signature"
    __table_args__ = (UniqueConstraint("participant_id", "document", "version", "policy_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"))
    participant_id: Mapped[uuid.UUID] = mapped_column(refers_to("participant.id"), index=True)
    policy_id: Mapped[uuid.UUID | None] = mapped_column(refers_to("confidentiality_policy.id"))
    document: Mapped[str]
    version: Mapped[int]
    signed_at: Mapped[datetime]
    typed_name = sealed_text()

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, f"individual:{self.participant_id}")


def label_for(first: str, second: str | None) -> str:
    """What a case is called where its clinicians see it."""
    return f"{first} & {second}" if second else first


def require_open(case: Case) -> None:
    if not case.is_open:
        raise NotAllowedNow("This case is finished. Reopen it first.")


def require_not_separated(case: Case) -> None:
    """What two people did together is over once they are separated. The sentence is the counselor's."""
    if case.is_separated:
        raise NotAllowedNow(f"{case.why_apart} Each of them works alone from then on. If they come together again, add a new case.")
