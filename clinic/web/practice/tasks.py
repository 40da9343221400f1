"""Private tasks: what asks for the counselor, what was done about it, and how many are open in the bar above every page."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func
from werkzeug.local import LocalProxy

from clinic import access
from clinic.access import Kind, Permission
from clinic.db import db
from clinic.models import Assignment, Case, Task, TaskKind, TaskState
from clinic.models.tasks import CLOSES_WITH_WORDS
from clinic.web.context import actor, now, viewer, viewer_or_none
from clinic.web.practice import practice
from clinic.web.practice.attention import open_tasks_of
from clinic.web.practice.naming import title_of
from forms.tasks import CloseTaskForm

KINDS = {
    TaskKind.SAFETY: "Safety",
    TaskKind.DISCLOSURE: "Something not yet told",
    TaskKind.NUMBER: "Numbers to look at",
    TaskKind.TALK: "To talk about",
    TaskKind.FEEDBACK: "Session feedback",
    TaskKind.AGREEMENT: "An agreement",
    TaskKind.OWN: "Your own",
}
MOST_DONE = 50


@practice.context_processor
def offer_the_count() -> dict[str, Any]:
    """Counted when a page prints it, and once: a page without the bar asks nothing."""
    return {"open_tasks": LocalProxy(_open_tasks)}


def _open_tasks() -> int:
    if "open_tasks" not in g:
        who = viewer_or_none()
        counted = who is not None and who.kind is Kind.COUNSELOR
        g.open_tasks = _count() if counted else 0
    found: int = g.open_tasks
    return found


def _count() -> int:
    open_ones = access.scope(viewer(), Task).where(Task.state == TaskState.OPEN.value)
    return db.session.scalar(open_ones.with_only_columns(func.count(Task.id))) or 0


@practice.get("/tasks")
def tasks() -> str:
    cases = {case.id: case for case in access.rows_of(viewer(), Case)}
    waiting = open_tasks_of(viewer())
    newest = access.scope(viewer(), Task).where(Task.state == TaskState.DONE.value).order_by(Task.done_at.desc())
    done = db.session.scalars(newest.limit(MOST_DONE)).all()
    g.open_tasks = len(waiting)
    return render_template("practice/tasks/list.html", waiting=waiting, done=done, cases=cases, kinds=KINDS, now=now())


@practice.get("/tasks/<uuid:id>")
def task(id: uuid.UUID) -> str:
    found = access.find(viewer(), Task, id, Permission.SEE_TASK)
    return _page(found, CloseTaskForm())


@practice.post("/tasks/<uuid:id>/closing")
def close_task(id: uuid.UUID) -> ResponseReturnValue:
    found = access.find(viewer(), Task, id, Permission.DO_TASK)
    form = CloseTaskForm(request.form, needs_words=found.kind in CLOSES_WITH_WORDS)
    if not form.validate():
        return _page(found, form), 400
    found.finish(what=form.action.data or "", by=actor(), at=now())
    db.session.commit()
    flash("The task is closed.", "success")
    return redirect(url_for("practice.tasks"), 303)


def _page(found: Task, form: CloseTaskForm) -> str:
    (case,) = access.rows_of(viewer(), Case, Case.id == found.case_id)
    person = next((one for one in case.participants if one.id == found.participant_id), None)
    homework = next(iter(access.rows_of(viewer(), Assignment, Assignment.id == found.assignment_id)), None)
    return render_template(
        "practice/tasks/task.html",
        task=found,
        form=form,
        case=case,
        person=person,
        homework=homework,
        title=title_of(homework, case) if homework else "",
        kind=KINDS[TaskKind(found.kind)],
        needs_words=found.kind in CLOSES_WITH_WORDS,
        now=now(),
    )
