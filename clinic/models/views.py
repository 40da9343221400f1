"""Views of the caseload that a counselor keeps under a name.

Decides: what is kept of a view, and whose it is. Must never know: a case, or a name that was looked for.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Mapped, Session, mapped_column

from clinic.db import Base, refers_to
from clinic.models.states import NotAllowedNow
from clinic.sealing import Subject, sealed_data, sealed_text

MOST = 20


class SavedView(Base):
    """``asked``: {option: value}, as in an address. The title is typed by hand and may hold a name: it is sealed."""

    __tablename__ = "saved_view"

    user_id: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"), index=True)
    submission_key: Mapped[uuid.UUID] = mapped_column(unique=True)
    kept_at: Mapped[datetime]
    title = sealed_text()
    asked = sealed_data()

    def sealed_for(self) -> Subject:
        return Subject(self.user_id, "user")


def keep_view(
    session: Session,
    mine: Sequence[SavedView],
    *,
    title: str,
    asked: Mapping[str, str],
    submission_key: uuid.UUID,
    by: uuid.UUID,
    at: datetime,
) -> SavedView:
    """``mine``: all that this counselor has. The same form sent twice is one view; the same title is that view, changed."""
    same = next((one for one in mine if one.submission_key == submission_key), None)
    if same is not None:
        return same
    named = next((one for one in mine if (one.title or "").casefold() == title.casefold()), None)
    if named is not None:
        named.asked, named.kept_at = dict(asked), at
        return named
    if len(mine) >= MOST:
        raise NotAllowedNow(f"You have {MOST} views, and that is the most. Remove one that you no longer use.")
    row = SavedView(user_id=by, submission_key=submission_key, kept_at=at, title=title, asked=dict(asked))
    session.add(row)
    return row
