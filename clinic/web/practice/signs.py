"""The counselor's word on one sign of a stage: to put something on record, to waive a sign, and to take either back.

Decides: that only a sign that leaves room for it takes a word, and once. Must never know: what the word does to the proposal.
"""

from __future__ import annotations

import uuid

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import NotFound, Permission
from clinic.db import db
from clinic.models import Case, StageMark
from clinic.models.programme import mark_sign as put_on_record
from clinic.reporting.facts import marks_of
from clinic.web.context import actor, now, viewer
from clinic.web.practice import practice
from clinic.web.practice.stages import stage_module, stage_page
from clinic.web.practice.weighing import word_on
from forms.criteria import key_of
from forms.notes import MarkForm


@practice.post("/cases/<uuid:id>/stages/<module_id>/marks")
def mark_sign(id: uuid.UUID, module_id: str) -> ResponseReturnValue:
    module = stage_module(module_id)
    case = access.find(viewer(), Case, id, Permission.CHANGE_STAGE)
    form = MarkForm(request.form)
    criterion = next((one for one in module.criteria if key_of(one) == form.sign.data), None)
    name, waives = word_on(criterion) if criterion is not None else ("", False)
    if not name:
        raise NotFound(Permission.CHANGE_STAGE)
    if not form.validate():
        return stage_page(case, module, mark_form=form, status=400)
    live = [one for one in marks_of(viewer(), case, module) if (one.name, one.waives) == (name, waives) and not one.taken_back_at]
    if not live:  # a second press of the button says the same again
        reason = form.reason.data or ""
        put_on_record(db.session(), case, module.id, name=name, waives=waives, reason=reason, by=actor(), at=now())
        db.session.commit()
    flash("Waived, with your reason beside it." if waives else "It is on record.", "success")
    return redirect(url_for("practice.stage", id=id, module_id=module.id, _anchor="criteria"), 303)


@practice.post("/stage-marks/<uuid:id>/end")
def take_back_mark(id: uuid.UUID) -> ResponseReturnValue:
    mark = access.find(viewer(), StageMark, id, Permission.CHANGE_STAGE)
    mark.take_back(by=actor(), at=now())
    db.session.commit()
    flash("Taken back. The sign is counted as it stands.", "success")
    return redirect(url_for("practice.stage", id=mark.case_id, module_id=mark.module_id, _anchor="criteria"), 303)
