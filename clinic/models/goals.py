"""Goals of the treatment plan: whose they are, their five described levels, how they were rated, and how they ended.

Decides: which key a goal is sealed with, and that a rating is never changed or taken away. Must never know: who is asking. The
arithmetic is `forms.goals`'s.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from clinic.db import Base, refers_to
from clinic.models.audit import Event, noted
from clinic.models.cases import Case, require_open
from clinic.models.states import CaseState, GoalState, NotAllowedNow, advance
from clinic.models.tasks import TaskKind, raise_task
from clinic.sealing import Subject, sealed_data, sealed_text


def _subject(case_id: uuid.UUID, participant_id: uuid.UUID | None) -> Subject:
    return Subject(case_id, f"individual:{participant_id}" if participant_id else "joint")


class Goal(Base):
    """``participant_id`` is None when both work on it. ``links``: {"stages": [module ids], "measures": [measure ids]}."""

    __tablename__ = "goal"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    participant_id: Mapped[uuid.UUID | None] = mapped_column(refers_to("participant.id"))
    submission_key: Mapped[uuid.UUID] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column()
    state: Mapped[str] = mapped_column(default=GoalState.ACTIVE.value)
    set_at: Mapped[datetime]
    set_by: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"))
    review_on: Mapped[date] = mapped_column(index=True)
    review_told_for: Mapped[date | None]  # the review date for which a task was raised
    ended_at: Mapped[datetime | None]
    title = sealed_text()
    levels = sealed_data()  # {"-2" to "2": what is seen then}
    links = sealed_data()
    end_reason = sealed_text()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    def sealed_for(self) -> Subject:
        return _subject(self.case_id, self.participant_id)

    @property
    def is_active(self) -> bool:
        return self.state == GoalState.ACTIVE

    def change(
        self,
        *,
        title: str,
        levels: Mapping[str, str],
        links: Mapping[str, Sequence[str]],
        review_on: date,
        is_rated: bool,
        by: uuid.UUID,
        at: datetime,
    ) -> None:
        """The words of the levels may be mended until the first rating; afterwards that rating would mean something else."""
        if not self.is_active:
            raise NotAllowedNow("This goal has ended. Take it up again first, or set a new one.")
        if is_rated and dict(levels) != self.levels:
            raise NotAllowedNow("This goal was rated by its levels, so they stay as they are. Set a new goal for new levels.")
        self.title, self.levels, self.review_on = title, dict(levels), review_on
        self.links = {key: list(ids) for key, ids in links.items()}
        noted(self, Event.GOAL_CHANGED, by=by, at=at)

    def end(self, to: GoalState, *, reason: str, by: uuid.UUID, at: datetime) -> None:
        advance(self, to)
        self.ended_at, self.end_reason = at, reason
        noted(self, Event.GOAL_ENDED, by=by, at=at, how=to.value)

    def resume(self, *, review_on: date, by: uuid.UUID, at: datetime) -> None:
        advance(self, GoalState.ACTIVE)
        self.ended_at, self.end_reason, self.review_on = None, None, review_on
        noted(self, Event.GOAL_RESUMED, by=by, at=at)


class GoalRating(Base):
    """One look at a goal. ``level`` from -2 to 2. Rows are added, never changed; the newest says where the goal stands."""

    __tablename__ = "goal_rating"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    participant_id: Mapped[uuid.UUID | None] = mapped_column(refers_to("participant.id"))
    goal_id: Mapped[uuid.UUID] = mapped_column(refers_to("goal.id"), index=True)
    note_id: Mapped[uuid.UUID | None] = mapped_column(refers_to("progress_note.id"))
    submission_key: Mapped[uuid.UUID] = mapped_column(unique=True)
    rated_at: Mapped[datetime]
    rated_by: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"))
    level = sealed_data()
    why = sealed_text()

    def sealed_for(self) -> Subject:
        return _subject(self.case_id, self.participant_id)


def set_goal(
    session: Session,
    case: Case,
    *,
    participant_id: uuid.UUID | None,
    title: str,
    levels: Mapping[str, str],
    links: Mapping[str, Sequence[str]],
    review_on: date,
    submission_key: uuid.UUID,
    by: uuid.UUID,
    at: datetime,
) -> Goal:
    require_open(case)
    if participant_id is None and not case.works_together:
        raise NotAllowedNow(f"{case.why_apart} A goal of both is not set any more.".strip())
    row = Goal(
        case_id=case.id, participant_id=participant_id, submission_key=submission_key, set_at=at, set_by=by, review_on=review_on,
        title=title, levels=dict(levels), links={key: list(ids) for key, ids in links.items()},
    )  # fmt: skip
    session.add(row)
    noted(row, Event.GOAL_SET, by=by, at=at)
    return row


def rate_goal(
    session: Session,
    goal: Goal,
    *,
    level: int,
    why: str,
    note_id: uuid.UUID | None,
    review_on: date | None,
    submission_key: uuid.UUID,
    by: uuid.UUID,
    at: datetime,
) -> GoalRating:
    """``review_on``: when it is looked at next; None leaves the day as it is."""
    if not goal.is_active:
        raise NotAllowedNow("This goal has ended. Take it up again before you rate it.")
    row = GoalRating(
        case_id=goal.case_id, participant_id=goal.participant_id, goal_id=goal.id, note_id=note_id,
        submission_key=submission_key, rated_at=at, rated_by=by, level=level, why=why,
    )  # fmt: skip
    session.add(row)
    if review_on is not None:
        goal.review_on = review_on
    noted(goal, Event.GOAL_RATED, by=by, at=at)
    return row


def raise_due_goal_reviews(session: Session, *, at: datetime) -> int:
    """A task on the day on which an active goal is to be looked at again; once for each such day. How many were raised."""
    due = (
        select(Goal)
        .join(Case, Case.id == Goal.case_id)
        .where(Case.state == CaseState.OPEN.value, Goal.state == GoalState.ACTIVE.value, Goal.review_on <= at.date())
    )
    rows = [goal for goal in session.scalars(due) if goal.review_told_for != goal.review_on]
    for goal in rows:
        raise_task(
            session, case_id=goal.case_id, participant_id=goal.participant_id, kind=TaskKind.OWN,
            title="A goal of the treatment plan is due to be looked at", why=goal.title or "", by=None, at=at,
        )  # fmt: skip
        goal.review_told_for = goal.review_on
    return len(rows)
