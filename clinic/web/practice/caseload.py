"""The first page of the day: who needs me, then every case."""

from __future__ import annotations

from flask import g, render_template

from clinic.web.context import today, viewer
from clinic.web.practice import practice
from clinic.web.practice.attention import caseload_of
from clinic.web.practice.naming import TIES


@practice.get("/")
def caseload() -> str:
    found = caseload_of(viewer(), today=today())
    g.open_tasks = found.open_tasks  # the bar above the page need not count them again
    going_on = [row for row in found.rows if row.case.is_open]
    finished = [row for row in found.rows if not row.case.is_open]
    return render_template("practice/caseload.html", needs=found.needs, going_on=going_on, finished=finished, ties=TIES)
