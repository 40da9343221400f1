"""Sessions that are to come: planned, moved, cancelled; it took place, or nobody came.

Decides: that an hour to come is planned and one that has passed is recorded. Must never know: what is talked about.
"""

from __future__ import annotations

import uuid
from datetime import datetime, time
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import Case, Medium, NotAllowedNow, PlannedEncounter
from clinic.models.cases import require_open
from clinic.models.planned import plan_session as plan
from clinic.web.context import actor, now, settings, submission_key, today, viewer
from clinic.web.practice import practice
from clinic.web.practice.encounters import begun, case_around, has_begun, recorded, usual_template
from clinic.web.practice.sessions_to_come import names_of
from clinic.web.words import moment
from forms.notes import EncounterForm, encounter_form
from forms.planned import TOGETHER, MoveSessionForm, PlanSessionForm, SettleForm, plan_session_form

USUAL_MINUTES = 50
CHANGED = "This session was changed since the page was opened. It is now on {when}. What you typed is below: save it if it holds."


@practice.route("/cases/<uuid:id>/planned", methods=["GET", "POST"])
def plan_session(id: uuid.UUID) -> ResponseReturnValue:
    case = access.find(viewer(), Case, id, Permission.RECORD_ENCOUNTER)
    people = [(str(person.id), person.preferred_name or "") for person in case.participants]
    Planning = plan_session_form(people, together=not case.is_separated)
    key = submission_key()
    if request.method == "GET":
        usual = {"minutes": USUAL_MINUTES, "expected": TOGETHER}
        return _planning(case, Planning(today=today(), data=usual), key, refusal=_why_closed(case))
    form = Planning(request.form, today=today())
    if not form.validate():
        return _planning(case, form, key, status=400)
    try:
        plan(db.session(), case, with_one=_with_one(form), **_facts(form), submission_key=key, by=actor(), at=now())
    except NotAllowedNow as refusal:
        db.session.rollback()
        return _planning(access.find(viewer(), Case, id, Permission.RECORD_ENCOUNTER), form, key, refusal=str(refusal), status=409)
    db.session.commit()
    flash("The session is planned.", "success")
    return redirect(url_for("practice.case", id=id, _anchor="planned"), 303)


def _with_one(form: PlanSessionForm) -> uuid.UUID | None:
    chosen = form.expected.data if form.expected is not None else TOGETHER
    return None if chosen == TOGETHER else uuid.UUID(chosen)


def _facts(form: MoveSessionForm) -> dict[str, Any]:
    begins = datetime.combine(form.day.data or today(), form.begins.data or time(), tzinfo=settings().practice.zone)
    return {"begins_at": begins, "minutes": int(form.minutes.data or 0), "medium": Medium(form.medium.data)}


def _why_closed(case: Case) -> str:
    try:
        require_open(case)
    except NotAllowedNow as refusal:
        return str(refusal)
    return ""


def _planning(
    case: Case, form: PlanSessionForm, key: uuid.UUID, *, refusal: str = "", status: int = 200
) -> ResponseReturnValue:
    zone = settings().practice.time_zone
    return render_template("practice/planned/new.html", case=case, form=form, key=key, refusal=refusal, zone=zone), status


# --- one that is planned --------------------------------------------------------------------------------------------------


def _found(id: uuid.UUID) -> PlannedEncounter:
    return access.find(viewer(), PlannedEncounter, id, Permission.RECORD_ENCOUNTER)


@practice.get("/planned/<uuid:id>")
def planned(id: uuid.UUID) -> ResponseReturnValue:
    return _page(_found(id))


def _page(row: PlannedEncounter, *, refusal: str = "", typed: SettleForm | None = None, status: int = 200) -> ResponseReturnValue:
    case, absence = case_around(row), SettleForm()
    absence.reason.id = "absence"  # beside the other form on one page
    page = render_template(
        "practice/planned/one.html", planned=row, case=case, people=names_of(row, case), as_planned=_as_planned(row, case),
        has_begun=row.begins_at <= now(), form=typed or SettleForm(), absence=absence, refusal=refusal,
    )  # fmt: skip
    return page, status


