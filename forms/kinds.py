"""How an item becomes fields, and a worksheet page becomes a form that can be posted, read and shown again.

Decides the field of each kind, what a person's answer looks like afterwards, and that every item also takes one of the
two standard answers. Never knows whose form it is, nor what the answers mean.

A page's template walks `form.asked`. Each entry carries the item, its texts in this person's words, `instead` (radios)
and `field`, which by kind is: a text field (short_text, long_text, follow_up, agreement, number, date); radios (likert5,
scale10); a small form with `.choice` radios and perhaps `.text` (choice, yes_no), with `.chosen` and perhaps `.other`
(checklist), or with radios by statement (matrix); entries (list: text fields, table: small forms by column).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from wtforms import Field, FieldList, Form, FormField
from wtforms.fields import SelectChoice
from wtforms.utils import unset_value

from forms.answers import STANDARD_LABELS, Given, is_empty
from forms.definition import HIGHEST, Choice, Column, Item, Kind, Page, Worded, Wording, Worksheet
from forms.fields import (
    Amount,
    DateText,
    LongText,
    OneFromList,
    OneOf,
    Several,
    ShortText,
    number_or_none,
)

INSTEAD = "-instead"
_ROWS_AT_FIRST = 3


class Rows(FieldList):
    """Rows that a person adds: those that are filled, and always a blank one to go on with, up to the most."""

    def __init__(self, row: Any, label: str, *, most: int, **bound: Any) -> None:
        super().__init__(row, label, max_entries=most, **bound)
        self.most = most

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(formdata, list(data)[: self.most] if isinstance(data, list) else unset_value, extra_filters)
        filled = sum(not is_empty(entry.data) for entry in self.entries)
        while len(self.entries) < min(self.most, max(_ROWS_AT_FIRST, filled + 1)):
            self._add_entry()

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        # WTForms would hand any digits to int(), which fails for superscripts and for thousands of them.
        for name in formdata:
            if found := re.fullmatch(re.escape(prefix) + r"-([0-9]{1,3})(?:-.*)?", name, re.DOTALL):
                yield int(found[1])


@dataclass(frozen=True, slots=True)
class Asked:
    """One item on a page, in this person's words, with its fields."""

    item: Item
    field: Any
    instead: OneOf
    prompt: str
    hint: str
    example: str
    low: str
    high: str
    hints: Mapping[str, str]

    @property
    def kind(self) -> str:
        return self.item.kind

    @property
    def has_errors(self) -> bool:
        return bool(self.field.errors or self.instead.errors)


class WorksheetForm(Form):
    """The form of a worksheet, or of one page of it. Blank is allowed everywhere."""

    worksheet: ClassVar[Worksheet]
    wording: ClassVar[Wording]
    _asks: ClassVar[tuple[Item, ...]] = ()

    @property
    def asked(self) -> tuple[Asked, ...]:
        return tuple(self._asked(item) for item in self._asks)

    def _asked(self, item: Item) -> Asked:
        def said(worded: Worded | None) -> str:
            return worded.text(self.wording) if worded else ""

        return Asked(
            item=item,
            field=self[item.id],
            instead=self[item.id + INSTEAD],
            prompt=said(item.prompt),
            hint=said(item.hint),
            example=said(item.example),
            low=said(item.low),
            high=said(item.high),
            hints={choice.id: said(choice.hint) for choice in item.options if choice.hint},
        )

    def validate(self, extra_validators: Any = None) -> bool:
        """Whoever chose a standard answer need not mend what stands beside it."""
        sound = True
        for item in self._asks:
            instead = self[item.id + INSTEAD]
            sound = instead.validate(self) and sound
            if not instead.data:
                sound = self[item.id].validate(self) and sound
        return sound

    def answers(self) -> dict[str, Given]:
        return {item.id: self._given(item) for item in self._asks}

    def sound_answers(self) -> dict[str, Given]:
        """After `validate`: the answers that can be kept, when a draft is saved although something is still wrong."""
        broken = {item.id for item in self._asks if self[item.id].errors or self[item.id + INSTEAD].errors}
        return {item.id: self._given(item) for item in self._asks if item.id not in broken}

    def _given(self, item: Item) -> Given:
        if standard := self[item.id + INSTEAD].data:
            return Given(None, standard)
        return Given(_value(item, self[item.id].data))

    @classmethod
    def draft(cls, givens: Mapping[str, Given]) -> dict[str, Any]:
        """What `data=` takes to show these answers again."""
        data: dict[str, Any] = {}
        for id, given in givens.items():
            data[id] = given.value
            data[id + INSTEAD] = str(given.standard) if given.standard else None
        return data


def _value(item: Item, data: Any) -> Any:
    """The answer as it is kept: blank rows and unanswered statements left out, and every key of its kind there."""
    if is_empty(data):
        return None
    match item.kind:
        case Kind.CHOICE | Kind.YES_NO:
            return {"choice": data["choice"] or "", "text": data.get("text") or ""}
        case Kind.CHECKLIST:
            return {"chosen": data["chosen"] or [], "other": data.get("other") or ""}
        case Kind.LIST:
            return [line for line in data if not is_empty(line)]
        case Kind.TABLE:
            return [{id: cell for id, cell in row.items() if not is_empty(cell)} for row in data if not is_empty(row)]
        case Kind.MATRIX:
            return {id: value for id, value in data.items() if value is not None}
    return data


