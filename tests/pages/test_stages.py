"""A stage's page: its dated rows, what was done for it, moving it and signing it off."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from cast import Browser, Cast
from werkzeug.test import TestResponse

from clinic.db import db
from clinic.models import Medium, NoteFormat, ProgressNote, StageSignOff, StageState
from clinic.models.notes import begin_note, record_encounter
from forms import library

Opened = Callable[[str], Browser]
MODULE = "address-the-betrayal"


def address(cast: Cast, module: str = MODULE, act: str = "") -> str:
    return f"/practice/cases/{cast.cases['Ana']}/stages/{module}" + (f"/{act}" if act else "")


def move(cast: Cast, page: Browser, to: str, reason: str = "", module: str = MODULE) -> TestResponse:
    cast.clock.pass_by(minutes=1)
    return page.post(address(cast, module, "states"), {"status": to, "reason": reason}, form_at="/practice/")


def sign_off(cast: Cast, page: Browser, outcome: str, reason: str = "") -> TestResponse:
    fields = {"sign-off-outcome": outcome, "sign-off-reason": reason}
    return page.post(address(cast, act="sign-offs"), fields, form_at="/practice/")


def rows(cast: Cast) -> list[tuple[str, str | None]]:
    found = db.session.query(StageState).filter_by(case_id=cast.cases["Ana"], module_id=MODULE).order_by(StageState.since)
    return [(row.status, row.reason) for row in found]


def sign_offs(cast: Cast) -> list[tuple[str, str | None]]:
    found = db.session.query(StageSignOff).filter_by(case_id=cast.cases["Ana"]).order_by(StageSignOff.signed_at)
    return [(row.outcome, row.reason) for row in found]


def body(answer: TestResponse) -> bytes:
    return re.sub(rb'name="csrf_token" value="[^"]+"', b"", answer.data.split(b"</head>")[1])


def write(cast: Cast, text: str, *, sign: bool) -> ProgressNote:
    by, at = cast.users["Cleo"], cast.clock()
    met = record_encounter(
        db.session(), cast.case("Ana"), attendees={cast.seats["Ana"]}, began_at=at, minutes=50, medium=Medium.VIDEO, by=by, at=at
    )
    note = begin_note(db.session(), met, format=NoteFormat.FREE, by=by, at=at)
    note.save(sections={"note": "Other words"}, stages=[{"module_id": MODULE, "text": text, "rating": -1}], at=at)
    db.session.flush()
    if sign:
        note.sign(by=by, name="Cleo Example", at=at)
    db.session.commit()
    return note


def test_a_stage_shows_aims_and_every_sign_with_what_was_found(browser: Opened, cast: Cast) -> None:
    text = browser("Cleo").get(address(cast)).get_data(as_text=True)
    module = library.module(MODULE)
    assert "not started" in text
    assert "Ana: nothing sent yet" in text
    assert "looks complete" not in text
    for sentence in (*module.guide.aims, *(criterion.sentence for criterion in module.criteria)):
        assert sentence.split("'")[0].split("’")[0] in text


def test_each_of_the_eleven_stages_has_a_page(browser: Opened, cast: Cast) -> None:
    page, modules = browser("Cleo"), [module.id for module in library.modules if module.number]
    assert [page.get(address(cast, module)).status_code for module in modules] == [200] * 11


def test_moving_a_stage_adds_a_dated_row_and_keeps_the_old_ones(browser: Opened, cast: Cast) -> None:
    page = browser("Cleo")
    assert move(cast, page, "in_progress").status_code == 303
    assert move(cast, page, "worked_through", "All of it heard.").status_code == 303
    assert move(cast, page, "revisiting", "A setback in May.").status_code == 303
    assert rows(cast) == [("in_progress", None), ("worked_through", "All of it heard."), ("revisiting", "A setback in May.")]
    text = page.get(address(cast)).get_data(as_text=True)
    history = text[text.index('id="history"') :]
    assert history.index("A setback in May.") < history.index("All of it heard.")


def test_a_stage_does_not_move_to_where_it_stands(browser: Opened, cast: Cast) -> None:
    page = browser("Cleo")
    move(cast, page, "in_progress")
    again = move(cast, page, "in_progress", "Typed again")
    text = again.get_data(as_text=True)
    assert again.status_code == 409
    assert "This stage is in progress already." in text
    assert "Typed again" in text
    assert len(rows(cast)) == 1


def test_a_stage_is_signed_off_with_a_reason_unless_achieved(browser: Opened, cast: Cast) -> None:
    page = browser("Cleo")
    refused = sign_off(cast, page, "deferred")
    assert refused.status_code == 400
    assert "Say in a sentence why." in refused.get_data(as_text=True)
    assert sign_off(cast, page, "deferred", "They move house first.").status_code == 303
    cast.clock.pass_by(minutes=1)
    for _ in range(2):  # the button pressed twice
        assert sign_off(cast, page, "achieved").status_code == 303
    assert sign_offs(cast) == [("deferred", "They move house first."), ("achieved", None)]
    assert "They move house first." in page.get(address(cast)).get_data(as_text=True)


def test_entries_of_signed_notes_stand_there_and_those_of_drafts_do_not(browser: Opened, cast: Cast) -> None:
    write(cast, "Heard at last.", sign=True)
    write(cast, "Only begun.", sign=False)
    text = browser("Cleo").get(address(cast)).get_data(as_text=True)
    assert "Heard at last." in text
    assert "-1: less than expected" in text
    assert "individual" in text
    assert "Only begun." not in text
    assert "Other words" not in text


def test_this_modules_homework_stands_by_person(browser: Opened, cast: Cast) -> None:
    mine, other = cast.assign("Ana", "hurt-account", by="Cleo"), cast.assign("Ben", "daily-care", by="Cleo")
    db.session.commit()
    text = browser("Cleo").get(address(cast)).get_data(as_text=True)
    assert f"/practice/homework/{mine.id}" in text
    assert f"/practice/homework/{other.id}" not in text


def test_bad_input_moves_nothing(browser: Opened, cast: Cast) -> None:
    page = browser("Cleo")
    bad: list[dict[str, Any]] = [{}, {"status": "not_started"}, {"status": "\x00"}, {"status": "in_progress", "reason": "a\x00"}]
    for fields in bad:
        answer = page.post(address(cast, act="states"), fields, form_at="/practice/")
        assert answer.status_code == 400
        assert "Please look at this again" in answer.get_data(as_text=True)
    assert rows(cast) == []


def test_a_reason_of_a_megabyte_moves_nothing(browser: Opened, cast: Cast) -> None:
    page = browser("Cleo")
    assert move(cast, page, "in_progress", "x" * 1_000_000).status_code == 400
    assert sign_off(cast, page, "partly", "x" * 1_000_000).status_code == 400
    assert rows(cast) == sign_offs(cast) == []


def test_a_finished_case_keeps_its_stages_where_they_are(browser: Opened, cast: Cast) -> None:
    cast.case("Ana").finish(by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    page = browser("Cleo")
    assert page.get(address(cast)).status_code == 200
    assert move(cast, page, "in_progress").status_code == 409
    assert sign_off(cast, page, "achieved").status_code == 409
    assert rows(cast) == sign_offs(cast) == []


def test_what_is_no_stage_is_no_page(browser: Opened, cast: Cast) -> None:
    page = browser("Cleo")
    for module in ("intake-and-safety", "no-such-module", "%00", "x" * 3000, "ADDRESS-THE-BETRAYAL"):
        assert page.get(address(cast, module)).status_code == 404
        assert move(cast, page, "in_progress", module=module).status_code == 404


@pytest.mark.parametrize("name", ["Fay", "Max", "Ana"])
def test_nobody_else_learns_that_there_is_such_a_stage(browser: Opened, cast: Cast, name: str) -> None:
    page, start = browser(name), {"Fay": "/practice/", "Max": "/admin/"}.get(name, "/my/")
    unknown = f"/practice/cases/{uuid.uuid4()}/stages/{MODULE}"
    assert body(page.get(address(cast))) == body(page.get(unknown))
    for act in ("states", "sign-offs"):
        fields = {"status": "in_progress", "sign-off-outcome": "achieved"}
        refused = page.post(address(cast, act=act), fields, form_at=start)
        missing = page.post(f"{unknown}/{act}", fields, form_at=start)
        assert refused.status_code == missing.status_code == 404
        assert body(refused) == body(missing)
    assert rows(cast) == sign_offs(cast) == []
