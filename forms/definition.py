"""What a question, a worksheet, a module and a measure are: frozen data, once it has been read and checked.

Decides the words of the definitions (kinds, visibilities, sides) and how client text gets its names filled in.
Never knows where the definitions come from (library.py), how they become fields (kinds.py), or who answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Relationship(StrEnum):
    PARTNER = "partner"
    FRIEND = "friend"
    FAMILY = "family"


class Side(StrEnum):
    HURT = "hurt"
    INVOLVED = "involved"
    BOTH = "both"
    UNSET = "unset"


class AnsweredBy(StrEnum):
    """The `for` key of a worksheet."""

    HURT = "hurt"
    INVOLVED = "involved"
    EACH = "each"
    JOINT = "joint"


class Kind(StrEnum):
    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    LIKERT5 = "likert5"
    SCALE10 = "scale10"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    CHECKLIST = "checklist"
    YES_NO = "yes_no"
    LIST = "list"
    TABLE = "table"
    MATRIX = "matrix"
    FOLLOW_UP = "follow_up"
    AGREEMENT = "agreement"


class Visibility(StrEnum):
    PRIVATE = "private"
    SHAREABLE = "shareable"
    REVEAL = "reveal"
    JOINT = "joint"


class Standard(StrEnum):
    """The two answers that every item offers instead of an answer."""

    IN_SESSION = "in_session"
    RATHER_NOT = "rather_not"


COLUMN_KINDS = (Kind.SHORT_TEXT, Kind.LONG_TEXT, Kind.CHOICE, Kind.SCALE10, Kind.DATE)
HIGHEST = MappingProxyType({Kind.LIKERT5: 4, Kind.MATRIX: 4, Kind.SCALE10: 10})
BLANK_CONCERN = "blank"
TOKENS = ("other", "event")


@dataclass(frozen=True, slots=True)
class Wording:
    """How one person's pages speak: what they call the other, what they call the event, and the kind of tie."""

    other: str
    event: str
    relationship: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "relationship", Relationship(self.relationship))
        object.__setattr__(self, "other", self.other.strip() or "the other person")
        object.__setattr__(self, "event", self.event.strip() or "what happened")


_TOKEN = re.compile(r"(?P<opening>^\s*|[.!?]\s+|\n\s*\n\s*)?\{(?P<name>other|event)\}")


@dataclass(frozen=True, slots=True)
class Worded:
    """A client-facing text with a variant for each kind of relationship; a missing one falls back to partner."""

    partner: str
    friend: str = ""
    family: str = ""

    def text(self, wording: Wording) -> str:
        chosen = str(getattr(self, wording.relationship)) or self.partner
        # In one pass, so that a label that itself looks like a token is never filled in again.
        return _TOKEN.sub(lambda found: _filled(found, wording), chosen)

    def paragraphs(self, wording: Wording) -> tuple[str, ...]:
        parts = re.split(r"\n\s*\n", self.text(wording))
        return tuple(" ".join(part.split()) for part in parts if part.strip())


def _filled(found: re.Match[str], wording: Wording) -> str:
    name = str(getattr(wording, found["name"]))
    if found["opening"] is None:
        return name
    return found["opening"] + name[:1].upper() + name[1:]


@dataclass(frozen=True, slots=True)
class Choice:
    id: str
    label: Worded
    hint: Worded | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    id: str
    label: Worded


@dataclass(frozen=True, slots=True)
class Column:
    id: str
    label: Worded
    kind: Kind = Kind.SHORT_TEXT
    choices: tuple[Choice, ...] = ()


YES_OR_NO = (Choice("yes", Worded("Yes")), Choice("no", Worded("No")))


@dataclass(frozen=True, slots=True)
class Item:
    """One question. Which of the optional parts it has depends on its kind; library.py refuses the wrong ones."""

    id: str
    kind: Kind
    prompt: Worded
    number: int = 0
    visibility: Visibility = Visibility.PRIVATE
    hint: Worded | None = None
    example: Worded | None = None
    choices: tuple[Choice, ...] = ()
    other: bool = False
    low: Worded | None = None
    high: Worded | None = None
    statements: tuple[Statement, ...] = ()
    columns: tuple[Column, ...] = ()
    most: int = 0
    with_text: Worded | None = None
    reveal_group: str = ""
    follows: str = ""
    concern: tuple[str | int, ...] = ()
    task: str = ""
    never_shared: bool = False

    @property
    def options(self) -> tuple[Choice, ...]:
        return YES_OR_NO if self.kind is Kind.YES_NO else self.choices

    @property
    def is_shareable(self) -> bool:
        """May its author show the answer to the other? Reveals and joint items stay private until they are built."""
        return self.visibility is Visibility.SHAREABLE and not self.never_shared


@dataclass(frozen=True, slots=True)
class Page:
    title: Worded
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """How often a worksheet comes back. Read and kept; acted on later."""

    every: str
    interval: int = 1
    times: int = 0
    weeks: int = 0


@dataclass(frozen=True, slots=True)
class Worksheet:
    id: str
    version: int
    module: str
    title: Worded
    answered_by: AnsweredBy
    minutes: int
    introduction: Worded | None
    pages: tuple[Page, ...]
    repeat: Repeat | None = None

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for page in self.pages for item in page.items)

    def item(self, id: str) -> Item:
        for item in self.items:
            if item.id == id:
                return item
        raise KeyError(id)


@dataclass(frozen=True, slots=True)
class Phase:
    id: str
    title: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Introduction:
    hurt: Worded
    involved: Worded
    both: Worded

    def for_side(self, side: Side | str) -> Worded:
        return {Side.HURT: self.hurt, Side.INVOLVED: self.involved}.get(Side(side), self.both)


@dataclass(frozen=True, slots=True)
class Guide:
    """What the counselor reads before a stage; never shown to a client."""

    aims: tuple[str, ...] = ()
    prepare: tuple[str, ...] = ()
    watch_for: tuple[str, ...] = ()
    slow_down_when: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """Advice with its reason, never a lock."""

    module: str
    reason: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """One sign that a stage may be complete: a named rule, its numbers, and the sentence that the counselor reads."""

    rule: str
    sentence: str
    arguments: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), hash=False)


@dataclass(frozen=True, slots=True)
class Module:
    id: str
    version: int
    number: int
    title: str
    phase: str
    aims: tuple[str, ...]
    introduction: Introduction
    guide: Guide
    references: tuple[str, ...]
    prerequisites: tuple[Prerequisite, ...]
    criteria: tuple[Criterion, ...]
    worksheets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    text: Worded


@dataclass(frozen=True, slots=True)
class Document:
    """A text that a person reads and signs: consent, or one of the three confidentiality policies."""

    id: str
    version: int
    title: str
    one_line: str
    sections: tuple[Section, ...]
