"""The two hard rules: what stays closed, what a clearance covers, and when `affection` opens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cast import Cast, calm_check

from clinic.db import db
from clinic.models import Assignment, AssignmentState, NotAllowedNow, TaskKind
from clinic.models.holding import end_hold, hold_what_waits
from clinic.models.safety import clear_joint_work, require_joint_work, why_affection_is_closed, why_joint_work_is_closed
from clinic.models.tasks import raise_task
from forms import Given


def why(cast: Cast) -> list[str]:
    db.session.flush()
    return why_joint_work_is_closed(db.session(), cast.case("Ana"), at=cast.clock())


def review(cast: Cast) -> None:
    for check in db.session.query(Assignment).filter_by(content_id="safety-check", state="submitted"):
        check.mark_reviewed(by=cast.users["Cleo"], at=cast.clock())
    cast.clock.pass_by(minutes=1)


def clear(cast: Cast, days: int = 30) -> None:
    clear_joint_work(
        db.session(), cast.case("Ana"), reason="Spoke with each.", recheck_on=(cast.clock() + timedelta(days=days)).date(),
        by=cast.users["Cleo"], at=cast.clock(),
    )  # fmt: skip
    cast.clock.pass_by(minutes=1)


def concern(cast: Cast) -> None:
    raise_task(
        db.session(), case_id=cast.cases["Ana"], participant_id=cast.seats["Ben"], kind=TaskKind.SAFETY, title="To read",
        by=None, at=cast.clock(),
    )  # fmt: skip
    cast.clock.pass_by(minutes=1)


def check_again(cast: Cast, name: str, say_no: str) -> None:
    row = cast.assign(name, "safety-check", by="Cleo")
    cast.send(row, {**calm_check(), "free_to_say_no": Given({"choice": say_no, "text": ""})}, by=cast.users[name])
    cast.clock.pass_by(minutes=1)


def weekly(cast: Cast, name: str, value: int | None) -> None:
    row = cast.assign(name, "how-it-felt-this-week", by="Cleo")
    cast.send(row, {"free_to_say_no": Given(value)}, by=cast.users[name])
    cast.clock.pass_by(minutes=1)


def affection(cast: Cast) -> list[str]:
    db.session.flush()
    return [words for words in why_affection_is_closed(db.session(), cast.case("Ana"), at=cast.clock()) if "say no" in words]


def test_a_check_closes_joint_work_until_it_is_reviewed(cast: Cast) -> None:
    assert len(why(cast)) == 2
    with pytest.raises(NotAllowedNow, match="unless you clear it"):
        require_joint_work(db.session(), cast.case("Ana"), at=cast.clock())
    review(cast)
    assert why(cast) == []


def test_an_open_concern_closes_it_and_a_clearance_covers_only_what_came_before(cast: Cast) -> None:
    review(cast)
    concern(cast)
    assert why(cast) == ["A safety concern is open."]
    clear(cast)
    assert why(cast) == []
    concern(cast)
    assert why(cast) == ["A safety concern is open."]


def test_a_clearance_ends_with_the_day_of_its_re_check(cast: Cast) -> None:
    review(cast)
    clear(cast, days=2)
    cast.clock.pass_by(days=2)
    assert why(cast) == []
    cast.clock.pass_by(days=1)
    assert why(cast) == ["The re-check of March 4, 2026 is due."]


def test_the_newest_word_on_being_free_to_say_no_counts_for_each_of_them(cast: Cast) -> None:
    assert affection(cast) == []
    cast.clock.pass_by(minutes=1)
    for value, is_open in ((2, False), (3, True), (None, False), (4, True), (0, False)):
        weekly(cast, "Ben", value)
        assert (affection(cast) == []) is is_open, value
    check_again(cast, "Ben", "yes")
    assert affection(cast) == []
    check_again(cast, "Ana", "talk")
    assert len(affection(cast)) == 1


def test_affection_is_held_when_given_and_opens_by_the_counselors_hand_alone(cast: Cast) -> None:
    review(cast)
    cast.clock.pass_by(minutes=1)
    weekly(cast, "Ben", 1)
    row = cast.assign("Ana", "small-habits", by="Cleo")
    told = hold_what_waits(db.session(), row, by=cast.users["Cleo"], at=cast.clock())
    assert row.state == AssignmentState.HELD
    assert any("Ben" in sentence for sentence in told)
    with pytest.raises(NotAllowedNow, match="cannot open yet"):
        end_hold(db.session(), row, by=cast.users["Cleo"], at=cast.clock())
    weekly(cast, "Ben", 4)
    clear(cast)
    assert row.state == AssignmentState.HELD
    end_hold(db.session(), row, by=cast.users["Cleo"], at=cast.clock())
    assert row.state == AssignmentState.OPEN


def test_what_is_open_stays_open(cast: Cast) -> None:
    review(cast)
    row = cast.assign("Ana", "small-habits", by="Cleo")
    assert hold_what_waits(db.session(), row, by=cast.users["Cleo"], at=cast.clock()) == []
    concern(cast)
    weekly(cast, "Ben", 0)
    assert row.state == AssignmentState.OPEN
