"""Holding homework that was given, and ending the hold.

Decides: what is said to the counselor. Must never know: what its person has begun; that stays theirs, and is kept.
"""

from __future__ import annotations

import uuid

from flask import request
from flask.typing import ResponseReturnValue
from wtforms import Form

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import Assignment
from clinic.models.holding import end_hold as end
from clinic.web.context import actor, now, viewer
from clinic.web.practice import practice
from clinic.web.practice.review import acted_on
from forms.reveals import HoldForm


@practice.post("/homework/<uuid:id>/hold")
def hold(id: uuid.UUID) -> ResponseReturnValue:
    assignment = access.find(viewer(), Assignment, id, Permission.HOLD)

    def put_on_hold(form: Form) -> str:
        assignment.hold(why=form.reason.data, by=actor(), at=now())
        return "Held. To its person it looks like everything that is not opened yet."

    return acted_on(assignment, HoldForm(request.form), put_on_hold)


@practice.post("/homework/<uuid:id>/hold/end")
def end_hold(id: uuid.UUID) -> ResponseReturnValue:
    assignment = access.find(viewer(), Assignment, id, Permission.HOLD)

    def open_it(_form: Form) -> str:
        end(db.session(), assignment, by=actor(), at=now())
        return "Open now."

    return acted_on(assignment, Form(), open_it)
