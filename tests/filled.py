"""A worksheet filled to the last box, as a browser would post it.

    pairs = filled(form_for(worksheet, wording)(), "some words")

Every text box gets the words, of a list the last choice is taken, every row that may be added is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field, Form, FormField

from forms import Given, Wording, form_for
from forms.definition import Worksheet
from forms.fields import Amount, DateText, LongText, OneFromList, OneOf, Several
from forms.kinds import INSTEAD
from forms.rows import Rows

DAY = "2026-09-30"


def filled(form: Form, text: str = "Some words.") -> MultiDict[str, str]:
    """What the page of this form would send. No standard answer is chosen."""
    return MultiDict(_sent([field for field in form if not field.name.endswith(INSTEAD)], text))


def answers_in_full(worksheet: Worksheet, wording: Wording, text: str = "Some words.", **more: Any) -> dict[str, Given]:
    """The same as answers, by item."""
    made = form_for(worksheet, wording, **more)
    form = made(filled(made(), text))
    assert form.validate(), (worksheet.id, form.errors)
    return form.answers()


def text_boxes(form: Form) -> list[str]:
    """The names of the boxes that take any words."""
    return [name for name, value in filled(form, "\x07").items(multi=True) if "\x07" in value]


def _sent(fields: Iterable[Field], text: str) -> Iterator[tuple[str, str]]:
    for field in fields:
        match field:
            case FormField():
                yield from _sent(field.form, text)
            case Rows():
                while len(field.entries) < field.most:
                    field.append_entry()
                yield from _sent(field.entries, text)
            case _:
                yield from ((field.name, value) for value in _values(field, text))


def _values(field: Field, text: str) -> list[str]:
    match field:
        case Several():
            return [str(choice.value) for choice in field.iter_choices()]
        case OneOf() | OneFromList():
            return [str([*field.iter_choices()][-1].value)]
        case DateText():
            return [DAY]
        case Amount():
            return ["7"]
        case LongText():
            return [f"{text}\n\n{text}"]
    return [text]
