"""Sessions that are to come: when, how, and who is expected; moved, cancelled, held, or nobody came.

Decides: whose a planned session is, and what can become of it. Must never know: who is asking, or the clock. One with one of two
people is that person's own from the moment on which it is planned: the other never learns of it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from clinic.db import Base, refers_to
from clinic.models.audit import Event, noted
from clinic.models.cases import Case, Participant, require_open
from clinic.models.encounters import Encounter, Medium
from clinic.models.states import NotAllowedNow, PlannedState, advance
from clinic.sealing import Subject, sealed_text

SAME_SESSION = timedelta(hours=3)
PART_OF_ONE_CASE = "Choose somebody of this case."


class PlannedEncounter(Base):
    """``individual_of`` is set when only one of two people is expected. ``version`` counts the changes."""

    __tablename__ = "planned_encounter"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    individual_of: Mapped[uuid.UUID | None] = mapped_column(refers_to("participant.id"), index=True)
    begins_at: Mapped[datetime] = mapped_column(index=True)
    minutes: Mapped[int]
    medium: Mapped[str]
    state: Mapped[str] = mapped_column(default=PlannedState.PLANNED.value, index=True)
    version: Mapped[int] = mapped_column(default=1)
    planned_at: Mapped[datetime]
    planned_by: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"))
    settled_at: Mapped[datetime | None]
    encounter_id: Mapped[uuid.UUID | None] = mapped_column(refers_to("encounter.id"))
    submission_key: Mapped[uuid.UUID | None] = mapped_column(unique=True)
    reason = sealed_text()  # why it was cancelled, or what is known of why nobody came

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, f"individual:{self.individual_of}" if self.individual_of else "record")

    @property
    def ends_at(self) -> datetime:
        return self.begins_at + timedelta(minutes=self.minutes)

    @property
    def is_planned(self) -> bool:
        return self.state == PlannedState.PLANNED

    def expects(self, people: Iterable[Participant]) -> list[Participant]:
        return [person for person in people if self.individual_of in (None, person.id)]

    def move(self, *, begins_at: datetime, minutes: int, medium: Medium, by: uuid.UUID, at: datetime) -> None:
        """To another time. With whom it is stays: what was one person's own never becomes both's, nor the other way round."""
        if not self.is_planned:
            raise NotAllowedNow("This session is settled, so its time can no longer change.")
        _require_to_come(begins_at, at=at)
        self.begins_at, self.minutes, self.medium = begins_at, minutes, medium.value
        self.version += 1
        noted(self, Event.SESSION_MOVED, by=by, at=at)

    def cancel(self, *, reason: str, by: uuid.UUID | None, at: datetime) -> None:
        self._settle(PlannedState.CANCELLED, Event.SESSION_CANCELLED, reason, by=by, at=at)

    def miss(self, *, reason: str, by: uuid.UUID, at: datetime) -> None:
        """Nobody came."""
        if self.begins_at > at:
            raise NotAllowedNow("This session is still to come. Cancel it if it will not take place.")
        self._settle(PlannedState.MISSED, Event.SESSION_MISSED, reason, by=by, at=at)

    def _settle(self, state: PlannedState, event: Event, reason: str, *, by: uuid.UUID | None, at: datetime) -> None:
        advance(self, state)
        self.settled_at, self.reason = at, reason.strip() or None
        self.version += 1
        noted(self, event, by=by, at=at)

    def hold(self, encounter: Encounter, *, at: datetime) -> None:
        """It took place: this is the session that was recorded. Whoever recorded it is on record there."""
        advance(self, PlannedState.HELD)
        self.settled_at, self.encounter_id = at, encounter.id
        self.version += 1


def plan_session(
    session: Session,
    case: Case,
    *,
    with_one: uuid.UUID | None,
    begins_at: datetime,
    minutes: int,
    medium: Medium,
    submission_key: uuid.UUID | None = None,
    by: uuid.UUID,
    at: datetime,
) -> PlannedEncounter:
    """``with_one``: the one of two people who is expected; None for all who are there. The button pressed twice plans one."""
    if submission_key is not None:
        same = select(PlannedEncounter).where(PlannedEncounter.submission_key == submission_key)
        before = session.scalars(same).one_or_none()
        if before is not None:
            return before
    require_open(case)
    _require_to_come(begins_at, at=at)
    if with_one is None and case.is_separated:
        raise NotAllowedNow(f"{case.why_apart} Plan a session with one of them.")
    if with_one is not None and all(person.id != with_one for person in case.participants):
        raise NotAllowedNow(PART_OF_ONE_CASE)
    row = PlannedEncounter(
        case_id=case.id, individual_of=with_one if len(case.participants) > 1 else None, begins_at=begins_at, minutes=minutes,
        medium=medium.value, planned_at=at, planned_by=by, submission_key=submission_key,
    )  # fmt: skip
    session.add(row)
    noted(row, Event.SESSION_PLANNED, by=by, at=at)
    return row


def _require_to_come(begins_at: datetime, *, at: datetime) -> None:
    if begins_at <= at:
        raise NotAllowedNow("This hour has passed. Choose one that is still to come, or record the session.")


def settle_with(encounter: Encounter, *, at: datetime) -> None:
    """A session that was recorded is the one that was planned for that hour with the same people, when there is one. With the very
    same: that one of two came alone to an hour of their own must change nothing of what both are told."""
    session = object_session(encounter)
    if session is None:
        raise RuntimeError("a recorded session is in a session")
    planned = select(PlannedEncounter).where(
        PlannedEncounter.case_id == encounter.case_id, PlannedEncounter.state == PlannedState.PLANNED.value,
        PlannedEncounter.begins_at.between(encounter.began_at - SAME_SESSION, encounter.began_at + SAME_SESSION),
    )  # fmt: skip
    fits = [row for row in session.scalars(planned) if row.individual_of == encounter.individual_of]
    if fits:
        min(fits, key=lambda row: abs(row.begins_at - encounter.began_at)).hold(encounter, at=at)


def cancel_planned(
    session: Session, case: Case, *, joint_only: bool = False, reason: str, by: uuid.UUID, at: datetime
) -> None:
    """All that is still planned, or all that both are expected at: when a case is closed, or its two are separated."""
    planned = select(PlannedEncounter).where(
        PlannedEncounter.case_id == case.id, PlannedEncounter.state == PlannedState.PLANNED.value
    )
    for row in session.scalars(planned):
        if row.individual_of is None or not joint_only:
            row.cancel(reason=reason, by=by, at=at)
