"""What happens in an invented life's sessions: encounters, their notes, the stages, the counselor's own tasks.

Decides: how long after a session its note is written. Must never know: homework.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from clinic import access
from clinic.db import db
from clinic.demo.scene import Act, Entry, Scene
from clinic.models import Assignment, Medium, NoteFormat, Outcome, ProgressNote, StageState, StageStatus, Task, TaskKind, TaskState
from clinic.models.notes import begin_note, record_encounter
from clinic.models.programme import change_stage, sign_off_stage
from clinic.models.tasks import raise_task

WRITTEN_AFTER = timedelta(minutes=25)


def sessions(scene: Scene) -> Iterator[Act]:
    for entry in scene.entries("session"):
        yield Act(recorded_at(scene, entry), partial(_hold, scene, entry))
        if "signed" in entry:
            yield Act(scene.at(entry["signed"]), partial(_sign, scene, entry))
        for addendum in entry.get("addendum", []):
            yield Act(scene.at(addendum["at"]), partial(_add, scene, entry, addendum["text"]))
    for stage in scene.entries("stage"):
        yield Act(scene.at(stage["at"]), partial(_move, scene, stage))
    for sign_off in scene.entries("sign_off"):
        yield Act(scene.at(sign_off["at"]), partial(_sign_off, scene, sign_off))
    for task in scene.entries("task"):
        yield Act(scene.at(task["at"]), partial(_raise, scene, task))
        if "done" in task:
            yield Act(scene.at(task["done"]), partial(_finish, scene, task))


def recorded_at(scene: Scene, entry: Entry) -> datetime:
    return scene.at(entry["at"]) + timedelta(minutes=entry["minutes"]) + WRITTEN_AFTER


def _hold(scene: Scene, entry: Entry, at: datetime) -> None:
    """Record the meeting, and write its note while it is fresh."""
    encounter = record_encounter(
        db.session(),
        scene.begun,
        attendees={scene.seats[key].id for key in entry["who"]},
        began_at=scene.at(entry["at"]),
        minutes=entry["minutes"],
        medium=Medium(entry["medium"]),
        by=scene.counselor,
        at=at,
    )
    db.session.flush()
    note = begin_note(db.session(), encounter, format=NoteFormat(entry["format"]), by=scene.counselor, at=at)
    note.save(
        sections={name: text.strip() for name, text in entry["sections"].items()},
        stages=[
            {"module_id": stage["module"], "text": stage["text"].strip(), "rating": stage["rating"]} for stage in entry["stages"]
        ],
        tags=entry.get("tags", ()),
        at=at,
    )
    db.session.flush()
    entry["note"] = note


def _sign(scene: Scene, entry: Entry, at: datetime) -> None:
    note: ProgressNote = entry["note"]
    note.sign(by=scene.counselor, name=scene.signature, at=at)


def _add(scene: Scene, entry: Entry, text: str, at: datetime) -> None:
    note: ProgressNote = entry["note"]
    note.add(text.strip(), by=scene.counselor, name=scene.signature, at=at)


def _move(scene: Scene, entry: Entry, at: datetime) -> None:
    """Unless it stands there: the first homework of a plan or a repeat starts its stage by itself."""
    module, to = entry["module"], StageStatus(entry["to"])
    before = status_of(scene, module)
    if before is not to:
        reason = entry.get("reason", "")
        change_stage(db.session(), scene.begun, module, before=before, to=to, reason=reason, by=scene.counselor, at=at)


def status_of(scene: Scene, module: str) -> StageStatus:
    of_stage = (StageState.case_id == scene.begun.id, StageState.module_id == module)
    rows = access.rows_of(scene.viewer, StageState, *of_stage, order_by=StageState.since)
    return StageStatus(rows[-1].status) if rows else StageStatus.NOT_STARTED


def _sign_off(scene: Scene, entry: Entry, at: datetime) -> None:
    sign_off_stage(
        db.session(), scene.begun, entry["module"], outcome=Outcome(entry["outcome"]), reason=entry.get("reason", ""),
        by=scene.counselor, at=at,
    )  # fmt: skip


def _raise(scene: Scene, entry: Entry, at: datetime) -> None:
    about = scene.seats.get(entry.get("person", ""))
    entry["row"] = raise_task(
        db.session(),
        case_id=scene.begun.id,
        participant_id=about.id if about else None,
        kind=TaskKind.OWN,
        title=entry["title"],
        why=entry.get("why", ""),
        due_at=scene.at(entry["due"]) if "due" in entry else None,
        by=scene.counselor,
        at=at,
    )


def _finish(scene: Scene, entry: Entry, at: datetime) -> None:
    entry["row"].finish(what=entry.get("what", ""), by=scene.counselor, at=at)


def finish_tasks(scene: Scene, assignment: Assignment, what: str, *, at: datetime) -> None:
    """Close what an answer raised, with what was done about it."""
    db.session.flush()
    of_this = Task.assignment_id == assignment.id
    for task in access.rows_of(scene.viewer, Task, of_this, Task.state == TaskState.OPEN):
        task.finish(what=what.strip(), by=scene.counselor, at=at)
