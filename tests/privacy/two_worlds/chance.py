"""Chance that is the same wherever it is asked the same: ids and draws hang on a label, never on how much was made before.

An id hangs on the label, on its table and on whose row it is: that Ben has more rows in one world gives Ana's no other ids.
"""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import event

from clinic.db import Base

WHOSE = ("participant_id", "user_id", "schedule_id", "key", "individual_of")


@dataclass
class _Label:
    text: str
    made: Counter[str] = field(default_factory=Counter)


_labels: list[_Label] = []
_next_row: list[str] = []


@contextmanager
def chance(label: str) -> Iterator[random.Random]:
    """Within, rows get the ids of this label. The draws are its own as well."""
    _labels.append(_Label(label))
    try:
        yield random.Random(f"{label}, what is done")
    finally:
        _labels.pop()


def _row_begins(row: Any, _args: Any, values: dict[str, Any]) -> None:
    whose = next((str(values[name]) for name in WHOSE if values.get(name)), "")
    _next_row[:] = [f"{row.__tablename__} {whose}"]


@contextmanager
def settled_ids() -> Iterator[None]:
    """While it lasts, `chance` decides the ids of rows. Everything else that asks for one gets a random one."""
    random_one = uuid.uuid4

    def settled() -> uuid.UUID:
        if not (_labels and _next_row):
            return random_one()
        label, row = _labels[-1], _next_row.pop()
        label.made[row] += 1
        return uuid.UUID(bytes=sha256(f"{label.text}|{row}|{label.made[row]}".encode()).digest()[:16], version=4)

    event.listen(Base, "init", _row_begins, propagate=True)
    uuid.uuid4 = settled
    try:
        yield
    finally:
        uuid.uuid4 = random_one
        event.remove(Base, "init", _row_begins)
