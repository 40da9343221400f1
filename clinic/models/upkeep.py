"""What the passing of time alone makes due: checks that were not done, checks to be done again, re-checks.

Decides: when the counselor is told, once for each. Must never know: who is asking, or the clock. Only clinicians see tasks; a check
comes to each person by that person's own calendar.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from clinic.models.cases import Case, Participant
from clinic.models.homework import Assignment
from clinic.models.jobs import Job, JobState
from clinic.models.opening import give_safety_check
from clinic.models.safety import SafetyClearance
from clinic.models.sending import SAFETY_CHECK
from clinic.models.states import AssignmentState, CaseState
from clinic.models.tasks import Task, TaskKind, raise_task

UNSENT_FOR = timedelta(days=14)
RECHECK = "The re-check of joint work is due"


def is_first_time(session: Session, name: str, *, key: str, at: datetime) -> bool:
    """Whether this was never done before. It is then on record as done: the key is unique, so of two workers one is refused."""
    if session.scalars(select(Job.id).where(Job.key == key)).first() is not None:
        return False
    session.add(Job(name=name, key=key, state=JobState.DONE.value, run_at=at, done_at=at))
    return True


def _in_open_cases(chosen: Any, model: Any) -> Any:
    return chosen.join(Case, Case.id == model.case_id).where(Case.state == CaseState.OPEN.value)


def raise_unsent_checks(session: Session, *, at: datetime) -> int:
    """A private check that waits for more than two weeks."""
    told = select(Task.assignment_id).where(Task.assignment_id.is_not(None))
    unsent = _in_open_cases(select(Assignment), Assignment).where(
        Assignment.content_id == SAFETY_CHECK, Assignment.state == AssignmentState.OPEN.value,
        Assignment.assigned_at <= at - UNSENT_FOR, Assignment.id.not_in(told),
    )  # fmt: skip
    rows = list(session.scalars(unsent))
    for row in rows:
        raise_task(
            session, case_id=row.case_id, participant_id=row.participant_id, assignment_id=row.id, kind=TaskKind.OWN,
            title="A private check is not done yet", why="It was given more than two weeks ago. Ask about it alone.",
            by=None, at=at,
        )  # fmt: skip
    return len(rows)


def give_due_checks(session: Session, *, weeks: int, at: datetime) -> int:
    """The private check again, so many weeks after the last one was given."""
    latest = (
        select(Assignment.participant_id, func.max(Assignment.assigned_at).label("given"))
        .where(Assignment.content_id == SAFETY_CHECK, Assignment.state != AssignmentState.WITHDRAWN.value)
        .group_by(Assignment.participant_id)
        .subquery()
    )
    still_open = select(Assignment.participant_id).where(
        Assignment.content_id == SAFETY_CHECK,
        Assignment.state.in_((AssignmentState.OPEN, AssignmentState.RETURNED, AssignmentState.HELD)),
    )
    due = _in_open_cases(select(Participant), Participant).join(latest, latest.c.participant_id == Participant.id)
    people = list(session.scalars(due.where(latest.c.given <= at - timedelta(weeks=weeks), Participant.id.not_in(still_open))))
    for person in people:
        give_safety_check(session, person, by=None, at=at)
    return len(people)


def raise_rechecks(session: Session, *, at: datetime) -> int:
    """The newest clearance of a case whose re-check day has come. Two who were separated need none."""
    due = _in_open_cases(select(SafetyClearance), SafetyClearance).where(Case.separated_at.is_(None))
    newest = {row.case_id: row for row in session.scalars(due.order_by(SafetyClearance.cleared_at))}
    rows = [row for row in newest.values() if row.recheck_on <= at.date()]
    rows = [row for row in rows if is_first_time(session, "recheck", key=f"recheck:{row.id}", at=at)]
    for row in rows:
        raise_task(
            session, case_id=row.case_id, participant_id=None, kind=TaskKind.OWN, title=RECHECK,
            why="Joint work was cleared until this day. Clear it again, or leave it closed.", by=None, at=at,
        )  # fmt: skip
    return len(rows)


def tell_of_no_way(session: Session, person: Participant, *, why: str, key: str, at: datetime) -> bool:
    """No note can be sent to this person: the counselor is told once for each state of the safe contact."""
    if not is_first_time(session, "no_way", key=f"no_way:{key}", at=at):
        return False
    raise_task(
        session, case_id=person.case_id, participant_id=person.id, kind=TaskKind.OWN, title="No note can be sent",
        why=f"{why} Something is waiting for {person.preferred_name}, and no message says so.", by=None, at=at,
    )  # fmt: skip
    return True


def plan_task(session: Session, case_id: uuid.UUID, *, title: str, why: str, due_at: datetime, by: uuid.UUID, at: datetime) -> Task:
    """What a plan leaves to the counselor: to open something to both, or to choose."""
    return raise_task(
        session, case_id=case_id, participant_id=None, kind=TaskKind.OWN, title=title, why=why, due_at=due_at, by=by, at=at
    )
