"""Assigning worksheets, moving a due date, and answering homework that came in.

Decides what a counselor must say to do so. Never knows which homework exists: the page gives the choices, and today's
date, because nothing here reads a clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import Field, Form

from forms.fields import Day, LongText, Needed, Several, choices_of, require_ahead

MOST_NOTE = 2_000
_NOTE = "note-"


class _DueForm(Form):
    def __init__(self, formdata: Any = None, *, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(formdata, **kwargs)

    def validate_due_on(self, field: Field) -> None:
        require_ahead(field.data, today=self.today)


class AssignForm(_DueForm):
    """Made by `assign_form`, which adds the choices and a note for each person."""

    due_on = Day("Due date")
    chosen: Any

    def note_for(self, person: str) -> str:
        return str(self[_NOTE + person].data or "")

    def note_field(self, person: str) -> Field:
        return self[_NOTE + person]


def assign_form(choices: Sequence[tuple[str, str]], people: Sequence[tuple[str, str]]) -> type[AssignForm]:
    """`choices`: (key, label) of each worksheet for each person; `people`: (key, name) of those who may get a note."""
    parts: dict[str, Any] = {"chosen": Several("Homework", choices_of(choices), [Needed("Choose at least one worksheet.")])}
    for key, name in people:
        parts[_NOTE + key] = LongText(f"Note to {name}", most=MOST_NOTE)
    return type("AssignForm", (AssignForm,), parts)


class ExtendForm(_DueForm):
    due_on = Day("New due date", [Needed("Choose the new day.")])


class ReturnForm(Form):
    comment = LongText("Comment", [Needed("Write what you would like this person to look at again.")], most=MOST_NOTE)


class ReviewForm(Form):
    comment = LongText("Comment", most=MOST_NOTE)


class CommentForm(Form):
    comment = LongText("Comment", [Needed("Write your comment first.")], most=MOST_NOTE)
