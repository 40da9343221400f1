"""A clinician who is away hands cases to a colleague for a time: from a day, until a day.

Decides: when a cover begins and ends, and what is told when it ends. Must never know: who is asking, or the clock. While it lasts,
the colleague works on the case like any other of its staff (`staffing`): a cover only begins and ends that part, once each, when
somebody asks after its hour.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from clinic.db import Base, refers_to
from clinic.models.audit import Event, noted
from clinic.models.cases import Case, CaseClinician
from clinic.models.notes import ProgressNote
from clinic.models.people import User
from clinic.models.staffing import Part, join_case, leave_case, staff_of
from clinic.models.states import NotAllowedNow, NoteState
from clinic.models.tasks import TaskKind, raise_task

LEFT_OPEN = "A note of a colleague who covered is not signed"
LEFT_OPEN_WHY = (
    "The cover is over, and nobody but its author can read the draft. Add the colleague to the case again until it is signed."
)


class Cover(Base):
    """One case, handed from one clinician to another. ``part_id``: the colleague's part in the case, once it has begun."""

    __tablename__ = "cover"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    away_id: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"), index=True)
    covering_id: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"), index=True)
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    made_at: Mapped[datetime]
    part_id: Mapped[uuid.UUID | None] = mapped_column(refers_to("case_clinician.id"))
    ended_at: Mapped[datetime | None] = mapped_column(index=True)

    def is_on(self, *, at: datetime) -> bool:
        return self.ended_at is None and self.begins_at <= at < self.ends_at

    def end(self, session: Session, *, by: uuid.UUID, at: datetime) -> None:
        """At its hour, or before. Ending twice is ending once."""
        if self.ended_at is not None:
            return
        self.ended_at = at
        part = session.get(CaseClinician, self.part_id) if self.part_id else None
        if part is not None and part.until is None:
            leave_case(session, part, by=by, at=at)
            self._tell_of_drafts(session, at=at)
        noted(self, Event.COVER_ENDED, by=by, at=at)

    def _tell_of_drafts(self, session: Session, *, at: datetime) -> None:
        drafts = select(ProgressNote.id).where(
            ProgressNote.case_id == self.case_id, ProgressNote.author_id == self.covering_id,
            ProgressNote.state == NoteState.DRAFT.value,
        )  # fmt: skip
        if session.scalars(drafts.limit(1)).first() is not None:
            raise_task(
                session, case_id=self.case_id, participant_id=None, kind=TaskKind.OWN, title=LEFT_OPEN, why=LEFT_OPEN_WHY, by=None,
                at=at,
            )  # fmt: skip


def hand_over(
    session: Session, cases: Sequence[Case], to: User, *, begins_at: datetime, ends_at: datetime, by: uuid.UUID, at: datetime
) -> list[Cover]:
    """All of these cases or none. ``by`` is the one who will be away."""
    if to.id == by:
        raise NotAllowedNow("Choose a colleague.")
    if not begins_at < ends_at or ends_at <= at:
        raise NotAllowedNow("The last day must not be before the first, nor over already.")
    rows = []
    for case in cases:
        if any(one.user_id == to.id for one in staff_of(session, case.id)):
            raise NotAllowedNow(f"{to.name} works on the case of {case.label} already.")
        if _overlaps(session, case, to, begins_at, ends_at):
            raise NotAllowedNow(f"{to.name} covers the case of {case.label} in these days already.")
        row = Cover(case_id=case.id, away_id=by, covering_id=to.id, begins_at=begins_at, ends_at=ends_at, made_at=at)
        session.add(row)
        noted(row, Event.COVER_PLANNED, by=by, at=at, who=str(to.id))
        rows.append(row)
    session.flush()
    turn_covers(session, at=at)
    return rows


def _overlaps(session: Session, case: Case, to: User, begins_at: datetime, ends_at: datetime) -> bool:
    same = select(Cover.id).where(
        Cover.case_id == case.id, Cover.covering_id == to.id, Cover.ended_at.is_(None), Cover.begins_at < ends_at,
        Cover.ends_at > begins_at,
    )  # fmt: skip
    return session.scalars(same.limit(1)).first() is not None


@dataclass(frozen=True)
class Arranged:
    """What is arranged and not over: whose it is, and whether any of it is due to begin or to end."""

    people: frozenset[uuid.UUID]
    is_due: bool


def arranged(session: Session, *, at: datetime) -> Arranged:
    """One query for every page: there are few rows that are not over."""
    columns = (Cover.away_id, Cover.covering_id, Cover.begins_at, Cover.ends_at, Cover.part_id)
    rows = session.execute(select(*columns).where(Cover.ended_at.is_(None))).all()
    people = frozenset(id for row in rows for id in (row.away_id, row.covering_id))
    return Arranged(people, any(row.ends_at <= at or (row.part_id is None and row.begins_at <= at) for row in rows))


def _due(at: datetime) -> Select[Cover]:
    begins = and_(Cover.part_id.is_(None), Cover.begins_at <= at, Cover.ends_at > at)
    return select(Cover).where(Cover.ended_at.is_(None), or_(begins, Cover.ends_at <= at))


def turn_covers(session: Session, *, at: datetime) -> int:
    """Begin and end what is due. How much there was; asked again, nothing."""
    rows = list(session.scalars(_due(at).with_for_update()))
    for row in rows:
        if row.ends_at <= at:
            row.end(session, by=row.away_id, at=at)
            continue
        colleague = session.get_one(User, row.covering_id)
        if any(one.user_id == colleague.id for one in staff_of(session, row.case_id)) or not colleague.is_active:
            row.ended_at = at  # a part of their own came in between, or they have left: nothing begins
            continue
        part = join_case(session, session.get_one(Case, row.case_id), colleague, Part.COVER, by=row.away_id, at=at)
        session.flush()
        row.part_id = part.id
    return len(rows)
