"""Homework that comes back, on the pages: giving it, the log, opening early, leaving out; and the page of notes."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from cast import Browser, Cast
from sqlalchemy import select

from clinic.db import db
from clinic.models import Assignment, ReminderStop, Run, Schedule

Opened = Callable[[str], Browser]


def pages(cast: Cast, name: str = "Ana") -> str:
    return f"/practice/cases/{cast.cases[name]}/schedules"


def give(browser: Browser, cast: Cast, *seats: str, piece: str = "worksheet-daily-care", **changes: Any) -> Any:
    fields = {
        "piece": piece, "people": list(seats), "rhythm": "day", "interval": "1", "starts_on": "2026-03-02",
        "ends_on": "", "note": "",
    } | changes  # fmt: skip
    return browser.post(f"{pages(cast)}/new", fields, form_at=f"{pages(cast)}/new?piece={piece}")


def runs(cast: Cast, name: str) -> list[Run]:
    db.session.rollback()
    return list(db.session.scalars(select(Run).where(Run.participant_id == cast.seats[name]).order_by(Run.number)))


def test_the_counselor_gives_a_repeat_and_the_first_opens_at_once(cast: Cast, browser: Opened) -> None:
    cleo = browser("Cleo")
    page = cleo.get(f"{pages(cast)}/new?piece=worksheet-daily-care").get_data(as_text=True)
    assert 'value="day" checked' in page
    assert give(cleo, cast, "1", note="Kept words").status_code == 303
    text = cleo.get(pages(cast)).get_data(as_text=True)
    assert "Every day, from March 2, 2026" in text
    assert [run.number for run in runs(cast, "Ana")] == [1]
    assert not runs(cast, "Ben")
    home = browser("Ana").get("/my/").get_data(as_text=True)
    assert "Leave this one out" in home
    assert "Kept words" in home
    assert "Leave this one out" not in browser("Ben").get("/my/").get_data(as_text=True)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"people": []}, "Choose at least one person"),
        ({"rhythm": "hour"}, "Choose one of the answers"),
        ({"interval": "0"}, "whole number from 1 to 60"),
        ({"starts_on": "2026-02-01"}, "This day has passed"),
        ({"ends_on": "2026-03-01"}, "This day has passed"),
        ({"starts_on": "2026-03-20", "ends_on": "2026-03-10"}, "before the first"),
        ({"starts_on": "2036-03-20"}, "more than two years"),
    ],
)
def test_a_slip_is_said_beside_its_field_and_nothing_begins(
    cast: Cast, browser: Opened, changes: dict[str, Any], says: str
) -> None:
    reply = give(browser("Cleo"), cast, "1", **changes)
    assert (reply.status_code, says in reply.get_data(as_text=True)) == (400, True)
    assert db.session.scalars(select(Schedule)).first() is None


def test_the_same_twice_is_refused_in_words(cast: Cast, browser: Opened) -> None:
    cleo = browser("Cleo")
    give(cleo, cast, "1")
    reply = give(cleo, cast, "1", "2")
    assert (reply.status_code, "has this as a repeat already" in reply.get_data(as_text=True)) == (409, True)
    assert not runs(cast, "Ben")


def test_due_runs_open_with_the_next_thing_a_person_sends_and_never_by_looking(cast: Cast, browser: Opened) -> None:
    give(browser("Cleo"), cast, "1", "2")
    ana = browser("Ana")
    cast.clock.pass_by(days=1)
    ana = browser("Ana")  # signing in is something sent
    assert [run.number for run in runs(cast, "Ana")] == [1, 2]
    cast.clock.at = datetime(2026, 3, 4, 9, 55, tzinfo=cast.clock().tzinfo)
    ana = browser("Ana")
    cast.clock.pass_by(minutes=6)  # 05:01 in New York
    assert "it is time for the next one" in ana.get("/my/").get_data(as_text=True)
    assert len(runs(cast, "Ana")) == 2
    ana.post("/my/notes", {"notes": "yes"})
    assert [run.number for run in runs(cast, "Ana")] == [1, 2, 3]
    assert len(runs(cast, "Ben")) == 1


def test_a_person_leaves_one_out_takes_it_up_and_opens_the_next_early(cast: Cast, browser: Opened) -> None:
    give(browser("Cleo"), cast, "1")
    ana, first = browser("Ana"), runs(cast, "Ana")[0].assignment_id
    page = f"/my/homework/{first}/leaving-out"
    assert ana.get(page).status_code == 200
    assert ana.post(page, {"why": "We were away"}).status_code == 303
    home = ana.get("/my/").get_data(as_text=True)
    assert "you left this one out" in home
    assert "opens March 3, 2026" in home
    log = browser("Cleo").get(pages(cast)).get_data(as_text=True)
    assert "left out: We were away" in log
    assert "We were away" not in browser("Ben").get("/my/").get_data(as_text=True)
    assert ana.post(f"/my/homework/{first}/taking-up", form_at="/my/").status_code == 303
    ana.post(page, {"why": ""})
    schedule = db.session.scalars(select(Schedule.id)).one()
    reply = ana.post(f"/my/repeats/{schedule}/opening", form_at="/my/")
    assert (reply.status_code, [run.number for run in runs(cast, "Ana")]) == (303, [1, 2])
    assert ana.post(f"/my/repeats/{schedule}/opening", form_at="/my/").status_code == 409
    assert ana.get(reply.location).status_code == 200
    assert [run.shown_at for run in runs(cast, "Ana")] == [None, cast.clock()]


def test_nobody_else_can_open_leave_out_or_take_up(cast: Cast, browser: Opened) -> None:
    give(browser("Cleo"), cast, "1")
    first = runs(cast, "Ana")[0].assignment_id
    schedule = db.session.scalars(select(Schedule.id)).one()
    ben, fay = browser("Ben"), browser("Fay")
    for path in (f"/my/homework/{first}/leaving-out", f"/my/homework/{first}/taking-up", f"/my/repeats/{schedule}/opening"):
        assert ben.post(path, form_at="/my/").status_code == 404
    assert fay.get(pages(cast)).status_code == 404
    assert fay.post(f"/practice/schedules/{schedule}/state", {"to": "ended"}, form_at="/practice/").status_code == 404
    single = cast.assign("Ana", "hopes", by="Cleo")
    db.session.commit()
    assert browser("Ana").get(f"/my/homework/{single.id}/leaving-out").status_code == 404  # not one that comes back


def test_the_others_pages_are_the_same_whatever_one_does_with_a_repeat(cast: Cast, browser: Opened) -> None:
    ben = browser("Ben")

    def page() -> str:
        text = ben.get("/my/").get_data(as_text=True)
        return re.sub(r'(nonce|name="csrf_token" value|name="csrf-token" content)="[^"]*"', r"\1", text)

    before = page()
    give(browser("Cleo"), cast, "1")
    assert page() == before
    first = runs(cast, "Ana")[0].assignment_id
    browser("Ana").post(f"/my/homework/{first}/leaving-out", {"why": "x"})
    assert page() == before


def test_pausing_going_on_and_ending(cast: Cast, browser: Opened) -> None:
    cleo = browser("Cleo")
    give(cleo, cast, "1")
    path = f"/practice/schedules/{db.session.scalars(select(Schedule.id)).one()}/state"
    for to, state in (("paused", "paused"), ("active", "active"), ("ended", "ended")):
        assert cleo.post(path, {"to": to}, form_at=pages(cast)).status_code == 303
        db.session.rollback()
        assert db.session.scalars(select(Schedule.state)).one() == state
    assert cleo.post(path, {"to": "active"}, form_at=pages(cast)).status_code == 404
    assert cleo.post(path.replace("/state", "/state"), {"to": "nonsense"}, form_at=pages(cast)).status_code == 404
    assert db.session.scalars(select(Assignment.state).where(Assignment.content_id == "daily-care")).one() == "open"


def test_the_page_of_notes_says_what_they_say_and_has_a_switch(cast: Cast, browser: Opened) -> None:
    ana = browser("Ana")
    assert "Something is waiting for you." in ana.get("/my/notes").get_data(as_text=True)
    for wants, stopped in (("no", True), ("no", True), ("yes", False)):
        assert ana.post("/my/notes", {"notes": wants}).status_code == 303
        db.session.rollback()
        row = db.session.scalars(select(ReminderStop)).one()
        assert (row.participant_id, row.stopped_at is not None) == (cast.seats["Ana"], stopped)


def test_a_repeat_with_a_last_day_ends(cast: Cast, browser: Opened) -> None:
    give(browser("Cleo"), cast, "1", ends_on="2026-03-03")
    cast.clock.pass_by(days=4)
    browser("Ana")
    assert [run.number for run in runs(cast, "Ana")] == [1]
    assert db.session.scalars(select(Schedule.state)).one() == "ended"


def test_an_unknown_piece_leads_back_to_the_list(cast: Cast, browser: Opened) -> None:
    reply = browser("Cleo").get(f"{pages(cast)}/new?piece=worksheet-{uuid.uuid4()}")
    assert (reply.status_code, reply.location) == (303, pages(cast))
