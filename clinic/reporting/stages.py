"""The stages of a case as one reader may know them.

Decides: which dated states and which sign-off each reader sees. What came of one person's private setback is shown to that person
and to the counselor alone: for anyone else the stage stays as it stood before, until it stands so again or something that they may
know of takes it up. Must never know: what anyone answered. The history is the counselor's own act and is read through the maker.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from clinic import access
from clinic.access import Viewer
from clinic.models import Case, Setback, StageSignOff, StageState, StageStatus
from forms import library
from reports import progress as printed

if TYPE_CHECKING:
    from clinic.reporting.progress import Frame

OUTCOMES = {"achieved": "achieved", "partly": "partly achieved", "deferred": "deferred", "not_applicable": "not applicable"}


@dataclass
class Course:
    """One stage as one reader knows it. ``gaps``: from when until when it went on without them; None while it still does."""

    changes: list[tuple[datetime, str]] = field(default_factory=list)
    gaps: list[tuple[datetime, datetime | None]] = field(default_factory=list)

    @property
    def is_apart(self) -> bool:
        return bool(self.gaps) and self.gaps[-1][1] is None

    @property
    def stands(self) -> str:
        return self.changes[-1][1] if self.changes else StageStatus.NOT_STARTED.value

    def leave(self, at: datetime) -> None:
        if not self.is_apart:
            self.gaps.append((at, None))

    def come_back(self, at: datetime) -> None:
        if self.is_apart:
            self.gaps[-1] = (self.gaps[-1][0], at)

    def knows(self, signed_at: datetime, *, earlier: bool) -> bool:
        """A second sign-off, of what went on without this reader, would tell of it as well."""
        for begun, ended in self.gaps:
            inside = begun <= signed_at and (ended is None or signed_at <= ended)
            follows = earlier and begun <= signed_at and not any(begun <= at <= signed_at for at, _ in self.changes)
            if inside or follows:
                return False
        return True


def stages(frame: Frame, maker: Viewer) -> tuple[printed.Stage, ...]:
    """The eleven stages with their dated states. Reasons and notes on them are the counselor's and stay out."""
    told = {row.id for row in access.rows_of(frame.reader, Setback, Setback.case_id == frame.case.id)}
    history, signed = _History.of(maker, frame.case), _sign_offs(maker, frame.case)
    found = []
    for module in library.modules:
        if module.number > 0:
            course = history.course(module.id, told)
            changes = [(frame.day_of(at), printed.StageState(status)) for at, status in course.changes]
            found.append(
                printed.Stage(
                    number=module.number,
                    title=module.title,
                    changes=tuple(printed.StageChange(on, state) for on, state in changes if on <= frame.period.end),
                    signed_off=_signed_off(frame, course, signed[module.id]),
                )
            )
    return tuple(found)


def left_out(case: Case, maker: Viewer, zone: tzinfo) -> list[str]:
    """For the counselor who makes a report: what stands in no report but their own and that person's, and why."""
    history, names = _History.of(maker, case), {person.id: person.preferred_name for person in case.participants}
    said = []
    for module_id, rows in history.rows.items():
        for row in rows:
            cause = history.cause(row)
            if cause is not None and cause.participant_id is not None:
                name, day = names[cause.participant_id], row.since.astimezone(zone)
                said.append(
                    f"{library.module(module_id).title} was taken up again on {day:%B} {day.day}, {day.year}, after a setback of "
                    f"{name} alone. Only your own report and {name}'s say so; any other shows the stage as it was before."
                )
    return said


@dataclass(frozen=True)
class _History:
    """Every dated state, by stage, and the setbacks of the case."""

    rows: Mapping[str, Sequence[StageState]]
    setbacks: Sequence[Setback]

    @classmethod
    def of(cls, maker: Viewer, case: Case) -> _History:
        rows: dict[str, list[StageState]] = defaultdict(list)
        for row in access.rows_of(maker, StageState, StageState.case_id == case.id, order_by=StageState.since):
            rows[row.module_id].append(row)
        return cls(rows, access.rows_of(maker, Setback, Setback.case_id == case.id, order_by=Setback.recorded_at))

    def cause(self, row: StageState) -> Setback | None:
        """The setback that took this stage up; one from before that was written beside it was recorded at the same moment."""
        if row.setback_id is not None:
            return next((one for one in self.setbacks if one.id == row.setback_id), None)
        same = (one for one in self.setbacks if one.recorded_at == row.since and row.module_id in (one.reopened or ()))
        return next(same, None)

    def course(self, module_id: str, told: Collection[uuid.UUID]) -> Course:
        """``told``: the setbacks that the reader may know of."""
        course = Course()
        for at, status, cause in self._events(module_id):
            if cause is not None and cause.id not in told:
                if status:
                    course.leave(at)
            elif cause is not None and course.is_apart:
                course.come_back(at)
                course.changes.append((at, StageStatus.REVISITING.value))
            elif course.is_apart:
                if status == course.stands:
                    course.come_back(at)
            elif status:
                course.changes.append((at, status))
        return course

    def _events(self, module_id: str) -> Iterator[tuple[datetime, str, Setback | None]]:
        """Each new state with what caused it; and each setback that names a stage which was taken up already (it moved nothing)."""
        rows = self.rows.get(module_id, ())
        causes = [self.cause(row) for row in rows]
        moved = [(row.since, row.status, cause) for row, cause in zip(rows, causes, strict=True)]
        named = [(one.recorded_at, "", one) for one in self.setbacks if module_id in (one.reopened or ()) and one not in causes]
        yield from sorted([*moved, *named], key=lambda event: event[0])


def _sign_offs(maker: Viewer, case: Case) -> Mapping[str, list[StageSignOff]]:
    found: dict[str, list[StageSignOff]] = defaultdict(list)
    for row in access.rows_of(maker, StageSignOff, StageSignOff.case_id == case.id, order_by=StageSignOff.signed_at):
        found[row.module_id].append(row)
    return found


def _signed_off(frame: Frame, course: Course, rows: Sequence[StageSignOff]) -> str:
    latest = None
    for row in rows:
        if frame.day_of(row.signed_at) <= frame.period.end and course.knows(row.signed_at, earlier=latest is not None):
            latest = row
    if latest is None:
        return ""
    day = frame.day_of(latest.signed_at)
    return f"Signed off {day:%B} {day.day}, {day.year}: {OUTCOMES[latest.outcome]}"
