"""Homework that comes back, plans of several pieces, and leaving one out.

Decides what must be said to do so, and how far ahead. Never knows which homework exists, or a clock: the page gives both.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import BooleanField, Field, Form, ValidationError

from forms.fields import Day, LongText, Needed, OneOf, Several, ShortText, Whole, choices_of

MOST_NOTE = 2_000
LONGEST_INTERVAL = 60
_LATEST_DAYS = 2 * 366
RHYTHMS = (
    ("day", "Every so many days"),
    ("week", "Every so many weeks"),
    ("month", "Every so many months"),
    ("before", "Before a session, each or every so many"),
    ("after", "After a session, each or every so many"),
)


class LeaveOutForm(Form):
    why = ShortText("Why, if you like to say")


class _DatedForm(Form):
    def __init__(self, formdata: Any = None, *, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(formdata, **kwargs)

    def near(self, field: Field) -> None:
        if field.data is None or field.errors:
            return
        if field.data < self.today:
            raise ValidationError("This day has passed. Choose today or a later day.")
        if (field.data - self.today).days > _LATEST_DAYS:
            raise ValidationError("This is more than two years ahead. Please check the year.")


class RepeatForm(_DatedForm):
    """Made by `repeat_form`, which adds who may get it."""

    people: Any
    rhythm = OneOf("How often", choices_of(RHYTHMS), [Needed("Choose how often it comes back.")])
    interval = Whole("So many", [Needed("Write a number.")], least=1, most=LONGEST_INTERVAL)
    starts_on = Day("First day", [Needed("Choose the first day.")])
    ends_on = Day("Last day")
    note = LongText("Note", most=MOST_NOTE)

    def validate_starts_on(self, field: Field) -> None:
        self.near(field)

    def validate_ends_on(self, field: Field) -> None:
        self.near(field)
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError("The last day is before the first.")


def repeat_form(people: Sequence[tuple[str, str]]) -> type[RepeatForm]:
    who = Several("Who gets it", choices_of(people), [Needed("Choose at least one person.")])
    return type("RepeatForm", (RepeatForm,), {"people": who})


class PlanForm(_DatedForm):
    """Made by `plan_form`: for each entry a day, and a box for each person who may get it."""

    @property
    def days(self) -> list[Field]:
        return [field for field in self if field.name.startswith("day-")]

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        return bool(super().validate(*args, **kwargs)) and self._something_is_chosen()

    def _something_is_chosen(self) -> bool:
        if any(field.data for field in self if isinstance(field, BooleanField)):
            return True
        self.form_errors = ["Choose at least one thing."]
        return False

    def day_of(self, entry: int) -> date:
        day: date = self[f"day-{entry}"].data
        return day

    def is_chosen(self, entry: int, who: str) -> bool:
        name = f"give-{entry}-{who}"
        return name in self and bool(self[name].data)


def _soon(form: PlanForm, field: Field) -> None:
    form.near(field)


def plan_form(entries: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> type[PlanForm]:
    """``entries``: the title of each, and (key, name) of whoever may get it."""
    parts: dict[str, Any] = {}
    for number, (title, people) in enumerate(entries):
        parts[f"day-{number}"] = Day(f"Day of {title}", [Needed("Choose a day."), _soon])
        parts |= {f"give-{number}-{key}": BooleanField(name) for key, name in people}
    return type("PlanForm", (PlanForm,), parts)
