"""The runs of schedules: opened when it is time, or early; left out, taken up again; closed when missed. And plans that wait.

Decides: what opens and closes at a moment, once, however many ask at the same time. Must never know: who is asking, or the clock.
What one person's schedule does never depends on the other, but for the hard rules, which look like any other wait.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from clinic.models.cases import Case, Participant
from clinic.models.homework import Assignment, Draft, assign
from clinic.models.measures import why_not_given
from clinic.models.programme import start_stage
from clinic.models.safety import AFFECTION, why_affection_is_closed
from clinic.models.schedules import Every, Run, Schedule, ScheduleState
from clinic.models.states import AssignmentState, CaseState, NotAllowedNow
from forms import library

Seats = Collection[uuid.UUID] | None
STILL_WRITING = timedelta(hours=2)
OPEN = AssignmentState.OPEN.value


def open_due_runs(session: Session, *, at: datetime, seats: Seats = None) -> int:
    """Close what was missed, open what is due: of these seats, or of all. How much of both there was; asked again, nothing."""
    changed = close_missed_runs(session, at=at, seats=seats) + open_planned(session, at=at, seats=seats)
    active = select(Schedule.id).where(Schedule.state == ScheduleState.ACTIVE.value)
    for schedule_id in list(session.scalars(_live(active, Schedule, seats))):
        schedule = session.get_one(Schedule, schedule_id)
        number = due_number(schedule, at=at)
        if number is not None:
            changed += open_run(session, schedule, number, at=at) is not None
        elif schedule.is_over(at) and schedule.every != Every.SESSION:
            schedule.end(by=None, at=at)
            changed += 1
    return changed


def _live(chosen: Any, model: Any, seats: Seats) -> Any:
    """Of cases that are open; of these seats, or of all."""
    chosen = chosen.join(Case, Case.id == model.case_id).where(Case.state == CaseState.OPEN.value)
    return chosen if seats is None else chosen.where(model.participant_id.in_(seats))


def due_number(schedule: Schedule, *, at: datetime) -> int | None:
    """The run whose time it is. Before each session: the first is there from the start, the next after each session."""
    if schedule.every != Every.SESSION:
        return schedule.run_at(at)
    is_first = schedule.when == "before" and schedule.state == ScheduleState.ACTIVE and schedule.opens_at(1) <= at
    return 1 if is_first else None


def open_run(session: Session, schedule: Schedule, number: int, *, at: datetime) -> Run | None:
    """The run of this number as homework; None when it is there already, or may not be opened now. Whoever comes second waits for
    the first at the schedule's row, and then finds the run."""
    session.execute(select(Schedule.id).where(Schedule.id == schedule.id).with_for_update())
    taken = session.scalars(select(Run.opened_at).where(Run.schedule_id == schedule.id, Run.number == number)).first()
    if taken is not None and taken < _meant_for(schedule, number, at=at):  # its person opened it early: now its day has come
        _start_stage_of(session, schedule, number, at=at)
    if taken is not None or _waits_to_begin(session, schedule, at=at):
        return None
    is_timed = schedule.every != Every.SESSION
    closes_at = schedule.closes_at(number) if is_timed else None
    homework = assign(
        session, session.get_one(Participant, schedule.participant_id), kind=schedule.kind, content_id=schedule.content_id,
        content_version=schedule.content_version, module_id=schedule.module_id,
        due_on=schedule.day_of(number + 1) - timedelta(days=1) if is_timed else None,
        note=schedule.note or "", by=schedule.begun_by, at=at,
    )  # fmt: skip
    run = Run(
        schedule_id=schedule.id, case_id=schedule.case_id, participant_id=schedule.participant_id, assignment_id=homework.id,
        number=number, intended_at=schedule.opens_at(number) if is_timed else at, opened_at=at, closes_at=closes_at,
    )  # fmt: skip
    session.add(run)
    _start_stage_of(session, schedule, number, at=at)
    return run


def _start_stage_of(session: Session, schedule: Schedule, number: int, *, at: datetime) -> None:
    """With the first homework of a module its stage begins, and reports for both say when: on the day that the counselor chose.
    That its person opened it early, or came late where no worker runs, is theirs alone."""
    since = _meant_for(schedule, number, at=at)
    if since <= at:
        session.flush()
        case = session.get_one(Case, schedule.case_id)
        start_stage(session, case, schedule.module_id, by=schedule.begun_by, since=since, at=at)


def _meant_for(schedule: Schedule, number: int, *, at: datetime) -> datetime:
    """When this run was to be there: never before the schedule was given; after a session, at once."""
    follows_a_session = schedule.every == Every.SESSION and (number > 1 or schedule.when != "before")
    return at if follows_a_session else max(schedule.opens_at(number), schedule.begun_at)


def _waits_to_begin(session: Session, schedule: Schedule, *, at: datetime) -> bool:
    """Of `affection` the hard rule holds back the first run alone. What has begun goes on until the counselor pauses it: that it
    stopped on the very day on which the other person sent something would tell."""
    return not _goes_on(session, schedule) and _is_closed_by_rule(session, schedule, at=at)


def _goes_on(session: Session, schedule: Schedule) -> bool:
    begun = select(Run.id).where(Run.schedule_id == schedule.id).limit(1)
    return schedule.module_id == AFFECTION and session.scalars(begun).first() is not None


