"""Held homework: the same to its person whatever the reason, byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from cast import Browser, Cast
from paper import without_tokens, words

from clinic.db import db
from clinic.models import Assignment, AssignmentState, Draft, SafetyClearance
from clinic.models.drafting import keep
from clinic.models.holding import hold_what_waits
from forms import Given

Opened = Callable[[str], Browser]


def held_for(cast: Cast, name: str, worksheet: str, why: str) -> Assignment:
    """Held by hand with a reason, or by the rules."""
    row = cast.assign(name, worksheet, by="Cleo")
    if not hold_what_waits(db.session(), row, by=cast.users["Cleo"], at=cast.clock()):
        row.hold(why=why, by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    return row


def test_pacing_safety_and_a_follow_up_look_alike_byte_for_byte(cast: Cast, browser: Opened) -> None:
    seen = []
    for name, worksheet in (("Ana", "hurt-account"), ("Ana", "small-habits"), ("Ana", "how-close-you-came"), ("Ana", "hopes")):
        row = held_for(cast, name, worksheet, "Her sister died; not this week.")
        assert row.state == AssignmentState.HELD
        ana = browser(name)
        home, page = ana.get("/my/"), ana.get(f"/my/homework/{row.id}")
        assert "Not opened yet" in words(home)
        assert f"/my/homework/{row.id}" not in home.get_data(as_text=True)
        others = [ana.get(f"/my/homework/{row.id}/{part}") for part in ("1", "check", "answers", "sent")]
        assert {without_tokens(one) for one in others} == {without_tokens(page)}
        seen.append((without_tokens(home), without_tokens(page), page.status_code))
        row.withdraw(by=cast.users["Cleo"], at=cast.clock())
        db.session.commit()
    assert len(set(seen)) == 1


def test_the_counselor_holds_with_a_reason_that_nobody_else_reads(cast: Cast, browser: Opened) -> None:
    row = cast.assign("Ana", "hurt-account", by="Cleo")
    keep(db.session(), row, {"what_happened": Given("zeppelin")}, known={}, device=None, at=cast.clock())
    db.session.commit()
    cleo, ana, path = browser("Cleo"), browser("Ana"), f"/practice/homework/{row.id}"
    assert cleo.post(f"{path}/hold", {"reason": ""}, form_at=path).status_code == 400
    assert cleo.post(f"{path}/hold", {"reason": "Her sister died."}, form_at=path).status_code == 303
    assert "Her sister died." in words(cleo.get(path))
    assert "sister" not in ana.get("/my/").get_data(as_text=True)
    assert ana.post(f"/my/homework/{row.id}/1", {"what_happened": "x", "go": "next"}, form_at="/my/about").status_code == 409
    assert cleo.post(f"{path}/hold/end", form_at=path).status_code == 303
    assert "zeppelin" in words(ana.get(f"/my/homework/{row.id}/1"))
    assert db.session.query(Draft).filter_by(assignment_id=row.id).count() == 1


def test_a_hold_of_the_rules_does_not_end_before_its_reason(cast: Cast, browser: Opened) -> None:
    row = held_for(cast, "Ana", "how-close-you-came", "")
    cleo, path = browser("Cleo"), f"/practice/homework/{row.id}"
    reply = cleo.post(f"{path}/hold/end", form_at=path)
    assert reply.status_code == 409
    assert "opens by itself" in reply.get_data(as_text=True)


def test_the_counselor_reads_why_joint_work_is_closed_and_clears_it_with_a_date(cast: Cast, browser: Opened) -> None:
    cleo, path = browser("Cleo"), f"/practice/cases/{cast.cases['Ana']}/safety"
    assert "The private check of Ana is not reviewed yet." in words(cleo.get(path))
    assert cleo.post(path, {"reason": "", "recheck_on": "2026-04-01"}).status_code == 400
    assert cleo.post(path, {"reason": "Spoke with each alone.", "recheck_on": "2026-03-02"}).status_code == 400
    assert cleo.post(path, {"reason": "Spoke with each alone.", "recheck_on": "2026-04-01"}).status_code == 303
    assert "Joint work can be opened" in words(cleo.get(path))
    assert db.session.query(SafetyClearance).one().recheck_on.isoformat() == "2026-04-01"
    cast.clock.at = datetime(2026, 4, 3, 15, tzinfo=UTC)
    assert "The re-check of April 1, 2026 is due." in words(browser("Cleo").get(path))


def test_a_long_plan_is_one_quiet_line_a_module_whatever_holds_it(cast: Cast, browser: Opened) -> None:
    """Three of one module, one of another; then fewer, for other reasons: not a byte tells how many, or why."""
    held = [held_for(cast, "Ana", name, "") for name in ("hurt-account", "what-it-changed", "my-questions", "small-habits")]
    ana = browser("Ana")
    first = ana.get("/my/")
    assert first.get_data(as_text=True).count("to-do__item--held") == 2
    for row in held[1:3]:
        row.withdraw(by=cast.users["Cleo"], at=cast.clock())
    held[0].held_why, held[0].opens_at = "A safety concern.", cast.clock.at
    db.session.commit()
    assert without_tokens(ana.get("/my/")) == without_tokens(first)
