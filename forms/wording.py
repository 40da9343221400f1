"""How client text speaks: a wording for each kind of tie, with the person's own words filled in.

Decides what the tokens become and where a filled-in word begins with a capital. Never knows whose text it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Relationship(StrEnum):
    PARTNER = "partner"
    FRIEND = "friend"
    FAMILY = "family"


TOKENS = ("other", "event")


@dataclass(frozen=True, slots=True)
class Wording:
    """How one person's pages speak: what they call the other, what they call the event, and the kind of tie."""

    other: str
    event: str
    relationship: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "relationship", Relationship(self.relationship))
        object.__setattr__(self, "other", self.other.strip() or "the other person")
        object.__setattr__(self, "event", self.event.strip() or "what happened")


_TOKEN = re.compile(r"(?P<opening>^\s*|[.!?]\s+|\n\s*\n\s*)?\{(?P<name>other|event)\}")


@dataclass(frozen=True, slots=True)
class Worded:
    """A client-facing text with a variant for each kind of relationship; a missing one falls back to partner."""

    partner: str
    friend: str = ""
    family: str = ""

    def text(self, wording: Wording) -> str:
        chosen = str(getattr(self, wording.relationship)) or self.partner
        # In one pass, so that a label that itself looks like a token is never filled in again.
        return _TOKEN.sub(lambda found: _filled(found, wording), chosen)

    def paragraphs(self, wording: Wording) -> tuple[str, ...]:
        parts = re.split(r"\n\s*\n", self.text(wording))
        return tuple(" ".join(part.split()) for part in parts if part.strip())


def _filled(found: re.Match[str], wording: Wording) -> str:
    name = str(getattr(wording, found["name"]))
    if found["opening"] is None:
        return name
    return found["opening"] + name[:1].upper() + name[1:]
