"""What an invented life's people are given between sessions, and what becomes of it: worksheets and measures.

Decides: how the short form in the data becomes single acts. Must never know: sessions.

An entry of `homework`: person, worksheet, given (a moment), due (days after); then what happened to it, each a moment: opens (of a
plan), held and opened, sent, late or not, returned, again, reviewed, withdrawn; comments, shared and unshared answers, a draft,
what was done about its task.
An entry of `measure`: person, id, given (the first moment), every (weeks), due, hour, values in order; "skipped" was never
answered and is withdrawn at the next one, "open" still waits.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from clinic.db import db
from clinic.demo.lives import givens, safety_answers, totalled
from clinic.demo.scene import Act, Entry, Scene
from clinic.demo.sessions import finish_tasks
from clinic.models import Assignment
from clinic.models.comments import comment_on
from clinic.models.drafting import keep
from clinic.models.holding import end_hold, hold_what_waits
from clinic.models.homework import assign
from clinic.models.opening import require_first_steps
from clinic.models.running import open_due_runs
from clinic.models.sending import SAFETY_CHECK, send, share, unshare, worksheet_of
from forms import library

DAYS_LATER = (0, 1, 0, 2, 0, 1)  # most people answer on the day, or soon after
SEEN_AFTER = timedelta(days=2)


def homework(scene: Scene) -> Iterator[Act]:
    for number, entry in enumerate(scene.entries("homework")):
        entry.setdefault("key", f"homework {number}")
        yield Act(scene.at(entry["given"]), partial(_give, scene, entry))
        if "opens" in entry:
            yield Act(scene.at(entry["opens"]), partial(_open_planned, scene, entry))
        yield from _holds(scene, entry)
        yield from _sendings(scene, entry)
        yield from _reviews(scene, entry)
    for number, entry in enumerate(scene.entries("measure")):
        yield from _measure(scene, entry, turn=number)


# --- what its person does ---------------------------------------------------------------------------------------------


def _sendings(scene: Scene, entry: Entry) -> Iterator[Act]:
    if "draft" in entry:
        yield Act(scene.at(entry["drafted"]), partial(_draft, scene, entry))
    if "sent" in entry:
        yield Act(scene.at(entry["sent"]), partial(_send, scene, entry, entry["answers"]))
    if "again" in entry:
        yield Act(scene.at(entry["again"]), partial(_send, scene, entry, entry["answers"] | entry["answers_again"]))
    for item, moment in entry.get("shared", {}).items():
        yield Act(scene.at(moment), partial(_share, scene, entry, item))
    for item, moment in entry.get("unshared", {}).items():
        yield Act(scene.at(moment), partial(_unshare, scene, entry, item))


def _draft(scene: Scene, entry: Entry, at: datetime) -> None:
    row = scene.assignments[entry["key"]]
    db.session.flush()
    keep(db.session(), row, givens(worksheet_of(row), scene.dated(entry["draft"], at)), known={}, device=None, at=at)


def _send(scene: Scene, entry: Entry, answers: dict[str, Any], at: datetime) -> None:
    row = scene.assignments[entry["key"]]
    said = safety_answers(answers) if row.content_id == SAFETY_CHECK else scene.dated(answers, at)
    response = send(
        db.session(), row, givens(worksheet_of(row), said), submission_key=uuid.uuid4(), by=scene.user(entry["person"]), at=at
    )
    scene.answers[entry["key"]] = {answer.item_id: answer for answer in response.answers}


def _share(scene: Scene, entry: Entry, item: str, at: datetime) -> None:
    share(db.session(), scene.answers[entry["key"]][item], by=scene.user(entry["person"]), at=at)


def _unshare(scene: Scene, entry: Entry, item: str, at: datetime) -> None:
    unshare(db.session(), scene.answers[entry["key"]][item], by=scene.user(entry["person"]), at=at)


# --- what the counselor does ------------------------------------------------------------------------------------------


def _give(scene: Scene, entry: Entry, at: datetime) -> None:
    worksheet = library.worksheet(entry["worksheet"])
    if not scene.seats[entry["person"]].takes(worksheet.answered_by):
        raise ValueError(f"{worksheet.id} is not for the side of {entry['person']}")
    scene.assignments[entry["key"]] = _assign(
        scene, entry, at, kind="worksheet", content_id=worksheet.id, version=worksheet.version, module_id=worksheet.module
    )


def _assign(
    scene: Scene, entry: Entry, at: datetime, *, kind: str, content_id: str, version: int, module_id: str | None
) -> Assignment:
    seat = scene.seats[entry["person"]]
    db.session.flush()
    require_first_steps(db.session(), seat)
    row = assign(
        db.session(), seat, kind=kind, content_id=content_id, content_version=version, module_id=module_id,
        due_on=scene.calendar.day(at + timedelta(days=entry["due"])), note=entry.get("note", "").strip(),
        by=scene.counselor, at=at,
    )  # fmt: skip
    db.session.flush()
    if "opens" in entry:
        plan_for(row, scene.at(entry["opens"]), by=scene.counselor, at=at)
    else:
        hold_what_waits(db.session(), row, by=scene.counselor, at=at)
    return row


def plan_for(row: Assignment, opens_at: datetime, *, by: uuid.UUID, at: datetime) -> None:
    """Given ahead of its day, as a plan gives it."""
    row.hold(why=f"Planned for {opens_at:%B %d, %Y}", by=by, at=at)
    row.opens_at = opens_at


def _open_planned(scene: Scene, entry: Entry, at: datetime) -> None:
    open_due_runs(db.session(), at=at, seats=[scene.seats[entry["person"]].id])


def _holds(scene: Scene, entry: Entry) -> Iterator[Act]:
    if "held" in entry:
        yield Act(scene.at(entry["held"]["at"]), partial(_hold, scene, entry))
    if "opened" in entry:
        yield Act(scene.at(entry["opened"]), partial(_end_hold, scene, entry))


def _hold(scene: Scene, entry: Entry, at: datetime) -> None:
    scene.assignments[entry["key"]].hold(why=entry["held"]["why"], by=scene.counselor, at=at)


def _end_hold(scene: Scene, entry: Entry, at: datetime) -> None:
    end_hold(db.session(), scene.assignments[entry["key"]], by=scene.counselor, at=at)


def _reviews(scene: Scene, entry: Entry) -> Iterator[Act]:
    for comment in entry.get("comment", []):
        yield Act(scene.at(comment["at"]), partial(_comment, scene, entry, comment["text"]))
    if "returned" in entry:
        yield Act(scene.at(entry["returned"]), partial(_return, scene, entry))
    if "reviewed" in entry:
        yield Act(scene.at(entry["reviewed"]), partial(_review, scene, entry))
    if "withdrawn" in entry:
        yield Act(scene.at(entry["withdrawn"]), partial(_withdraw, scene, entry))
    if "extended" in entry:
        yield Act(scene.at(entry["extended"]), partial(_extend, scene, entry))
    if "task_done" in entry:
        yield Act(scene.at(entry["task_done"]["at"]), partial(_finish_tasks, scene, entry))


def _comment(scene: Scene, entry: Entry, text: str, at: datetime) -> None:
    comment_on(db.session(), scene.assignments[entry["key"]], text.strip(), by=scene.counselor, at=at)


def _return(scene: Scene, entry: Entry, at: datetime) -> None:
    scene.assignments[entry["key"]].give_back(by=scene.counselor, at=at)


def _review(scene: Scene, entry: Entry, at: datetime) -> None:
    scene.assignments[entry["key"]].mark_reviewed(by=scene.counselor, at=at)


def _withdraw(scene: Scene, entry: Entry, at: datetime) -> None:
    scene.assignments[entry["key"]].withdraw(by=scene.counselor, at=at)


def _extend(scene: Scene, entry: Entry, at: datetime) -> None:
    due = scene.calendar.day(scene.at(entry["given"]) + timedelta(days=entry["extended_due"]))
    scene.assignments[entry["key"]].change_due(due, by=scene.counselor, at=at)


def _finish_tasks(scene: Scene, entry: Entry, at: datetime) -> None:
    finish_tasks(scene, scene.assignments[entry["key"]], entry["task_done"]["what"], at=at)


# --- measures, week by week -------------------------------------------------------------------------------------------


def _measure(scene: Scene, entry: Entry, *, turn: int) -> Iterator[Act]:
    first, every = scene.at(entry["given"]), timedelta(weeks=entry.get("every", 1))
    for number, value in enumerate(entry["values"]):
        given = first + number * every
        key = f"{entry['person']} {entry['id']} {number}"
        yield Act(given, partial(_give_measure, scene, entry, key))
        if value == "open":
            continue
        if value == "skipped":
            yield Act(given + every, partial(_withdraw, scene, {"key": key}))
            continue
        sent = _answered_at(given, entry["hour"], number, turn)
        yield Act(sent, partial(_send_measure, scene, entry, key, value, turn))
        if scene.calendar.day(seen_after(sent)) <= scene.calendar.last:
            yield Act(seen_after(sent), partial(_review, scene, {"key": key}))


def seen_after(sent: datetime) -> datetime:
    """Two mornings later."""
    return sent.replace(hour=8, minute=40 + sent.minute % 20) + SEEN_AFTER


def _answered_at(given: datetime, hour: str, number: int, turn: int) -> datetime:
    """At this person's usual hour, on the day or a little later."""
    usual = given.replace(hour=int(hour[:2]), minute=int(hour[3:])) + timedelta(minutes=(number * 7) % 40)
    later = DAYS_LATER[(number + turn) % len(DAYS_LATER)]
    return usual + timedelta(days=later + (usual <= given))


def _give_measure(scene: Scene, entry: Entry, key: str, at: datetime) -> None:
    measure = library.measure(entry["id"])
    scene.assignments[key] = _assign(
        scene, entry, at, kind="measure", content_id=measure.id, version=measure.version, module_id=None
    )


def _send_measure(scene: Scene, entry: Entry, key: str, total: int, turn: int, at: datetime) -> None:
    _send(scene, {**entry, "key": key}, totalled(library.measure(entry["id"]), total, turn=turn), at)
