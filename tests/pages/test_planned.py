"""Planning a session, moving it, and what becomes of it; the caseload of the day; and what each person finds on their own pages."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from cast import Browser, Cast

from clinic.db import db
from clinic.models import Encounter, PlannedEncounter, ProgressNote

Opened = Callable[[str], Browser]


def filled(**changes: Any) -> dict[str, Any]:
    form = {"day": "2026-03-03", "begins": "3:00 pm", "minutes": "50", "medium": "video", "expected": "together"}
    return {**form, "submission_key": str(uuid.uuid4()), **changes}


def text(page: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.decode()))


def plan(cast: Cast, browser: Browser, **changes: Any) -> str:
    """Its address."""
    cast.clock.pass_by(minutes=1)
    path = f"/practice/cases/{cast.cases['Ana']}/planned"
    assert browser.post(path, filled(**changes)).status_code == 303
    row = db.session.query(PlannedEncounter).order_by(PlannedEncounter.planned_at.desc()).first()
    assert row is not None
    found = f"/practice/planned/{row.id}"
    db.session.rollback()
    return found


def test_a_session_is_planned_moved_and_stands_on_the_case_and_on_the_day(cast: Cast, browser: Opened) -> None:
    cleo = browser("Cleo")
    planned, case = plan(cast, cleo), f"/practice/cases/{cast.cases['Ana']}"
    assert "March 3, 2026, 3:00 PM : Ana and Ben, 50 minutes, video" in text(cleo.get(case).data)
    assert "Sessions today" not in text(cleo.get("/practice/").data)
    moved = {"day": "2026-03-02", "begins": "16:30", "minutes": "80", "medium": "in_person", "version": "1"}
    assert cleo.post(f"{planned}/time", moved).status_code == 303
    today = text(cleo.get("/practice/").data)
    assert "Sessions today" in today and "4:30 PM, Ana and Ben" in today and "80 minutes, in person." in today
    assert "1 session today" in today
    stale = cleo.post(f"{planned}/time", {**moved, "minutes": "30"})
    assert stale.status_code == 409
    assert "It is now on March 2, 2026, 4:30 PM" in text(stale.data) and 'value="30"' in stale.get_data(as_text=True)


def test_what_cannot_be_is_said_and_everything_typed_comes_back(cast: Cast, browser: Opened) -> None:
    cleo, path = browser("Cleo"), f"/practice/cases/{cast.cases['Ana']}/planned"
    wrong = cleo.post(path, filled(day="2026-03-01", begins="late", minutes="0", expected="somebody"))
    said = text(wrong.data)
    assert wrong.status_code == 400
    for sentence in ("This day has passed", "such as 14:30 or 2:30 pm", "from 1 to 600", "Choose one of the answers"):
        assert sentence in said
    assert 'value="late"' in wrong.get_data(as_text=True)
    past = cleo.post(path, filled(day="2026-03-02", begins="9:00"))
    assert past.status_code == 409 and "This hour has passed" in text(past.data)
    key = str(uuid.uuid4())
    for _ in range(2):
        cleo.post(path, filled(submission_key=key))
    assert db.session.query(PlannedEncounter).count() == 1


def test_it_took_place_records_the_session_as_planned_and_begins_its_note(cast: Cast, browser: Opened) -> None:
    planned = plan(cast, browser("Cleo"), day="2026-03-02", begins="16:00", expected=str(cast.seats["Ben"]))
    cast.clock.pass_by(hours=7)
    cleo = browser("Cleo")
    page = cleo.get(planned).get_data(as_text=True)
    form = page.split(f'action="{planned}/encounter"')[1].split("</form>")[0]
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)
    reply = cleo.post(f"{planned}/encounter", {name: value for name, value in hidden if name != "csrf_token"}, form_at=planned)
    assert reply.status_code == 303 and "/practice/notes/" in reply.location
    met, note = db.session.query(Encounter).one(), db.session.query(ProgressNote).one()
    assert (met.individual_of, met.minutes, note.encounter_id) == (cast.seats["Ben"], 50, met.id)
    assert db.session.query(PlannedEncounter).one().encounter_id == met.id
    db.session.rollback()
    assert cleo.post(f"{planned}/encounter", {}, form_at=planned).location.endswith(f"/encounters/{met.id}")
    assert "took place" in text(cleo.get(planned).data)


def test_that_it_was_cancelled_or_nobody_came_stays_on_record_with_the_reason(cast: Cast, browser: Opened) -> None:
    cleo = browser("Cleo")
    cancelled = plan(cast, cleo)
    assert cleo.post(f"{cancelled}/cancellation", {"reason": "the road is closed"}, form_at=cancelled).status_code == 303
    missed = plan(cast, cleo, day="2026-03-02", begins="16:00")
    assert cleo.post(f"{missed}/absence", {}, form_at=missed).status_code == 409
    cast.clock.pass_by(hours=26)
    cleo = browser("Cleo")
    assert "Session of March 2, 2026" in text(cleo.get("/practice/").data), "it is asked for until it is settled"
    assert cleo.post(f"{missed}/absence", {"reason": ""}, form_at=missed).status_code == 303
    told = text(cleo.get(f"/practice/cases/{cast.cases['Ana']}/timeline?kind=session").data)
    assert "cancelled" in told and "the road is closed" in told and "Nobody came to the session with Ana and Ben" in told


def test_each_finds_their_own_next_session_and_nothing_of_the_others(cast: Cast, browser: Opened) -> None:
    cleo = browser("Cleo")
    ana, before = browser("Ana"), browser("Ana").get("/my/").data
    plan(cast, cleo, expected=str(cast.seats["Ben"]))
    assert "Tuesday, March 3, 2026, 3:00 PM" in text(browser("Ben").get("/my/").data)
    assert normal(ana.get("/my/").data) == normal(before)
    plan(cast, cleo, day="2026-03-04")
    said = text(ana.get("/my/").data)
    assert "Your next session Wednesday, March 4, 2026, 3:00 PM 50 minutes, video" in said and "Ben" not in said
    cast.clock.at += timedelta(days=2, minutes=330)  # in the middle of it
    assert "March 4" in text(browser("Ana").get("/my/").data)
    cast.clock.pass_by(hours=1)
    assert "next session" not in text(browser("Ana").get("/my/").data)


def normal(page: bytes) -> str:
    return re.sub(r'(nonce|name="csrf_token" value|name="csrf-token" content)="[^"]*"', "", page.decode())
