"""What every printed document carries: who it is for, whom it is about, who made it, and its paper.

Must never know which document it stands on, nor where its strings came from.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Audience(StrEnum):
    COUNSELOR = "counselor"
    JOINT = "joint"
    PERSON = "person"


class PageSize(StrEnum):
    A4 = "A4"
    LETTER = "Letter"


def clipped(text: str, most: int) -> str:
    """One line of at most `most` characters, for places that cannot grow."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


@dataclass(frozen=True)
class Period:
    start: date
    end: date

    def holds(self, day: date) -> bool:
        return self.start <= day <= self.end


@dataclass(frozen=True)
class Person:
    name: str
    relationship: str = ""


@dataclass(frozen=True)
class Practice:
    name: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Author:
    name: str
    credentials: str = ""


@dataclass(frozen=True)
class Signature:
    """Who signs. `signed_on` is None on a report that is printed to be signed by hand."""

    name: str
    role: str
    signed_on: date | None = None
