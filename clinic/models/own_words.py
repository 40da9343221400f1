"""A reply keeps the lines that it replies to, and they are the other's words: once two are separated, its author reads it without.

Decides: which lines those are. Must never know: who is asking. The record stays as it was sent; its counselor reads it whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.models.groups import followed_by
from clinic.models.homework import Answer, Assignment
from clinic.models.reveals import RevealedAnswer
from clinic.models.sending import worksheet_of
from forms import Given, Wording
from forms.definition import Item, Kind, Worksheet
from forms.shown import lines

OwnWords = Callable[[str, Given], Given]


def own_words(session: Session, assignment: Assignment) -> OwnWords:
    """A function from an item's id and what was given to what its author may still read of it."""
    case = assignment.participant.case
    if not case.is_separated or assignment.kind != "worksheet":
        return lambda _item_id, given: given
    theirs = {
        item.id: _opened_lines(session, assignment, source, source_item)
        for item, source, source_item in followed_by(worksheet_of(assignment))
        if item.kind == Kind.FOLLOW_UP
    }
    return lambda item_id, given: _without(given, theirs.get(item_id, frozenset()))


def _opened_lines(session: Session, assignment: Assignment, source: Worksheet, item: Item) -> frozenset[str]:
    """All that was ever opened of it, as the reply keeps it."""
    opened = (
        select(Answer)
        .join(RevealedAnswer, RevealedAnswer.answer_id == Answer.id)
        .join(Assignment, Assignment.id == Answer.assignment_id)
        .where(RevealedAnswer.case_id == assignment.case_id, Answer.participant_id != assignment.participant_id)
        .where(Assignment.content_id == source.id, Answer.item_id == item.id)
    )
    neutral = Wording("", "", assignment.participant.case.relation)
    return frozenset(line for answer in session.scalars(opened) for line in lines(item, Given.from_json(answer.given), neutral))


def _without(given: Given, theirs: frozenset[str]) -> Given:
    if not theirs or not isinstance(given.value, dict):
        return given
    rows = [{**row, "of": ""} if row["of"] in theirs else row for row in given.value["rows"]]
    return replace(given, value={**given.value, "rows": rows})