def form_for(worksheet: Worksheet, wording: Wording, page: int | None = None) -> type[WorksheetForm]:
    """The form class of the whole worksheet, or of the page with this index, counted from 0."""
    if page is not None and not 0 <= page < len(worksheet.pages):
        raise IndexError(f"{worksheet.id} has no page {page}")
    return _form_for(worksheet, wording, page)


@lru_cache(maxsize=512)
def _form_for(worksheet: Worksheet, wording: Wording, page: int | None) -> type[WorksheetForm]:
    pages: tuple[Page, ...] = worksheet.pages if page is None else (worksheet.pages[page],)
    items = tuple(item for one in pages for item in one.items)
    parts: dict[str, Any] = {"worksheet": worksheet, "wording": wording, "_asks": items}
    for item in items:
        parts[item.id] = _FIELDS[item.kind](item, wording)
        parts[item.id + INSTEAD] = OneOf("Instead of an answer", _standard_choices())
    return type("WorksheetForm", (WorksheetForm,), parts)


def _standard_choices() -> list[SelectChoice]:
    return [SelectChoice("", "No, my answer is here"), *(SelectChoice(str(id), it) for id, it in STANDARD_LABELS.items())]


def _label(item: Item, wording: Wording) -> str:
    return item.prompt.text(wording)


def _short_text(item: Item, wording: Wording) -> Field:
    return ShortText(_label(item, wording), description=_hint(item, wording))


def _long_text(item: Item, wording: Wording) -> Field:
    return LongText(_label(item, wording), description=_hint(item, wording))


def _number(item: Item, wording: Wording) -> Field:
    return Amount(_label(item, wording), description=_hint(item, wording))


def _date(item: Item, wording: Wording) -> Field:
    return DateText(_label(item, wording), description=_hint(item, wording))


def _scale(item: Item, wording: Wording) -> Field:
    return _steps(_label(item, wording), HIGHEST[item.kind], _hint(item, wording))


def _steps(label: str, highest: int, hint: str = "") -> Field:
    choices = [SelectChoice(number, str(number)) for number in range(highest + 1)]
    return OneOf(label, choices, coerce=number_or_none, description=hint)


def _choice(item: Item, wording: Wording) -> Field:
    parts: dict[str, Any] = {"choice": OneOf(_label(item, wording), _options(item.options, wording))}
    if item.with_text:
        parts["text"] = ShortText(item.with_text.text(wording))
    return _small_form(item, wording, parts)


def _checklist(item: Item, wording: Wording) -> Field:
    parts: dict[str, Any] = {"chosen": Several(_label(item, wording), _options(item.choices, wording))}
    if item.other:
        parts["other"] = ShortText("Something else")
    return _small_form(item, wording, parts)


def _matrix(item: Item, wording: Wording) -> Field:
    highest = HIGHEST[Kind.MATRIX]
    parts = {statement.id: _steps(statement.label.text(wording), highest) for statement in item.statements}
    return _small_form(item, wording, parts)


def _list(item: Item, wording: Wording) -> Field:
    return Rows(ShortText(_label(item, wording)), _label(item, wording), most=item.most, description=_hint(item, wording))


def _table(item: Item, wording: Wording) -> Field:
    row = type("Row", (Form,), {column.id: _cell(column, wording) for column in item.columns})
    return Rows(FormField(row, ""), _label(item, wording), most=item.most, description=_hint(item, wording))


def _cell(column: Column, wording: Wording) -> Field:
    label = column.label.text(wording)
    match column.kind:
        case Kind.CHOICE:
            return OneFromList(label, _options(column.choices, wording))
        case Kind.SCALE10:
            numbers = [SelectChoice(number, str(number)) for number in range(HIGHEST[Kind.SCALE10] + 1)]
            return OneFromList(label, numbers, coerce=number_or_none)
        case Kind.DATE:
            return DateText(label)
        case Kind.LONG_TEXT:
            return LongText(label)
    return ShortText(label)


def _small_form(item: Item, wording: Wording, parts: dict[str, Any]) -> Field:
    return FormField(type("Part", (Form,), parts), _label(item, wording), description=_hint(item, wording))


def _options(choices: tuple[Choice, ...], wording: Wording) -> list[SelectChoice]:
    return [SelectChoice(choice.id, choice.label.text(wording)) for choice in choices]


def _hint(item: Item, wording: Wording) -> str:
    return item.hint.text(wording) if item.hint else ""


# Follow-ups and agreements are built later; until then they are plain texts, so that nothing in a file is lost.
_FIELDS = {
    Kind.SHORT_TEXT: _short_text,
    Kind.LONG_TEXT: _long_text,
    Kind.LIKERT5: _scale,
    Kind.SCALE10: _scale,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.CHOICE: _choice,
    Kind.CHECKLIST: _checklist,
    Kind.YES_NO: _choice,
    Kind.LIST: _list,
    Kind.TABLE: _table,
    Kind.MATRIX: _matrix,
    Kind.FOLLOW_UP: _long_text,
    Kind.AGREEMENT: _long_text,
}
