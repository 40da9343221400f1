"""A sign-in that ran out in the middle of a form: what was typed is carried over the sign-in page, and nothing is lost.

Decides: how a form that arrived too late is kept until its author is back. The server keeps nothing: the page carries the form,
sealed, bound to the user who typed it and good for two hours. Anyone else who signs in there gets nothing of it.
"""

from __future__ import annotations

import base64
import json
import os
import uuid
from datetime import timedelta
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Response, current_app, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import validate_csrf
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from wtforms import ValidationError

from clinic.db import db
from clinic.models import SignIn
from clinic.models.people import token_hash
from clinic.web import hosted
from clinic.web.context import now
from clinic.web.errors import wants_json
from clinic.web.visits import visit
from forms.accounts import SignInForm

GOOD_FOR = timedelta(hours=2)
BOUND = b"carried form"
NEVER_CARRIED = {
    "portal.password", "portal.document", "portal.sharing", "portal.withdrawal", "portal.submission", "portal.sign_version",
    "portal.decline_version", "portal.take_back_version", "portal.end_agreement", "portal.put_version_to_both",
    "practice.signature", "practice.sign_off", "practice.open_reveal", "practice.clear_safety",
}  # fmt: skip


def ask_to_sign_in() -> ResponseReturnValue:
    """To the sign-in page, with the way back; and with what was typed, when a form was on its way."""
    if wants_json():
        return make_response(jsonify(message="You are signed out. Sign in again: what was saved is there."), 401)
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("public.sign_in", next=request.full_path.rstrip("?")))
    carried = _seal() if _last_user() is not None and _is_from_our_page() and _is_worth_carrying() else ""
    return make_response(sign_in_page(SignInForm(), "", carried), 401)


def sign_in_page(form: SignInForm, target: str, carried: str) -> str:
    """``target``: where to go afterwards; ``carried``: the sealed form that goes along."""
    by_host = hosted.named_by_host() is not None
    return render_template("public/sign_in.html", form=form, next=target, carried=carried, by_host=by_host)


def _is_from_our_page() -> bool:
    """A form that another site made someone send is not kept for them either."""
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True


def _is_worth_carrying() -> bool:
    """Typed words are; an act is not. Sharing, signing or ending something is asked for again on its own page, and a password is
    never written into another page."""
    return request.endpoint not in NEVER_CARRIED and any(_is_typed(name, value) for name, value in request.form.items(multi=True))


def _is_typed(name: str, value: str) -> bool:
    return name not in ("csrf_token", "revision", "submission_key", "version") and any(letter.isalnum() for letter in value)


def _last_user() -> uuid.UUID | None:
    """Whose sign-in this visit's token was, ended or not."""
    row = db.session.scalars(select(SignIn).where(SignIn.hashed == token_hash(visit().token))).one_or_none()
    return row.user_id if row is not None else None


def _seal() -> str:
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    body = {"user": str(_last_user()), "path": request.path, "fields": fields, "at": now().timestamp()}
    nonce = os.urandom(12)
    text = json.dumps(body, ensure_ascii=False)  # escapes would make a text of another script six times as long
    return base64.urlsafe_b64encode(nonce + _cipher().encrypt(nonce, text.encode(), BOUND)).decode()


def carried_form(sealed: str, user_id: uuid.UUID) -> tuple[str, list[tuple[str, str]]] | None:
    """The path and the fields of the form that this user had sent, or None for anyone else's, an old or a changed one."""
    try:
        data = base64.urlsafe_b64decode(sealed.encode())
        body = json.loads(_cipher().decrypt(data[:12], data[12:], BOUND))
    except (ValueError, InvalidTag):
        return None
    too_old = now().timestamp() - body["at"] > GOOD_FOR.total_seconds()
    if too_old or body["user"] != str(user_id):
        return None
    return body["path"], [(name, value) for name, value in body["fields"]]


def _cipher() -> AESGCM:
    return AESGCM(current_app.extensions["keyring"].derived("carried form"))


def offer(path: str, fields: list[tuple[str, str]]) -> Response:
    """The page that sends the carried form on, with one button."""
    return make_response(render_template("public/carried.html", path=request.script_root + path, fields=fields))


def way_back(target: str | None) -> str | None:
    """``next`` is only ever a path of this application that answers to GET."""
    if not target or "\\" in target:
        return None
    try:
        parts = urlsplit(target)
    except ValueError:  # such as half of an IPv6 address
        return None
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or parts.path.startswith("//"):
        return None
    try:
        current_app.url_map.bind("").match(parts.path, method="GET")
    except HTTPException:
        return None
    return request.script_root + parts.path + (f"?{parts.query}" if parts.query else "")
