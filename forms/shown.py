"""An answer in words: what a review page or a printed worksheet says where the form had boxes.

Decides that labels are shown and never ids, and how a scale, a row or a date reads. Never knows who reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from forms.agreements import DAYS, LABELS
from forms.answers import STANDARD_LABELS, Given
from forms.definition import HIGHEST, Choice, Column, Item, Kind, Standard, Wording

LEFT_BLANK = "Left blank"


def lines(item: Item, given: Given | None, wording: Wording) -> tuple[str, ...]:
    if given is None or given.is_blank:
        return (LEFT_BLANK,)
    if given.standard is not None:
        return (STANDARD_LABELS[Standard(given.standard)],)
    return _IN_WORDS.get(item.kind, _text)(item, given.value, wording)


def _text(item: Item, value: Any, wording: Wording) -> tuple[str, ...]:
    return _lines(str(value))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _label(choices: tuple[Choice, ...], id: str, wording: Wording) -> str:
    return next((choice.label.text(wording) for choice in choices if choice.id == id), id)


def _scale(item: Item, value: int, wording: Wording) -> tuple[str, ...]:
    ends = [(0, item.low), (HIGHEST[item.kind], item.high)]
    meanings = "; ".join(f"{number} = {end.text(wording)}" for number, end in ends if end)
    return (f"{value} of {HIGHEST[item.kind]}" + (f" ({meanings})" if meanings else ""),)


def _date(item: Item, value: str, wording: Wording) -> tuple[str, ...]:
    return (_day(value),)


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


def _list(item: Item, value: list[str], wording: Wording) -> tuple[str, ...]:
    return tuple(value)


def _table(item: Item, value: list[dict[str, Any]], wording: Wording) -> tuple[str, ...]:
    return tuple(_row(item.columns, row, wording) for row in value)


def _row(columns: tuple[Column, ...], row: dict[str, Any], wording: Wording) -> str:
    cells = ((column, row[column.id]) for column in columns if column.id in row)
    return _in_a_row(f"{column.label.text(wording)}: {_cell(column, cell, wording)}" for column, cell in cells)


def _in_a_row(parts: Iterable[str]) -> str:
    """On one line. What ends as a sentence does needs no semicolon behind it."""
    said = ""
    for part in parts:
        said += part if not said else f" {part}" if said.endswith((".", "!", "?", "…")) else f"; {part}"
    return said


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


def _follow_up(item: Item, value: dict[str, Any], wording: Wording) -> tuple[str, ...]:
    return tuple(_answered(item, row, wording) for row in value["rows"])


def _answered(item: Item, row: dict[str, str], wording: Wording) -> str:
    label = _label(item.choices, row["choice"], wording) if row["choice"] else ""
    said = "; ".join(part for part in (label, row["text"]) if part)
    return ": ".join(part for part in (row["of"], said) if part)


def _agreement(item: Item, value: dict[str, Any], wording: Wording) -> tuple[str, ...]:
    """Every part under its name, and last the sentence that stands in every version."""
    rows = tuple(_in_a_row(" ".join(part.split()) for part in _parts(row)) for row in value.get("rows", ()))
    rest = tuple(line for part in _parts(value) for line in _lines(part))
    return (*rows, *rest, *((item.always_says.text(wording),) if item.always_says else ()))


def _parts(parts: dict[str, Any]) -> tuple[str, ...]:
    said = ((part, label, parts.get(part)) for part, label in LABELS.items())
    return tuple(f"{label}: {_day(text) if part in DAYS else text}" for part, label, text in said if text)


_IN_WORDS: dict[Kind, Callable[[Item, Any, Wording], tuple[str, ...]]] = {
    Kind.LIKERT5: _scale,
    Kind.SCALE10: _scale,
    Kind.DATE: _date,
    Kind.CHOICE: _choice,
    Kind.YES_NO: _choice,
    Kind.CHECKLIST: _checklist,
    Kind.LIST: _list,
    Kind.TABLE: _table,
    Kind.MATRIX: _matrix,
    Kind.FOLLOW_UP: _follow_up,
    Kind.AGREEMENT: _agreement,
}
