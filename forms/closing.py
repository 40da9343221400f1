"""Closing a case, and taking it up again.

Decides what must be said of it. Never knows what is open in the case.
"""

from __future__ import annotations

from wtforms import Field, Form, ValidationError

from forms.fields import LongText, Needed, OneOf, choices_of
from forms.notes import MOST_REASON

CLOSINGS = choices_of(
    [
        ("completed", "The work is completed"),
        ("stopped_by_both", "Both stopped"),
        ("stopped_by_one", "One of them stopped"),
        ("referred", "Referred to somebody else"),
        ("lost_contact", "Contact was lost"),
        ("other", "Something else"),
    ]
)
WORDS = {str(choice.value): str(choice.label) for choice in CLOSINGS}
ALONE = choices_of([("completed", "The work is completed"), ("stopped_by_one", "They stopped")])


class CloseCaseForm(Form):
    kind = OneOf("Why it is closed", CLOSINGS, [Needed("Choose why the case is closed.")])
    note = LongText("A note for the record", most=MOST_REASON)

    def validate_note(self, field: Field) -> None:
        if self.kind.data == "other" and not field.data:
            raise ValidationError("Say in a few words why the case is closed.")

    @classmethod
    def for_one(cls) -> type[CloseCaseForm]:
        """Of somebody who works alone nobody else can have stopped."""
        rest = [choice for choice in CLOSINGS if choice.value not in ("completed", "stopped_by_both", "stopped_by_one")]
        kind = OneOf("Why it is closed", [*ALONE, *rest], [Needed("Choose why the case is closed.")])
        return type("CloseCaseForm", (cls,), {"kind": kind})


class ReopenCaseForm(Form):
    why = LongText("Why it is taken up again", [Needed("Say in a few words why the case is taken up again.")], most=MOST_REASON)
