"""Any answer to any kind of question, drawn by chance."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from forms import Given
from forms.definition import Column, Item, Kind, Standard, Worksheet

TEXT = "gray herons stand by the lake while nobody counts the boats that come and go under a low sky until rain falls on moss"
WORDS = TEXT.split()


def words(draw: random.Random, most: int = 30) -> str:
    return " ".join(draw.choices(WORDS, k=draw.randint(1, most)))


def something(item: Item, draw: random.Random, *, day: date) -> Given:
    """Now and then one of the two standard answers, or none."""
    if draw.random() < 0.2:
        return draw.choice([Given(), Given(None, Standard.IN_SESSION), Given(None, Standard.RATHER_NOT)])
    return Given(VALUES[item.kind](item, draw, day))


def all_of(worksheet: Worksheet, draw: random.Random, *, day: date) -> dict[str, Given]:
    return {item.id: something(item, draw, day=day) for item in worksheet.items}


def ready_to_put(worksheet: Worksheet, draw: random.Random, *, day: date) -> dict[str, Given]:
    """What a version may be put forward with: nothing is left out, and every date is to come."""
    return {item.id: Given(VALUES[item.kind](item, draw, day)) for item in worksheet.items}


def _number(item: Item, draw: random.Random, _day: date) -> int:
    return draw.randint(0, 10 if item.kind is Kind.SCALE10 else 4)


def _choice(item: Item, draw: random.Random, _day: date) -> dict[str, str]:
    return {"choice": draw.choice(item.options).id, "text": words(draw, 5) if item.with_text else ""}


def _checklist(item: Item, draw: random.Random, _day: date) -> dict[str, Any]:
    chosen = [choice.id for choice in item.options if draw.random() < 0.5] or [item.options[0].id]
    return {"chosen": chosen, "other": words(draw, 4) if item.other else ""}


def _cell(column: Column, draw: random.Random, day: date) -> Any:
    if column.kind is Kind.CHOICE:
        return draw.choice(column.choices).id
    if column.kind is Kind.SCALE10:
        return draw.randint(0, 10)
    return _date(None, draw, day) if column.kind is Kind.DATE else words(draw, 6)


def _table(item: Item, draw: random.Random, day: date) -> list[dict[str, Any]]:
    return [{column.id: _cell(column, draw, day) for column in item.columns} for _ in range(draw.randint(1, 2))]


def _date(_item: Item | None, draw: random.Random, day: date) -> str:
    return (day + timedelta(days=draw.randint(1, 60))).isoformat()


def _follow_up(item: Item, draw: random.Random, _day: date) -> dict[str, Any]:
    choice = draw.choice(item.choices).id if item.choices else ""
    return {"rows": [{"of": words(draw, 4), "choice": choice, "text": words(draw, 4)}]}


def _agreement(item: Item, draw: random.Random, day: date) -> dict[str, Any]:
    row = {"terms": words(draw), "who": "both", "how_often": "each week", "until": _date(item, draw, day)}
    review_on = _date(item, draw, day)
    return {"rows": [row], "review_on": review_on} if item.most else {**row, "review_on": review_on}


VALUES: dict[Kind, Callable[[Item, random.Random, date], Any]] = {
    Kind.SHORT_TEXT: lambda item, draw, day: words(draw, 12),
    Kind.LONG_TEXT: lambda item, draw, day: words(draw),
    Kind.LIKERT5: _number,
    Kind.SCALE10: _number,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.CHOICE: _choice,
    Kind.YES_NO: _choice,
    Kind.CHECKLIST: _checklist,
    Kind.LIST: lambda item, draw, day: [words(draw, 6) for _ in range(draw.randint(1, 3))],
    Kind.TABLE: _table,
    Kind.MATRIX: lambda item, draw, day: {one.id: draw.randint(0, 4) for one in item.statements},
    Kind.FOLLOW_UP: _follow_up,
    Kind.AGREEMENT: _agreement,
}
