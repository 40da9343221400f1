"""What a measure is: a scored instrument, its items, its range, and the published facts that its scores lean on.

Decides what a well-formed measure file is, how its items become an ordinary worksheet page, and how its answers become
numbers. Never knows the arithmetic (scoring.py) or who answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from forms.definition import (
    BLANK_CONCERN,
    AnsweredBy,
    Choice,
    Item,
    Kind,
    Page,
    Relationship,
    Repeat,
    Standard,
    Worded,
    Worksheet,
)
from forms.reading import Row, nearest
from forms.worksheets import item_id, read_repeat

if TYPE_CHECKING:
    from forms.answers import Given


class Better(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"


class About(StrEnum):
    OTHER = "other"
    SELF = "self"


@dataclass(frozen=True, slots=True)
class Point:
    """One labelled value of a scale."""

    value: int
    label: Worded


@dataclass(frozen=True, slots=True)
class MeasureItem:
    id: str
    prompt: Worded
    lowest: int
    highest: int
    low: Worded | None = None
    high: Worded | None = None
    scale: tuple[Point, ...] = ()
    concern: tuple[str | int, ...] = ()
    task: str = ""

    def as_item(self, number: int) -> Item:
        kind = Kind.CHOICE if self.scale else Kind.SCALE10 if self.highest == 10 else Kind.LIKERT5
        return Item(
            id=self.id,
            kind=kind,
            prompt=self.prompt,
            number=number,
            low=self.low,
            high=self.high,
            choices=tuple(Choice(str(point.value), point.label) for point in self.scale),
            concern=tuple(str(value) if self.scale else value for value in self.concern),
            task=self.task,
        )


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
class Measure:
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

    def suits(self, relationship: Relationship | str) -> bool:
        return Relationship(relationship) in self.relationships

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


def read_measure(row: Row) -> Measure:
    low, high = row.amount("low"), row.amount("high")
    shared = row.rows("scale", read_point)
    count = max(1, len(row.data["items"]) if isinstance(row.data.get("items"), list) else 1)
    ends = (int(low / count), int(high / count))
    measure = Measure(
        id=row.id(),
        version=row.whole("version", least=1),
        title=row.text("title"),
        short=row.text("short"),
        own=row.flag("own"),
        validated=row.flag("validated"),
        better=row.one_of("better", Better),
        low=low,
        high=high,
        relationships=row.relationships(required=True),
        about=row.one_of("about", About),
        introduction=row.worded_if_any("introduction"),
        items=row.rows("items", lambda item: read_measure_item(item, shared, ends), "item", required=True),
        minutes=row.whole("minutes", 1, least=1),
        change=row.text("change", ""),
        bands=row.rows("bands", read_band, "band"),
        cutoff=row.amount("cutoff") if row.has("cutoff") else None,
        reliable_change=read_reliable_change(row.table("reliable_change")) if row.has("reliable_change") else None,
        prorate_from=row.whole("prorate_from", 0, least=1),
        multiply=row.whole("multiply", 1, least=1),
        repeat=read_repeat(row.table("repeat")) if row.has("repeat") else None,
        prompt_below=row.whole("prompt_below") if row.has("prompt_below") else None,
        prompt_task=row.text("prompt_task", ""),
    )
    _check_measure(row, measure)
    return measure


def read_point(row: Row) -> Point:
    return Point(row.whole("value"), row.worded("label"))


def read_band(row: Row) -> Band:
    return Band(row.amount("low"), row.amount("high"), row.text("label"))


def read_reliable_change(row: Row) -> ReliableChange:
    change = ReliableChange(row.amount("threshold"), row.text("citation"))
    if change.threshold <= 0:
        row.complain("threshold", "must be above 0.")
    row.done()
    return change


def read_measure_item(row: Row, shared: tuple[Point, ...], ends: tuple[int, int]) -> MeasureItem:
    own = row.rows("scale", read_point)
    low, high = row.worded_if_any("low"), row.worded_if_any("high")
    # An item with labels at its ends alone is a plain row of numbers; only a labelled scale may have other ends.
    scale = own or (() if low or high else shared)
    values = [point.value for point in scale]
    if not scale and ends not in ((0, 4), (0, 10)):
        row.complain("scale", f"is missing; without one an item runs 0-4 or 0-10, and this one would run {ends}.")
    row.unique("scale", map(str, values))
    item = MeasureItem(
        id=item_id(row),
        prompt=row.worded("prompt"),
        lowest=min(values, default=ends[0]),
        highest=max(values, default=ends[1]),
        low=low,
        high=high,
        scale=scale,
        concern=row.values("concern"),
        task=row.text("task", ""),
    )
    _check_concern(row, item)
    return item


def _check_concern(row: Row, item: MeasureItem) -> None:
    values = {point.value for point in item.scale} or set(range(item.lowest, item.highest + 1))
    known = {*values, *Standard, BLANK_CONCERN}
    for value in item.concern:
        if value not in known:
            row.complain("concern", f"{value!r} can never be an answer here; {nearest(value, map(str, known))}")
    if bool(item.concern) != bool(item.task):
        row.complain("concern", "and task go together: the values that raise a task, and its neutral title.")


def _check_measure(row: Row, measure: Measure) -> None:
    row.unique("items", (item.id for item in measure.items))
    lowest = sum(item.lowest for item in measure.items) * measure.multiply
    highest = sum(item.highest for item in measure.items) * measure.multiply
    if (lowest, highest) != (measure.low, measure.high):
        said = f"{measure.low:g}-{measure.high:g}"
        row.complain("high", f"low and high say {said}, but the items add up to {lowest}-{highest}.")
    if (measure.prompt_below is None) == bool(measure.prompt_task):
        row.complain("prompt_below", "and prompt_task go together: the mark, and the title of the counselor's task.")
    if measure.change not in ("", "baseline"):
        row.complain("change", f"'{measure.change}' is not known; {nearest(measure.change, ('baseline',))}")
    if measure.prorate_from > len(measure.items):
        row.complain("prorate_from", f"is {measure.prorate_from}, but there are only {len(measure.items)} items.")
    for before, after in zip(measure.bands, measure.bands[1:], strict=False):
        if after.low <= before.high:
            row.complain("bands", f"'{after.label}' begins inside '{before.label}'; put them in order without overlap.")
