"""Psychotherapy notes: a counselor's own, apart from the record of the case.

Decides: what happens to a save that comes too late: both texts stand on the page, and neither is lost. Must never know: the record.
Nothing on these pages counts, lists or prints one of these notes for anybody but its author.
"""

from __future__ import annotations

import uuid

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm.exc import StaleDataError

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import Case, PsychotherapyNote
from clinic.models.psychotherapy import begin_psychotherapy_note
from clinic.web.context import actor, now, viewer
from clinic.web.errors import wants_json
from clinic.web.practice import practice
from clinic.web.practice.notes import signed_in_user
from clinic.web.words import clock_time
from forms.apart import ApartForm, hint

STALE = "This note was changed in another window since you opened it here."
JSON_STALE = "Not saved: changed in another window. Keep this page open."
UNSOUND = "Not saved: it is too long or holds a character that cannot be kept."


@practice.get("/cases/<uuid:id>/psychotherapy-notes")
def psychotherapy_notes(id: uuid.UUID) -> str:
    case = access.find(viewer(), Case, id, Permission.BEGIN_APART)
    return render_template("practice/apart/list.html", case=case, notes=_of(case.id))


def _of(case_id: uuid.UUID) -> list[PsychotherapyNote]:
    return access.rows_of(
        viewer(), PsychotherapyNote, PsychotherapyNote.case_id == case_id, order_by=PsychotherapyNote.begun_at.desc()
    )


@practice.post("/cases/<uuid:id>/psychotherapy-notes")
def begin_apart(id: uuid.UUID) -> ResponseReturnValue:
    """The one that is still empty, where there is one: a second press of the button begins no second note."""
    case = access.find(viewer(), Case, id, Permission.BEGIN_APART)
    empty = next((note for note in _of(case.id) if not (note.text or "").strip()), None)
    note = empty or begin_psychotherapy_note(db.session(), case.id, by=actor(), at=now())
    db.session.commit()
    return redirect(url_for("practice.psychotherapy_note", id=note.id), 303)


@practice.get("/psychotherapy-notes/<uuid:id>")
def psychotherapy_note(id: uuid.UUID) -> ResponseReturnValue:
    note = access.find(viewer(), PsychotherapyNote, id, Permission.KEEP_APART)
    return _editor(note, ApartForm(data={"text": note.text, "revision": note.version}))


@practice.post("/psychotherapy-notes/<uuid:id>/draft")
def save_apart(id: uuid.UUID) -> ResponseReturnValue:
    note = access.find(viewer(), PsychotherapyNote, id, Permission.KEEP_APART)
    form = ApartForm(request.form)
    if not form.validate():
        return (jsonify(message=UNSOUND), 422) if wants_json() else _editor(note, form, status=400)
    text = form.text.data or ""
    is_same = text == (note.text or "")
    if not is_same and form.revision.data != note.version:
        return _too_late(note, form)
    try:
        if not is_same:
            note.save(text, at=now())
        db.session.commit()
    except StaleDataError:  # on a server that lets two writers in at once
        db.session.rollback()
        return _too_late(note, form)
    if wants_json():
        return jsonify(revision=note.version, saved_at=clock_time(note.saved_at), hint=hint(text))
    flash("Saved.", "success")
    return redirect(url_for("practice.psychotherapy_note", id=note.id), 303)


def _too_late(note: PsychotherapyNote, form: ApartForm) -> ResponseReturnValue:
    if wants_json():
        return jsonify(message=JSON_STALE, revision=note.version, saved=note.text, typed=form.text.data), 409
    return _editor(note, form, beside=note.text or "", status=409)


def _editor(note: PsychotherapyNote, form: ApartForm, *, beside: str | None = None, status: int = 200) -> ResponseReturnValue:
    """``beside``: what is saved, when it is no longer what this window was opened with."""
    case = access.rows_of(viewer(), Case, Case.id == note.case_id)[0]
    page = render_template(
        "practice/apart/edit.html", case=case, note=note, form=form, beside=beside, reason=STALE,
        hint=hint(form.text.data or ""), me=signed_in_user(),
    )  # fmt: skip
    return page, status
