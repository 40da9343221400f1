"""The two hard rules: what stays closed while a safety concern is open, and how the counselor clears it.

Decides: whether joint work may be opened in a case. Must never know: who is asking. What this decides is said to the counselor
only; to a client everything that is not open looks the same.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from clinic.db import Base, refers_to
from clinic.models.audit import Event, noted
from clinic.models.cases import Case, Participant, require_not_separated
from clinic.models.homework import Answer, Assignment, WorksheetResponse
from clinic.models.sending import SAFETY_CHECK
from clinic.models.states import AssignmentState, NotAllowedNow, TaskState
from clinic.models.tasks import Task, TaskKind
from clinic.sealing import Subject, sealed_text
from forms import Given

AFFECTION = "affection"
FREE_TO_SAY_NO = "free_to_say_no"
WEEKLY_CHECK = "how-it-felt-this-week"
FREE_ENOUGH = 3


class SafetyClearance(Base):
    """The counselor clears joint work: from a date, with a reason, until a re-check."""

    __tablename__ = "safety_clearance"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    cleared_at: Mapped[datetime]
    cleared_by: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"))
    recheck_on: Mapped[date]
    reason = sealed_text()

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, "record")


def clear_joint_work(
    session: Session, case: Case, *, reason: str, recheck_on: date, by: uuid.UUID, at: datetime
) -> SafetyClearance:
    require_not_separated(case)
    if not reason.strip():
        raise NotAllowedNow("Write why joint work is safe now.")
    if recheck_on <= at.date():
        raise NotAllowedNow("Choose a day after today for the re-check.")
    row = SafetyClearance(case_id=case.id, cleared_at=at, cleared_by=by, recheck_on=recheck_on, reason=reason.strip())
    session.add(row)
    noted(row, Event.SAFETY_CLEARED, by=by, at=at)
    return row


def why_joint_work_is_closed(session: Session, case: Case, *, at: datetime) -> list[str]:
    """Sentences for the counselor; empty when reveals, joint forms and agreements may be opened. What is open stays open. For two
    who were separated it is closed for good: whatever else stands, nothing clears it."""
    if case.is_separated:
        return [case.why_apart]
    concerns = _concerns(session, case)
    clearance = session.scalars(
        select(SafetyClearance).where(SafetyClearance.case_id == case.id).order_by(SafetyClearance.cleared_at.desc()).limit(1)
    ).first()
    if clearance is not None and clearance.recheck_on >= at.date():
        concerns = [(since, words) for since, words in concerns if since is None or since > clearance.cleared_at]
    elif clearance is not None:
        due = clearance.recheck_on
        concerns.append((None, f"The re-check of {due:%B} {due.day}, {due.year} is due."))
    return [words for _, words in concerns]


def _concerns(session: Session, case: Case) -> list[tuple[datetime | None, str]]:
    """Each concern with since when it stands; None for one that a clearance cannot be newer than."""
    open_tasks = select(Task).where(Task.case_id == case.id, Task.kind == TaskKind.SAFETY, Task.state == TaskState.OPEN)
    found: list[tuple[datetime | None, str]] = [
        (task.raised_at, "A safety concern is open.") for task in session.scalars(open_tasks)
    ]
    checks = select(Assignment).where(Assignment.case_id == case.id, Assignment.content_id == SAFETY_CHECK)
    rows = list(session.scalars(checks))
    for person in case.participants:
        own = [row for row in rows if row.participant_id == person.id and row.state != AssignmentState.WITHDRAWN]
        sent = [row for row in own if row.submitted_at is not None]
        if not sent:
            found.append((None, f"{person.preferred_name} has not sent the private check yet."))
        elif any(row.state == AssignmentState.SUBMITTED for row in sent):
            newest = max(row.submitted_at for row in sent if row.submitted_at)
            found.append((newest, f"The private check of {person.preferred_name} is not reviewed yet."))
    return found


def require_joint_work(session: Session, case: Case, *, at: datetime) -> None:
    require_not_separated(case)
    why = why_joint_work_is_closed(session, case, at=at)
    if why:
        raise NotAllowedNow(f"{' '.join(why)} Nothing joint opens before that, unless you clear it with a date and a reason.")


def why_affection_is_closed(session: Session, case: Case, *, at: datetime) -> list[str]:
    """Sentences for the counselor; empty when worksheets of `affection` may be opened."""
    why = why_joint_work_is_closed(session, case, at=at)
    if case.is_separated:
        return why
    for person in case.participants:
        free = _free_to_say_no(session, person)
        if free is None:
            why.append(f"Nothing is on record of whether {person.preferred_name} feels free to say no.")
        elif free < FREE_ENOUGH:
            why.append(f"The newest answer of {person.preferred_name} does not say clearly enough that they are free to say no.")
    return why


def _free_to_say_no(session: Session, person: Participant) -> int | None:
    """The newest answer counts, whether of the private check or of the week. None: nothing on record."""
    newest = (
        select(Answer)
        .join(WorksheetResponse, WorksheetResponse.id == Answer.response_id)
        .join(Assignment, Assignment.id == Answer.assignment_id)
        .where(Answer.participant_id == person.id, Answer.item_id == FREE_TO_SAY_NO)
        .where(Assignment.content_id.in_((SAFETY_CHECK, WEEKLY_CHECK)))
        .order_by(WorksheetResponse.submitted_at.desc(), WorksheetResponse.number.desc())
    )
    answer = session.scalars(newest.limit(1)).first()
    if answer is None:
        return None
    value = Given.from_json(answer.given).value
    if isinstance(value, int):
        return value
    return FREE_ENOUGH if isinstance(value, dict) and value.get("choice") == "yes" else 0
