"""What one person noticed in answers that were open to both: theirs to keep, when the answers are not there any more.

Decides: nothing. Must never say anything of the answers, or of the other person.
"""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.models import Noticed
from clinic.web.context import viewer
from clinic.web.portal import portal
from clinic.web.portal.seat import own_seat, require_steps


@portal.get("/noticed")
def noticed() -> ResponseReturnValue:
    require_steps(own_seat())
    rows = access.rows_of(viewer(), Noticed, order_by=Noticed.written_at.desc())
    return render_template("portal/reveals/noticed.html", rows=[row for row in rows if row.text])
