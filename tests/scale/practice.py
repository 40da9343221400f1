"""The practice that is measured: cases with eighteen months of history, a counselor who is signed in, and pages ready to be drawn
from finished data."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, is_dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from flask import Flask, before_render_template, g, render_template
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from clinic.db import Base, db
from clinic.demo import many
from clinic.demo.haste import in_haste
from clinic.demo.lives import givens
from clinic.models import Case, Medium, ProgressNote
from clinic.models.homework import assign
from clinic.models.notes import begin_note, record_encounter
from clinic.models.sending import send
from clinic.web import OPEN_TO_ALL
from forms import library

MONTHS, SESSIONS_A_CASE = 18, 34
PARAGRAPH = (
    "Both were there on time. They spoke of the week: two evenings without questions, one long walk, one quarrel that they ended "
    "themselves. We looked at what helped on the evening on which it went well, and wrote it down in their words. "
)


@dataclass
class Measured:
    """``client`` is signed in as ``counselor``. ``ready``: what the last page was drawn from, to draw it without the work."""

    app: Flask
    client: FlaskClient
    counselor: uuid.UUID
    at: datetime
    ready: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.app.add_url_rule("/ready", "ready", self._show_ready)
        OPEN_TO_ALL.add("ready")  # no sign-in to look up: nothing but the template, in the same application

    def page(self, path: str) -> str:
        reply = self.client.get(path)
        assert reply.status_code == 200, reply.status
        return reply.get_data(as_text=True)

    def queries(self, path: str) -> int:
        """Statements to the practice's database for one page that was opened before."""
        found: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            found.append(statement)

        with self.app.app_context():
            engine = db.engine
        self.page(path)
        event.listen(engine, "before_cursor_execute", note)
        try:
            self.page(path)
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return sum(not statement.startswith(("PRAGMA", "BEGIN")) for statement in found)

    def keep_ready(self, path: str, name: str) -> None:
        """What the page at ``path`` is drawn from, as objects that need no database and open nothing."""
        kept: dict[str, Any] = {}

        def keep(_app: Flask, template: Any, context: dict[str, Any], **_: Any) -> None:
            if template.name == name and not kept:
                kept.update(viewer=g.viewer, open_tasks=g.get("open_tasks", 0), context=plain(dict(context), {}))

        before_render_template.connect(keep, self.app)
        self.page(path)
        before_render_template.disconnect(keep, self.app)
        assert kept, f"{name} was not drawn"
        self.ready = kept | {"template": name}

    def _show_ready(self) -> str:
        g.viewer, g.open_tasks = self.ready["viewer"], self.ready["open_tasks"]
        return render_template(self.ready["template"], **self.ready["context"])

    def cases(self) -> int:
        with self.app.app_context():
            return db.session.scalar(select(func.count()).select_from(Case)) or 0

    def notes(self) -> int:
        with self.app.app_context():
            return db.session.scalar(select(func.count()).select_from(ProgressNote)) or 0


def plain(value: Any, known: dict[int, Any]) -> Any:
    """The same without the database: rows and what pages are made of, as bare attributes. ``known``: what was met already."""
    if id(value) in known:
        return known[id(value)]
    if isinstance(value, dict):
        return {key: plain(one, known) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one, known) for one in value]
    if not isinstance(value, Base) and not (is_dataclass(value) and type(value).__module__.startswith("clinic.web")):
        return value
    bare = known[id(value)] = SimpleNamespace()
    for name in dir(value):
        if not name.startswith("_") and name not in ("metadata", "registry") and not callable(one := getattr(value, name)):
            setattr(bare, name, plain(one, known))
    return bare


def sign_in(client: FlaskClient, email: str, password: str) -> None:
    token = client.get("/sign-in").get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
    assert client.post("/sign-in", data={"csrf_token": token, "email": email, "password": password}).status_code == 302


def lived(it: Measured, *, cases: int) -> list[uuid.UUID]:
    """So many cases more, each with a year and a half of sessions, signed notes and homework."""
    made = many(it.app, cases=cases, by=it.counselor, now=it.at)
    with in_haste(it.app):
        for case_id in made:
            case = db.session.get_one(Case, case_id)
            for number in range(SESSIONS_A_CASE):
                _session(it, case, number, at=it.at - timedelta(days=16 * (SESSIONS_A_CASE - number), hours=3))
            db.session.commit()
            db.session.expunge_all()
    return made


def _session(it: Measured, case: Case, number: int, *, at: datetime) -> None:
    seats = {person.id for person in case.participants}
    met = record_encounter(
        db.session(), case, attendees=seats, began_at=at, minutes=50, medium=Medium.IN_PERSON, by=it.counselor, at=at
    )
    db.session.flush()
    note = begin_note(db.session(), met, format="free", by=it.counselor, at=at)
    note.save(sections={"note": f"Session {number}. {PARAGRAPH * 3}"}, stages=[], tags=[], said={}, at=at)
    db.session.flush()
    note.sign(by=it.counselor, name="Cleo Marchetti", at=at + timedelta(hours=1))
    if number % 2 == 0:
        _homework(it, case, number, at=at)


def _homework(it: Measured, case: Case, number: int, *, at: datetime) -> None:
    sheet, person = library.worksheet("one-sentence"), case.participants[number // 2 % 2]
    row = assign(
        db.session(), person, kind="worksheet", content_id=sheet.id, content_version=sheet.version, module_id=sheet.module,
        by=it.counselor, at=at,
    )  # fmt: skip
    send(
        db.session(), row, givens(sheet, {"one_sentence": f"Evening {number}: I need us to talk."}), submission_key=uuid.uuid4(),
        by=it.counselor, at=at + timedelta(days=2),
    )  # fmt: skip
    row.mark_reviewed(by=it.counselor, at=at + timedelta(days=3))
