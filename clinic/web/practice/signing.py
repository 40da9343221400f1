"""Signing a note, and adding to one that is signed.

Decides: that only what stood on the page is signed. Must never know: what makes a note final (that is `clinic.models.finality`).
"""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import NotAllowedNow, ProgressNote
from clinic.web.context import actor, now, viewer
from clinic.web.practice import practice
from clinic.web.practice.notes import note_context, reader, signed_in_user
from forms.notes import AddendumForm


@practice.route("/notes/<uuid:id>/signature", methods=["GET", "POST"])
def signature(id: uuid.UUID) -> ResponseReturnValue:
    """First what becomes final, then the signature. Only what stood on that page is signed."""
    note = access.find(viewer(), ProgressNote, id, Permission.SIGN_NOTE)
    if note.is_signed:
        flash("This note is signed. Nothing was changed.", "warning")
        return redirect(url_for("practice.note", id=id), 303)
    if request.method == "GET":
        return _signing(note)
    if request.form.get("revision") != str(note.version):
        return _signing(note, "The note was changed since this page was opened. This is how it stands now.")
    try:
        note.sign(by=actor(), name=_name_to_print(), at=now())
    except NotAllowedNow as refusal:
        return _signing(note, str(refusal))
    db.session.commit()
    flash("The note is signed and final.", "success")
    return redirect(url_for("practice.note", id=id), 303)


def _signing(note: ProgressNote, refusal: str = "") -> ResponseReturnValue:
    page = render_template("practice/notes/sign.html", **note_context(note), name=_name_to_print(), refusal=refusal)
    return page, 409 if refusal else 200


def _name_to_print() -> str:
    """The signature: "Dana Reed, LMFT"."""
    me = signed_in_user()
    return ", ".join(part for part in (me.name, me.credentials) if part)


@practice.post("/notes/<uuid:id>/addenda")
def add_addendum(id: uuid.UUID) -> ResponseReturnValue:
    note = access.find(viewer(), ProgressNote, id, Permission.ADD_ADDENDUM)
    form = AddendumForm(request.form)
    if not note.is_signed:
        raise NotAllowedNow("This note is still a draft: change the note itself.")
    if not form.validate():
        return reader(note, form, status=400)
    # An addendum is final at once, so the second press of a button must not make a second one.
    if not any(one.text == form.text.data and one.author_id == actor() for one in note.addenda):
        note.add(str(form.text.data), by=actor(), name=_name_to_print(), at=now())
    db.session.commit()
    flash("The addendum is signed and added.", "success")
    return redirect(url_for("practice.note", id=id), 303)
