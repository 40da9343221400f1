"""Homework: what was assigned, what was drafted, what was sent, and what its author chose to show.

Decides: the verbs of an assignment and of an answer. Must never know: who is asking. No relationship leads from an assignment to
an answer: the only way to an answer is a scope in `clinic.access`.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from clinic.db import Base, refers_to
from clinic.models.audit import Event, noted
from clinic.models.cases import Participant
from clinic.models.measures import require_givable
from clinic.models.states import AssignmentState, NotAllowedNow, advance
from clinic.sealing import Subject, sealed_data, sealed_text


class Assignment(Base):
    """One worksheet or measure, given to one person. ``kind`` is "worksheet" or "measure"."""

    __tablename__ = "assignment"
    __table_args__ = (Index("ix_assignment_participant_state", "participant_id", "state"),)

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    participant_id: Mapped[uuid.UUID] = mapped_column(refers_to("participant.id"))
    kind: Mapped[str]
    content_id: Mapped[str]
    content_version: Mapped[int]
    module_id: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=AssignmentState.OPEN.value)
    assigned_at: Mapped[datetime]
    assigned_by: Mapped[uuid.UUID | None] = mapped_column(refers_to("user.id"))
    due_on: Mapped[date | None]
    opens_at: Mapped[datetime | None] = mapped_column(index=True)  # of a plan: held until then
    submitted_at: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]
    note = sealed_text()
    held_why = sealed_text()  # for the clinician only

    participant: Mapped[Participant] = relationship(lazy="joined")

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, f"individual:{self.participant_id}")

    @property
    def takes_answers(self) -> bool:
        return self.state in (AssignmentState.OPEN, AssignmentState.RETURNED)

    @property
    def may_be_changed(self) -> bool:
        """Sent, and the counselor has not gone through it yet."""
        return self.state == AssignmentState.SUBMITTED

    def submit(
        self, answers: Mapping[str, SentAnswer], *, submission_key: uuid.UUID, number: int, by: uuid.UUID, at: datetime
    ) -> WorksheetResponse:
        """Send the answers: one response with one row per answer, each private to its author and the clinician.

        ``number`` counts this assignment's responses; an earlier one stays as a version that only the clinician sees.
        The caller turns the author's drafts into ``answers`` and discards them in the same transaction.
        """
        advance(self, AssignmentState.SUBMITTED)
        self.submitted_at = at
        response = WorksheetResponse(
            case_id=self.case_id,
            participant_id=self.participant_id,
            assignment_id=self.id,
            number=number,
            submission_key=submission_key,
            digest=digest_of(answers),
            submitted_at=at,
        )
        response.answers = [
            Answer(
                case_id=self.case_id,
                participant_id=self.participant_id,
                assignment_id=self.id,
                item_id=item_id,
                visibility=sent.visibility,
                reveal_group=sent.reveal_group or None,
                position=position,
                given=sent.given,
            )
            for position, (item_id, sent) in enumerate(answers.items())
        ]
        noted(self, Event.SUBMITTED, by=by, at=at)
        return response

    def give_back(self, *, by: uuid.UUID, at: datetime) -> None:
        """Return it to its person. What to look at again is a `ReviewComment`."""
        advance(self, AssignmentState.RETURNED)
        noted(self, Event.RETURNED, by=by, at=at)

    def mark_reviewed(self, *, by: uuid.UUID, at: datetime) -> None:
        advance(self, AssignmentState.REVIEWED)
        self.reviewed_at = at
        noted(self, Event.REVIEWED, by=by, at=at)

    def hold(self, *, why: str, by: uuid.UUID | None, at: datetime) -> None:
        """Not open for now. ``why`` is the clinician's: to its person every held thing looks the same."""
        advance(self, AssignmentState.HELD)
        self.held_why = why or None
        noted(self, Event.HELD, by=by, at=at)

    def end_hold(self, *, by: uuid.UUID | None, at: datetime) -> None:
        advance(self, AssignmentState.OPEN)
        self.held_why = None
        noted(self, Event.HOLD_ENDED, by=by, at=at)

    def skip(self, *, by: uuid.UUID, at: datetime) -> None:
        advance(self, AssignmentState.SKIPPED)
        noted(self, Event.SKIPPED, by=by, at=at)

    def resume(self, *, by: uuid.UUID, at: datetime) -> None:
        advance(self, AssignmentState.OPEN)

    def miss(self, *, at: datetime) -> None:
        """A run that nobody answered is closed, not piled up."""
        advance(self, AssignmentState.MISSED)
        noted(self, Event.MISSED, by=None, at=at)

    def withdraw(self, *, by: uuid.UUID, at: datetime) -> None:
        advance(self, AssignmentState.WITHDRAWN)
        noted(self, Event.ASSIGNMENT_WITHDRAWN, by=by, at=at)

    def change_due(self, due_on: date | None, *, by: uuid.UUID, at: datetime) -> None:
        if self.state in (AssignmentState.WITHDRAWN, AssignmentState.REVIEWED):
            raise NotAllowedNow("This is closed, so its date can no longer change.")
        before, self.due_on = self.due_on, due_on
        noted(self, Event.DUE_CHANGED, by=by, at=at, before=str(before or ""), after=str(due_on or ""))


