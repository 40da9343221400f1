"""Writing the note of a session, and reading it.

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
from clinic.models import NoteReturn, ProgressNote, User
from clinic.web.context import actor, now, viewer
from clinic.web.errors import wants_json
from clinic.web.practice import practice
from clinic.web.practice.drafting import (
    acted_form,
    changed_text,
    draft_form,
    entries_of,
    is_same,
    keep,
    said_in,
    saved_form,
    stage_titles,
    with_saved_entries,
)
from clinic.web.practice.earlier import earlier_than
from clinic.web.practice.encounters import attendees_of, case_around
from clinic.web.practice.putting import box_labels, phrases_for, put_by
from clinic.web.words import clock_time
from forms.notes import RATINGS, AddendumForm, NoteForm, ReturnForm

STALE = "This note was changed in another window since you opened it here."
SIGNED_MEANWHILE = "This note was signed in another window, so what you typed here was not saved."
SENT_MEANWHILE = "This note was sent to the supervisor in another window, so what you typed here was not saved."
JSON_STALE = "Not saved: changed in another window. Keep this page open."
JSON_SENT = "Not saved: sent to the supervisor in another window. Take the note back to change it."
JSON_SIGNED = "Not saved: signed in another window. What you typed can become an addendum."
# What a page of a note offers, where the table allows it; the note itself says whether it is allowed now.
ACTS = {
    "sign": Permission.SIGN_NOTE,
    "send": Permission.SEND_NOTE,
    "take_back": Permission.TAKE_BACK_NOTE,
    "review": Permission.REVIEW_NOTE,
    "add": Permission.ADD_ADDENDUM,
    "void": Permission.VOID_NOTE,
}


@practice.get("/notes/<uuid:id>")
def note(id: uuid.UUID) -> ResponseReturnValue:
    """The editor while it is a draft, for its author alone; what waits for the supervisor, for these two; then what was signed, for
    the counselors of the case."""
    found = access.find(viewer(), ProgressNote, id, Permission.READ_NOTE)
    return _editor(found, saved_form(found, case_around(found))) if found.is_draft else reader(found)


@practice.post("/notes/<uuid:id>/draft")
def save_note(id: uuid.UUID) -> ResponseReturnValue:
    """What was typed is compared with what is saved before the button that was pressed changes anything of it: a draft that has
    just saved itself and a button that adds to it are no two windows."""
    note = access.find(viewer(), ProgressNote, id, Permission.WRITE_NOTE)
    case = case_around(note)
    typed = draft_form(note, case, request.form)
    if not typed.validate():
        return _unsound(note, typed)
    form = acted_form(note, case, request.form, put_by(note, case, typed))
    is_stale = not is_same(note, typed) and form.revision.data != note.version
    if not is_same(note, form) and (is_stale or not note.is_draft):
        return _too_late(note, form)
    if not form.validate():  # what was put in made it too long
        return _unsound(note, form)
    try:
        if not is_same(note, form):
            keep(note, form, at=now())
        db.session.commit()
    except StaleDataError:  # on a server that lets two writers in at once
        db.session.rollback()
        return _too_late(note, form)
    if wants_json():
        return jsonify(revision=note.version, saved_at=clock_time(note.saved_at))
    return _saved(note)


def _saved(note: ProgressNote) -> ResponseReturnValue:
    """On to signing, or back to the box that was changed."""
    if request.form.get("then") == "sign":
        last_step = "practice.submission" if access.permits(viewer(), Permission.SEND_NOTE, note) else "practice.signature"
        return redirect(url_for(last_step, id=note.id), 303)
    box = f"section-{request.form['carry']}" if "carry" in request.form else None
    if request.form.get("then") == "phrase":
        box = request.form.get("phrase_into")
    if box is None and note.is_draft:
        flash("The draft is saved.", "success")
    return redirect(url_for("practice.note", id=note.id, _anchor=box), 303)


def _unsound(note: ProgressNote, form: NoteForm) -> ResponseReturnValue:
    if wants_json():
        return jsonify(message="Not saved: a part is too long or holds a character that cannot be kept."), 422
    return _editor(note, form, status=400)


def _too_late(note: ProgressNote, form: NoteForm) -> ResponseReturnValue:
    """Someone saved or signed in between: most often the same person, in another window."""
    if wants_json():
        saved = {"sections": note.sections, "stages": entries_of(note), "said": said_in(note)}
        typed = {"sections": form.sections(), "stages": form.stages(), "said": form.said()}
        message = JSON_STALE if note.is_draft else JSON_SENT if note.is_with_supervisor else JSON_SIGNED
        return jsonify(message=message, revision=note.version, saved=saved, typed=typed), 409
    if not note.is_draft:
        refusal = SENT_MEANWHILE if note.is_with_supervisor else SIGNED_MEANWHILE
        return reader(note, AddendumForm(data={"text": changed_text(note, form)}), refusal=refusal, status=409)
    return _editor(note, with_saved_entries(note, form), beside=saved_form(note, case_around(note)), status=409)


def note_context(note: ProgressNote) -> dict[str, Any]:
    case = case_around(note)
    return {
        "note": note,
        "case": case,
        "encounter": note.encounter,
        "people": attendees_of(note.encounter, case),
        "alone": next((person for person in case.participants if person.id == note.individual_of), None),
        "is_pair": len(case.participants) > 1,
        "titles": stage_titles(),
        "ratings": dict(RATINGS),
        "returns": access.rows_of(viewer(), NoteReturn, NoteReturn.note_id == note.id, order_by=NoteReturn.returned_at),
        "may": {act: access.permits(viewer(), permission, note) for act, permission in ACTS.items()},
    }


def _editor(note: ProgressNote, form: NoteForm, *, beside: NoteForm | None = None, status: int = 200) -> ResponseReturnValue:
    """``beside``: what is saved, when it is no longer what this window was opened with."""
    context = note_context(note)
    earlier = earlier_than(note, context["case"])
    page = render_template(
        "practice/notes/edit.html",
        **context,
        form=form,
        beside=beside,
        reason=STALE,
        earlier=earlier,
        carriable=earlier.carriable(form),
        phrases=phrases_for(note, context["case"]),
        boxes=box_labels(form, context["titles"]),
        me=signed_in_user(),
    )
    return page, status


def reader(
    note: ProgressNote,
    form: AddendumForm | None = None,
    *,
    comment: ReturnForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    forms = {"form": form or AddendumForm(), "comment": comment or ReturnForm()}
    return render_template("practice/notes/read.html", **note_context(note), **forms, refusal=refusal), status


def signed_in_user() -> User:
    return access.rows_of(viewer(), User, User.id == actor())[0]
