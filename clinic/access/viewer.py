"""Who is looking. The first argument of every access function: no viewer, no query.

Decides: what is known of the one who looks. Must never know: what may be seen (that is `scopes` and `permissions`).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from sqlalchemy import select

from clinic.db import db
from clinic.models import Case, CaseClinician, Part, Participant, User


class Kind(StrEnum):
    COUNSELOR = "counselor"
    ADMINISTRATOR = "administrator"
    CLIENT = "client"
    JOINT = "joint"  # the reader of a document meant for both: sees only what both may see


@dataclass(frozen=True)
class Viewer:
    """``user_id`` is None for the reader of a document, who need not have a login. ``seats`` are participant ids;
    ``case_id`` is set for a reader of one case's document only."""

    kind: Kind
    user_id: uuid.UUID | None = None
    seats: frozenset[uuid.UUID] = field(default_factory=frozenset)
    case_id: uuid.UUID | None = None
    name: str = ""
    sign_in_id: uuid.UUID | None = None

    @classmethod
    def of(cls, user: User, *, sign_in_id: uuid.UUID | None = None) -> Viewer:
        """The signed-in person (or, from the command line, the person named by ``--as``)."""
        seats: frozenset[uuid.UUID] = frozenset()
        if not user.is_staff:
            seats = frozenset(db.session.scalars(select(Participant.id).where(Participant.user_id == user.id)))
        return cls(Kind(user.role), user.id, seats, None, user.name, sign_in_id)

    @classmethod
    def person(cls, participant: Participant) -> Viewer:
        """The reader of a document for one person of a case."""
        return cls(Kind.CLIENT, participant.user_id, frozenset({participant.id}), participant.case_id)

    @classmethod
    def both(cls, case: Case) -> Viewer:
        """The reader of a document for both people of a case."""
        return cls(Kind.JOINT, None, frozenset(), case.id)

    @cached_property
    def parts(self) -> Mapping[uuid.UUID, Part]:
        """What a counselor is in each of their cases: asked for where a signature depends on it, and read once."""
        if self.kind is not Kind.COUNSELOR:
            return {}
        mine = select(CaseClinician.case_id, CaseClinician.part)
        mine = mine.where(CaseClinician.user_id == self.user_id, CaseClinician.until.is_(None))
        return {case_id: Part(part) for case_id, part in db.session.execute(mine.order_by(CaseClinician.since))}

    @property
    def actor(self) -> uuid.UUID:
        """Who acts. The reader of a document has no login and does nothing."""
        if self.user_id is None:
            raise PermissionError("the reader of a document cannot act")
        return self.user_id

    @property
    def role(self) -> str:
        return self.kind.value

    @property
    def is_staff(self) -> bool:
        return self.kind in (Kind.COUNSELOR, Kind.ADMINISTRATOR)
