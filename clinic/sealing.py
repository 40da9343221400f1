"""Sealed columns: what is on disk cannot be read without a key that is kept elsewhere.

Decides: the cipher, what a value is bound to, how long it looks, which key opens it. Must never know: what the value says, or
who may read it (that is `clinic.access`).

A sealed value is ``version | key id | nonce | AES-256-GCM(padded value)`` and is bound to its table, row, column and subject, so
that a value moved to another row, column or person does not open (NIST SP 800-38D; random 96-bit nonces, one key per subject).
The length of a value is hidden in size classes: "yes" and a paragraph look alike. Replaying an older value of the same row and
column opens: an accepted risk.
"""

from __future__ import annotations

import json
import os
import struct
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar, overload

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Engine, LargeBinary, UniqueConstraint, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, object_session

from clinic.db import UtcDateTime

FORMAT = b"\x01"
NONCE = 12
SIZES = (252, 1020, 4092, 16380, 65532, 262140, 1048572, 4194300, 16777212, 67108860)
T = TypeVar("T")


class CannotOpen(Exception):
    """A sealed value did not open: it was changed or moved, its key was destroyed, or this is the wrong master key."""


@dataclass(frozen=True)
class Subject:
    """Whose key seals a value: an owner (a case, a user, the practice) and a part of their record."""

    owner: uuid.UUID
    part: str

    def __str__(self) -> str:
        return f"{self.owner}/{self.part}"


# --- the key store: its own database, with its own backup, so that destroying a key is real -------------------------------


class KeyBase(DeclarativeBase):
    pass


