"""What the page of one case shows of it: stages, first steps, homework, sessions, measures, tasks.

Decides: how the case's rows are put together for the page. Must never know: what anyone answered; only scores are read here.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for

from clinic import access
from clinic.access import Viewer
from clinic.db import db
from clinic.models import (
    Assignment,
    AssignmentState,
    Case,
    Encounter,
    Participant,
    ProgressNote,
    StageSignOff,
    StageState,
    Task,
    TaskKind,
    TaskState,
)
from clinic.models.notes import persons_of
from clinic.models.opening import Steps, policy_of, steps_of
from clinic.web.practice.attention import urgency
from clinic.web.practice.measured import Measured, measured_of
from clinic.web.practice.naming import person_line, title_of
from clinic.web.practice.setbacks_told import setbacks_of
from clinic.web.words import day, in_words
from forms import library
from forms.definition import Document

CLOSED = (AssignmentState.REVIEWED, AssignmentState.WITHDRAWN, AssignmentState.SKIPPED, AssignmentState.MISSED)
TONES = {
    "open": "calm", "submitted": "waiting", "returned": "note", "reviewed": "done", "withdrawn": "calm",
    "held": "calm", "skipped": "calm", "missed": "calm",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """One piece of homework of one person."""

    id: uuid.UUID
    title: str
    state: str
    words: str
    tone: str
    is_late: bool
    due_on: date | None
    when: str


@dataclass(frozen=True, slots=True)
class Person:
    """One person's column: first steps, homework in hand, homework behind them."""

    row: Participant
    line: str
    steps: Steps
    current: tuple[Given, ...]
    past: tuple[Given, ...]


@dataclass(frozen=True, slots=True)
class Session:
    id: uuid.UUID
    began_at: datetime
    minutes: int
    medium: str
    names: str
    is_joint: bool
    note: str
    tone: str


@dataclass(frozen=True, slots=True)
class Overview:
    policy: Document
    people: tuple[Person, ...]
    phases: list[dict[str, Any]]
    history: list[dict[str, Any]]
    setbacks: tuple[dict[str, Any], ...]
    sessions: tuple[Session, ...]
    measures: tuple[Measured, ...]
    tasks: tuple[Task, ...]

    @property
    def is_safety_open(self) -> bool:
        return any(task.kind in (TaskKind.SAFETY, TaskKind.DISCLOSURE) for task in self.tasks)


def overview_of(viewer: Viewer, case: Case, *, today: date) -> Overview:
    policy = policy_of(db.session(), case.id)
    states = access.rows_of(viewer, StageState, StageState.case_id == case.id, order_by=StageState.since)
    sign_offs = access.rows_of(viewer, StageSignOff, StageSignOff.case_id == case.id, order_by=StageSignOff.signed_at)
    open_tasks = access.rows_of(viewer, Task, Task.case_id == case.id, Task.state == TaskState.OPEN.value, order_by=Task.raised_at)
    return Overview(
        policy=library.document(policy.kind, policy.version),
        people=_people(viewer, case, today),
        phases=_phases(case, states, sign_offs),
        history=_history(states, sign_offs),
        setbacks=setbacks_of(viewer, case),
        sessions=_sessions(viewer, case),
        measures=measured_of(viewer, case),
        tasks=tuple(sorted(open_tasks, key=urgency)),
    )


def _people(viewer: Viewer, case: Case, today: date) -> tuple[Person, ...]:
    newest_first = Assignment.assigned_at.desc()
    homework = access.rows_of(viewer, Assignment, Assignment.case_id == case.id, order_by=newest_first)
    people = []
    for person in case.participants:
        own = [(row, _given(row, case, today)) for row in homework if row.participant_id == person.id]
        current = tuple(given for row, given in own if row.state not in CLOSED)
        past = tuple(given for row, given in own if row.state in CLOSED)
        people.append(Person(person, person_line(person), steps_of(db.session(), person), current, past))
    return tuple(people)


def _given(row: Assignment, case: Case, today: date) -> Given:
    is_late = row.takes_answers and row.due_on is not None and row.due_on < today
    if row.state == AssignmentState.SUBMITTED:
        when = f"Sent {day(row.submitted_at)}"
    elif row.state == AssignmentState.REVIEWED:
        when = f"Reviewed {day(row.reviewed_at)}"
    else:
        when = f"Given {day(row.assigned_at)}"
    words = "overdue" if is_late else {"submitted": "to review"}.get(row.state, in_words(row.state))
    tone = "alert" if is_late else TONES[row.state]
    return Given(row.id, title_of(row, case), row.state, words, tone, is_late, row.due_on, when)


def _phases(case: Case, states: Sequence[StageState], sign_offs: Sequence[StageSignOff]) -> list[dict[str, Any]]:
    """The eleven stages in their phases, each with the state that its newest row gives it."""
    now_at = {row.module_id: row for row in states}
    signed = {row.module_id: row for row in sign_offs}
    return [
        {
            "title": phase.title,
            "meaning": phase.meaning,
            "stages": [
                _stage(case, module, now_at.get(module.id), signed.get(module.id))
                for module in library.modules
                if module.phase == phase.id and module.number > 0
            ],
        }
        for phase in library.phases
    ]


def _stage(case: Case, module: Any, state: StageState | None, signed: StageSignOff | None) -> dict[str, Any]:
    note = f"since {day(state.since)}" if state else ""
    if signed is not None and (state is None or signed.signed_at >= state.since):
        note = f"signed off {day(signed.signed_at)}: {in_words(signed.outcome)}"
    return {
        "number": module.number,
        "title": module.title,
        "state": state.status if state else "not_started",
        "note": note,
        "href": url_for("practice.stage", id=case.id, module_id=module.id),
    }


def _history(states: Sequence[StageState], sign_offs: Sequence[StageSignOff]) -> list[dict[str, Any]]:
    """Every change of a stage, the newest first."""
    tones = {"worked_through": "done", "in_progress": "open", "revisiting": "waiting"}
    moved = [(row.since, row.module_id, in_words(row.status), tones.get(row.status, "calm"), row.reason) for row in states]
    ended = [(row.signed_at, row.module_id, f"signed off, {in_words(row.outcome)}", "done", row.reason) for row in sign_offs]
    return [
        {"when": day(at), "title": f"{library.module(module_id).title}: {what}", "tone": tone, "text": reason or ""}
        for at, module_id, what, tone, reason in sorted(moved + ended, key=lambda change: change[0], reverse=True)
    ]


def _sessions(viewer: Viewer, case: Case) -> tuple[Session, ...]:
    notes: dict[uuid.UUID, list[ProgressNote]] = {}
    for note in access.rows_of(viewer, ProgressNote, ProgressNote.case_id == case.id):
        notes.setdefault(note.encounter_id, []).append(note)
    met = access.rows_of(viewer, Encounter, Encounter.case_id == case.id, order_by=Encounter.began_at.desc())
    return tuple(_session(row, case, notes.get(row.id, [])) for row in met)


def _session(row: Encounter, case: Case, notes: Sequence[ProgressNote]) -> Session:
    if any(not note.is_signed for note in notes):
        note, tone = "note to sign", "waiting"
    else:
        note, tone = ("note signed", "done") if notes else ("no note yet", "calm")
    names = " and ".join(person.preferred_name for person in persons_of(row, case))
    return Session(row.id, row.began_at, row.minutes, in_words(row.medium), names, row.is_joint, note, tone)
