"""The measures of a case: their courses, copying a paper form, taking a copy back, and who reviews answers of risk.

Decides: which page and words the counselor gets. Must never know: a threshold (they stand in the measures' files), or what a score
means.
"""

from __future__ import annotations

import uuid
from datetime import datetime, time

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import Administration, Case, NotAllowedNow, Participant
from clinic.models.measures import name_reviewer, reviewer_of, reviewers_for
from clinic.models.paper_forms import EnteredDifferently, enter_paper_form
from clinic.web.context import actor, now, settings, today, viewer
from clinic.web.practice import practice
from clinic.web.practice.courses import shown_of, taken_back_of
from forms import library
from forms.measures import Measure
from forms.scores import PaperForm, TakeBackForm, paper_form, reviewer_form
from forms.scoring import Score

NOON = time(12)  # of the day that a form bears: the hour is not on it


@practice.get("/cases/<uuid:id>/measures")
def measures(id: uuid.UUID) -> str:
    case = access.find(viewer(), Case, id, Permission.SEE_CASE)
    suitable = [one for one in library.measures if one.suits(case.relation)]
    shown, back = shown_of(viewer(), case), taken_back_of(viewer(), case)
    return render_template("practice/measures/case.html", case=case, shown=shown, taken_back=back, suitable=suitable)


@practice.route("/participants/<uuid:id>/measures/<measure_id>", methods=["GET", "POST"])
def enter_scores(id: uuid.UUID, measure_id: str) -> ResponseReturnValue:
    person = access.find(viewer(), Participant, id, Permission.ENTER_SCORES)
    measure = next((one for one in library.measures if one.id == measure_id and one.suits(person.case.relation)), None)
    if measure is None:
        abort(404)
    form = paper_form(measure)(request.form if request.method == "POST" else None, today=today())
    if request.method == "GET":
        form.submission_key.data = str(uuid.uuid4())
        return _page(person, measure, form)
    if not form.validate():
        return _page(person, measure, form, status=400)
    try:
        row = _enter(person, measure, form)
    except EnteredDifferently as refusal:
        before = refusal.row
        form.submission_key.data = str(uuid.uuid4())
        return _page(person, measure, form, refusals=[str(refusal)], before=before, status=409)
    except NotAllowedNow as refusal:
        db.session.rollback()
        person = access.find(viewer(), Participant, id, Permission.ENTER_SCORES)
        return _page(person, measure, form, refusals=[str(refusal)], status=409)
    case_id, is_flagged = person.case_id, bool(Score.from_json(row.score).flags)
    db.session.commit()
    flash("The scores are on record.", "success")
    if is_flagged:
        flash("One answer has to be followed up. A task with a due time is open.", "warning")
    return redirect(url_for("practice.measures", id=case_id, _anchor=measure.id), 303)


def _enter(person: Participant, measure: Measure, form: PaperForm) -> Administration:
    filled_in_at = datetime.combine(form.day.data or today(), NOON, settings().practice.zone)
    return enter_paper_form(
        db.session(), person, measure, form.numbers(), filled_in_at=filled_in_at,
        submission_key=form.key() or uuid.uuid4(), by=actor(), at=now(),
    )  # fmt: skip


def _page(
    person: Participant, measure: Measure, form: PaperForm, *, refusals: list[str] | None = None,
    before: Administration | None = None, status: int = 200,
) -> ResponseReturnValue:  # fmt: skip
    """``before``: what the same form was kept with, set beside what was typed since."""
    said = before.answers if before is not None else {}
    kept = [(field.label.text, said.get(field.name.removeprefix("score-"))) for field in form.scores] if said else []
    page = render_template(
        "practice/measures/enter.html", person=person, case=person.case, measure=measure, form=form, refusals=refusals or [],
        before=before, kept=kept,
    )  # fmt: skip
    return page, status


@practice.route("/administrations/<uuid:id>/taking-back", methods=["GET", "POST"])
def take_back_scores(id: uuid.UUID) -> ResponseReturnValue:
    row = access.find(viewer(), Administration, id, Permission.TAKE_BACK_SCORES)
    (person,) = access.rows_of(viewer(), Participant, Participant.id == row.participant_id)
    form = TakeBackForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        row.take_back(why=form.why.data or "", by=actor(), at=now())
        db.session.commit()
        flash("Taken back. It counts no more; that it was there stays on record.", "success")
        return redirect(url_for("practice.measures", id=person.case_id), 303)
    measure, score = library.measure(row.measure_id), Score.from_json(row.score)
    shown = f"{score.total:g}" if score.total is not None else score.not_scored_because
    page = render_template("practice/measures/take_back.html", person=person, row=row, measure=measure, shown=shown, form=form)
    return page, 400 if form.errors else 200


@practice.route("/cases/<uuid:id>/reviewer", methods=["GET", "POST"])
def reviewer(id: uuid.UUID) -> ResponseReturnValue:
    case = access.find(viewer(), Case, id, Permission.CHANGE_CASE)
    people = tuple((str(user.id), user.name or "") for user in reviewers_for(db.session(), case))
    named = reviewer_of(db.session(), case)
    Naming = reviewer_form(people)
    if request.method == "GET":
        return _reviewer_page(case, Naming(data={"reviewer": str(named.id) if named else ""}))
    form = Naming(request.form)
    if not form.validate():
        return _reviewer_page(case, form, status=400)
    name_reviewer(db.session(), case, uuid.UUID(form.reviewer.data), by=actor(), at=now())
    db.session.commit()
    flash("The reviewer is named.", "success")
    return redirect(url_for("practice.measures", id=id), 303)


def _reviewer_page(case: Case, form: object, *, status: int = 200) -> ResponseReturnValue:
    return render_template("practice/measures/reviewer.html", case=case, form=form), status


