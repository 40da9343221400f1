"""A private task of the counselor: written down by hand, given to somebody, closed.

Decides that a task closes only with a word on what was done, unless its page says that this one needs none. Never knows
why the task was raised.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import Field, Form, ValidationError

from forms.fields import Day, LongText, Needed, OneFromList, ShortText, Whole, choices_of

_LATEST_YEARS = 3
SHOWN = {"mine": "Mine", "all": "All in my cases", "done": "Done"}


class CloseTaskForm(Form):
    action = LongText("What you did", most=2_000)

    def __init__(self, formdata: Any = None, *, needs_words: bool = True, **kwargs: Any) -> None:
        self.needs_words = needs_words
        super().__init__(formdata, **kwargs)

    def validate_action(self, field: Field) -> None:
        if self.needs_words and not field.data:
            raise ValidationError("Write what you did about it. A task closes only with that.")


class ChangeTaskForm(Form):
    """Made by `task_form` or `change_task_form`. ``version``: of what stood on the page."""

    due_on = Day("Due")
    assigned_to: Any
    version = Whole("Version", least=0, most=1_000_000)

    def __init__(self, formdata: Any = None, *, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(formdata, **kwargs)

    def validate_due_on(self, field: Field) -> None:
        if field.data is not None and field.data < self.today:
            raise ValidationError("This day has passed. Choose today or a later day.")
        if field.data is not None and field.data.year - self.today.year > _LATEST_YEARS:
            raise ValidationError("This is years ahead. Please check the year.")


class TaskForm(ChangeTaskForm):
    title = ShortText("What is to be done", [Needed("Say in a few words what is to be done.")], most=120)
    why = LongText("Why, or what to think of", most=2_000)
    about: Any


def change_task_form(staff: Sequence[tuple[str, str]]) -> type[ChangeTaskForm]:
    """`staff`: (key, name) of those who work on the case."""
    return type("ChangeTaskForm", (ChangeTaskForm,), {"assigned_to": _assigned(staff)})


def task_form(people: Sequence[tuple[str, str]], staff: Sequence[tuple[str, str]]) -> type[TaskForm]:
    """`people`: (key, name) of those whom it can be about; nobody chosen: the case."""
    about = OneFromList("About", choices_of(people))
    return type("TaskForm", (TaskForm,), {"about": about, "assigned_to": _assigned(staff)})


def _assigned(staff: Sequence[tuple[str, str]]) -> OneFromList:
    return OneFromList("Who does it", choices_of(staff))
