"""A counselor's own phrases: the list, and adding, changing and removing one.

Decides: what happens to a change that comes too late. Must never know: the notes that a phrase was put into; they keep their words
when it changes.
"""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm.exc import StaleDataError

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import NotAllowedNow, Phrase
from clinic.models.phrases import add_phrase
from clinic.web.context import actor, now, viewer
from clinic.web.practice import practice
from clinic.web.practice.putting import own_phrases
from forms.phrases import PhraseForm

STALE = "This phrase was changed in another window since you opened it here. What is saved stands beside what you typed."


@practice.get("/phrases")
def phrases() -> ResponseReturnValue:
    return _list(PhraseForm())


def _list(form: PhraseForm, *, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    page = render_template("practice/phrases/list.html", phrases=own_phrases(), form=form, refusal=refusal)
    return page, status


@practice.post("/phrases")
def write_phrase() -> ResponseReturnValue:
    access.require(viewer(), Permission.ADD_PHRASE)
    form = PhraseForm(request.form)
    if not form.validate():
        return _list(form, status=400)
    try:
        add_phrase(
            db.session(), own_phrases(), title=form.title.data or "", text=form.text.data or "",
            submission_key=form.submission_key.data, by=actor(), at=now(),
        )  # fmt: skip
    except NotAllowedNow as refusal:
        return _list(form, refusal=str(refusal), status=409)
    db.session.commit()
    flash("The phrase is kept.", "success")
    return redirect(url_for("practice.phrases"), 303)


@practice.route("/phrases/<uuid:id>", methods=["GET", "POST"])
def phrase(id: uuid.UUID) -> ResponseReturnValue:
    found = access.find(viewer(), Phrase, id, Permission.KEEP_PHRASE)
    if request.method == "GET":
        return _one(found, PhraseForm(data={"title": found.title, "text": found.text, "revision": found.version}))
    form = PhraseForm(request.form)
    if not form.validate():
        return _one(found, form, status=400)
    is_same = (form.title.data, form.text.data) == (found.title, found.text)
    if not is_same and form.revision.data != found.version:
        return _one(found, form, refusal=STALE, status=409)
    try:
        found.change(title=form.title.data or "", text=form.text.data or "", at=now())
        db.session.commit()
    except StaleDataError:  # on a server that lets two writers in at once
        db.session.rollback()
        return _one(found, form, refusal=STALE, status=409)
    flash("The phrase is changed. Notes that it was put into keep their words.", "success")
    return redirect(url_for("practice.phrases"), 303)


def _one(found: Phrase, form: PhraseForm, *, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    page = render_template("practice/phrases/one.html", phrase=found, form=form, refusal=refusal)
    return page, status


@practice.post("/phrases/<uuid:id>/removal")
def remove_phrase(id: uuid.UUID) -> ResponseReturnValue:
    """A phrase is no part of anybody's record: it is gone for good."""
    db.session.delete(access.find(viewer(), Phrase, id, Permission.KEEP_PHRASE))
    db.session.commit()
    flash("The phrase is removed. Notes that it was put into keep their words.", "success")
    return redirect(url_for("practice.phrases"), 303)
