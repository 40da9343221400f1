"""Homework, page by page: what this is, the questions, and every answer saved on its own.

Decides: where each button leads. Every button saves first; a save in the background says so in JSON. Must never know: what the
other person was given, or whether there is anything.
"""

from __future__ import annotations

import uuid

from flask import Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic.db import db
from clinic.models import NotAllowedNow
from clinic.models.drafting import drop_other, in_hand, keep, known_marks, leave_as_sent, mark, reopen, use_other
from clinic.models.written_twice import BOTH_KEPT, BOTH_KEPT_ELSEWHERE
from clinic.web.context import now, viewer
from clinic.web.portal import portal
from clinic.web.portal.opened import Opened, opened
from forms import Given, library
from forms.kinds import WorksheetForm

NOT_AS_IT_IS = "Not saved yet: something on this page cannot be kept as it is. Press Next to see what."


@portal.get("/homework/<uuid:id>")
def homework(id: uuid.UUID) -> ResponseReturnValue:
    here = opened(id)
    if not here.takes_answers:
        return redirect(url_for("portal.answers", id=id))
    return render_template(
        "portal/homework/introduction.html", here=here, introduction=_introduction(here), sees=here.lines.of_all(here.worksheet)
    )


def _introduction(here: Opened) -> tuple[str, ...]:
    """The module's introduction for this person's side; none while no side is set."""
    assignment = here.assignment
    if assignment.module_id is None or assignment.participant.side == "unset":
        return ()
    introduction = library.module(assignment.module_id).introduction
    return introduction.for_side(assignment.participant.side).paragraphs(here.wording)


@portal.route("/homework/<uuid:id>/<int:page>", methods=["GET", "POST"])
def homework_page(id: uuid.UUID, page: int) -> ResponseReturnValue:
    here = opened(id)
    WorksheetForm = here.form_class(page)
    if request.method == "GET":
        if not here.takes_answers:
            return redirect(url_for("portal.sent", id=id))
        return _page(here, page, WorksheetForm(data=WorksheetForm.draft(here.hand.givens)))
    form = WorksheetForm(request.form)
    is_valid = form.validate()
    typed = form.sound_answers()
    if not here.takes_answers and here.assignment.may_be_changed:
        if not _differs(here, typed):  # the page was gone back to after sending
            return redirect(url_for("portal.sent", id=id), 303)
        reopen(db.session(), here.assignment, device=viewer().sign_in_id, at=now())
    both = _keep(here, page, typed)
    anchor = _choose_between_versions(here, page)
    db.session.commit()
    wants_row = form.add_row(request.form.get("add_row", ""))
    if wants_row or not is_valid:
        return _page(opened(id), page, form, status=200 if is_valid else 400)
    if both:
        flash(BOTH_KEPT, "warning")
        return redirect(url_for("portal.homework_page", id=id, page=page), 303)
    if anchor:
        return redirect(url_for("portal.homework_page", id=id, page=page, _anchor=anchor), 303)
    return redirect(_where_next(here, page, request.form.get("go", "next")), 303)


def _page(here: Opened, page: int, form: WorksheetForm, *, status: int = 200) -> Response:
    marks = here.hand.marks(here.item_ids(page))
    return make_response(render_template("portal/homework/page.html", here=here, number=page, form=form, marks=marks), status)


def _differs(here: Opened, typed: dict[str, Given]) -> bool:
    return any(mark(given) != mark(here.hand.given(item_id)) for item_id, given in typed.items())


def _keep(here: Opened, page: int, typed: dict[str, Given]) -> frozenset[str]:
    known = known_marks(here.item_ids(page), request.form.get("revision", ""))
    return keep(db.session(), here.assignment, typed, known=known, device=viewer().sign_in_id, at=now())


def _choose_between_versions(here: Opened, page: int) -> str:
    """The button beside a version that was set aside: use it, or drop it. The place to go back to on the page."""
    item_id, _, choice = request.form.get("aside", "").partition(":")
    act, _, place = choice.partition(":")
    if item_id not in here.item_ids(page) or act not in ("use", "drop") or not (place.isascii() and place.isdigit()):
        return ""
    if act == "use":
        use_other(db.session(), here.assignment, item_id, int(place[:3]), device=viewer().sign_in_id, at=now())
    else:
        drop_other(db.session(), here.assignment, item_id, int(place[:3]))
    return f"{item_id}-item"


def _where_next(here: Opened, page: int, go: str) -> str:
    id = here.assignment.id
    if go == "later":
        flash("Saved. You can go on whenever you like.", "success")
        return url_for("portal.home")
    if go == "back":
        return url_for("portal.homework_page", id=id, page=page - 1) if page > 1 else url_for("portal.homework", id=id)
    if page < here.last_page:
        return url_for("portal.homework_page", id=id, page=page + 1)
    return url_for("portal.check", id=id)


@portal.post("/homework/<uuid:id>/<int:page>/draft")
def draft(id: uuid.UUID, page: int) -> ResponseReturnValue:
    """A save in the background. It never opens again what was sent."""
    here = opened(id)
    form = here.form_class(page)(request.form)
    is_valid = form.validate()
    both = _keep(here, page, form.sound_answers())
    reply = {"revision": in_hand(db.session(), here.assignment).marks(here.item_ids(page))}
    db.session.commit()
    if both:
        return jsonify(reply | {"message": BOTH_KEPT_ELSEWHERE, "kept": "both"}), 409
    if not is_valid:
        return jsonify(reply | {"message": NOT_AS_IT_IS}), 422
    return jsonify(reply)


@portal.post("/homework/<uuid:id>/reopening")
def reopening(id: uuid.UUID) -> ResponseReturnValue:
    """Open sent homework again, with the sent answers in place."""
    here = opened(id)
    if any(item.never_shared for item in here.worksheet.items):
        raise NotAllowedNow("What you sent here is not shown again. To add something, write a note to your counselor.")
    reopen(db.session(), here.assignment, device=viewer().sign_in_id, at=now())
    db.session.commit()
    return redirect(url_for("portal.homework_page", id=id, page=1), 303)


@portal.post("/homework/<uuid:id>/keeping")
def keeping(id: uuid.UUID) -> ResponseReturnValue:
    """Leave it as it was sent: what was typed since goes."""
    here = opened(id)
    leave_as_sent(db.session(), here.assignment)
    db.session.commit()
    flash("What you sent stands as it was.", "success")
    return redirect(url_for("portal.home"), 303)
