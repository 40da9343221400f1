"""Opening answers side by side, and accuracy exchanges: what stands in a case, and the acts of its counselor.

Decides: which page and words the counselor gets. Must never know: when something may be opened (`clinic.models.revealing`).
"""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import Case, Exchange, NotAllowedNow
from clinic.models import exchanges as running
from clinic.models.groups import group_of
from clinic.models.revealing import open_group, standing
from clinic.models.reveals import Place
from clinic.models.safety import why_joint_work_is_closed
from clinic.web.context import actor, now, viewer
from clinic.web.practice import practice
from clinic.web.practice.beside import exchanges_of, groups_of, opened_in, seen
from forms.reveals import OpenRevealForm

CHANGED = "These answers have changed since this page was opened. Read them once more, then open them."


@practice.get("/cases/<uuid:id>/reveals")
def reveals(id: uuid.UUID) -> ResponseReturnValue:
    return _page(access.find(viewer(), Case, id, Permission.OPEN_REVEAL))


@practice.post("/cases/<uuid:id>/reveals")
def open_reveal(id: uuid.UUID) -> ResponseReturnValue:
    """Opens exactly what the page showed."""
    case = access.find(viewer(), Case, id, Permission.OPEN_REVEAL)
    name, form = request.form.get("group", ""), OpenRevealForm(request.form)
    if not form.validate():
        return _page(case, form=form, tried=name, status=400)
    group = group_of(case.relation, name)
    if group is not None and seen(standing(db.session(), case, group)) != request.form.get("seen"):
        return _page(case, wrong=CHANGED, status=409)
    try:
        open_group(db.session(), case, name, place=Place(form.place.data), by=actor(), at=now())
    except NotAllowedNow as refusal:
        db.session.rollback()
        return _page(case, wrong=str(refusal), status=409)
    return _done(case.id, "Open now. Both find it on their pages.")


@practice.post("/cases/<uuid:id>/exchanges")
def begin_exchange(id: uuid.UUID) -> ResponseReturnValue:
    case = access.find(viewer(), Case, id, Permission.OPEN_REVEAL)
    seat = request.form.get("sayer", "")
    sayer = next((person for person in case.participants if str(person.seat) == seat), None)
    if sayer is None:
        return _page(case, wrong="Choose who says what they hear.", status=400)
    running.begin_exchange(db.session(), case, request.form.get("saying", ""), sayer, by=actor(), at=now())
    return _done(case.id, "The exchange has begun. Both worksheets are given.")


@practice.post("/exchanges/<uuid:id>/rounds")
def next_round(id: uuid.UUID) -> ResponseReturnValue:
    exchange = access.find(viewer(), Exchange, id, Permission.OPEN_REVEAL)
    running.next_round(db.session(), exchange, by=actor(), at=now())
    return _done(exchange.case_id, "The next round is given.")


@practice.post("/exchanges/<uuid:id>/end")
def end_exchange(id: uuid.UUID) -> ResponseReturnValue:
    exchange = access.find(viewer(), Exchange, id, Permission.OPEN_REVEAL)
    exchange.end(by=actor(), at=now())
    return _done(exchange.case_id, "The exchange has ended.")


def _done(case_id: uuid.UUID, said: str) -> ResponseReturnValue:
    db.session.commit()
    flash(said, "success")
    return redirect(url_for("practice.reveals", id=case_id), 303)


def _page(
    case: Case, *, form: OpenRevealForm | None = None, tried: str = "", wrong: str = "", status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "practice/reveals/case.html",
        case=case,
        closed=why_joint_work_is_closed(db.session(), case, at=now()),
        groups=groups_of(case),
        opened=opened_in(case),
        exchanges=exchanges_of(case),
        form=form or OpenRevealForm(),
        blank=OpenRevealForm(),
        tried=tried,
        wrong=[wrong] if wrong else [],
    )
    return page, status
