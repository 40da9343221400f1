"""Writing the note of a session, signing it, and adding to it.

Decides: what happens to a save that comes too late. It is answered with both texts and changes nothing, so that neither is lost.
Must never know: what makes a note final (that is `clinic.models.notes`).
"""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm.exc import StaleDataError

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import NotAllowedNow, ProgressNote, User
from clinic.web.context import actor, now, viewer
from clinic.web.errors import wants_json
from clinic.web.practice import practice
from clinic.web.practice.drafting import changed_text, draft_form, entries_of, is_same, saved_form, stage_titles, with_saved_entries
from clinic.web.practice.encounters import attendees_of, case_around
from forms.notes import RATINGS, SECTIONS, AddendumForm, NoteForm

STALE = "This note was changed in another window since you opened it here."
SIGNED_MEANWHILE = "This note was signed in another window, so what you typed here was not saved."
JSON_STALE = "Not saved: changed in another window. “Save the draft” shows both texts."
JSON_SIGNED = "Not saved: signed in another window. “Save the draft” keeps what you typed, for an addendum."


@practice.get("/notes/<uuid:id>")
def note(id: uuid.UUID) -> ResponseReturnValue:
    """The editor while it is a draft, for its author alone; then what was signed, for the counselors of the case."""
    found = access.find(viewer(), ProgressNote, id, Permission.READ_NOTE)
    return _reader(found) if found.is_signed else _editor(found, saved_form(found))


@practice.post("/notes/<uuid:id>/draft")
def save_note(id: uuid.UUID) -> ResponseReturnValue:
    note = access.find(viewer(), ProgressNote, id, Permission.WRITE_NOTE)
    form = draft_form(note, request.form)
    if not form.validate():
        return _unsound(note, form)
    if not is_same(note, form):
        if note.is_signed or form.revision.data != note.version:
            return _too_late(note, form)
        try:
            note.save(sections=form.sections(), stages=form.stages(), tags=form.tags.data or [], at=now())
            db.session.commit()
        except StaleDataError:  # on a server that lets two writers in at once
            db.session.rollback()
            return _too_late(note, form)
    if wants_json():
        return jsonify(revision=note.version)
    to_sign = request.form.get("then") == "sign"
    if not to_sign and not note.is_signed:
        flash("The draft is saved.", "success")
    return redirect(url_for("practice.signature" if to_sign else "practice.note", id=note.id), 303)


def _unsound(note: ProgressNote, form: NoteForm) -> ResponseReturnValue:
    if wants_json():
        return jsonify(message="Not saved: a part is too long or holds a character that cannot be kept."), 422
    return _editor(note, form, status=400)


def _too_late(note: ProgressNote, form: NoteForm) -> ResponseReturnValue:
    """Someone saved or signed in between: most often the same person, in another window."""
    if wants_json():
        saved = {"sections": note.sections, "stages": entries_of(note)}
        typed = {"sections": form.sections(), "stages": form.stages()}
        message = JSON_SIGNED if note.is_signed else JSON_STALE
        return jsonify(message=message, revision=note.version, saved=saved, typed=typed), 409
    if note.is_signed:
        return _reader(note, AddendumForm(data={"text": changed_text(note, form)}), refusal=SIGNED_MEANWHILE, status=409)
    return _editor(note, with_saved_entries(note, form), beside=saved_form(note), status=409)


def _context(note: ProgressNote) -> dict[str, Any]:
    case = case_around(note)
    return {
        "note": note,
        "case": case,
        "encounter": note.encounter,
        "people": attendees_of(note.encounter, case),
        "alone": next((person for person in case.participants if person.id == note.individual_of), None),
        "is_pair": len(case.participants) > 1,
        "titles": stage_titles(),
        "sections": SECTIONS[note.format],
        "ratings": dict(RATINGS),
    }


def _editor(note: ProgressNote, form: NoteForm, *, beside: NoteForm | None = None, status: int = 200) -> ResponseReturnValue:
    """``beside``: what is saved, when it is no longer what this window was opened with."""
    page = render_template("practice/notes/edit.html", **_context(note), form=form, beside=beside, reason=STALE)
    return page, status


def _reader(
    note: ProgressNote, form: AddendumForm | None = None, *, refusal: str = "", status: int = 200
) -> ResponseReturnValue:
    page = render_template("practice/notes/read.html", **_context(note), form=form or AddendumForm(), refusal=refusal)
    return page, status


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
    page = render_template("practice/notes/sign.html", **_context(note), name=_name_to_print(), refusal=refusal)
    return page, 409 if refusal else 200


def _name_to_print() -> str:
    """The signature: "Dana Reed, LMFT"."""
    me = access.rows_of(viewer(), User, User.id == actor())[0]
    return ", ".join(part for part in (me.name, me.credentials) if part)


@practice.post("/notes/<uuid:id>/addenda")
def add_addendum(id: uuid.UUID) -> ResponseReturnValue:
    note = access.find(viewer(), ProgressNote, id, Permission.ADD_ADDENDUM)
    form = AddendumForm(request.form)
    if not note.is_signed:
        raise NotAllowedNow("This note is still a draft: change the note itself.")
    if not form.validate():
        return _reader(note, form, status=400)
    # An addendum is final at once, so the second press of a button must not make a second one.
    if not any(one.text == form.text.data and one.author_id == actor() for one in note.addenda):
        note.add(str(form.text.data), by=actor(), name=_name_to_print(), at=now())
    db.session.commit()
    flash("The addendum is signed and added.", "success")
    return redirect(url_for("practice.note", id=id), 303)
