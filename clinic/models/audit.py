"""Who did or read what: declared events, each with its exact fields, in a chain that shows every change to it.

Decides: which events exist, which fields each carries, how an entry is bound to the one before it. Must never know: why an act
was allowed. An entry is written in the transaction of its act: either both are on disk or neither is.

Each entry's ``mac`` is HMAC-SHA-256, keyed by a key derived from the master key, over the entry's plain columns, its sealed
details and the mac before it. What the chain cannot show: a cut tail, and who holds the key (security.md 6).
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import LargeBinary, event, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from clinic.db import Base
from clinic.sealing import Keyring, Subject, sealed_data

OPENED_ONCE_PER = timedelta(minutes=15)
PRACTICE = uuid.UUID(int=0)  # the owner of what belongs to no case


class Event(StrEnum):
    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    LEFT_AT_ONCE = "left_at_once"
    SIGNED_OUT_EVERYWHERE = "signed_out_everywhere"
    PASSWORD_SET = "password_set"
    INVITED = "invited"
    INVITATION_REVOKED = "invitation_revoked"
    STAFF_ADDED = "staff_added"
    STAFF_DISABLED = "staff_disabled"
    STAFF_ENABLED = "staff_enabled"
    REFUSED = "refused"
    OPENED = "opened"
    CASE_ADDED = "case_added"
    CASE_FINISHED = "case_finished"
    CASE_REOPENED = "case_reopened"
    CASE_SEPARATED = "case_separated"
    SIDE_CORRECTED = "side_corrected"
    WORDS_CHANGED = "words_changed"
    CONTACT_RECORDED = "contact_recorded"
    DOCUMENT_SIGNED = "document_signed"
    ASSIGNED = "assigned"
    ASSIGNMENT_WITHDRAWN = "assignment_withdrawn"
    DUE_CHANGED = "due_changed"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    COMMENTED = "commented"
    REVIEWED = "reviewed"
    SHARED = "shared"
    SHARING_WITHDRAWN = "sharing_withdrawn"
    ENCOUNTER_RECORDED = "encounter_recorded"
    NOTE_BEGUN = "note_begun"
    NOTE_SIGNED = "note_signed"
    ADDENDUM_SIGNED = "addendum_signed"
    NOTE_SENT = "note_sent"
    NOTE_TAKEN_BACK = "note_taken_back"
    NOTE_RETURNED = "note_returned"
    NOTE_VOIDED = "note_voided"
    PSYCHOTHERAPY_NOTE_BEGUN = "psychotherapy_note_begun"
    CASE_JOINED = "case_joined"
    CASE_LEFT = "case_left"
    STAGE_CHANGED = "stage_changed"
    STAGE_SIGNED_OFF = "stage_signed_off"
    STAGE_MARKED = "stage_marked"
    STAGE_MARK_TAKEN_BACK = "stage_mark_taken_back"
    TASK_RAISED = "task_raised"
    TASK_DONE = "task_done"
    REPORT_MADE = "report_made"
    HELD = "held"
    HOLD_ENDED = "hold_ended"
    SKIPPED = "skipped"
    MISSED = "missed"
    REVEAL_OPENED = "reveal_opened"
    NOTICED = "noticed"
    EXCHANGE_BEGUN = "exchange_begun"
    EXCHANGE_ENDED = "exchange_ended"
    JOINT_FORM_OPENED = "joint_form_opened"
    VERSION_PUT = "version_put"
    VERSION_DECIDED = "version_decided"
    VERSION_TAKEN_BACK = "version_taken_back"
    AGREEMENT_ENDED = "agreement_ended"
    SAFETY_CLEARED = "safety_cleared"
    SCHEDULE_BEGUN = "schedule_begun"
    SCHEDULE_CHANGED = "schedule_changed"
    SETBACK_RECORDED = "setback_recorded"
    GOAL_SET = "goal_set"
    GOAL_CHANGED = "goal_changed"
    GOAL_RATED = "goal_rated"
    GOAL_ENDED = "goal_ended"
    GOAL_RESUMED = "goal_resumed"
    SCORES_ENTERED = "scores_entered"
    SCORES_TAKEN_BACK = "scores_taken_back"
    REVIEWER_NAMED = "reviewer_named"
    REMINDERS_STOPPED = "reminders_stopped"
    REMINDERS_STARTED = "reminders_started"


NOTHING: frozenset[str] = frozenset()
FIELDS: dict[Event, frozenset[str]] = dict.fromkeys(Event, NOTHING) | {
    Event.SIGN_IN_REFUSED: frozenset({"why"}),
    Event.REFUSED: frozenset({"permission"}),
    Event.OPENED: frozenset({"kind"}),
    Event.SIDE_CORRECTED: frozenset({"before", "after", "reason"}),
    Event.DOCUMENT_SIGNED: frozenset({"document", "version"}),
    Event.ASSIGNED: frozenset({"content"}),
    Event.DUE_CHANGED: frozenset({"before", "after"}),
    Event.SHARED: frozenset({"item"}),
    Event.SHARING_WITHDRAWN: frozenset({"item"}),
    Event.NOTE_SIGNED: frozenset({"digest"}),
    Event.ADDENDUM_SIGNED: frozenset({"addendum", "digest"}),
    Event.NOTE_VOIDED: frozenset({"voiding", "digest"}),
    Event.CASE_JOINED: frozenset({"who", "part"}),
    Event.CASE_LEFT: frozenset({"who", "part"}),
    Event.STAGE_CHANGED: frozenset({"module", "before", "after"}),
    Event.STAGE_SIGNED_OFF: frozenset({"module", "outcome"}),
    Event.STAGE_MARKED: frozenset({"module"}),
    Event.STAGE_MARK_TAKEN_BACK: frozenset({"module"}),
    Event.GOAL_ENDED: frozenset({"how"}),
    Event.TASK_RAISED: frozenset({"kind"}),
    Event.REPORT_MADE: frozenset({"audience", "sha256"}),
    Event.REVEAL_OPENED: frozenset({"group"}),
    Event.VERSION_DECIDED: frozenset({"decision"}),
    Event.SCORES_ENTERED: frozenset({"measure"}),
    Event.SCHEDULE_BEGUN: frozenset({"content"}),
    Event.SCHEDULE_CHANGED: frozenset({"state"}),
}


class AuditEntry(Base):
    __tablename__ = "audit_entry"

    seq: Mapped[int] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    event: Mapped[str]
    about: Mapped[str]
    about_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    case_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    sign_in_id: Mapped[uuid.UUID | None]
    details = sealed_data()
    prev: Mapped[bytes] = mapped_column(LargeBinary)
    mac: Mapped[bytes] = mapped_column(LargeBinary)

    def sealed_for(self) -> Subject:
        return Subject(self.case_id or PRACTICE, "audit")

    def expected_mac(self, key: bytes, prev: bytes) -> bytes:
        """The mac this entry must have after ``prev``. The sealed details count as they lie on disk, so that destroying their key
        later does not break the chain."""
        columns = (
            self.id, self.seq, self.at.isoformat(), self.actor_id, self.event, self.about, self.about_id, self.case_id,
            self.sign_in_id,
        )  # fmt: skip
        details: bytes = self.details_sealed or b""  # type: ignore[attr-defined]
        written = "|".join(str(column) for column in columns).encode() + hashlib.sha256(details).digest()
        return hmac.new(key, prev + written, hashlib.sha256).digest()


@dataclass(frozen=True)
class About:
    """A record, named without loading it again."""

    __tablename__: str
    id: uuid.UUID


@dataclass(frozen=True)
class Damage:
    """The first place where the chain does not hold."""

    seq: int
    kind: str


def record(
    session: Session,
    event: Event,
    *,
    by: uuid.UUID | None,
    at: datetime,
    about: Any = None,
    case_id: uuid.UUID | None = None,
    **details: Any,
) -> None:
    """Add one entry to the transaction in hand. ``details`` must be exactly the fields that the event declares."""
    if set(details) != FIELDS[event]:
        raise TypeError(f"{event} declares {sorted(FIELDS[event])}, not {sorted(details)}")
    entry = AuditEntry(
        at=at.astimezone(UTC),
        actor_id=by,
        event=event.value,
        about=about.__tablename__ if about is not None else "",
        about_id=about.id if about is not None else None,
        case_id=case_id or getattr(about, "case_id", None),
        sign_in_id=session.info.get("sign_in_id"),
        details=details,
    )
    if not session.in_transaction():
        session.begin()  # so that a rollback takes the entry with it
    session.info.setdefault("audit_waiting", []).append(entry)


def noted(row: Any, event: Event, *, by: uuid.UUID | None, at: datetime, **details: Any) -> None:
    """`record` for a verb on a model: about this row, in this row's session. The case of a Case is itself."""
    session = object_session(row)
    if session is None:
        raise RuntimeError("a verb that is audited needs its row in a session")
    case_id = row.id if row.__tablename__ == "case" else None
    record(session, event, by=by, at=at, about=row, case_id=case_id, **details)


