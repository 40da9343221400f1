"""Handing cases to a colleague for a time. Decides what can be typed; never knows whose cases they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import Field, Form, ValidationError

from forms.fields import Day, Needed, OneFromList, Several, choices_of

LONGEST_DAYS = 366


class CoverForm(Form):
    """Made by `cover_form`, which adds the colleagues and the cases."""

    begins_on = Day("First day", [Needed("Write the first day.")])
    ends_on = Day("Last day", [Needed("Write the last day.")])
    colleague: Any
    cases: Any

    def __init__(self, formdata: Any = None, *, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(formdata, **kwargs)

    def validate_begins_on(self, field: Field) -> None:
        if field.data is not None and field.data < self.today:
            raise ValidationError("This day has passed. Choose today or a later day.")

    def validate_ends_on(self, field: Field) -> None:
        begins = self.begins_on.data
        if field.data is None or begins is None:
            return
        if field.data < begins:
            raise ValidationError("The last day is before the first.")
        if (field.data - begins).days > LONGEST_DAYS:
            raise ValidationError("This is longer than a year. A case that is given away has a new counselor.")


def cover_form(colleagues: Sequence[tuple[str, str]], cases: Sequence[tuple[str, str]]) -> type[CoverForm]:
    parts: dict[str, Any] = {
        "colleague": OneFromList("Who covers", choices_of(colleagues), [Needed("Choose a colleague.")]),
        "cases": Several("Which cases", choices_of(cases), [Needed("Choose at least one case.")]),
    }
    return type("CoverForm", (CoverForm,), parts)
