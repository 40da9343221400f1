"""Answers of a measure -> a score with its band, its parts and its flags. Pure arithmetic.

Decides when something is not scored, when it is prorated, and when a cluster rule is met. Every threshold comes from the measure's
own file. Never knows whose answers these are, or what was there before (changes.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from forms.changes import Change, Outcome, change, since_first
from forms.definition import BLANK_CONCERN
from forms.measures import Cluster, Measure, MeasureItem

__all__ = ["Change", "Met", "Outcome", "Part", "Score", "change", "prompts", "score", "score_of_total", "since_first"]

Numbers = Mapping[str, int | None]
TOTAL = "total"  # the one number that is kept of a measure whose total alone is taken


@dataclass(frozen=True, slots=True)
class Part:
    """The total of a subscale."""

    id: str
    title: str
    total: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Met:
    """One line of a cluster rule. `met` is None where what was left blank could decide it."""

    id: str
    title: str
    counted: int
    needs: int
    met: bool | None


@dataclass(frozen=True, slots=True)
class Score:
    """`flags` are the ids of the items whose answer raises a private task: a missing total never hides them. `met`: whether the
    cluster rule is met, or None where there is no rule or it cannot be known."""

    total: float | None
    low: float
    high: float
    band: str | None = None
    prorated: bool = False
    not_scored_because: str | None = None
    flags: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    clusters: tuple[Met, ...] = ()
    met: bool | None = None

    def as_json(self) -> dict[str, Any]:
        found = asdict(self)
        return {key: list(value) if isinstance(value, tuple) else value for key, value in found.items()}

    @classmethod
    def from_json(cls, obj: Mapping[str, Any]) -> Score:
        parts = tuple(Part(**one) for one in obj.get("parts", ()))
        clusters = tuple(Met(**one) for one in obj.get("clusters", ()))
        return cls(**{**obj, "flags": tuple(obj["flags"]), "parts": parts, "clusters": clusters})


def score(measure: Measure, answers: Numbers) -> Score:
    given = [answers.get(item.id) for item in measure.items]
    for item, value in zip(measure.items, given, strict=True):
        if value is not None and not item.lowest <= value <= item.highest:
            raise ValueError(f"{measure.id}: {item.id} runs {item.lowest}-{item.highest}, and cannot be {value}")
    flags = tuple(item.id for item in measure.items if _is_concern(item, answers.get(item.id)))
    clusters = _clusters(measure, answers)
    met = _all_met(clusters)
    known = [value for value in given if value is not None]
    missing = len(given) - len(known)
    if missing and not 0 < measure.prorate_from <= len(known):
        why = _why_not(measure, missing)
        return Score(None, measure.low, measure.high, not_scored_because=why, flags=flags, clusters=clusters, met=met)
    total = (_prorated(sum(known), len(given), len(known)) if missing else sum(known)) * measure.multiply
    parts = () if missing else _parts(measure, answers)
    return Score(total, measure.low, measure.high, _band(measure, total), bool(missing), None, flags, parts, clusters, met)


def score_of_total(measure: Measure, total: float) -> Score:
    """Where only the total of a form is taken."""
    if not measure.low <= total <= measure.high:
        raise ValueError(f"{measure.id}: the total runs {measure.low:g}-{measure.high:g}, and cannot be {total:g}")
    return Score(total, measure.low, measure.high, _band(measure, total))


def _is_concern(item: MeasureItem, value: int | None) -> bool:
    return BLANK_CONCERN in item.concern if value is None else value in item.concern


def prompts(measure: Measure, answers: Numbers) -> tuple[str, ...]:
    """The items marked below the measure's `prompt_below`: something for the counselor to talk about, never a safety concern."""
    if measure.prompt_below is None:
        return ()
    marks = {item.id: answers.get(item.id) for item in measure.items}
    return tuple(id for id, mark in marks.items() if mark is not None and mark < measure.prompt_below)


def _why_not(measure: Measure, missing: int) -> str:
    answered, all_of_them = len(measure.items) - missing, len(measure.items)
    needed = measure.prorate_from or all_of_them
    if needed == 1:
        return "Not scored: there is no answer."
    verb = "is" if answered == 1 else "are"
    return f"Not scored: {answered} of {all_of_them} answers {verb} there, and it takes {needed}."


def _prorated(sum_of_known: int, items: int, known: int) -> int:
    """To the nearest whole number. Halves go up, as in the published rules; in whole numbers, so that no rounding error decides."""
    return (2 * sum_of_known * items + known) // (2 * known)


def _band(measure: Measure, total: float) -> str | None:
    return next((band.label for band in measure.bands if band.low <= total <= band.high), None)


def _parts(measure: Measure, answers: Numbers) -> tuple[Part, ...]:
    by_id = {item.id: item for item in measure.items}
    found = []
    for one in measure.subscales:
        items = [by_id[id] for id in one.items]
        total = sum(answers.get(item.id) or 0 for item in items)
        found.append(Part(one.id, one.title, total, sum(item.lowest for item in items), sum(item.highest for item in items)))
    return tuple(found)


def _clusters(measure: Measure, answers: Numbers) -> tuple[Met, ...]:
    rule = measure.cluster_rule
    return tuple(_cluster(one, answers, rule.counts_from) for one in rule.clusters) if rule else ()


def _cluster(one: Cluster, answers: Numbers, counts_from: int) -> Met:
    values = [answers.get(id) for id in one.items]
    counted = sum(value is not None and value >= counts_from for value in values)
    could_count = counted + values.count(None)
    met = True if counted >= one.needs else None if could_count >= one.needs else False
    return Met(one.id, one.title, counted, one.needs, met)


def _all_met(clusters: tuple[Met, ...]) -> bool | None:
    found = [one.met for one in clusters]
    if not found or (None in found and False not in found):
        return None
    return False not in found
