"""What is known while one invented life is played: its data, its days, and the rows that it has made so far.

Decides: who acts in it, and under which name they sign. Must never know: what happens in it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from clinic.access import Kind, Viewer
from clinic.demo.calendar import Calendar
from clinic.demo.lives import Life
from clinic.models import Answer, Assignment, Case, Participant

Entry = dict[str, Any]


@dataclass
class Company:
    """Everybody who may act, by the name before their @. Hashes are made beforehand: argon2 is slow by design."""

    blind_index: Callable[[str], bytes]
    hashes: dict[str, str] = field(default_factory=dict)
    users: dict[str, uuid.UUID] = field(default_factory=dict)
    signatures: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)


@dataclass
class Scene:
    life: Life
    calendar: Calendar
    company: Company
    case: Case | None = None
    seats: dict[str, Participant] = field(default_factory=dict)
    assignments: dict[str, Assignment] = field(default_factory=dict)
    answers: dict[str, dict[str, Answer]] = field(default_factory=dict)
    looked: dict[str, datetime] = field(default_factory=dict)  # when was last looked for what is due to this person

    def at(self, moment: str) -> datetime:
        return self.calendar.at(moment)

    def day(self, moment: str) -> date:
        return self.calendar.day(self.at(moment))

    def dated(self, said: Any, at: datetime) -> Any:
        """The same words with their days filled in: "@day" is the day of writing, "@12+3" a day of this life."""
        if isinstance(said, dict):
            return {key: self.dated(part, at) for key, part in said.items()}
        if isinstance(said, list):
            return [self.dated(part, at) for part in said]
        if not isinstance(said, str) or not said.startswith("@"):
            return said
        return (self.calendar.day(at) if said == "@day" else self.day(f"{said[1:]} 12:00")).isoformat()

    def user(self, key: str) -> uuid.UUID:
        """Who signs in under this name, to act."""
        return self.company.users[key]

    def entries(self, kind: str) -> list[Entry]:
        found: list[Entry] = self.life.get(kind, [])
        return found

    @property
    def begun(self) -> Case:
        if self.case is None:
            raise RuntimeError("this life has not begun: its case is added by its first act")
        return self.case

    @property
    def counselor(self) -> uuid.UUID:
        return self.company.users[self.life["case"]["counselor"]]

    @property
    def signature(self) -> str:
        return self.company.signatures[self.life["case"]["counselor"]]

    @property
    def viewer(self) -> Viewer:
        return Viewer(Kind.COUNSELOR, self.counselor)


@dataclass(frozen=True)
class Act:
    """Something that somebody does at a moment."""

    at: datetime
    does: Callable[[datetime], None]
