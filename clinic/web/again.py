"""Signing in again over a page that is still open: the same person, and nothing of the page is lost.

Decides: that only the person whose page it is gets back in here. Must never know: what stands on the page; it stays where it is.
The tries are counted and slowed down like those of the sign-in page.
"""

from __future__ import annotations

import hmac

from flask import g, jsonify, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from clinic.db import db
from clinic.models import User
from clinic.web import tries, visits
from clinic.web.context import now
from clinic.web.headers import mark_of
from clinic.web.public import WRONG, public, user_who_fits
from forms.accounts import SignInForm

ANOTHER = "This page belongs to somebody else's sign-in. Nothing was saved for you here."


@public.post("/sign-in/again")
def sign_in_again() -> ResponseReturnValue:
    """JSON alone: a script of the page asks. Without scripts the form is carried over the sign-in page (`carrying`)."""
    form = SignInForm(request.form)
    if not form.validate():
        return _refused("Type your password.", 400)
    email, password = form.email.data or "", form.password.data or ""
    wait = tries.seconds_to_wait(email)
    if wait:
        return _refused(f"There were several tries that did not fit. Wait {wait} seconds, then try again.", 429)
    user = user_who_fits(email, password)
    if user is None:
        return _refused(WRONG, 400)
    if not user.is_staff or not hmac.compare_digest(mark_of(user.id), request.form.get("whose", "")):
        return _refused(ANOTHER, 409)
    return _back(user)


def _back(user: User) -> ResponseReturnValue:
    visits.sign_in(user, at=now())
    db.session.commit()
    g.pop("csrf_token", None)  # of the visit before
    return jsonify(csrf_token=generate_csrf())


def _refused(sentence: str, status: int) -> ResponseReturnValue:
    return jsonify(message=sentence), status
