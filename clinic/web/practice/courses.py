"""The measures of a case over time, for its counselor alone: each person's course, both in one drawing, and how far apart they are.

Decides: what is drawn and which sentences stand under it. Must never know: markup, or a threshold. Nothing of this page is ever on
a client's page or in a document: there each measure is its person's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from clinic import access
from clinic.access import Viewer
from clinic.db import db
from clinic.models import Administration, Case, Encounter, Participant, Setback
from clinic.web.context import settings
from clinic.web.practice.occasions import Apart, Course, Events, Flagged, Marks, Reading, Shown
from forms import library
from forms.changes import change, since_first
from forms.dyads import Gap, gaps
from forms.measures import About, Measure
from forms.scoring import TOTAL, Score
from reports import progress
from reports.scale import number


@dataclass(frozen=True)
class TakenBack:
    person: Participant
    title: str
    on: date
    why: str


def taken_back_of(viewer: Viewer, case: Case) -> tuple[TakenBack, ...]:
    people = {person.id: person for person in case.participants}
    rows = db.session.scalars(access.taken_back_for(viewer).where(Administration.case_id == case.id))
    found = [TakenBack(people[row.participant_id], library.measure(row.measure_id).title, _day(row.completed_at),
                       row.why_taken_back or "") for row in rows]  # fmt: skip
    return tuple(sorted(found, key=lambda one: one.on, reverse=True))


def shown_of(viewer: Viewer, case: Case) -> tuple[Shown, ...]:
    """Every measure that either person has a score of, in a number of queries that does not grow."""
    rows = access.rows_of(viewer, Administration, Administration.case_id == case.id, order_by=Administration.completed_at)
    events = _events(viewer, case)
    answered = {row.measure_id for row in rows}
    return tuple(_shown(one, case, rows, events) for one in library.measures if one.id in answered)


def _events(viewer: Viewer, case: Case) -> Events:
    met = access.rows_of(viewer, Encounter, Encounter.case_id == case.id, order_by=Encounter.began_at)
    hard = access.rows_of(viewer, Setback, Setback.case_id == case.id, order_by=Setback.happened_on)
    names = {person.id: f"{person.preferred_name}'s own" for person in case.participants}
    return Events(
        tuple((_day(row.began_at), row.individual_of) for row in met),
        tuple((row.happened_on, names[row.participant_id] if row.participant_id else "of both") for row in hard),
    )


def _shown(measure: Measure, case: Case, rows: Sequence[Administration], events: Events) -> Shown:
    own = [
        [_reading(measure, row) for row in rows if (row.measure_id, row.participant_id) == (measure.id, person.id)]
        for person in case.participants
    ]
    marks = events.within([one.on for of_one in own for one in of_one])
    courses = tuple(_course(measure, person, of_one, marks) for person, of_one in zip(case.participants, own, strict=True))
    series = [_series(person, of_one) for person, of_one in zip(case.participants, own, strict=True)]
    together = marks.chart(_drawing(measure, series)) if sum(bool(_seen(of_one)) for of_one in own) > 1 else None
    return Shown(measure, courses, together, _apart(measure, own, marks), marks.setbacks)


def _reading(measure: Measure, row: Administration) -> Reading:
    score = Score.from_json(row.score)
    answers = row.answers or {}
    known = {item.id: (place, item.label) for place, item in enumerate(measure.items, start=1)}
    items = tuple((*known[id], _said(answers.get(id))) for id in known if TOTAL not in answers)
    flagged = tuple(Flagged(*known[id], _said(answers.get(id))) for id in score.flags if id in known)
    return Reading(row, _day(row.completed_at), score, flagged, items)


def _day(moment: datetime) -> date:
    return moment.astimezone(settings().practice.zone).date()


def _said(value: int | None) -> str:
    return "left blank" if value is None else str(value)


def _course(measure: Measure, person: Participant, readings: list[Reading], marks: Marks) -> Course:
    totals = [one.score.total for one in readings]
    known = [total for total in totals if total is not None]
    is_compared = len(known) > 1 and measure.change != "baseline"  # our own: with the person's first score alone
    last = change(measure, known[-2], known[-1]) if is_compared else None
    # The second person keeps the line and the marker that they have in the drawing of both.
    series = [progress.Series("", ())] * (person.seat - 1) + [_series(person, readings)]
    drawn = marks.chart(_drawing(measure, series), person) if len(known) > 1 else None
    return Course(person, tuple(reversed(readings)), drawn, last, since_first(measure, totals))


def _seen(readings: Sequence[Reading]) -> list[tuple[date, float]]:
    return [(one.on, one.score.total) for one in readings if one.score.total is not None]


def _series(person: Participant, readings: Sequence[Reading]) -> progress.Series:
    points = tuple(progress.Point(one.on, one.score.total, one.score.prorated) for one in readings)
    return progress.Series(person.preferred_name or "", points)


def _drawing(measure: Measure, series: Sequence[progress.Series]) -> progress.Measure:
    cut_off = progress.CutOff(measure.cutoff, f"cut-off {measure.cutoff:g}") if measure.cutoff is not None else None
    return progress.Measure(measure.title, "", measure.low, measure.high, tuple(series), "", cut_off)


def _apart(measure: Measure, readings: Sequence[Sequence[Reading]], marks: Marks) -> Apart | None:
    """Of measures about the other alone: how two people see each other is a thing between them."""
    if measure.about is not About.OTHER or len(readings) != 2:
        return None
    found = gaps(_seen(readings[0]), _seen(readings[1]))
    if not found:
        return None
    points = tuple(progress.Point(gap.on, gap.apart) for gap in found)
    drawn = progress.Measure("The gap", "", 0, measure.high - measure.low, (progress.Series("Gap", points),), "")
    return Apart(found, marks.chart(drawn) if len(found) > 1 else None, _gap_in_words(found))


def _gap_in_words(found: Sequence[Gap]) -> str:
    newest = f"{number(found[-1].apart)} points apart at the newest scores"
    if len(found) < 2:
        return f"{newest}."
    first, last = found[0].apart, found[-1].apart
    moved = "as far as at first" if first == last else "closer than at first" if last < first else "further than at first"
    return f"{newest}, {number(first)} at the first: {moved}."
