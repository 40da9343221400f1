"""Setbacks: recorded with their day, theirs alone or joint, in the course of the case, on its charts and in reports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from cast import Browser, Cast
from werkzeug.test import TestResponse

from clinic.access import Viewer
from clinic.db import db
from clinic.models import Outcome, Setback, StageState, StageStatus
from clinic.models.programme import change_stage, sign_off_stage
from clinic.models.setbacks import record_setback
from clinic.reporting import progress
from clinic.reporting.progress import Request
from forms import library
from reports.progress import Audience

Opened = Callable[[str], Browser]
MODULE = "address-the-betrayal"


def record(cast: Cast, page: Browser, **fields: Any) -> TestResponse:
    day = {"day": "2026-02-20"}
    whole = {**day, "text": "A letter came.", "whose": "both", **fields}
    return page.post(f"/practice/cases/{cast.cases['Ana']}/setbacks/new", whole)


def work_through(cast: Cast) -> None:
    steps = (StageStatus.NOT_STARTED, StageStatus.IN_PROGRESS, StageStatus.WORKED_THROUGH)
    for before, to in pairwise(steps):
        cast.clock.pass_by(minutes=1)
        change_stage(
            db.session(), cast.case("Ana"), MODULE, before=before, to=to, reason="", by=cast.users["Cleo"], at=cast.clock()
        )
    db.session.commit()


def test_a_setback_stands_in_the_course_of_the_case_and_takes_up_its_stages_again(browser: Opened, cast: Cast) -> None:
    work_through(cast)
    cast.clock.pass_by(minutes=1)
    page = browser("Cleo")
    for _ in range(2):  # the button pressed twice
        assert record(cast, page, reopen=[MODULE]).status_code == 303
    assert [row.text for row in db.session.query(Setback)] == ["A letter came."]
    newest = db.session.query(StageState).order_by(StageState.since.desc()).first()
    assert (newest.status, newest.reason) == ("revisiting", "After the setback of February 20, 2026.")
    text = page.get(f"/practice/cases/{cast.cases['Ana']}").get_data(as_text=True)
    assert "A letter came." in text
    assert "Setback, of both" in text


def test_a_stage_that_was_not_begun_cannot_be_taken_up_again(browser: Opened, cast: Cast) -> None:
    assert record(cast, browser("Cleo"), reopen=[MODULE]).status_code == 400
    assert db.session.query(Setback).count() == 0


@pytest.mark.parametrize(
    "wrong", [{"day": ""}, {"day": "2026-03-09"}, {"text": " "}, {"whose": ""}, {"whose": "3"}, {"text": "a\x00"}]
)
def test_what_is_not_sound_is_not_recorded(browser: Opened, cast: Cast, wrong: dict[str, str]) -> None:
    answer = record(cast, browser("Cleo"), **wrong)
    assert answer.status_code == 400
    assert "Please look at this again" in answer.get_data(as_text=True)
    assert db.session.query(Setback).count() == 0


def test_nobody_but_the_counselor_of_the_case_records_one(browser: Opened, cast: Cast) -> None:
    for name in ("Fay", "Ana", "Max"):
        assert browser(name).get(f"/practice/cases/{cast.cases['Ana']}/setbacks/new").status_code == 404


def test_a_private_setback_is_in_its_persons_report_and_in_nothing_of_the_others(cast: Cast) -> None:
    case, at = cast.case("Ana"), cast.clock()
    for whose, text in ((None, "Both of theirs."), (cast.seats["Ben"], "Ben alone.")):
        record_setback(
            db.session(), case, participant_id=whose, happened_on=date(2026, 3, 2), text=text, reopened=[],
            by=cast.users["Cleo"], at=at,
        )  # fmt: skip
    db.session.commit()
    maker = Viewer.of(cast.user("Cleo"))
    settings = cast.app.extensions["settings"]

    def printed(audience: Audience, name: str = "") -> set[str]:
        asked = Request(audience, cast.seats[name] if name else None)
        return {one.text for one in progress(cast.case("Ana"), asked, maker=maker, at=at, settings=settings).setbacks}

    assert printed(Audience.COUNSELOR) == {"Both of theirs.", "Ben alone."}
    assert printed(Audience.PERSON, "Ben") == {"Both of theirs.", "Ben alone."}
    assert printed(Audience.PERSON, "Ana") == {"Both of theirs."}
    assert printed(Audience.JOINT) == {"Both of theirs."}


def states_in(cast: Cast, audience: Audience, name: str = "") -> tuple[list[str], str]:
    """The stage as a report for this reader has it: its states, and what it says of the sign-off."""
    asked = Request(audience, cast.seats[name] if name else None)
    report = progress(
        cast.case("Ana"), asked, maker=Viewer.of(cast.user("Cleo")), at=cast.clock(), settings=cast.app.extensions["settings"]
    )
    stage = next(one for one in report.stages if one.number == library.module(MODULE).number)
    return [change.state.value for change in stage.changes], stage.signed_off


BEFORE = ["in_progress", "worked_through"]
EVERYONE = ((Audience.COUNSELOR, ""), (Audience.PERSON, "Ben"), (Audience.PERSON, "Ana"), (Audience.JOINT, ""))


def test_a_stage_taken_up_after_one_persons_setback_stands_as_before_for_everyone_else(browser: Opened, cast: Cast) -> None:
    work_through(cast)
    sign_off_stage(
        db.session(), cast.case("Ana"), MODULE, outcome=Outcome.ACHIEVED, reason="", by=cast.users["Cleo"], at=cast.clock()
    )
    db.session.commit()
    cast.clock.pass_by(days=7)
    page = browser("Cleo")
    assert record(cast, page, whose="2", reopen=[MODULE]).status_code == 303
    db.session.rollback()
    seen = [states_in(cast, *reader)[0] for reader in EVERYONE]
    assert seen == [[*BEFORE, "revisiting"], [*BEFORE, "revisiting"], BEFORE, BEFORE]
    said = page.get(f"/practice/cases/{cast.cases['Ana']}/reports/new").get_data(as_text=True)
    assert "was taken up again on March 9, 2026, after a setback of Ben alone." in said

    cast.clock.pass_by(days=7)  # it goes on, and is signed off again: neither tells the others that it went on
    case, by = cast.case("Ana"), cast.users["Cleo"]
    change_stage(
        db.session(), case, MODULE, before=StageStatus.REVISITING, to=StageStatus.IN_PROGRESS, reason="", by=by, at=cast.clock()
    )
    cast.clock.pass_by(days=1)
    change_stage(
        db.session(), case, MODULE, before=StageStatus.IN_PROGRESS, to=StageStatus.WORKED_THROUGH, reason="", by=by, at=cast.clock()
    )
    cast.clock.pass_by(days=1)
    sign_off_stage(db.session(), case, MODULE, outcome=Outcome.PARTLY, reason="", by=by, at=cast.clock())
    db.session.commit()
    first, second = "Signed off March 2, 2026: achieved", "Signed off March 18, 2026: partly achieved"
    whole = [*BEFORE, "revisiting", *BEFORE]
    assert [states_in(cast, *reader) for reader in EVERYONE] == [
        (whole, second), (whole, second), (BEFORE, first), (BEFORE, first),
    ]  # fmt: skip


def test_what_both_know_of_takes_the_stage_up_for_both_though_it_was_taken_up_for_one(browser: Opened, cast: Cast) -> None:
    work_through(cast)
    cast.clock.pass_by(days=1)
    record(cast, browser("Cleo"), whose="2", reopen=[MODULE])
    cast.clock.pass_by(days=1)
    record(cast, browser("Cleo"), whose="both", text="And then this.", reopen=[MODULE])
    db.session.rollback()
    assert [states_in(cast, *reader)[0] for reader in EVERYONE] == [[*BEFORE, "revisiting"]] * 4
    report = progress(
        cast.case("Ana"), Request(Audience.JOINT), maker=Viewer.of(cast.user("Cleo")), at=cast.clock(),
        settings=cast.app.extensions["settings"],
    )  # fmt: skip
    days = [change.on for stage in report.stages for change in stage.changes if change.state.value == "revisiting"]
    assert days == [date(2026, 3, 4)], "the day that both know of, not the other's own"
