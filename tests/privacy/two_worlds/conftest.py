"""The two practices in which every trace is played: made once, and set back to their first day before each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from cast import PASSWORD, Cast, Clock
from sqlalchemy import select

import clinic.db
from clinic import create_app
from clinic.db import db
from clinic.models import User
from tests.conftest import settings_in
from tests.privacy.two_worlds.chance import settled_ids
from tests.privacy.two_worlds.life import Life


@pytest.fixture(scope="session")
def first_day(cast_practice: tuple[Path, Cast], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Cast]:
    """The cast with passwords that cost nothing to check: thousands of pages are opened here."""
    folder = tmp_path_factory.mktemp("first day") / "practice"
    shutil.copytree(cast_practice[0], folder)
    app, cheap = create_app(settings_in(folder), clock=Clock()), PasswordHasher(1, 8, 1).hash(PASSWORD)
    with app.app_context():
        for user in db.session.scalars(select(User)):
            user.password_hash = cheap
        db.session.commit()
    with app.app_context():
        db.session.connection().exec_driver_sql("SELECT 1")
    return folder, cast_practice[1]


@pytest.fixture(scope="session")
def lives(first_day: tuple[Path, Cast], tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Life]]:
    """Two practices of one key: what is sealed, derived or numbered is the same in both."""
    made = []
    with pytest.MonkeyPatch.context() as patch, settled_ids():
        rules = (rule for rule in clinic.db.SQLITE_RULES if rule[0] != "synchronous")
        patch.setattr(clinic.db, "SQLITE_RULES", (*rules, ("synchronous", "OFF")))  # no power fails in here
        for world in (1, 2):
            folder, clock = tmp_path_factory.mktemp("world") / "practice", Clock()
            shutil.copytree(first_day[0], folder)
            app = create_app(settings_in(folder), clock=clock)
            base = first_day[0] / "data" / "practice.db"
            made.append(Life(app, folder / "data", base, first_day[1], clock, world))
        yield made
        for life in made:
            life.end()
