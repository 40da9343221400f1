"""What two people agree on, as each of them does it: read, propose, put to the other, sign, decline, end.

Decides: where each button leads, and what is said when a step comes too late. Must never know: the other's draft. Declining asks
no reason, ending asks none either, and nothing here says whether the other has looked.
"""

from __future__ import annotations

import uuid

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import NotFound, Permission
from clinic.db import db
from clinic.models import JointForm, JointVersion, NotAllowedNow
from clinic.models.agreeing import decide
from clinic.models.joint import Decision
from clinic.reporting.agreed import agreement_document
from clinic.web.context import actor, now, settings, today, viewer
from clinic.web.portal import portal
from clinic.web.portal.both import Both, both_of
from clinic.web.printing import as_attachment
from forms.agreeing import SignVersionForm

NOTHING_IN_FORCE = "Nothing is in force here now, so there is nothing to end."


def here_at(id: uuid.UUID, permission: Permission = Permission.PROPOSE, *, to_read: bool = False) -> Both:
    """What both had signed before they were separated is there to be read, and for nothing else."""
    form = access.find(viewer(), JointForm, id, permission)
    if form.is_frozen and not to_read:
        raise NotFound(permission)
    return both_of(form)


def at_version(id: uuid.UUID, *, to_read: bool = False) -> tuple[Both, JointVersion]:
    row = access.find(viewer(), JointVersion, id, Permission.DECIDE)
    here = here_at(row.form_id, to_read=to_read)
    return here, next(one for one in here.form.versions if one.id == row.id)


@portal.get("/both/<uuid:id>")
def agreement(id: uuid.UUID) -> ResponseReturnValue:
    return page_of(here_at(id, to_read=True))


def page_of(here: Both, *, form: SignVersionForm | None = None, refusals: tuple[str, ...] = (), status: int = 200) -> Response:
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


# --- answering a version --------------------------------------------------------------------------------------------------


@portal.post("/both/versions/<uuid:id>/signature")
def sign_version(id: uuid.UUID) -> ResponseReturnValue:
    here, version = at_version(id)
    form = SignVersionForm(request.form)
    if not form.validate():
        return page_of(here, form=form, status=400)
    return _decided(here, version, Decision.SIGNED, "You have signed.", typed_name=form.name.data or "")


@portal.post("/both/versions/<uuid:id>/refusal")
def decline_version(id: uuid.UUID) -> ResponseReturnValue:
    here, version = at_version(id)
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
        return page_of(here_at(id), refusals=(str(refusal),), status=409)
    db.session.commit()
    flash(said, "success")
    return redirect(url_for("portal.agreement", id=id), 303)


@portal.post("/both/<uuid:id>/end")
def end_agreement(id: uuid.UUID) -> ResponseReturnValue:
    """At once, and without a reason."""
    here = here_at(id, Permission.END_AGREEMENT)
    if here.form.ended_at is None:
        if here.form.in_force_on(today()) is None:
            return page_of(here, refusals=(NOTHING_IN_FORCE,), status=409)
        here.form.end(by=actor(), at=now())
        db.session.commit()
    flash("This has ended.", "success")
    return redirect(url_for("portal.agreement", id=id), 303)


@portal.get("/both/versions/<uuid:id>/document.pdf")
def agreement_file(id: uuid.UUID) -> Response:
    here, version = at_version(id, to_read=True)
    return as_attachment(agreement_document(here.form, version, here.seat.case, settings=settings(), at=now()))
