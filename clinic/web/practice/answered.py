"""Homework as its counselor reads it: every answer in words, with who may see it, and what was sent before.

Decides: how rows become what a page shows. Must never know: drafts. They belong to their author, and nothing here asks for one.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clinic import access
from clinic.models import Administration, Answer, Assignment, Participant, Sharing, WorksheetResponse
from clinic.models.sending import worksheet_of
from clinic.web.context import viewer
from clinic.web.practice.naming import title_of
from forms import Given, Wording, is_concern, library
from forms.definition import Item, Kind, Visibility, Worksheet
from forms.measures import Measure
from forms.scoring import Score
from forms.shown import lines

IN_LINES = {Kind.CHECKLIST, Kind.LIST, Kind.TABLE, Kind.MATRIX}


@dataclass(frozen=True)
class ShownAnswer:
    """One answer in words. ``changed``: a later sending says something else here."""

    number: int
    prompt: str
    lines: tuple[str, ...]
    as_list: bool
    is_blank: bool
    is_standard: bool
    is_shareable: bool
    is_reveal: bool
    shared_at: datetime | None
    raised_task: bool
    changed: bool


@dataclass(frozen=True)
class Sending:
    """One sending of one homework: its pages, each with its answers."""

    number: int
    sent_at: datetime
    pages: tuple[tuple[str, tuple[ShownAnswer, ...]], ...]


@dataclass(frozen=True)
class Scored:
    measure: Measure
    score: Score
    at: datetime


@dataclass(frozen=True)
class Homework:
    """One homework. ``sendings``: the newest first; without one, nothing was sent yet, and that is all that there is to say."""

    assignment: Assignment
    worksheet: Worksheet
    title: str
    sendings: tuple[Sending, ...]
    scored: Scored | None

    @property
    def latest(self) -> Sending | None:
        return self.sendings[0] if self.sendings else None


def wording_of(person: Participant) -> Wording:
    """The words that this person's pages use."""
    return Wording(person.calls_other or "", person.calls_event or "", person.case.relation)


def homework_of(assignments: Sequence[Assignment]) -> list[Homework]:
    """In the order given, with a number of queries that does not grow."""
    ids = [one.id for one in assignments]
    responses = _by_assignment(WorksheetResponse, ids, WorksheetResponse.number.desc())
    answers: dict[uuid.UUID, list[Answer]] = defaultdict(list)
    for answer in access.rows_of(viewer(), Answer, Answer.assignment_id.in_(ids), order_by=Answer.position):
        answers[answer.response_id].append(answer)
    shared = _shared([answer.id for of_one in answers.values() for answer in of_one])
    scores = _by_assignment(Administration, ids, Administration.completed_at.desc())
    return [_one(assignment, responses[assignment.id], answers, shared, scores[assignment.id]) for assignment in assignments]


def _by_assignment(model: Any, ids: list[uuid.UUID], order_by: Any) -> dict[uuid.UUID, list[Any]]:
    found: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for row in access.rows_of(viewer(), model, model.assignment_id.in_(ids), order_by=order_by):
        found[row.assignment_id].append(row)
    return found


def _shared(answer_ids: list[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    """Which of these answers their authors show now, and since when."""
    live = access.rows_of(viewer(), Sharing, Sharing.answer_id.in_(answer_ids), Sharing.withdrawn_at.is_(None))
    return {row.answer_id: row.shared_at for row in live}


def _one(
    assignment: Assignment,
    responses: list[WorksheetResponse],
    answers: dict[uuid.UUID, list[Answer]],
    shared: dict[uuid.UUID, datetime],
    scores: list[Administration],
) -> Homework:
    worksheet, wording = worksheet_of(assignment), wording_of(assignment.participant)
    sendings = []
    later: dict[str, dict[str, object]] | None = None
    for response in responses:
        given = {answer.item_id: answer for answer in answers[response.id]}
        sendings.append(_sending(response, worksheet, wording, given, shared, later))
        later = {item_id: answer.given for item_id, answer in given.items()}
    scored = _scored(scores[0]) if scores else None
    title = title_of(assignment, assignment.participant.case)
    return Homework(assignment, worksheet, title, tuple(sendings), scored)


def _sending(
    response: WorksheetResponse,
    worksheet: Worksheet,
    wording: Wording,
    given: dict[str, Answer],
    shared: dict[uuid.UUID, datetime],
    later: dict[str, dict[str, object]] | None,
) -> Sending:
    pages = tuple(
        (
            page.title.text(wording),
            tuple(_answer(item, wording, given.get(item.id), shared, later) for item in page.items),
        )
        for page in worksheet.pages
    )
    return Sending(response.number, response.submitted_at, pages)


def _answer(
    item: Item,
    wording: Wording,
    answer: Answer | None,
    shared: dict[uuid.UUID, datetime],
    later: dict[str, dict[str, object]] | None,
) -> ShownAnswer:
    given = Given.from_json(answer.given) if answer is not None else Given()
    return ShownAnswer(
        number=item.number,
        prompt=item.prompt.text(wording),
        lines=lines(item, given, wording),
        as_list=item.kind in IN_LINES and given.standard is None and not given.is_blank,
        is_blank=given.is_blank,
        is_standard=given.standard is not None,
        is_shareable=answer is not None and answer.visibility == "shareable",
        is_reveal=item.visibility is Visibility.REVEAL,
        shared_at=shared.get(answer.id) if answer is not None else None,
        raised_task=is_concern(item, given),
        changed=later is not None and answer is not None and later.get(item.id) != answer.given,
    )


def _scored(row: Administration) -> Scored:
    return Scored(library.measure(row.measure_id, row.measure_version), Score.from_json(row.score), row.completed_at)
