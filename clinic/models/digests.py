"""What a signature covers, as one number: any later change of it gives another.

Decides: which values a signed note, an addendum and a void are made of. Must never know: where the number is kept
(`clinic.models.audit`) or who compares it (`clinic.models.witness`).

The number is HMAC-SHA-256 with a key of its own, over the values as they read when opened, not as they lie sealed: data keys may be
renewed, and every value sealed anew, without a signature breaking. It tells nothing of the words to one who has no key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import object_session

from clinic.sealing import Keyring

if TYPE_CHECKING:
    from clinic.models.notes import Addendum, ProgressNote
    from clinic.models.voiding import NoteVoid

NOTE = (
    "id", "case_id", "encounter_id", "individual_of", "author_id", "format", "format_version", "is_late", "state", "begun_at",
    "saved_at", "submitted_at", "submitted_name", "signed_at", "signed_by", "signed_name", "sections", "tags",
)  # fmt: skip
SESSION = ("id", "case_id", "individual_of", "began_at", "minutes", "medium")
ENTRY = ("id", "case_id", "individual_of", "module_id", "position", "text", "rating")
STATEMENT = ("id", "case_id", "participant_id", "text")
ADDENDUM = ("id", "case_id", "individual_of", "note_id", "author_id", "signed_at", "signed_name", "text")
VOID = ("id", "case_id", "individual_of", "note_id", "author_id", "voided_at", "signed_name", "reason")


def note_digest(note: ProgressNote) -> str:
    """The note, everything under it, and the facts of its session."""
    there = sorted(str(seat.participant_id) for seat in note.encounter.attendances if seat.attended)
    return _mac(
        note,
        {
            "note": _values(note, NOTE),
            "session": [_values(note.encounter, SESSION), there],
            "entries": sorted((_values(row, ENTRY) for row in note.stage_entries), key=str),
            "statements": sorted((_values(row, STATEMENT) for row in note.statements), key=str),
        },
    )


def addendum_digest(addendum: Addendum) -> str:
    return _mac(addendum, _values(addendum, ADDENDUM))


def void_digest(void: NoteVoid) -> str:
    return _mac(void, _values(void, VOID))


def _values(row: Any, names: tuple[str, ...]) -> list[Any]:
    return [_same_everywhere(getattr(row, name)) for name in names]


def _same_everywhere(value: Any) -> Any:
    """As it reads before it is stored and after: a time in one zone, an id as its letters."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value if value is None or isinstance(value, bool | int | float | str | list | dict) else str(value)


def _mac(row: Any, values: Any) -> str:
    session = object_session(row)
    if session is None:
        raise RuntimeError("what is signed needs to be in a session that holds the practice's keys")
    keyring: Keyring = session.info["keyring"]
    written = json.dumps(values, sort_keys=True, ensure_ascii=False).encode()
    return hmac.new(keyring.derived("signed notes"), written, hashlib.sha256).hexdigest()