@practice.route("/planned/<uuid:id>/time", methods=["GET", "POST"])
def move_session(id: uuid.UUID) -> ResponseReturnValue:
    row = _found(id)
    if request.method == "GET":
        here = row.begins_at.astimezone(settings().practice.zone)
        data = {"day": here.date(), "begins": here.time(), "minutes": row.minutes, "medium": row.medium, "version": row.version}
        return _moving(row, MoveSessionForm(today=today(), data=data))
    form = MoveSessionForm(request.form, today=today())
    if not form.validate():
        return _moving(row, form, status=400)
    if form.version.data != row.version:
        return _moving(row, form, refusal=CHANGED.format(when=moment(row.begins_at)), status=409)
    try:
        row.move(**_facts(form), by=actor(), at=now())
    except NotAllowedNow as refusal:
        return _moving(row, form, refusal=str(refusal), status=409)
    db.session.commit()
    flash("The session is moved.", "success")
    return redirect(url_for("practice.planned", id=id), 303)


def _moving(row: PlannedEncounter, form: MoveSessionForm, *, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    case, zone = case_around(row), settings().practice.time_zone
    form.version.data, form.version.raw_data = row.version, None  # saved again, it is saved over what was just shown
    page = render_template(
        "practice/planned/time.html", planned=row, case=case, people=names_of(row, case), form=form, refusal=refusal, zone=zone
    )
    return page, status


@practice.post("/planned/<uuid:id>/cancellation")
def cancel_session(id: uuid.UUID) -> ResponseReturnValue:
    return _settled(_found(id), "cancel", "The session is cancelled.")


@practice.post("/planned/<uuid:id>/absence")
def miss_session(id: uuid.UUID) -> ResponseReturnValue:
    return _settled(_found(id), "miss", "It is on record that nobody came.")


def _settled(row: PlannedEncounter, verb: str, said: str) -> ResponseReturnValue:
    form, case_id = SettleForm(request.form), row.case_id
    if not form.validate():
        return _page(row, typed=form, status=400)
    try:
        getattr(row, verb)(reason=form.reason.data or "", by=actor(), at=now())
    except NotAllowedNow as refusal:
        return _page(row, refusal=str(refusal), typed=form, status=409)
    db.session.commit()
    flash(said, "success")
    return redirect(url_for("practice.case", id=case_id, _anchor="planned"), 303)


@practice.route("/planned/<uuid:id>/encounter", methods=["GET", "POST"])
def hold_session(id: uuid.UUID) -> ResponseReturnValue:
    """It took place: the session as it was planned, or as it was after all, and its note."""
    row = _found(id)
    case = case_around(row)
    Recording = encounter_form([(str(person.id), person.preferred_name or "") for person in case.participants])
    if row.encounter_id is not None:
        return redirect(url_for("practice.encounter", id=row.encounter_id), 303)
    if request.method == "GET":
        return _holding(row, case, Recording(today=today(), data=_as_planned(row, case)))
    form = Recording(request.form, today=today())
    if not (form.validate() and has_begun(form)):
        return _holding(row, case, form, status=400)
    try:
        encounter = recorded(case, form)
        if row.is_planned:  # else recording it has settled it already
            row.hold(encounter, at=now())
    except NotAllowedNow as refusal:
        return _holding(row, case, form, refusal=str(refusal), status=409)
    note = begun(encounter, form.format.data)
    db.session.commit()
    flash("The session is recorded.", "success")
    return redirect(url_for("practice.note", id=note.id), 303)


def _as_planned(row: PlannedEncounter, case: Case) -> dict[str, Any]:
    here = row.begins_at.astimezone(settings().practice.zone)
    who = [str(person.id) for person in row.expects(case.participants)]
    about = {"day": here.date(), "begins": here.time(), "minutes": row.minutes, "medium": row.medium}
    return {**about, "attendees": who, "format": usual_template()}


def _holding(
    row: PlannedEncounter, case: Case, form: EncounterForm, *, refusal: str = "", status: int = 200
) -> ResponseReturnValue:
    zone = settings().practice.time_zone
    page = render_template("practice/encounters/new.html", case=case, form=form, refusal=refusal, zone=zone, planned=row)
    return page, status
