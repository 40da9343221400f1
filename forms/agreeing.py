"""Signing a version of what two people agree on.

Decides what must be typed for it. Never knows which version, nor whose name is whose.
"""

from __future__ import annotations

from wtforms import Form, IntegerField
from wtforms.validators import InputRequired, NumberRange

from forms.fields import Needed, ShortText


class SignVersionForm(Form):
    name = ShortText("Your full name", [Needed("Write your full name as your signature. You do not have to sign.")])


class PutVersionForm(SignVersionForm):
    """``after``: the number of the newest version that the page was made with."""

    after = IntegerField("After", [InputRequired(), NumberRange(0, 100_000)])
