"""The figures: `./run bench`, or `python -m tests.scale.bench`.

An invented practice is filled in a folder that goes away again. Each figure is a count or a ratio of two things measured in this
run; absolute times stand beside it. The exit code says only that the run was whole: the table says what was reached.
"""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, before_render_template, g, render_template
from flask.testing import FlaskClient
from sqlalchemy import event

from clinic import create_app, doctor, reporting
from clinic.access import Permission, Viewer, find
from clinic.config import Settings
from clinic.db import db, reading
from clinic.demo import address, fill, many
from clinic.models import Case, User
from clinic.places import FONTS, templates_folder
from clinic.setup import prepare
from clinic.web import OPEN_TO_ALL
from reports import Audience, ProgressReport, render_html
from reports.pdf import typeset
from tests.scale.pairs import Pair, measured

PRACTICE = {"name": "Bench", "time_zone": "America/New_York", "letterhead": ["Invented"], "demo": True}
FEW, MANY = 10, 100
LARGEST_HTML = 400_000
SLOWEST_REPORT = 1.5


@dataclass(frozen=True)
class Figure:
    """One line of the table. ``is_reached`` is None where nothing was promised."""

    name: str
    found: str
    beside: str
    goal: str = ""
    is_reached: bool | None = None


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.from_mapping({"practice": PRACTICE, "storage": {"folder": "data"}}, Path(folder))
        at = datetime.now(UTC)
        cast = fill(prepare(settings), at)
        app = create_app(settings)
        ready: dict[str, Any] = {}
        app.add_url_rule("/ready", "ready", ready_page(ready))
        OPEN_TO_ALL.add("ready")  # no sign-in to look up: nothing but the template, in the same application
        client = app.test_client()
        sign_in(client, address("cleo"), cast.password("cleo"))
        figures = [*caseload(app, client, ready, at)]
        with app.app_context(), reading():
            figures += [*report(app, cast.users["cleo"], cast.cases["couple"], at)]
    print(table(figures))


def sign_in(client: FlaskClient, email: str, password: str) -> None:
    token = client.get("/sign-in").get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
    assert client.post("/sign-in", data={"csrf_token": token, "email": email, "password": password}).status_code == 302


# --- the first page of the day ---------------------------------------------------------------------------------------------


def caseload(app: Flask, client: FlaskClient, ready: dict[str, Any], at: datetime) -> Iterator[Figure]:
    counts = {}
    for size in (FEW, MANY):
        many(app, cases=size - rows_on(client), now=at)
        assert rows_on(client) == size
        counts[size] = queries_of(app, client)
        ready |= ready_context(app, client)
        pair = measured(lambda: page(client, "/ready"), lambda: page(client, "/practice/"), rounds=40, repeats=2)
        yield Figure(
            f"Caseload of {size}, processor time against the same template with ready data", f"{pair.ratio:.2f} x", beside(pair)
        )
    same = counts[FEW] == counts[MANY]
    yield Figure(
        f"Queries of the caseload page at {FEW} and at {MANY} cases", f"{counts[FEW]} and {counts[MANY]}", "", "the same", same
    )


def page(client: FlaskClient, path: str) -> str:
    reply = client.get(path)
    assert reply.status_code == 200, reply.status
    return reply.get_data(as_text=True)


def rows_on(client: FlaskClient) -> int:
    """Lines of cases, those in work and those finished."""
    return page(client, "/practice/").partition('id="cases"')[2].count("<tr") - page(client, "/practice/").count("<thead")


def queries_of(app: Flask, client: FlaskClient) -> int:
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        found.append(statement)

    with app.app_context():
        engine = db.engine
    page(client, "/practice/")
    event.listen(engine, "before_cursor_execute", note)
    try:
        page(client, "/practice/")
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return sum(not statement.startswith(("PRAGMA", "BEGIN")) for statement in found)


def ready_context(app: Flask, client: FlaskClient) -> dict[str, Any]:
    """What the page was drawn from, copied into plain objects: no query and no opening of sealed words is left to do."""
    kept: dict[str, Any] = {}

    def keep(_app: Flask, template: Any, context: dict[str, Any], **_: Any) -> None:
        if template.name == "practice/caseload.html":
            kept.update(
                viewer=g.viewer,
                open_tasks=g.open_tasks,
                ties=context["ties"],
                needs={kind: [plain(need) for need in needs] for kind, needs in context["needs"].items()},
                going_on=[plain(row) for row in context["going_on"]],
                finished=[plain(row) for row in context["finished"]],
            )

    before_render_template.connect(keep, app)
    page(client, "/practice/")
    before_render_template.disconnect(keep, app)
    return kept


def plain(row: Any) -> SimpleNamespace:
    names = [name for name in dir(row) if not name.startswith("_")]
    values = {name: getattr(row, name) for name in names}
    case = values["case"]
    known = ("id", "code", "label", "relation", "is_open", "added_at", "finished_at")
    return SimpleNamespace(**{**values, "case": SimpleNamespace(**{name: getattr(case, name) for name in known})})


def ready_page(context: dict[str, Any]) -> Callable[[], str]:
    def show() -> str:
        g.viewer, g.open_tasks = context["viewer"], context["open_tasks"]
        parts = ("needs", "going_on", "finished", "ties")
        return render_template("practice/caseload.html", **{part: context[part] for part in parts})

    return show


# --- the progress report ---------------------------------------------------------------------------------------------------


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


# --- the table -------------------------------------------------------------------------------------------------------------


def beside(pair: Pair) -> str:
    return f"{pair.subject:.1f} ms against {pair.floor:.1f} ms"


def table(figures: list[Figure]) -> str:
    """In Markdown, ready for docs/figures.md."""
    words = {None: "", True: "reached", False: "**missed**"}
    rows = [("figure", "found", "beside", "goal", ""), ("---",) * 5]
    rows += [(figure.name, figure.found, figure.beside, figure.goal, words[figure.is_reached]) for figure in figures]
    widths = [max(len(row[place]) for row in rows) for place in range(5)]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows]
    head = f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {platform.machine()}, {platform.system()}"
    return "\n".join([head, "", *lines])


if __name__ == "__main__":
    main()
