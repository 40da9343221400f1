"""Which rows of the caseload a page shows, in which order, and who is meant by a name typed in haste.

Decides: what a view leaves out, and how near a typed name must come. Must never know: why something waits; that is
`attention`'s. Names are compared without accents and capitals; a word of four letters or more may hold a typing mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from anyascii import anyascii
from rapidfuzz.distance import OSA

from clinic.models import Case
from clinic.web.practice.attention import Row, Waiting
from forms.caseload import PAGE, View

NEVER = datetime.min.replace(tzinfo=UTC)
SHORTEST_WITH_A_SLIP = 4
IN_WAITS = {"overdue": {Waiting.OVERDUE, Waiting.SILENT}, "safety": {Waiting.SAFETY}}


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of ``total`` cases. ``page`` and ``pages`` count from 1."""

    rows: tuple[Row, ...]
    total: int
    page: int
    pages: int


def listing(rows: Iterable[Row], view: View) -> Listing:
    kept = sorted((row for row in rows if _fits(row, view)), key=ORDER[view.order])
    pages = max(1, -(-len(kept) // PAGE))
    page = min(view.page, pages)
    return Listing(tuple(kept[(page - 1) * PAGE : page * PAGE]), len(kept), page, pages)


def _fits(row: Row, view: View) -> bool:
    return _is_in_state(row.case, view.state) and view.tie in ("any", row.case.relation) and _waits_for(row, view.waits)


def _is_in_state(case: Case, state: str) -> bool:
    if state == "separated":
        return case.is_separated
    return state == "all" or case.is_open == (state == "in_work")


def _waits_for(row: Row, waits: str) -> bool:
    if waits == "any":
        return True
    if waits in ("something", "nothing"):
        return bool(row.waits) == (waits == "something")
    wanted = IN_WAITS.get(waits) or {Waiting(waits)}
    return any(kind in wanted for kind, _ in row.waits)


def _by_name(row: Row) -> tuple[str, str]:
    return folded(row.case.label or ""), row.case.code


def _by_need(row: Row) -> tuple[Any, ...]:
    order = list(Waiting)
    pressing = min((order.index(kind) for kind, _ in row.waits), default=len(order))
    return pressing, -sum(count for _, count in row.waits), _by_name(row)


ORDER: dict[str, Callable[[Row], Any]] = {
    "name": _by_name,
    "need": _by_need,
    "seen": lambda row: (row.last_session or NEVER, _by_name(row)),
    "new": lambda row: (-row.case.added_at.timestamp(), _by_name(row)),
}


def folded(text: str) -> str:
    """Without accents, capitals and foreign letters: "Łukasz" and "lukasz" are one."""
    return anyascii(text).casefold()


def named(rows: Iterable[Row], typed: str) -> Listing:
    """The cases in which every word that was typed is a name or the code, the nearest first; fifty at most."""
    words = folded(typed).split()
    near = [(far, row) for row in rows if (far := _how_far(row.case, words)) is not None]
    near.sort(key=lambda pair: (pair[0], not pair[1].case.is_open, _by_name(pair[1])))
    return Listing(tuple(row for _, row in near[:PAGE]), len(near), 1, 1)


def _how_far(case: Case, words: Sequence[str]) -> int | None:
    """The slips in all words together; None when one of them is nowhere."""
    parts = name_parts(case)
    slips = [_slips(word, parts) for word in words]
    return None if not words or None in slips else sum(slip or 0 for slip in slips)


def name_parts(case: Case) -> set[str]:
    """All that a case is called, folded and cut into words."""
    names = [case.label or "", case.code]
    names += [name or "" for person in case.participants for name in (person.preferred_name, person.full_name)]
    return {part for name in names for part in folded(name).split()}


def _slips(word: str, parts: Iterable[str]) -> int | None:
    """How many typing mistakes lie between the word and the beginning of the nearest part: 0, 1, 2, or None for more."""
    if any(word in part for part in parts):
        return 0
    allowed = 0 if len(word) < SHORTEST_WITH_A_SLIP else 1 if len(word) < 8 else 2
    near = [OSA.distance(word, part[: len(word) + extra]) for part in parts for extra in (-1, 0, 1)]
    return min((slips for slips in near if 0 < slips <= allowed), default=None)
