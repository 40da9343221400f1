"""What can be given to whom: the worksheets of a module, or the measures, for each person of a case.

Decides: who gets which by their side, and that nobody gets twice what still waits for an answer. Must never know: what anyone
answered.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from clinic import access
from clinic.models import Assignment, AssignmentState, Case, NotAllowedNow, Participant
from clinic.models.groups import is_a_reply
from clinic.web.context import viewer
from clinic.web.practice.naming import neutral_wording
from forms import Wording, library
from forms.definition import AnsweredBy, Module, Worksheet

MEASURES = "measures"
WAITING = {AssignmentState.OPEN, AssignmentState.RETURNED, AssignmentState.HELD}


@dataclass(frozen=True)
class Piece:
    """One worksheet or measure, in the version that would be given. ``worksheet``: what it asks, for the page."""

    kind: str
    id: str
    version: int
    title: str
    worksheet: Worksheet


@dataclass(frozen=True)
class Offer:
    """One piece for one person. ``latest``: the last time they got it."""

    piece: Piece
    person: Participant
    latest: Assignment | None

    @property
    def key(self) -> str:
        return f"{self.piece.kind}-{self.piece.id}-{self.person.seat}"

    @property
    def suits(self) -> bool:
        return self.person.takes(self.piece.worksheet.answered_by)

    @property
    def is_waiting(self) -> bool:
        return self.latest is not None and self.latest.state in WAITING

    def require_new(self) -> None:
        if self.is_waiting:
            name, title = self.person.preferred_name, self.piece.title
            raise NotAllowedNow(f"{name} has “{title}” already: it waits for an answer. Nothing was given.")


@dataclass(frozen=True)
class Set:
    """What stands on one page: a module's worksheets, or the measures (then ``module`` is None)."""

    id: str
    title: str
    module: Module | None
    neutral: Wording
    pieces: tuple[tuple[Piece, tuple[Offer, ...]], ...]
    joint: tuple[Piece, ...] = ()  # opened to both of them, never given to one (`practice.open_joint`)

    @property
    def offers(self) -> tuple[Offer, ...]:
        return tuple(offer for _, offers in self.pieces for offer in offers)


def offered(case: Case, module_id: str) -> Set | None:
    """The set of this name, or None when there is no such module."""
    neutral = neutral_wording(case.relation)
    module = next((one for one in library.modules if one.id == module_id), None)
    if module is not None:
        sheets = [sheet for sheet in library.worksheets_of(module.id) if _is_homework_in(case, sheet)]
        pieces = [_piece("worksheet", sheet, neutral) for sheet in sheets]
        return Set(module.id, module.title, module, neutral, _for_each_person(case, pieces), _joint(case, module, neutral))
    if module_id != MEASURES:
        return None
    suitable = [measure.as_worksheet() for measure in library.measures if measure.has_wording and measure.suits(case.relation)]
    pieces = [_piece("measure", sheet, neutral) for sheet in suitable]
    return Set(MEASURES, "Measures", None, neutral, _for_each_person(case, pieces))


def _is_homework_in(case: Case, worksheet: Worksheet) -> bool:
    """Two who work together get no joint form as homework (`practice.open_joint`); one who works alone no reply to another."""
    return worksheet.answered_by is not AnsweredBy.JOINT if case.works_together else not is_a_reply(worksheet)


def _joint(case: Case, module: Module, neutral: Wording) -> tuple[Piece, ...]:
    sheets = [sheet for sheet in library.worksheets_of(module.id) if sheet.answered_by is AnsweredBy.JOINT]
    return tuple(_piece("worksheet", one, neutral) for one in sheets if case.works_together and one.suits(case.relation))


def _piece(kind: str, worksheet: Worksheet, neutral: Wording) -> Piece:
    return Piece(kind, worksheet.id, worksheet.version, worksheet.title.text(neutral), worksheet)


def _for_each_person(case: Case, pieces: Sequence[Piece]) -> tuple[tuple[Piece, tuple[Offer, ...]], ...]:
    latest = _latest(case)
    return tuple(
        (piece, tuple(Offer(piece, person, latest.get((person.id, piece.id))) for person in case.participants))
        for piece in pieces
    )


def _latest(case: Case) -> dict[tuple[uuid.UUID, str], Assignment]:
    """The last time that each person got each piece. What was withdrawn no longer counts."""
    given = access.rows_of(
        viewer(),
        Assignment,
        Assignment.case_id == case.id,
        Assignment.state != AssignmentState.WITHDRAWN.value,
        order_by=Assignment.assigned_at,
    )
    return {(row.participant_id, row.content_id): row for row in given}
