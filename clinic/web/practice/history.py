"""Everything that happened in a case, each kind from its own rows: when, of whom, in which words, and where to read it.

Decides: what is told of a case, and how. Must never know: what anyone answered or what a note says: titles only, and for a setback
or a stage the counselor's own line, opened when it is printed; nor that somebody wrote a private word, for the counselor may look
at this with both in the room. For clinicians: neither of two people sees a word of it.

Each kind is one query or a few, however much there is. ``most``: the newest so many of each kind are enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time

from clinic import access
from clinic.access import Viewer
from clinic.models import (
    Administration,
    Assignment,
    AssignmentState,
    Case,
    CaseClosing,
    ReleasedReport,
    Run,
    SafeContact,
    Schedule,
    Setback,
    Signature,
    StageSignOff,
    StageState,
    WorksheetResponse,
)
from clinic.models.sending import PRIVATE_WORD
from clinic.web.context import settings
from clinic.web.practice.history_sessions import notes, planned, sessions
from clinic.web.practice.history_together import agreements, opened, shown_to_the_other
from clinic.web.practice.naming import title_of
from clinic.web.practice.telling import Entry, Looking, Told, sheet
from clinic.web.words import in_words
from forms import library
from forms.closing import WORDS


def _given(it: Looking) -> Iterator[Entry]:
    """What came by itself, because it comes back, is told by its schedule."""
    by_itself = access.scope(it.viewer, Run).where(Run.case_id == it.case.id).with_only_columns(Run.assignment_id)
    own = access.assignments_for(it.viewer).where(
        Assignment.case_id == it.case.id, Assignment.content_id != PRIVATE_WORD, Assignment.id.not_in(by_itself)
    )  # fmt: skip
    columns = sheet(Assignment.assigned_at, Assignment.state)
    for row in it.columns(own, *columns, newest=Assignment.assigned_at):
        later = ", withdrawn since" if row.state == AssignmentState.WITHDRAWN else ""
        title = f"Given to {it.name(row.participant_id)}: {title_of(row, it.case)}{later}"
        yield Entry(row.assigned_at, Told.HOMEWORK, it.seats(row.participant_id), title, "homework", row.id)
    for row in it.rows(Schedule, Schedule.begun_at):
        title = f"Given to {it.name(row.participant_id)}, to come back: {title_of(row, it.case)}"
        yield Entry(row.begun_at, Told.HOMEWORK, it.seats(row.participant_id), title, "schedules", it.case.id)


def _sent_and_reviewed(it: Looking) -> Iterator[Entry]:
    sent = access.responses_for(it.viewer).join(Assignment, Assignment.id == WorksheetResponse.assignment_id)
    sent = sent.where(WorksheetResponse.case_id == it.case.id, Assignment.kind == "worksheet")
    sent = sent.where(Assignment.content_id != PRIVATE_WORD)
    columns = sheet(WorksheetResponse.submitted_at, WorksheetResponse.number)
    for row in it.columns(sent, *columns, newest=WorksheetResponse.submitted_at):
        again = " again" if row.number > 1 else ""
        title = f"{it.name(row.participant_id)} sent{again}: {title_of(row, it.case)}"
        yield Entry(row.submitted_at, Told.HOMEWORK, it.seats(row.participant_id), title, "homework", row.id, "waiting")
    own = access.assignments_for(it.viewer).where(Assignment.case_id == it.case.id, Assignment.reviewed_at.is_not(None))
    own = own.where(Assignment.content_id != PRIVATE_WORD)
    for row in it.columns(own, *sheet(Assignment.reviewed_at), newest=Assignment.reviewed_at):
        title = f"Reviewed, of {it.name(row.participant_id)}: {title_of(row, it.case)}"
        yield Entry(row.reviewed_at, Told.HOMEWORK, it.seats(row.participant_id), title, "homework", row.id, "done")


def _measures(it: Looking) -> Iterator[Entry]:
    own = access.administrations_for(it.viewer).where(Administration.case_id == it.case.id)
    columns = (
        Administration.participant_id, Administration.measure_id, Administration.measure_version, Administration.completed_at,
        Administration.entered_by, Administration.assignment_id,
    )  # fmt: skip
    for row in it.columns(own, *columns, newest=Administration.completed_at):
        how = "filled in on paper" if row.entered_by else "answered"
        title = f"{it.name(row.participant_id)} {how}: {library.measure(row.measure_id, row.measure_version).title}"
        endpoint, id = ("homework", row.assignment_id) if row.assignment_id else ("measures", it.case.id)
        yield Entry(row.completed_at, Told.MEASURE, it.seats(row.participant_id), title, endpoint, id)


def _setbacks(it: Looking) -> Iterator[Entry]:
    for row in it.rows(Setback, Setback.happened_on):
        whose = f"{it.name(row.participant_id)}'s own" if row.participant_id else "of both"
        at = _noon(row.happened_on)
        yield Entry(at, Told.SETBACK, it.seats(row.participant_id), f"Setback, {whose}", tone="waiting", row=row)


def _noon(on: date) -> datetime:
    return datetime.combine(on, time(12), settings().practice.zone)


def _stages(it: Looking) -> Iterator[Entry]:
    tones = {"worked_through": "done", "in_progress": "open", "revisiting": "waiting"}
    for row in it.rows(StageState, StageState.since):
        yield _stage(it, row, row.since, in_words(row.status), tones.get(row.status, "calm"))
    for row in it.rows(StageSignOff, StageSignOff.signed_at):
        yield _stage(it, row, row.signed_at, f"signed off, {in_words(row.outcome)}", "done")


def _stage(it: Looking, row: StageState | StageSignOff, at: datetime, words: str, tone: str) -> Entry:
    title = f"{library.module(row.module_id).title}: {words}"
    return Entry(at, Told.STAGE, it.all, title, "stage", it.case.id, tone, row, row.module_id)


def _contacts(it: Looking) -> Iterator[Entry]:
    own = access.scope(it.viewer, SafeContact).where(SafeContact.case_id == it.case.id)
    for row in it.columns(own, SafeContact.participant_id, SafeContact.confirmed_at, newest=SafeContact.confirmed_at):
        title = f"Safe contact of {it.name(row.participant_id)} recorded"
        yield Entry(row.confirmed_at, Told.CONTACT, it.seats(row.participant_id), title, "participant", row.participant_id)


def _documents(it: Looking) -> Iterator[Entry]:
    own = access.scope(it.viewer, Signature).where(Signature.case_id == it.case.id)
    columns = (Signature.participant_id, Signature.document, Signature.version, Signature.signed_at)
    for row in it.columns(own, *columns, newest=Signature.signed_at):
        title = f"{it.name(row.participant_id)} signed: {library.document(row.document, row.version).title}"
        yield Entry(row.signed_at, Told.DOCUMENT, it.seats(row.participant_id), title, tone="done")


def _reports(it: Looking) -> Iterator[Entry]:
    own = access.scope(it.viewer, ReleasedReport).where(ReleasedReport.case_id == it.case.id)
    columns = (ReleasedReport.id, ReleasedReport.audience, ReleasedReport.participant_id, ReleasedReport.made_at)
    readers = {"counselor": "you", "joint": "both"}
    for row in it.columns(own, *columns, newest=ReleasedReport.made_at):
        reader = it.name(row.participant_id) if row.participant_id else readers.get(row.audience, "both")
        title = f"A report was made, for {reader}"
        yield Entry(row.made_at, Told.REPORT, it.seats(row.participant_id), title, "report", row.id)


def _case(it: Looking) -> Iterator[Entry]:
    case = it.case
    yield Entry(case.added_at, Told.CASE, it.all, "The case was added")
    if case.separated_at:
        yield Entry(case.separated_at, Told.CASE, it.all, "The two were separated", "separation", case.id, "alert")
    for row in it.rows(CaseClosing, CaseClosing.closed_at):
        why = WORDS[row.kind].lower()
        yield Entry(row.closed_at, Told.CASE, it.all, f"The case was finished: {why}", tone="done", row=row, line="note")
        if row.reopened_at:
            again = "The case was taken up again"
            yield Entry(row.reopened_at, Told.CASE, it.all, again, tone="open", row=row, line="why_reopened")


SOURCES: dict[Callable[[Looking], Iterable[Entry]], Told] = {
    sessions: Told.SESSION,
    planned: Told.SESSION,
    notes: Told.NOTE,
    _given: Told.HOMEWORK,
    _sent_and_reviewed: Told.HOMEWORK,
    _measures: Told.MEASURE,
    shown_to_the_other: Told.SHOWN,
    opened: Told.OPENED,
    agreements: Told.AGREEMENT,
    _setbacks: Told.SETBACK,
    _stages: Told.STAGE,
    _contacts: Told.CONTACT,
    _documents: Told.DOCUMENT,
    _reports: Told.REPORT,
    _case: Told.CASE,
}


def history_of(viewer: Viewer, case: Case, *, kind: Told | None = None, most: int | None = None) -> list[Entry]:
    """The newest first. With ``most``, the first so many are right, and whatever follows them may lack some."""
    it = Looking(viewer, case, most)
    found = [entry for source, tells in SOURCES.items() if kind in (None, tells) for entry in source(it)]
    return sorted(found, key=lambda entry: entry.at, reverse=True)
