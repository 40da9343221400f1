"""The only door to private rows.

    row = access.find(viewer, Assignment, id, Permission.ANSWER)     # one row, or NotFound
    rows = db.session.scalars(access.answers_for(viewer).where(...))  # a scope, narrowed further

Outside the scope, missing, malformed and forbidden are one thing: `NotFound`.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, TypeVar

from clinic.access.permissions import MAY, Permission, permits
from clinic.access.reach import my_case_ids
from clinic.access.scopes import (
    SCOPES,
    administrations_for,
    answers_for,
    assignments_for,
    attended_for,
    audit_for,
    cases_for,
    colleagues_for,
    drafts_for,
    encounters_for,
    invitations_for,
    opened_for,
    participants_for,
    responses_for,
    shared_with,
    sharings_for,
    shown_for,
    sign_ins_for,
    taken_back_for,
    users_for,
)
from clinic.access.viewer import Kind, Viewer
from clinic.access.written import is_void, notes_for, stage_entries_for
from clinic.db import Base, db
from clinic.models import Event, audit

Row = TypeVar("Row", bound=Base)

__all__ = [
    "MAY",
    "SCOPES",
    "Kind",
    "NotFound",
    "Permission",
    "Viewer",
    "administrations_for",
    "answers_for",
    "assignments_for",
    "attended_for",
    "audit_for",
    "cases_for",
    "colleagues_for",
    "drafts_for",
    "encounters_for",
    "find",
    "invitations_for",
    "is_void",
    "my_case_ids",
    "note_openings",
    "notes_for",
    "opened_for",
    "participants_for",
    "permits",
    "require",
    "responses_for",
    "rows_of",
    "scope",
    "seen",
    "shared_with",
    "sharings_for",
    "shown_for",
    "sign_ins_for",
    "stage_entries_for",
    "taken_back_for",
    "users_for",
]  # fmt: skip


class NotFound(LookupError):
    """There is no such row for this viewer. Never says which of the reasons it was."""

    def __init__(self, permission: Permission) -> None:
        super().__init__("not found")
        self.permission = permission


# Opening one of these, for anyone but its author, is written down (couples.md: reading is recorded).
READING = {
    Permission.SEE_CASE, Permission.REVIEW, Permission.READ_SHARED, Permission.READ_NOTE, Permission.SEE_TASK,
    Permission.READ_REPORT, Permission.MAKE_REPORT, Permission.READ_AUDIT, Permission.SEE_ENCOUNTER,
    Permission.OPEN_REVEAL, Permission.NOTICE, Permission.CLEAR_SAFETY, Permission.SET_GOAL, Permission.KEEP_GOAL,
}  # fmt: skip


def find(viewer: Viewer, model: type[Row], id: uuid.UUID, permission: Permission) -> Row:
    """The row, if it is in the viewer's scope and the table allows what is asked; else NotFound."""
    row = db.session.scalars(scope(viewer, model).where(model.id == id)).one_or_none()
    if row is None:
        raise NotFound(permission)
    return seen(viewer, row, permission)


def seen(viewer: Viewer, row: Row, permission: Permission) -> Row:
    """A row that a scope of this viewer gave, if the table allows what is asked; else NotFound. Reading it is written down."""
    if not permits(viewer, permission, row):
        raise NotFound(permission)
    if permission in READING:
        of_case = row.id if row.__tablename__ == "case" else getattr(row, "case_id", None)
        db.session.info.setdefault("openings", {})[(row.__tablename__, row.id, permission.value)] = of_case
    return row


def require(viewer: Viewer, permission: Permission) -> None:
    """For acts on no row yet, such as adding a case."""
    if not permits(viewer, permission):
        raise NotFound(permission)


def scope(viewer: Viewer, model: type[Any]) -> Any:
    return SCOPES[model](viewer)


def rows_of(viewer: Viewer, model: type[Row], *conditions: Any, order_by: Any = None) -> list[Row]:
    """Every row of the viewer's scope that meets the conditions."""
    chosen = scope(viewer, model).where(*conditions)
    return list(db.session.scalars(chosen.order_by(order_by) if order_by is not None else chosen))


def note_openings(viewer: Viewer, *, at: datetime) -> bool:
    """Write down what was opened since last asked: once per sign-in, record and kind in a quarter of an hour.
    True if there is something to commit."""
    openings: dict[tuple[str, uuid.UUID, str], uuid.UUID | None] = db.session.info.pop("openings", {})
    ids = {row_id for _, row_id, _ in openings}
    who = {"by": viewer.user_id, "sign_in_id": viewer.sign_in_id}
    known = audit.opened_lately(db.session(), **who, about_ids=ids, at=at) if ids else set()
    for (table, row_id, kind), case_id in openings.items():
        if (row_id, kind) not in known:
            audit.record(
                db.session(), Event.OPENED, by=viewer.user_id, at=at, about=audit.About(table, row_id), case_id=case_id, kind=kind
            )
    return bool(db.session.info.get("audit_waiting"))
