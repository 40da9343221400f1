"""Whom to call when something about safety came: the clinicians of the case, by the address that they sign in with.

Decides: which tasks call, and for how long. Must never know: what the task says; the call holds no word of it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.models.cases import CaseClinician
from clinic.models.people import User
from clinic.models.states import TaskState
from clinic.models.tasks import Task, TaskKind

CALLS_FOR = timedelta(days=1)  # so that turning mail on does not send a heap of old calls


def safety_calls(session: Session, *, at: datetime) -> Sequence[tuple[uuid.UUID, uuid.UUID]]:
    """(task, user) for each open task about safety that was raised lately, and each who works on its case now."""
    chosen = (
        select(Task.id, CaseClinician.user_id)
        .join(CaseClinician, CaseClinician.case_id == Task.case_id)
        .where(
            Task.kind == TaskKind.SAFETY.value, Task.state == TaskState.OPEN.value, Task.raised_at > at - CALLS_FOR,
            CaseClinician.until.is_(None), CaseClinician.since <= at,
        )
    )  # fmt: skip
    return [(task_id, user_id) for task_id, user_id in session.execute(chosen.order_by(Task.raised_at))]


def staff_address(session: Session, user_id: uuid.UUID | None) -> str:
    """Empty for one who works here no more."""
    user = session.get(User, user_id)
    return user.email or "" if user is not None and user.is_active and user.is_staff else ""
