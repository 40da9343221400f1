"""Recording a session, whose record it is, and beginning its note."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cast import Browser, Cast
from werkzeug.test import TestResponse

from clinic.db import db
from clinic.models import Encounter, ProgressNote

Opened = Callable[[str], Browser]


def address(cast: Cast, name: str = "Ana") -> str:
    return f"/practice/cases/{cast.cases[name]}/encounters/new"


def record(cast: Cast, page: Browser, who: tuple[str, ...] = ("Ana", "Ben"), **fields: Any) -> TestResponse:
    usual = {"day": "2026-03-02", "begins": "9:30", "minutes": "50", "medium": "video", "format": "dap", "then": "record"}
    seats = [str(cast.seats[name]) for name in who]
    return page.post(address(cast), {**usual, "attendees": seats, **fields}, form_at="/practice/")


def met(cast: Cast) -> list[Encounter]:
    return db.session.query(Encounter).filter_by(case_id=cast.cases["Ana"]).all()


def notes() -> list[ProgressNote]:
    return db.session.query(ProgressNote).all()


def body(answer: TestResponse) -> bytes:
    return re.sub(rb'name="csrf_token" value="[^"]+"', b"", answer.data.split(b"</head>")[1])


def test_a_session_is_recorded_at_the_practices_clock(browser: Opened, cast: Cast) -> None:
    page = browser("Cleo")
    answer = record(cast, page)
    [one] = met(cast)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/practice/encounters/{one.id}")
    assert one.began_at == datetime(2026, 3, 2, 14, 30, tzinfo=UTC)  # 9:30 in New York
    assert (one.minutes, one.medium, one.is_joint, one.recorded_by) == (50, "video", True, cast.users["Cleo"])
    text = page.get(answer.headers["Location"]).get_data(as_text=True)
    assert "March 2, 2026, 9:30" in text
    assert "Ana and Ben" in text
    assert "Write the note" in text


def test_a_session_with_one_of_the_two_is_that_persons_own_record(browser: Opened, cast: Cast) -> None:
    page = browser("Cleo")
    assert "is that person&#39;s own record" in page.get(address(cast)).get_data(as_text=True)
    answer = record(cast, page, ("Ben",), then="note")
    [one], [note] = met(cast), notes()
    assert (one.individual_of, note.individual_of) == (cast.seats["Ben"], cast.seats["Ben"])
    assert "Ben alone" in page.get(f"/practice/encounters/{one.id}").get_data(as_text=True)
    assert answer.headers["Location"] == f"/practice/notes/{note.id}"


def test_the_note_begins_in_the_chosen_format(browser: Opened, cast: Cast) -> None:
    page = browser("Cleo")
    answer = record(cast, page, then="note", format="birp")
    text = page.get(answer.headers["Location"]).get_data(as_text=True)
    for title in ("Behavior", "Intervention", "Response", "Plan"):
        assert f">{title}</label>" in text
    assert [(note.format, note.state, note.author_id) for note in notes()] == [("birp", "draft", cast.users["Cleo"])]


def test_the_button_pressed_twice_records_one_session_and_one_note_of_each_template(browser: Opened, cast: Cast) -> None:
    page = browser("Cleo")
    first, second = record(cast, page, then="note"), record(cast, page, then="note")
    assert (first.status_code, second.status_code) == (303, 303)
    assert (len(met(cast)), len(notes())) == (1, 1)
    [one] = met(cast)
    for _ in range(2):
        again = page.post(f"/practice/encounters/{one.id}/notes", {"format": "free"}, form_at="/practice/")
        assert again.headers["Location"] != first.headers["Location"]
    assert sorted(note.format for note in notes()) == ["dap", "free"]


def test_a_note_can_be_begun_later(browser: Opened, cast: Cast) -> None:
    page = browser("Cleo")
    record(cast, page)
    [one] = met(cast)
    begun = page.post(f"/practice/encounters/{one.id}/notes", {"format": "free"}, form_at="/practice/")
    [note] = notes()
    assert begun.headers["Location"] == f"/practice/notes/{note.id}"
    assert "Go on with your Free text note" in page.get(f"/practice/encounters/{one.id}").get_data(as_text=True)
    refused = page.post(f"/practice/encounters/{one.id}/notes", {"format": "haiku"}, form_at="/practice/")
    assert refused.status_code == 400


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"day": ""}, "Write the day of the session."),
        ({"day": "2026-02-30"}, "There is no such day"),
        ({"day": "2026-03-03"}, "still to come"),
        ({"day": "1999-03-03"}, "more than ten years ago"),
        ({"day": "9999-12-31"}, "The year must be between"),
        ({"day": "\x00"}, "Write the date as"),
        ({"begins": ""}, "Write when the session began."),
        ({"begins": "25:00"}, "Write the time as"),
        ({"begins": "11:59 pm"}, "This hour is still to come."),
        ({"begins": "9" * 100_000}, "Write the time as"),
        ({"minutes": "0"}, "Write a whole number"),
        ({"minutes": "1e9"}, "Write a whole number"),
        ({"medium": "pigeon"}, "Choose one of the answers in the list."),
        ({"medium": ""}, "Choose how you met."),
        ({"attendees": []}, "Choose at least one person"),
        ({"attendees": [str(uuid.uuid4())]}, "Choose only from the answers"),
        ({"format": "haiku"}, "Choose one of the answers in the list."),
    ],
)
def test_bad_input_gets_a_sentence_and_records_nothing(
    browser: Opened, cast: Cast, fields: dict[str, Any], sentence: str
) -> None:
    answer = record(cast, browser("Cleo"), **{"minutes": "47", **fields})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert sentence in text
    assert "Please look at this again" in text
    assert "minutes" in fields or 'value="47"' in text
    assert met(cast) == []


def test_a_person_of_another_case_was_not_there(browser: Opened, cast: Cast) -> None:
    answer = record(cast, browser("Cleo"), ("Ana", "Dot"))
    assert answer.status_code == 400
    assert met(cast) == []


def test_a_finished_case_takes_no_session(browser: Opened, cast: Cast) -> None:
    cast.case("Ana").finish(by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    page = browser("Cleo")
    assert "finished" in page.get(address(cast)).get_data(as_text=True)
    answer = record(cast, page, minutes="47")
    assert answer.status_code == 409
    assert 'value="47"' in answer.get_data(as_text=True)
    assert met(cast) == []


@pytest.mark.parametrize("name", ["Fay", "Max", "Ana", "Ben"])
def test_nobody_else_learns_that_there_is_such_a_session(browser: Opened, cast: Cast, name: str) -> None:
    record(cast, browser("Cleo"), ("Ana",))
    [one] = met(cast)
    page, start = browser(name), {"Fay": "/practice/", "Max": "/admin/"}.get(name, "/my/")
    for known, unknown in (
        (f"/practice/encounters/{one.id}", f"/practice/encounters/{uuid.uuid4()}"),
        (address(cast), f"/practice/cases/{uuid.uuid4()}/encounters/new"),
    ):
        refused, missing = page.get(known), page.get(unknown)
        assert refused.status_code == missing.status_code == 404
        assert body(refused) == body(missing)
    for known, unknown in (
        (f"/practice/encounters/{one.id}/notes", f"/practice/encounters/{uuid.uuid4()}/notes"),
        (address(cast), f"/practice/cases/{uuid.uuid4()}/encounters/new"),
    ):
        refused, missing = page.post(known, {"format": "dap"}, form_at=start), page.post(unknown, {"format": "dap"}, form_at=start)
        assert refused.status_code == missing.status_code == 404
        assert body(refused) == body(missing)
    assert notes() == []
