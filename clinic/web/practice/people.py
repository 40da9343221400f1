"""One person of a case: how they are called and reached, whether they can sign in, and the link that lets them.

Decides: what the counselor may see of a login: whether there is one, invited until when, or signed up. Never when it was used.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import Invitation, NotAllowedNow, Participant, SafeContact, Side, User
from clinic.models.opening import AddressTaken, give_login, record_contact, steps_of
from clinic.setup import one_time_link
from clinic.web.context import actor, now, settings, viewer
from clinic.web.handing_over import qr_code
from clinic.web.practice import practice
from clinic.web.practice.naming import SIDE_WORDS
from forms.cases import CHANNELS, CorrectSideForm, LoginForm, SafeContactForm, WordsForm

ASK_AGAIN_AFTER = timedelta(days=60)
NO_CRISIS_LINES = (
    "Nobody can be invited yet: the settings of this practice name no crisis lines. The pages show them after every form about "
    "risk. Ask your administrator to enter them, each with the day it was checked."
)


@dataclass(frozen=True, slots=True)
class Login:
    """``state``: none, waiting (no link works now), invited, signed_up."""

    state: str
    email: str = ""
    until: datetime | None = None


def _found(id: uuid.UUID, permission: Permission) -> Participant:
    return access.find(viewer(), Participant, id, permission)


@practice.get("/participants/<uuid:id>")
def participant(id: uuid.UUID) -> str:
    person = _found(id, Permission.SEE_CASE)
    contact = _contact_of(person)
    return render_template(
        "practice/people/participant.html",
        person=person,
        case=person.case,
        sides=SIDE_WORDS,
        steps=steps_of(db.session(), person),
        contact=contact,
        ask_again=contact is None or now() - contact.confirmed_at > ASK_AGAIN_AFTER,
        channels={choice.value: choice.label for choice in CHANNELS},
        login=_login_of(person),
        refusal="" if settings().practice.crisis_lines else NO_CRISIS_LINES,
    )


def _contact_of(person: Participant) -> SafeContact | None:
    own = access.scope(viewer(), SafeContact).where(SafeContact.participant_id == person.id)
    return db.session.scalars(own.order_by(SafeContact.confirmed_at.desc()).limit(1)).first()


def _login_of(person: Participant) -> Login:
    user = db.session.get(User, person.user_id) if person.user_id else None
    if user is None:
        return Login("none")
    if user.password_hash:
        return Login("signed_up", user.email)
    links = access.rows_of(viewer(), Invitation, Invitation.user_id == user.id)
    until = max((link.expires_at for link in links if link.is_open(at=now())), default=None)
    return Login("invited" if until else "waiting", user.email, until)


@practice.route("/participants/<uuid:id>/side", methods=["GET", "POST"])
def correct_side(id: uuid.UUID) -> ResponseReturnValue:
    person = _found(id, Permission.CHANGE_CASE)
    if request.method == "GET":
        return render_template("practice/people/side.html", person=person, form=CorrectSideForm(data={"side": person.side}))
    form = CorrectSideForm(request.form)
    if not form.validate():
        return render_template("practice/people/side.html", person=person, form=form), 400
    person.correct_side(Side(form.side.data), reason=form.reason.data or "", by=actor(), at=now())
    return _saved(person, "The side is corrected. The reason is kept.")


@practice.route("/participants/<uuid:id>/words", methods=["GET", "POST"])
def change_words(id: uuid.UUID) -> ResponseReturnValue:
    person = _found(id, Permission.CHANGE_CASE)
    if request.method == "GET":
        return render_template("practice/people/words.html", person=person, form=WordsForm(obj=person))
    form = WordsForm(request.form)
    if not form.validate():
        return render_template("practice/people/words.html", person=person, form=form), 400
    other, event = form.calls_other.data or "", form.calls_event.data or ""
    person.change_words(calls_other=other, calls_event=event, by=actor(), at=now())
    return _saved(person, "From now on the pages use these words.")


@practice.route("/participants/<uuid:id>/contact", methods=["GET", "POST"])
def confirm_contact(id: uuid.UUID) -> ResponseReturnValue:
    """A new dated row, also when nothing changed: that it was asked again is worth knowing."""
    person = _found(id, Permission.CHANGE_CASE)
    if request.method == "GET":
        known = _contact_of(person)
        form = SafeContactForm(data=_as_typed(known.details) if known else None)
        return render_template("practice/people/contact.html", person=person, form=form)
    form = SafeContactForm(request.form)
    if not form.validate():
        return render_template("practice/people/contact.html", person=person, form=form), 400
    record_contact(db.session(), person, form.details(), by=actor(), at=now())
    return _saved(person, "The safe contact is recorded as confirmed today.")


def _as_typed(details: dict[str, object]) -> dict[str, object]:
    leaves = "yes" if details.get("may_leave_message") else "no"
    return {"channels": details.get("channels"), "safe_hours": details.get("hours"), "may_leave_message": leaves}


@practice.route("/participants/<uuid:id>/login", methods=["GET", "POST"])
def add_login(id: uuid.UUID) -> ResponseReturnValue:
    person = _found(id, Permission.INVITE)
    if person.user_id is not None:
        raise NotAllowedNow("This person has an address to sign in with already.")
    form = LoginForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        try:
            index = current_app.extensions["keyring"].blind_index
            give_login(db.session(), person, form.email.data or "", blind_index=index, by=actor(), at=now())
        except AddressTaken as taken:
            form.email.errors = [str(taken)]
        else:
            return _saved(person, "The address is saved. Next: make a link for this person.")
    return render_template("practice/people/login.html", person=person, form=form), 400 if form.errors else 200


@practice.post("/participants/<uuid:id>/invitation")
def invite(id: uuid.UUID) -> ResponseReturnValue:
    """A new one-time link, shown on this page only. One that was open before stops working."""
    person = _found(id, Permission.INVITE)
    if not settings().practice.crisis_lines:
        raise NotAllowedNow(NO_CRISIS_LINES)
    user = db.session.get(User, person.user_id) if person.user_id else None
    if user is None:
        raise NotAllowedNow("This person has no e-mail address to sign in with yet. Enter one first.")
    link = one_time_link(settings(), user, at=now(), by=actor())
    db.session.commit()
    until = now() + timedelta(days=settings().accounts.invitation_days)
    contact = _contact_of(person)
    return render_template("practice/people/link.html", person=person, link=link, qr=qr_code(link), until=until, contact=contact)


def _saved(person: Participant, sentence: str) -> ResponseReturnValue:
    id = person.id
    db.session.commit()
    flash(sentence, "success")
    return redirect(url_for("practice.participant", id=id), 303)
