"""Why joint work is closed in a case, and clearing it.

Decides: nothing; `clinic.models.safety` does. The sentences are the counselor's alone: to a client all that is not open is alike.
"""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import Case, NotAllowedNow, SafetyClearance
from clinic.models.safety import clear_joint_work, why_affection_is_closed, why_joint_work_is_closed
from clinic.web.context import actor, now, today, viewer
from clinic.web.practice import practice
from forms.reveals import ClearanceForm


@practice.route("/cases/<uuid:id>/safety", methods=["GET", "POST"])
def clear_safety(id: uuid.UUID) -> ResponseReturnValue:
    case = access.find(viewer(), Case, id, Permission.CLEAR_SAFETY)
    form = ClearanceForm(request.form if request.method == "POST" else None, today=today())
    if request.method == "GET":
        return _page(case, form)
    if not form.validate():
        return _page(case, form, status=400)
    reason, recheck_on = form.reason.data or "", form.recheck_on.data or today()
    try:
        clear_joint_work(db.session(), case, reason=reason, recheck_on=recheck_on, by=actor(), at=now())
    except NotAllowedNow as refusal:
        db.session.rollback()
        form.reason.errors = [str(refusal)]
        return _page(case, form, status=409)
    db.session.commit()
    flash("Joint work is cleared until the day that you chose.", "success")
    return redirect(url_for("practice.clear_safety", id=id), 303)


def _page(case: Case, form: ClearanceForm, *, status: int = 200) -> ResponseReturnValue:
    joint = why_joint_work_is_closed(db.session(), case, at=now())
    affection = why_affection_is_closed(db.session(), case, at=now())
    rows = access.rows_of(viewer(), SafetyClearance, SafetyClearance.case_id == case.id, order_by=SafetyClearance.cleared_at.desc())
    page = render_template(
        "practice/safety/clear.html",
        case=case,
        form=form,
        joint=joint,
        affection=[words for words in affection if words not in joint],
        clearances=rows,
    )
    return page, status