@dataclass(frozen=True)
class SentAnswer:
    """One answer on its way in: who may ever see it, and the JSON of a `forms.Given`."""

    visibility: str
    given: Mapping[str, Any]
    reveal_group: str = ""


def digest_of(answers: Mapping[str, SentAnswer]) -> bytes:
    """The same answers give the same 32 bytes: a second submission with the same key is compared by this."""
    plain = json.dumps({item_id: sent.given for item_id, sent in sorted(answers.items())}, sort_keys=True, default=str)
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).digest()


def assign(
    session: Session,
    participant: Participant,
    *,
    kind: str,
    content_id: str,
    content_version: int,
    module_id: str | None,
    due_on: date | None = None,
    note: str = "",
    by: uuid.UUID | None,
    at: datetime,
) -> Assignment:
    """Give one worksheet or measure to one person. Whether this person may be given anything yet is
    `clinic.models.opening`'s to say; a measure is given only where it may be."""
    if kind == "measure":
        require_givable(session, participant.case, content_id, content_version)
    row = Assignment(
        case_id=participant.case_id,
        participant_id=participant.id,
        participant=participant,  # there before the row is: its wording depends on the case
        kind=kind,
        content_id=content_id,
        content_version=content_version,
        module_id=module_id,
        assigned_at=at,
        assigned_by=by,
        due_on=due_on,
        note=note or None,
    )
    session.add(row)
    noted(row, Event.ASSIGNED, by=by, at=at, content=content_id)
    return row


class Draft(Base):
    """One item's unsent answer. It belongs to its author alone: no clinician, no report, no export reads this table.

    ``revision`` counts this item's saves and ``sign_in_id`` says from which device the last one came: a save from another
    device that did not know of the last one sets ``set_aside`` to what it would have overwritten, and neither is lost.
    """

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("assignment_id", "item_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"))
    participant_id: Mapped[uuid.UUID] = mapped_column(refers_to("participant.id"))
    assignment_id: Mapped[uuid.UUID] = mapped_column(refers_to("assignment.id"), index=True)
    item_id: Mapped[str]
    revision: Mapped[int] = mapped_column(default=1)
    sign_in_id: Mapped[uuid.UUID | None]
    saved_at: Mapped[datetime]
    given = sealed_data()
    set_aside = sealed_data()

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, f"answers:{self.participant_id}")


class WorksheetResponse(Base):
    """One sending of one assignment."""

    __tablename__ = "worksheet_response"
    __table_args__ = (UniqueConstraint("assignment_id", "number"),)

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"))
    participant_id: Mapped[uuid.UUID] = mapped_column(refers_to("participant.id"))
    assignment_id: Mapped[uuid.UUID] = mapped_column(refers_to("assignment.id"), index=True)
    number: Mapped[int]
    submission_key: Mapped[uuid.UUID] = mapped_column(unique=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    submitted_at: Mapped[datetime]

    answers: Mapped[list[Answer]] = relationship(order_by="Answer.position")


class Answer(Base):
    """One answer of one response. ``visibility`` is the item's (private, shareable, reveal, joint); sharing is a row of its own."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("response_id", "item_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    participant_id: Mapped[uuid.UUID] = mapped_column(refers_to("participant.id"), index=True)
    assignment_id: Mapped[uuid.UUID] = mapped_column(refers_to("assignment.id"), index=True)
    response_id: Mapped[uuid.UUID] = mapped_column(refers_to("worksheet_response.id"), index=True)
    item_id: Mapped[str]
    position: Mapped[int]
    visibility: Mapped[str]
    reveal_group: Mapped[str | None]
    given = sealed_data()  # the JSON of a forms.Given

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, f"answers:{self.participant_id}")

    def share(self, *, by: uuid.UUID, at: datetime) -> Sharing:
        """Show this answer, as it stands, to the other person: the author's own act."""
        if self.visibility != "shareable":
            raise NotAllowedNow("This answer stays between you and your counselor. It cannot be shared.")
        sharing = Sharing(case_id=self.case_id, participant_id=self.participant_id, answer_id=self.id, shared_at=at)
        noted(self, Event.SHARED, by=by, at=at, item=self.item_id)
        return sharing


class Sharing(Base):
    """The author shows one answer to the other, until it is withdrawn. Whether it was read, the author never learns."""

    __tablename__ = "sharing"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    participant_id: Mapped[uuid.UUID] = mapped_column(refers_to("participant.id"))
    answer_id: Mapped[uuid.UUID] = mapped_column(refers_to("answer.id"), index=True)
    shared_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    def withdraw(self, *, by: uuid.UUID, at: datetime, item_id: str) -> None:
        if self.withdrawn_at is None:
            self.withdrawn_at = at
            noted(self, Event.SHARING_WITHDRAWN, by=by, at=at, item=item_id)
