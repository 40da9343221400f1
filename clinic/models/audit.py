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
from typing import Any

from sqlalchemy import LargeBinary, event, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from clinic.db import Base
from clinic.models.events import FIELDS as FIELDS
from clinic.models.events import Event as Event
from clinic.sealing import Keyring, Subject, sealed_data

OPENED_ONCE_PER = timedelta(minutes=15)
PRACTICE = uuid.UUID(int=0)  # the owner of what belongs to no case


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
