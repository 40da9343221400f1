"""A trainee's note and its supervisor: sent, taken back, signed, returned with a comment.

Decides: that only what stood on the page is sent, signed or returned. Must never know: who supervises whom (`clinic.access`), or
what is allowed when (`clinic.models.supervising`).
"""

from __future__ import annotations

import uuid

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import NotAllowedNow, ProgressNote
from clinic.models.supervising import give_back, send_to_supervisor, take_back
from clinic.web.context import actor, now, viewer
from clinic.web.practice import practice
from clinic.web.practice.notes import reader
from clinic.web.practice.signing import CHANGED, last_look, name_to_print
from forms.notes import ReturnForm


@practice.route("/notes/<uuid:id>/submission", methods=["GET", "POST"])
def submission(id: uuid.UUID) -> ResponseReturnValue:
    note = access.find(viewer(), ProgressNote, id, Permission.SEND_NOTE)
    if not note.is_draft:
        flash("This note is signed." if note.is_signed else "This note is with the supervisor.", "warning")
        return redirect(url_for("practice.note", id=id), 303)
    if request.method == "GET":
        return last_look(note)
    if request.form.get("revision") != str(note.version):
        return last_look(note, CHANGED)
    try:
        send_to_supervisor(note, by=actor(), name=name_to_print(), at=now())
    except NotAllowedNow as refusal:
        return last_look(note, str(refusal))
    db.session.commit()
    flash("The note is with the supervisor.", "success")
    return redirect(url_for("practice.note", id=id), 303)


@practice.post("/notes/<uuid:id>/submission/end")
def take_note_back(id: uuid.UUID) -> ResponseReturnValue:
    """A second press, or one that comes after a return, changes nothing."""
    note = access.find(viewer(), ProgressNote, id, Permission.TAKE_BACK_NOTE)
    if not note.is_draft:
        take_back(note, by=actor(), at=now())
        db.session.commit()
    flash("The note is a draft again.", "success")
    return redirect(url_for("practice.note", id=id), 303)


@practice.post("/notes/<uuid:id>/cosignature")
def cosignature(id: uuid.UUID) -> ResponseReturnValue:
    note = access.find(viewer(), ProgressNote, id, Permission.REVIEW_NOTE)
    if note.is_with_supervisor and request.form.get("revision") != str(note.version):
        return reader(note, refusal=CHANGED, status=409)
    if not note.is_signed:
        try:
            note.sign(by=actor(), name=name_to_print(), at=now())
        except NotAllowedNow as refusal:
            return reader(note, refusal=str(refusal), status=409)
        db.session.commit()
    flash("The note is signed and final.", "success")
    return redirect(url_for("practice.note", id=id), 303)


@practice.post("/notes/<uuid:id>/return")
def return_note(id: uuid.UUID) -> ResponseReturnValue:
    """After it the note is its author's draft, and no longer the supervisor's to open: on to the list."""
    note = access.find(viewer(), ProgressNote, id, Permission.REVIEW_NOTE)
    comment = ReturnForm(request.form)
    if not comment.validate():
        return reader(note, comment=comment, status=400)
    if note.is_with_supervisor and request.form.get("revision") != str(note.version):
        return reader(note, comment=comment, refusal=CHANGED, status=409)
    try:
        give_back(note, str(comment.comment.data), by=actor(), name=name_to_print(), at=now())
    except NotAllowedNow as refusal:
        return reader(note, comment=comment, refusal=str(refusal), status=409)
    case_id = note.case_id
    db.session.commit()
    flash("The note went back with your comment.", "success")
    return redirect(url_for("practice.case_notes", id=case_id), 303)
