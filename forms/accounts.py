"""Signing in, taking up an invitation, changing a password, adding a member of staff.

Decides what must be typed and says what is wrong with it. Never knows whether a login exists or a password is right:
the page that asks does, and answers both in the same words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from wtforms import Field, Form, PasswordField, ValidationError

from forms.fields import Needed, OneOf, ShortText, choices_of
from forms.passwords import password_problem, unreadable

__all__ = ["AcceptInvitationForm", "AddStaffForm", "ChangePasswordForm", "FirstAdministratorForm", "SignInForm", "password_problem"]

LONGEST_ADDRESS = 254
_ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")


class Address(ShortText):
    """An e-mail address, as it was typed but for the spaces around it."""

    def __init__(self, label: str = "E-mail address", validators: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(label, validators, most=LONGEST_ADDRESS, **kwargs)

    def pre_validate(self, form: Form) -> None:
        if self.data and not _ADDRESS.fullmatch(self.data):
            raise ValidationError("Write the whole e-mail address, such as name@example.org.")


class _Readable:
    def __call__(self, form: Form, field: Field) -> None:
        if problem := unreadable(field.data or ""):
            raise ValidationError(problem)


class SignInForm(Form):
    email = Address(validators=[Needed("Write your e-mail address.")])
    password = PasswordField("Password", [Needed("Write your password."), _Readable()])


class _NewPasswordForm(Form):
    """Two fields that must agree. `minimum` and `names` come from the page, which knows who is setting the password."""

    password = PasswordField("Password", [Needed("Choose a password.")])
    password_again = PasswordField("Password again", [Needed("Write the password a second time.")])

    def __init__(self, formdata: Any = None, *, minimum: int, names: Sequence[str] = (), **kwargs: Any) -> None:
        self.minimum, self.names = minimum, tuple(names)
        super().__init__(formdata, **kwargs)

    def validate_password(self, field: Field) -> None:
        if field.data and (problem := password_problem(field.data, self.minimum, self.names)):
            raise ValidationError(problem)

    def validate_password_again(self, field: Field) -> None:
        if field.data and field.data != self.password.data:
            raise ValidationError("The two passwords differ. Write the same one in both places.")


class AcceptInvitationForm(_NewPasswordForm):
    pass


class FirstAdministratorForm(_NewPasswordForm):
    """The first one of all has nobody who could have entered a name and an address for them."""

    full_name = ShortText("Your name", [Needed("Write your name.")])
    email = Address(validators=[Needed("Write the e-mail address that you will sign in with.")])

    def validate_password(self, field: Field) -> None:
        self.names = (*self.names, self.full_name.data or "", self.email.data or "")
        super().validate_password(field)


class ChangePasswordForm(_NewPasswordForm):
    """The current password comes first on the page; whether it is right, the page checks."""

    current_password = PasswordField("Current password", [Needed("Write your current password."), _Readable()])
    password = PasswordField("New password", [Needed("Choose a password.")])
    password_again = PasswordField("New password again", [Needed("Write the password a second time.")])

    def validate_password(self, field: Field) -> None:
        super().validate_password(field)
        if field.data and field.data == self.current_password.data:
            raise ValidationError("This is the password that you have now. Choose another.")


class AddStaffForm(Form):
    full_name = ShortText("Full name", [Needed("Write the name of the person.")])
    email = Address(validators=[Needed("Write the e-mail address that they will sign in with.")])
    role = OneOf(
        "Role",
        choices_of([("counselor", "Counselor"), ("administrator", "Administrator")]),
        [Needed("Choose what this person will do.")],
    )
    credentials = ShortText("Credentials", description="Printed under a signature, such as: LMFT, license 12345.")
