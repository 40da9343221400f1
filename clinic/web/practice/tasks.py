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
from clinic.models import Assignment, Case, CaseClinician, Task, TaskKind, TaskState
from clinic.models.tasks import CLOSES_WITH_WORDS
from clinic.web.context import actor, now, settings, today, viewer, viewer_or_none
from clinic.web.practice import practice
from clinic.web.practice.attention import asks_for, open_tasks_of
from clinic.web.practice.naming import title_of
from forms.tasks import SHOWN, ChangeTaskForm, CloseTaskForm, change_task_form

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
    open_ones = access.scope(viewer(), Task).where(Task.state == TaskState.OPEN.value, asks_for(viewer()))
    return db.session.scalar(open_ones.with_only_columns(func.count(Task.id))) or 0


@practice.get("/tasks")
def tasks() -> str:
    """``show``: mine, all of my cases, or what is done; anything else counts as mine."""
    show = request.args.get("show", "mine")
    show = show if show in SHOWN else "mine"
    cases = {case.id: case for case in access.rows_of(viewer(), Case)}
    newest = access.scope(viewer(), Task).where(Task.state == TaskState.DONE.value).order_by(Task.done_at.desc())
    return render_template(
        "practice/tasks/list.html",
        show=show,
        shown=SHOWN,
        waiting=open_tasks_of(viewer(), everybodys=show == "all") if show != "done" else [],
        done=db.session.scalars(newest.limit(MOST_DONE)).all() if show == "done" else [],
        cases=cases,
        kinds=KINDS,
        names=colleague_names(),
        me=actor(),
        now=now(),
    )


def colleague_names() -> dict[uuid.UUID, str]:
    return {user.id: user.name or "" for user in db.session.scalars(access.colleagues_for(viewer()))}


@practice.get("/tasks/<uuid:id>")
def task(id: uuid.UUID) -> str:
    found = access.find(viewer(), Task, id, Permission.SEE_TASK)
    return task_page(found, CloseTaskForm())


@practice.post("/tasks/<uuid:id>/closing")
def close_task(id: uuid.UUID) -> ResponseReturnValue:
    found = access.find(viewer(), Task, id, Permission.DO_TASK)
    form = CloseTaskForm(request.form, needs_words=found.kind in CLOSES_WITH_WORDS)
    if not form.validate():
        return task_page(found, form), 400
    found.finish(what=form.action.data or "", by=actor(), at=now())
    db.session.commit()
    flash("The task is closed.", "success")
    return redirect(url_for("practice.tasks"), 303)


def change_form_of(found: Task) -> ChangeTaskForm:
    due = found.due_at.astimezone(settings().practice.zone).date() if found.due_at else None
    data = {"due_on": due, "assigned_to": str(found.assigned_to or ""), "version": found.version}
    return change_task_form(staff_choices(found.case_id))(today=today(), data=data)


def staff_choices(case_id: uuid.UUID) -> list[tuple[str, str]]:
    """Who works on the case now; oneself by that word."""
    names, me = colleague_names(), actor()
    here = access.rows_of(viewer(), CaseClinician, CaseClinician.case_id == case_id, CaseClinician.until.is_(None))
    return [(str(row.user_id), "Me" if row.user_id == me else names.get(row.user_id, "A colleague")) for row in here]


def task_page(found: Task, form: CloseTaskForm, *, changing: ChangeTaskForm | None = None, refusal: str = "") -> str:
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
        changing=changing or change_form_of(found),
        names=colleague_names(),
        me=actor(),
        refusal=refusal,
        now=now(),
    )
