"""The progress report: its size, and its time against WeasyPrint on the same finished HTML."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from figures import Figure, beside
from flask import Flask
from pairs import measured

from clinic import doctor, reporting
from clinic.access import Permission, Viewer, find
from clinic.db import db
from clinic.models import Case, User
from clinic.places import FONTS, templates_folder
from reports import Audience, ProgressReport, render_html
from reports.pdf import typeset

LARGEST_HTML = 400_000
SLOWEST_REPORT = 1.5


def report(app: Flask, maker: Any, case_id: Any, at: datetime) -> Iterator[Figure]:
    cleo = Viewer.of(db.session.get_one(User, maker))

    def built() -> ProgressReport:
        db.session.rollback()
        db.session.expunge_all()  # as in a new request: nothing is there yet
        case = find(cleo, Case, case_id, Permission.MAKE_REPORT)
        asked = reporting.Request(Audience.COUNSELOR, start=date(at.year - 2, 1, 1), end=at.date())
        return reporting.progress(case, asked, maker=cleo, at=at, settings=app.extensions["settings"])

    made = built()
    html = render_html(made, templates_folder())
    size = len(html.encode())
    yield Figure(
        f"HTML of the report of {len(made.sessions)} sessions", f"{size / 1000:.0f} kB", "", f"<= {LARGEST_HTML // 1000} kB",
        size <= LARGEST_HTML,
    )  # fmt: skip
    if problem := doctor.pdf_problem():
        yield Figure(
            "Warm progress report against WeasyPrint on the same HTML", "not measured", problem, f"<= {SLOWEST_REPORT} x", False
        )
        return

    def set_in_type(text: str) -> bytes:
        return typeset(text, made.folder, made.page_size, templates=templates_folder(), fonts=FONTS)

    pair = measured(lambda: set_in_type(html), lambda: set_in_type(render_html(built(), templates_folder())), rounds=9)
    yield Figure(
        "Warm progress report against WeasyPrint on the same HTML", f"{pair.ratio:.2f} x", beside(pair), f"<= {SLOWEST_REPORT} x",
        pair.ratio <= SLOWEST_REPORT,
    )  # fmt: skip
