"""An answer in words: what a review page or a printed worksheet says where the form had boxes.

Decides that labels are shown and never ids, and how a scale, a row or a date reads. Never knows who reads it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from forms.answers import STANDARD_LABELS, Given
from forms.definition import HIGHEST, Choice, Column, Item, Kind, Standard, Wording

LEFT_BLANK = "Left blank"


def lines(item: Item, given: Given | None, wording: Wording) -> tuple[str, ...]:
    if given is None or given.is_blank:
        return (LEFT_BLANK,)
    if given.standard is not None:
        return (STANDARD_LABELS[Standard(given.standard)],)
    value = given.value
    match item.kind:
        case Kind.LIKERT5 | Kind.SCALE10:
            return (_scale(item, value, wording),)
        case Kind.DATE:
            return (_day(value),)
        case Kind.CHOICE | Kind.YES_NO:
            return _choice(item, value, wording)
        case Kind.CHECKLIST:
            return _checklist(item, value, wording)
        case Kind.LIST:
            return tuple(value)
        case Kind.TABLE:
            return tuple(_row(item.columns, row, wording) for row in value)
        case Kind.MATRIX:
            return _matrix(item, value, wording)
    return tuple(line.strip() for line in str(value).splitlines() if line.strip())


def _label(choices: tuple[Choice, ...], id: str, wording: Wording) -> str:
    return next((choice.label.text(wording) for choice in choices if choice.id == id), id)


def _scale(item: Item, value: int, wording: Wording) -> str:
    ends = [(0, item.low), (HIGHEST[item.kind], item.high)]
    meanings = "; ".join(f"{number} = {end.text(wording)}" for number, end in ends if end)
    return f"{value} of {HIGHEST[item.kind]}" + (f" ({meanings})" if meanings else "")


def _day(value: str) -> str:
    day = date.fromisoformat(value)
    return f"{day:%B} {day.day}, {day.year}"


def _choice(item: Item, value: dict[str, str], wording: Wording) -> tuple[str, ...]:
    label = _label(item.options, value["choice"], wording) if value["choice"] else ""
    return tuple(part for part in (label, value.get("text", "")) if part)


def _checklist(item: Item, value: dict[str, Any], wording: Wording) -> tuple[str, ...]:
    chosen = [_label(item.choices, id, wording) for id in value["chosen"]]
    other = value.get("other", "")
    return (*chosen, *([f"Something else: {other}"] if other else []))


def _row(columns: tuple[Column, ...], row: dict[str, Any], wording: Wording) -> str:
    cells = ((column, row[column.id]) for column in columns if column.id in row)
    return "; ".join(f"{column.label.text(wording)}: {_cell(column, cell, wording)}" for column, cell in cells)


def _cell(column: Column, cell: Any, wording: Wording) -> str:
    match column.kind:
        case Kind.CHOICE:
            return _label(column.choices, cell, wording)
        case Kind.SCALE10:
            return f"{cell} of {HIGHEST[Kind.SCALE10]}"
        case Kind.DATE:
            return _day(cell)
    return str(cell)


def _matrix(item: Item, value: dict[str, int], wording: Wording) -> tuple[str, ...]:
    said = [(statement, value[statement.id]) for statement in item.statements if statement.id in value]
    return tuple(f"{statement.label.text(wording)}: {number} of {HIGHEST[item.kind]}" for statement, number in said)
