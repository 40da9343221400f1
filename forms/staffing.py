"""Adding a colleague to a case. Decides what can be typed; never knows who works here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import Form

from forms.fields import Needed, OneOf, choices_of

PARTS = (
    ("counselor", "Counselor"),
    ("trainee", "In training"),
    ("supervisor", "Supervisor"),
    ("cover", "Covers for a colleague"),
)
MEANINGS = {
    "counselor": "Writes and signs, and decides who works on this case.",
    "trainee": "Writes notes; the supervisor signs them.",
    "supervisor": "Reads the record, signs or returns a trainee's notes, and decides who works on this case.",
    "cover": "Writes and signs while a colleague is away.",
}


class StaffForm(Form):
    """Made by `staff_form`, which adds the colleagues."""

    part = OneOf("As", choices_of(PARTS), [Needed("Choose what this colleague is in the case.")])
    colleague: Any


def staff_form(colleagues: Sequence[tuple[str, str]]) -> type[StaffForm]:
    """`colleagues`: (key, name) of those who can be added."""
    needed = Needed("Choose a colleague.")
    return type("StaffForm", (StaffForm,), {"colleague": OneOf("Colleague", choices_of([("", "Choose"), *colleagues]), [needed])})
