"""Accuracy exchanges, round by round: one says what they heard, the other rates how close it is.

Decides: who says and who rates, what a round gives, and when the end is proposed. Must never know: who is asking. The counselor
ends an exchange; nothing ends by itself.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.models.audit import Event, noted
from clinic.models.cases import Case, Participant, require_not_separated, require_open
from clinic.models.groups import works_alone
from clinic.models.holding import hold_what_waits
from clinic.models.homework import Answer, Assignment, assign
from clinic.models.opening import require_first_steps
from clinic.models.reveals import Exchange, ExchangeRound, RevealedAnswer
from clinic.models.states import NotAllowedNow
from forms import Given, library

# What is said, and what rates it: the two directions of module 4.
PAIRS: Mapping[str, str] = MappingProxyType({"what-i-hear": "how-close-you-came", "what-it-may-be-like": "how-close-this-came"})
CLOSE = 3


def sayers(case: Case, saying: str) -> list[Participant]:
    """Who can be the one that says it."""
    sheet = library.worksheet(saying)
    return [person for person in case.participants if person.takes(sheet.answered_by) and not works_alone(person)]


def begin_exchange(session: Session, case: Case, saying: str, sayer: Participant, *, by: uuid.UUID, at: datetime) -> Exchange:
    require_open(case)
    require_not_separated(case)
    if saying not in PAIRS or sayer not in sayers(case, saying):
        raise NotAllowedNow("This exchange needs two people, one for each worksheet.")
    if running(session, case, saying) is not None:
        raise NotAllowedNow("This exchange is running already. Begin its next round, or end it.")
    exchange = Exchange(case_id=case.id, saying=saying, rating=PAIRS[saying], begun_at=at, begun_by=by)
    session.add(exchange)
    _give_round(session, exchange, sayer, number=1, by=by, at=at)
    noted(exchange, Event.EXCHANGE_BEGUN, by=by, at=at)
    return exchange


def running(session: Session, case: Case, saying: str) -> Exchange | None:
    of_case = select(Exchange).where(Exchange.case_id == case.id, Exchange.saying == saying, Exchange.ended_at.is_(None))
    return session.scalars(of_case).first()


def next_round(session: Session, exchange: Exchange, *, by: uuid.UUID, at: datetime) -> ExchangeRound:
    """Both worksheets again, once the answers of the last round are open."""
    require_not_separated(session.get_one(Case, exchange.case_id))
    last = exchange.rounds[-1]
    if exchange.ended_at is not None:
        raise NotAllowedNow("This exchange has ended. Begin a new one.")
    if not _opened_answers(session, last.rating_id):
        raise NotAllowedNow("Open the answers of this round first.")
    sayer = session.get_one(Assignment, last.saying_id).participant
    require_open(sayer.case)
    return _give_round(session, exchange, sayer, number=last.number + 1, by=by, at=at)


def _give_round(
    session: Session, exchange: Exchange, sayer: Participant, *, number: int, by: uuid.UUID, at: datetime
) -> ExchangeRound:
    rater = sayer.case.other_than(sayer)
    if rater is None:
        raise NotAllowedNow("This exchange needs two people.")
    said, rated = (
        _give(session, person, sheet, by=by, at=at) for person, sheet in ((sayer, exchange.saying), (rater, exchange.rating))
    )
    row = ExchangeRound(number=number, saying_id=said.id, rating_id=rated.id)
    exchange.rounds.append(row)
    return row


def _give(session: Session, person: Participant, worksheet_id: str, *, by: uuid.UUID, at: datetime) -> Assignment:
    require_first_steps(session, person)
    sheet = library.worksheet(worksheet_id)
    row = assign(
        session, person, kind="worksheet", content_id=sheet.id, content_version=sheet.version, module_id=sheet.module, by=by, at=at
    )
    hold_what_waits(session, row, by=by, at=at)
    return row


def _opened_answers(session: Session, assignment_id: uuid.UUID) -> list[Answer]:
    opened = select(Answer).join(RevealedAnswer, RevealedAnswer.answer_id == Answer.id)
    return list(session.scalars(opened.where(Answer.assignment_id == assignment_id).order_by(Answer.position)))


def ratings(session: Session, round: ExchangeRound) -> list[int]:
    """The numbers of this round that were opened."""
    values = [Given.from_json(answer.given).value for answer in _opened_answers(session, round.rating_id)]
    return [value for value in values if isinstance(value, int)]


def is_close(session: Session, exchange: Exchange) -> bool:
    """Is the end to be proposed? Every rating of the last round is at least 3."""
    rated = ratings(session, exchange.rounds[-1])
    return bool(rated) and min(rated) >= CLOSE
