"""Whether what was signed still says what was signed, also in a database that somebody wrote to past the program.

Decides: which row is damaged first, in the order of the audit. Must never know: what a note says.

Each signature left a number in the audit (`clinic.models.digests`), and the audit is a chain of its own: `first_damage` is asked
before this. A row that claims to be signed and has no entry is damage too. What was sealed with a data key that was destroyed
on purpose can no longer be compared: it is counted, not called whole.
"""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.models.audit import AuditEntry, Event
from clinic.models.digests import addendum_digest, note_digest, void_digest
from clinic.models.notes import Addendum, ProgressNote
from clinic.models.states import NoteState
from clinic.models.voiding import NoteVoid
from clinic.sealing import CannotOpen, KeyGone


@dataclass(frozen=True)
class Broken:
    """``what``: "progress note", "addendum" or "void". ``seq``: the audit entry of the signature, None where there is none."""

    what: str
    id: uuid.UUID
    kind: str
    seq: int | None = None


@dataclass
class Witnessed:
    """``early``: signed before signatures left a number. ``gone``: their key was destroyed."""

    compared: int = 0
    early: int = 0
    gone: int = 0
    broken: Broken | None = None


@dataclass(frozen=True)
class Signed:
    what: str
    model: type[Any]
    names: str  # the field of the entry that names the row; the row it is about where empty
    digest: Callable[[Any], str]


KINDS = {
    Event.NOTE_SIGNED: Signed("progress note", ProgressNote, "", note_digest),
    Event.ADDENDUM_SIGNED: Signed("addendum", Addendum, "addendum", addendum_digest),
    Event.NOTE_VOIDED: Signed("void", NoteVoid, "voiding", void_digest),
}


def compare_signed(session: Session) -> Witnessed:
    """Read everything that was signed. Stops at the first damage."""
    found, known = Witnessed(), {kind: set[uuid.UUID]() for kind in KINDS}
    for entry in _signatures(session):
        event = Event(entry.event)
        id, digest = _said_in(entry, KINDS[event], found)
        known[event].add(id)
        if digest:
            found.broken = _compared(session, KINDS[event], id, digest, entry.seq, found)
        if found.broken is not None:
            return found
    found.broken = _without_entry(session, known, some_name_notes_only=found.early + found.gone > 0)
    return found


def _said_in(entry: AuditEntry, kind: Signed, found: Witnessed) -> tuple[uuid.UUID, str]:
    """Which row was signed, and its number: empty where there is none to read."""
    try:
        details = entry.details
    except KeyGone:
        found.gone += 1
        details = {}
    else:
        found.early += "digest" not in details
    about = entry.about_id or entry.id
    return uuid.UUID(details[kind.names]) if details.get(kind.names) else about, details.get("digest", "")


def _signatures(session: Session) -> Iterator[AuditEntry]:
    kinds = [event.value for event in KINDS]
    yield from session.scalars(select(AuditEntry).where(AuditEntry.event.in_(kinds)).order_by(AuditEntry.seq)).all()


def _compared(session: Session, kind: Signed, id: uuid.UUID, digest: str, seq: int, found: Witnessed) -> Broken | None:
    row = session.get(kind.model, id)
    if row is None:
        return Broken(kind.what, id, "missing", seq)
    try:
        is_same = hmac.compare_digest(kind.digest(row), digest)
    except KeyGone:
        found.gone += 1
        return None
    except (CannotOpen, TypeError, ValueError):
        is_same = False
    found.compared += is_same
    return None if is_same else Broken(kind.what, id, "changed", seq)


def _without_entry(session: Session, known: dict[Event, set[uuid.UUID]], *, some_name_notes_only: bool) -> Broken | None:
    """Rows that say they were signed, and that no entry speaks of. Entries of before there were numbers name the note alone: its
    addenda of that time are taken as they are."""
    signed = select(ProgressNote.id).where(ProgressNote.state == NoteState.SIGNED)
    for id in session.scalars(signed.order_by(ProgressNote.signed_at)):
        if id not in known[Event.NOTE_SIGNED]:
            return Broken("progress note", id, "unsigned")
    of_notes = known[Event.ADDENDUM_SIGNED] if some_name_notes_only else set()
    for addendum_id, note_id in session.execute(select(Addendum.id, Addendum.note_id).order_by(Addendum.signed_at)):
        if addendum_id not in known[Event.ADDENDUM_SIGNED] and note_id not in of_notes:
            return Broken("addendum", addendum_id, "unsigned")
    for id in session.scalars(select(NoteVoid.id).order_by(NoteVoid.voided_at)):
        if id not in known[Event.NOTE_VOIDED]:
            return Broken("void", id, "unsigned")
    return None
