"""Closing a case and taking it up again: what is still open is said first, and what becomes of it.

Decides: what is counted for the one who closes. Must never know: what anyone answered. No client ever reads why.
"""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func

from clinic import access
from clinic.access import Permission, Viewer
from clinic.db import db
from clinic.models import (
    Assignment,
    AssignmentState,
    Case,
    CaseClosing,
    Encounter,
    NotAllowedNow,
    NoteState,
    PlannedEncounter,
    PlannedState,
    ProgressNote,
    Schedule,
    Task,
    TaskState,
)
from clinic.models.closing import Closed, close_case
from clinic.models.closing import reopen_case as take_up_again
from clinic.models.schedules import ScheduleState
from clinic.web.context import actor, now, viewer
from clinic.web.practice import practice
from clinic.web.practice.encounters import begun
from forms.closing import WORDS, CloseCaseForm, ReopenCaseForm


@practice.route("/cases/<uuid:id>/finish", methods=["GET", "POST"])
def finish_case(id: uuid.UUID) -> ResponseReturnValue:
    case = access.find(viewer(), Case, id, Permission.CHANGE_CASE)
    Closing = CloseCaseForm if len(case.participants) > 1 else CloseCaseForm.for_one()
    if request.method == "GET":
        return _closing(case, Closing())
    form = Closing(request.form)
    if not form.validate():
        return _closing(case, form, status=400)
    try:
        close_case(db.session(), case, kind=Closed(form.kind.data), note=form.note.data or "", by=actor(), at=now())
    except NotAllowedNow as refusal:
        db.session.rollback()
        return _closing(access.find(viewer(), Case, id, Permission.CHANGE_CASE), form, refusal=str(refusal), status=409)
    db.session.commit()
    flash("The case is finished. Its record stays as it is, and you can take it up again at any time.", "success")
    return redirect(url_for("practice.case", id=id), 303)


def _closing(case: Case, form: CloseCaseForm, *, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    return render_template(
        "practice/cases/finish.html", case=case, form=form, open=_still_open(case), refusal=refusal, draft=_summary_begun(case)
    ), status


@practice.route("/cases/<uuid:id>/reopening", methods=["GET", "POST"])
def reopen_case(id: uuid.UUID) -> ResponseReturnValue:
    case = access.find(viewer(), Case, id, Permission.CHANGE_CASE)
    form = ReopenCaseForm(request.form if request.method == "POST" else None)
    if request.method == "GET" or not form.validate():
        return _reopening(case, form, status=400 if form.errors else 200)
    try:
        take_up_again(db.session(), case, why=form.why.data or "", by=actor(), at=now())
    except NotAllowedNow as refusal:
        return _reopening(case, form, refusal=str(refusal), status=409)
    db.session.commit()
    flash("The case is in work again.", "success")
    return redirect(url_for("practice.case", id=id), 303)


def _reopening(case: Case, form: ReopenCaseForm, *, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    closings = access.rows_of(viewer(), CaseClosing, CaseClosing.case_id == case.id, order_by=CaseClosing.closed_at.desc())
    page = render_template("practice/cases/reopen.html", case=case, form=form, closings=closings, words=WORDS, refusal=refusal)
    return page, status


def closed_last(viewer: Viewer, case: Case) -> tuple[str, str]:
    """Why, in words, and the note."""
    closings = access.rows_of(viewer, CaseClosing, CaseClosing.case_id == case.id, order_by=CaseClosing.closed_at.desc())
    return (WORDS[closings[0].kind or ""], closings[0].note or "") if closings else ("", "")


@practice.post("/cases/<uuid:id>/discharge")
def discharge_summary(id: uuid.UUID) -> ResponseReturnValue:
    """A note of the last session of all, so that it is no one person's own; of the last one where there was none of all."""
    case = access.find(viewer(), Case, id, Permission.RECORD_ENCOUNTER)
    met = access.rows_of(viewer(), Encounter, Encounter.case_id == case.id, order_by=Encounter.began_at.desc())
    last = next((one for one in met if one.is_joint), next(iter(met), None))
    if last is None:
        raise NotAllowedNow("No session is recorded in this case, and a summary is a note of the last one.")
    note = begun(last, "discharge")
    db.session.commit()
    return redirect(url_for("practice.note", id=note.id), 303)


def _still_open(case: Case) -> dict[str, int]:
    """How much there is of what stays as it is, and of what ends."""
    waiting = (AssignmentState.OPEN.value, AssignmentState.RETURNED.value)
    return {
        "homework": _count(Assignment, case, Assignment.state.in_(waiting)),
        "review": _count(Assignment, case, Assignment.state == AssignmentState.SUBMITTED.value),
        "repeats": _count(Schedule, case, Schedule.state == ScheduleState.ACTIVE.value),
        "planned": _count(PlannedEncounter, case, PlannedEncounter.state == PlannedState.PLANNED.value),
        "notes": _count(ProgressNote, case, ProgressNote.state != NoteState.SIGNED.value),
        "tasks": _count(Task, case, Task.state == TaskState.OPEN.value),
    }


def _count(model: Any, case: Case, condition: Any) -> int:
    chosen = access.scope(viewer(), model).where(model.case_id == case.id, condition)
    return db.session.scalar(chosen.with_only_columns(func.count(model.id))) or 0


def _summary_begun(case: Case) -> bool:
    return _count(ProgressNote, case, ProgressNote.format == "discharge") > 0