@event.listens_for(Session, "before_commit")
def _chain(session: Session) -> None:
    waiting: list[AuditEntry] = session.info.pop("audit_waiting", [])
    if not waiting:
        return
    _take_turns(session)
    session.flush()
    head = session.execute(select(AuditEntry.seq, AuditEntry.mac).order_by(AuditEntry.seq.desc()).limit(1)).first()
    seq, prev = (head.seq, head.mac) if head else (0, b"")
    key = _chain_key(session.info["keyring"])
    for entry in waiting:
        seq += 1
        entry.seq, entry.prev, entry.mac = seq, prev, b""
        session.add(entry)
    with session.no_autoflush:
        _seal_and_link(session, waiting, key, prev)
    session.flush()


def _seal_and_link(session: Session, waiting: list[AuditEntry], key: bytes, prev: bytes) -> None:
    keyring: Keyring = session.info["keyring"]
    for entry in waiting:
        plain = entry.details_sealed.plain  # type: ignore[attr-defined]
        entry.details_sealed = keyring.seal(plain, entry.sealed_for(), f"audit_entry|{entry.id}|details")  # type: ignore[attr-defined]
        entry.prev, entry.mac = prev, entry.expected_mac(key, prev)
        prev = entry.mac


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _previous: object) -> None:
    session.info.pop("audit_waiting", None)


