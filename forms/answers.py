"""What a person gave to one item: a value, or one of the two standard answers; and whether it is a concern.

Decides when an answer is blank (0 is not), and its form as JSON. Never knows who answered, or who may see it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forms.definition import BLANK_CONCERN, Item, Kind, Standard

STANDARD_LABELS: Mapping[Standard, str] = {
    Standard.IN_SESSION: "I would rather talk about this in session",
    Standard.RATHER_NOT: "I would rather not answer",
}


@dataclass(frozen=True, slots=True)
class Given:
    value: Any = None
    standard: Standard | str | None = None

    def __post_init__(self) -> None:
        if self.standard is not None:
            object.__setattr__(self, "standard", Standard(self.standard))
            # Someone who would rather not answer has not answered: nothing typed before stays behind it.
            object.__setattr__(self, "value", None)
        elif is_empty(self.value):
            object.__setattr__(self, "value", None)

    @property
    def is_blank(self) -> bool:
        return self.value is None and self.standard is None

    def as_json(self) -> dict[str, Any]:
        return {"value": self.value, "standard": str(self.standard) if self.standard else None}

    @classmethod
    def from_json(cls, obj: Mapping[str, Any]) -> Given:
        return cls(obj["value"], obj["standard"])


def is_empty(value: Any) -> bool:
    """Nothing was said: no text, no row, no tick. 0 says something."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Mapping):
        return all(is_empty(part) for part in value.values())
    if isinstance(value, list | tuple):
        return all(is_empty(part) for part in value)
    return False


def is_concern(item: Item, given: Given | None) -> bool:
    """Does this answer raise the item's private task? The files name the values; a missing answer counts as blank.
    An item with a task and no values asks for any answer at all."""
    if item.task and not item.concern:
        return given is not None and not given.is_blank
    if given is None or given.is_blank:
        return BLANK_CONCERN in item.concern
    if given.standard is not None:
        return str(given.standard) in item.concern
    return any(said in item.concern for said in _said(item, given.value))


def _said(item: Item, value: Any) -> list[str | int]:
    if item.kind in (Kind.CHOICE, Kind.YES_NO):
        return [value["choice"]]
    if item.kind is Kind.CHECKLIST:
        return list(value["chosen"])
    if item.kind is Kind.MATRIX:
        return list(value.values())
    if item.kind is Kind.FOLLOW_UP:
        return [row["choice"] for row in value["rows"]]
    return [value] if isinstance(value, str | int) else []
