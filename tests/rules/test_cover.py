"""A clinician who is away hands cases over for a time: it begins and ends by itself, and nobody sees a minute more."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from cast import Browser, Cast

from clinic import access
from clinic.access import Viewer
from clinic.db import db
from clinic.models import AuditEntry, Case, Cover, Medium, NotAllowedNow, Task, TaskKind
from clinic.models.cover import LEFT_OPEN, hand_over, turn_covers
from clinic.models.encounters import record_encounter
from clinic.models.notes import begin_note
from clinic.models.tasks import raise_task

Opened = Callable[[str], Browser]
ZONE = ZoneInfo("America/New_York")


def text(page: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.decode()))


def sees(cast: Cast, name: str) -> set[str]:
    return {case.label or "" for case in access.rows_of(Viewer.of(cast.user(name)), Case)}


def away(cast: Cast, *, begins: timedelta, ends: timedelta) -> list[Cover]:
    at = cast.clock()
    rows = hand_over(
        db.session(), [cast.case("Ana")], cast.user("Fay"), begins_at=at + begins, ends_at=at + ends, by=cast.users["Cleo"], at=at
    )
    db.session.commit()
    return rows


def test_it_begins_and_ends_at_its_hours_and_the_audit_marks_both(cast: Cast) -> None:
    away(cast, begins=timedelta(days=1), ends=timedelta(days=3))
    assert sees(cast, "Fay") == {"Gil & Hope"}
    for days, seen in ((0.9, {"Gil & Hope"}), (0.2, {"Gil & Hope", "Ana & Ben"}), (2, {"Gil & Hope"})):
        cast.clock.pass_by(days=days)
        turn_covers(db.session(), at=cast.clock())
        db.session.commit()
        assert sees(cast, "Fay") == seen
        assert turn_covers(db.session(), at=cast.clock()) == 0
    events = [entry.event for entry in db.session.query(AuditEntry).order_by(AuditEntry.seq)][-4:]
    assert events == ["cover_planned", "case_joined", "case_left", "cover_ended"]


def test_a_draft_that_is_left_when_it_ends_becomes_a_task_that_says_nothing_of_it(cast: Cast) -> None:
    away(cast, begins=timedelta(0), ends=timedelta(days=3))
    met = record_encounter(
        db.session(), cast.case("Ana"), attendees={cast.seats["Ben"]}, began_at=cast.clock(), minutes=50, medium=Medium.VIDEO,
        by=cast.users["Fay"], at=cast.clock(),
    )  # fmt: skip
    db.session.flush()
    begin_note(db.session(), met, format="free", by=cast.users["Fay"], at=cast.clock())
    db.session.commit()
    cast.clock.pass_by(days=3)
    turn_covers(db.session(), at=cast.clock())
    assert [task.title for task in db.session.query(Task)] == [LEFT_OPEN]


def test_nobody_covers_twice_or_in_the_past_or_for_themselves(cast: Cast) -> None:
    away(cast, begins=timedelta(days=1), ends=timedelta(days=3))
    with pytest.raises(NotAllowedNow, match="already"):
        away(cast, begins=timedelta(days=2), ends=timedelta(days=9))
    db.session.rollback()
    with pytest.raises(NotAllowedNow, match="last day"):
        away(cast, begins=timedelta(days=-3), ends=timedelta(days=-1))
    db.session.rollback()
    assert len(away(cast, begins=timedelta(days=3), ends=timedelta(days=4))) == 1


def test_both_read_it_above_the_caseload_and_at_midnight_it_is_over_without_a_worker(cast: Cast, browser: Opened) -> None:
    task = raise_task(
        db.session(), case_id=cast.cases["Ana"], participant_id=None, kind=TaskKind.OWN, title="Call the school",
        assigned_to=cast.users["Cleo"], by=cast.users["Cleo"], at=cast.clock(),
    )  # fmt: skip
    db.session.commit()
    cleo = browser("Cleo")
    days = {"begins_on": "2026-03-02", "ends_on": "2026-03-04"}
    form = {**days, "colleague": str(cast.users["Fay"]), "cases": str(cast.cases["Ana"])}
    assert cleo.post("/practice/cover", form).status_code == 303
    assert cleo.post("/practice/cover", form).status_code == 409, "the button pressed twice"
    assert "Fay Example covers for you until March 4, 2026: Ana & Ben." in text(cleo.get("/practice/").data).replace("&amp;", "&")
    fay = browser("Fay")
    day = text(fay.get("/practice/").data).replace("&amp;", "&")
    assert "You cover for Cleo Example until March 4, 2026: Ana & Ben." in day and "Call the school" in day
    assert fay.get(f"/practice/cases/{cast.cases['Ana']}").status_code == 200
    assert fay.get(f"/practice/cases/{cast.cases['Dot']}").status_code == 404
    cast.clock.at = datetime(2026, 3, 4, 23, 59, tzinfo=ZONE)
    fay = browser("Fay")
    assert fay.get(f"/practice/cases/{cast.cases['Ana']}").status_code == 200
    cast.clock.pass_by(minutes=1)
    assert fay.get(f"/practice/cases/{cast.cases['Ana']}").status_code == 404
    assert task.title == "Call the school"


def test_only_ones_own_cases_are_handed_over_and_it_can_be_ended_before(cast: Cast, browser: Opened) -> None:
    cleo = browser("Cleo")
    days = {"begins_on": "2026-03-01", "ends_on": "2026-02-01"}
    form = {**days, "colleague": str(cast.users["Fay"]), "cases": str(cast.cases["Gil"])}
    wrong = cleo.post("/practice/cover", form)
    said = text(wrong.data)
    assert wrong.status_code == 400
    for sentence in ("This day has passed", "The last day is before the first", "Choose only from"):
        assert sentence in said
    (row,) = away(cast, begins=timedelta(0), ends=timedelta(days=9))
    place = f"/practice/cover/{row.id}/end"
    db.session.rollback()
    assert browser("Fay").post(place, form_at="/practice/").status_code == 404
    assert cleo.post(place, form_at="/practice/cover").status_code == 303
    assert sees(cast, "Fay") == {"Gil & Hope"}
