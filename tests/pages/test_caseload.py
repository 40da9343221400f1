"""The first page of the day: who needs the counselor and why, every case, and the same few queries for ten cases and a hundred."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from cast import Browser, Cast, Clock, password_hash
from flask import Flask
from sqlalchemy import event

from clinic.db import db
from clinic.models import Assignment, Medium, NoteFormat, PolicyKind, Relationship, Role, Side, TaskKind, User
from clinic.models.notes import begin_note, record_encounter
from clinic.models.opening import NewPerson, add_case
from clinic.models.tasks import raise_task
from forms import Given

Opened = Callable[[str], Browser]
MOST_QUERIES = 13


@contextmanager
def queries(app: Flask) -> Iterator[list[str]]:
    """Every statement sent to the practice's database meanwhile; to the key store nothing is sent once a key is known."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def text_of(page: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.decode()))


def needs_of(page: Browser) -> str:
    return text_of(page.get("/practice/").data).split("Who needs me")[1].split(" Cases ")[0]


def raise_for(cast: Cast, name: str, kind: TaskKind, title: str) -> uuid.UUID:
    task = raise_task(
        db.session(), case_id=cast.cases[name], participant_id=cast.seats[name], kind=kind, title=title, by=None, at=cast.clock()
    )
    db.session.commit()
    return task.id


def test_what_is_about_safety_comes_first_and_marks_its_case(cast: Cast, browser: Opened) -> None:
    raise_for(cast, "Eli", TaskKind.TALK, "Wants to talk")
    raise_for(cast, "Ben", TaskKind.SAFETY, "A check to read")
    page = browser("Cleo").get("/practice/").data
    needs = needs_of(browser("Cleo"))
    assert needs.index("Ben: A check to read") < needs.index("Eli: Wants to talk") < needs.index("A private check")
    marked = [row for row in page.decode().split("<tr")[1:] if "tag--alert" in row]
    assert len(marked) == 1 and "Ana &amp; Ben" in marked[0]


def test_a_concern_in_a_private_check_becomes_the_first_line(cast: Cast, browser: Opened) -> None:
    cast.add_pair("Ida", "Jon", clinician="Cleo")
    db.session.commit()
    check = db.session.query(Assignment).filter_by(participant_id=cast.seats["Ida"], content_id="safety-check").one()
    cast.send(check, {}, by=cast.users["Ida"])
    db.session.commit()
    needs = needs_of(browser("Cleo"))
    assert needs.index("Safety, and what is not yet told") < needs.index("Ida:") < needs.index("Sent, waiting for your review")


