"""A private word to the counselor: always there, like any other homework, and a private task every time."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from cast import Browser, Cast
from paper import fields, words

from clinic.db import db
from clinic.models import Assignment, Task

Opened = Callable[[str], Browser]


def begun(ana: Browser) -> uuid.UUID:
    reply = ana.post("/my/note")
    assert reply.status_code == 303
    return uuid.UUID(reply.headers["Location"].split("/")[3])


def write(ana: Browser, id: uuid.UUID, text: str) -> None:
    page = f"/my/homework/{id}/1"
    assert ana.post(page, {**fields(ana.get(page), page), "note_to_counselor": text, "go": "next"}).status_code == 303


def send(ana: Browser, id: uuid.UUID) -> str:
    check = ana.get(f"/my/homework/{id}/check")
    reply = ana.post(f"/my/homework/{id}/submission", fields(check, "/submission"), form_at=f"/my/homework/{id}/check")
    assert reply.status_code == 303
    return words(ana.get(reply.headers["Location"]))


def test_a_note_is_on_every_home_and_is_nobodys_before_it_is_sent(cast: Cast, browser: Opened) -> None:
    ana, cleo = browser("Ana"), browser("Cleo")
    assert "A note" in words(ana.get("/my/"))
    assert "Only your counselor sees your answers, whatever you agreed on." in words(ana.get("/my/note"))
    before = words(cleo.get(f"/practice/cases/{cast.cases['Ana']}"))
    id = begun(ana)
    assert begun(ana) == id
    write(ana, id, "zeppelin")
    assert words(cleo.get(f"/practice/cases/{cast.cases['Ana']}")) == before
    assert cleo.get(f"/practice/homework/{id}").status_code == 404
    assert ana.get("/my/note").headers["Location"].endswith(f"/my/homework/{id}")
    assert words(ana.get("/my/")).count("A note") == 1


def test_sending_it_raises_a_private_task_and_shows_the_same_page_as_everything(cast: Cast, browser: Opened) -> None:
    ana, cleo, tasks = browser("Ana"), browser("Cleo"), db.session.query(Task).count()
    db.session.rollback()
    for number, text in ((1, "zeppelin"), (2, "")):
        id = begun(ana)
        write(ana, id, text)
        assert send(ana, id).startswith("Sent Your counselor has it now.")
        db.session.rollback()
        assert db.session.query(Task).count() == tasks + number
        db.session.rollback()
    assert "A private word to read" in words(cleo.get("/practice/tasks"))
    first = db.session.query(Assignment).filter_by(content_id="private-word").order_by(Assignment.submitted_at).first()
    assert first is not None
    db.session.rollback()
    assert "zeppelin" in words(cleo.get(f"/practice/homework/{first.id}"))
    ben = browser("Ben")
    assert all("zeppelin" not in ben.get(path).get_data(as_text=True) for path in ("/my/", "/my/shared", "/my/together"))


def test_on_the_pages_of_a_case_nothing_says_who_wrote_one_for_both_may_be_in_the_room(cast: Cast, browser: Opened) -> None:
    ana, cleo, case = browser("Ana"), browser("Cleo"), f"/practice/cases/{cast.cases['Ana']}"
    before = {path: words(cleo.get(path)) for path in (f"{case}/timeline", f"{case}/timeline?kind=homework")}
    id = begun(ana)
    write(ana, id, "zeppelin")
    send(ana, id)
    page = words(cleo.get(case))
    assert "A task to read alone" in page
    assert "private word" not in page
    assert "A note" not in page
    for path, said in before.items():
        assert words(cleo.get(path)) == said
