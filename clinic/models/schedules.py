"""Homework that comes back: daily, weekly, monthly, every n days, before or after each session. Never doubled, never piled up.

Decides: when a run opens and closes, in the person's own time zone. Must never know: who is asking. A run that is missed is
closed; intended, shown and answered times are the clinician's only.
"""

from __future__ import annotations

import uuid
from calendar import monthrange
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from clinic.db import Base, refers_to
from clinic.models.audit import Event, noted
from clinic.models.cases import Participant
from clinic.models.measures import require_givable
from clinic.models.states import NotAllowedNow
from clinic.sealing import Subject, sealed_text

OPENS = time(5, 0)  # in the person's zone: the day of a run begins when most people still sleep


class Every(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    SESSION = "session"


class ScheduleState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class Schedule(Base):
    """One worksheet or measure for one person, again and again."""

    __tablename__ = "schedule"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    participant_id: Mapped[uuid.UUID] = mapped_column(refers_to("participant.id"), index=True)
    kind: Mapped[str]
    content_id: Mapped[str]
    content_version: Mapped[int]
    module_id: Mapped[str | None]
    every: Mapped[str]
    interval: Mapped[int] = mapped_column(default=1)
    when: Mapped[str] = mapped_column(default="")  # before or after, for sessions
    sessions: Mapped[int | None]  # how many were held since; every `interval` of them has a run
    zone: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(default=ScheduleState.ACTIVE.value, index=True)
    begun_at: Mapped[datetime]
    begun_by: Mapped[uuid.UUID | None] = mapped_column(refers_to("user.id"))
    note = sealed_text()

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, f"individual:{self.participant_id}")

    @property
    def step(self) -> timedelta:
        return timedelta(days=self.interval * (7 if self.every == Every.WEEK else 1))

    def day_of(self, run: int) -> date:
        """The day on which run number ``run`` (from 1) opens, counted in days of the calendar, so that no change of the clock
        moves it."""
        if self.every == Every.MONTH:
            return months_after(self.starts_on, self.interval * (run - 1))
        return self.starts_on + self.step * (run - 1)

    def opens_at(self, run: int) -> datetime:
        """05:00 of that day where the person is (an hour that no change of the clock skips or doubles in any zone in use)."""
        return datetime.combine(self.day_of(run), OPENS, ZoneInfo(self.zone))

    def closes_at(self, run: int) -> datetime:
        """When the next one opens: a missed run is closed, not piled up."""
        return self.opens_at(run + 1)

    def run_at(self, at: datetime) -> int | None:
        """The number of the run that is open at this moment, or None."""
        if self.state != ScheduleState.ACTIVE or self.every == Every.SESSION:
            return None
        today = at.astimezone(ZoneInfo(self.zone))
        day = today.date() if today.time() >= OPENS else today.date() - timedelta(days=1)
        if day < self.starts_on or (self.ends_on is not None and day > self.ends_on):
            return None
        if self.every == Every.MONTH:
            run = ((day.year - self.starts_on.year) * 12 + day.month - self.starts_on.month) // self.interval + 1
            return run if self.day_of(run) <= day else run - 1
        return (day - self.starts_on) // self.step + 1

    def is_over(self, at: datetime) -> bool:
        return self.ends_on is not None and at.astimezone(ZoneInfo(self.zone)).date() > self.ends_on

    def has_run(self, run: int) -> bool:
        return self.ends_on is None or self.day_of(run) <= self.ends_on

    def pause(self, *, by: uuid.UUID, at: datetime) -> None:
        self.state = ScheduleState.PAUSED.value
        noted(self, Event.SCHEDULE_CHANGED, by=by, at=at, state=self.state)

    def resume(self, *, by: uuid.UUID, at: datetime) -> None:
        self.state = ScheduleState.ACTIVE.value
        noted(self, Event.SCHEDULE_CHANGED, by=by, at=at, state=self.state)

    def end(self, *, by: uuid.UUID | None, at: datetime) -> None:
        self.state = ScheduleState.ENDED.value
        noted(self, Event.SCHEDULE_CHANGED, by=by, at=at, state=self.state)


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last where it has no such day: counted from the first day, so that nothing drifts."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


class Run(Base):
    """One run of a schedule and the assignment it became. Unique, so that two workers make one."""

    __tablename__ = "run"
    __table_args__ = (UniqueConstraint("schedule_id", "number"),)

    schedule_id: Mapped[uuid.UUID] = mapped_column(refers_to("schedule.id"), index=True)
    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"))
    participant_id: Mapped[uuid.UUID] = mapped_column(refers_to("participant.id"))
    assignment_id: Mapped[uuid.UUID] = mapped_column(refers_to("assignment.id"), unique=True)
    number: Mapped[int]
    intended_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    shown_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None] = mapped_column(index=True)
    skipped_at: Mapped[datetime | None]
    why_skipped = sealed_text()

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, f"individual:{self.participant_id}")


def begin_schedule(
    session: Session,
    participant: Participant,
    *,
    kind: str,
    content_id: str,
    content_version: int,
    module_id: str | None,
    every: Every,
    interval: int,
    when: str,
    zone: str,
    starts_on: date,
    ends_on: date | None,
    note: str = "",
    by: uuid.UUID | None,
    at: datetime,
) -> Schedule:
    if kind == "measure":
        require_givable(session, participant.case, content_id, content_version)
    taken = select(Schedule.id).where(
        Schedule.participant_id == participant.id, Schedule.content_id == content_id, Schedule.state != ScheduleState.ENDED.value
    )
    if session.scalars(taken).first() is not None:
        raise NotAllowedNow(f"{participant.preferred_name} has this as a repeat already. End that one first.")
    row = Schedule(
        case_id=participant.case_id, participant_id=participant.id, kind=kind, content_id=content_id,
        content_version=content_version, module_id=module_id, every=every.value, interval=interval, when=when, zone=zone,
        starts_on=starts_on, ends_on=ends_on, begun_at=at, begun_by=by, note=note or None,
    )  # fmt: skip
    session.add(row)
    noted(row, Event.SCHEDULE_BEGUN, by=by, at=at, content=content_id)
    return row
