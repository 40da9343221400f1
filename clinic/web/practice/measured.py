"""Measures of one case over time, one person at a time: a small drawing as geometry, and the numbers beside it.

Decides: where each line, marker and label of a drawing stands. Must never know markup: a template prints these paths, so no text
is ever joined into a drawing here. The two people are never drawn in one chart: each measure is its person's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from clinic import access
from clinic.access import Viewer
from clinic.models import Administration, Case, Participant, Setback
from clinic.web.context import settings
from clinic.web.words import day
from forms import library
from forms.scoring import Score

LEFT, RIGHT, TOP, BOTTOM = 30.0, 330.0, 12.0, 112.0


@dataclass(frozen=True, slots=True)
class Point:
    on: date
    total: float | None
    shown: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """In a box of 342 by 140. ``levels``: (height, label) of the lowest, middle and highest value."""

    line: str
    markers: str
    setbacks: str
    levels: tuple[tuple[float, str], ...]
    first: str
    last: str
    says: str


@dataclass(frozen=True, slots=True)
class Course:
    """One person's answers to one measure, the newest last."""

    person: Participant
    points: tuple[Point, ...]
    drawing: Drawing | None


@dataclass(frozen=True, slots=True)
class Measured:
    id: str
    title: str
    direction: str
    courses: tuple[Course, ...]


def measured_of(viewer: Viewer, case: Case) -> tuple[Measured, ...]:
    """Every measure that either person has answered."""
    given = access.rows_of(viewer, Administration, Administration.case_id == case.id, order_by=Administration.completed_at)
    answered = {row.measure_id for row in given}
    setbacks = access.rows_of(viewer, Setback, Setback.case_id == case.id)
    return tuple(_measured(measure, given, setbacks, case) for measure in library.measures if measure.id in answered)


def _measured(measure: Any, given: Sequence[Administration], setbacks: Sequence[Setback], case: Case) -> Measured:
    better = "higher is better" if measure.better == "higher" else "lower is better"
    courses = []
    for person in case.participants:
        own = [row for row in given if row.measure_id == measure.id and row.participant_id == person.id]
        points = tuple(_point(row) for row in own)
        hard_days = [row.happened_on for row in setbacks if row.participant_id in (None, person.id)]
        courses.append(Course(person, points, _drawing(measure, points, hard_days)))
    direction = f"{number(measure.low)} to {number(measure.high)}, {better}"
    return Measured(measure.id, measure.title, direction, tuple(courses))


def _point(row: Administration) -> Point:
    score = Score.from_json(row.score)
    if score.total is None:
        shown = f"Not scored: {score.not_scored_because}"
    else:
        shown = number(score.total) + (", prorated" if score.prorated else "")
    return Point(row.completed_at.astimezone(settings().practice.zone).date(), score.total, shown)


def _drawing(measure: Any, points: Sequence[Point], setbacks: Sequence[date]) -> Drawing | None:
    """Nothing is drawn before there are two values. A setback is an upright line on its day: the person's own, and joint ones."""
    seen = [(point.on, point.total) for point in points if point.total is not None]
    if len(seen) < 2:
        return None
    first, last = seen[0], seen[-1]
    spots = [(_across(on, first[0], last[0]), _height(measure, total)) for on, total in seen]
    middle = (measure.low + measure.high) / 2
    within = [on for on in setbacks if first[0] <= on <= last[0]]
    upright = "".join(f"M{_across(on, first[0], last[0]):.1f} {TOP:.0f}V{BOTTOM:.0f}" for on in within)
    marked = f" Setbacks: {', '.join(day(on) for on in sorted(within))}." if within else ""
    ends = f"{number(first[1])} on {day(first[0])}, {number(last[1])} on {day(last[0])}"
    return Drawing(
        line="M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in spots),
        markers="".join(f"M{x - 3:.1f} {y:.1f}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0z" for x, y in spots),
        setbacks=upright,
        levels=tuple((_height(measure, value), number(value)) for value in (measure.low, middle, measure.high)),
        first=day(first[0]),
        last=day(last[0]),
        says=f"{measure.title}: {ends}, answered {len(seen)} times. All values stand in the table.{marked}",
    )


def _across(on: date, first: date, last: date) -> float:
    return LEFT + (RIGHT - LEFT) * (on - first).days / max(1, (last - first).days)


def _height(measure: Any, value: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * (value - measure.low) / ((measure.high - measure.low) or 1)


def number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0").replace("-", "−")
