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
from sqlalchemy import Dialect, Engine, LargeBinary, Select, UniqueConstraint, event, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, object_session
from sqlalchemy.types import TypeDecorator

from clinic.db import UtcDateTime, reading, writing

FORMAT = b"\x01"
NONCE = 12
HEAD = len(FORMAT) + 16 + NONCE
LENGTH, TAG = 4, 16
SIZES = (252, 1020, 4092, 16380, 65532, 262140, 1048572, 4194300, 16777212, 67108860)
T = TypeVar("T")


class CannotOpen(Exception):
    """A sealed value did not open: it was changed or moved, its key was destroyed, or this is the wrong master key."""


class KeyGone(CannotOpen):
    """The key of a value was destroyed on purpose."""


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
        self._by_id: dict[uuid.UUID, AESGCM] = {}
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
        if not is_sealed(sealed):
            raise CannotOpen(f"{place}: not a sealed value, or cut short")
        key_id, nonce, body = uuid.UUID(bytes=sealed[1:17]), sealed[17:HEAD], sealed[HEAD:]
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
        with reading(), Session(self._store) as session:
            found = session.scalars(_newest_of(subject)).first()
        return found if found is not None else self._made(subject)

    def _made(self, subject: Subject) -> uuid.UUID:
        """A new key, on disk before the first row that it seals. Whoever comes second, in a thread or in another process, takes
        the key that is there."""
        key_id, nonce = uuid.uuid4(), os.urandom(NONCE)
        wrapped = nonce + self._wrap.encrypt(nonce, AESGCM.generate_key(256), f"{key_id}/{subject}".encode())
        row = DataKey(id=key_id, owner=subject.owner, part=subject.part, wrapped=wrapped, created_at=self._clock())
        with writing(), Session(self._store) as session:
            found = session.scalars(_newest_of(subject)).first()
            if found is not None:
                return found
            session.add(row)
            try:
                session.commit()
            except IntegrityError:  # where writers do not wait for each other (PostgreSQL)
                session.rollback()
                return session.scalars(_newest_of(subject)).one()
        return key_id

    def _key(self, key_id: uuid.UUID) -> AESGCM:
        held = self._by_id.get(key_id)
        if held is None:
            with reading(), Session(self._store) as session:
                row = session.get(DataKey, key_id)
            if row is None or row.destroyed_at is not None:
                raise (KeyGone if row else CannotOpen)("the key of this value was destroyed, or the key store is another one")
            held = self._by_id[key_id] = self._unwrapped(row)
        return held

    def _unwrapped(self, row: DataKey) -> AESGCM:
        aad = f"{row.id}/{row.owner}/{row.part}".encode()
        try:
            return AESGCM(self._wrap.decrypt(row.wrapped[:NONCE], row.wrapped[NONCE:], aad))
        except (InvalidTag, ValueError):
            raise CannotOpen("the master key does not fit this key store: put back the copies that belong together") from None

    def require_fit(self) -> None:
        """Raise CannotOpen when this master key opens nothing here, before anything is written with it."""
        with reading(), Session(self._store) as session:
            row = session.scalars(select(DataKey).where(DataKey.destroyed_at.is_(None)).limit(1)).first()
        if row is not None:
            self._unwrapped(row)


def _newest_of(subject: Subject) -> Select[uuid.UUID]:
    of_subject = select(DataKey.id).where(
        DataKey.owner == subject.owner, DataKey.part == subject.part, DataKey.destroyed_at.is_(None)
    )
    return of_subject.order_by(DataKey.version.desc()).limit(1)


def is_sealed(value: bytes) -> bool:
    """Whether this has the shape of a sealed value. Whether it opens, only its key can tell."""
    padded = len(value) - HEAD - TAG - LENGTH
    return value[:1] == FORMAT and (padded in SIZES or padded > SIZES[-1])


def _bound(place: str, subject: Subject) -> bytes:
    return f"{place}|{subject}|v1".encode()


def _padded(plain: bytes) -> bytes:
    size = next((size for size in SIZES if len(plain) <= size), len(plain))
    return struct.pack(">I", len(plain)) + plain.ljust(size, b"\0")


def _unpadded(padded: bytes) -> bytes:
    (length,) = struct.unpack(">I", padded[:LENGTH])
    return padded[LENGTH : LENGTH + length]


# --- sealed columns on models ---------------------------------------------------------------------------------------------


class Unsealed(bytes):
    """A value that waits for the flush to be sealed. As bytes it is empty, so that no path can write it in the clear."""

    plain: bytes

    @classmethod
    def of(cls, plain: bytes) -> Unsealed:
        value = cls(b"")
        value.plain = plain
        return value


class SealedValue(TypeDecorator[bytes]):
    """A column that takes sealed values alone: on whatever path a row is written, nothing goes in as it was typed."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        if value is not None and not is_sealed(value):
            raise ValueError("a sealed column takes sealed values only: set the attribute on a row of the session")
        return value


class Sealed(Generic[T]):
    """A column whose value is sealed under the row's ``sealed_for()`` subject. The bytes stand in ``<name>_sealed``."""

    def __init__(self, encode: Callable[[T], bytes], decode: Callable[[bytes], T]) -> None:
        self.encode, self.decode = encode, decode

    def __set_name__(self, owner: type, name: str) -> None:
        self.name, self.column = name, f"{name}_sealed"
        setattr(owner, self.column, mapped_column(self.column, SealedValue, nullable=True))

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
