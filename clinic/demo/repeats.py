"""Homework of an invented life that comes back: each run opened when it is time, and answered, left out or missed.

Decides: when a person answers a run. Must never know: what is asked in it.

A `schedule`: person, worksheet or measure, every (day, week, session), begun, first (its first day), last (its last day, if it has
one), hour; runs in order, each "missed", {skipped = "why"}, a name of `usual`, a total (of a measure), or answers. A run beyond
the last of the list stays open. `talked`: by the number of a run, what was done about the
task that it raised. `paused`, `resumed` and `ended` are moments.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from clinic import access
from clinic.db import db
from clinic.demo.homework import seen_after
from clinic.demo.lives import givens, totalled
from clinic.demo.scene import Act, Entry, Scene
from clinic.demo.sessions import finish_tasks, recorded_at
from clinic.models import Assignment, Run
from clinic.models.opening import require_first_steps
from clinic.models.running import open_due_runs, skip_run
from clinic.models.schedules import OPENS, Every, begin_schedule
from clinic.models.sending import send, worksheet_of
from forms import library

AFTER_OPENING = timedelta(minutes=4)
AFTER_A_SESSION = timedelta(hours=3)


def repeats(scene: Scene) -> Iterator[Act]:
    for turn, entry in enumerate(scene.entries("schedule")):
        yield Act(scene.at(entry["begun"]), partial(_begin, scene, entry))
        for word in ("paused", "resumed", "ended"):
            if word in entry:
                yield Act(scene.at(entry[word]), partial(_change, entry, scene, word))
        yield from _after_sessions(scene, entry, turn) if entry["every"] == Every.SESSION else _by_the_calendar(scene, entry, turn)


def _by_the_calendar(scene: Scene, entry: Entry, turn: int) -> Iterator[Act]:
    step = timedelta(days=entry.get("interval", 1) * (7 if entry["every"] == Every.WEEK else 1))
    first, until = _first(scene, entry), scene.calendar.today - timedelta(days=1)
    for number, run in enumerate([*entry["runs"], "open"]):
        day = first + step * number
        opens = datetime.combine(day, OPENS, scene.calendar.zone) + AFTER_OPENING
        if day > until:
            return
        yield Act(opens, partial(_open_due, scene, entry))  # this also closes the run before, and what has run out
        later = timedelta(days=(number + turn) % 3 if step >= timedelta(days=7) else 0, minutes=(number * 7) % 40)
        usual = datetime.combine(day, time.fromisoformat(entry["hour"]), scene.calendar.zone)
        yield from _answered(scene, entry, number + 1, run, at=usual + later)


def _after_sessions(scene: Scene, entry: Entry, turn: int) -> Iterator[Act]:
    begun = scene.at(entry["begun"])
    held = [one for one in scene.entries("session") if entry["person"] in one["who"] and recorded_at(scene, one) > begun]
    for number, (run, session) in enumerate(zip(entry["runs"], held, strict=False), start=1):
        at = recorded_at(scene, session) + AFTER_A_SESSION + timedelta(minutes=(number * 11 + turn * 5) % 50)
        yield from _answered(scene, entry, number, run, at=at)


def _answered(scene: Scene, entry: Entry, number: int, run: Any, *, at: datetime) -> Iterator[Act]:
    if run in ("missed", "open") or scene.calendar.day(at) >= scene.calendar.today:
        return
    if isinstance(run, dict) and "skipped" in run:
        yield Act(at, partial(_skip, scene, entry, number, run["skipped"]))
        return
    yield Act(at, partial(_send, scene, entry, number, run))
    seen = seen_after(at)
    if scene.calendar.day(seen) <= scene.calendar.last:
        yield Act(seen, partial(_review, scene, entry, number))


def _first(scene: Scene, entry: Entry) -> Any:
    return scene.day(f"{entry['first']} 12:00")


def _begin(scene: Scene, entry: Entry, at: datetime) -> None:
    seat = scene.seats[entry["person"]]
    require_first_steps(db.session(), seat)
    kind = "worksheet" if "worksheet" in entry else "measure"
    content = library.worksheet(entry[kind]) if kind == "worksheet" else library.measure(entry[kind]).as_worksheet()
    entry["row"] = begin_schedule(
        db.session(), seat, kind=kind, content_id=content.id, content_version=content.version, module_id=content.module or None,
        every=Every(entry["every"]), interval=entry.get("interval", 1), when=entry.get("when", ""), zone=scene.calendar.zone.key,
        starts_on=_first(scene, entry), ends_on=scene.day(f"{entry['last']} 12:00") if "last" in entry else None,
        note=entry.get("note", ""), by=scene.counselor, at=at,
    )  # fmt: skip
    db.session.flush()


def _change(entry: Entry, scene: Scene, word: str, at: datetime) -> None:
    row = entry["row"]
    {"paused": row.pause, "resumed": row.resume, "ended": row.end}[word](by=scene.counselor, at=at)


def _open_due(scene: Scene, entry: Entry, at: datetime) -> None:
    """All of this person's, once for each moment."""
    if scene.looked.get(entry["person"]) == at:
        return
    scene.looked[entry["person"]] = at
    open_due_runs(db.session(), at=at, seats=[scene.seats[entry["person"]].id])


def _run(scene: Scene, entry: Entry, number: int) -> tuple[Run, Assignment]:
    found: dict[int, tuple[Run, Assignment]] = entry.setdefault("found", {})
    if number not in found:
        (run,) = access.rows_of(scene.viewer, Run, Run.schedule_id == entry["row"].id, Run.number == number)
        (homework,) = access.rows_of(scene.viewer, Assignment, Assignment.id == run.assignment_id)
        found[number] = run, homework
    return found[number]


def _skip(scene: Scene, entry: Entry, number: int, why: str, at: datetime) -> None:
    run, homework = _run(scene, entry, number)
    skip_run(run, homework, why=why, by=scene.user(entry["person"]), at=at)


def _send(scene: Scene, entry: Entry, number: int, said: Any, at: datetime) -> None:
    run, homework = _run(scene, entry, number)
    run.shown_at = at - timedelta(minutes=3 + number % 5)
    answers = entry["usual"][said] if isinstance(said, str) else said
    if not isinstance(answers, dict):
        answers = totalled(library.measure(entry["measure"]), answers, turn=number)
    sheet = worksheet_of(homework)
    send(
        db.session(), homework, givens(sheet, scene.dated(answers, at)), submission_key=uuid.uuid4(),
        by=scene.user(entry["person"]), at=at,
    )  # fmt: skip


def _review(scene: Scene, entry: Entry, number: int, at: datetime) -> None:
    homework = _run(scene, entry, number)[1]
    if str(number) in entry.get("talked", {}):
        finish_tasks(scene, homework, entry["talked"][str(number)], at=at)
    homework.mark_reviewed(by=scene.counselor, at=at)
