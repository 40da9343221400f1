"""Who works on a case: its counselor or supervisor adds colleagues and ends their part.

Decides: what the page says of each colleague: a name, a part, from when until when. Must never know: what any part allows (that is
`clinic.access`).
"""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import Case, CaseClinician, NotAllowedNow, NoteState, Part, ProgressNote, User
from clinic.models.staffing import join_case, leave_case
from clinic.web.context import actor, now, viewer
from clinic.web.practice import practice
from forms.staffing import MEANINGS, PARTS, StaffForm, staff_form


@practice.get("/cases/<uuid:id>/staff")
def case_staff(id: uuid.UUID) -> ResponseReturnValue:
    case, colleagues = access.find(viewer(), Case, id, Permission.SEE_CASE), _colleagues()
    return _page(case, _form_for(colleagues)(data={"part": Part.SUPERVISOR.value}), colleagues)


def _colleagues() -> dict[uuid.UUID, User]:
    found = db.session.scalars(access.colleagues_for(viewer()))
    return {user.id: user for user in sorted(found, key=lambda user: (user.name or "").casefold())}


def _form_for(colleagues: dict[uuid.UUID, User]) -> type[StaffForm]:
    return staff_form([(str(user.id), user.name or "") for user in colleagues.values() if user.is_active])


@practice.post("/cases/<uuid:id>/staff")
def add_to_case(id: uuid.UUID) -> ResponseReturnValue:
    case, colleagues = access.find(viewer(), Case, id, Permission.STAFF_CASE), _colleagues()
    form = _form_for(colleagues)(request.form)
    if not form.validate():
        return _page(case, form, colleagues, status=400)
    colleague, part = colleagues[uuid.UUID(form.colleague.data)], Part(form.part.data)
    try:
        join_case(db.session(), case, colleague, part, by=actor(), at=now())
    except NotAllowedNow as refusal:
        return _page(case, form, colleagues, refusal=str(refusal), status=409)
    db.session.commit()
    flash("The staff of this case is changed.", "success")
    return redirect(url_for("practice.case_staff", id=id), 303)


def _page(
    case: Case, form: StaffForm, colleagues: dict[uuid.UUID, User], *, refusal: str = "", status: int = 200
) -> ResponseReturnValue:
    rows = access.rows_of(viewer(), CaseClinician, CaseClinician.case_id == case.id, order_by=CaseClinician.since)
    page = render_template(
        "practice/cases/staff.html",
        case=case,
        form=form,
        here=[row for row in rows if row.until is None],
        past=[row for row in reversed(rows) if row.until is not None],
        names={id: user.name for id, user in colleagues.items()},
        parts=dict(PARTS),
        meanings=MEANINGS,
        waiting=_waiting(case),
        may_change=access.permits(viewer(), Permission.STAFF_CASE, case),
        me=actor(),
        refusal=refusal,
    )
    return page, status


def _waiting(case: Case) -> int:
    """Notes of this case that wait for a supervisor's signature."""
    waits = (ProgressNote.case_id == case.id, ProgressNote.state == NoteState.SUBMITTED.value)
    counted = access.notes_for(viewer()).with_only_columns(func.count()).where(*waits).order_by(None)
    return db.session.scalar(counted) or 0


@practice.post("/staff/<uuid:id>/end")
def end_part(id: uuid.UUID) -> ResponseReturnValue:
    row = access.find(viewer(), CaseClinician, id, Permission.STAFF_CASE)
    case_id = row.case_id
    try:
        leave_case(db.session(), row, by=actor(), at=now())
    except NotAllowedNow as refusal:
        flash(str(refusal), "warning")
        return redirect(url_for("practice.case_staff", id=case_id), 303)
    is_own = row.user_id == actor()
    db.session.commit()
    flash("You no longer work on that case." if is_own else "This colleague no longer works on the case.", "success")
    return redirect(url_for("practice.caseload") if is_own else url_for("practice.case_staff", id=case_id), 303)
