"""Asking for a progress report, and signing a document.

Decides what must be chosen or typed for it. Never knows what a report may contain for its reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, Field, Form, ValidationError

from forms.fields import Day, LongText, Needed, OneOf, ShortText, choices_of

AUDIENCES = choices_of([("counselor", "You, the counselor"), ("joint", "Both people together"), ("person", "One person alone")])


class ProgressReportForm(Form):
    """Made by `progress_report_form`, which adds the people of the case."""

    audience = OneOf("Who will read it", AUDIENCES, [Needed("Choose who will read this report.")])
    from_day = Day("From", name="from")
    to_day = Day("To", name="to")
    summary = LongText("Summary in your own words")
    next_steps = LongText("Next steps")
    person: Any

    def validate_person(self, field: Field) -> None:
        if self.audience.data == "person" and not field.data:
            raise ValidationError("Choose which of the two people will read it.")

    def validate_to_day(self, field: Field) -> None:
        if field.data and self.from_day.data and field.data < self.from_day.data:
            raise ValidationError("The period ends before it begins. Put the earlier day first.")


def progress_report_form(people: Sequence[tuple[str, str]], *, for_both: bool = True) -> type[ProgressReportForm]:
    """`people`: (key, name) of everyone in the case; `for_both`: whether the two may read one together."""
    parts: dict[str, Any] = {"person": OneOf("Which person", choices_of(people))}
    if not for_both:
        alone = [choice for choice in AUDIENCES if choice.value != "joint"]
        parts["audience"] = OneOf("Who will read it", alone, [Needed("Choose who will read this report.")])
    return type("ProgressReportForm", (ProgressReportForm,), parts)


class SignatureForm(Form):
    """A document is signed by a tick and by the signer's own name, typed."""

    name = ShortText("Your full name", [Needed("Write your full name as your signature.")])
    version = ShortText("Version")  # of the text that stood on the page
    agree = BooleanField("I have read this and agree", [Needed("Tick the box if you agree. You do not have to sign.")])
