"""One browser's visit: a random token in one cookie, and, once signed in, a row that knows its hash.

Decides: the cookie's name and attributes, when its value changes (sign in, sign out, exit), how long a sign-in lives. Must never
know: what a page shows. Nothing is kept in the browser but the token; sentences for the next page lie in the sign-in's row.
"""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, current_app, request, session
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy import select, update

from clinic.db import choose_reading, db
from clinic.models import Event, SignIn, User, record
from clinic.models.people import Role, token_hash

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
TOUCH_EVERY = timedelta(seconds=60)


class Visit(dict[str, Any], SessionMixin):
    """What Flask calls the session. ``token`` is the cookie's value; ``sign_in`` the live row, if there is one."""

    token: str
    is_new = False  # the cookie has to be sent
    sign_in: SignIn | None = None
    said: list[list[str]]  # what the row held for this page when the request began

    def begin_anew(self) -> None:
        """Another token, so that nothing of this visit can be gone back to."""
        self.token, self.is_new, self.sign_in = secrets.token_urlsafe(32), True, None
        self.said = []
        self.clear()
        self["csrf_token"] = csrf_secret(self.token)


class VisitInterface(SessionInterface):
    def open_session(self, app: Flask, request: Request) -> Visit:
        visit = Visit()
        given = request.cookies.get(cookie_name(), "")
        if TOKEN.fullmatch(given):
            visit.token, visit.said = given, []
            visit["csrf_token"] = csrf_secret(given)
        else:
            visit.begin_anew()
        return visit

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if visit().is_new and request.endpoint != "static":
            response.set_cookie(cookie_name(), visit().token, **cookie_attributes())
        _keep_sentences(visit())


def cookie_attributes() -> dict[str, Any]:
    return {"path": request.script_root or "/", "secure": is_https(), "httponly": True, "samesite": "Lax"}


def cookie_name() -> str:
    """Neutral, and as strict as the address allows (RFC 6265bis prefixes)."""
    if not is_https():
        return "own-id" if request.script_root else "id"
    return "__Secure-id" if request.script_root else "__Host-id"


def is_https() -> bool:
    return current_app.extensions["settings"].web.public_url.startswith("https://")


def csrf_secret(token: str) -> str:
    """Bound to the visit, so that it survives a sign-in that ran out: a form that was open is not lost."""
    key: bytes = current_app.extensions["keyring"].derived("csrf")
    return hmac.new(key, token.encode(), "sha256").hexdigest()


def visit() -> Visit:
    return session._get_current_object()  # type: ignore[attr-defined]


def recognise(at: datetime) -> User | None:
    """The user whose sign-in this visit's token belongs to, if it is still live. Once per request, in a reading transaction."""
    row = db.session.scalars(select(SignIn).where(SignIn.hashed == token_hash(visit().token))).one_or_none()
    user = db.session.get(User, row.user_id) if row is not None else None
    if row is None or user is None or not user.is_active:
        return None
    idle, longest = limits_for(user.role)
    if not row.is_live(at=at, idle=idle, longest=longest):
        return None
    if at - row.seen_at > TOUCH_EVERY:
        _touch(row, at)
        user = db.session.get(User, row.user_id)
    visit().sign_in = row
    db.session.info["sign_in_id"] = row.id
    visit().said = row.said or []
    visit()["_flashes"] = [tuple(pair) for pair in visit().said]
    return user


def limits_for(role: str) -> tuple[timedelta, timedelta]:
    """Idle and absolute limit."""
    accounts = current_app.extensions["settings"].accounts
    if role == Role.CLIENT:
        return timedelta(minutes=accounts.client_idle_minutes), timedelta(hours=accounts.client_hours)
    return timedelta(minutes=accounts.staff_idle_minutes), timedelta(hours=accounts.staff_hours)


def _touch(row: SignIn, at: datetime) -> None:
    db.session.rollback()
    choose_reading(False)
    row.touch(at=at)
    db.session.commit()
    choose_reading(True)


def device() -> str:
    """In plain words, coarse on purpose: enough to tell one's own devices apart."""
    agent = request.headers.get("User-Agent", "")
    browser = next((name for name in ("Firefox", "Edg", "OPR", "Chrome", "Safari") if name in agent), "A browser")
    system = next((name for name in ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux") if name in agent), "")
    browser = {"Edg": "Edge", "OPR": "Opera"}.get(browser, browser)
    return f"{browser} on {system}" if system else browser


def sign_in(user: User, *, at: datetime, through_host: bool = False) -> None:
    """A new token and its row; whoever was signed in here before is not any more. The caller commits."""
    sign_out(at=at)
    row = SignIn(
        user_id=user.id, hashed=token_hash(visit().token), began_at=at, seen_at=at, device=device(), through_host=through_host
    )
    db.session.add(row)
    visit().sign_in = row
    db.session.info["sign_in_id"] = row.id
    record(db.session(), Event.SIGNED_IN, by=user.id, at=at, about=row)


def sign_out(*, at: datetime) -> None:
    """End the row and change the token. The caller commits."""
    if visit().sign_in is not None:
        visit().sign_in.end(at=at)  # type: ignore[union-attr]
    visit().begin_anew()


def end_all(user_id: Any, *, at: datetime, but: SignIn | None = None) -> None:
    """Sign a user out everywhere, or everywhere else."""
    others = update(SignIn).where(SignIn.user_id == user_id, SignIn.ended_at.is_(None))
    if but is not None:
        others = others.where(SignIn.id != but.id)
    db.session.execute(others.values(ended_at=at))


def _keep_sentences(visit: Visit) -> None:
    """What `flash` said goes into the row; what a page has shown is taken out of it."""
    if visit.sign_in is None:
        return
    said = [list(pair) for pair in visit.get("_flashes", [])]
    if said != visit.said:
        db.session.rollback()
        choose_reading(False)
        visit.sign_in.said = said or None
        db.session.commit()
