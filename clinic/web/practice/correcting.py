"""Correcting what is on record of one person: side, names, words, address. What it was before stays to be read.

Decides: that a correction which comes on top of another is shown beside it first. Must never know: what follows from it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import NotAllowedNow, Participant, Side, corrections
from clinic.models.opening import AddressTaken
from clinic.models.reminding import login_of
from clinic.web.context import actor, now, viewer
from clinic.web.practice import practice
from clinic.web.practice.naming import SIDE_WORDS
from forms.cases import CorrectSideForm, LoginForm, NamesForm, WordsForm

CHANGED = "This was changed since the page was opened. What is on record now: {now}. What you typed is below: save it if it holds."


@practice.route("/participants/<uuid:id>/side", methods=["GET", "POST"])
def correct_side(id: uuid.UUID) -> ResponseReturnValue:
    person = _found(id)

    def save(form: Any) -> str:
        side, reason = Side(form.side.data), form.reason.data or ""
        corrections.correct_side(db.session(), person, side, reason=reason, by=actor(), at=now())
        return "The side is corrected. The reason is kept."

    return _corrected(person, "side", CorrectSideForm, {"side": person.side}, save, now_on_record=SIDE_WORDS[person.side])


@practice.route("/participants/<uuid:id>/words", methods=["GET", "POST"])
def change_words(id: uuid.UUID) -> ResponseReturnValue:
    person = _found(id)

    def save(form: Any) -> str:
        other, event = form.calls_other.data or "", form.calls_event.data or ""
        corrections.change_words(db.session(), person, calls_other=other, calls_event=event, by=actor(), at=now())
        return "From now on the pages use these words."

    data = {"calls_other": person.calls_other, "calls_event": person.calls_event}
    return _corrected(person, "words", WordsForm, data, save, now_on_record=f"“{person.calls_other}” and “{person.calls_event}”")


@practice.route("/participants/<uuid:id>/names", methods=["GET", "POST"])
def correct_names(id: uuid.UUID) -> ResponseReturnValue:
    person = _found(id)

    def save(form: Any) -> str:
        corrections.correct_names(db.session(), person, form.names(), by=actor(), at=now())
        return "The names are corrected."

    data = {field: getattr(person, field) for field in corrections.NAMES}
    shown = ", ".join(str(value) for value in data.values() if value)
    return _corrected(person, "names", NamesForm, data, save, now_on_record=shown)


@practice.route("/participants/<uuid:id>/address", methods=["GET", "POST"])
def change_address(id: uuid.UUID) -> ResponseReturnValue:
    person = _found(id)
    user = login_of(db.session(), person)
    if user is None:
        raise NotAllowedNow("This person has no address to sign in with yet. Enter one first.")
    index = current_app.extensions["keyring"].blind_index

    def save(form: Any) -> str:
        corrections.change_address(db.session(), person, form.email.data or "", blind_index=index, by=actor(), at=now())
        return "The address is changed. Links that were made before no longer work."

    return _corrected(person, "address", LoginForm, {"email": user.email}, save, now_on_record=str(user.email))


def _found(id: uuid.UUID) -> Participant:
    return access.find(viewer(), Participant, id, Permission.CHANGE_CASE)


def _corrected(
    person: Participant, what: str, kind: type[Form], data: dict[str, Any], save: Callable[[Any], str], *, now_on_record: str
) -> ResponseReturnValue:
    if request.method == "GET":
        return _page(person, what, kind(data=data))
    form = kind(request.form)
    if not form.validate():
        return _page(person, what, form, status=400)
    if is_stale(person):
        return _page(person, what, form, refusal=CHANGED.format(now=now_on_record), status=409)
    try:
        said = save(form)
    except AddressTaken as taken:
        db.session.rollback()
        form["email"].errors = [str(taken)]
        return _page(_found(person.id), what, form, status=400)
    return saved(person, said)


def is_stale(person: Participant) -> bool:
    """A page that says nothing of a version was made by nobody's browser, and is taken as the newest."""
    return request.form.get("version", str(person.version)) != str(person.version)


def _page(person: Participant, what: str, form: Form, *, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    return render_template(f"practice/people/{what}.html", person=person, form=form, refusal=refusal), status


def saved(person: Participant, sentence: str) -> ResponseReturnValue:
    id = person.id
    db.session.commit()
    flash(sentence, "success")
    return redirect(url_for("practice.participant", id=id), 303)
