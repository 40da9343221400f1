"""Giving homework: who may be given what, and what the page says when it does not go."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from cast import Browser, Cast
from werkzeug.test import TestResponse

from clinic.db import db
from clinic.models import Assignment, Case, Participant, StageState

Opened = Callable[[str], Browser]
MODULE = "address-the-betrayal"
INVITED = "worksheet-one-sentence"


def address(cast: Cast, name: str = "Ana", module: str = "") -> str:
    return f"/practice/cases/{cast.cases[name]}/assign" + (f"?module={module}" if module else "")


def give(page: Browser, path: str, **fields: Any) -> TestResponse:
    return page.post(path, {"module": MODULE, "due_on": "2026-03-20", **fields}, form_at="/practice/")


def given_to(cast: Cast, name: str) -> list[Assignment]:
    found = db.session.query(Assignment).filter_by(participant_id=cast.seats[name]).filter(Assignment.content_id != "safety-check")
    return found.order_by(Assignment.assigned_at).all()


def states(cast: Cast) -> list[tuple[str, str]]:
    return [(row.module_id, row.status) for row in db.session.query(StageState).filter_by(case_id=cast.cases["Ana"])]


def boxes(text: str) -> set[str]:
    return set(re.findall(r'name="chosen" value="([^"]+)"', text))


def body(answer: TestResponse) -> bytes:
    """Without the head's nonces and the token, which differ between any two answers."""
    return re.sub(rb'name="csrf_token" value="[^"]+"', b"", answer.data.split(b"</head>")[1])


def test_the_first_step_lists_every_module_and_the_measures(browser: Opened, cast: Cast) -> None:
    text = browser("Cleo").get(address(cast)).get_data(as_text=True)
    assert len(re.findall(r"assign\?module=", text)) == 13  # eleven, intake, measures
    assert "Address the Betrayal" in text
    assert "assign?module=measures" in text


def test_each_worksheet_is_offered_to_the_side_that_answers_it(browser: Opened, cast: Cast) -> None:
    offered = boxes(browser("Cleo").get(address(cast, module=MODULE)).get_data(as_text=True))
    assert "worksheet-hurt-account-1" in offered
    assert "worksheet-hurt-account-2" not in offered
    assert "worksheet-involved-account-2" in offered
    assert {f"{INVITED}-1", f"{INVITED}-2"} <= offered


@pytest.mark.parametrize("side", ["unset", "both"])
def test_a_person_whose_side_is_open_may_get_either(browser: Opened, cast: Cast, side: str) -> None:
    cast.seat("Ana").side = side
    db.session.commit()
    offered = boxes(browser("Cleo").get(address(cast, module=MODULE)).get_data(as_text=True))
    assert {"worksheet-hurt-account-1", "worksheet-involved-account-1"} <= offered


def test_the_practices_own_measures_are_offered_to_both(browser: Opened, cast: Cast) -> None:
    offered = boxes(browser("Cleo").get(address(cast, module="measures")).get_data(as_text=True))
    ids = ("trust-pulse", "distress-thermometer", "overall-this-week", "session-feedback")
    assert offered == {f"measure-{id}-{seat}" for id in ids for seat in (1, 2)}


def test_both_are_given_their_own_with_date_and_note(browser: Opened, cast: Cast) -> None:
    page = browser("Cleo")
    chosen = ["worksheet-hurt-account-1", "worksheet-involved-account-2", f"{INVITED}-2"]
    answer = give(page, address(cast), chosen=chosen, **{"note-1": "Take your time.", "note-2": "Facts first."})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/practice/cases/{cast.cases['Ana']}")
    ana, ben = given_to(cast, "Ana"), given_to(cast, "Ben")
    assert [(one.content_id, one.note, str(one.due_on), one.state) for one in ana] == [
        ("hurt-account", "Take your time.", "2026-03-20", "open")
    ]
    assert {one.content_id for one in ben} == {"involved-account", "one-sentence"}
    assert {one.note for one in ben} == {"Facts first."}
    assert {one.assigned_by for one in (*ana, *ben)} == {cast.users["Cleo"]}


