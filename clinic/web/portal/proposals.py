"""One's own proposal of a joint form: written alone, looked over, put to the other, taken back while nobody has answered it.

Decides: where each button leads, and what is said when two of one's own devices wrote at once. Must never know: the other's draft.
"""

from __future__ import annotations

import uuid

from flask import Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import JointVersion, NotAllowedNow
from clinic.models.agreeing import keep_draft, put_version, take_back, why_not_put
from clinic.models.joint_drafts import aside_of, choose_aside
from clinic.models.written_twice import BOTH_KEPT, BOTH_KEPT_ELSEWHERE, known_marks
from clinic.web.context import actor, now, today, viewer
from clinic.web.portal import portal
from clinic.web.portal.agreements import at_version, here_at, page_of
from clinic.web.portal.both import Both
from forms import form_for
from forms.agreeing import PutVersionForm
from forms.kinds import WorksheetForm

NOT_AS_IT_IS = "Not saved yet: something on this page cannot be kept as it is. Use the button below to see what."


@portal.route("/both/<uuid:id>/words", methods=["GET", "POST"])
def proposal(id: uuid.UUID) -> ResponseReturnValue:
    here = here_at(id)
    ProposalForm = form_for(here.worksheet, here.wording)
    if request.method == "GET":
        if here.form.ended_at is not None:
            return redirect(url_for("portal.agreement", id=id))
        return _words(here, ProposalForm(data=ProposalForm.draft(here.givens)))
    form = ProposalForm(request.form)
    is_valid = form.validate()
    go = request.form.get("go", "check")
    both, anchor = _keep(here, form), _choose_between_versions(here)
    db.session.commit()
    if anchor and is_valid:
        return redirect(url_for("portal.proposal", id=id, _anchor=anchor), 303)
    wants_row = form.add_row(request.form.get("add_row", ""))
    is_ready = is_valid and (wants_row or go != "check" or form.is_ready())
    if wants_row or not is_ready:
        return _words(here_at(id), form, status=200 if is_ready else 400)
    if both:
        flash(BOTH_KEPT, "warning")
        return redirect(url_for("portal.proposal", id=id), 303)
    if go == "check":
        return redirect(url_for("portal.check_proposal", id=id), 303)
    flash("Saved. Only you see it.", "success")
    return redirect(url_for("portal.home"), 303)


def _words(here: Both, form: WorksheetForm, *, status: int = 200) -> Response:
    return make_response(render_template("portal/agreements/words.html", here=here, form=form), status)


def _keep(here: Both, form: WorksheetForm) -> bool:
    """Whether something of another device is newly set aside."""
    marks, before = known_marks(here.item_ids, request.form.get("revision", "")), aside_of(here.draft)
    typed, device = form.sound_answers(), viewer().sign_in_id
    draft = keep_draft(db.session(), here.form, here.seat, typed, marks=marks, device=device, at=now())
    return bool(aside_of(draft)) and aside_of(draft) != before


def _choose_between_versions(here: Both) -> str:
    """The button beside words that were set aside: use them, or drop them. The place to go back to on the page."""
    item_id, _, choice = request.form.get("aside", "").partition(":")
    act, _, place = choice.partition(":")
    if item_id not in here.item_ids or act not in ("use", "drop") or not (place.isascii() and place.isdigit()):
        return ""
    choose_aside(
        db.session(), here.form, here.seat, item_id, int(place[:3]), use=act == "use", device=viewer().sign_in_id, at=now()
    )
    return f"{item_id}-item"


@portal.post("/both/<uuid:id>/words/draft")
def proposal_draft(id: uuid.UUID) -> ResponseReturnValue:
    """A save in the background."""
    here = here_at(id)
    form = form_for(here.worksheet, here.wording)(request.form)
    is_valid = form.validate()
    both = _keep(here, form)
    reply = {"revision": here_at(id).marks}
    db.session.commit()
    if both:
        return jsonify(reply | {"message": BOTH_KEPT_ELSEWHERE, "kept": "both"}), 409
    return (jsonify(reply), 200) if is_valid else (jsonify(reply | {"message": NOT_AS_IT_IS}), 422)


@portal.get("/both/<uuid:id>/check")
def check_proposal(id: uuid.UUID) -> ResponseReturnValue:
    here = here_at(id)
    if here.draft is None:
        return redirect(url_for("portal.agreement", id=id))
    return _check(here, PutVersionForm(data={"after": here.newest}))


def _check(here: Both, form: PutVersionForm, *, status: int = 200) -> Response:
    parts, lacks = here.parts(here.givens), why_not_put(here.worksheet, here.givens, day=today())
    return make_response(render_template("portal/agreements/check.html", here=here, form=form, parts=parts, lacks=lacks), status)


@portal.post("/both/<uuid:id>/versions")
def put_version_to_both(id: uuid.UUID) -> ResponseReturnValue:
    here = here_at(id)
    form = PutVersionForm(request.form)
    if not form.validate():
        if here.draft is None:
            return redirect(url_for("portal.agreement", id=id), 303)
        return _check(here, form, status=400)
    name, after = form.name.data or "", form.after.data or 0
    try:
        put_version(db.session(), here.form, here.seat, typed_name=name, after=after, day=today(), by=actor(), at=now())
    except NotAllowedNow as refusal:
        db.session.rollback()
        return page_of(here_at(id), refusals=(str(refusal),), status=409)
    db.session.commit()
    flash("Your version is there for both of you to read.", "success")
    return redirect(url_for("portal.agreement", id=id), 303)


@portal.post("/both/versions/<uuid:id>/taking-back")
def take_back_version(id: uuid.UUID) -> ResponseReturnValue:
    """One's own, while the other has not answered it."""
    access.find(viewer(), JointVersion, id, Permission.TAKE_BACK)
    here, version = at_version(id)
    form_id = here.form.id
    try:
        take_back(db.session(), here.form, version, participant=here.seat, by=actor(), at=now())
    except NotAllowedNow as refusal:
        db.session.rollback()
        return page_of(here_at(form_id), refusals=(str(refusal),), status=409)
    db.session.commit()
    flash("You have taken this version back. Its words are yours alone again.", "success")
    return redirect(url_for("portal.agreement", id=form_id), 303)