def test_sent_homework_waits_with_its_reason_and_one_act(cast: Cast, browser: Opened) -> None:
    homework = cast.assign("Ana", "hurt-account", by="Cleo")
    db.session.flush()
    cast.send(homework, {"account": Given("x")}, by=cast.users["Ana"])
    db.session.commit()
    page = browser("Cleo").get("/practice/")
    assert "Ana: What happened, in your words" in needs_of(browser("Cleo"))
    assert f'href="/practice/homework/{homework.id}"'.encode() in page.data
    db.session.get_one(Assignment, homework.id).mark_reviewed(by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    assert "Ana: What happened" not in needs_of(browser("Cleo"))


def test_homework_is_overdue_from_the_day_after_and_not_in_a_finished_case(cast: Cast, browser: Opened) -> None:
    homework = cast.assign("Dot", "hurt-account", by="Cleo")
    homework.due_on = cast.clock().date()
    db.session.commit()
    assert "Overdue" not in needs_of(browser("Cleo"))
    cast.clock.pass_by(days=1)
    assert "Overdue Dot: What happened, in your words" in needs_of(browser("Cleo"))
    cast.case("Dot").finish(by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    assert "Overdue" not in needs_of(browser("Cleo"))


def test_only_my_own_unsigned_notes_wait(cast: Cast, browser: Opened) -> None:
    both = {cast.seats["Ana"], cast.seats["Ben"]}
    met = record_encounter(
        db.session(), cast.case("Ana"), attendees=both, began_at=cast.clock(), minutes=50, medium=Medium.VIDEO,
        by=cast.users["Cleo"], at=cast.clock(),
    )  # fmt: skip
    note = begin_note(db.session(), met, format=NoteFormat.FREE, by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    assert "Note of the session on March 2, 2026" in needs_of(browser("Cleo"))
    assert "Note of the session" not in text_of(browser("Fay").get("/practice/").data)
    note.save(sections={"note": "They spoke."}, stages=[], at=cast.clock())
    note.sign(by=cast.users["Cleo"], name="Cleo", at=cast.clock())
    db.session.commit()
    page = text_of(browser("Cleo").get("/practice/").data)
    assert "Note of the session" not in page
    assert "March 2, 2026" in page.split("Cases")[-1]


def test_another_counselors_cases_are_not_there(browser: Opened) -> None:
    mine, theirs = text_of(browser("Cleo").get("/practice/").data), text_of(browser("Fay").get("/practice/").data)
    assert "Ana &amp; Ben" in mine and "Gil" not in mine
    assert "Gil &amp; Hope" in theirs and "Ana" not in theirs


@pytest.mark.parametrize("name", ["Ana", "Max"])
def test_whoever_is_no_counselor_finds_no_page(browser: Opened, name: str) -> None:
    assert browser(name).get("/practice/").status_code == 404


def test_an_empty_caseload_says_what_to_do_next(empty_app: Flask, clock: Clock) -> None:
    with empty_app.app_context():
        _counselor(empty_app, clock)
        db.session.commit()
    page = Browser(empty_app)
    assert page.sign_in("new@practice.example").status_code == 302
    shown = page.get("/practice/").data
    assert b"Add your first case" in shown and b'href="/practice/cases/new"' in shown


def test_the_queries_do_not_grow_with_the_cases(empty_app: Flask, clock: Clock) -> None:
    counted = {}
    with empty_app.app_context():
        by = _counselor(empty_app, clock)
        db.session.commit()
    page = Browser(empty_app)
    page.sign_in("new@practice.example")
    for most in (10, 100):
        with empty_app.app_context():
            _fill(empty_app, by, most - len(counted) * 10, clock)
        with queries(empty_app) as seen:
            shown = page.get("/practice/")
        assert shown.data.count(b'href="/practice/cases/') > most
        counted[most] = len(seen)
    assert counted[10] == counted[100] <= MOST_QUERIES, counted


def _counselor(app: Flask, clock: Clock) -> uuid.UUID:
    email = "new@practice.example"
    user = User(
        role=Role.COUNSELOR.value, email=email, email_index=app.extensions["keyring"].blind_index(email), name="New Counselor",
        added_at=clock(), password_hash=password_hash(),
    )  # fmt: skip
    db.session.add(user)
    return user.id


def _fill(app: Flask, by: uuid.UUID, many: int, clock: Clock) -> None:
    """Cases with a task, overdue homework, a session and a note to sign each."""
    for number in range(many):
        people = [NewPerson(f"First {number}", f"First{number}", Side.HURT), NewPerson("Second", "Second", Side.INVOLVED)]
        case = add_case(
            db.session(), relation=Relationship.PARTNER, people=people, policy=PolicyKind.NO_SECRETS,
            blind_index=app.extensions["keyring"].blind_index, by=by, at=clock(),
        )  # fmt: skip
        db.session.flush()
        first = case.participants[0]
        check = db.session.query(Assignment).filter_by(participant_id=first.id).one()
        check.due_on = clock().date() - timedelta(days=2)
        raise_task(
            db.session(), case_id=case.id, participant_id=first.id, kind=TaskKind.SAFETY, title="Read", by=None, at=clock()
        )
        met = record_encounter(
            db.session(), case, attendees={first.id}, began_at=clock(), minutes=50, medium=Medium.PHONE, by=by, at=clock()
        )
        begin_note(db.session(), met, format=NoteFormat.FREE, by=by, at=clock())
    db.session.commit()


def cases_of(page: bytes) -> str:
    return text_of(page).split(" Find by name or code ")[1]


def test_a_name_is_looked_for_without_standing_in_an_address(cast: Cast, browser: Opened) -> None:
    cleo = browser("Cleo")
    shown = cleo.post("/practice/found", {"name": "Déli"})
    assert shown.status_code == 200 and "1 case fits “Déli”" in text_of(shown.data)
    assert "Dot & Eli" in cases_of(shown.data).replace("&amp;", "&") and "Ana" not in cases_of(shown.data)
    nobody = cleo.post("/practice/found", {"name": "Rumpelstilzchen"})
    assert "No case fits" in text_of(nobody.data) and nobody.status_code == 200
    empty = cleo.post("/practice/found", {"name": " "})
    assert empty.status_code == 400 and "Type a part of a name" in text_of(empty.data)


def test_another_counselors_case_is_not_found_by_its_name(cast: Cast, browser: Opened) -> None:
    assert "No case fits" in text_of(browser("Cleo").post("/practice/found", {"name": "Gil"}).data)


def test_a_view_is_kept_shown_and_removed_by_its_counselor_alone(cast: Cast, browser: Opened) -> None:
    cleo = browser("Cleo")
    kept = cleo.post("/practice/views", {"title": "Nothing waits", "waits": "nothing", "order": "seen"})
    assert kept.status_code == 303 and kept.headers["Location"].endswith("/practice/?waits=nothing&order=seen#cases")
    page = cleo.get("/practice/?waits=nothing&order=seen").data.decode()
    assert "Nothing waits" in page and 'aria-current="true"' in page
    assert "Nothing waits" not in browser("Fay").get("/practice/").data.decode()
    removal = re.search(r"/practice/views/[^/]+/removal", page)
    assert removal and browser("Fay").post(removal[0], {}).status_code == 404
    assert cleo.post(removal[0], {}).status_code == 303
    assert "Nothing waits" not in cleo.get("/practice/").data.decode()
    assert "Give the view a name" in text_of(cleo.post("/practice/views", {"title": "", "waits": "note"}).data)


def test_who_sends_nothing_for_three_weeks_is_one_line_and_not_one_a_sheet(cast: Cast, browser: Opened, clock: Clock) -> None:
    for sheet in ("hurt-account", "hopes"):
        cast.assign("Ana", sheet, by="Cleo").due_on = clock().date() + timedelta(days=3)
    db.session.commit()
    assert "nothing heard" not in needs_of(browser("Cleo"))
    clock.pass_by(hours=24 * 22)
    needs = needs_of(browser("Cleo"))
    assert needs.count("Ana: nothing heard") == 1 and "Overdue" not in needs.split("Nothing heard")[1]
    assert "3 worksheets are open" in needs or "2 worksheets are open" in needs
