"""What two people agree on, as each of them does it: read, propose, put to the other, sign, decline, end.

Decides: where each button leads, and what is said when a step comes too late. Must never know: the other's draft. Declining asks
no reason, ending asks none either, and nothing here says whether the other has looked.
"""

from __future__ import annotations

import uuid

from flask import Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import JointForm, JointVersion, NotAllowedNow
from clinic.models.agreeing import DraftChanged, decide, keep_draft, put_version, why_not_put
from clinic.models.joint import Decision
from clinic.reporting.agreed import agreement_document
from clinic.web.context import actor, now, settings, today, viewer
from clinic.web.portal import portal
from clinic.web.portal.both import Both, both_of
from clinic.web.printing import as_attachment
from forms import form_for
from forms.agreeing import PutVersionForm, SignVersionForm
from forms.kinds import WorksheetForm

NOT_AS_IT_IS = "Not saved yet: something on this page cannot be kept as it is. Use the button below to see what."
NOTHING_IN_FORCE = "Nothing is in force here now, so there is nothing to end."


def _here(id: uuid.UUID, permission: Permission = Permission.PROPOSE) -> Both:
    return both_of(access.find(viewer(), JointForm, id, permission))


def _at_version(id: uuid.UUID) -> tuple[Both, JointVersion]:
    row = access.find(viewer(), JointVersion, id, Permission.DECIDE)
    here = _here(row.form_id)
    return here, next(one for one in here.form.versions if one.id == row.id)


@portal.get("/both/<uuid:id>")
def agreement(id: uuid.UUID) -> ResponseReturnValue:
    return _page(_here(id))


def _page(here: Both, *, form: SignVersionForm | None = None, refusals: tuple[str, ...] = (), status: int = 200) -> Response:
    versions = here.versions()
    in_force = here.form.in_force_on(today())
    body = render_template(
        "portal/agreements/one.html",
        here=here,
        versions=versions,
        table=next((one for one in versions if one.row is here.form.on_the_table), None),
        in_force=next((one for one in versions if one.row is in_force), None),
        form=form or SignVersionForm(),
        refusals=refusals,
    )
    return make_response(body, status)


# --- one's own proposal -------------------------------------------------------------------------------------------------


@portal.route("/both/<uuid:id>/words", methods=["GET", "POST"])
def proposal(id: uuid.UUID) -> ResponseReturnValue:
    here = _here(id)
    ProposalForm = form_for(here.worksheet, here.wording)
    if request.method == "GET":
        if here.form.ended_at is not None:
            return redirect(url_for("portal.agreement", id=id))
        return _words(here, ProposalForm(data=ProposalForm.draft(here.givens)))
    form = ProposalForm(request.form)
    is_valid = form.validate()
    go = request.form.get("go", "check")
    try:
        keep_draft(db.session(), here.form, here.seat, form.sound_answers(), known=_revision(), at=now())
    except DraftChanged as changed:
        db.session.rollback()
        return _words(_here(id), form, also=(str(changed),), status=409)
    db.session.commit()
    wants_row = form.add_row(request.form.get("add_row", ""))
    is_ready = is_valid and (wants_row or go != "check" or form.is_ready())
    if wants_row or not is_ready:
        return _words(_here(id), form, status=200 if is_ready else 400)
    if go == "check":
        return redirect(url_for("portal.check_proposal", id=id), 303)
    flash("Saved. Only you see it.", "success")
    return redirect(url_for("portal.home"), 303)


def _words(here: Both, form: WorksheetForm, *, also: tuple[str, ...] = (), status: int = 200) -> Response:
    return make_response(render_template("portal/agreements/words.html", here=here, form=form, also=also), status)


def _revision() -> int:
    typed = request.form.get("revision", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


@portal.post("/both/<uuid:id>/words/draft")
def proposal_draft(id: uuid.UUID) -> ResponseReturnValue:
    """A save in the background."""
    here = _here(id)
    form = form_for(here.worksheet, here.wording)(request.form)
    is_valid = form.validate()
    draft = keep_draft(db.session(), here.form, here.seat, form.sound_answers(), known=_revision(), at=now())
    reply = {"revision": draft.revision}
    db.session.commit()
    return (jsonify(reply), 200) if is_valid else (jsonify(reply | {"message": NOT_AS_IT_IS}), 422)


@portal.get("/both/<uuid:id>/check")
def check_proposal(id: uuid.UUID) -> ResponseReturnValue:
    here = _here(id)
    if here.draft is None:
        return redirect(url_for("portal.agreement", id=id))
    return _check(here, PutVersionForm(data={"after": here.newest}))


def _check(here: Both, form: PutVersionForm, *, status: int = 200) -> Response:
    parts, lacks = here.parts(here.givens), why_not_put(here.worksheet, here.givens, day=today())
    return make_response(render_template("portal/agreements/check.html", here=here, form=form, parts=parts, lacks=lacks), status)


@portal.post("/both/<uuid:id>/versions")
def put_version_to_both(id: uuid.UUID) -> ResponseReturnValue:
    here = _here(id)
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
        return _page(_here(id), refusals=(str(refusal),), status=409)
    db.session.commit()
    flash("Your version is there for both of you to read.", "success")
    return redirect(url_for("portal.agreement", id=id), 303)


# --- answering a version --------------------------------------------------------------------------------------------------


@portal.post("/both/versions/<uuid:id>/signature")
def sign_version(id: uuid.UUID) -> ResponseReturnValue:
    here, version = _at_version(id)
    form = SignVersionForm(request.form)
    if not form.validate():
        return _page(here, form=form, status=400)
    return _decided(here, version, Decision.SIGNED, "You have signed.", typed_name=form.name.data or "")


@portal.post("/both/versions/<uuid:id>/refusal")
def decline_version(id: uuid.UUID) -> ResponseReturnValue:
    here, version = _at_version(id)
    return _decided(here, version, Decision.DECLINED, "You have said no to this version. Nobody asks you why.")


def _decided(here: Both, version: JointVersion, decision: Decision, said: str, *, typed_name: str = "") -> ResponseReturnValue:
    id = here.form.id
    try:
        decide(
            db.session(), here.form, version, decision, participant=here.seat, typed_name=typed_name, day=today(),
            by=actor(), at=now(),
        )  # fmt: skip
    except NotAllowedNow as refusal:
        db.session.rollback()
        return _page(_here(id), refusals=(str(refusal),), status=409)
    db.session.commit()
    flash(said, "success")
    return redirect(url_for("portal.agreement", id=id), 303)


@portal.post("/both/<uuid:id>/end")
def end_agreement(id: uuid.UUID) -> ResponseReturnValue:
    """At once, and without a reason."""
    here = _here(id, Permission.END_AGREEMENT)
    if here.form.ended_at is None:
        if here.form.in_force_on(today()) is None:
            return _page(here, refusals=(NOTHING_IN_FORCE,), status=409)
        here.form.end(by=actor(), at=now())
        db.session.commit()
    flash("This has ended.", "success")
    return redirect(url_for("portal.agreement", id=id), 303)


@portal.get("/both/versions/<uuid:id>/document.pdf")
def agreement_file(id: uuid.UUID) -> Response:
    here, version = _at_version(id)
    return as_attachment(agreement_document(here.form, version, here.seat.case, settings=settings(), at=now()))
