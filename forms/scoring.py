"""Answers of a measure -> a score with its band and flags; two scores -> a change. Pure arithmetic.

Decides when something is not scored, when it is prorated, and which way is better. Every threshold and citation comes
from the measure's own file. Never knows whose answers these are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from forms.definition import BLANK_CONCERN
from forms.measures import Better, Measure, MeasureItem


@dataclass(frozen=True, slots=True)
class Score:
    """`flags` are the ids of the items whose answer raises a private task: a missing total never hides them."""

    total: float | None
    low: float
    high: float
    band: str | None = None
    prorated: bool = False
    not_scored_because: str | None = None
    flags: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "flags": list(self.flags)}

    @classmethod
    def from_json(cls, obj: Mapping[str, Any]) -> Score:
        return cls(**{**obj, "flags": tuple(obj["flags"])})


class Outcome(StrEnum):
    RECOVERED = "recovered"
    IMPROVED = "improved"
    WORSE = "worse"
    NO_RELIABLE_CHANGE = "no_reliable_change"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class Change:
    """`difference` is after minus before; `better` says which way that is, and None that nothing moved."""

    difference: float
    better: bool | None
    outcome: Outcome
    threshold: float | None
    citation: str
    sentence: str


def score(measure: Measure, answers: Mapping[str, int | None]) -> Score:
    given = [answers.get(item.id) for item in measure.items]
    for item, value in zip(measure.items, given, strict=True):
        if value is not None and not item.lowest <= value <= item.highest:
            raise ValueError(f"{measure.id}: {item.id} runs {item.lowest}-{item.highest}, and cannot be {value}")
    flags = tuple(item.id for item in measure.items if _is_concern(item, answers.get(item.id)))
    known = [value for value in given if value is not None]
    missing = len(given) - len(known)
    if missing and not 0 < measure.prorate_from <= len(known):
        return Score(None, measure.low, measure.high, not_scored_because=_why_not(measure, missing), flags=flags)
    total: float = sum(known)
    if missing:
        total = _rounded(total * len(given) / len(known))
    total *= measure.multiply
    return Score(total, measure.low, measure.high, _band(measure, total), bool(missing), None, flags)


def _is_concern(item: MeasureItem, value: int | None) -> bool:
    return BLANK_CONCERN in item.concern if value is None else value in item.concern


def prompts(measure: Measure, answers: Mapping[str, int | None]) -> tuple[str, ...]:
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
    return f"Not scored: {answered} of {all_of_them} answers are there, and it takes {needed}."


def _rounded(number: float) -> int:
    """Halves go up, as in the published rules; Python's round would send them to the even number."""
    return int(number + 0.5)


def _band(measure: Measure, total: float) -> str | None:
    return next((band.label for band in measure.bands if band.low <= total <= band.high), None)


def change(measure: Measure, before: float, after: float) -> Change:
    """Jacobson and Truax: a change counts when it reaches the measure's threshold, and recovery also crosses the cut-off."""
    difference = after - before
    better = None if difference == 0 else (difference > 0) == (measure.better is Better.HIGHER)
    known = measure.reliable_change
    outcome = _outcome(measure, before, after, better) if known else Outcome.NOT_KNOWN
    return Change(
        difference=difference,
        better=better,
        outcome=outcome,
        threshold=known.threshold if known else None,
        citation=known.citation if known else "",
        sentence=f"{_moved(difference, better)} {_meaning(measure, outcome)}",
    )


def _outcome(measure: Measure, before: float, after: float, better: bool | None) -> Outcome:
    if measure.reliable_change is None or abs(after - before) < measure.reliable_change.threshold:
        return Outcome.NO_RELIABLE_CHANGE
    if not better:
        return Outcome.WORSE
    crossed = in_clinical_range(measure, before) and not in_clinical_range(measure, after)
    return Outcome.RECOVERED if crossed else Outcome.IMPROVED


def in_clinical_range(measure: Measure, total: float) -> bool:
    """The cut-off itself counts as clinical where lower is better ("10 or more"), and not where higher is ("below 13.5")."""
    if measure.cutoff is None:
        return False
    return total < measure.cutoff if measure.better is Better.HIGHER else total >= measure.cutoff


def _moved(difference: float, better: bool | None) -> str:
    if better is None:
        return "The same number as before."
    points = f"{abs(difference):g} {'point' if abs(difference) == 1 else 'points'}"
    return f"{points} {'up' if difference > 0 else 'down'}, which is {'better' if better else 'worse'}."


def _meaning(measure: Measure, outcome: Outcome) -> str:
    if outcome is Outcome.NOT_KNOWN and measure.change == "baseline":
        return "Compare it only with this person's own first score: this measure is not validated."
    if outcome is Outcome.NOT_KNOWN:
        return "No threshold for a reliable change is known for this measure."
    threshold = f"{measure.reliable_change.threshold:g}" if measure.reliable_change else ""
    return {
        Outcome.RECOVERED: f"A reliable change ({threshold} or more) for the better, across the cut-off.",
        Outcome.IMPROVED: f"A reliable change ({threshold} or more) for the better.",
        Outcome.WORSE: f"A reliable change ({threshold} or more) for the worse.",
        Outcome.NO_RELIABLE_CHANGE: f"Less than the {threshold} that count as a reliable change.",
    }[outcome]
