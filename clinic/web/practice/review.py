"""Reading homework that was sent, and answering it: comment, return, mark reviewed, extend, withdraw.

Decides: which act is an address of its own, and what is said when one does not go. Must never know: what a person has drafted and
not sent.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import Assignment, NotAllowedNow, Participant, ReviewComment
from clinic.models.comments import comment_on
from clinic.web.context import actor, now, today, viewer
from clinic.web.practice import practice
from clinic.web.practice.answered import Homework, homework_of
from clinic.web.words import day
from forms import library
from forms.homework import CommentForm, ExtendForm, ReturnForm, ReviewForm
from forms.reveals import HoldForm


@practice.get("/homework/<uuid:id>")
def homework(id: uuid.UUID) -> ResponseReturnValue:
    return _page(access.find(viewer(), Assignment, id, Permission.REVIEW))


@practice.post("/homework/<uuid:id>/return")
def return_homework(id: uuid.UUID) -> ResponseReturnValue:
    """Back to its person, with what to look at again."""
    assignment = access.find(viewer(), Assignment, id, Permission.REVIEW)

    def give_back(form: Form) -> str:
        _require_seen(assignment)
        assignment.give_back(by=actor(), at=now())
        comment_on(db.session(), assignment, form.comment.data, by=actor(), at=now())
        return "Returned, with your comment."

    return acted_on(assignment, ReturnForm(request.form), give_back)


@practice.post("/homework/<uuid:id>/reviewal")
def review_homework(id: uuid.UUID) -> ResponseReturnValue:
    """Gone through: from now on its answers stay as they are."""
    assignment = access.find(viewer(), Assignment, id, Permission.REVIEW)

    def mark(form: Form) -> str:
        _require_seen(assignment)
        assignment.mark_reviewed(by=actor(), at=now())
        if form.comment.data:
            comment_on(db.session(), assignment, form.comment.data, by=actor(), at=now())
        return "Marked as reviewed."

    return acted_on(assignment, ReviewForm(request.form), mark)


def _require_seen(assignment: Assignment) -> None:
    """Nothing is settled that was sent after the page was opened."""
    shown = request.form.get("sending", "")
    if shown.isdecimal() and int(shown) != len(homework_of([assignment])[0].sendings):
        raise NotAllowedNow("New answers came while this page was open. They stand below: read them, then decide.")


@practice.post("/homework/<uuid:id>/comments")
def comment_homework(id: uuid.UUID) -> ResponseReturnValue:
    assignment = access.find(viewer(), Assignment, id, Permission.REVIEW)

    def comment(form: Form) -> str:
        if not _is_last_word(assignment, form.comment.data):
            comment_on(db.session(), assignment, form.comment.data, by=actor(), at=now())
        return "Your comment is there."

    return acted_on(assignment, CommentForm(request.form), comment)


@practice.post("/homework/<uuid:id>/due")
def extend_homework(id: uuid.UUID) -> ResponseReturnValue:
    assignment = access.find(viewer(), Assignment, id, Permission.CHANGE_ASSIGNMENT)

    def extend(form: Form) -> str:
        if request.form.get("known", str(assignment.due_on or "")) != str(assignment.due_on or ""):
            on_record = day(assignment.due_on) if assignment.due_on else "no day"
            raise NotAllowedNow(f"The date was changed since the page was opened: it is {on_record} now. Save yours if it holds.")
        if form.due_on.data != assignment.due_on:
            assignment.change_due(form.due_on.data, by=actor(), at=now())
        return "The due date is changed."

    return acted_on(assignment, ExtendForm(request.form, today=today()), extend)


@practice.post("/homework/<uuid:id>/withdrawal")
def withdraw_homework(id: uuid.UUID) -> ResponseReturnValue:
    assignment = access.find(viewer(), Assignment, id, Permission.CHANGE_ASSIGNMENT)

    def withdraw(_form: Form) -> str:
        assignment.withdraw(by=actor(), at=now())
        return "Withdrawn. It is no longer on their pages."

    return acted_on(assignment, Form(), withdraw)


@practice.get("/participants/<uuid:id>/homework")
def person_homework(id: uuid.UUID) -> str:
    """All that one person was given, worksheet by worksheet, for reading in a row."""
    person = access.find(viewer(), Participant, id, Permission.REVIEW)
    given = access.rows_of(
        viewer(), Assignment, Assignment.participant_id == person.id, order_by=Assignment.assigned_at.desc()
    )
    return render_template(
        "practice/homework/person.html",
        person=person,
        case=person.case,
        parts=_by_module(homework_of(given)),
        today=today(),
    )


def acted_on(assignment: Assignment, form: Form, act: Callable[[Form], str]) -> ResponseReturnValue:
    """The act when the form is as it should be; else the page again, with what was typed and what stands in the way."""
    if not form.validate():
        return _page(assignment, form=form, status=400)
    try:
        done = act(form)
    except NotAllowedNow as refusal:
        db.session.rollback()
        return _page(assignment, form=form, refusals=[str(refusal)], status=409)
    db.session.commit()
    flash(done, "success")
    return redirect(url_for("practice.homework", id=assignment.id), 303)


def _is_last_word(assignment: Assignment, text: str) -> bool:
    """A second press of the button sends the same words again; they are said once."""
    said = _comments(assignment)
    return bool(said) and said[-1].text == text and said[-1].written_by == actor()


def _comments(assignment: Assignment) -> list[ReviewComment]:
    of_this = ReviewComment.assignment_id == assignment.id
    return access.rows_of(viewer(), ReviewComment, of_this, order_by=ReviewComment.written_at)


def _page(
    assignment: Assignment, *, form: Form | None = None, refusals: Sequence[str] = (), status: int = 200
) -> ResponseReturnValue:
    is_due = isinstance(form, ExtendForm)
    page = render_template(
        "practice/homework/one.html",
        work=homework_of([assignment])[0],
        assignment=assignment,
        person=assignment.participant,
        case=assignment.participant.case,
        module=library.module(assignment.module_id) if assignment.module_id else None,
        comments=_comments(assignment),
        me=viewer().user_id,
        today=today(),
        form=form,
        reply_form=form if form is not None and not is_due and "comment" in form else ReviewForm(),
        due_form=form if is_due else ExtendForm(today=today(), data={"due_on": assignment.due_on}),
        hold_form=form if isinstance(form, HoldForm) else HoldForm(),
        refusals=refusals,
    )
    return page, status


def _by_module(works: list[Homework]) -> list[tuple[str, list[Homework]]]:
    """In the order of the programme; measures last, for they belong to no module."""
    order = {module.id: module for module in library.modules}
    groups: dict[str | None, list[Homework]] = {}
    for work in works:
        groups.setdefault(work.assignment.module_id, []).append(work)
    known = [(order[id].title, groups[id]) for id in order if id in groups]
    return [*known, ("Measures", groups[None])] if None in groups else known
