"""The first steps of a practice: keys, tables, the first administrator's link; and a new link for staff who forgot.

Decides: what exists before anyone can sign in. Must never know: any clinical word.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from clinic import create_app, storage
from clinic.db import db
from clinic.models import Event, Role, SignIn, User, record
from clinic.models.opening import invite

if TYPE_CHECKING:
    from flask import Flask

    from clinic.config import Settings


class NoSuchUser(LookupError):
    """No member of staff has this e-mail address."""


class AlreadySetUp(Exception):
    """The practice has an administrator who can sign in."""


def prepare(settings: Settings) -> Flask:
    """Keys and tables. Safe to call again."""
    storage.make_keys(settings)
    app = create_app(settings)
    storage.upgrade(app)
    return app


def initialise(settings: Settings) -> str:
    """Make the practice and return a one-time link for its first administrator."""
    app = prepare(settings)
    with app.app_context():
        at = app.extensions["clock"]()
        signed_up = select(func.count()).select_from(User).where(User.role == Role.ADMINISTRATOR, User.password_hash.is_not(None))
        if db.session.scalar(signed_up):
            raise AlreadySetUp("This practice already has an administrator: start it with `clinic serve`.")
        user = db.session.scalars(select(User).where(User.role == Role.ADMINISTRATOR)).first()
        if user is None:
            user = User(role=Role.ADMINISTRATOR.value, added_at=at, name="Administrator")
            db.session.add(user)
            record(db.session(), Event.STAFF_ADDED, by=None, at=at, about=user)
        link = one_time_link(settings, user, at=at)
        db.session.commit()
        return link


def one_time_link(settings: Settings, user: User, *, at: datetime, by: uuid.UUID | None = None) -> str:
    """The address to hand over. Links that were open before stop working."""
    valid_for = timedelta(days=settings.accounts.invitation_days)
    return f"{settings.web.public_url}/invitation/{invite(db.session(), user, valid_for=valid_for, by=by, at=at)}"


def reset_link(settings: Settings, email: str) -> str:
    """A one-time link with which a member of staff chooses a new password. Their open sign-ins end at once."""
    app = create_app(settings)
    with app.app_context():
        at = app.extensions["clock"]()
        index = app.extensions["keyring"].blind_index(email)
        user = db.session.scalars(select(User).where(User.email_index == index, User.role != Role.CLIENT)).one_or_none()
        if user is None:
            raise NoSuchUser(f"No member of staff signs in as {email}. Clients get a new invitation from their counselor.")
        db.session.execute(update(SignIn).where(SignIn.user_id == user.id, SignIn.ended_at.is_(None)).values(ended_at=at))
        link = one_time_link(settings, user, at=at)
        db.session.commit()
        return link
