"""Adding a case with its two people, correcting a side, and how each person may be reached.

Decides what must be known of each person and what may stay open, and fills in what follows from the rest. Never knows
whether an address is taken (its page answers that without telling anybody else's story).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wtforms import BooleanField, Field, Form, FormField, ValidationError

from forms.accounts import Address
from forms.fields import LongText, Needed, OneOf, Several, ShortText, choices_of

RELATIONSHIPS = choices_of([("partner", "Spouses or partners"), ("friend", "Friends"), ("family", "Family members")])
SIDES = choices_of(
    [
        ("hurt", "Was hurt"),
        ("involved", "Was involved: it was their act"),
        ("both", "Both: was hurt, and did something that hurt"),
        ("unset", "Not decided yet"),
    ]
)
POLICIES = choices_of([("no_secrets", "No secrets"), ("limited_secrets", "Limited secrets"), ("confidential", "Confidential")])
CHANNELS = choices_of([("email", "E-mail"), ("text", "Text message"), ("phone", "Phone call"), ("post", "Letter")])
MOST_REASON = 2_000


class SafeContactForm(Form):
    """Nothing chosen means that nothing is safe: this person is reached at sessions only."""

    channels = Several("Safe ways to reach this person", CHANNELS)
    safe_hours = ShortText("Safe hours", description="For example: weekdays from 9 to 4, never in the evening.")
    may_leave_message = OneOf(
        "May a message be left?", choices_of([("yes", "Yes"), ("no", "No")]), default="no", description="If nobody answers."
    )

    def details(self) -> dict[str, Any]:
        return {
            "channels": self.channels.data or [],
            "hours": self.safe_hours.data or "",
            "may_leave_message": self.may_leave_message.data == "yes",
        }


class PersonForm(SafeContactForm):
    full_name = ShortText("Full name", [Needed("Write this person's full name.")])
    preferred_name = ShortText("Preferred name", description="What you call this person. Empty means the first name.")
    pronouns = ShortText("Pronouns")
    side = OneOf("Side", SIDES, [Needed("Choose a side, or that it is not decided yet.")], default="unset")
    email = Address(description="Needed only if this person is to sign in. Only they should be able to read it.")
    calls_other = ShortText("What this person calls the other", description="Empty means the other's preferred name.")
    calls_event = ShortText(
        "What this person calls the event",
        most=80,
        description="Short and neutral, such as: what happened in March. Someone who looks over a shoulder learns nothing.",
    )
    adult = BooleanField(
        "This person is an adult", [Needed("Confirm that this person is an adult. This program is for adults only.")]
    )


@dataclass(frozen=True, slots=True)
class PersonDetails:
    full_name: str
    preferred_name: str
    pronouns: str
    side: str
    email: str
    calls_other: str
    calls_event: str
    safe_contact: dict[str, Any]


class OtherPerson(FormField):
    """The second of two. Someone who works alone needs none: what was typed of them is not even looked at."""

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        return bool(form.alone.data) or bool(super().validate(form, extra_validators))


class AddCaseForm(Form):
    relationship = OneOf("These two people are", RELATIONSHIPS, [Needed("Choose what ties these two people together.")])
    first = FormField(PersonForm, "First person")
    alone = BooleanField("The first person works alone")
    second = OtherPerson(PersonForm, "Second person")
    policy = OneOf("Confidentiality policy", POLICIES, [Needed("Choose the confidentiality policy of this case.")])

    def validate(self, extra_validators: Any = None) -> bool:
        sound = bool(super().validate(extra_validators))
        one, other = self.first.form.email, self.second.form.email
        if not self.alone.data and one.data and other.data and one.data.casefold() == other.data.casefold():
            other.errors = [*other.errors, "Each person needs an address of their own that the other cannot read."]
            return False
        return sound

    def people(self) -> tuple[PersonDetails, ...]:
        """Both people, or the one who works alone, with what was left open filled in from the rest."""
        first, second = self.first.form, self.second.form
        if self.alone.data:
            return (_details(first, "the other person"),)
        return _details(first, called(second)), _details(second, called(first))


def called(form: PersonForm) -> str:
    return str(form.preferred_name.data or (form.full_name.data or "").partition(" ")[0])


def _details(form: PersonForm, other: str) -> PersonDetails:
    return PersonDetails(
        full_name=form.full_name.data or "",
        preferred_name=called(form),
        pronouns=form.pronouns.data or "",
        side=form.side.data,
        email=form.email.data or "",
        calls_other=form.calls_other.data or other,
        calls_event=form.calls_event.data or "what happened",
        safe_contact=form.details(),
    )


class CorrectSideForm(Form):
    side = OneOf("Side", SIDES, [Needed("Choose a side, or that it is not decided yet.")])
    reason = LongText("Why it changes", [Needed("Say in a few words why it changes.")], most=MOST_REASON)


class NamesForm(Form):
    full_name = ShortText("Full name", [Needed("Write this person's full name.")])
    preferred_name = ShortText("Preferred name", [Needed("Write what you call this person.")])
    pronouns = ShortText("Pronouns")

    def names(self) -> dict[str, str]:
        return {field.name: field.data or "" for field in self}


class LoginForm(Form):
    """The address of one person who was added without one."""

    email = Address(
        validators=[Needed("Write this person's e-mail address.")],
        description="This person's own address, which the other cannot read.",
    )


class WordsForm(Form):
    """What one person's pages call the other and the event, corrected later."""

    calls_other = ShortText("What this person calls the other", [Needed("Write what the pages should call the other.")])
    calls_event = ShortText("What this person calls the event", [Needed("Write a short, neutral label for the event.")])

    def validate_calls_event(self, field: Field) -> None:
        if field.data and len(field.data) > 80:
            raise ValidationError("Please keep the label to 80 characters; it stands in the middle of sentences.")
