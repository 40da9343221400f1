"""Rows that a person adds, and the cells of one row: shared by lists, tables, agreements and follow-ups.

Decides how many rows stand there, and which control a column gets. Never knows what the rows are about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from wtforms import Field, FieldList
from wtforms.fields import SelectChoice
from wtforms.utils import unset_value

from forms.answers import is_empty
from forms.definition import HIGHEST, Choice, Column, Kind
from forms.fields import DateText, LongText, OneFromList, ShortText, number_or_none
from forms.wording import Wording

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


def cell(column: Column, wording: Wording) -> Field:
    label = column.label.text(wording)
    match column.kind:
        case Kind.CHOICE:
            return OneFromList(label, options(column.choices, wording))
        case Kind.SCALE10:
            numbers = [SelectChoice(number, str(number)) for number in range(HIGHEST[Kind.SCALE10] + 1)]
            return OneFromList(label, numbers, coerce=number_or_none)
        case Kind.DATE:
            return DateText(label)
        case Kind.LONG_TEXT:
            return LongText(label)
    return ShortText(label)


def options(choices: tuple[Choice, ...], wording: Wording) -> list[SelectChoice]:
    return [SelectChoice(choice.id, choice.label.text(wording)) for choice in choices]
