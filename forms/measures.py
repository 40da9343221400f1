"""What a measure is: a scored instrument, its items, its range, and the published facts that its scores lean on.

Decides how its items become an ordinary worksheet page, and how its answers become numbers. Of published measures the programme
knows the facts and a topic of its own for each item, never their wording: that a practice brings (wordings.py). Never knows the
arithmetic (scoring.py), how a file is read (measure_files.py), or who answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from forms.definition import AnsweredBy, Choice, Item, Kind, Page, Relationship, Repeat, Worded, Worksheet

if TYPE_CHECKING:
    from forms.answers import Given


class Better(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"


class About(StrEnum):
    OTHER = "other"
    SELF = "self"


class Counts(StrEnum):
    """Which totals lie on the clinical side of the cut-off."""

    AT_OR_ABOVE = "at_or_above"
    BELOW = "below"
    AT_OR_BELOW = "at_or_below"


class Printed(StrEnum):
    """How the numbers of an item stand on the published form, from left to right or from the top down. ANY: forms differ."""

    ASCENDING = "ascending"
    DESCENDING = "descending"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Point:
    """One labelled value of a scale."""

    value: int
    label: Worded


@dataclass(frozen=True, slots=True)
class MeasureItem:
    """`topic`: our own words for what it is about; `code`: its LOINC code; `note`: what to know when a paper form is copied."""

    id: str
    prompt: Worded
    lowest: int
    highest: int
    low: Worded | None = None
    high: Worded | None = None
    scale: tuple[Point, ...] = ()
    concern: tuple[str | int, ...] = ()
    task: str = ""
    topic: str = ""
    code: str = ""
    note: str = ""
    printed: Printed = Printed.ANY

    @property
    def label(self) -> str:
        """What staff read of it: never a client's text where we have words of our own."""
        return self.topic or self.prompt.partner

    @property
    def has_wording(self) -> bool:
        return bool(self.prompt.partner)

    def as_item(self, number: int) -> Item:
        return Item(
            id=self.id,
            kind=self._kind(),
            prompt=self.prompt if self.has_wording else Worded(self.topic),
            number=number,
            low=self.low,
            high=self.high,
            choices=tuple(Choice(str(point.value), point.label) for point in self.scale),
            concern=tuple(str(value) if self.scale else value for value in self.concern),
            task=self.task,
            never_shared=bool(self.concern),
        )

    def _kind(self) -> Kind:
        if self.scale:
            return Kind.CHOICE
        if not self.has_wording:
            return Kind.NUMBER
        return Kind.SCALE10 if self.highest == 10 else Kind.LIKERT5


@dataclass(frozen=True, slots=True)
class Band:
    """A named stretch of the total, both ends included."""

    low: float
    high: float
    label: str


@dataclass(frozen=True, slots=True)
class ReliableChange:
    threshold: float
    citation: str


@dataclass(frozen=True, slots=True)
class Subscale:
    """A part of the total with a name of its own."""

    id: str
    title: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cluster:
    """One line of a cluster rule: so many of its items must count."""

    id: str
    title: str
    items: tuple[str, ...]
    needs: int


@dataclass(frozen=True, slots=True)
class ClusterRule:
    """An item counts from `counts_from` on; the rule is met when every cluster has as many as it needs."""

    counts_from: int
    clusters: tuple[Cluster, ...]
    citation: str


@dataclass(frozen=True, slots=True)
class Measure:
    """`settable`: which thresholds a practice may set otherwise. `answers`: the LOINC codes of answers, with what each counts.
    `unscored`: LOINC codes that stand on the published form and count for nothing. `total_only`: item scores cannot be read off
    the form without a key of one's own, so only its total is taken. `wording`: the version of the wording that a practice holds;
    0 means none."""

    id: str
    version: int
    title: str
    short: str
    own: bool
    validated: bool
    better: Better
    low: float
    high: float
    relationships: tuple[Relationship, ...]
    about: About
    introduction: Worded | None
    items: tuple[MeasureItem, ...]
    minutes: int = 1
    change: str = ""
    bands: tuple[Band, ...] = ()
    cutoff: float | None = None
    reliable_change: ReliableChange | None = None
    prorate_from: int = 0
    multiply: int = 1
    repeat: Repeat | None = None
    prompt_below: int | None = None
    prompt_task: str = ""
    cutoff_counts: Counts | None = None
    cutoff_says: str = ""
    period: str = ""
    citation: str = ""
    note: str = ""
    code: str = ""
    total_code: str = ""
    unscored: tuple[str, ...] = ()
    answers: tuple[tuple[str, int], ...] = ()
    settable: tuple[str, ...] = ()
    subscales: tuple[Subscale, ...] = ()
    cluster_rule: ClusterRule | None = None
    total_only: bool = False
    wording: int = 0

    @property
    def has_wording(self) -> bool:
        """Whether a client can be asked it: without the wording it can only be copied from paper."""
        return all(item.has_wording for item in self.items)

    @property
    def asks_of_risk(self) -> bool:
        return any(item.concern for item in self.items)

    def suits(self, relationship: Relationship | str) -> bool:
        return Relationship(relationship) in self.relationships

    def place_of(self, item_id: str) -> int:
        """The number of an item on its form, from 1."""
        return next(number for number, item in enumerate(self.items, start=1) if item.id == item_id)

    def is_clinical(self, total: float) -> bool:
        """Where nothing else is said, the cut-off itself counts as clinical where lower is better, and not where higher is."""
        if self.cutoff is None:
            return False
        counts = self.cutoff_counts or (Counts.BELOW if self.better is Better.HIGHER else Counts.AT_OR_ABOVE)
        if counts is Counts.AT_OR_ABOVE:
            return total >= self.cutoff
        return total < self.cutoff or (counts is Counts.AT_OR_BELOW and total == self.cutoff)

    def as_worksheet(self) -> Worksheet:
        """The same engine renders measures and worksheets; a measure is one page that each person answers alone."""
        items = tuple(item.as_item(number) for number, item in enumerate(self.items, start=1))
        return Worksheet(
            id=self.id,
            version=self.version,
            module="",
            title=Worded(self.title),
            answered_by=AnsweredBy.EACH,
            minutes=self.minutes,
            introduction=self.introduction,
            pages=(Page(Worded(self.title), items),),
            repeat=self.repeat,
        )

    def values(self, answers: Mapping[str, Given]) -> dict[str, int | None]:
        """What `score` takes, from what a form gives: a standard answer or a blank is None, and 0 is an answer."""
        return {item.id: _value(answers.get(item.id)) for item in self.items}


def _value(given: Given | None) -> int | None:
    if given is None or given.is_blank or given.standard is not None:
        return None
    value = given.value
    return int(value["choice"]) if isinstance(value, dict) else int(value)
