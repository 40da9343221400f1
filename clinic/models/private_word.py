"""A private word to the counselor: homework that a person gives themself, always there, outside every policy.

Decides: that one unsent note at most is in hand. Must never know: who is asking. That a note was begun is nobody's to see before it
is sent (`clinic.access.scopes`); on sending, it always becomes a private task.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.models.cases import Participant
from clinic.models.homework import Assignment, assign
from clinic.models.sending import PRIVATE_WORD
from clinic.models.states import AssignmentState
from forms import library


def begin_word(session: Session, person: Participant, *, by: uuid.UUID, at: datetime) -> Assignment:
    """The note in hand, or a new one. Pressed twice, one is begun."""
    session.refresh(person, with_for_update={"of": Participant})
    in_hand = select(Assignment).where(
        Assignment.participant_id == person.id,
        Assignment.content_id == PRIVATE_WORD,
        Assignment.state == AssignmentState.OPEN.value,
    )
    found = session.scalars(in_hand).first()
    if found is not None:
        return found
    sheet = library.worksheet(PRIVATE_WORD)
    return assign(
        session, person, kind="worksheet", content_id=sheet.id, content_version=sheet.version, module_id=sheet.module, by=by, at=at
    )
