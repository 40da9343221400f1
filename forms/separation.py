"""Separating the two people of a case.

Decides what must be written and ticked for it. Never knows what it ends.
"""

from __future__ import annotations

from wtforms import BooleanField, Form

from forms.fields import LongText, Needed

MOST_REASON = 2_000


class SeparationForm(Form):
    why = LongText("Why they are separated", [Needed("Write why. It stays in the record.")], most=MOST_REASON)
    read = BooleanField("I have read this", [Needed("Tick the box once you have read what happens. It cannot be undone.")])
