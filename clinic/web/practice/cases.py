"""A case: adding one, its page, finishing it and taking it up again."""

from __future__ import annotations

import uuid

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import Case, PolicyKind, Relationship, Side
from clinic.models.opening import AddressTaken, NewPerson
from clinic.models.opening import add_case as open_case
from clinic.web.context import actor, now, submission_key, today, viewer
from clinic.web.practice import practice
from clinic.web.practice.closing import closed_last
from clinic.web.practice.history import history_of
from clinic.web.practice.naming import TIES, neutral_wording
from clinic.web.practice.next_steps import next_steps
from clinic.web.practice.overview import overview_of
from clinic.web.practice.timeline import shown
from forms import library
from forms.cases import AddCaseForm, PersonDetails

LATELY = 10
ADDED_BEFORE = "This page has added the case {code} already. What you typed since is below: press the button to add it as well."


@practice.route("/cases/new", methods=["GET", "POST"])
def add_case() -> ResponseReturnValue:
    access.require(viewer(), Permission.ADD_CASE)
    form = AddCaseForm(request.form if request.method == "POST" else None)
    key = submission_key()
    if request.method == "POST" and form.validate():
        same = _added_before(key)
        if same is not None and _is_of(same, form):
            return redirect(url_for("practice.case", id=same.id), 303)
        if same is not None:
            form.form_errors, key = [ADDED_BEFORE.format(code=same.code)], uuid.uuid4()
            return _new_page(form, key), 409
        try:
            case = _opened(form, key)
        except AddressTaken as taken:
            db.session.rollback()
            _say_taken(form, taken)
        else:
            db.session.commit()
            next_step = "give each person a link of their own" if len(case.participants) > 1 else "give them a link of their own"
            flash(f"The case {case.code} is there. Next: {next_step}.", "success")
            return redirect(url_for("practice.case", id=case.id), 303)
    return _new_page(form, key), 400 if form.errors else 200


def _new_page(form: AddCaseForm, key: uuid.UUID) -> str:
    policies = [library.document(kind.value) for kind in PolicyKind]
    neutral = neutral_wording("partner")
    return render_template("practice/cases/new.html", form=form, policies=policies, neutral=neutral, key=key)


def _added_before(key: uuid.UUID) -> Case | None:
    return next(iter(access.rows_of(viewer(), Case, Case.submission_key == key)), None)


def _is_of(case: Case, form: AddCaseForm) -> bool:
    """The button pressed twice; else the same page was changed and sent again."""
    return [one.full_name for one in case.participants] == [one.full_name for one in form.people()]


def _opened(form: AddCaseForm, key: uuid.UUID) -> Case:
    return open_case(
        db.session(),
        relation=Relationship(form.relationship.data),
        people=[_new(details) for details in form.people()],
        policy=PolicyKind(form.policy.data),
        blind_index=current_app.extensions["keyring"].blind_index,
        submission_key=key,
        by=actor(),
        at=now(),
    )


def _new(details: PersonDetails) -> NewPerson:
    return NewPerson(
        full_name=details.full_name,
        preferred_name=details.preferred_name,
        side=Side(details.side),
        pronouns=details.pronouns,
        email=details.email,
        calls_other=details.calls_other,
        calls_event=details.calls_event,
        contact=details.safe_contact,
    )


def _say_taken(form: AddCaseForm, taken: AddressTaken) -> None:
    for person in (form.first.form, form.second.form):
        if person.email.data == taken.email:
            person.email.errors = [*person.email.errors, str(taken)]


@practice.get("/cases/<uuid:id>")
def case(id: uuid.UUID) -> str:
    found = access.find(viewer(), Case, id, Permission.SEE_CASE)
    it = overview_of(viewer(), found, today=today(), now=now())
    lately = [shown(entry) for entry in history_of(viewer(), found, most=LATELY)[:LATELY]]
    steps = next_steps(viewer(), found, it, now=now())
    return render_template(
        "practice/cases/case.html", case=found, it=it, tie=TIES[found.relation], now=now(), lately=lately, next_steps=steps,
        closed=None if found.is_open else closed_last(viewer(), found),
    )
