"""Consent and the confidentiality policy: read, and signed by each person with their own sign-in.

Decides: which documents are this person's, and in which order. Must never know: whether the other has signed.
"""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import NotFound, Permission
from clinic.db import db
from clinic.models import Participant, Signature
from clinic.models.opening import CONSENT, sign_document
from clinic.web.context import actor, now, viewer
from clinic.web.portal import portal
from clinic.web.portal.seat import StepsFirst, documents, own_seat, steps, wording_for
from forms import library
from forms.definition import Document
from forms.documents import SignatureForm

ANOTHER_TEXT = "This text has changed since you opened it. What stands here now is the new one. Read it before you sign."


@portal.route("/documents/<document>", methods=["GET", "POST"])
def document(document: str) -> ResponseReturnValue:
    seat = access.find(viewer(), Participant, own_seat().id, Permission.SIGN_DOCUMENT)
    text = _put_to(seat, document)
    signature = _signature(text)
    form = SignatureForm(request.form if request.method == "POST" else None)
    has_changed = request.method == "POST" and signature is None and form.version.data != str(text.version)
    if has_changed:
        form.agree.data, form.agree.errors = False, [ANOTHER_TEXT]
    elif request.method == "POST" and signature is None and form.validate():
        sign_document(db.session(), seat, text.id, typed_name=form.name.data or "", by=actor(), at=now())
        db.session.commit()
        return redirect(url_for("portal.home"), 303)
    if request.method == "POST" and signature is not None:  # tapped twice
        return redirect(url_for("portal.home"), 303)
    if signature is not None:
        text = library.document(text.id, signature.version)  # the words that were signed
    body = render_template("portal/documents/document.html", text=text, form=form, signature=signature, wording=wording_for(seat))
    return make_response(body, 409 if has_changed else 400 if form.errors else 200)


def _put_to(seat: Participant, name: str) -> Document:
    """The document of this name, if it was put to this person; the policy only once the consent is signed."""
    found = next((one for one in documents(seat) if one.id == name), None)
    if found is None:
        raise NotFound(Permission.SIGN_DOCUMENT)
    if name != CONSENT and not steps(seat).consent:
        raise StepsFirst
    return found


def _signature(text: Document) -> Signature | None:
    """The newest one of this person under this document, in whatever version."""
    mine = access.rows_of(viewer(), Signature, Signature.document == text.id, order_by=Signature.signed_at.desc())
    return mine[0] if mine else None
