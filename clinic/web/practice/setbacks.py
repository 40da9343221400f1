"""Recording a setback: a dated event of one person or of both, and the stages that it takes up again.

Decides: which stages may be taken up again, and that the record and their new states come together. Must never know: who may see
it later (that is `clinic.access`). No client page speaks of setbacks.
"""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import Case, NotAllowedNow, Setback, StageStatus
from clinic.models.programme import change_stage
from clinic.models.setbacks import record_setback as put_on_record
from clinic.models.states import may_advance
from clinic.web.context import actor, now, today, viewer
from clinic.web.practice import practice
from clinic.web.practice.stages import states_of, status_in
from forms import library
from forms.notes import SetbackForm, setback_form

OF_BOTH = "both"


@practice.route("/cases/<uuid:id>/setbacks/new", methods=["GET", "POST"])
def record_setback(id: uuid.UUID) -> ResponseReturnValue:
    case = access.find(viewer(), Case, id, Permission.RECORD_SETBACK)
    form = _form(case)
    if request.method == "GET":
        return _page(case, form)
    if not form.validate():
        return _page(case, form, status=400)
    if not _is_said(case, form):
        try:
            _record(case, form)
        except NotAllowedNow as refusal:
            db.session.rollback()
            return _page(access.find(viewer(), Case, id, Permission.RECORD_SETBACK), form, refusal=str(refusal), status=409)
        db.session.commit()
    flash("The setback is recorded.", "success")
    return redirect(url_for("practice.case", id=id, _anchor="setbacks"), 303)


def _form(case: Case) -> SetbackForm:
    whose = [(str(person.seat), f"{person.preferred_name} alone") for person in case.participants]
    if len(whose) > 1 and not case.is_separated:
        whose.append((OF_BOTH, "Both: it happened between them, or both know of it"))
    states = states_of(case)
    begun = [(one.id, one.title) for one in library.modules if one.number and _may_be_taken_up(status_in(states, one.id))]
    return setback_form(whose, begun)(request.form if request.method == "POST" else None, today=today())


def _may_be_taken_up(status: StageStatus) -> bool:
    """One that is being revisited already may be named with the setback; it does not move."""
    if status is StageStatus.REVISITING:
        return True
    return status is not StageStatus.NOT_STARTED and may_advance(status, StageStatus.REVISITING)


def _owner(case: Case, form: SetbackForm) -> uuid.UUID | None:
    return next((person.id for person in case.participants if str(person.seat) == form.whose.data), None)


def _record(case: Case, form: SetbackForm) -> None:
    """The record and the new states of its stages, or neither. The reason beside a stage holds none of the setback's words."""
    states, at, reopen = states_of(case), now(), form.reopen.data or []
    day = form.day.data or today()
    setback = put_on_record(
        db.session(), case, participant_id=_owner(case, form), happened_on=day, text=form.text.data or "", reopened=reopen,
        by=actor(), at=at,
    )  # fmt: skip
    for module_id in reopen:
        reason = f"After the setback of {day:%B} {day.day}, {day.year}."
        before, to = status_in(states, module_id), StageStatus.REVISITING
        if before is not to:
            change_stage(
                db.session(), case, module_id, before=before, to=to, reason=reason, setback_id=setback.id, by=actor(), at=at
            )


def _is_said(case: Case, form: SetbackForm) -> bool:
    """A second press of the button records nothing new."""
    same_day = (Setback.case_id == case.id, Setback.happened_on == form.day.data)
    rows = access.rows_of(viewer(), Setback, *same_day)
    return any(row.text == (form.text.data or "").strip() and row.participant_id == _owner(case, form) for row in rows)


def _page(case: Case, form: SetbackForm, *, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    page = render_template("practice/setbacks/new.html", case=case, form=form, refusals=[refusal] if refusal else [])
    return page, status
