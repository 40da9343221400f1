"""Where a practice's rows and keys are, and how they are brought up: engines, keyring, migrations.

Decides: which databases an application opens, that keys exist before rows. Must never know: what is in them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_migrate import Migrate
from sqlalchemy import Engine, create_engine, inspect
from sqlalchemy.pool import NullPool

from clinic import models  # noqa: F401  (declares every table)
from clinic.db import db, hold_to_the_rules, reading
from clinic.sealing import DataKey, KeyBase, Keyring

if TYPE_CHECKING:
    from clinic.config import Settings

MASTER_KEY = 32  # bytes
MIGRATIONS = Path(__file__).parent / "migrations"
migrate = Migrate(directory=str(MIGRATIONS), render_as_batch=True, compare_type=True)


class KeysMissing(Exception):
    """The master key is not where the settings say. Without it nothing can be opened."""


def attach(app: Flask, settings: Settings, clock: Callable[[], datetime]) -> None:
    app.config |= {
        "SQLALCHEMY_DATABASE_URI": settings.storage.database,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(settings.storage.database),
    }
    app.extensions["keyring"] = open_keyring(settings, clock)
    db.init_app(app)
    migrate.init_app(app, db)
    with app.app_context():
        hold_to_the_rules(db.engine)


def open_keyring(settings: Settings, clock: Callable[[], datetime]) -> Keyring:
    file = settings.storage.key_file
    try:
        master = file.read_bytes()
    except FileNotFoundError:
        raise KeysMissing(
            f"There is no key file {file}. For a new practice `clinic init --folder DIR` makes one; for an old one, put its "
            "copy there."
        ) from None
    if len(master) != MASTER_KEY:
        raise KeysMissing(f"The key file {file} is not whole ({len(master)} bytes of {MASTER_KEY}): put its copy there.")
    if not _has_key_store(settings):
        raise KeysMissing("The key store is not there. Without it nothing can be opened: put its copy there.")
    keyring = Keyring(master, key_engine(settings), clock)
    keyring.require_fit()
    return keyring


def _has_key_store(settings: Settings) -> bool:
    """SQLite would make an empty file in the place of one that is lost."""
    if any(not (folder / "keys.db").exists() for folder in _sqlite_folder(settings.storage.keys)):
        return False
    with reading():
        return inspect(key_engine(settings)).has_table(DataKey.__tablename__)


def key_engine(settings: Settings) -> Engine:
    engine = create_engine(settings.storage.keys, **_engine_options(settings.storage.keys))
    hold_to_the_rules(engine)
    return engine


def _engine_options(url: str) -> dict[str, Any]:
    # The database's complaints reach logs: what was to be written stays out of them. A SQLite connection costs 0.1 ms, and a
    # pooled one would outlive its thread.
    return {"hide_parameters": True} | ({"poolclass": NullPool} if url.startswith("sqlite") else {"pool_pre_ping": True})


def make_keys(settings: Settings) -> None:
    """The master key and the key store, if they are not there yet; readable by their owner alone."""
    file = settings.storage.key_file
    for folder in (settings.storage.folder, file.parent, *_sqlite_folder(settings.storage.keys)):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not file.exists():
        if any((folder / "keys.db").exists() for folder in _sqlite_folder(settings.storage.keys)):
            # A fresh key would open nothing, and would stand where the old one has to be put back.
            raise KeysMissing(f"The key store is there, but not its key file {file}: put its copy there.")
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as target:
            target.write(os.urandom(MASTER_KEY))
            target.flush()
            os.fsync(target.fileno())
    KeyBase.metadata.create_all(key_engine(settings))


def _sqlite_folder(url: str) -> list[Path]:
    return [Path(url.removeprefix("sqlite:///")).parent] if url.startswith("sqlite") else []


def upgrade(app: Flask) -> None:
    """Bring the database to this version's tables."""
    from flask_migrate import upgrade as to_head

    with app.app_context():
        to_head(directory=str(MIGRATIONS))