def _take_turns(session: Session) -> None:
    """SQLite's BEGIN IMMEDIATE already lets one writer in at a time; PostgreSQL needs to be told."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(7370101)"))


def _chain_key(keyring: Keyring) -> bytes:
    return keyring.derived("audit chain")


def first_damage(session: Session) -> Damage | None:
    """Read the whole chain; the first entry that was edited, taken out, put in or moved, or None when it holds."""
    key, prev, expected = _chain_key(session.info["keyring"]), b"", 1
    for entry in _entries(session):
        if entry.seq != expected:
            return Damage(expected, "missing")
        if not hmac.compare_digest(entry.prev, prev):
            return Damage(entry.seq, "out of place")
        if not hmac.compare_digest(entry.mac, entry.expected_mac(key, prev)):
            return Damage(entry.seq, "changed")
        prev, expected = entry.mac, expected + 1
    return None


def _entries(session: Session) -> Iterator[AuditEntry]:
    yield from session.scalars(select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=500))


def opened_lately(
    session: Session, *, by: uuid.UUID | None, sign_in_id: uuid.UUID | None, about_ids: Iterable[uuid.UUID], at: datetime
) -> set[tuple[uuid.UUID | None, str]]:
    """Which of these records were already noted as opened, and in which kind, by this person in this sign-in, within the last
    quarter of an hour. (At the command line and under a host there is no sign-in: the person alone tells two readers apart.)"""
    lately = select(AuditEntry).where(
        AuditEntry.event == Event.OPENED.value,
        AuditEntry.about_id.in_(list(about_ids)),
        AuditEntry.actor_id == by,
        AuditEntry.sign_in_id == sign_in_id,
        AuditEntry.at > at - OPENED_ONCE_PER,
    )
    return {(entry.about_id, entry.details["kind"]) for entry in session.scalars(lately)}
