"""Who needs the counselor, and why: what waits in every case, in a number of queries that does not grow with the cases.

Decides: what counts as waiting, in which order, and the sentence and the one action of each. Must never know: what anyone
answered. Titles of tasks are neutral by themselves.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from flask import url_for
from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy.orm import lazyload

from clinic import access
from clinic.access import Viewer
from clinic.db import db
from clinic.models import Assignment, AssignmentState, Case, Cover, Encounter, NoteState, ProgressNote, Task, TaskKind
from clinic.models import TaskState as State
from clinic.web.context import settings
from clinic.web.practice.naming import title_of
from clinic.web.practice.sessions_to_come import shown, until_tonight
from clinic.web.practice.silence import Silence, silent_people
from clinic.web.words import clock_time, day, moment


class Waiting(StrEnum):
    """In the order in which they are shown."""

    SAFETY = "safety"
    TODAY = "today"
    TALK = "talk"
    REVIEW = "review"
    COSIGN = "cosign"  # a trainee's note, for their supervisor
    NOTE = "note"
    AGREEMENT = "agreement"
    SILENT = "silent"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that waits: for whom, why, and the one thing to do about it."""

    kind: Waiting
    case: Case
    person: str
    title: str
    why: str
    href: str
    action: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the caseload."""

    case: Case
    last_session: datetime | None
    waits: tuple[tuple[Waiting, int], ...]

    @property
    def is_safety_open(self) -> bool:
        return any(kind is Waiting.SAFETY for kind, _ in self.waits)


@dataclass(frozen=True, slots=True)
class Caseload:
    needs: dict[Waiting, list[Need]]
    rows: tuple[Row, ...]
    open_tasks: int


TASKS = {TaskKind.SAFETY: Waiting.SAFETY, TaskKind.DISCLOSURE: Waiting.SAFETY, TaskKind.AGREEMENT: Waiting.AGREEMENT}


def caseload_of(viewer: Viewer, *, today: date, now: datetime) -> Caseload:
    cases = {case.id: case for case in db.session.scalars(access.cases_for(viewer))}
    tasks = open_tasks_of(viewer)
    silent = silent_people(viewer, cases, now=now)
    needs = [*_tasks(tasks, cases), *_today(viewer, cases, today, now), *_homework(viewer, cases, today, silent)]
    needs += [*_notes(viewer, cases), *_silence(cases, silent)]
    by_kind = {kind: found for kind in Waiting if (found := [need for need in needs if need.kind is kind])}
    last = _last_sessions(viewer)
    counts = Counter((need.case.id, need.kind) for need in needs)
    rows = tuple(Row(case, last.get(case.id), _waits(counts, case)) for case in cases.values())
    return Caseload(by_kind, tuple(sorted(rows, key=lambda row: (row.case.label or "").casefold())), len(tasks))


def _waits(counts: Counter[tuple[uuid.UUID, Waiting]], case: Case) -> tuple[tuple[Waiting, int], ...]:
    return tuple((kind, counts[case.id, kind]) for kind in Waiting if counts[case.id, kind])


def asks_for(viewer: Viewer) -> ColumnElement[bool]:
    """A task asks for whoever it was given to, or covers for them; for everybody of the case if it was given to nobody, or is about
    safety."""
    mine = (Cover.covering_id == viewer.user_id, Cover.part_id.is_not(None), Cover.ended_at.is_(None))
    away = access.scope(viewer, Cover).where(*mine, Cover.case_id == Task.case_id).with_only_columns(Cover.away_id)
    theirs = or_(Task.assigned_to == viewer.user_id, Task.assigned_to.in_(away))
    return or_(Task.assigned_to.is_(None), theirs, Task.kind == TaskKind.SAFETY.value)


def open_tasks_of(viewer: Viewer, *, everybodys: bool = False) -> list[Task]:
    """Urgent first, then by the time they are due, then the oldest."""
    whose = () if everybodys else (asks_for(viewer),)
    found = access.rows_of(viewer, Task, Task.state == State.OPEN.value, *whose, order_by=Task.raised_at)
    return sorted(found, key=urgency)


def urgency(task: Task) -> tuple[bool, bool, float]:
    due = task.due_at
    return (not task.is_urgent, due is None, due.timestamp() if due else 0.0)


def _tasks(tasks: Sequence[Task], cases: dict[uuid.UUID, Case]) -> Iterator[Need]:
    for task in tasks:
        case = cases[task.case_id]
        why = f"Since {day(task.raised_at)}." + (f" Due {moment(task.due_at)}." if task.due_at else "")
        kind = TASKS.get(TaskKind(task.kind), Waiting.TALK)
        href = url_for("practice.task", id=task.id)
        yield Need(kind, case, _name(case, task.participant_id), task.title or "", why, href, "Open the task")


def _today(viewer: Viewer, cases: dict[uuid.UUID, Case], today: date, now: datetime) -> Iterator[Need]:
    for row in until_tonight(viewer, today=today):
        case = cases[row.case_id]
        one, href = shown(row, case, now=now), url_for("practice.planned", id=row.id)
        if row.begins_at.astimezone(settings().practice.zone).date() < today:
            title, action = f"Session of {day(row.begins_at)}", "Say what became of it"
        else:
            title, action = f"{clock_time(row.begins_at)}, {one.names}", "Open the session"
        yield Need(Waiting.TODAY, case, "", title, f"{one.how[:1].upper()}{one.how[1:]}.", href, action)


def _homework(viewer: Viewer, cases: dict[uuid.UUID, Case], today: date, silent: Collection[uuid.UUID]) -> Iterator[Need]:
    """Sent and not gone through yet, the longest waiting first; then what is past its day in a case that goes on. Of a person who
    is silent altogether, one line says so, and not one for each sheet."""
    open_states = (AssignmentState.OPEN.value, AssignmentState.RETURNED.value)
    waits = or_(
        Assignment.state == AssignmentState.SUBMITTED.value, Assignment.state.in_(open_states) & (Assignment.due_on < today)
    )
    found = access.assignments_for(viewer).where(waits).options(lazyload(Assignment.participant))
    for row in db.session.scalars(found.order_by(Assignment.submitted_at, Assignment.due_on)):
        case = cases[row.case_id]
        name, title = _name(case, row.participant_id), title_of(row, case)
        href = url_for("practice.homework", id=row.id)
        if row.state == AssignmentState.SUBMITTED:
            yield Need(Waiting.REVIEW, case, name, title, f"Sent {day(row.submitted_at)}, not reviewed yet.", href, "Review")
        elif case.is_open and row.participant_id not in silent:
            yield Need(Waiting.OVERDUE, case, name, title, f"Was due {day(row.due_on)}.", href, "See the homework")


def _notes(viewer: Viewer, cases: dict[uuid.UUID, Case]) -> Iterator[Need]:
    """One's own notes that are not signed, and those that wait for one's signature as the supervisor, the oldest session first.
    Columns only: no text is opened for this list."""
    own = and_(ProgressNote.author_id == viewer.user_id, ProgressNote.state == NoteState.DRAFT.value)
    to_sign = and_(ProgressNote.author_id != viewer.user_id, ProgressNote.state == NoteState.SUBMITTED.value)
    columns = (ProgressNote.case_id, ProgressNote.id, ProgressNote.saved_at, ProgressNote.submitted_at, ProgressNote.returned_at)
    found = (
        access.notes_for(viewer)
        .with_only_columns(*columns, Encounter.began_at)
        .join(Encounter, Encounter.id == ProgressNote.encounter_id)
        .where(or_(own, to_sign))
    )
    for case_id, note_id, saved_at, sent_at, returned_at, began_at in db.session.execute(found.order_by(Encounter.began_at)):
        kind, why, action = Waiting.NOTE, f"A draft, last saved {day(saved_at)}. Not signed yet.", "Go to the note"
        if returned_at:
            why = f"Returned by the supervisor {day(returned_at)}, with a comment."
        if sent_at:
            kind, why, action = Waiting.COSIGN, f"Sent to you {day(sent_at)}.", "Read and sign"
        title, href = f"Note of the session on {day(began_at)}", url_for("practice.note", id=note_id)
        yield Need(kind, cases[case_id], "", title, why, href, action)


def _silence(cases: dict[uuid.UUID, Case], silent: Mapping[uuid.UUID, Silence]) -> Iterator[Need]:
    for person_id, found in sorted(silent.items(), key=lambda pair: pair[1].since):
        case = cases[found.case_id]
        sheets = "one worksheet is" if found.sheets == 1 else f"{found.sheets} worksheets are"
        href = url_for("practice.case", id=case.id)
        why = f"Nothing sent and no session since {day(found.since)}; {sheets} open."
        yield Need(Waiting.SILENT, case, _name(case, person_id), "nothing heard", why, href, "See the case")


def _last_sessions(viewer: Viewer) -> dict[uuid.UUID, datetime]:
    newest = access.encounters_for(viewer).with_only_columns(Encounter.case_id, func.max(Encounter.began_at))
    return {row[0]: row[1] for row in db.session.execute(newest.group_by(Encounter.case_id))}


def _name(case: Case, participant_id: uuid.UUID | None) -> str:
    return next((person.preferred_name for person in case.participants if person.id == participant_id), "")
