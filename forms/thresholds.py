"""What a practice sets otherwise than the file of a measure: a cut-off, a threshold of change, or the numbers that it follows from.

Decides which of them may be set, and that a threshold of one's own names where it comes from. Never knows the settings file that
says so, or whose scores it judges.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from forms.changes import reliable_change_index
from forms.library import Content
from forms.measures import Measure, ReliableChange
from forms.reading import Problem, nearest


@dataclass(frozen=True, slots=True)
class Threshold:
    """For one measure. `deviation` and `reliability`: of the practice's own sample, for a threshold computed from them."""

    measure: str
    cutoff: float | None = None
    reliable_change: float | None = None
    deviation: float | None = None
    reliability: float | None = None
    source: str = "set by the practice"

    @property
    def change(self) -> ReliableChange | None:
        if self.deviation is not None and self.reliability is not None:
            index = round(reliable_change_index(self.deviation, self.reliability), 2)
            said = f"{self.source}; from a standard deviation of {self.deviation:g} and a reliability of {self.reliability:g}"
            return ReliableChange(index, said)
        return ReliableChange(self.reliable_change, self.source) if self.reliable_change is not None else None


def set_by(measure: Measure, threshold: Threshold) -> Measure:
    cutoff = measure.cutoff if threshold.cutoff is None else threshold.cutoff
    says = measure.cutoff_says if threshold.cutoff in (None, measure.cutoff) else f"{threshold.cutoff:g}, {threshold.source}"
    return replace(measure, cutoff=cutoff, cutoff_says=says, reliable_change=threshold.change or measure.reliable_change)


def why_not(measures: Mapping[str, tuple[Measure, ...]], threshold: Threshold) -> tuple[str, str] | None:
    """(the setting, a sentence), or None. A change computed from one's own sample may be set for every measure."""
    if threshold.measure not in measures:
        return "id", f"'{threshold.measure}' is no measure; {nearest(threshold.measure, measures)}"
    measure = measures[threshold.measure][-1]
    if threshold.cutoff is not None:
        if "cutoff" not in measure.settable:
            return "cutoff", f"the cut-off of {measure.title} is published and stays as it is."
        if not measure.low <= threshold.cutoff <= measure.high:
            return "cutoff", f"{threshold.cutoff:g} lies outside {measure.low:g} to {measure.high:g}."
    if (threshold.deviation is None) != (threshold.reliability is None):
        return "deviation", "and reliability go together: a threshold of change follows from both."
    if threshold.reliable_change is not None and "reliable_change" not in measure.settable:
        own = "unless you give the deviation and the reliability of your own sample"
        return "reliable_change", f"the threshold of {measure.title} stays as it is, {own}."
    return None


def with_thresholds(content: Content, thresholds: Iterable[Threshold]) -> tuple[Content, tuple[Problem, ...]]:
    measures, problems = dict(content.measures), []
    for place, threshold in enumerate(thresholds, start=1):
        wrong = why_not(measures, threshold)
        if wrong:
            problems.append(Problem(f"measures[{place}]", "", *wrong))
        else:
            measures[threshold.measure] = tuple(set_by(one, threshold) for one in measures[threshold.measure])
    return replace(content, measures=MappingProxyType(measures)), tuple(problems)
