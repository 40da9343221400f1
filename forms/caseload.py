"""How a counselor looks at the caseload: what is shown of it and in which order, and views kept under a name.

Decides what can be asked for; anything else counts as not asked. Never knows a case. A name to look for is typed into a form that
is sent, never into an address: addresses are kept by browsers and logs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from wtforms import Form
from wtforms.fields import SelectChoice

from forms.fields import Needed, OneFromList, ShortText
from forms.phrases import KeyField

PAGE = 50
MOST_PAGES = 10_000
STATES = {"in_work": "In work", "separated": "Separated", "finished": "Finished", "all": "All"}
WAITS = {
    "any": "Anything or nothing",
    "something": "Something",
    "safety": "Safety, or not yet told",
    "today": "A session today",
    "talk": "Something to talk about",
    "review": "Sent, to review",
    "cosign": "A trainee's note to sign",
    "note": "A note to sign",
    "agreement": "An agreement due",
    "overdue": "Overdue or silent",
    "nothing": "Nothing",
}
TIES = {"any": "Any", "partner": "Partners", "friend": "Friends", "family": "Family"}
ORDERS = {
    "name": "Name",
    "need": "What waits, most pressing first",
    "seen": "Last session, longest ago first",
    "new": "Added, newest first",
}
OPTIONS = {"state": STATES, "waits": WAITS, "tie": TIES, "order": ORDERS}


@dataclass(frozen=True, slots=True)
class View:
    """What is asked for. ``page`` counts from 1."""

    state: str = "in_work"
    waits: str = "any"
    tie: str = "any"
    order: str = "name"
    page: int = 1

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> View:
        known = {key: asked[key] for key, options in OPTIONS.items() if asked.get(key) in options}
        page = asked.get("page", "")
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
        return cls(**known, page=min(max(number, 1), MOST_PAGES))

    def as_query(self) -> dict[str, Any]:
        """What of it is not the usual, for an address or to be kept. The page is left out."""
        usual = asdict(View())
        return {key: str(value) for key, value in asdict(self).items() if value != usual[key] and key != "page"}


def _list(label: str, key: str) -> OneFromList:
    return OneFromList(label, choices=[SelectChoice(value, words) for value, words in OPTIONS[key].items()])


class ViewForm(Form):
    state = _list("State", "state")
    waits = _list("What waits", "waits")
    tie = _list("Relationship", "tie")
    order = _list("Order", "order")


class FindForm(Form):
    name = ShortText("Name or code", [Needed("Type a part of a name, or a case's code.")], most=80)


class KeepViewForm(Form):
    title = ShortText("Name of this view", [Needed("Give the view a name, so that you find it again.")], most=60)
    submission_key = KeyField("Key")
