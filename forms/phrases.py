"""Phrases with fields: `[person]`, `[date]`, a choice `[mood: low|steady|good]`, or a blank `[what]` to be typed over.

Decides what a field looks like and what of it is filled in by itself. Never knows whose phrase it is.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import Any

from wtforms import Field, Form, StringField, ValidationError

from forms.fields import LongText, Needed, ShortText, Whole

FIELD = re.compile(r"\[([^\[\]|:\n]{1,40})(?::([^\[\]\n]{1,300}))?\]")
MOST_TITLE, MOST_TEXT = 80, 4_000
_BREAKS_A_FIELD = re.compile(r"[\[\]|:\n]")


def filled(text: str, people: Sequence[str], day: str) -> str:
    """With the day, and the name of who was there. Of two people one chooses, so `[person]` becomes a choice."""
    names = [_BREAKS_A_FIELD.sub(" ", name) for name in people]
    if len(names) > 1:
        names.append(" and ".join(names))
    person = names[0] if len(names) == 1 else f"[person: {'|'.join(names)}]"
    return _with(text, person, day)


def filled_at_once(text: str, people: Sequence[str], day: str) -> str:
    """The same where nobody can be asked: all who were there. Other choices stay as they are, to be typed over."""
    return _with(text, " and ".join(people), day)


def _with(text: str, person: str, day: str) -> str:
    known = {"person": person, "date": day}

    def one(found: re.Match[str]) -> str:
        return found[0] if found[2] else known.get(found[1].strip().lower(), found[0])

    return FIELD.sub(one, text)


class KeyField(StringField):
    """A form's own key. One that is no key at all counts as a new one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            self.data: Any = uuid.UUID(valuelist[0]) if valuelist else uuid.uuid4()
        except ValueError:
            self.data = uuid.uuid4()

    def process_data(self, value: Any) -> None:
        self.data = value or uuid.uuid4()


class PhraseForm(Form):
    """`submission_key` for a new one, `revision` for one that is there."""

    title = ShortText("Name", [Needed("Give it a name, so that you find it again.")], most=MOST_TITLE)
    text = LongText("Text", [Needed("Write the text that is put into a note.")], most=MOST_TEXT)
    revision = Whole("Revision", least=0, most=1_000_000)
    submission_key = KeyField("Key")

    def validate_text(self, field: Field) -> None:
        for found in FIELD.finditer(field.data or ""):
            if found[2] is not None and not any(part.strip() for part in found[2].split("|")):
                raise ValidationError(f"“{found[0]}” has no choices. Write them with a line between: [mood: low|steady|good].")
