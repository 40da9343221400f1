"""Separation: two people of one case work apart from this moment on, for good.

Decides: everything that this one act ends. Must never know: who asked for it; the reason is the counselor's record. What each sent
and wrote stays theirs and the counselor's, and each keeps their own login. What was shown to the other is shown no more, and that
does not rest on the rows that end here alone: the scopes of `clinic.access` ask the case. There is no way back: two who come
together again get a new case.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.models.audit import Event, noted
from clinic.models.cases import Case, require_not_separated
from clinic.models.groups import groups_followed, is_a_reply
from clinic.models.homework import Answer, Assignment, Sharing
from clinic.models.joint import JointForm, JointVersion
from clinic.models.planned import cancel_planned
from clinic.models.reveals import Exchange
from clinic.models.safety import AFFECTION
from clinic.models.schedules import Schedule, ScheduleState
from clinic.models.states import AssignmentState, NotAllowedNow, TaskState
from clinic.models.tasks import Task
from clinic.models.upkeep import RECHECK
from forms import library
from forms.definition import AnsweredBy, Worksheet

WHAT_WAS_DONE = "The case was separated."
NOT_ANSWERED = (AssignmentState.OPEN.value, AssignmentState.HELD.value)


def separate(session: Session, case: Case, *, why: str, by: uuid.UUID, at: datetime) -> None:
    """All of it in one transaction. ``at`` says the day as well, in the zone that it carries."""
    session.flush()
    session.refresh(case, with_for_update={"of": Case})
    require_not_separated(case)
    if not case.works_together:
        raise NotAllowedNow("There are no two people here who work with each other.")
    if not why.strip():
        raise NotAllowedNow("Write why the two are separated.")
    case.separated_at, case.separated_on, case.separated_why = at, at.date(), why.strip()
    _withdraw_what_is_shown(session, case, by=by, at=at)
    _end_exchanges(session, case, by=by, at=at)
    _take_back_what_answers_the_other(session, case, by=by, at=at)
    _end_joint_schedules(session, case, by=by, at=at)
    _close_joint_tasks(session, case, by=by, at=at)
    cancel_planned(session, case, joint_only=True, reason=WHAT_WAS_DONE, by=by, at=at)
    noted(case, Event.CASE_SEPARATED, by=by, at=at)
    session.flush()


def is_void(case: Case, signed_at: datetime) -> bool:
    """Releases need signing again: a release of information that anyone signed before the separation gives nothing out any more,
    whoever else signed it later."""
    return case.separated_at is not None and signed_at <= case.separated_at


def _withdraw_what_is_shown(session: Session, case: Case, *, by: uuid.UUID, at: datetime) -> None:
    shown = select(Sharing, Answer.item_id).join(Answer, Answer.id == Sharing.answer_id)
    for sharing, item_id in session.execute(shown.where(Sharing.case_id == case.id, Sharing.withdrawn_at.is_(None))).all():
        sharing.withdraw(by=by, at=at, item_id=item_id)


def _end_exchanges(session: Session, case: Case, *, by: uuid.UUID, at: datetime) -> None:
    """And the sheets of their last rounds that were not sent."""
    for exchange in session.scalars(select(Exchange).where(Exchange.case_id == case.id, Exchange.ended_at.is_(None))):
        exchange.end(by=by, at=at)
        for one in exchange.rounds[-1:]:
            sheets = select(Assignment).where(Assignment.id.in_((one.saying_id, one.rating_id)), Assignment.state.in_(NOT_ANSWERED))
            for homework in session.scalars(sheets):
                homework.withdraw(by=by, at=at)


def _take_back_what_answers_the_other(session: Session, case: Case, *, by: uuid.UUID, at: datetime) -> None:
    """There is nothing left to reply to, and what waits for joint work would wait for ever. What was sent stays."""
    waiting = select(Assignment).where(Assignment.case_id == case.id, Assignment.state.in_(NOT_ANSWERED))
    for homework in session.scalars(waiting):
        sheet = _sheet(homework)
        would_wait_for_ever = homework.module_id == AFFECTION or (sheet is not None and groups_followed(sheet))
        if _is_reply(sheet) or (homework.state == AssignmentState.HELD and would_wait_for_ever):
            homework.withdraw(by=by, at=at)


def _sheet(row: Assignment | Schedule) -> Worksheet | None:
    return library.worksheet(row.content_id, row.content_version) if row.kind == "worksheet" else None


def _is_reply(sheet: Worksheet | None) -> bool:
    return sheet is not None and is_a_reply(sheet)


def _end_joint_schedules(session: Session, case: Case, *, by: uuid.UUID, at: datetime) -> None:
    going_on = select(Schedule).where(Schedule.case_id == case.id, Schedule.state != ScheduleState.ENDED.value)
    for schedule in session.scalars(going_on):
        sheet = _sheet(schedule)
        is_joint = sheet is not None and sheet.answered_by is AnsweredBy.JOINT
        if schedule.module_id == AFFECTION or _is_reply(sheet) or is_joint:
            schedule.end(by=by, at=at)


def _close_joint_tasks(session: Session, case: Case, *, by: uuid.UUID, at: datetime) -> None:
    """Reviews of agreements, and the re-check of joint work."""
    of_forms = select(JointVersion.review_task_id).join(JointForm, JointForm.id == JointVersion.form_id)
    reviews = set(session.scalars(of_forms.where(JointForm.case_id == case.id, JointVersion.review_task_id.is_not(None))))
    for task in session.scalars(select(Task).where(Task.case_id == case.id, Task.state == TaskState.OPEN.value)):
        if task.id in reviews or task.title == RECHECK:
            task.finish(what=WHAT_WAS_DONE, by=by, at=at)
