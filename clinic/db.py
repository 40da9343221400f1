"""How rows are stored: keys, times, naming, and the rules every connection obeys.

Decides: uuid4 keys made in Python (a uuid7 or a counter would tell when and how many), UTC times, SQLite's durability settings,
and when a transaction takes the write lock. Must never know: what any table means, or who is asking.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, ClassVar

from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import DateTime, Dialect, Engine, ForeignKey, MetaData, String, event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# Every connection to SQLite. FULL, because WAL with NORMAL lost acknowledged writes on power loss; secure_delete, because a
# page that is freed but not wiped still holds what was on it.
SQLITE_RULES = (
    ("journal_mode", "WAL"),
    ("synchronous", "FULL"),
    ("busy_timeout", "10000"),
    ("foreign_keys", "ON"),
    ("secure_delete", "ON"),
    ("temp_store", "MEMORY"),
    ("trusted_schema", "OFF"),
)

_reading: ContextVar[bool] = ContextVar("reading", default=False)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored as UTC. A naive one is refused: nobody can tell later what it meant."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored: pass an aware datetime")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Every table: a random uuid4 that exists before the row does, so that sealed columns can be bound to it."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime(), str: String(80)}

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)

    def __init__(self, **values: Any) -> None:
        self.id = uuid.uuid4()
        for column in type(self).__table__.columns:  # a default holds from the first moment, not only after the flush
            if column.default is not None and column.default.is_scalar:
                setattr(self, column.key, column.default.arg)
        for name, value in values.items():
            if not hasattr(type(self), name):
                raise TypeError(f"{type(self).__name__} has no {name}")
            setattr(self, name, value)


def refers_to(column: str) -> ForeignKey:
    """A foreign key that is checked at commit: rows of one act may then be written in any order."""
    return ForeignKey(column, deferrable=True, initially="DEFERRED")


class Voidable:
    """A row that is never deleted: set aside with who, when and why, and still readable."""

    voided_at: Mapped[datetime | None]
    voided_by: Mapped[uuid.UUID | None]

    def void(self, *, by: uuid.UUID, at: datetime) -> None:
        self.voided_by, self.voided_at = by, at

    @property
    def is_void(self) -> bool:
        return self.voided_at is not None


class KeyedSession(FlaskSession):
    """A session that holds the keys of the practice whose application is running."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.info["keyring"] = current_app.extensions["keyring"]


db = SQLAlchemy(metadata=Base.metadata, session_options={"class_": KeyedSession})


@contextmanager
def reading() -> Iterator[None]:
    """Transactions begun in here take no write lock. Everything else on SQLite begins IMMEDIATE: a transaction that reads first
    and writes later fails with "database is locked" as soon as two people work at once."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


@contextmanager
def writing() -> Iterator[None]:
    """Transactions begun in here take the write lock at once, also within a request that only reads."""
    token = _reading.set(False)
    try:
        yield
    finally:
        _reading.reset(token)


def hold_to_the_rules(engine: Engine) -> None:
    """Attach this file's rules to an engine. Idempotent per engine."""
    if engine.dialect.name != "sqlite" or event.contains(engine, "connect", _obey):
        return
    event.listen(engine, "connect", _obey)
    event.listen(engine, "begin", _begin)


def _obey(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin by itself: _begin does
    cursor = connection.cursor()
    for name, value in SQLITE_RULES:
        cursor.execute(f"PRAGMA {name}={value}")
    cursor.close()


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN" if _reading.get() else "BEGIN IMMEDIATE")


def choose_reading(only_reads: bool) -> None:
    """For the web floor: say once per request whether it writes. Worker threads are re-used, so it is said every time."""
    _reading.set(only_reads)
