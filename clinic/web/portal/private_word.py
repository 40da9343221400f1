"""A note to the counselor, always there: it looks like any other homework, and is sent like it.

Decides: nothing but where the button leads. Must never know: what was written.
"""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.db import db
from clinic.models import Assignment, AssignmentState
from clinic.models.private_word import begin_word
from clinic.models.sending import PRIVATE_WORD
from clinic.web.context import actor, now, viewer
from clinic.web.portal import portal
from clinic.web.portal.seat import lines_for, own_seat, require_steps, wording_for
from forms import library


@portal.route("/note", methods=["GET", "POST"])
def private_word() -> ResponseReturnValue:
    seat = own_seat()
    require_steps(seat)
    if request.method == "POST":
        row = begin_word(db.session(), seat, by=actor(), at=now())
        db.session.commit()
        return redirect(url_for("portal.homework_page", id=row.id, page=1), 303)
    is_open = (Assignment.content_id == PRIVATE_WORD, Assignment.state == AssignmentState.OPEN.value)
    for row in access.rows_of(viewer(), Assignment, *is_open):
        return redirect(url_for("portal.homework", id=row.id))
    work = library.worksheet(PRIVATE_WORD).for_relationship(seat.case.relation)
    sees = lines_for(seat).of_all(work)
    return render_template("portal/private_word/begin.html", work=work, wording=wording_for(seat), sees=sees)
