"""The planted life, made once, and an application with it for each test that may change it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cast import Cast, Clock
from flask import Flask

import clinic.db
from clinic import create_app
from tests.conftest import settings_in
from tests.privacy.world import World, make_world


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests open some thousands of pages, and no power fails in them: the disk need not confirm each."""
    rules = (rule for rule in clinic.db.SQLITE_RULES if rule[0] != "synchronous")
    monkeypatch.setattr(clinic.db, "SQLITE_RULES", (*rules, ("synchronous", "OFF")))


@pytest.fixture(scope="session")
def world_practice(cast_practice: tuple[Path, Cast], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    folder = tmp_path_factory.mktemp("world") / "practice"
    shutil.copytree(cast_practice[0], folder)
    clock, made = Clock(), cast_practice[1]
    app = create_app(settings_in(folder), clock=clock)
    with app.app_context():
        world = make_world(Cast(app, clock, dict(made.users), dict(made.seats), dict(made.cases)))
    return folder, world


@pytest.fixture
def world_app(world_practice: tuple[Path, World], tmp_path: Path, clock: Clock, hasty: None) -> Flask:
    shutil.copytree(world_practice[0], tmp_path / "practice")
    return create_app(settings_in(tmp_path / "practice"), clock=clock)


@pytest.fixture
def world(world_app: Flask, world_practice: tuple[Path, World], clock: Clock) -> Iterator[World]:
    """The planted life, inside an application context."""
    made = world_practice[1]
    cast = Cast(world_app, clock, made.cast.users, made.cast.seats, made.cast.cases)
    with world_app.app_context():
        yield World(cast, dict(made.words), dict(made.rows))