def test_a_measure_is_given_without_a_module(browser: Opened, cast: Cast) -> None:
    answer = give(browser("Cleo"), address(cast), module="measures", chosen="measure-trust-pulse-1", due_on="")
    assert answer.status_code == 303
    [one] = given_to(cast, "Ana")
    assert (one.kind, one.content_id, one.module_id, one.due_on) == ("measure", "trust-pulse", None, None)
    assert states(cast) == []


def test_the_first_homework_of_a_module_starts_its_stage_once(browser: Opened, cast: Cast) -> None:
    page = browser("Cleo")
    assert "moves from not started to in progress" in page.get(address(cast, module=MODULE)).get_data(as_text=True)
    give(page, address(cast), chosen="worksheet-hurt-account-1")
    cast.clock.pass_by(minutes=1)
    assert "moves from not started" not in page.get(address(cast, module=MODULE)).get_data(as_text=True)
    give(page, address(cast), chosen="worksheet-what-it-changed-1")
    assert states(cast) == [(MODULE, "in_progress")]


def test_intake_is_no_stage(browser: Opened, cast: Cast) -> None:
    assert give(browser("Cleo"), address(cast), module="intake-and-safety", chosen="worksheet-hopes-1").status_code == 303
    assert states(cast) == []


def test_who_has_not_done_the_first_steps_is_given_nothing_and_the_other_does_not_wait(browser: Opened, cast: Cast) -> None:
    cast.add_pair("Ida", "Jon", clinician="Cleo")
    db.session.commit()
    cast.take_first_steps("Ida")
    db.session.commit()
    page, path = browser("Cleo"), address(cast, "Ida")
    text = page.get(address(cast, "Ida", MODULE)).get_data(as_text=True)
    assert "Jon has first to sign the consent" in text
    assert "Ida has first" not in text
    assert f"{INVITED}-2" not in boxes(text)
    refused = give(page, path, chosen=[f"{INVITED}-1", f"{INVITED}-2"])
    assert refused.status_code == 409
    assert "Jon has first to sign the consent" in refused.get_data(as_text=True)
    assert given_to(cast, "Ida") == given_to(cast, "Jon") == []
    assert give(page, path, chosen=f"{INVITED}-1").status_code == 303
    assert [one.content_id for one in given_to(cast, "Ida")] == ["one-sentence"]


def test_what_still_waits_is_not_given_twice(browser: Opened, cast: Cast) -> None:
    page = browser("Cleo")
    give(page, address(cast), chosen=f"{INVITED}-1")
    again = give(page, address(cast), chosen=[f"{INVITED}-1", f"{INVITED}-2"])
    assert again.status_code == 409
    assert "already: it waits for an answer" in again.get_data(as_text=True)
    assert len(given_to(cast, "Ana")) == 1
    assert given_to(cast, "Ben") == []
    assert f"{INVITED}-1" not in boxes(page.get(address(cast, module=MODULE)).get_data(as_text=True))


def test_prerequisites_are_advice_with_a_reason_and_no_lock(browser: Opened, cast: Cast) -> None:
    from forms import library

    page = browser("Cleo")
    advised = [m for m in library.modules if any(library.module(p.module).number for p in m.prerequisites)]
    for module in advised:
        text = page.get(address(cast, module=module.id)).get_data(as_text=True)
        assert "Usual after" in text
        assert "This is advice: you decide." in text
    if any(module.worksheets for module in advised):
        assert boxes(text)


