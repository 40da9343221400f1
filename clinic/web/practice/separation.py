"""Separating a case: what will happen, in words, and then the one act.

Decides: nothing; `clinic.models.separating` does. The two are told nothing: their pages hold less from then on.
"""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import Case, NotAllowedNow
from clinic.models.separating import separate
from clinic.web.context import actor, now, settings, viewer
from clinic.web.practice import practice
from forms.separation import SeparationForm


@practice.route("/cases/<uuid:id>/separation", methods=["GET", "POST"])
def separation(id: uuid.UUID) -> ResponseReturnValue:
    case = access.find(viewer(), Case, id, Permission.CHANGE_CASE)
    form = SeparationForm(request.form if request.method == "POST" else None)
    if request.method == "GET":
        return _page(case, form)
    if not case.is_separated:  # a second press of the button finds it done
        if not form.validate():
            return _page(case, form, status=400)
        try:
            separate(db.session(), case, why=form.why.data or "", by=actor(), at=now().astimezone(settings().practice.zone))
        except NotAllowedNow as refusal:
            db.session.rollback()
            return _page(access.find(viewer(), Case, id, Permission.CHANGE_CASE), form, refusal=str(refusal), status=409)
        db.session.commit()
    flash("The case is separated. Neither of them sees anything of the other any more.", "success")
    return redirect(url_for("practice.case", id=id), 303)


def _page(case: Case, form: SeparationForm, *, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    page = render_template("practice/separation/separate.html", case=case, form=form, refusals=[refusal] if refusal else [])
    return page, status
