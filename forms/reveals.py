"""Opening answers side by side, saying what one notices in them, holding homework, clearing joint work.

Decides what must be said to do so. Never knows which answers they are, or why something is closed.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import Field, Form, ValidationError
from wtforms.fields import SelectChoice

from forms.fields import Day, LongText, Needed, OneOf

MOST_REASON = 2_000
PLACES = [
    SelectChoice("in_session", "Together, in a session"),
    SelectChoice("from_home", "From home, each alone"),
]


class OpenRevealForm(Form):
    place = OneOf("Where they read it", PLACES, validators=[Needed("Choose where they read it first.")])


class NoticeForm(Form):
    text = LongText("What I notice")


class HoldForm(Form):
    reason = LongText("Reason", [Needed("Write why this is held. Its person never sees it.")], most=MOST_REASON)


class ClearanceForm(Form):
    reason = LongText("Why joint work is safe now", [Needed("Write why joint work is safe now.")], most=MOST_REASON)
    recheck_on = Day("Look again on", [Needed("Choose the day on which you look at this again.")])

    def __init__(self, formdata: Any = None, *, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(formdata, **kwargs)

    def validate_recheck_on(self, field: Field) -> None:
        if field.data is not None and field.data <= self.today:
            raise ValidationError("Choose a day after today.")
