"""Answers that are shown side by side, once every author has sent and the counselor opens them.

Decides: what a reveal binds (the answers as they stood when it was opened, never a later version), who its authors are. Must never
know: who is asking. To a client a reveal is "available" or "not yet available", and nothing says why, or who is missing.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from clinic.db import Base, refers_to
from clinic.models.audit import Event, noted
from clinic.models.cases import Case, Participant, require_not_separated, require_open
from clinic.models.homework import Answer
from clinic.models.states import NotAllowedNow
from clinic.sealing import Subject, sealed_data, sealed_text


class Place(StrEnum):
    IN_SESSION = "in_session"
    FROM_HOME = "from_home"


class Reveal(Base):
    """One opening of one reveal group in one case. A repeated worksheet has a reveal a run."""

    __tablename__ = "reveal"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    group: Mapped[str]
    place: Mapped[str]
    opened_at: Mapped[datetime]
    opened_by: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"))

    revealed: Mapped[list[RevealedAnswer]] = relationship(lazy="selectin")


class RevealedAnswer(Base):
    """One answer, in the version that was opened."""

    __tablename__ = "revealed_answer"
    __table_args__ = (UniqueConstraint("reveal_id", "answer_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    reveal_id: Mapped[uuid.UUID] = mapped_column(refers_to("reveal.id"), index=True)
    answer_id: Mapped[uuid.UUID] = mapped_column(refers_to("answer.id"), index=True)
    participant_id: Mapped[uuid.UUID] = mapped_column(refers_to("participant.id"))


class Noticed(Base):
    """What one person notices in a reveal: theirs and the counselor's."""

    __tablename__ = "noticed"
    __table_args__ = (UniqueConstraint("reveal_id", "participant_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"))
    reveal_id: Mapped[uuid.UUID] = mapped_column(refers_to("reveal.id"), index=True)
    participant_id: Mapped[uuid.UUID] = mapped_column(refers_to("participant.id"))
    written_at: Mapped[datetime]
    text = sealed_text()

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, f"answers:{self.participant_id}")


class NoticedDraft(Base):
    """The same before it is saved: its author's alone. ``set_aside``: what another of their devices would have overwritten."""

    __tablename__ = "noticed_draft"
    __table_args__ = (UniqueConstraint("reveal_id", "participant_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"))
    reveal_id: Mapped[uuid.UUID] = mapped_column(refers_to("reveal.id"), index=True)
    participant_id: Mapped[uuid.UUID] = mapped_column(refers_to("participant.id"))
    sign_in_id: Mapped[uuid.UUID | None]
    saved_at: Mapped[datetime]
    text = sealed_text()
    set_aside = sealed_data()

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, f"answers:{self.participant_id}")


def notice(session: Session, reveal: Reveal, person: Participant, text: str, *, by: uuid.UUID, at: datetime) -> Noticed:
    """What this person notices, in the words that they have now."""
    own = select(Noticed).where(Noticed.reveal_id == reveal.id, Noticed.participant_id == person.id)
    row = session.scalars(own).first()
    if row is None:
        row = Noticed(case_id=reveal.case_id, reveal_id=reveal.id, participant_id=person.id)
        session.add(row)
    row.text, row.written_at = text, at
    noted(row, Event.NOTICED, by=by, at=at)
    return row


def open_reveal(
    session: Session,
    case: Case,
    group: str,
    answers: Sequence[Answer],
    *,
    needed: set[uuid.UUID],
    place: Place,
    by: uuid.UUID,
    at: datetime,
) -> Reveal:
    """Show these answers to both. ``needed``: the participants who have to have sent; without one of them nothing opens."""
    require_open(case)
    require_not_separated(case)
    missing = needed - {answer.participant_id for answer in answers}
    if missing or not answers:
        raise NotAllowedNow("Not everyone whose answers belong side by side has sent theirs yet.")
    reveal = Reveal(case_id=case.id, group=group, place=place.value, opened_at=at, opened_by=by)
    reveal.revealed = [
        RevealedAnswer(case_id=case.id, answer_id=answer.id, participant_id=answer.participant_id) for answer in answers
    ]
    session.add(reveal)
    noted(reveal, Event.REVEAL_OPENED, by=by, at=at, group=group)
    return reveal


class Exchange(Base):
    """An accuracy exchange: one says what they heard, the other rates how close it is, round after round, until both rate 3 or
    more or the counselor ends it."""

    __tablename__ = "exchange"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    saying: Mapped[str]  # worksheet ids
    rating: Mapped[str]
    begun_at: Mapped[datetime]
    begun_by: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"))
    ended_at: Mapped[datetime | None]

    rounds: Mapped[list[ExchangeRound]] = relationship(order_by="ExchangeRound.number", lazy="selectin")

    def end(self, *, by: uuid.UUID, at: datetime) -> None:
        if self.ended_at is not None:
            raise NotAllowedNow("This exchange has ended already.")
        self.ended_at = at
        noted(self, Event.EXCHANGE_ENDED, by=by, at=at)


class ExchangeRound(Base):
    __tablename__ = "exchange_round"
    __table_args__ = (UniqueConstraint("exchange_id", "number"),)

    exchange_id: Mapped[uuid.UUID] = mapped_column(refers_to("exchange.id"), index=True)
    number: Mapped[int]
    saying_id: Mapped[uuid.UUID] = mapped_column(refers_to("assignment.id"))
    rating_id: Mapped[uuid.UUID] = mapped_column(refers_to("assignment.id"))
