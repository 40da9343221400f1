"""The facts by which one stage of one case is weighed, gathered for the counselor who looks at it.

Decides: which rows speak for a stage, and on which day each counts. Must never know: what meets a criterion (`forms.criteria`).
Every row comes through an `access` scope of the viewer; the findings are the counselor's alone and stand in no document.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from clinic import access
from clinic.access import Viewer
from clinic.db import db
from clinic.models import (
    Administration,
    Answer,
    Assignment,
    AssignmentState,
    Case,
    JointForm,
    NoteState,
    Participant,
    ProgressNote,
    Run,
    StageMark,
    Task,
    TaskKind,
    TaskState,
    WorksheetResponse,
)
from clinic.models.joint import Decision
from clinic.models.opening import CONSENT, steps_of
from forms import Given, library
from forms.criteria import POLICY, Weighed, weigh
from forms.definition import Module, Side
from forms.facts import Agreed, Facts, Noted, Sending, Standing, Worker
from forms.scoring import Score


def weigh_stage(viewer: Viewer, case: Case, module: Module, *, today: date, zone: ZoneInfo) -> Weighed:
    return weigh(module.criteria, facts_of(viewer, case, module, today=today, zone=zone))


def facts_of(viewer: Viewer, case: Case, module: Module, *, today: date, zone: ZoneInfo) -> Facts:
    people = [person for person in case.participants if person.is_client]
    wanted = {one.arguments.get(kind) for one in module.criteria for kind in ("worksheet", "measure")} - {None}
    live = [mark for mark in marks_of(viewer, case, module) if mark.taken_back_at is None]
    return Facts(
        today=today,
        alone=not case.works_together,
        people=tuple(Worker(str(one.id), one.preferred_name or "", Side(one.side)) for one in people),
        sendings=_sendings(viewer, case, {str(one) for one in wanted}, zone),
        agreed=_agreed(viewer, case, module),
        notes=_notes(viewer, case),
        signatures=_signatures(people),
        open_concerns=_open_concerns(viewer, case),
        records=frozenset(mark.name for mark in live if not mark.waives),
        waived=frozenset(mark.name for mark in live if mark.waives),
        written_by={sheet.id: str(sheet.answered_by) for sheet in library.worksheets_of(module.id)},
    )


def marks_of(viewer: Viewer, case: Case, module: Module) -> list[StageMark]:
    """What the counselor has said of the signs of this stage, the newest first; what was taken back too."""
    of_this = (StageMark.case_id == case.id, StageMark.module_id == module.id)
    return access.rows_of(viewer, StageMark, *of_this, order_by=StageMark.made_at.desc())


def _sendings(viewer: Viewer, case: Case, wanted: set[str], zone: ZoneInfo) -> tuple[Sending, ...]:
    """What was sent, each as it stands now: an earlier version of it counts no more, and what was withdrawn not at all."""
    of_these = (
        Assignment.case_id == case.id, Assignment.content_id.in_(wanted), Assignment.submitted_at.is_not(None),
        Assignment.state != AssignmentState.WITHDRAWN,
    )  # fmt: skip
    homework = {row.id: row for row in access.rows_of(viewer, Assignment, *of_these)}
    newest = _newest_responses(viewer, homework)
    answers: dict[uuid.UUID, dict[str, Given]] = {id: {} for id in newest}
    for answer in access.rows_of(viewer, Answer, Answer.response_id.in_(newest)):
        answers[answer.response_id][answer.item_id] = Given.from_json(answer.given)
    meant = {run.assignment_id: run.intended_at for run in access.rows_of(viewer, Run, Run.assignment_id.in_(homework))}
    totals = _totals(viewer, homework)
    return tuple(
        _sending(homework[row.assignment_id], answers[row.id], meant.get(row.assignment_id, row.submitted_at), totals, zone)
        for row in newest.values()
    )


def _newest_responses(viewer: Viewer, homework: dict[uuid.UUID, Assignment]) -> dict[uuid.UUID, WorksheetResponse]:
    sent = access.responses_for(viewer).where(WorksheetResponse.assignment_id.in_(homework))
    by_assignment = {row.assignment_id: row for row in db.session.scalars(sent.order_by(WorksheetResponse.number))}
    return {row.id: row for row in by_assignment.values()}


def _totals(viewer: Viewer, homework: dict[uuid.UUID, Assignment]) -> dict[uuid.UUID | None, float | None]:
    scored = access.administrations_for(viewer).where(Administration.assignment_id.in_(homework))
    return {row.assignment_id: Score.from_json(row.score).total for row in db.session.scalars(scored)}


def _sending(
    row: Assignment, answers: dict[str, Given], at: datetime, totals: dict[uuid.UUID | None, float | None], zone: ZoneInfo
) -> Sending:
    """A run counts for the day that it was meant for, so that one answered after midnight is no second answer of the next day."""
    return Sending(
        person=str(row.participant_id),
        content=row.content_id,
        on=at.astimezone(zone).date(),
        answers=answers,
        is_reviewed=row.state == AssignmentState.REVIEWED,
        total=totals.get(row.id),
    )


def _agreed(viewer: Viewer, case: Case, module: Module) -> tuple[Agreed, ...]:
    """Of two who were separated, what both had signed; else what each prepares alone counts from then on."""
    of_this = (JointForm.case_id == case.id, JointForm.module_id == module.id)
    forms = access.rows_of(viewer, JointForm, *of_this, order_by=JointForm.opened_at)
    return tuple(_standing(form) for form in forms if not form.is_frozen or _both_signed(form))


def _both_signed(form: JointForm) -> bool:
    return any(version.is_signed_by_all for version in form.versions)


def _standing(form: JointForm) -> Agreed:
    if form.ended_at is not None:
        return Agreed(form.worksheet_id, Standing.ENDED)
    if form.is_frozen:
        return Agreed(form.worksheet_id, Standing.SIGNED)
    if form.in_force is not None:
        return Agreed(form.worksheet_id, Standing.SIGNED, form.in_force.review_on)
    if not form.kept:
        return Agreed(form.worksheet_id, Standing.NOT_PUT)
    declined = any(one.decision == Decision.DECLINED for one in form.kept[-1].decisions)
    return Agreed(form.worksheet_id, Standing.DECLINED if declined else Standing.ON_THE_TABLE)


def _notes(viewer: Viewer, case: Case) -> tuple[Noted, ...]:
    signed = access.notes_for(viewer).where(ProgressNote.case_id == case.id, ProgressNote.state == NoteState.SIGNED)
    signed = signed.where(~access.is_void())
    return tuple(Noted(tuple(row.tags or ()), row.individual_of is None) for row in db.session.scalars(signed))


def _signatures(people: Sequence[Participant]) -> frozenset[tuple[str, str]]:
    found = {person.id: steps_of(db.session(), person) for person in people}
    consent = {(str(id), CONSENT) for id, steps in found.items() if steps.consent}
    return frozenset(consent | {(str(id), POLICY) for id, steps in found.items() if steps.policy})


def _open_concerns(viewer: Viewer, case: Case) -> int:
    """Of anyone in the case, whether they work in it or not."""
    concern = (Task.case_id == case.id, Task.kind == TaskKind.SAFETY, Task.state == TaskState.OPEN)
    return len(access.rows_of(viewer, Task, *concern))
