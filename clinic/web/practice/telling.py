"""What the timeline of a case is made of: the kinds, one entry, and the way to the rows of one case.

Decides: how an entry leads to its page, and that its line is opened only when it is printed. Must never know: what is told.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask import url_for

from clinic import access
from clinic.access import Viewer
from clinic.db import db
from clinic.models import Assignment, Case, Setback
from forms import library


class Told(StrEnum):
    """In the order of the filter."""

    SESSION = "session"
    NOTE = "note"
    HOMEWORK = "homework"
    MEASURE = "measure"
    SHOWN = "shown"
    OPENED = "opened"
    AGREEMENT = "agreement"
    SETBACK = "setback"
    STAGE = "stage"
    CONTACT = "contact"
    DOCUMENT = "document"
    REPORT = "report"
    CASE = "case"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. ``who``: whose it is, by seat; ``row``: what holds the counselor's own line."""

    at: datetime
    kind: Told
    who: frozenset[int]
    title: str
    endpoint: str = ""
    id: uuid.UUID | None = None
    tone: str = "calm"
    row: Any = None
    module_id: str | None = None
    line: str = "reason"

    @property
    def href(self) -> str:
        asked: dict[str, Any] = {"module_id": self.module_id} if self.module_id else {}
        return url_for(f"practice.{self.endpoint}", id=self.id, **asked) if self.endpoint else ""

    @property
    def text(self) -> str:
        if isinstance(self.row, Setback):
            reopened = ", ".join(library.module(id).title for id in self.row.reopened or ())
            return f"{self.row.text}\nTaken up again: {reopened}." if reopened else str(self.row.text)
        return (getattr(self.row, self.line) or "") if self.row is not None else ""


@dataclass(frozen=True, slots=True)
class Looking:
    """Who looks at which case, and how far back."""

    viewer: Viewer
    case: Case
    most: int | None = None

    @property
    def all(self) -> frozenset[int]:
        return frozenset(person.seat for person in self.case.participants)

    def seats(self, person_id: uuid.UUID | None) -> frozenset[int]:
        """One person's; without a person it is of all."""
        return frozenset(one.seat for one in self.case.participants if one.id == person_id) or self.all

    def name(self, person_id: uuid.UUID | None) -> str:
        return next((one.preferred_name or "" for one in self.case.participants if one.id == person_id), "Somebody")

    def columns(self, chosen: Any, *columns: Any, newest: Any) -> Iterator[Any]:
        return iter(db.session.execute(chosen.with_only_columns(*columns).order_by(newest.desc()).limit(self.most)))

    def rows(self, model: Any, newest: Any) -> Iterator[Any]:
        found = access.scope(self.viewer, model).where(model.case_id == self.case.id)
        return iter(db.session.scalars(found.order_by(newest.desc()).limit(self.most)))


def sheet(*more: Any) -> tuple[Any, ...]:
    return (
        Assignment.id, Assignment.participant_id, Assignment.kind, Assignment.content_id, Assignment.content_version, *more
    )  # fmt: skip