def test_a_finished_case_takes_no_homework(browser: Opened, cast: Cast) -> None:
    cast.case("Ana").finish(by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    page = browser("Cleo")
    assert "finished" in page.get(address(cast, module=MODULE)).get_data(as_text=True)
    assert give(page, address(cast), chosen=f"{INVITED}-1").status_code == 409
    assert given_to(cast, "Ana") == []


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Choose at least one worksheet."),
        ({"chosen": "worksheet-hurt-account-2"}, "Choose only from the answers in the list."),
        ({"chosen": "\x00"}, "Choose only from the answers in the list."),
        ({"chosen": f"{INVITED}-1", "due_on": "0204-03-01"}, "The year must be between"),
        ({"chosen": f"{INVITED}-1", "due_on": "2026-02-30"}, "There is no such day"),
        ({"chosen": f"{INVITED}-1", "due_on": "2026-03-01"}, "This day has passed."),
        ({"chosen": f"{INVITED}-1", "due_on": "9" * 5000}, "Write the date as"),
        ({"chosen": f"{INVITED}-1", "note-1": "a\x00b"}, "character that cannot be kept"),
        ({"chosen": f"{INVITED}-1", "note-1": "x" * 1_000_000}, "the most is 2,000"),
        ({"chosen": f"{INVITED}-1", "note-2": "To nobody"}, "Choose something for Ben, or clear the note."),
    ],
)
def test_bad_input_gets_a_sentence_and_changes_nothing(browser: Opened, cast: Cast, fields: dict[str, str], sentence: str) -> None:
    answer = give(browser("Cleo"), address(cast), **{"note-1": "Kept words", **fields})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert sentence in text
    assert "Please look at this again" in text
    assert "note-1" in fields or "Kept words" in text
    assert given_to(cast, "Ana") == given_to(cast, "Ben") == []


@pytest.mark.parametrize("module", ["no-such-module", "\x00", "é" * 400, "../etc"])
def test_a_module_that_is_none_is_no_page(browser: Opened, cast: Cast, module: str) -> None:
    page = browser("Cleo")
    assert page.get(address(cast), query_string={"module": module}).status_code == 404
    assert give(page, address(cast), module=module, chosen="x").status_code == 404


@pytest.mark.parametrize("name", ["Fay", "Max", "Ana"])
def test_nobody_else_learns_that_there_is_such_a_case(browser: Opened, cast: Cast, name: str) -> None:
    page, start = browser(name), {"Ana": "/my/", "Max": "/admin/"}.get(name, "/practice/")
    unknown = f"/practice/cases/{uuid.uuid4()}/assign"
    assert body(page.get(address(cast))) == body(page.get(unknown))
    refused = page.post(address(cast), {"module": MODULE, "chosen": f"{INVITED}-1"}, form_at=start)
    missing = page.post(unknown, {"module": MODULE, "chosen": f"{INVITED}-1"}, form_at=start)
    assert refused.status_code == missing.status_code == 404
    assert body(refused) == body(missing)
    assert given_to(cast, "Ana") == []


def test_a_sign_in_that_ran_out_brings_the_form_back(browser: Opened, cast: Cast) -> None:
    from cast import PASSWORD

    page = browser("Cleo")
    token = page.token("/practice/")
    cast.clock.pass_by(hours=3)
    fields = {"csrf_token": token, "module": MODULE, "chosen": f"{INVITED}-1", "note-1": "Kept words", "due_on": ""}
    late = page.open(address(cast), method="POST", data=fields)
    assert late.status_code == 401
    carried = re.search(r'name="carried" value="([^"]+)"', late.get_data(as_text=True))
    assert carried
    form = {"email": "cleo@practice.example", "password": PASSWORD, "carried": carried[1]}
    offer = page.post("/sign-in", form).get_data(as_text=True)
    assert f'action="{address(cast)}"' in offer
    assert "Kept words" in offer
    assert give(page, address(cast), chosen=f"{INVITED}-1", due_on="", **{"note-1": "Kept words"}).status_code == 303


def test_what_is_stored_belongs_to_this_case_and_person(browser: Opened, cast: Cast) -> None:
    give(browser("Cleo"), address(cast), chosen=f"{INVITED}-2")
    [one] = given_to(cast, "Ben")
    assert db.session.get_one(Participant, one.participant_id).case_id == db.session.get_one(Case, one.case_id).id
