"""Jobs: done once, tried again later and later, taken over from a worker that was killed."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from cast import Cast
from sqlalchemy import select

from clinic import jobs
from clinic.db import db
from clinic.jobs import Bench, tick, work
from clinic.models import Assignment, Job, SafetyClearance, Task
from clinic.models.jobs import LEASE, MOST_TRIES, ask_for, claim, sweep
from clinic.models.safety import clear_joint_work


def bench(cast: Cast) -> Bench:
    return Bench(cast.app.extensions["settings"], b"secret", cast.clock, lambda note: None)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the job "count" was done for."""
    kept: list[Any] = []
    monkeypatch.setitem(jobs.WORK, "count", lambda bench, job: kept.append(job.subject_id))
    return kept


def ask(cast: Cast, name: str = "count", key: str = "one") -> None:
    ask_for(db.session(), name, key=key, run_at=cast.clock())
    db.session.commit()


def the_job() -> Job:
    return db.session.scalars(select(Job).where(Job.key == "one")).one()


def test_the_same_job_asked_for_twice_is_done_once(cast: Cast, done: list[Any]) -> None:
    ask(cast)
    ask(cast)
    assert (work(bench(cast)), work(bench(cast)), len(done)) == (1, 0, 1)
    assert the_job().state == "done"


def test_a_job_that_fails_comes_later_each_time_and_stops_after_eight(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(bench: Bench, job: Job) -> None:
        raise ConnectionError("secret words")

    monkeypatch.setitem(jobs.WORK, "count", refuse)
    ask(cast)
    waits = []
    for _ in range(MOST_TRIES):
        work(bench(cast))
        waits.append(the_job().run_at - cast.clock())
        assert the_job().trouble == "ConnectionError"
        cast.clock.at = the_job().run_at
    assert waits == sorted(waits)
    assert waits[0] == timedelta(minutes=2)
    assert (the_job().state, work(bench(cast))) == ("failed", 0)


def test_the_job_of_a_killed_worker_is_taken_over_when_its_lease_runs_out(cast: Cast, done: list[Any]) -> None:
    ask(cast)
    assert claim(db.session(), worker=uuid.uuid4(), at=cast.clock()) is not None
    db.session.commit()  # and now this worker is killed
    assert work(bench(cast)) == 0
    cast.clock.pass_by(seconds=LEASE.total_seconds() + 1)
    assert (work(bench(cast)), len(done), the_job().tries) == (1, 1, 2)


def test_a_job_that_kills_every_worker_is_given_up(cast: Cast) -> None:
    ask(cast)
    for _ in range(MOST_TRIES):
        assert claim(db.session(), worker=uuid.uuid4(), at=cast.clock()) is not None
        cast.clock.pass_by(seconds=LEASE.total_seconds() + 1)
    assert claim(db.session(), worker=uuid.uuid4(), at=cast.clock()) is None
    sweep(db.session(), at=cast.clock())
    db.session.commit()
    assert (the_job().state, the_job().trouble) == ("failed", "WorkerLost")


def test_two_workers_at_once_do_each_job_once(cast: Cast, done: list[Any]) -> None:
    for number in range(12):
        ask_for(db.session(), "count", key=f"job {number}", subject_id=uuid.uuid4(), run_at=cast.clock())
    db.session.commit()

    def run() -> None:
        with cast.app.app_context():
            work(bench(cast))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == len(set(done)) == 12


def test_an_error_in_one_matter_of_the_tick_keeps_no_other_from_being_done(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(*_: Any, **__: Any) -> int:
        raise RuntimeError

    monkeypatch.setattr(jobs, "open_due_runs", break_off)
    monkeypatch.setattr(jobs, "raise_unsent_checks", lambda *_, **__: 3)
    assert tick(bench(cast)) == 3


def tasks_of(cast: Cast, name: str) -> list[Task]:
    return list(db.session.scalars(select(Task).where(Task.case_id == cast.cases[name])))


def test_a_private_check_comes_again_after_eight_weeks_and_the_counselor_hears_if_it_stays_undone(cast: Cast) -> None:
    assert tick(bench(cast)) == 0
    cast.clock.pass_by(weeks=8)
    assert tick(bench(cast)) == 6  # everybody's, each by their own calendar
    assert tick(bench(cast)) == 0
    checks = db.session.query(Assignment).filter_by(participant_id=cast.seats["Ana"], content_id="safety-check").all()
    assert sorted(row.state for row in checks) == ["open", "submitted"]
    cast.clock.pass_by(days=14)
    assert tick(bench(cast)) == 6
    assert tick(bench(cast)) == 0
    assert {task.participant_id for task in tasks_of(cast, "Ana")} == {cast.seats["Ana"], cast.seats["Ben"]}


def test_a_re_check_raises_one_task_on_its_day_and_only_for_the_newest_clearance(cast: Cast) -> None:
    for days in (3, 10):
        clear_joint_work(
            db.session(), cast.case("Ana"), reason="Talked with each.", recheck_on=(cast.clock() + timedelta(days=days)).date(),
            by=cast.users["Cleo"], at=cast.clock.pass_by(minutes=1),
        )  # fmt: skip
    db.session.commit()
    assert db.session.query(SafetyClearance).count() == 2
    cast.clock.pass_by(days=5)
    assert tick(bench(cast)) == 0
    cast.clock.pass_by(days=6)
    assert (tick(bench(cast)), tick(bench(cast)), len(tasks_of(cast, "Ana"))) == (1, 0, 1)
