"""Homework as it is printed: what was given and how it went, and what came back often in one line.

Decides: from how many runs on they are told together. Must never know: an answer.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

FEWEST_TOGETHER = 4


@dataclass(frozen=True)
class Worksheet:
    title: str
    stage: str
    state: str
    given_on: date | None = None
    due_on: date | None = None
    sent_on: date | None = None


@dataclass(frozen=True)
class Sheets:
    """One line of the table: a worksheet, or one that came back so often that its runs are told together."""

    runs: tuple[Worksheet, ...]

    @property
    def first(self) -> Worksheet:
        return self.runs[0]

    @property
    def last(self) -> Worksheet:
        return self.runs[-1]

    @property
    def is_one(self) -> bool:
        return len(self.runs) == 1

    @property
    def sent(self) -> int:
        return sum(run.sent_on is not None for run in self.runs)

    @property
    def states(self) -> str:
        """How often each, the most frequent first."""
        return ", ".join(f"{times} {state.lower()}" for state, times in Counter(run.state for run in self.runs).most_common())


@dataclass(frozen=True)
class Homework:
    person: str
    worksheets: tuple[Worksheet, ...]
    summary: str = ""

    @property
    def lines(self) -> tuple[Sheets, ...]:
        """In the order in which they were first given."""
        same: dict[tuple[str, str], list[Worksheet]] = {}
        for sheet in self.worksheets:
            same.setdefault((sheet.title, sheet.stage), []).append(sheet)
        often = {key for key, runs in same.items() if len(runs) >= FEWEST_TOGETHER}
        told: dict[int, Sheets] = {}
        for sheet in self.worksheets:
            key = (sheet.title, sheet.stage)
            runs = tuple(same[key]) if key in often else (sheet,)
            told.setdefault(id(runs[0]), Sheets(runs))
        return tuple(told.values())
