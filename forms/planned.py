"""A session that is to come: when, how long, how, and with whom; changed, cancelled, or nobody came.

Decides what can be typed. Never knows whether the hour is still to come where the practice is: its page does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import Field, Form, ValidationError

from forms.fields import Day, Hour, LongText, Needed, OneOf, Whole, choices_of
from forms.notes import LONGEST_SESSION, MEDIA, MOST_REASON

FURTHEST_YEARS = 2
TOGETHER = "together"


class MoveSessionForm(Form):
    """``version``: of what stood on the page, so that a change that came in between is shown and not lost."""

    day = Day("Date", [Needed("Write the day of the session.")])
    begins = Hour("Time", [Needed("Write when the session begins.")])
    minutes = Whole("Length in minutes", [Needed("Write how long the session is.")], least=1, most=LONGEST_SESSION)
    medium = OneOf("Kind of session", MEDIA, [Needed("Choose how you meet.")])
    version = Whole("Version", least=0, most=1_000_000)

    def __init__(self, formdata: Any = None, *, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(formdata, **kwargs)

    def validate_day(self, field: Field) -> None:
        if field.data is not None and field.data < self.today:
            raise ValidationError("This day has passed. Record the session instead of planning it.")
        if field.data is not None and field.data.year - self.today.year > FURTHEST_YEARS:
            raise ValidationError("This is years ahead. Please check the year.")


class PlanSessionForm(MoveSessionForm):
    """Made by `plan_session_form`, which adds who is expected."""

    expected: Any


def plan_session_form(people: Sequence[tuple[str, str]], *, together: bool) -> type[PlanSessionForm]:
    """`people`: (key, name) of everyone in the case. Somebody who works alone need not be chosen."""
    if len(people) == 1:
        return PlanSessionForm
    names = " and ".join(name for _, name in people)
    choices = [(TOGETHER, f"{names} together")] if together else []
    choices += [(key, f"{name} alone") for key, name in people]
    needed = Needed("Choose who is expected.")
    return type("PlanSessionForm", (PlanSessionForm,), {"expected": OneOf("Who is expected", choices_of(choices), [needed])})


class SettleForm(Form):
    """Why it is cancelled, or what is known of why nobody came. Nothing has to be typed."""

    reason = LongText("Why", most=MOST_REASON)
