"""Phrases that a counselor writes again and again: one library each, sealed with a key of its own.

Decides: what is kept of a phrase, and whose it is. Must never know: a case, or a note that a phrase was put into.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Mapped, Session, mapped_column

from clinic.db import Base, refers_to
from clinic.models.states import NotAllowedNow
from clinic.sealing import Subject, sealed_text

MOST = 200


class Phrase(Base):
    """``submission_key``: the form that it came from, so that a second press of the button makes no second one."""

    __tablename__ = "phrase"

    author_id: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"), index=True)
    submission_key: Mapped[uuid.UUID] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column()
    changed_at: Mapped[datetime]
    title = sealed_text()
    text = sealed_text()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    def sealed_for(self) -> Subject:
        return Subject(self.author_id, "phrases")

    def change(self, *, title: str, text: str, at: datetime) -> None:
        if (title, text) != (self.title, self.text):
            self.title, self.text, self.changed_at = title, text, at


def add_phrase(
    session: Session, mine: list[Phrase], *, title: str, text: str, submission_key: uuid.UUID, by: uuid.UUID, at: datetime
) -> Phrase:
    """``mine``: all that this counselor has. The same form sent twice is one phrase."""
    same = next((one for one in mine if one.submission_key == submission_key), None)
    if same is not None:
        return same
    if len(mine) >= MOST:
        raise NotAllowedNow(f"You have {MOST} phrases, and that is the most. Remove one that you no longer use.")
    row = Phrase(author_id=by, submission_key=submission_key, changed_at=at, title=title, text=text)
    session.add(row)
    return row
