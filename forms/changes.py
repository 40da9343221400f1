"""Two scores of one person -> what changed, after Jacobson and Truax; and how our own measures compare with a first score.

Decides what a change is called: recovered, improved, worse, no reliable change, unknown. The threshold and its citation stand in
the measure's file. Never knows whose scores these are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from forms.measures import Better, Measure

NINETY_FIVE_PERCENT = 1.96  # of the normal curve: the convention of the reliable change index


class Outcome(StrEnum):
    RECOVERED = "recovered"
    IMPROVED = "improved"
    WORSE = "worse"
    NO_RELIABLE_CHANGE = "no reliable change"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Change:
    """`difference` is after minus before; `better` says which way that is, and None that nothing moved."""

    difference: float
    better: bool | None
    outcome: Outcome
    threshold: float | None
    citation: str
    sentence: str


def reliable_change_index(deviation: float, reliability: float) -> float:
    """The smallest change that chance would not make, from a sample's standard deviation and the measure's reliability."""
    return NINETY_FIVE_PERCENT * deviation * sqrt(2) * sqrt(1 - reliability)


def change(measure: Measure, before: float, after: float) -> Change:
    """A change counts when it reaches the measure's threshold, and recovery also crosses the cut-off."""
    difference = after - before
    better = None if difference == 0 else (difference > 0) == (measure.better is Better.HIGHER)
    known = measure.reliable_change
    outcome = _outcome(measure, before, after, better) if known else Outcome.UNKNOWN
    return Change(
        difference=difference,
        better=better,
        outcome=outcome,
        threshold=known.threshold if known else None,
        citation=known.citation if known else "",
        sentence=f"{_moved(difference, better)} {_meaning(measure, outcome)}",
    )


def since_first(measure: Measure, totals: Sequence[float | None]) -> Change | None:
    """The newest score against the person's own first one; None before there are two. What was not scored is passed over."""
    known = [total for total in totals if total is not None]
    return change(measure, known[0], known[-1]) if len(known) > 1 else None


def _outcome(measure: Measure, before: float, after: float, better: bool | None) -> Outcome:
    if measure.reliable_change is None or abs(after - before) < measure.reliable_change.threshold:
        return Outcome.NO_RELIABLE_CHANGE
    if not better:
        return Outcome.WORSE
    crossed = measure.is_clinical(before) and not measure.is_clinical(after)
    return Outcome.RECOVERED if crossed else Outcome.IMPROVED


def _moved(difference: float, better: bool | None) -> str:
    if better is None:
        return "The same number as before."
    points = f"{abs(difference):g} {'point' if abs(difference) == 1 else 'points'}"
    return f"{points} {'up' if difference > 0 else 'down'}, which is {'better' if better else 'worse'}."


def _meaning(measure: Measure, outcome: Outcome) -> str:
    if outcome is Outcome.UNKNOWN and measure.change == "baseline":
        return "Compare it only with this person's own first score: this measure is not validated."
    if outcome is Outcome.UNKNOWN:
        return "No threshold for a reliable change is known for this measure."
    threshold = f"{measure.reliable_change.threshold:g}" if measure.reliable_change else ""
    return {
        Outcome.RECOVERED: f"A reliable change ({threshold} or more) for the better, across the cut-off.",
        Outcome.IMPROVED: f"A reliable change ({threshold} or more) for the better.",
        Outcome.WORSE: f"A reliable change ({threshold} or more) for the worse.",
        Outcome.NO_RELIABLE_CHANGE: f"Less than the {threshold} that count as a reliable change.",
    }[outcome]
