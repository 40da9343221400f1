"""A worksheet of the library as paper: what the pages ask, with room to write, or with what one person has answered.

Decides which room each kind of question gets. Must never know whether the answers that it is given may be seen: its caller has
asked `access`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from forms import Given, Wording
from forms.agreements import LABELS, ROW
from forms.definition import HIGHEST, AnsweredBy, Item, Kind, Repeat, Visibility, Worded, Worksheet
from forms.follow_ups import CHOICE, OF, WORDS
from forms.shown import lines as in_words
from reports.worksheet import Choice, Column, Page, Part, Question, Room, Scale, Sheet

LINES = {Kind.SHORT_TEXT: 2, Kind.LONG_TEXT: 13, Kind.NUMBER: 1, Kind.DATE: 1}
MOST_ROWS = 5
PROMISES = 3  # what people are asked to begin with; they sign below, on the same page
SEES = {
    Visibility.PRIVATE: "For you and your counselor.",
    Visibility.SHAREABLE: "For you and your counselor. You can choose later to show it.",
    Visibility.REVEAL: "For you and your counselor, who may later open it for both of you.",
    Visibility.JOINT: "For both of you.",
}
NEVER_SHOWN = "For your counselor alone, whatever you agreed on."


@dataclass(frozen=True)
class Printing:
    """How it is printed. `bare`: only the questions, without introductions and examples. `givens`: the answers, by item."""

    wording: Wording
    solo: bool = False
    bare: bool = False
    givens: Mapping[str, Given] | None = None

    def said(self, text: Worded | None) -> str:
        return text.text(self.wording) if text else ""


def sheet_of(worksheet: Worksheet, how: Printing) -> Sheet:
    asked = worksheet.for_relationship(how.wording.relationship)
    asked = asked.for_solo() if how.solo else asked
    is_joint = asked.answered_by is AnsweredBy.JOINT
    return Sheet(
        title=how.said(asked.title),
        remark=_remark(asked),
        pages=tuple(Page(how.said(page.title), tuple(question_of(item, how) for item in page.items)) for page in asked.pages),
        introduction=asked.introduction.paragraphs(how.wording) if asked.introduction and not how.bare else (),
        signatures=2 if is_joint and not how.solo else 0,
    )


def _remark(worksheet: Worksheet) -> str:
    minutes = f"About {worksheet.minutes} {'minute' if worksheet.minutes == 1 else 'minutes'}"
    return f"{minutes}, {_often(worksheet.repeat)}." if worksheet.repeat else f"{minutes}."


def _often(repeat: Repeat) -> str:
    if repeat.every == "session":
        return f"{repeat.when} each session"
    return f"every {repeat.every}" if repeat.interval == 1 else f"every {repeat.interval} {repeat.every}s"


def question_of(item: Item, how: Printing) -> Question:
    given = how.givens.get(item.id, Given()) if how.givens is not None else None
    said = how.said
    return Question(
        prompt=said(item.prompt),
        sees=_sees(item, how),
        hint=said(item.hint),
        example="" if how.bare else said(item.example),
        always_says=said(item.always_says) if given is None else "",
        answer=in_words(item, given, how.wording) if given is not None else None,
        **_room(item, how),
    )


def _sees(item: Item, how: Printing) -> str:
    if item.never_shared:
        return NEVER_SHOWN
    return SEES[Visibility.PRIVATE] if how.solo and item.visibility is not Visibility.SHAREABLE else SEES[item.visibility]


def _room(item: Item, how: Printing) -> dict[str, Any]:
    said = how.said
    match item.kind:
        case Kind.LIKERT5 | Kind.SCALE10:
            return {"room": Room.SCALE, "scale": _scale(item, how)}
        case Kind.MATRIX:
            statements = tuple(said(statement.label) for statement in item.statements)
            return {"room": Room.STATEMENTS, "scale": _scale(item, how), "statements": statements}
        case Kind.CHOICE | Kind.YES_NO | Kind.CHECKLIST:
            choices = tuple(Choice(said(choice.label), said(choice.hint)) for choice in item.options)
            words = "Something else" if item.other else said(item.with_text)
            return {"room": Room.CHOICES, "choices": choices, "several": item.kind is Kind.CHECKLIST, "words": words}
        case Kind.LIST:
            return {"lines": item.most, "numbered": True}
        case Kind.TABLE:
            columns = tuple(Column(said(one.label), tuple(said(choice.label) for choice in one.choices)) for one in item.columns)
            return {"room": Room.TABLE, "columns": columns, "rows": _rows(item)}
        case Kind.FOLLOW_UP:
            return {"room": Room.TABLE, "columns": _answers(item, how), "rows": MOST_ROWS}
        case Kind.AGREEMENT:
            return _agreement(item, how)
    return {"lines": LINES[item.kind]}


def _rows(item: Item) -> int:
    """One less where two people sign below, on the same page."""
    return min(item.most, MOST_ROWS - 1 if item.visibility is Visibility.JOINT else MOST_ROWS)


def _scale(item: Item, how: Printing) -> Scale:
    return Scale(HIGHEST[item.kind], how.said(item.low), how.said(item.high))


def _answers(item: Item, how: Printing) -> tuple[Column, ...]:
    choices = (Column(CHOICE, tuple(how.said(choice.label) for choice in item.choices)),) if item.choices else ()
    return (Column(OF), *choices, Column(how.said(item.with_text) or WORDS))


def _agreement(item: Item, how: Printing) -> dict[str, Any]:
    hints = {("review_on" if part == "review" else part): how.said(hint) for part, hint in item.hints}
    if not item.most:
        return {"room": Room.PARTS, "parts": _parts(LABELS, hints)}
    columns = tuple(Column(LABELS[part], hint=hints.get(part, "")) for part in ROW)
    return {"room": Room.TABLE, "columns": columns, "rows": min(item.most, PROMISES), "parts": _parts(("review_on",), hints)}


def _parts(parts: Iterable[str], hints: Mapping[str, str]) -> tuple[Part, ...]:
    return tuple(Part(LABELS[part], hints.get(part, ""), 3 if part == "terms" else 1) for part in parts)
