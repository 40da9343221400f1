"""What is done without anyone asking: the tick, which finds what is due, and the runner, which does jobs one by one.

Decides: that an error in one matter keeps no other from being done, and that a note leaves once or not at all. Must never know:
what is in a record. The job table is the truth; nothing here remembers.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from clinic.db import db
from clinic.models import Job
from clinic.models.agreeing import raise_due_reviews
from clinic.models.calling import safety_calls, staff_address
from clinic.models.cover import turn_covers
from clinic.models.goals import raise_due_goal_reviews
from clinic.models.jobs import ask_for, claim, job_of, sweep
from clinic.models.reminding import (
    is_stopped,
    make_message,
    newest_waiting,
    next_session,
    note_and_person,
    people_with_something,
    with_stop_row,
)
from clinic.models.running import open_due_runs
from clinic.models.upkeep import give_due_checks, raise_rechecks, raise_unsent_checks, tell_of_no_way
from clinic.reminders import TEXT_ID, Deliver, call, is_due, letter, stop_token, way_to

if TYPE_CHECKING:
    from clinic.config import Settings

log = logging.getLogger("clinic.jobs")
SEND_NOTE, CALL_STAFF = "send_note", "call_staff"


@dataclass(frozen=True)
class Bench:
    """What the work needs: the settings, a secret for stop links, a clock, the way out for letters, and this worker's own id."""

    settings: Settings
    secret: bytes
    clock: Callable[[], datetime]
    deliver: Deliver
    worker: uuid.UUID = field(default_factory=uuid.uuid4)


def tick(bench: Bench) -> int:
    """Find what is due, and do it or have it done. How much there was; a second tick at the same moment finds nothing."""
    at, weeks = bench.clock(), bench.settings.programme.safety_check_weeks
    session = db.session()
    matters: tuple[Callable[[], int], ...] = (
        lambda: turn_covers(session, at=at),
        lambda: open_due_runs(session, at=at),
        lambda: raise_due_reviews(session, at=at),
        lambda: raise_due_goal_reviews(session, at=at),
        lambda: raise_unsent_checks(session, at=at),
        lambda: give_due_checks(session, weeks=weeks, at=at),
        lambda: raise_rechecks(session, at=at),
        lambda: call_staff(bench, at=at),
        lambda: make_notes(bench, at=at),
    )
    return sum(_by_itself(matter) for matter in matters)


def _by_itself(matter: Callable[[], int]) -> int:
    try:
        found = matter()
        db.session.commit()
    except Exception as error:
        db.session.rollback()
        log.error("a matter of the tick failed: %s", type(error).__name__)
        return 0
    return found


def make_notes(bench: Bench, *, at: datetime) -> int:
    """A note for each person for whom something waits, whose safe hour it is. Off while the practice sends no mail."""
    session, made = db.session(), 0
    if not bench.settings.mail.enabled:
        return 0
    for person in people_with_something(session, at=at):
        way = way_to(session, person, bench.settings, at=at)
        if not is_due(session, person, bench.settings, hours=way.hours, at=at):
            continue
        if way.why_not:
            made += tell_of_no_way(session, person, why=way.why_not, key=way.key, at=at)
        if not way.hours.hold(at, bench.settings.practice.zone):
            continue
        day = at.astimezone(bench.settings.practice.zone).date().isoformat()
        note = make_message(session, person, reason=day, text_id=TEXT_ID, address=way.address, at=at)
        if note is not None:
            ask_for(session, SEND_NOTE, key=f"note:{note.id}", subject_id=note.id, run_at=at)
            made += 1
    return made


def call_staff(bench: Bench, *, at: datetime) -> int:
    """One call to each who works on the case, for each task about safety, whatever the hour."""
    if not bench.settings.mail.enabled:
        return 0
    session = db.session()
    calls = {f"call:{task_id}:{user_id}": user_id for task_id, user_id in safety_calls(session, at=at)}
    return sum(ask_for(session, CALL_STAFF, key=key, subject_id=user_id, run_at=at) for key, user_id in calls.items())


# --- jobs -----------------------------------------------------------------------------------------------------------------


def work(bench: Bench) -> int:
    """Do jobs until none is due. How many were done."""
    done = 0
    sweep(db.session(), at=bench.clock())
    db.session.commit()
    while (job := claim(db.session(), worker=bench.worker, at=bench.clock())) is not None:
        job_id = job.id
        db.session.commit()
        done += _do(bench, job_id)
    db.session.rollback()
    return done


def _do(bench: Bench, job_id: uuid.UUID) -> bool:
    try:
        job = job_of(db.session(), job_id)
        WORK[job.name](bench, job)
        job_of(db.session(), job_id).finish(at=bench.clock())
        db.session.commit()
    except Exception as error:
        db.session.rollback()
        log.error("a job failed: %s", type(error).__name__)
        job_of(db.session(), job_id).fail(type(error).__name__, at=bench.clock())
        db.session.commit()
        return False
    return True


def send_note(bench: Bench, job: Job) -> None:
    """On record as sent before it leaves: a worker that is killed in between loses a note, and never sends one twice. Whatever has
    changed since the note was made, such as hours, address or a stop, drops it."""
    note, person = note_and_person(db.session(), job.subject_id)
    if note.sent_at is not None or note.dropped_at is not None:
        return
    at = bench.clock()
    way = way_to(db.session(), person, bench.settings, at=at)
    may_go = way.address == note.address and way.hours.hold(at, bench.settings.practice.zone)
    if not may_go or is_stopped(db.session(), person.id) or _nothing_is_left(person.id, at=at):
        note.dropped_at = at
        return
    note.sent_at = at
    token = stop_token(bench.secret, person.id)
    with_stop_row(db.session(), person.id, token=token)
    start = bench.settings.web.public_url + "/"
    sender = bench.settings.mail.sender
    written = letter(way.address, sender=sender, start=start, stop=f"{start}stop/{token}", at=at)
    db.session.commit()
    try:
        bench.deliver(written)
    except Exception:
        note_and_person(db.session(), job.subject_id)[0].sent_at = None
        db.session.commit()
        raise


def send_call(bench: Bench, job: Job) -> None:
    """A worker that is killed after it was sent sends it again: better twice than never."""
    at, address = bench.clock(), staff_address(db.session(), job.subject_id)
    db.session.commit()  # no lock is held while a mail server is spoken to
    if address:
        bench.deliver(call(address, sender=bench.settings.mail.sender, start=bench.settings.web.public_url + "/", at=at))


def _nothing_is_left(person_id: uuid.UUID, *, at: datetime) -> bool:
    session = db.session()
    return newest_waiting(session, person_id) is None and next_session(session, person_id, at=at) is None


WORK: dict[str, Callable[[Bench, Job], None]] = {SEND_NOTE: send_note, CALL_STAFF: send_call}
