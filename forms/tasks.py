"""Closing a private task of the counselor.

Decides that a task closes only with a word on what was done. Never knows why the task was raised.
"""

from __future__ import annotations

from wtforms import Form

from forms.fields import LongText, Needed


class CloseTaskForm(Form):
    action = LongText("What you did", [Needed("Write what you did about it. A task closes only with that.")], most=2_000)
