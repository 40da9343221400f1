"""The treatment plan of a case: its goals, their levels, their ratings, and when each is looked at again.

Decides: what can be said of a goal on which page. Must never know: whether the persons may read it (that is `clinic.access`); no
client page speaks of goals.
"""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import Case, Goal, GoalRating, GoalState, NotAllowedNow
from clinic.models.goals import rate_goal, set_goal
from clinic.web.context import actor, now, today, viewer
from clinic.web.practice import practice
from clinic.web.practice.goal_views import OF_BOTH, goal_page, goals_of, note_choices, owners, plan_of
from clinic.web.words import day
from forms import library
from forms.goals import EndGoalForm, GoalForm, RatingForm, goal_form, level_field, rating_form

STALE = "This goal was changed in another window since you opened it here. What is saved stands beside what you typed."


@practice.get("/cases/<uuid:id>/goals")
def treatment_plan(id: uuid.UUID) -> str:
    case = access.find(viewer(), Case, id, Permission.SET_GOAL)
    return render_template("practice/goals/plan.html", case=case, plan=plan_of(viewer(), case, today=today()))


@practice.route("/cases/<uuid:id>/goals/new", methods=["GET", "POST"])
def add_goal(id: uuid.UUID) -> ResponseReturnValue:
    case = access.find(viewer(), Case, id, Permission.SET_GOAL)
    form = _form(case)(request.form if request.method == "POST" else None, today=today())
    if request.method == "GET":
        return _edit(case, form)
    if not form.validate():
        return _edit(case, form, status=400)
    if not access.rows_of(viewer(), Goal, Goal.submission_key == form.submission_key.data):
        try:
            set_goal(
                db.session(), case, participant_id=_owner(case, form), title=form.title.data or "", levels=form.levels(),
                links=_links(form), review_on=form.review_on.data or today(), submission_key=form.submission_key.data,
                by=actor(), at=now(),
            )  # fmt: skip
        except NotAllowedNow as refusal:
            return _edit(case, form, refusal=str(refusal), status=409)
        db.session.commit()
    flash("The goal is set.", "success")
    return redirect(url_for("practice.treatment_plan", id=id), 303)


@practice.get("/goals/<uuid:id>")
def goal(id: uuid.UUID) -> str:
    found = access.find(viewer(), Goal, id, Permission.KEEP_GOAL)
    return _page(found)[0]


@practice.route("/goals/<uuid:id>/words", methods=["GET", "POST"])
def change_goal(id: uuid.UUID) -> ResponseReturnValue:
    found = access.find(viewer(), Goal, id, Permission.KEEP_GOAL)
    case = access.find(viewer(), Case, found.case_id, Permission.SET_GOAL)
    if request.method == "GET":
        return _edit(case, _form(case)(data=_as_typed(found, case), today=today()), found)
    form = _form(case)(request.form, today=today())
    form.whose.data = _whose(found, case)  # whose goal it is never changes: it is sealed with that person's key
    if not form.validate():
        return _edit(case, form, found, status=400)
    if form.revision.data != found.version:
        return _edit(case, form, found, refusal=STALE, status=409)
    try:
        found.change(
            title=form.title.data or "", levels=form.levels(), links=_links(form), review_on=form.review_on.data or today(),
            is_rated=bool(_ratings(found)), by=actor(), at=now(),
        )  # fmt: skip
    except NotAllowedNow as refusal:
        return _edit(case, form, found, refusal=str(refusal), status=409)
    db.session.commit()
    flash("The goal is changed.", "success")
    return redirect(url_for("practice.goal", id=id), 303)


@practice.post("/goals/<uuid:id>/ratings")
def rate(id: uuid.UUID) -> ResponseReturnValue:
    found = access.find(viewer(), Goal, id, Permission.KEEP_GOAL)
    form = _rating(found)(request.form, today=today())
    if not form.validate():
        return _page(found, rating=form, status=400)
    if not access.rows_of(viewer(), GoalRating, GoalRating.submission_key == form.submission_key.data):
        try:
            rate_goal(
                db.session(), found, level=int(form.level.data), why=form.why.data or "",
                note_id=uuid.UUID(form.note.data) if form.note.data else None, review_on=form.review_on.data,
                submission_key=form.submission_key.data, by=actor(), at=now(),
            )  # fmt: skip
        except NotAllowedNow as refusal:
            return _page(found, rating=form, refusal=str(refusal), status=409)
        db.session.commit()
    flash("The rating is kept.", "success")
    return redirect(url_for("practice.goal", id=id), 303)


@practice.post("/goals/<uuid:id>/ending")
def end_goal(id: uuid.UUID) -> ResponseReturnValue:
    found = access.find(viewer(), Goal, id, Permission.KEEP_GOAL)
    form = EndGoalForm(request.form)
    if not form.validate():
        return _page(found, ending=form, status=400)
    found.end(GoalState(form.end.data), reason=form.reason.data or "", by=actor(), at=now())
    db.session.commit()
    flash("The goal has ended. Its ratings stay, and it can be taken up again.", "success")
    return redirect(url_for("practice.goal", id=id), 303)


@practice.post("/goals/<uuid:id>/resumption")
def resume_goal(id: uuid.UUID) -> ResponseReturnValue:
    found = access.find(viewer(), Goal, id, Permission.KEEP_GOAL)
    found.resume(review_on=max(found.review_on, today()), by=actor(), at=now())
    db.session.commit()
    flash("The goal is taken up again.", "success")
    return redirect(url_for("practice.goal", id=id), 303)


def _form(case: Case) -> type[GoalForm]:
    stages = [(module.id, module.title) for module in library.modules if module.number > 0]
    measures = [(one.id, one.title) for one in library.measures if case.relation in one.relationships]
    return goal_form(owners(case), stages, measures)


def _rating(found: Goal) -> type[RatingForm]:
    return rating_form(found.levels, note_choices(viewer(), found))


def _owner(case: Case, form: GoalForm) -> uuid.UUID | None:
    return next((person.id for person in case.participants if str(person.seat) == form.whose.data), None)


def _whose(found: Goal, case: Case) -> str:
    return next((str(person.seat) for person in case.participants if person.id == found.participant_id), OF_BOTH)


def _links(form: GoalForm) -> dict[str, list[str]]:
    return {"stages": form.stages.data or [], "measures": form.measures.data or []}


def _as_typed(found: Goal, case: Case) -> dict[str, object]:
    levels = {level_field(int(level)): words for level, words in found.levels.items()}
    about = {"title": found.title, "whose": _whose(found, case), "review_on": found.review_on, "revision": found.version}
    return {**about, **levels, **found.links}


def _ratings(found: Goal) -> list[GoalRating]:
    return access.rows_of(viewer(), GoalRating, GoalRating.goal_id == found.id)


def _edit(case: Case, form: GoalForm, found: Goal | None = None, *, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    shown = goals_of(viewer(), case, found)[0] if found else None
    page = render_template("practice/goals/edit.html", case=case, form=form, goal=shown, refusal=refusal)
    return page, status


def _page(
    found: Goal, *, rating: RatingForm | None = None, ending: EndGoalForm | None = None, refusal: str = "", status: int = 200
) -> tuple[str, int]:
    case = access.find(viewer(), Case, found.case_id, Permission.SET_GOAL)
    page = render_template(
        "practice/goals/goal.html", case=case, it=goal_page(viewer(), case, found), rating=rating or _rating(found)(today=today()),
        ending=ending or EndGoalForm(), refusal=refusal, next_look=day(found.review_on),
    )  # fmt: skip
    return page, status
