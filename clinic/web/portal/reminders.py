"""Notes that something is waiting: what they say, and whether this person wants them.

Decides: that wanting none is one press here too. Must never say: anything of the other person, or of the counselor.
"""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic.db import db
from clinic.models.reminding import is_stopped, start_again, stop, with_stop_row
from clinic.reminders import BODY, SUBJECT, stop_token, way_to
from clinic.web.context import actor, now, settings
from clinic.web.portal import portal
from clinic.web.portal.seat import own_seat
from clinic.web.stopping import secret


@portal.route("/notes", methods=["GET", "POST"])
def reminders() -> ResponseReturnValue:
    seat = own_seat()
    if request.method == "POST":
        row = with_stop_row(db.session(), seat.id, token=stop_token(secret(), seat.id))
        db.session.flush()
        wants = request.form.get("notes") == "yes"
        if wants:
            start_again(row, by=actor(), at=now())
        else:
            stop(row, by=actor(), at=now())
        db.session.commit()
        flash("You get notes again." if wants else "You get no more notes.", "success")
        return redirect(url_for("portal.reminders"), 303)
    way = way_to(db.session(), seat, settings(), at=now())
    first = BODY.split("\n", 1)[0]
    return render_template(
        "portal/reminders/notes.html", is_on=settings().mail.enabled, is_stopped=is_stopped(db.session(), seat.id),
        is_safe=bool(way.address), subject=SUBJECT, body=first, most=settings().reminders.most_per_week,
    )  # fmt: skip
