"""Warmth that comes back: the hard rule holds back its beginning, silently; nothing that the other person sends later stops it."""

from __future__ import annotations

from datetime import timedelta

from cast import Cast
from sqlalchemy import select

from clinic.db import db
from clinic.models import Assignment, AssignmentState, Run, Schedule
from clinic.models.running import next_number, open_due_runs
from clinic.models.safety import clear_joint_work, why_affection_is_closed
from clinic.models.schedules import Every, begin_schedule
from clinic.models.sending import SAFETY_CHECK
from forms import Given, library


def clear(cast: Cast) -> None:
    recheck_on = (cast.clock() + timedelta(days=90)).date()
    clear_joint_work(db.session(), cast.case("Ana"), reason="Spoke.", recheck_on=recheck_on, by=cast.users["Cleo"], at=cast.clock())
    cast.clock.pass_by(minutes=1)


def begin(cast: Cast) -> Schedule:
    sheet = library.worksheet("one-good-thing")
    schedule = begin_schedule(
        db.session(), cast.seat("Ana"), kind="worksheet", content_id=sheet.id, content_version=sheet.version,
        module_id=sheet.module, every=Every.DAY, interval=1, when="", zone="America/New_York", starts_on=cast.clock().date(),
        ends_on=None, by=cast.users["Cleo"], at=cast.clock(),
    )  # fmt: skip
    db.session.commit()
    return schedule


def ben_is_not_free(cast: Cast) -> None:
    check = db.session.scalars(
        select(Assignment).where(Assignment.participant_id == cast.seats["Ben"], Assignment.content_id == SAFETY_CHECK)
    ).one()
    answers = {"free_to_say_no": Given({"choice": "no", "text": ""})}
    cast.clock.pass_by(minutes=5)
    cast.send(check, answers, by=cast.users["Ben"])
    db.session.commit()
    assert why_affection_is_closed(db.session(), cast.case("Ana"), at=cast.clock())


def runs(schedule: Schedule) -> int:
    return len(db.session.scalars(select(Run).where(Run.schedule_id == schedule.id)).all())


def each_day(cast: Cast, days: int) -> None:
    for _ in range(days):
        open_due_runs(db.session(), at=cast.clock())
        db.session.commit()
        cast.clock.pass_by(days=1)


def test_what_has_begun_goes_on_when_the_other_sends_something_private(cast: Cast) -> None:
    clear(cast)
    schedule = begin(cast)
    each_day(cast, 1)
    assert runs(schedule) == 1
    (lies_open,) = db.session.scalars(select(Assignment).where(Assignment.content_id == "one-good-thing"))
    lies_open.state = AssignmentState.SUBMITTED.value
    before = next_number(db.session(), schedule, at=cast.clock())
    ben_is_not_free(cast)
    assert next_number(db.session(), schedule, at=cast.clock()) == before is not None  # the line on her first page stays
    each_day(cast, 3)
    assert runs(schedule) == 4


def test_nothing_begins_while_the_hard_rule_stands_in_the_way(cast: Cast) -> None:
    clear(cast)
    ben_is_not_free(cast)
    schedule = begin(cast)
    each_day(cast, 3)
    assert runs(schedule) == 0


def test_its_first_run_is_not_announced_so_that_no_announcement_can_vanish(cast: Cast) -> None:
    clear(cast)
    schedule = begin(cast)
    assert next_number(db.session(), schedule, at=cast.clock()) is None
    ben_is_not_free(cast)
    assert next_number(db.session(), schedule, at=cast.clock()) is None
