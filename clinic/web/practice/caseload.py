"""The first page of the day: who needs me, then the cases, as one likes to see them.

Decides: what of the caseload is on the page. Must never know: what anyone answered. A name that is looked for is sent as a form, so
that it stands in no address.
"""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import NotAllowedNow, SavedView
from clinic.models.views import keep_view
from clinic.web.context import actor, now, today, viewer
from clinic.web.practice import practice
from clinic.web.practice.attention import Caseload, caseload_of
from clinic.web.practice.cover import covers_told
from clinic.web.practice.listed import Listing, listing, named
from clinic.web.practice.naming import TIES
from forms.caseload import FindForm, KeepViewForm, View, ViewForm


@practice.get("/")
def caseload() -> ResponseReturnValue:
    found, view = _found(), View.of(request.args)
    return _page(found, listing(found.rows, view), view)


@practice.post("/found")
def found_cases() -> ResponseReturnValue:
    """Nothing is changed here: it is a POST for the sake of the name."""
    access.require(viewer(), Permission.ADD_CASE)
    form, found = FindForm(request.form), _found()
    if not form.validate():
        return _page(found, listing(found.rows, View()), View(), finding=form, status=400)
    return _page(found, named(found.rows, form.name.data or ""), View(), finding=form)


@practice.post("/views")
def keep_this_view() -> ResponseReturnValue:
    access.require(viewer(), Permission.ADD_CASE)
    form, view = KeepViewForm(request.form), View.of(request.form)
    mine = _views()
    try:
        if form.validate():
            keep_view(
                db.session(), mine, title=form.title.data or "", asked=view.as_query(),
                submission_key=form.submission_key.data, by=actor(), at=now(),
            )  # fmt: skip
            db.session.commit()
            flash("The view is kept.", "success")
            return redirect(url_for("practice.caseload", **view.as_query(), _anchor="cases"), 303)
    except NotAllowedNow as refusal:
        form.title.errors = [*form.title.errors, str(refusal)]
    found = _found()
    return _page(found, listing(found.rows, view), view, keeping=form, status=400)


@practice.post("/views/<uuid:id>/removal")
def remove_view(id: uuid.UUID) -> ResponseReturnValue:
    """A view is no part of anybody's record: it is gone for good."""
    db.session.delete(access.find(viewer(), SavedView, id, Permission.KEEP_VIEW))
    db.session.commit()
    flash("The view is removed. The cases are all there.", "success")
    return redirect(url_for("practice.caseload", _anchor="cases"), 303)


def _found() -> Caseload:
    found = caseload_of(viewer(), today=today(), now=now())
    g.open_tasks = found.open_tasks  # the bar above the page need not count them again
    return found


def _views() -> list[SavedView]:
    return sorted(access.rows_of(viewer(), SavedView), key=lambda one: (one.title or "").casefold())


def _page(
    found: Caseload,
    shown: Listing,
    view: View,
    *,
    finding: FindForm | None = None,
    keeping: KeepViewForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    about: dict[str, Any] = {
        "covers": covers_told(viewer(), at=now()),
        "looked_for": finding.name.data if finding and not finding.errors else "",
        "choosing": ViewForm(data={key: getattr(view, key) for key in ("state", "waits", "tie", "order")}),
        "finding": finding or FindForm(),
        "keeping": keeping or KeepViewForm(),
        "views": [(one, View.of(one.asked).as_query()) for one in _views()],
    }
    page = render_template(
        "practice/caseload.html", needs=found.needs, has_cases=bool(found.rows), shown=shown, view=view, ties=TIES, **about
    )
    return page, status
