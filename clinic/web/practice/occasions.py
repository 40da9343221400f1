"""What the page of a case's measures is made of: occasions, a person's course, the gap between two, and what happened meanwhile.

Decides: the shape. Must never know: where any of it comes from (courses.py), or markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from clinic.models import Administration, Participant
from forms.changes import Change
from forms.dyads import Gap
from forms.measures import Better, Measure
from forms.scoring import Score
from reports import charts, progress
from reports.charts import Chart
from reports.cover import Period
from reports.scale import number


@dataclass(frozen=True)
class Flagged:
    """An answer to follow up: never hidden by a total."""

    number: int
    topic: str
    said: str


@dataclass(frozen=True)
class Reading:
    """One occasion. ``items``: (number, topic, score or blank)."""

    row: Administration
    on: date
    score: Score
    flagged: tuple[Flagged, ...]
    items: tuple[tuple[int, str, str], ...]

    @property
    def shown(self) -> str:
        if self.score.total is None:
            return self.score.not_scored_because or "Not scored"
        return number(self.score.total) + (", prorated" if self.score.prorated else "")


@dataclass(frozen=True)
class Course:
    """One person's, the newest first."""

    person: Participant
    readings: tuple[Reading, ...]
    chart: Chart | None
    since_last: Change | None
    since_first: Change | None


@dataclass(frozen=True)
class Apart:
    """How far apart the two stand, from the oldest to the newest."""

    gaps: tuple[Gap, ...]
    chart: Chart | None
    says: str


@dataclass(frozen=True)
class Shown:
    measure: Measure
    courses: tuple[Course, ...]
    together: Chart | None
    apart: Apart | None
    setbacks: tuple[tuple[str, date, str], ...]

    @property
    def is_prorated(self) -> bool:
        return any(one.score.prorated for course in self.courses for one in course.readings)

    @property
    def direction(self) -> str:
        better = "higher is better" if self.measure.better is Better.HIGHER else "lower is better"
        return f"{number(self.measure.low)} to {number(self.measure.high)}, {better}"


@dataclass(frozen=True)
class Marks:
    """What happened in the case while it was measured: the days of sessions with the one person who was there alone (None: both),
    and setbacks with their letters and whose they are."""

    period: Period
    sessions: tuple[tuple[date, object], ...]
    setbacks: tuple[tuple[str, date, str], ...]

    def chart(self, drawn: progress.Measure, person: Participant | None = None) -> Chart:
        met = [on for on, alone in self.sessions if person is None or alone in (None, person.id)]
        return charts.chart(drawn, self.period, met, [progress.Setback(on, "") for _, on, _ in self.setbacks])


@dataclass(frozen=True)
class Events:
    """The same of the whole case."""

    sessions: tuple[tuple[date, object], ...]
    setbacks: tuple[tuple[date, str], ...]

    def within(self, days: Sequence[date]) -> Marks:
        period = Period(min(days), max(days))
        inside = [(progress.Setback(on, whose), whose) for on, whose in self.setbacks if period.holds(on)]
        lettered = charts.lettered(setback for setback, _ in inside)
        setbacks = tuple((letter, setback.on, setback.text) for letter, setback in lettered)
        return Marks(period, tuple((on, alone) for on, alone in self.sessions if period.holds(on)), setbacks)
