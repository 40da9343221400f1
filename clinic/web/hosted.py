"""Staff whom a host application has signed in already (see `clinic.mount`). Never clients: a host knows its staff alone.

Decides: whether the host's word is taken. Must never know: how the host signs people in.
"""

from __future__ import annotations

from flask import current_app, request
from sqlalchemy import select

from clinic.db import db
from clinic.models import Role, User
from clinic.web.visits import visit


def staff_from_host() -> User | None:
    """The active member of staff whose e-mail address the host's ``user_loader(environ)`` names, or None."""
    load = current_app.extensions.get("user_loader")
    email = load(request.environ) if load is not None else None
    if not email or visit().get("left_host"):
        return None
    index = current_app.extensions["keyring"].blind_index(email)
    user = db.session.scalars(select(User).where(User.email_index == index, User.role != Role.CLIENT)).one_or_none()
    return user if user is not None and user.is_active else None
