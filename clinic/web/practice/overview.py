"""What the page of one case shows of it: stages, first steps, homework, sessions, measures, tasks.

Decides: how the case's rows are put together for the page. Must never know: what anyone answered; only scores are read here.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from clinic import access
from clinic.access import Viewer
from clinic.db import db
from clinic.models import (
    Assignment,
    AssignmentState,
    Case,
    CaseClinician,
    Encounter,
    NoteState,
    Part,
    Participant,
    ProgressNote,
    StageSignOff,
    StageState,
    Task,
    TaskKind,
    TaskState,
)
from clinic.models.encounters import persons_of
from clinic.models.opening import Steps, policy_of, steps_of
from clinic.models.sending import PRIVATE_WORD, SAFETY_CHECK
from clinic.web.practice.attention import urgency
from clinic.web.practice.measured import Measured, measured_of
from clinic.web.practice.naming import person_line, title_of
from clinic.web.practice.sessions_to_come import ToCome, to_come
from clinic.web.practice.setbacks_told import setbacks_of
from clinic.web.practice.stages_told import history_of_stages, phases_of
from clinic.web.words import day, in_words
from forms import library
from forms.definition import Document

CLOSED = (AssignmentState.REVIEWED, AssignmentState.WITHDRAWN, AssignmentState.SKIPPED, AssignmentState.MISSED)
BEHIND = 8
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
    is_read_apart: bool


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
    notes: int
    own_draft: uuid.UUID | None


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
    staff: tuple[str, ...]
    planned: tuple[ToCome, ...]

    @property
    def is_safety_open(self) -> bool:
        return any(task.kind in (TaskKind.SAFETY, TaskKind.DISCLOSURE) for task in self.tasks)


def overview_of(viewer: Viewer, case: Case, *, today: date, now: datetime) -> Overview:
    policy = policy_of(db.session(), case.id)
    states = access.rows_of(viewer, StageState, StageState.case_id == case.id, order_by=StageState.since)
    sign_offs = access.rows_of(viewer, StageSignOff, StageSignOff.case_id == case.id, order_by=StageSignOff.signed_at)
    open_tasks = access.rows_of(viewer, Task, Task.case_id == case.id, Task.state == TaskState.OPEN.value, order_by=Task.raised_at)
    return Overview(
        policy=library.document(policy.kind, policy.version),
        people=_people(viewer, case, today),
        phases=phases_of(case, states, sign_offs),
        history=history_of_stages(states, sign_offs),
        setbacks=setbacks_of(viewer, case),
        sessions=_sessions(viewer, case),
        measures=measured_of(viewer, case),
        tasks=tuple(sorted(open_tasks, key=urgency)),
        staff=working_on(viewer, case),
        planned=to_come(viewer, case, now=now),
    )


def working_on(viewer: Viewer, case: Case) -> tuple[str, ...]:
    """Who works on the case now, and as what; its counselor without a word more."""
    now_at = access.rows_of(
        viewer, CaseClinician, CaseClinician.case_id == case.id, CaseClinician.until.is_(None), order_by=CaseClinician.since
    )
    names = {row.id: row.name for row in db.session.scalars(access.colleagues_for(viewer))}
    parts = {Part.COUNSELOR: "", Part.TRAINEE: ", in training", Part.SUPERVISOR: ", supervisor", Part.COVER: ", covers"}
    return tuple(f"{names.get(row.user_id, 'A colleague')}{parts[Part(row.part)]}" for row in now_at)


def _people(viewer: Viewer, case: Case, today: date) -> tuple[Person, ...]:
    """What is out, and the newest of what is behind them: all of it has a page of its own."""
    in_sight = Assignment.content_id != PRIVATE_WORD  # this page may be open with both in the room; its task says of it
    own = Assignment.case_id == case.id, Assignment.state.not_in(CLOSED), in_sight
    out = access.rows_of(viewer, Assignment, *own, order_by=Assignment.assigned_at.desc())
    people = []
    for person in case.participants:
        behind = access.assignments_for(viewer).where(Assignment.participant_id == person.id, Assignment.state.in_(CLOSED))
        newest = db.session.scalars(behind.where(in_sight).order_by(Assignment.assigned_at.desc()).limit(BEHIND))
        current = tuple(_given(row, case, today) for row in out if row.participant_id == person.id)
        past = tuple(_given(row, case, today) for row in newest)
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
    return Given(row.id, title_of(row, case), row.state, words, tone, is_late, row.due_on, when, row.content_id == SAFETY_CHECK)


def _sessions(viewer: Viewer, case: Case) -> tuple[Session, ...]:
    """Of the notes only what stands outside them: no text is opened for this list."""
    known = access.notes_for(viewer).where(ProgressNote.case_id == case.id)
    columns = known.with_only_columns(ProgressNote.encounter_id, ProgressNote.id, ProgressNote.state, ProgressNote.author_id)
    notes: dict[uuid.UUID, list[Any]] = {}
    for note in db.session.execute(columns):
        notes.setdefault(note.encounter_id, []).append(note)
    met = access.rows_of(viewer, Encounter, Encounter.case_id == case.id, order_by=Encounter.began_at.desc())
    return tuple(_session(row, case, notes.get(row.id, []), viewer.user_id) for row in met)


def _session(row: Encounter, case: Case, notes: Sequence[Any], reader: uuid.UUID | None) -> Session:
    if any(note.state == NoteState.DRAFT for note in notes):
        words, tone = "note to sign", "waiting"
    elif any(note.state == NoteState.SUBMITTED for note in notes):
        words, tone = "with the supervisor", "open"
    else:
        words, tone = ("note signed", "done") if notes else ("no note yet", "calm")
    draft = next((note.id for note in notes if note.state == NoteState.DRAFT and note.author_id == reader), None)
    names = " and ".join(person.preferred_name or "" for person in persons_of(row, case))
    how = in_words(row.medium)
    return Session(row.id, row.began_at, row.minutes, how, names, row.is_joint, words, tone, len(notes), draft)
