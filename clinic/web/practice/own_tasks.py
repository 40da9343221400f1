"""Tasks that a counselor writes down: added to a case, given to somebody who works on it, moved to another day.

Decides: that a task goes to nobody from outside the case. Must never know: why the product raises its own.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime, time

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import Case, Task, TaskKind
from clinic.models.tasks import raise_task
from clinic.web.context import actor, now, settings, submission_key, today, viewer
from clinic.web.practice import practice
from clinic.web.practice.tasks import staff_choices, task_page
from clinic.web.words import day
from forms.tasks import CloseTaskForm, TaskForm, change_task_form, task_form

BY = time(17)  # of the day it is due
CHANGED = "This task was changed since the page was opened: it is due {due} now. What you typed is below: save it if it holds."


@practice.route("/cases/<uuid:id>/tasks", methods=["GET", "POST"])
def add_task(id: uuid.UUID) -> ResponseReturnValue:
    case = access.find(viewer(), Case, id, Permission.DO_TASK)
    people = [(str(person.id), person.preferred_name or "") for person in case.participants]
    Adding, key = task_form(people, staff_choices(case.id)), submission_key()
    if request.method == "GET":
        return _adding(case, Adding(today=today(), data={"assigned_to": str(actor())}), key)
    form = Adding(request.form, today=today())
    if not form.validate():
        return _adding(case, form, key, status=400)
    known = access.rows_of(viewer(), Task, Task.submission_key == key)
    if not known:  # else the button was pressed twice
        raise_task(
            db.session(), case_id=case.id, participant_id=_id(form.about.data), kind=TaskKind.OWN, title=form.title.data or "",
            why=form.why.data or "", due_at=_due(form.due_on.data), assigned_to=_id(form.assigned_to.data), submission_key=key,
            by=actor(), at=now(),
        )  # fmt: skip
        db.session.commit()
    flash("The task is added.", "success")
    return redirect(url_for("practice.case", id=id, _anchor="tasks"), 303)


def _id(chosen: str | None) -> uuid.UUID | None:
    return uuid.UUID(chosen) if chosen else None


def _due(on: date | None) -> datetime | None:
    return datetime.combine(on, BY, settings().practice.zone) if on else None


def _adding(case: Case, form: TaskForm, key: uuid.UUID, *, status: int = 200) -> ResponseReturnValue:
    return render_template("practice/tasks/new.html", case=case, form=form, key=key), status


@practice.post("/tasks/<uuid:id>/changing")
def change_task(id: uuid.UUID) -> ResponseReturnValue:
    found = access.find(viewer(), Task, id, Permission.DO_TASK)
    form = change_task_form(staff_choices(found.case_id))(request.form, today=today())
    if not form.validate():
        return task_page(found, CloseTaskForm(), changing=form), 400
    if form.version.data != found.version:
        form.version.data, form.version.raw_data = found.version, None  # saved again, it is saved over what is shown
        due = day(found.due_at) if found.due_at else "on no day"
        return task_page(found, CloseTaskForm(), changing=form, refusal=CHANGED.format(due=due)), 409
    found.change(due_at=_due(form.due_on.data), assigned_to=_id(form.assigned_to.data), by=actor(), at=now())
    db.session.commit()
    flash("The task is changed.", "success")
    return redirect(url_for("practice.task", id=id), 303)
