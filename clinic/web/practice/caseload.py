"""The first page of the day: who needs me, then every case."""

from __future__ import annotations

from flask import render_template

from clinic import access
from clinic.db import db
from clinic.models import Case
from clinic.web.context import viewer
from clinic.web.practice import practice


@practice.get("/")
def caseload() -> str:
    cases = db.session.scalars(access.cases_for(viewer()).order_by(Case.added_at.desc())).all()
    return render_template("practice/caseload.html", cases=cases)
