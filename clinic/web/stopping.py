"""The link at the end of a note: no more of these.

Decides: that looking stops nothing, because mail programs open links by themselves. Must never say: whose link it is. The link is
the key, so the button needs no sign-in, and mail programs may press it.
"""

from __future__ import annotations

from flask import current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue

from clinic.db import db
from clinic.models.reminding import stop, stop_row_of
from clinic.web.context import now
from clinic.web.errors import page
from clinic.web.public import public


@public.route("/stop/<token>", methods=["GET", "POST"])
def stop_notes(token: str) -> ResponseReturnValue:
    row = stop_row_of(db.session(), token)
    if row is None:
        return page(404, "This link does not work any more", "Ask at the next chance, and the notes will end.")
    if request.method == "POST":
        stop(row, by=None, at=now())
        db.session.commit()
    return make_response(render_template("public/stop.html", token=token, is_stopped=row.stopped_at is not None))


def secret() -> bytes:
    """What the links are made with."""
    made: bytes = current_app.extensions["keyring"].derived("stop reminders")
    return made


