"""One person's unsent words on two of their devices: when a save overwrites, and when both texts are kept.

Decides: what a page knew (its marks), what would be lost, and what is set aside. Must never know: whose words they are, or of what.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from forms import Given

BOTH_KEPT = "This was also written on another device or in another window. Both versions are kept: choose below."
BOTH_KEPT_ELSEWHERE = "Saved. This was also written on another device or in another window, and both are kept."


def mark(given: Given) -> str:
    """Short, the same for the same answer. A blank answer is "0", so that one can be recognised without any record."""
    if given.is_blank:
        return "0"
    return hashlib.sha256(json.dumps(given.as_json(), sort_keys=True).encode()).hexdigest()[:12]


def known_marks(item_ids: Iterable[str], marks: str) -> dict[str, str]:
    """The marks that a page carried, read back. A page that carries none, or too few, is taken to have known nothing."""
    return dict(zip(item_ids, marks.split("."), strict=False))


def set_aside(aside: Iterable[Given], standing: Given, new: Given, *, known: str | None, same_device: bool) -> list[Given] | None:
    """What is to be kept beside ``new``, which is about to overwrite ``standing``; None when nothing more than before. ``known``:
    the mark of what the page of ``new`` was opened with."""
    if known == mark(standing) or not _would_be_lost(standing, new, same_device=same_device):
        return None
    return _without_repeats([*aside, standing], new)


def _would_be_lost(old: Given, new: Given, *, same_device: bool) -> bool:
    """A text that the new one contains is not lost. Ticks and rows: on one device the last one counts, between two both do."""
    if old.is_blank:
        return False
    if isinstance(old.value, str) and isinstance(new.value, str):
        return not _contains(new.value, old.value)
    after = _terms(new.value)
    if any(not any(_contains(now, before) for now in after) for before in _terms(old.value)):
        return True
    return not same_device


def _terms(value: Any) -> list[str]:
    """What an agreement says, in one part or in rows: words, and kept like words."""
    if not isinstance(value, dict):
        return []
    rows = [row for row in value.get("rows", ()) if isinstance(row, dict)] if "rows" in value else [value]
    return [row["terms"] for row in rows if (row.get("terms") or "").strip()]


def _without_repeats(aside: list[Given], given: Given) -> list[Given]:
    """What is set aside, but for what stands in the answer or in another one that is set aside."""
    kept: list[Given] = []
    for one in aside:
        if any(one == other or _contains(other.value, one.value) for other in (given, *kept)):
            continue
        kept = [*(other for other in kept if not _contains(one.value, other.value)), one]
    return kept


def _contains(longer: Any, shorter: Any) -> bool:
    return isinstance(longer, str) and isinstance(shorter, str) and shorter.strip() in longer
