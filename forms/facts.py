"""What is known of the work on a stage: who works, what was sent, signed and noted, and what the counselor has recorded.

Decides how an answer is read as marks, words or rows, and how days become weeks. Never knows where any of it is kept, who asks,
or what a criterion makes of it (criteria.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from forms.answers import Given, is_empty
from forms.definition import Side

WEEK = 7
# A repeated sheet may be two weeks old before the weeks are counted back from today and no longer from the sheet itself.
STILL_CURRENT = 2 * WEEK


@dataclass(frozen=True, slots=True)
class Worker:
    """One person who works in the case. One who has no part in it is not here."""

    key: str
    name: str
    side: Side


@dataclass(frozen=True, slots=True)
class Sending:
    """One worksheet or measure, as it was last sent. ``on``: the day that it was meant for. ``total``: what a measure scored."""

    person: str
    content: str
    on: date
    answers: Mapping[str, Given]
    is_reviewed: bool = False
    total: float | None = None


class Standing(StrEnum):
    """What became of a joint form. The words are shown."""

    NOT_PUT = "open, nothing put forward yet"
    ON_THE_TABLE = "put forward, not yet signed by both"
    SIGNED = "signed"
    DECLINED = "declined"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Agreed:
    worksheet: str
    standing: Standing
    review_on: date | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """A signed note, and the tags that it carries."""

    tags: tuple[str, ...]
    is_joint: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a stage is weighed by. ``written_by``: whom each worksheet is for. ``signatures``: (person, document).
    ``records`` and ``waived``: the names that the counselor has put on record for this stage, and the signs they waived."""

    today: date
    people: tuple[Worker, ...]
    alone: bool = False  # nobody in this case works with another
    sendings: tuple[Sending, ...] = ()
    agreed: tuple[Agreed, ...] = ()
    notes: tuple[Noted, ...] = ()
    signatures: frozenset[tuple[str, str]] = frozenset()
    open_concerns: int = 0
    records: frozenset[str] = frozenset()
    waived: frozenset[str] = frozenset()
    written_by: Mapping[str, str] = field(default_factory=dict)

    def sent(self, person: Worker, *contents: str) -> list[Sending]:
        """The oldest first."""
        own = [one for one in self.sendings if one.person == person.key and one.content in contents]
        return sorted(own, key=lambda one: one.on)


def marks(sending: Sending, items: Sequence[str]) -> list[float]:
    """The numbers that were marked; a statement of a matrix is one. A standard answer is an answer, and no number."""
    found: list[float] = []
    for item in items:
        given = sending.answers.get(item)
        value = given.value if given is not None else None
        inner = value.values() if isinstance(value, Mapping) else (value,)
        found += [float(one) for one in inner if isinstance(one, int | float) and not isinstance(one, bool)]
    return found


def is_answered(sending: Sending, item: str) -> bool:
    given = sending.answers.get(item)
    return given is not None and not given.is_blank


def chosen(sending: Sending, item: str) -> tuple[Any, ...]:
    """What was chosen, ticked or written, to compare with the values of a rule."""
    given = sending.answers.get(item)
    value = given.value if given is not None else None
    if isinstance(value, Mapping):
        if "choice" in value:
            return (value["choice"],)
        return tuple(value.get("chosen", ()))
    return () if value is None else (value,)


def rows(sending: Sending, item: str) -> list[Mapping[str, Any]]:
    """The rows of a table that say anything."""
    given = sending.answers.get(item)
    value = given.value if given is not None else None
    return [row for row in value if isinstance(row, Mapping) and not is_empty(row)] if isinstance(value, list) else []


def by_week(sendings: Sequence[Sending], today: date) -> dict[int, list[Sending]]:
    """Weeks counted back: 0 is the one that ends with the newest sheet, or with today when that is too long ago."""
    newest = max((one.on for one in sendings), default=today)
    anchor = newest if (today - newest).days < STILL_CURRENT else today
    found: dict[int, list[Sending]] = {}
    for one in sendings:
        found.setdefault((anchor - one.on).days // WEEK, []).append(one)
    return found
