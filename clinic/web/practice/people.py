"""One person of a case: how they are called and reached, whether they can sign in, and the link that lets them.

Decides: what the counselor may see of a login: whether there is one, invited until when, or signed up. Never when it was used.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import Correction, Invitation, NotAllowedNow, Participant, SafeContact, User
from clinic.models.opening import AddressTaken, give_login, record_contact, steps_of
from clinic.setup import one_time_link
from clinic.web.context import actor, now, settings, viewer
from clinic.web.handing_over import qr_code
from clinic.web.practice import practice
from clinic.web.practice.correcting import CHANGED, saved
from clinic.web.practice.naming import SIDE_WORDS
from forms.cases import CHANNELS, LoginForm, SafeContactForm

ASK_AGAIN_AFTER = timedelta(days=60)
FIELD_WORDS = {
    "side": "Side", "full_name": "Full name", "preferred_name": "Preferred name", "pronouns": "Pronouns", "email": "Address",
    "calls_other": "Calls the other", "calls_event": "Calls the event",
}  # fmt: skip
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
        corrections=_corrections_of(person),
        refusal="" if settings().practice.crisis_lines else NO_CRISIS_LINES,
    )


def _corrections_of(person: Participant) -> list[tuple[str, Correction, str, str]]:
    """What was corrected, the newest first: in which words, and what it was and became."""
    rows = access.rows_of(viewer(), Correction, Correction.participant_id == person.id, order_by=Correction.made_at.desc())
    return [(FIELD_WORDS[row.field], row, _said(row.field, row.before), _said(row.field, row.after)) for row in rows]


def _said(field: str, value: str | None) -> str:
    return SIDE_WORDS[value or ""] if field == "side" else value or "nothing"


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


@practice.route("/participants/<uuid:id>/contact", methods=["GET", "POST"])
def confirm_contact(id: uuid.UUID) -> ResponseReturnValue:
    """A new dated row, also when nothing changed: that it was asked again is worth knowing."""
    person = _found(id, Permission.CHANGE_CASE)
    if request.method == "GET":
        known = _contact_of(person)
        form = SafeContactForm(data=_as_typed(known.details) if known else None)
        return render_template("practice/people/contact.html", person=person, form=form, known=known)
    form, known = SafeContactForm(request.form), _contact_of(person)
    if not form.validate():
        return render_template("practice/people/contact.html", person=person, form=form, known=known), 400
    if request.form.get("known", _key(known)) != _key(known):
        page = render_template("practice/people/contact.html", person=person, form=form, known=known, refusal=_changed(known))
        return page, 409
    record_contact(db.session(), person, form.details(), by=actor(), at=now())
    return saved(person, "The safe contact is recorded as confirmed today.")


def _key(known: SafeContact | None) -> str:
    return str(known.id) if known else ""


def _changed(known: SafeContact | None) -> str:
    details = known.details if known else {}
    ways = ", ".join(str(choice.label) for choice in CHANNELS if choice.value in details.get("channels", ())) or "at sessions only"
    hours = details.get("hours") or "no hours given"
    left = "a message may be left" if details.get("may_leave_message") else "no message may be left"
    return CHANGED.format(now=f"{ways}; {hours}; {left}")


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
            return saved(person, "The address is saved. Next: make a link for this person.")
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
