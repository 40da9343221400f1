"""Staff whom a host application has signed in already (see `clinic.mount`). Never clients: a host knows its staff alone.

Decides: whether the host's word is taken, and that it holds for as long as the host gives it. Must never know: how the host signs
people in. Whoever has signed in here with a password is not touched by it.
"""

from __future__ import annotations

from datetime import datetime

from flask import current_app, request
from sqlalchemy import select

from clinic.db import choose_reading, db
from clinic.models import Role, SignIn, User
from clinic.models.people import token_hash
from clinic.web import visits
from clinic.web.visits import visit


def named_by_host() -> User | None:
    """The active member of staff whose e-mail address the host's ``user_loader(environ)`` names, or None."""
    load = current_app.extensions.get("user_loader")
    email = load(request.environ) if load is not None else None
    if not email:
        return None
    index = current_app.extensions["keyring"].blind_index(email)
    user = db.session.scalars(select(User).where(User.email_index == index, User.role != Role.CLIENT)).one_or_none()
    return user if user is not None and user.is_active else None


def vouched_for(user: User | None, *, at: datetime) -> User | None:
    """Who is here, by the sign-in of this visit (``user``) and by the host's word."""
    row = visit().sign_in
    if user is not None and row is not None and not row.through_host:
        return user
    named = named_by_host()
    if user is not None and named is not None and user.id == named.id:
        return user
    if request.method != "GET":
        return None  # a form of a sign-in that is over: it is carried, not lost
    return _change_over(named, at)


def _change_over(named: User | None, at: datetime) -> User | None:
    """End what the host no longer vouches for, and begin what it does."""
    begins = named is not None and not _stays_out(named)
    if visit().sign_in is None and not begins:
        return None
    db.session.rollback()
    choose_reading(False)
    if named is not None and begins:
        visits.sign_in(named, at=at, through_host=True)
    else:
        visits.sign_out(at=at)
    db.session.commit()
    choose_reading(True)
    return named if begins else None


def stay_out(*, at: datetime) -> None:
    """After a sign-out the host's word is not taken at once again, or there would be no signing out. The caller commits."""
    named = named_by_host()
    if named is not None:
        hashed = token_hash(visit().token)
        db.session.add(SignIn(user_id=named.id, hashed=hashed, began_at=at, seen_at=at, ended_at=at, through_host=True))


def _stays_out(user: User) -> bool:
    mine = select(SignIn.id).where(SignIn.hashed == token_hash(visit().token), SignIn.user_id == user.id)
    return db.session.scalar(mine.where(SignIn.ended_at.is_not(None))) is not None
