"""Two people's scores of one measure over time -> how far apart they are.

Decides which scores are set against each other: on each day on which either was scored, the newest of both, when neither is older
than four weeks. Never knows who they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

OLDEST = timedelta(weeks=4)
Scored = tuple[date, float]


@dataclass(frozen=True, slots=True)
class Gap:
    """`apart` is never negative; `first` and `second` say who stands higher."""

    on: date
    first: float
    second: float

    @property
    def apart(self) -> float:
        return abs(self.first - self.second)


def gaps(first: Iterable[Scored], second: Iterable[Scored]) -> tuple[Gap, ...]:
    ones, others = sorted(first), sorted(second)
    found = (_gap(day, ones, others) for day in sorted({on for on, _ in (*ones, *others)}))
    return tuple(gap for gap in found if gap is not None)


def _gap(day: date, first: Sequence[Scored], second: Sequence[Scored]) -> Gap | None:
    one, other = _newest(day, first), _newest(day, second)
    return Gap(day, one, other) if one is not None and other is not None else None


def _newest(day: date, scored: Sequence[Scored]) -> float | None:
    known = [(on, total) for on, total in scored if day - OLDEST <= on <= day]
    return known[-1][1] if known else None
