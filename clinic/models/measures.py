"""One occasion of giving a measure to one person, with what it scored.

Decides: nothing but the row. The arithmetic is `forms.scoring`'s; thresholds are in the measure's file.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from clinic.db import Base, refers_to
from clinic.sealing import Subject, sealed_data


class Administration(Base):
    """Answers and score are sealed; the date is plain, because charts and schedules need it."""

    __tablename__ = "administration"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    participant_id: Mapped[uuid.UUID] = mapped_column(refers_to("participant.id"), index=True)
    assignment_id: Mapped[uuid.UUID | None] = mapped_column(refers_to("assignment.id"), index=True)
    measure_id: Mapped[str]
    measure_version: Mapped[int]
    completed_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]  # the person changed the answers before the review
    answers = sealed_data()  # {item id: number or null}
    score = sealed_data()  # the JSON of a forms Score

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, f"answers:{self.participant_id}")
