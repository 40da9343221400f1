"""The lives as data: one folder of TOML for each case, read and put together here.

Decides: where they lie, in which order they are told, and what stands in for a text that repeats by design (a calm safety check).
Must never know: the database. Every person and every word in them is invented.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forms import Given, library
from forms.definition import Worksheet
from forms.measures import Measure

LIVES = Path(__file__).parent / "lives"
ORDER = (
    "couple", "new_couple", "just_invited", "friends", "solo_friend", "family", "separated", "finished",
    "fay", "sisters", "old_friends", "later_years",
)  # fmt: skip
Life = dict[str, Any]


def every_life() -> tuple[Life, ...]:
    return tuple(read_life(LIVES / name) for name in ORDER)


def read_life(folder: Path) -> Life:
    """All files of one folder as one mapping: lists of the same name follow each other."""
    life: Life = {"name": folder.name}
    for file in sorted(folder.glob("*.toml")):
        for key, value in tomllib.loads(file.read_text(encoding="utf-8")).items():
            life[key] = life[key] + value if isinstance(value, list) and key in life else value
    return life


def givens(worksheet: Worksheet, answers: Mapping[str, Any]) -> dict[str, Given]:
    """What one person gave to a worksheet. ``{standard = "in_session"}`` is one of the two standard answers."""
    unknown = set(answers) - {item.id for item in worksheet.items}
    if unknown:
        raise ValueError(f"{worksheet.id} does not ask for {sorted(unknown)}")
    return {item_id: _given(value) for item_id, value in answers.items()}


def _given(value: Any) -> Given:
    if isinstance(value, dict) and "standard" in value:
        return Given(None, value["standard"])
    return Given(value.strip() if isinstance(value, str) else value)


def safety_answers(changed: Mapping[str, str]) -> dict[str, Any]:
    """A safety check in which only what is named in ``changed`` is a concern."""
    answers = {}
    for item in library.worksheet("safety-check").items:
        calm = next(choice.id for choice in item.choices if choice.id not in item.concern)
        answers[item.id] = {"choice": changed.get(item.id, calm), "text": ""}
    return answers


def totalled(measure: Measure, total: int, *, turn: int) -> dict[str, int]:
    """Answers to a measure that come to this total."""
    numbers = spread(total, len(measure.items), int(measure.high) // len(measure.items), turn)
    return {item.id: number for item, number in zip(measure.items, numbers, strict=True)}


def spread(total: int, items: int, most: int, turn: int) -> list[int]:
    """A total as single answers: some statements always lead, which ones depends on the person (``turn``)."""
    lead = [((index * 5 + turn * 3) % items) for index in range(items)]
    return [min(most, (total + rank) // items) for rank in lead]
