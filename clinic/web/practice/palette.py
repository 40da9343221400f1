"""What the palette of keys can go to: the cases of one's own, by name. Asked for when it opens, and kept nowhere (js/palette.js).

Decides: what is said of a case there. Must never know: anything of a case but what it is called and whether it goes on.
"""

from __future__ import annotations

from flask import jsonify, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import Case
from clinic.web.context import viewer
from clinic.web.headers import whose
from clinic.web.practice import practice
from clinic.web.practice.listed import folded, name_parts


@practice.get("/palette.json")
def palette() -> ResponseReturnValue:
    """All at once: what is typed then stays in the browser, and stands in no address."""
    access.require(viewer(), Permission.ADD_CASE)
    cases = sorted(db.session.scalars(access.cases_for(viewer())), key=_order)
    return jsonify(whose=whose(), cases=[_named(case) for case in cases])


def _order(case: Case) -> tuple[bool, str, str]:
    return not case.is_open, folded(case.label or ""), case.code


def _named(case: Case) -> dict[str, object]:
    return {
        "title": case.label or "",
        "about": f"Case {case.code}" + ("" if case.is_open else ", finished"),
        "words": sorted(name_parts(case)),
        "href": url_for("practice.case", id=case.id),
    }
