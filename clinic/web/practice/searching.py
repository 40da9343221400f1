"""Looking for words in one's own scope: notes and what stands under them, answers, tasks. Opened in memory, nothing is kept.

Decides: what is looked through, what counts as a hit, and how much of the text stands around it. Must never know: psychotherapy
notes, private words and private checks; those are read on their own pages alone, because a counselor may search with both people in
the room.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy.orm import lazyload

from clinic import access
from clinic.access import Permission, Viewer
from clinic.db import db
from clinic.models import Addendum, Answer, Assignment, Case, Encounter, ProgressNote, StageEntry, Statement, Task
from clinic.models.sending import PRIVATE_WORD, SAFETY_CHECK
from clinic.web.practice.naming import title_of
from forms.searching import Piece, folded, has_all, pieces_of

MOST_HITS = 100
READ_APART = (PRIVATE_WORD, SAFETY_CHECK)


@dataclass(frozen=True, slots=True)
class Hit:
    case: Case
    kind: str  # note, answer, task
    title: str
    when: datetime
    href: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The newest first. ``more``: how many beyond those shown."""

    hits: tuple[Hit, ...]
    more: int


@dataclass(frozen=True, slots=True)
class _Match:
    case_id: uuid.UUID
    kind: str
    when: datetime
    text: str
    row: Any  # what is opened to read it: a note, an assignment, a task


Source = Callable[[Viewer, Sequence[Any], Sequence[str]], Iterator[_Match]]


def search(viewer: Viewer, typed: str, *, kinds: Sequence[str], case: Case | None = None) -> Found:
    """``kinds``: of `SOURCES`. Every word has to be in the same text; capitals and accents make no difference."""
    words = _words(typed)
    cases = {case.id: case} if case else {one.id: one for one in db.session.scalars(access.cases_for(viewer))}
    matches = [match for kind in kinds for match in SOURCES[kind](viewer, list(cases), words)] if words else []
    matches.sort(key=lambda match: match.when, reverse=True)
    return Found(tuple(_hit(viewer, match, cases, words) for match in matches[:MOST_HITS]), max(0, len(matches) - MOST_HITS))


def _words(typed: str) -> list[str]:
    return list(dict.fromkeys(folded(typed).split()))


def _notes(viewer: Viewer, cases: Sequence[uuid.UUID], words: Sequence[str]) -> Iterator[_Match]:
    """A note's sections, and under the same note what it says of stages and people, and what was added."""
    notes = {note.id: note for note in _rows(viewer, ProgressNote, cases)}
    met = access.encounters_for(viewer).with_only_columns(Encounter.id, Encounter.began_at)
    began = {row[0]: row[1] for row in db.session.execute(met)}

    def of(note: ProgressNote, text: str) -> _Match:
        return _Match(note.case_id, "note", began.get(note.encounter_id, note.begun_at), text, note)

    for note in notes.values():
        text = "\n".join(str(words) for words in (note.sections or {}).values() if words)
        if has_all(text, words):
            yield of(note, text)
    for model in (StageEntry, Statement, Addendum):
        for row in _rows(viewer, model, cases):
            if row.note_id in notes and has_all(row.text or "", words):
                yield of(notes[row.note_id], row.text or "")


def _answers(viewer: Viewer, cases: Sequence[uuid.UUID], words: Sequence[str]) -> Iterator[_Match]:
    """What was written, and not the labels of what was ticked."""
    chosen = access.assignments_for(viewer).where(Assignment.case_id.in_(cases), Assignment.content_id.not_in(READ_APART))
    sheets = {row.id: row for row in db.session.scalars(chosen.options(lazyload(Assignment.participant)))}
    for answer in _rows(viewer, Answer, cases):
        sheet = sheets.get(answer.assignment_id)
        if sheet is None:
            continue
        text = "; ".join(_written((answer.given or {}).get("value")))
        if text and has_all(text, words):
            yield _Match(answer.case_id, "answer", sheet.submitted_at or sheet.assigned_at, text, sheet)


def _written(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _written(one)
    elif isinstance(value, dict):
        yield from (text for key, one in value.items() if key not in ("choice", "chosen") for text in _written(one))


def _tasks(viewer: Viewer, cases: Sequence[uuid.UUID], words: Sequence[str]) -> Iterator[_Match]:
    apart = access.assignments_for(viewer).with_only_columns(Assignment.id).where(Assignment.content_id.in_(READ_APART))
    read_apart = set(db.session.scalars(apart))
    for task in _rows(viewer, Task, cases):
        text = " · ".join(part for part in (task.title, task.why, task.done_what) if part)
        if task.assignment_id not in read_apart and has_all(text, words):
            yield _Match(task.case_id, "task", task.raised_at, text, task)


SOURCES: dict[str, Source] = {"note": _notes, "answer": _answers, "task": _tasks}


def _rows(viewer: Viewer, model: type[Any], cases: Sequence[uuid.UUID]) -> Iterable[Any]:
    return access.rows_of(viewer, model, model.case_id.in_(cases))


def _hit(viewer: Viewer, match: _Match, cases: dict[uuid.UUID, Case], words: Sequence[str]) -> Hit:
    """Showing it is reading it: that is written down."""
    case, row = cases[match.case_id], match.row
    if match.kind == "note":
        access.seen(viewer, row, Permission.READ_NOTE)
        title = "Note, void" if row.is_void else "Note" if row.is_signed else "Note, not signed"
        href = url_for("practice.note", id=row.id)
    elif match.kind == "answer":
        access.seen(viewer, row, Permission.REVIEW)
        person = next((one.preferred_name for one in case.participants if one.id == row.participant_id), "")
        title, href = f"{person}: {title_of(row, case)}", url_for("practice.homework", id=row.id)
    else:
        access.seen(viewer, row, Permission.SEE_TASK)
        title, href = "Task", url_for("practice.task", id=row.id)
    return Hit(case, match.kind, title, match.when, href, pieces_of(match.text, words))
