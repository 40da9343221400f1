"""Private tasks: the urgent ones first, closed with words where words are owed, and seen by nobody else."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from cast import Browser, Cast

from clinic.db import db
from clinic.models import Assignment, Part, Task, TaskKind
from clinic.models.staffing import join_case
from clinic.models.tasks import raise_task

Opened = Callable[[str], Browser]


def raised(
    cast: Cast, name: str, kind: TaskKind, title: str, hours: int | None = None, homework: uuid.UUID | None = None
) -> uuid.UUID:
    task = raise_task(
        db.session(), case_id=cast.cases[name], participant_id=cast.seats[name], assignment_id=homework, kind=kind, title=title,
        due_at=cast.clock() + timedelta(hours=hours) if hours is not None else None, by=None, at=cast.clock(),
    )  # fmt: skip
    db.session.commit()
    return task.id


def state(id: uuid.UUID) -> tuple[str, str | None]:
    db.session.rollback()
    db.session.expire_all()
    task = db.session.get_one(Task, id)
    found = task.state, task.done_what
    db.session.rollback()
    return found


def test_urgent_ones_come_first_then_by_their_hour(cast: Cast, browser: Opened) -> None:
    raised(cast, "Ana", TaskKind.TALK, "Fourth")
    raised(cast, "Ana", TaskKind.DISCLOSURE, "Third", hours=2)
    raised(cast, "Dot", TaskKind.SAFETY, "Second", hours=20)
    raised(cast, "Ben", TaskKind.SAFETY, "First", hours=4)
    page = browser("Cleo").get("/practice/tasks").data
    assert re.findall(rb">(First|Second|Third|Fourth)</a>", page) == [b"First", b"Second", b"Third", b"Fourth"]
    cast.clock.pass_by(hours=5)
    assert browser("Cleo").get("/practice/tasks").data.count(b"past due") == 2


@pytest.mark.parametrize("kind", [TaskKind.SAFETY, TaskKind.DISCLOSURE])
def test_what_is_about_safety_closes_only_with_words(cast: Cast, browser: Opened, kind: TaskKind) -> None:
    id = raised(cast, "Ana", kind, "To read", hours=24)
    cleo, place = browser("Cleo"), f"/practice/tasks/{id}"
    refused = cleo.post(f"{place}/closing", {"action": "  "}, form_at=place)
    assert refused.status_code == 400
    assert b'id="action-error"' in refused.data and b'href="#action"' in refused.data
    assert state(id) == ("open", None)
    assert cleo.post(f"{place}/closing", {"action": "Called at ten.\r\nSafe."}, form_at=place).status_code == 303
    assert state(id) == ("done", "Called at ten.\nSafe.")
    assert b"Called at ten." in cleo.get(place).data and b"Called at ten." in cleo.get("/practice/tasks?show=done").data


def test_a_talk_closes_without_words(cast: Cast, browser: Opened) -> None:
    id = raised(cast, "Ana", TaskKind.TALK, "Wants to talk")
    cleo, place = browser("Cleo"), f"/practice/tasks/{id}"
    assert cleo.post(f"{place}/closing", {"action": ""}, form_at=place).status_code == 303
    assert state(id) == ("done", None)


def test_a_closed_task_stays_closed(cast: Cast, browser: Opened) -> None:
    id = raised(cast, "Ana", TaskKind.SAFETY, "To read")
    cleo, place = browser("Cleo"), f"/practice/tasks/{id}"
    cleo.post(f"{place}/closing", {"action": "First words."}, form_at=place)
    assert cleo.post(f"{place}/closing", {"action": "Second words."}, form_at="/practice/").status_code == 409
    assert state(id) == ("done", "First words.")


@pytest.mark.parametrize("typed", ["a\0b", "x" * 2_001])
def test_what_cannot_be_kept_is_said_and_changes_nothing(cast: Cast, browser: Opened, typed: str) -> None:
    id = raised(cast, "Ana", TaskKind.SAFETY, "To read")
    refused = browser("Cleo").post(f"/practice/tasks/{id}/closing", {"action": typed}, form_at=f"/practice/tasks/{id}")
    assert refused.status_code == 400 and b'id="action-error"' in refused.data
    assert typed.replace("\0", "").encode() in refused.data
    assert state(id) == ("open", None)


def test_a_task_leads_to_its_homework_and_its_case(cast: Cast, browser: Opened) -> None:
    homework = db.session.query(Assignment).filter_by(participant_id=cast.seats["Ana"]).one().id
    id = raised(cast, "Ana", TaskKind.SAFETY, "To read", homework=homework)
    page = browser("Cleo").get(f"/practice/tasks/{id}").data.decode()
    assert f'href="/practice/homework/{homework}"' in page and f'href="/practice/cases/{cast.cases["Ana"]}"' in page


def test_the_bar_says_how_many_are_open(cast: Cast, browser: Opened) -> None:
    raised(cast, "Ana", TaskKind.TALK, "One")
    raised(cast, "Dot", TaskKind.TALK, "Two")
    cleo = browser("Cleo")
    for path in ("/practice/", "/practice/tasks", "/practice/library", f"/practice/cases/{cast.cases['Ana']}"):
        assert b'<span class="count">2<' in cleo.get(path).data
    assert b'class="count"' not in browser("Fay").get("/practice/").data


def test_without_a_task_the_page_says_where_they_come_from(browser: Opened) -> None:
    assert b"No task is open." in browser("Fay").get("/practice/tasks").data


@pytest.mark.parametrize("name", ["Fay", "Max", "Ana"])
@pytest.mark.parametrize("act", ["", "/closing"])
def test_nobody_else_finds_a_task(cast: Cast, browser: Opened, name: str, act: str) -> None:
    id = raised(cast, "Ana", TaskKind.TALK, "Wants to talk")
    page = browser(name)
    method, token = ("POST", {"csrf_token": page.token("/")}) if act else ("GET", None)
    answers = [page.open(f"/practice/tasks/{one}{act}", method=method, data=token) for one in (id, uuid.uuid4())]
    bodies = [re.sub(rb'(nonce|value|content)="[^"]*"', b"", answer.data) for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert bodies[0] == bodies[1]
    assert state(id) == ("open", None)


def text(page: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.decode()))


def test_a_task_is_written_down_given_to_a_colleague_of_the_case_and_done(cast: Cast, browser: Opened) -> None:
    join_case(db.session(), cast.case("Ana"), cast.user("Fay"), Part.COVER, by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    cleo, place = browser("Cleo"), f"/practice/cases/{cast.cases['Ana']}/tasks"
    typed = {"title": "Call the school", "why": "About the two weeks", "about": str(cast.seats["Ben"]), "due_on": "2026-03-04"}
    key = str(uuid.uuid4())
    for _ in range(2):
        assert cleo.post(place, {**typed, "assigned_to": str(cast.users["Fay"]), "submission_key": key}).status_code == 303
    task = db.session.query(Task).one()
    id, path = task.id, f"/practice/tasks/{task.id}"
    assert (task.raised_by, task.kind, task.title) == (cast.users["Cleo"], "own", "Call the school")
    db.session.rollback()
    assert "Call the school" not in text(cleo.get("/practice/tasks").data), "it was given to Fay"
    assert "Fay Example" in text(cleo.get("/practice/tasks?show=all").data)
    fay = browser("Fay")
    assert "Call the school" in text(fay.get("/practice/tasks").data) and "Call the school" in text(fay.get("/practice/").data)
    changed = {"due_on": "2026-03-05", "assigned_to": "", "version": "1"}
    assert fay.post(f"{path}/changing", changed, form_at=path).status_code == 303
    stale = cleo.post(f"{path}/changing", {**changed, "due_on": "2026-03-09"}, form_at=path)
    assert stale.status_code == 409 and "it is due March 5, 2026 now" in text(stale.data) and b'value="2026-03-09"' in stale.data
    assert cleo.post(f"{path}/closing", {"action": "Called at noon"}, form_at=path).status_code == 303
    assert "Called at noon" in text(cleo.get("/practice/tasks?show=done").data)
    assert state(id)[0] == "done"


def test_a_task_goes_to_nobody_from_outside_the_case_and_what_was_typed_comes_back(cast: Cast, browser: Opened) -> None:
    cleo, place = browser("Cleo"), f"/practice/cases/{cast.cases['Ana']}/tasks"
    typed = {"title": "", "why": "because", "about": str(cast.seats["Gil"]), "due_on": "2026-03-01"}
    wrong = cleo.post(place, {**typed, "assigned_to": str(cast.users["Fay"])})
    said = text(wrong.data)
    assert wrong.status_code == 400 and "because" in said
    assert "Say in a few words what is to be done." in said and "This day has passed" in said
    assert said.count("Error: Choose one of the answers in the list.") == 2
    assert db.session.query(Task).count() == 0
