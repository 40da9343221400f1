"""Signing a version of what two people agree on, and clearing joint work.

Decides what must be typed for it. Never knows which version, nor whose name is whose.
"""

from __future__ import annotations

from wtforms import Form, IntegerField
from wtforms.validators import InputRequired, NumberRange

from forms.fields import Day, LongText, Needed, ShortText

MOST_REASON = 2_000


class SignVersionForm(Form):
    name = ShortText("Your full name", [Needed("Write your full name as your signature. You do not have to sign.")])


class PutVersionForm(SignVersionForm):
    """``after``: the number of the newest version that the page was made with."""

    after = IntegerField("After", [InputRequired(), NumberRange(0, 100_000)])


class ClearanceForm(Form):
    reason = LongText("Why joint work is safe now", [Needed("Write why joint work is safe now.")], most=MOST_REASON)
    recheck_on = Day("Check again on", [Needed("Choose the day of the re-check.")])
