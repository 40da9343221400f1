"""What waits for a clinician: made by the product or by hand, done with what was done.

Decides: how a task is raised and closed. Must never know: who is asking. A task is never visible to a client.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Mapped, Session, mapped_column

from clinic.db import Base, refers_to
from clinic.models.audit import Event, noted
from clinic.models.states import NotAllowedNow, TaskState, advance
from clinic.sealing import Subject, sealed_text


class TaskKind(StrEnum):
    SAFETY = "safety"  # closes only with a documented action
    DISCLOSURE = "disclosure"  # something not yet told
    NUMBER = "number"  # a number of a scale, to look at: neither a risk nor something untold
    FEEDBACK = "feedback"  # a low mark of session feedback: to talk about, and never told to the other
    TALK = "talk"  # "I would rather talk about it in session"
    AGREEMENT = "agreement"  # a review date has come
    OWN = "own"


CLOSES_WITH_WORDS = {TaskKind.SAFETY, TaskKind.DISCLOSURE}


class Task(Base):
    """Private to the clinicians of the case; sealed with the record of the person it is about."""

    __tablename__ = "task"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    participant_id: Mapped[uuid.UUID | None] = mapped_column(refers_to("participant.id"))
    assignment_id: Mapped[uuid.UUID | None] = mapped_column(refers_to("assignment.id"), index=True)
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default=TaskState.OPEN.value, index=True)
    raised_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    raised_by: Mapped[uuid.UUID | None] = mapped_column(refers_to("user.id"))  # by hand; None: the product made it
    assigned_to: Mapped[uuid.UUID | None] = mapped_column(refers_to("user.id"), index=True)  # None: whoever works on the case
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    submission_key: Mapped[uuid.UUID | None] = mapped_column(unique=True)
    done_at: Mapped[datetime | None]
    done_by: Mapped[uuid.UUID | None] = mapped_column(refers_to("user.id"))
    title = sealed_text()
    why = sealed_text()
    done_what = sealed_text()

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, f"individual:{self.participant_id}" if self.participant_id else "record")

    @property
    def is_urgent(self) -> bool:
        return self.kind == TaskKind.SAFETY

    def change(self, *, due_at: datetime | None, assigned_to: uuid.UUID | None, by: uuid.UUID, at: datetime) -> None:
        """When it is due, and who does it. What it says stays: a task that says something else is another task."""
        if self.state != TaskState.OPEN:
            raise NotAllowedNow("This task is done.")
        self.due_at, self.assigned_to = due_at, assigned_to
        self.version += 1
        noted(self, Event.TASK_CHANGED, by=by, at=at)

    def finish(self, *, what: str, by: uuid.UUID, at: datetime) -> None:
        if self.kind in CLOSES_WITH_WORDS and not what.strip():
            raise NotAllowedNow("Write down what you did about it. This kind of task closes only with a documented action.")
        advance(self, TaskState.DONE)
        self.done_at, self.done_by, self.done_what = at, by, what.strip() or None
        noted(self, Event.TASK_DONE, by=by, at=at)


def raise_task(
    session: Session,
    *,
    case_id: uuid.UUID,
    participant_id: uuid.UUID | None,
    assignment_id: uuid.UUID | None = None,
    kind: TaskKind,
    title: str,
    why: str = "",
    due_at: datetime | None = None,
    assigned_to: uuid.UUID | None = None,
    submission_key: uuid.UUID | None = None,
    by: uuid.UUID | None,
    at: datetime,
) -> Task:
    row = Task(
        raised_by=by,
        assigned_to=assigned_to,
        submission_key=submission_key,
        case_id=case_id,
        participant_id=participant_id,
        assignment_id=assignment_id,
        kind=kind.value,
        raised_at=at,
        due_at=due_at,
        title=title,
        why=why or None,
    )
    session.add(row)
    noted(row, Event.TASK_RAISED, by=by, at=at, kind=kind.value)
    return row
