"""Homework that comes back: opened once, at its hour where the person is, early or late; left out, taken up, closed when missed."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cast import Cast
from sqlalchemy import select

from clinic.db import db
from clinic.models import Assignment, AssignmentState, Draft, Medium, NotAllowedNow, Run, Schedule, StageState
from clinic.models.notes import record_encounter
from clinic.models.running import next_number, open_due_runs, open_early, resume_run, skip_run
from clinic.models.schedules import Every, begin_schedule
from forms import library

NEW_YORK = "America/New_York"


def begin(cast: Cast, name: str = "Ana", sheet: str = "daily-care", **changes: Any) -> Schedule:
    worksheet = library.worksheet(sheet)
    told: dict[str, Any] = {
        "kind": "worksheet", "content_id": sheet, "content_version": worksheet.version, "module_id": worksheet.module,
        "every": Every.DAY, "interval": 1, "when": "", "zone": NEW_YORK, "starts_on": date(2026, 3, 2), "ends_on": None,
        "by": cast.users["Cleo"], "at": cast.clock(),
    }  # fmt: skip
    row = begin_schedule(db.session(), cast.seat(name), **{**told, **changes})
    db.session.commit()
    return row


def tick(cast: Cast) -> int:
    changed = open_due_runs(db.session(), at=cast.clock())
    db.session.commit()
    return changed


def runs(schedule: Schedule) -> list[Run]:
    return list(db.session.scalars(select(Run).where(Run.schedule_id == schedule.id).order_by(Run.number)))


def homework(run: Run) -> Assignment:
    return db.session.get_one(Assignment, run.assignment_id)


def states(schedule: Schedule) -> list[str]:
    return [homework(run).state for run in runs(schedule)]


@pytest.mark.parametrize("zone", [NEW_YORK, "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Auckland"])
@pytest.mark.parametrize("starts_on", [date(2026, 3, 1), date(2026, 3, 25), date(2026, 10, 1), date(2026, 10, 20)])
def test_each_run_opens_at_five_where_the_person_is_also_when_the_clocks_change(cast: Cast, zone: str, starts_on: date) -> None:
    schedule = begin(cast, zone=zone, starts_on=starts_on)
    for number in range(1, 45):
        opens = schedule.opens_at(number)
        assert opens.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime(
            *(starts_on + timedelta(days=number - 1)).timetuple()[:3], 5
        )
        assert schedule.run_at(opens) == number
        assert schedule.run_at(opens.astimezone(UTC) - timedelta(seconds=1)) == (number - 1 or None)


def test_a_day_with_23_and_a_day_with_25_hours_have_one_run_each(cast: Cast) -> None:
    for starts_on in (date(2026, 3, 6), date(2026, 10, 30)):
        schedule = begin(cast, starts_on=starts_on, sheet="daily-care" if starts_on.month == 3 else "trigger-log")
        cast.clock.at = datetime.combine(starts_on, datetime.min.time(), UTC)
        for _ in range(5 * 8):
            tick(cast)
            cast.clock.pass_by(hours=3)
        assert [run.number for run in runs(schedule)] == [1, 2, 3, 4, 5]
        assert states(schedule) == ["missed"] * 4 + ["open"]
        schedule.end(by=None, at=cast.clock())
        db.session.commit()


def test_a_missed_run_is_closed_and_nothing_piles_up_after_a_long_absence(cast: Cast) -> None:
    schedule = begin(cast)
    assert tick(cast) == 1
    cast.clock.pass_by(days=30)
    tick(cast)
    assert [run.number for run in runs(schedule)] == [1, 31]
    assert states(schedule) == ["missed", "open"]
    assert tick(cast) == 0


def test_a_run_that_is_being_written_is_not_closed_under_the_pen(cast: Cast) -> None:
    schedule = begin(cast)
    tick(cast)
    first = homework(runs(schedule)[0])
    cast.clock.at = schedule.opens_at(2) + timedelta(minutes=5)
    db.session.add(
        Draft(
            case_id=first.case_id, participant_id=first.participant_id, assignment_id=first.id, item_id="slept",
            saved_at=cast.clock() - timedelta(minutes=10), given={"value": "x"},
        )
    )  # fmt: skip
    db.session.commit()
    tick(cast)
    assert states(schedule) == ["open", "open"]
    cast.clock.pass_by(hours=3)
    tick(cast)
    assert states(schedule) == ["missed", "open"]


def test_one_run_may_be_opened_early_and_is_not_opened_again_on_its_day(cast: Cast) -> None:
    schedule = begin(cast, every=Every.WEEK, sheet="weekly-distress")
    tick(cast)
    assert next_number(db.session(), schedule, at=cast.clock()) is None  # one lies open
    homework(runs(schedule)[0]).state = AssignmentState.SUBMITTED.value
    run = open_early(db.session(), schedule, at=cast.clock())
    db.session.commit()
    assert (run.number, run.intended_at.astimezone(ZoneInfo(NEW_YORK)).date()) == (2, date(2026, 3, 9))
    homework(run).state = AssignmentState.SUBMITTED.value
    db.session.commit()
    with pytest.raises(NotAllowedNow):
        open_early(db.session(), schedule, at=cast.clock())
    cast.clock.pass_by(days=7)
    tick(cast)
    assert len(runs(schedule)) == 2
    cast.clock.pass_by(days=7)
    tick(cast)
    assert [run.number for run in runs(schedule)] == [1, 2, 3]


def test_a_run_is_left_out_with_a_reason_and_taken_up_again_until_the_next_one_is_there(cast: Cast) -> None:
    schedule = begin(cast)
    tick(cast)
    run = runs(schedule)[0]
    skip_run(run, homework(run), why="  away  ", by=cast.users["Ana"], at=cast.clock())
    assert (homework(run).state, run.why_skipped) == ("skipped", "away")
    resume_run(run, homework(run), by=cast.users["Ana"], at=cast.clock())
    assert (homework(run).state, run.why_skipped, run.skipped_at) == ("open", None, None)
    skip_run(run, homework(run), why="", by=cast.users["Ana"], at=cast.clock())
    db.session.commit()
    cast.clock.pass_by(days=1)
    tick(cast)
    with pytest.raises(NotAllowedNow):
        resume_run(run, homework(run), by=cast.users["Ana"], at=cast.clock())
    assert states(schedule) == ["skipped", "open"]


def test_a_schedule_that_is_paused_opens_nothing_and_goes_on_with_todays_run(cast: Cast) -> None:
    schedule = begin(cast)
    schedule.pause(by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    assert tick(cast) == 0
    cast.clock.pass_by(days=3)
    schedule.resume(by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    tick(cast)
    assert [run.number for run in runs(schedule)] == [4]


def test_a_schedule_ends_after_its_last_day_and_a_finished_case_opens_nothing(cast: Cast) -> None:
    schedule = begin(cast, ends_on=date(2026, 3, 4))
    other = begin(cast, "Dot")
    cast.case("Dot").finish(by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    for _ in range(8):
        tick(cast)
        cast.clock.pass_by(days=1)
    assert [run.number for run in runs(schedule)] == [1, 2, 3]
    assert (schedule.state, states(schedule)) == ("ended", ["missed"] * 3)
    assert not runs(other)


def test_a_sheet_after_each_session_comes_with_the_session_to_those_who_were_there(cast: Cast) -> None:
    session_sheet = {"kind": "measure", "content_id": "session-feedback", "content_version": 1, "module_id": None}
    ana = begin(cast, "Ana", every=Every.SESSION, when="after", **session_sheet)
    ben = begin(cast, "Ben", every=Every.SESSION, when="before", **session_sheet)
    tick(cast)
    assert (len(runs(ana)), len(runs(ben))) == (0, 1)
    for there in ({"Ana", "Ben"}, {"Ana"}):
        record_encounter(
            db.session(), cast.case("Ana"), attendees={cast.seats[name] for name in there}, began_at=cast.clock(), minutes=50,
            medium=Medium.VIDEO, by=cast.users["Cleo"], at=cast.clock.pass_by(hours=1),
        )  # fmt: skip
        db.session.commit()
    tick(cast)
    assert (states(ana), states(ben)) == (["missed", "open"], ["missed", "open"])


def test_eight_workers_at_once_open_one_run(cast: Cast) -> None:
    schedule = begin(cast)
    schedule_id, at, counts = schedule.id, cast.clock(), []
    db.session.rollback()

    def work() -> None:
        with cast.app.app_context():
            counts.append(open_due_runs(db.session(), at=at))
            db.session.commit()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0] * 7 + [1]
    assert len(runs(db.session.get_one(Schedule, schedule_id))) == 1


def test_homework_of_a_plan_opens_on_its_day_and_a_hold_stays(cast: Cast) -> None:
    planned, held = cast.assign("Ana", "daily-care", by="Cleo"), cast.assign("Ana", "hopes", by="Cleo")
    for row in (planned, held):
        row.hold(why="", by=cast.users["Cleo"], at=cast.clock())
    planned.opens_at = cast.clock() + timedelta(days=7)
    db.session.commit()
    tick(cast)
    assert planned.state == "held"
    cast.clock.pass_by(days=7)
    tick(cast)
    assert (planned.state, held.state) == ("open", "held")


def test_a_module_that_a_hard_rule_closes_waits_without_a_word(cast: Cast) -> None:
    """Nothing is on record of whether the two feel free to say no clearly enough, or all is well: it opens only then."""
    row = cast.assign("Ana", "daily-care", by="Cleo")
    row.module_id, row.opens_at = "affection", cast.clock()
    row.hold(why="", by=cast.users["Cleo"], at=cast.clock())
    check = db.session.query(Assignment).filter_by(participant_id=cast.seats["Ben"], content_id="safety-check").one()
    assert check.state == "submitted"  # not reviewed, so joint work is closed
    db.session.commit()
    tick(cast)
    assert row.state == "held"


def test_every_second_session_has_a_sheet_and_the_ones_between_have_none(cast: Cast) -> None:
    sheet = {"kind": "measure", "content_id": "session-feedback", "content_version": 1, "module_id": None, "interval": 2}
    after = begin(cast, "Ana", every=Every.SESSION, when="after", **sheet)
    before = begin(cast, "Ben", every=Every.SESSION, when="before", **sheet)
    tick(cast)
    seen = [(states(after), states(before))]
    for _ in range(4):
        cast.clock.pass_by(days=7)
        record_encounter(
            db.session(), cast.case("Ana"), attendees={cast.seats["Ana"], cast.seats["Ben"]}, began_at=cast.clock(), minutes=50,
            medium=Medium.VIDEO, by=cast.users["Cleo"], at=cast.clock(),
        )  # fmt: skip
        db.session.commit()
        seen.append((states(after), states(before)))
    assert seen == [
        ([], ["open"]),
        ([], ["missed"]),  # the session that it was for is over
        (["open"], ["missed", "open"]),
        (["open"], ["missed", "missed"]),
        (["missed", "open"], ["missed", "missed", "open"]),
    ]


@pytest.mark.parametrize("comes", ["early", "on the day", "two days late"])
def test_the_day_on_which_a_stage_began_is_the_one_that_was_chosen_whenever_its_person_came(cast: Cast, comes: str) -> None:
    """Reports for the other person print that day."""
    schedule = begin(cast, every=Every.WEEK, starts_on=date(2026, 3, 9))
    cast.clock.pass_by(hours=30)
    if comes == "early":
        open_early(db.session(), schedule, at=cast.clock())
        db.session.commit()
    assert stages_begun() == []
    cast.clock.at = schedule.opens_at(1) + timedelta(days=2 if comes == "two days late" else 0)
    tick(cast)
    assert stages_begun() == [("take-care-of-yourself", schedule.opens_at(1))]
    assert tick(cast) == 0


def test_a_planned_sheet_that_its_person_opens_late_begins_its_stage_on_the_planned_day(cast: Cast) -> None:
    row = cast.assign("Ana", "hard-talks", by="Cleo")
    planned = row.opens_at = cast.clock() + timedelta(days=3)
    row.hold(why="Planned", by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    cast.clock.pass_by(days=5)
    open_due_runs(db.session(), at=cast.clock(), seats=[cast.seats["Ana"]])  # no worker runs: she signs in
    db.session.commit()
    assert [since for _, since in stages_begun()] == [planned]


def stages_begun() -> list[tuple[str, datetime]]:
    return [(row.module_id, row.since) for row in db.session.scalars(select(StageState))]
