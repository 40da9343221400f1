"""What the counselor writes to one person about what they sent.

Decides: when there is something to comment on. Must never know: who is asking. The other person never sees a comment.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Mapped, Session, mapped_column

from clinic.db import Base, refers_to
from clinic.models.audit import Event, noted
from clinic.models.homework import Assignment
from clinic.models.states import AssignmentState, NotAllowedNow
from clinic.sealing import Subject, sealed_text


class ReviewComment(Base):
    """What the counselor wrote to this person about this homework."""

    __tablename__ = "review_comment"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"))
    participant_id: Mapped[uuid.UUID] = mapped_column(refers_to("participant.id"))
    assignment_id: Mapped[uuid.UUID] = mapped_column(refers_to("assignment.id"), index=True)
    written_by: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"))
    written_at: Mapped[datetime]
    text = sealed_text()

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, f"individual:{self.participant_id}")


def comment_on(session: Session, assignment: Assignment, text: str, *, by: uuid.UUID, at: datetime) -> ReviewComment:
    """Write to this homework's person about what they sent."""
    if assignment.submitted_at is None:
        raise NotAllowedNow("Nothing has been sent yet, so there is nothing to comment on.")
    if assignment.state == AssignmentState.WITHDRAWN:
        raise NotAllowedNow("This was withdrawn, so a comment would reach nobody.")
    row = ReviewComment(
        case_id=assignment.case_id,
        participant_id=assignment.participant_id,
        assignment_id=assignment.id,
        written_by=by,
        written_at=at,
        text=text,
    )
    session.add(row)
    noted(row, Event.COMMENTED, by=by, at=at)
    return row
