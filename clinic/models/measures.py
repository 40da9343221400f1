"""One occasion of giving a measure to one person, with what it scored; and when a measure may be given at all.

Decides: that a measure is given only where its words are there and it suits the tie, one that asks of risk only where somebody
reviews it, and that a low mark of session feedback prompts the counselor. Must never know: the arithmetic (`forms.scoring`), the
thresholds (they stand in the measure's file), or who is asking.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from clinic.db import Base, refers_to
from clinic.models.audit import Event, noted
from clinic.models.cases import Case, CaseClinician, Participant
from clinic.models.people import Role, User
from clinic.models.states import NotAllowedNow
from clinic.models.tasks import TaskKind, raise_task
from clinic.sealing import Subject, sealed_data, sealed_text
from forms import library
from forms.measures import Measure
from forms.scoring import Score, prompts


class Administration(Base):
    """Answers and score are sealed; the date is plain, because charts and schedules need it. ``entered_by``: who copied it from
    paper; nobody where its person answered on a screen."""

    __tablename__ = "administration"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    participant_id: Mapped[uuid.UUID] = mapped_column(refers_to("participant.id"), index=True)
    assignment_id: Mapped[uuid.UUID | None] = mapped_column(refers_to("assignment.id"), index=True)
    measure_id: Mapped[str]
    measure_version: Mapped[int]
    completed_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]  # the person changed the answers before the review, or a copy was taken back
    entered_at: Mapped[datetime | None]
    entered_by: Mapped[uuid.UUID | None] = mapped_column(refers_to("user.id"))
    submission_key: Mapped[uuid.UUID | None] = mapped_column(unique=True)
    answers = sealed_data()  # {item id: number or null}
    score = sealed_data()  # the JSON of a forms Score
    why_taken_back = sealed_text()

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, f"answers:{self.participant_id}")

    @property
    def is_from_paper(self) -> bool:
        return self.entered_by is not None

    def take_back(self, *, why: str, by: uuid.UUID, at: datetime) -> None:
        """A slip of the pen in copying. The row stays, and counts no more; what its person sent is theirs to change."""
        if not self.is_from_paper:
            raise NotAllowedNow("This was answered by its person. Give it back to them, if it needs a change.")
        if not why.strip():
            raise NotAllowedNow("Write why it is taken back.")
        if self.superseded_at is None:
            self.superseded_at, self.why_taken_back = at, why.strip()
            noted(self, Event.SCORES_TAKEN_BACK, by=by, at=at)


def administer(
    session: Session,
    participant: Participant,
    measure: Measure,
    numbers: Mapping[str, int | None],
    score: Score,
    *,
    assignment_id: uuid.UUID | None = None,
    at: datetime,
) -> Administration:
    """Keep one occasion. A mark below the measure's line asks for a talk: the counselor's task, never a word to the client."""
    row = Administration(
        case_id=participant.case_id, participant_id=participant.id, assignment_id=assignment_id, measure_id=measure.id,
        measure_version=measure.version, completed_at=at, answers=dict(numbers), score=score.as_json(),
    )  # fmt: skip
    session.add(row)
    if prompts(measure, numbers):
        raise_task(
            session, case_id=participant.case_id, participant_id=participant.id, assignment_id=assignment_id,
            kind=TaskKind.FEEDBACK, title=measure.prompt_task, by=None, at=at,
        )  # fmt: skip
    return row


# --- who reviews ----------------------------------------------------------------------------------------------------------


def reviewer_of(session: Session, case: Case) -> User | None:
    """Who goes through answers of risk in this case: named, still working here, and still a counselor of the case."""
    user = session.get(User, case.reviewer_id) if case.reviewer_id else None
    return user if user is not None and user in reviewers_for(session, case) else None


def reviewers_for(session: Session, case: Case) -> list[User]:
    """Who may be named: the counselors of the case."""
    working = select(CaseClinician.user_id).where(CaseClinician.case_id == case.id, CaseClinician.until.is_(None))
    found = select(User).where(User.id.in_(working), User.role == Role.COUNSELOR.value, User.disabled_at.is_(None))
    return list(session.scalars(found.order_by(User.added_at)))


def name_reviewer(session: Session, case: Case, user_id: uuid.UUID, *, by: uuid.UUID, at: datetime) -> None:
    if user_id not in [user.id for user in reviewers_for(session, case)]:
        raise NotAllowedNow("Only a counselor of this case can review its answers.")
    if case.reviewer_id != user_id:
        case.reviewer_id = user_id
        noted(case, Event.REVIEWER_NAMED, by=by, at=at)


# --- when it may be given -------------------------------------------------------------------------------------------------


def why_not_given(session: Session, case: Case, measure: Measure) -> str:
    """A sentence for the counselor; empty where this measure may be given to a person of this case, or scheduled."""
    if not measure.suits(case.relation):
        return f"{measure.title} asks about a couple, and is not for friends or relatives."
    if not measure.has_wording:
        return f"This practice does not hold the wording of {measure.title}. The scores of a paper form can be entered."
    if measure.asks_of_risk and reviewer_of(session, case) is None:
        return f"{measure.title} asks about risk. Name on the case's page who reviews the answers, and it can be given."
    return ""


def require_givable(session: Session, case: Case, measure_id: str, version: int | None = None) -> None:
    why = why_not_given(session, case, library.measure(measure_id, version))
    if why:
        raise NotAllowedNow(why)
