"""Homework that comes back, for its person: open the next one, leave one out, take it up again.

Decides: what of it stands on the first page, and that what is due opens with the next thing that a person sends, where no worker
runs. Must never know: the other person's.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import NotFound, Permission
from clinic.db import choose_reading, db
from clinic.models import Assignment, AssignmentState, Run, Schedule
from clinic.models.running import next_number, open_due_runs, open_early, resume_run, skip_run
from clinic.models.schedules import ScheduleState
from clinic.models.sending import worksheet_of
from clinic.web.context import actor, now, viewer
from clinic.web.portal import portal
from clinic.web.portal.seat import require_steps
from forms import Wording, library
from forms.schedules import LeaveOutForm

PAGES = ("portal.homework", "portal.homework_page")


@dataclass(frozen=True)
class Coming:
    """One that is not open yet, and may be opened already."""

    schedule: Schedule
    title: str
    day: datetime
    is_due: bool


@dataclass(frozen=True)
class LeftOut:
    assignment: Assignment
    title: str


@dataclass(frozen=True)
class Repeats:
    """What the first page says of homework that comes back. ``runs``: the ids of assignments that may be left out."""

    coming: tuple[Coming, ...]
    left_out: tuple[LeftOut, ...]
    runs: frozenset[uuid.UUID]


@portal.before_request
def open_what_is_due() -> None:
    if request.method == "POST" and open_due_runs(db.session(), at=now(), seats=viewer().seats):
        db.session.commit()


@portal.after_request
def note_shown(response: Response) -> Response:
    """When a run was first seen, for the counselor's log: once, after its page is made, like every note of an opening."""
    if request.method != "GET" or request.endpoint not in PAGES or response.status_code != 200:
        return response
    new = (Run.assignment_id == (request.view_args or {})["id"], Run.shown_at.is_(None))
    if access.rows_of(viewer(), Run, *new):
        openings = db.session.info.pop("openings", {})
        db.session.rollback()
        choose_reading(False)
        for run in access.rows_of(viewer(), Run, *new):
            run.shown_at = now()
        db.session.commit()
        db.session.info["openings"] = openings
    return response


def repeats_of(rows: list[Assignment], wording: Wording) -> Repeats:
    at = now()
    runs = {run.assignment_id: run for run in access.rows_of(viewer(), Run)}
    schedules = access.rows_of(viewer(), Schedule, Schedule.state == ScheduleState.ACTIVE.value, order_by=Schedule.begun_at)
    coming = [_coming(row, wording, at) for row in schedules]
    skipped = [row for row in rows if row.state == AssignmentState.SKIPPED and row.id in runs]
    left_out = [LeftOut(row, worksheet_of(row).title.text(wording)) for row in skipped if _may_resume(runs[row.id], at)]
    open_ones = frozenset(row.id for row in rows if row.state == AssignmentState.OPEN and row.id in runs)
    return Repeats(tuple(one for one in coming if one is not None), tuple(left_out), open_ones)


def _coming(schedule: Schedule, wording: Wording, at: datetime) -> Coming | None:
    number = next_number(db.session(), schedule, at=at)
    if number is None:
        return None
    title = title_of(schedule, wording)
    opens = schedule.opens_at(number)
    return Coming(schedule, title, opens, opens <= at)


def title_of(schedule: Schedule, wording: Wording) -> str:
    if schedule.kind == "measure":
        return library.measure(schedule.content_id, schedule.content_version).as_worksheet().title.text(wording)
    return library.worksheet(schedule.content_id, schedule.content_version).title.text(wording)


def _may_resume(run: Run, at: datetime) -> bool:
    return run.closes_at is None or run.closes_at > at


@portal.post("/repeats/<uuid:id>/opening")
def open_next(id: uuid.UUID) -> ResponseReturnValue:
    schedule = access.find(viewer(), Schedule, id, Permission.RUN)
    run = open_early(db.session(), schedule, at=now())
    db.session.commit()
    return redirect(url_for("portal.homework", id=run.assignment_id), 303)


@portal.route("/homework/<uuid:id>/leaving-out", methods=["GET", "POST"])
def leave_out(id: uuid.UUID) -> ResponseReturnValue:
    homework, run = _own_run(id)
    form = LeaveOutForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        skip_run(run, homework, why=form.why.data or "", by=actor(), at=now())
        db.session.commit()
        flash("Left out. You can take it up again until the next one is there.", "success")
        return redirect(url_for("portal.home"), 303)
    return render_template("portal/runs/leave_out.html", homework=homework, form=form), 400 if form.errors else 200


@portal.post("/homework/<uuid:id>/taking-up")
def take_up(id: uuid.UUID) -> ResponseReturnValue:
    homework, run = _own_run(id)
    resume_run(run, homework, by=actor(), at=now())
    db.session.commit()
    return redirect(url_for("portal.homework", id=homework.id), 303)


def _own_run(id: uuid.UUID) -> tuple[Assignment, Run]:
    homework = access.find(viewer(), Assignment, id, Permission.RUN)
    require_steps(homework.participant, homework)
    runs = access.rows_of(viewer(), Run, Run.assignment_id == homework.id)
    if not runs:
        raise NotFound(Permission.RUN)
    return homework, runs[0]
