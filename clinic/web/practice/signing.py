"""Signing a note, adding to one that is signed, and saying of one that it does not hold.

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
from clinic.models.voiding import IS_VOID, void_note
from clinic.web.context import actor, now, viewer
from clinic.web.practice import practice
from clinic.web.practice.notes import note_context, reader, signed_in_user
from forms.notes import AddendumForm, VoidForm

CHANGED = "The note was changed since this page was opened. This is how it stands now."


@practice.route("/notes/<uuid:id>/signature", methods=["GET", "POST"])
def signature(id: uuid.UUID) -> ResponseReturnValue:
    """First what becomes final, then the signature. Only what stood on that page is signed."""
    note = access.find(viewer(), ProgressNote, id, Permission.SIGN_NOTE)
    if not note.is_draft:
        flash("This note is signed. Nothing was changed." if note.is_signed else "This note is with the supervisor.", "warning")
        return redirect(url_for("practice.note", id=id), 303)
    if request.method == "GET":
        return last_look(note)
    if request.form.get("revision") != str(note.version):
        return last_look(note, CHANGED)
    try:
        note.sign(by=actor(), name=name_to_print(), at=now())
    except NotAllowedNow as refusal:
        return last_look(note, str(refusal))
    db.session.commit()
    flash("The note is signed and final.", "success")
    return redirect(url_for("practice.note", id=id), 303)


def last_look(note: ProgressNote, refusal: str = "") -> ResponseReturnValue:
    """The whole note as it will stand, and what follows: of one's own signature, or of sending it to the supervisor."""
    signer = {"name": name_to_print(), "me": signed_in_user()}
    return render_template("practice/notes/sign.html", **note_context(note), **signer, refusal=refusal), 409 if refusal else 200


def name_to_print() -> str:
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
    if note.is_void:
        return reader(note, form, refusal=IS_VOID, status=409)
    # An addendum is final at once, so the second press of a button must not make a second one.
    if not any(one.text == form.text.data and one.author_id == actor() for one in note.addenda):
        note.add(str(form.text.data), by=actor(), name=name_to_print(), at=now())
    db.session.commit()
    flash("The addendum is signed and added.", "success")
    return redirect(url_for("practice.note", id=id), 303)


@practice.route("/notes/<uuid:id>/void", methods=["GET", "POST"])
def void(id: uuid.UUID) -> ResponseReturnValue:
    """First what follows, then the reason. A second press says that it is done."""
    note = access.find(viewer(), ProgressNote, id, Permission.VOID_NOTE)
    if note.is_void or not note.is_signed:
        flash("This note is void already." if note.is_void else "Only a signed note is marked void. A draft is changed.", "warning")
        return redirect(url_for("practice.note", id=id), 303)
    form = VoidForm(request.form if request.method == "POST" else None)
    if request.method == "GET" or not form.validate():
        page = render_template("practice/notes/void.html", **note_context(note), form=form, name=name_to_print())
        return page, 400 if form.errors else 200
    void_note(note, reason=str(form.reason.data), by=actor(), name=name_to_print(), at=now())
    db.session.commit()
    flash("The note is marked void. It can still be read here, and stands in no report.", "success")
    return redirect(url_for("practice.note", id=id), 303)
