"""Closing a private task of the counselor.

Decides that a task closes only with a word on what was done, unless its page says that this one needs none. Never knows
why the task was raised.
"""

from __future__ import annotations

from typing import Any

from wtforms import Field, Form, ValidationError

from forms.fields import LongText


class CloseTaskForm(Form):
    action = LongText("What you did", most=2_000)

    def __init__(self, formdata: Any = None, *, needs_words: bool = True, **kwargs: Any) -> None:
        self.needs_words = needs_words
        super().__init__(formdata, **kwargs)

    def validate_action(self, field: Field) -> None:
        if self.needs_words and not field.data:
            raise ValidationError("Write what you did about it. A task closes only with that.")
