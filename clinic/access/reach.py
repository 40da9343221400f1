"""How far each kind of viewer reaches: the conditions that every scope is made of.

Decides: which cases and which seats are a viewer's. Must never know: what a table holds.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, false, select

from clinic.access.viewer import Kind, Viewer
from clinic.models import Case, CaseClinician, Part, Participant

NONE = false()


def my_case_ids(viewer: Viewer) -> Select[uuid.UUID]:
    """The cases a viewer belongs to: a clinician by assignment, a client by their seat, a reader by their document. Two who were
    separated have no document in common."""
    if viewer.kind is Kind.COUNSELOR:
        return select(CaseClinician.case_id).where(
            CaseClinician.user_id == viewer.user_id, CaseClinician.until.is_(None)
        )
    if viewer.kind is Kind.CLIENT:
        return select(Participant.case_id).where(Participant.id.in_(viewer.seats))
    if viewer.kind is Kind.JOINT:
        return select(Case.id).where(Case.id == viewer.case_id, Case.separated_at.is_(None))
    return select(Case.id).where(NONE)


def in_supervision(viewer: Viewer, column: Any) -> ColumnElement[bool]:
    """Cases in which this viewer supervises, by assignment."""
    if viewer.kind is not Kind.COUNSELOR:
        return NONE
    mine = (CaseClinician.user_id == viewer.user_id, CaseClinician.until.is_(None), CaseClinician.part == Part.SUPERVISOR.value)
    return column.in_(select(CaseClinician.case_id).where(*mine))


def in_my_cases(viewer: Viewer, column: Any) -> ColumnElement[bool]:
    return column.in_(my_case_ids(viewer))


def while_together(viewer: Viewer, column: Any) -> ColumnElement[bool]:
    """What two people see of each other and hold together, until they are separated. Their clinicians see it later too."""
    if viewer.kind is Kind.COUNSELOR:
        return in_my_cases(viewer, column)
    return column.in_(select(Case.id).where(Case.id.in_(my_case_ids(viewer)), Case.separated_at.is_(None)))


def clinicians_only(viewer: Viewer, model: Any) -> ColumnElement[bool]:
    return in_my_cases(viewer, model.case_id) if viewer.kind is Kind.COUNSELOR else NONE


def own_only(viewer: Viewer, model: Any) -> ColumnElement[bool]:
    return model.participant_id.in_(viewer.seats) if viewer.kind is Kind.CLIENT else NONE


def clinicians_or_own(viewer: Viewer, model: Any) -> ColumnElement[bool]:
    return clinicians_only(viewer, model) if viewer.kind is Kind.COUNSELOR else own_only(viewer, model)


def clinicians(model: Any) -> Callable[[Viewer], Select[Any]]:
    return lambda viewer: select(model).where(clinicians_only(viewer, model))


def clinicians_and_owner(model: Any) -> Callable[[Viewer], Select[Any]]:
    return lambda viewer: select(model).where(clinicians_or_own(viewer, model))


def both_while_together(model: Any) -> Callable[[Viewer], Select[Any]]:
    """What was put to both: the two people, their clinicians, the reader of a joint document."""
    return lambda viewer: select(model).where(while_together(viewer, model.case_id))


def owner_while_together(model: Any) -> Callable[[Viewer], Select[Any]]:
    return lambda viewer: select(model).where(own_only(viewer, model), while_together(viewer, model.case_id))
