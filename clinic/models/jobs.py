"""Work that is done later, and messages on their way: rows are the truth, whatever carries them.

Decides: how a job is claimed, done, tried again. Must never know: what a job does. A message holds a person's address and one of
the fixed neutral texts, nothing else.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import UniqueConstraint, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from clinic.db import Base, refers_to
from clinic.sealing import Subject, sealed_text

LEASE = timedelta(minutes=5)
MOST_TRIES = 8


class JobState(StrEnum):
    WAITING = "waiting"
    CLAIMED = "claimed"
    DONE = "done"
    FAILED = "failed"


class Job(Base):
    """``key`` makes it once: the same job asked for twice is one row. ``subject_id`` is an opaque id; nothing else travels."""

    __tablename__ = "job"

    name: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    subject_id: Mapped[uuid.UUID | None]
    state: Mapped[str] = mapped_column(default=JobState.WAITING.value, index=True)
    run_at: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    claimed_until: Mapped[datetime | None]
    claimed_by: Mapped[uuid.UUID | None]
    done_at: Mapped[datetime | None]
    trouble: Mapped[str | None]

    def finish(self, *, at: datetime) -> None:
        self.state, self.done_at, self.claimed_until = JobState.DONE.value, at, None

    def fail(self, trouble: str, *, at: datetime) -> None:
        """Later again, twice as late each time; after eight tries not any more. ``trouble`` is an error's name, never its text."""
        is_over = self.tries >= MOST_TRIES
        self.state = JobState.FAILED.value if is_over else JobState.WAITING.value
        self.trouble, self.claimed_until = trouble[:80], None
        self.run_at = at + timedelta(minutes=2**self.tries)


def ask_for(session: Session, name: str, *, key: str, subject_id: uuid.UUID | None = None, run_at: datetime) -> bool:
    """Have it done, once. Asking again for the same key changes nothing. Whether it is new."""
    is_new = session.scalars(select(Job.id).where(Job.key == key)).first() is None
    if is_new:
        session.add(Job(name=name, key=key, subject_id=subject_id, run_at=run_at))
    return is_new


def claim(session: Session, *, worker: uuid.UUID, at: datetime) -> Job | None:
    """The next job, for this worker alone until its lease runs out. Commit before doing it."""
    lost = (Job.state == JobState.CLAIMED) & (Job.claimed_until < at) & (Job.tries < MOST_TRIES)
    free = or_(Job.state == JobState.WAITING, lost)
    next_id = session.scalars(select(Job.id).where(free, Job.run_at <= at).order_by(Job.run_at).limit(1)).first()
    if next_id is None:
        return None
    claimed = session.execute(
        update(Job)
        .where(Job.id == next_id, free)
        .values(state=JobState.CLAIMED.value, claimed_until=at + LEASE, claimed_by=worker, tries=Job.tries + 1)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        return None
    return session.get(Job, next_id, populate_existing=True)


def job_of(session: Session, job_id: uuid.UUID) -> Job:
    return session.get_one(Job, job_id)


def sweep(session: Session, *, at: datetime) -> None:
    """A job whose worker was lost eight times is not tried again: it may be what kills them."""
    gone = (Job.state == JobState.CLAIMED) & (Job.claimed_until < at) & (Job.tries >= MOST_TRIES)
    lost = {"state": JobState.FAILED.value, "trouble": "WorkerLost", "claimed_until": None}
    session.execute(update(Job).where(gone).values(lost).execution_options(synchronize_session=False))


class Message(Base):
    """One reminder to one person. ``text_id`` names a fixed neutral text; the address is the person's safe one."""

    __tablename__ = "message"
    __table_args__ = (UniqueConstraint("participant_id", "reason"),)

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"))
    participant_id: Mapped[uuid.UUID] = mapped_column(refers_to("participant.id"), index=True)
    reason: Mapped[str]  # an opaque key: one message for one occasion
    text_id: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]
    address = sealed_text()

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, f"individual:{self.participant_id}")


class ReminderStop(Base):
    """This person wants no reminders: one click, no reason. ``hashed`` is of the token in their link."""

    __tablename__ = "reminder_stop"

    participant_id: Mapped[uuid.UUID] = mapped_column(refers_to("participant.id"), unique=True)
    hashed: Mapped[bytes] = mapped_column(unique=True)
    stopped_at: Mapped[datetime | None]