class DataKey(KeyBase):
    __tablename__ = "data_key"
    __table_args__ = (UniqueConstraint("owner", "part", "version"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    owner: Mapped[uuid.UUID]
    part: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    destroyed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Keyring:
    """The data keys of one practice, unwrapped on demand with the master key. Safe to share between threads."""

    def __init__(self, master: bytes, store: Engine, clock: Callable[[], datetime]) -> None:
        if len(master) != 32:
            raise ValueError("the master key must be 32 bytes")
        self._master, self._store, self._clock = master, store, clock
        self._wrap = AESGCM(self.derived("wrap"))
        self._by_id: dict[uuid.UUID, tuple[str, AESGCM]] = {}
        self._current: dict[Subject, uuid.UUID] = {}
        self._lock = threading.Lock()

    def derived(self, purpose: str) -> bytes:
        """32 bytes for one purpose (audit chain, blind index, tokens), from the master key (HKDF, RFC 5869)."""
        return HKDF(hashes.SHA256(), 32, salt=None, info=f"kintsugi {purpose}".encode()).derive(self._master)

    def blind_index(self, value: str) -> bytes:
        """Equality without reading: used for the sign-in e-mail only."""
        mac = hmac.HMAC(self.derived("blind index"), hashes.SHA256())
        mac.update(value.strip().casefold().encode())
        return mac.finalize()

    def seal(self, plain: bytes, subject: Subject, place: str) -> bytes:
        key_id, cipher = self._key_for(subject)
        nonce = os.urandom(NONCE)
        return FORMAT + key_id.bytes + nonce + cipher.encrypt(nonce, _padded(plain), _bound(place, subject))

    def open(self, sealed: bytes, subject: Subject, place: str) -> bytes:
        if sealed[:1] != FORMAT:
            raise CannotOpen(f"{place}: not a sealed value")
        key_id, nonce, body = uuid.UUID(bytes=sealed[1:17]), sealed[17 : 17 + NONCE], sealed[17 + NONCE :]
        try:
            return _unpadded(self._key(key_id).decrypt(nonce, body, _bound(place, subject)))
        except InvalidTag:
            raise CannotOpen(f"{place}: the value was changed or moved, or the master key is another one") from None

    def _key_for(self, subject: Subject) -> tuple[uuid.UUID, AESGCM]:
        with self._lock:
            key_id = self._current.get(subject)
            if key_id is None:
                key_id = self._current[subject] = self._found_or_made(subject)
        return key_id, self._key(key_id)

    def _found_or_made(self, subject: Subject) -> uuid.UUID:
        """The subject's newest key. Made, and on disk, before the first row that it seals."""
        newest = (
            select(DataKey)
            .where(DataKey.owner == subject.owner, DataKey.part == subject.part, DataKey.destroyed_at.is_(None))
            .order_by(DataKey.version.desc())
        )
        with Session(self._store) as session:
            found = session.scalars(newest).first()
            if found is None:
                key_id, key = uuid.uuid4(), AESGCM.generate_key(256)
                nonce = os.urandom(NONCE)
                wrapped = nonce + self._wrap.encrypt(nonce, key, f"{key_id}/{subject}".encode())
                found = DataKey(
                    id=key_id, owner=subject.owner, part=subject.part, wrapped=wrapped, created_at=self._clock()
                )
                session.add(found)
                session.commit()
            return found.id

    def _key(self, key_id: uuid.UUID) -> AESGCM:
        held = self._by_id.get(key_id)
        if held is None:
            with Session(self._store) as session:
                row = session.get(DataKey, key_id)
            if row is None or row.destroyed_at is not None:
                raise CannotOpen("the key of this value was destroyed, or the key store is another one")
            aad = f"{row.id}/{row.owner}/{row.part}".encode()
            try:
                key = self._wrap.decrypt(row.wrapped[:NONCE], row.wrapped[NONCE:], aad)
            except InvalidTag:
                raise CannotOpen("the master key does not fit this key store") from None
            held = self._by_id[key_id] = (row.part, AESGCM(key))
        return held[1]


def _bound(place: str, subject: Subject) -> bytes:
    return f"{place}|{subject}|v1".encode()


def _padded(plain: bytes) -> bytes:
    size = next((size for size in SIZES if len(plain) <= size), len(plain))
    return struct.pack(">I", len(plain)) + plain.ljust(size, b"\0")


def _unpadded(padded: bytes) -> bytes:
    (length,) = struct.unpack(">I", padded[:4])
    return padded[4 : 4 + length]


# --- sealed columns on models ---------------------------------------------------------------------------------------------


class Unsealed(bytes):
    """A value that waits for the flush to be sealed. As bytes it is empty, so that no path can write it in the clear."""

    plain: bytes

    @classmethod
    def of(cls, plain: bytes) -> Unsealed:
        value = cls(b"")
        value.plain = plain
        return value


class Sealed(Generic[T]):
    """A column whose value is sealed under the row's ``sealed_for()`` subject. The bytes stand in ``<name>_sealed``."""

    def __init__(self, encode: Callable[[T], bytes], decode: Callable[[bytes], T]) -> None:
        self.encode, self.decode = encode, decode

    def __set_name__(self, owner: type, name: str) -> None:
        self.name, self.column = name, f"{name}_sealed"
        setattr(owner, self.column, mapped_column(self.column, LargeBinary, nullable=True))

    @overload
    def __get__(self, row: None, owner: type) -> Sealed[T]: ...
    @overload
    def __get__(self, row: object, owner: type) -> T: ...
    def __get__(self, row: Any, owner: type) -> Any:
        if row is None:
            return self
        raw = getattr(row, self.column)
        if raw is None:
            return None
        if isinstance(raw, Unsealed):
            return self.decode(raw.plain)
        opened = row.__dict__.setdefault("_opened", {})
        kept = opened.get(self.name)
        if kept is None or kept[0] is not raw:
            kept = opened[self.name] = (raw, self.decode(_keyring_of(row).open(raw, row.sealed_for(), _place(row, self.name))))
        return kept[1]

    def __set__(self, row: Any, value: T | None) -> None:
        setattr(row, self.column, None if value is None else Unsealed.of(self.encode(value)))


def sealed_text() -> Sealed[str]:
    return Sealed(lambda text: text.encode("utf-8"), lambda data: data.decode("utf-8"))


def sealed_data() -> Sealed[Any]:
    """Anything that JSON can hold."""
    return Sealed(lambda data: json.dumps(data, ensure_ascii=False).encode("utf-8"), json.loads)


def sealed_bytes() -> Sealed[bytes]:
    return Sealed(bytes, bytes)


def _place(row: Any, name: str) -> str:
    return f"{row.__tablename__}|{row.id}|{name}"


def _keyring_of(row: Any) -> Keyring:
    session = object_session(row)
    if session is None or "keyring" not in session.info:
        raise CannotOpen("this row is not in a session that holds the practice's keys")
    return session.info["keyring"]


@event.listens_for(Session, "before_flush")
def _seal_what_waits(session: Session, _context: object, _instances: object) -> None:
    for row in (*session.new, *session.dirty):
        for descriptor in _sealed_of(type(row)):
            raw = row.__dict__.get(descriptor.column)
            if isinstance(raw, Unsealed):
                sealed = _keyring_of(row).seal(raw.plain, row.sealed_for(), _place(row, descriptor.name))
                setattr(row, descriptor.column, sealed)


_descriptors: dict[type, tuple[Sealed[Any], ...]] = {}


def _sealed_of(model: type) -> tuple[Sealed[Any], ...]:
    if model not in _descriptors:
        names = {name: value for base in reversed(model.__mro__) for name, value in vars(base).items()}
        _descriptors[model] = tuple(value for value in names.values() if isinstance(value, Sealed))
    return _descriptors[model]
