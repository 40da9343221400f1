"""Filling without waiting for the disk after each commit.

Decides: that an invented practice need not survive a power cut while it is being made; it is put in its place only when it is
whole. Must never be used: on a practice that holds anything real.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import event

from clinic.db import db

if TYPE_CHECKING:
    from flask import Flask


def _relax(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF").close()


@contextmanager
def in_haste(app: Flask) -> Iterator[None]:
    """An application context whose SQLite connections do not wait. PostgreSQL is left as it is."""
    with app.app_context():
        db.session().expire_on_commit = False  # nobody else writes meanwhile, so what was read stays true
        engines = [engine for engine in (db.engine, app.extensions["keyring"]._store) if engine.dialect.name == "sqlite"]
        for engine in engines:
            event.listen(engine, "connect", _relax)
        try:
            yield
        finally:
            for engine in engines:
                event.remove(engine, "connect", _relax)