def _is_closed_by_rule(session: Session, row: Schedule | Assignment, *, at: datetime) -> bool:
    """The hard rule on `affection`, and a measure that asks of risk while nobody reviews it: what may not open waits, and says
    nothing of why."""
    case = session.get_one(Case, row.case_id)
    if row.kind == "measure":
        return bool(why_not_given(session, case, library.measure(row.content_id, row.content_version)))
    return row.module_id == AFFECTION and bool(why_affection_is_closed(session, case, at=at))


# --- closing --------------------------------------------------------------------------------------------------------------


def close_missed_runs(session: Session, *, at: datetime, seats: Seats = None) -> int:
    """Runs whose time is over and that nobody answered. One that is being written just now stays until it is left alone."""
    over = (
        select(Run)
        .join(Assignment, Assignment.id == Run.assignment_id)
        .where(Run.closes_at <= at, Assignment.state == OPEN, Assignment.id.not_in(_being_written(at)))
    )
    runs = list(session.scalars(over if seats is None else over.where(Run.participant_id.in_(seats))))
    for run in runs:
        session.get_one(Assignment, run.assignment_id).miss(at=at)
    return len(runs)


def _being_written(at: datetime) -> Any:
    return select(Draft.assignment_id).where(Draft.saved_at > at - STILL_WRITING)


# --- its person's own acts ------------------------------------------------------------------------------------------------


def next_number(session: Session, schedule: Schedule, *, at: datetime) -> int | None:
    """The run that may be opened now, due or early: one ahead, not more. None while one lies open, or when none is to come. The
    first of `affection` is not announced, whether the hard rule stands in its way or not: no announcement can vanish."""
    if schedule.state != ScheduleState.ACTIVE or schedule.every == Every.SESSION or schedule.is_over(at):
        return None
    if not _goes_on(session, schedule) and (schedule.module_id == AFFECTION or _is_closed_by_rule(session, schedule, at=at)):
        return None
    latest = session.scalar(select(func.max(Run.number)).where(Run.schedule_id == schedule.id)) or 0
    current = schedule.run_at(at) or 0
    number = current if current > latest else latest + 1
    lies_open = select(Run.id).join(Assignment, Assignment.id == Run.assignment_id)
    lies_open = lies_open.where(Run.schedule_id == schedule.id, Assignment.state == OPEN, Run.closes_at > at)
    is_too_far = number > current + 1 or not schedule.has_run(number)
    return None if is_too_far or session.scalars(lies_open).first() is not None else number


def open_early(session: Session, schedule: Schedule, *, at: datetime) -> Run:
    number = next_number(session, schedule, at=at)
    run = open_run(session, schedule, number, at=at) if number is not None else None
    if run is None:
        raise NotAllowedNow("The next one is not there yet.")
    return run


def skip_run(run: Run, homework: Assignment, *, why: str, by: uuid.UUID, at: datetime) -> None:
    """Left out, by its person. The reason, if there is one, is for the counselor."""
    homework.skip(by=by, at=at)
    run.skipped_at, run.why_skipped = at, why.strip() or None


def resume_run(run: Run, homework: Assignment, *, by: uuid.UUID, at: datetime) -> None:
    if run.closes_at is not None and run.closes_at <= at:
        raise NotAllowedNow("The next one is there, so this one is closed.")
    homework.resume(by=by, at=at)
    run.skipped_at = run.why_skipped = None


# --- sessions, and plans --------------------------------------------------------------------------------------------------


def open_session_runs(session: Session, case_id: uuid.UUID, attended: Collection[uuid.UUID], *, at: datetime) -> int:
    """A session was held. After each, or every so many: its sheet opens. Before: the next such session's does; what was for a
    session that is over is closed."""
    wanted = select(Schedule).where(
        Schedule.case_id == case_id, Schedule.participant_id.in_(attended), Schedule.every == Every.SESSION.value,
        Schedule.state == ScheduleState.ACTIVE.value,
        or_(Schedule.ends_on.is_(None), Schedule.ends_on >= at.date()), Schedule.starts_on <= at.date(),
    )  # fmt: skip
    opened = 0
    for schedule in list(session.scalars(wanted)):
        schedule.sessions = (schedule.sessions or 0) + 1
        is_turn = schedule.sessions % schedule.interval == 0
        runs = list(session.scalars(select(Run).where(Run.schedule_id == schedule.id)))
        if is_turn or schedule.when == "before":
            _close(session, runs, at=at)
        if is_turn:
            opened += open_run(session, schedule, len(runs) + 1, at=at) is not None
    return opened


def _close(session: Session, runs: list[Run], *, at: datetime) -> None:
    for run in runs:
        homework = session.get_one(Assignment, run.assignment_id)
        if homework.state == OPEN:
            homework.miss(at=at)
        run.closes_at = run.closes_at or at


def open_planned(session: Session, *, at: datetime, seats: Seats = None) -> int:
    """Homework of a plan whose day has come. A hold by the counselor has no such day, and stays."""
    waiting = _live(select(Assignment), Assignment, seats)
    due = waiting.where(Assignment.state == AssignmentState.HELD.value, Assignment.opens_at <= at)
    opened = 0
    for homework in list(session.scalars(due)):
        if not _is_closed_by_rule(session, homework, at=at):
            homework.end_hold(by=None, at=at)
            session.flush()
            case, since = homework.participant.case, homework.opens_at
            start_stage(session, case, homework.module_id, by=homework.assigned_by, since=since, at=at)
            opened += 1
    return opened
