"""What a question, a worksheet, a module and a measure are: frozen data, once it has been read and checked.

Decides the words of the definitions (kinds, visibilities, sides), and what of a worksheet is asked in a case.
Never knows where the definitions come from (library.py), how they become fields (kinds.py), or who answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from forms.wording import Relationship, Worded
from forms.wording import Wording as Wording


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
# The fixed parts of an agreement, by the names that `needs` uses.
AGREEMENT_PARTS = ("terms", "who", "how_often", "until", "review")


@dataclass(frozen=True, slots=True)
class Choice:
    id: str
    label: Worded
    hint: Worded | None = None
    relationships: tuple[Relationship, ...] = ()


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
    """One question. Which of the optional parts it has depends on its kind; library.py refuses the wrong ones.

    `relationships`: the ties in which it is asked; none named means all. Agreements: `needs` names
    the parts that none is put forward without, `always_says` stands in every version, `hints` stand beside the parts."""

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
    relationships: tuple[Relationship, ...] = ()
    needs: tuple[str, ...] = ()
    always_says: Worded | None = None
    hints: tuple[tuple[str, Worded], ...] = ()

    @property
    def options(self) -> tuple[Choice, ...]:
        return YES_OR_NO if self.kind is Kind.YES_NO else self.choices

    @property
    def is_shareable(self) -> bool:
        """May its author show the answer to the other? Reveals and joint items stay private until they are built."""
        return self.visibility is Visibility.SHAREABLE and not self.never_shared

    def for_relationship(self, kind: Relationship) -> Item:
        """The same with only the choices that are offered in this tie."""
        choices = _offered(self.choices, kind)
        columns = tuple(replace(column, choices=_offered(column.choices, kind)) for column in self.columns)
        return self if (choices, columns) == (self.choices, self.columns) else replace(self, choices=choices, columns=columns)


def _suits(one: Choice | Item, kind: Relationship) -> bool:
    return not one.relationships or kind in one.relationships


def _offered(choices: tuple[Choice, ...], kind: Relationship) -> tuple[Choice, ...]:
    return tuple(choice for choice in choices if _suits(choice, kind))


@dataclass(frozen=True, slots=True)
class Page:
    title: Worded
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """How often a worksheet comes back: every so many days or weeks, or `when` = before or after each session."""

    every: str
    interval: int = 1
    times: int = 0
    weeks: int = 0
    when: str = ""


@dataclass(frozen=True, slots=True)
class Worksheet:
    """`solo` is the introduction for one who works alone; `changeable` answers may be changed even after the review."""

    id: str
    version: int
    module: str
    title: Worded
    answered_by: AnsweredBy
    minutes: int
    introduction: Worded | None
    pages: tuple[Page, ...]
    repeat: Repeat | None = None
    solo: Worded | None = None
    changeable: bool = False

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for page in self.pages for item in page.items)

    def item(self, id: str) -> Item:
        for item in self.items:
            if item.id == id:
                return item
        raise KeyError(id)

    @property
    def reveal_groups(self) -> tuple[str, ...]:
        """Of what is asked here. Ask a worksheet `for_relationship`: a group whose items fall away never waits for them."""
        return tuple(dict.fromkeys(item.reveal_group for item in self.items if item.reveal_group))

    def suits(self, kind: Relationship | str) -> bool:
        """Is anything asked in this tie?"""
        return any(_suits(item, Relationship(kind)) for item in self.items)

    def for_relationship(self, kind: Relationship | str) -> Worksheet:
        """What is asked in this tie: other items and choices fall away, and pages that this leaves empty."""
        pages = tuple(page for one in self.pages if (page := _page_for(one, Relationship(kind))).items)
        return self if pages == self.pages else replace(self, pages=pages)

    def for_solo(self) -> Worksheet:
        """For a person who works alone: nothing here waits for another's signature, so an agreement may lack any part."""
        pages = tuple(Page(page.title, tuple(_unsigned(item) for item in page.items)) for page in self.pages)
        return replace(self, introduction=self.solo or self.introduction, pages=pages)


def _page_for(page: Page, kind: Relationship) -> Page:
    return Page(page.title, tuple(item.for_relationship(kind) for item in page.items if _suits(item, kind)))


def _unsigned(item: Item) -> Item:
    return replace(item, needs=()) if item.needs else item


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
