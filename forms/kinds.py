"""How an item becomes fields, and a worksheet page becomes a form that can be posted, read and shown again.

Decides the field of each kind, what a person's answer looks like afterwards, and that every item also takes one of the
two standard answers. Never knows whose form it is, nor what the answers mean.

A page's template walks `form.asked`. Each entry carries the item, its texts in this person's words, `instead` (radios)
and `field`, which by kind is: a text field (short_text, long_text, number, date); radios (likert5, scale10); a small form with
`.choice` radios and perhaps `.text` (choice, yes_no), with `.chosen` and perhaps `.other` (checklist), with radios by statement
(matrix), or with the parts of an agreement (agreements.py); entries (list: text fields, table: small forms by column); or rows
against the lines of another's answer (follow_ups.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from wtforms import Field, Form, FormField
from wtforms.fields import SelectChoice

from forms.agreements import agreement_field, agreement_value, say_what_is_lacking
from forms.answers import STANDARD_LABELS, Given, is_empty
from forms.definition import HIGHEST, Item, Kind, Page, Worded, Wording, Worksheet
from forms.fields import Amount, DateText, LongText, OneOf, Several, ShortText, number_or_none
from forms.follow_ups import follow_up_field, follow_up_value
from forms.rows import Rows, cell, options

INSTEAD = "-instead"
Followed = Mapping[str, tuple[str, ...]]


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
    always_says: str
    followed: tuple[str, ...]

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
    _followed: ClassVar[Followed] = {}

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
            always_says=said(item.always_says),
            followed=self._followed.get(item.id, ()),
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

    def is_ready(self) -> bool:
        """After `validate`: may this be put to the other? Otherwise the sentences stand beside what an agreement lacks."""
        agreements = [item for item in self._asks if item.kind is Kind.AGREEMENT]
        answers = {item.id: say_what_is_lacking(item, self[item.id]) for item in agreements}
        return all(answers.values())

    def add_row(self, item_id: str) -> bool:
        """Without scripts the button for one more row sends the page, which comes back with it. False: no such rows here."""
        field = self._fields.get(item_id)
        rows = field if isinstance(field, Rows) else getattr(getattr(field, "form", None), "rows", None)
        if not isinstance(rows, Rows):
            return False
        if len(rows.entries) < rows.most:
            rows.append_entry()
        return True

    def answers(self) -> dict[str, Given]:
        return {item.id: self._given(item) for item in self._asks}

    def sound_answers(self) -> dict[str, Given]:
        """After `validate`: the answers that can be kept, when a draft is saved although something is still wrong."""
        broken = {item.id for item in self._asks if self[item.id].errors or self[item.id + INSTEAD].errors}
        return {item.id: self._given(item) for item in self._asks if item.id not in broken}

    def _given(self, item: Item) -> Given:
        if standard := self[item.id + INSTEAD].data:
            return Given(None, standard)
        return Given(_value(item, self[item.id].data, self._followed.get(item.id, ())))

    @classmethod
    def draft(cls, givens: Mapping[str, Given]) -> dict[str, Any]:
        """What `data=` takes to show these answers again."""
        data: dict[str, Any] = {}
        for id, given in givens.items():
            data[id] = given.value
            data[id + INSTEAD] = str(given.standard) if given.standard else None
        return data


def _value(item: Item, data: Any, followed: tuple[str, ...]) -> Any:
    """The answer as it is kept: blank rows and unanswered statements left out, and every key of its kind there."""
    if is_empty(data):
        return None
    match item.kind:
        case Kind.AGREEMENT:
            return agreement_value(data)
        case Kind.FOLLOW_UP:
            return follow_up_value(data, followed)
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


def form_for(
    worksheet: Worksheet, wording: Wording, page: int | None = None, *, followed: Mapping[str, Sequence[str]] | None = None
) -> type[WorksheetForm]:
    """The form class of the whole worksheet as it is asked in this tie, or of the page with this index, counted from 0.

    `followed`: by item, the lines of the opened answer that it follows."""
    worksheet = worksheet.for_relationship(wording.relationship)
    if page is not None and not 0 <= page < len(worksheet.pages):
        raise IndexError(f"{worksheet.id} has no page {page}")
    if followed:
        # Never kept for the next caller: these are one person's private words.
        return _made(worksheet, wording, page, {id: tuple(lines) for id, lines in followed.items()})
    return _form_for(worksheet, wording, page)


@lru_cache(maxsize=512)
def _form_for(worksheet: Worksheet, wording: Wording, page: int | None) -> type[WorksheetForm]:
    return _made(worksheet, wording, page, {})


def _made(worksheet: Worksheet, wording: Wording, page: int | None, followed: Followed) -> type[WorksheetForm]:
    pages: tuple[Page, ...] = worksheet.pages if page is None else (worksheet.pages[page],)
    items = tuple(item for one in pages for item in one.items)
    parts: dict[str, Any] = {"worksheet": worksheet, "wording": wording, "_asks": items, "_followed": followed}
    for item in items:
        if item.kind is Kind.FOLLOW_UP:
            parts[item.id] = follow_up_field(item, wording, followed.get(item.id, ()), _label(item, wording), _hint(item, wording))
        else:
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
    parts: dict[str, Any] = {"choice": OneOf(_label(item, wording), options(item.options, wording))}
    if item.with_text:
        parts["text"] = ShortText(item.with_text.text(wording))
    return _small_form(item, wording, parts)


def _checklist(item: Item, wording: Wording) -> Field:
    parts: dict[str, Any] = {"chosen": Several(_label(item, wording), options(item.choices, wording))}
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
    row = type("Row", (Form,), {column.id: cell(column, wording) for column in item.columns})
    return Rows(FormField(row, ""), _label(item, wording), most=item.most, description=_hint(item, wording))


def _agreement(item: Item, wording: Wording) -> Field:
    return agreement_field(item, wording, _label(item, wording), _hint(item, wording))


def _small_form(item: Item, wording: Wording, parts: dict[str, Any]) -> Field:
    return FormField(type("Part", (Form,), parts), _label(item, wording), description=_hint(item, wording))


def _hint(item: Item, wording: Wording) -> str:
    return item.hint.text(wording) if item.hint else ""


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
    Kind.AGREEMENT: _agreement,
}
