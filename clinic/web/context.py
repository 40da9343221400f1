"""What a route may ask of the request: who looks, what time it is, which settings hold."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING

from flask import current_app, g, request

from clinic.access import NotFound, Permission, Viewer

if TYPE_CHECKING:
    from clinic.config import Settings


def viewer() -> Viewer:
    """The signed-in person. A route outside the public list has one by construction."""
    found: Viewer | None = g.get("viewer")
    if found is None:
        raise NotFound(Permission.SEE_CASE)
    return found


def viewer_or_none() -> Viewer | None:
    return g.get("viewer")


def actor() -> uuid.UUID:
    """Who does it, for ``by=``: the login of the signed-in person."""
    found = viewer().user_id
    if found is None:
        raise NotFound(Permission.SEE_CASE)
    return found


def now() -> datetime:
    moment: datetime = current_app.extensions["clock"]()
    return moment


def today() -> date:
    """The day it is where the practice is."""
    return now().astimezone(settings().practice.zone).date()


def submission_key() -> uuid.UUID:
    """Of the form that was sent, or a new one for a form that is shown: a button pressed twice makes one thing."""
    try:
        return uuid.UUID(request.form.get("submission_key", ""))
    except ValueError:
        return uuid.uuid4()


def settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found
