"""What of a timeline is looked at: one kind of thing or all, one person's or both's, and which page.

Decides what can be asked for; anything else counts as not asked. Never knows a name: a person is a seat, "1" or "2".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wtforms import Form
from wtforms.fields import SelectChoice

from forms.fields import OneFromList

PAGE = 40
KINDS = {
    "session": "Sessions",
    "note": "Notes",
    "homework": "Homework",
    "measure": "Measures",
    "shown": "Shown to the other",
    "opened": "Opened side by side",
    "agreement": "Agreements and joint forms",
    "setback": "Setbacks",
    "stage": "Stages",
    "contact": "Safe contact",
    "document": "Signed documents",
    "report": "Reports",
    "case": "The case itself",
}
SEATS = ("1", "2", "both")


@dataclass(frozen=True, slots=True)
class Asked:
    """``page`` counts from 1, the newest."""

    kind: str = ""
    who: str = ""
    page: int = 1

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Asked:
        page, kind, who = asked.get("page", ""), asked.get("kind", ""), asked.get("who", "")
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 1
        return cls(kind if kind in KINDS else "", who if who in SEATS else "", max(number, 1))

    def as_query(self) -> dict[str, str]:
        """What narrows it, for an address. The page is left out."""
        return {key: value for key, value in (("kind", self.kind), ("who", self.who)) if value}


class TimelineForm(Form):
    """Made by `of`, with the names of the people for their seats."""

    kind = OneFromList("What", choices=[])
    who = OneFromList("Of whom", choices=[])

    @classmethod
    def of(cls, people: Iterable[tuple[int, str]], asked: Asked) -> TimelineForm:
        form = cls(data={"kind": asked.kind, "who": asked.who})
        form.kind.choices = [SelectChoice("", "Everything"), *(SelectChoice(id, words) for id, words in KINDS.items())]
        seats = [SelectChoice(str(seat), name) for seat, name in people]
        both = [SelectChoice("both", "Both together")] if len(seats) > 1 else []
        form.who.choices = [SelectChoice("", "Everybody"), *seats, *both]
        return form
