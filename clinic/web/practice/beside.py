"""What of a case stands side by side, or could, as its counselor reads it.

Decides: how rows become what the page of reveals shows, in words that both may read. Only the counselor learns here who has sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from clinic import access
from clinic.db import db
from clinic.models import Answer, Assignment, Case, Exchange, Noticed, Participant, Reveal
from clinic.models import exchanges as running
from clinic.models.groups import Group, groups_in
from clinic.models.revealing import Standing, standing
from clinic.models.sending import worksheet_of
from clinic.web.context import viewer
from clinic.web.practice.naming import neutral_wording
from forms import Given, library
from forms.shown import lines

PLACES = {"in_session": "for a session", "from_home": "to read at home"}


@dataclass(frozen=True)
class Words:
    prompt: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    person: Participant
    words: tuple[Words, ...]


@dataclass(frozen=True)
class Waiting:
    """One group that somebody was given. ``seen``: what the button opens, and nothing else."""

    name: str
    title: str
    module: str
    stands: Standing
    columns: tuple[Column, ...]
    seen: str


@dataclass(frozen=True)
class OpenedOnce:
    title: str
    at: datetime
    place: str
    columns: tuple[Column, ...]
    noticed: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Direction:
    """One of the two directions of an exchange: what is said, who can say it, and how far it is."""

    saying: str
    title: str
    sayers: list[Participant]
    exchange: Exchange | None
    round: int
    ratings: list[int]
    is_close: bool


def groups_of(case: Case) -> list[Waiting]:
    if not case.works_together:
        return []
    given = {row.content_id for row in access.rows_of(viewer(), Assignment, Assignment.case_id == case.id)}
    known = [group for group in groups_in(case.relation) if given & {sheet.id for sheet in group.worksheets}]
    stands = [standing(db.session(), case, group) for group in known]
    return [_waiting(case, one) for one in stands if one.answers or not one.opened]


def _waiting(case: Case, stands: Standing) -> Waiting:
    group = stands.group
    columns = _columns(case, stands.answers)
    module = library.module(group.module_id).title
    return Waiting(group.name, title_of_group(group, case.relation), module, stands, columns, seen(stands))


def title_of_group(group: Group, relation: str) -> str:
    return " · ".join(sheet.title.text(neutral_wording(relation)) for sheet in group.worksheets)


def seen(stands: Standing) -> str:
    ids = ".".join(sorted(str(answer.id) for answer in stands.answers))
    return hashlib.sha256(ids.encode()).hexdigest()[:32]


def _columns(case: Case, answers: Iterable[Answer]) -> tuple[Column, ...]:
    """What its readers see, in neutral words; read through the counselor's own scope."""
    ids = [answer.id for answer in answers]
    rows = access.rows_of(viewer(), Answer, Answer.id.in_(ids), order_by=Answer.position)
    works = {row.id: row for row in access.rows_of(viewer(), Assignment, Assignment.id.in_({one.assignment_id for one in rows}))}
    return tuple(
        Column(person, tuple(_words(case, one, works[one.assignment_id]) for one in rows if one.participant_id == person.id))
        for person in case.participants
        if any(one.participant_id == person.id for one in rows)
    )


def _words(case: Case, answer: Answer, work: Assignment) -> Words:
    item, neutral = worksheet_of(work).item(answer.item_id), neutral_wording(case.relation)
    return Words(item.prompt.text(neutral), lines(item, Given.from_json(answer.given), neutral))


def opened_in(case: Case) -> list[OpenedOnce]:
    rows = access.rows_of(viewer(), Reveal, Reveal.case_id == case.id, order_by=Reveal.opened_at.desc())
    names = {person.id: person.preferred_name for person in case.participants}
    noticed = access.rows_of(viewer(), Noticed, Noticed.reveal_id.in_([row.id for row in rows]))
    titles = {group.name: title_of_group(group, case.relation) for group in groups_in(case.relation)}
    return [
        OpenedOnce(
            title=titles.get(row.group, "Answers"),
            at=row.opened_at,
            place=PLACES.get(row.place, ""),
            columns=_columns(case, [answer for answer, _ in db.session.execute(access.opened_for(viewer(), row))]),
            noticed=tuple((names[one.participant_id], one.text) for one in noticed if one.reveal_id == row.id and one.text),
        )
        for row in rows
    ]


def exchanges_of(case: Case) -> list[Direction]:
    return [found for saying in running.PAIRS if (found := _direction(case, saying)).sayers]


def _direction(case: Case, saying: str) -> Direction:
    title = library.worksheet(saying).title.text(neutral_wording(case.relation))
    of_case = (Exchange.case_id == case.id, Exchange.saying == saying, Exchange.ended_at.is_(None))
    now_running = access.rows_of(viewer(), Exchange, *of_case)
    exchange = now_running[0] if now_running else None
    last = exchange.rounds[-1] if exchange else None
    return Direction(
        saying=saying,
        title=title,
        sayers=running.sayers(case, saying),
        exchange=exchange,
        round=last.number if last else 0,
        ratings=running.ratings(db.session(), last) if last else [],
        is_close=running.is_close(db.session(), exchange) if exchange else False,
    )
