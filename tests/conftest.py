"""Fixtures that every test may use: an application with empty tables, a clock, the cast, and their browsers."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

sys.path.insert(0, str(Path(__file__).parent))  # for `from cast import ...` under importlib mode

from cast import Browser, Cast, Clock, make_cast

SETTINGS: dict[str, Any] = {
    "practice": {
        "name": "Test Practice",
        "time_zone": "America/New_York",
        "letterhead": ["1 Test Street"],
        "crisis_lines": [{"name": "Test Crisis Line", "contact": "000", "checked_on": __import__("datetime").date(2026, 1, 15)}],
    },
    "storage": {"folder": "data"},
    "web": {"public_url": "http://localhost"},
}


def settings_in(folder: Path, **changes: Any) -> Any:
    from clinic.config import Settings

    return Settings.from_mapping({**SETTINGS, **changes}, folder)


@pytest.fixture(scope="session")
def empty_practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated practice without a row, made once and copied for each test."""
    from clinic.setup import prepare

    folder = tmp_path_factory.mktemp("practice")
    prepare(settings_in(folder))
    return folder


@pytest.fixture(scope="session")
def cast_practice(empty_practice: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Cast]:
    """The same with the cast in it, made once."""
    folder = tmp_path_factory.mktemp("cast") / "practice"
    shutil.copytree(empty_practice, folder)
    from clinic import create_app

    clock = Clock()
    app = create_app(settings_in(folder), clock=clock)
    with app.app_context():
        cast = make_cast(app, clock)
    return folder, cast


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def empty_app(empty_practice: Path, tmp_path: Path, clock: Clock) -> Flask:
    from clinic import create_app

    shutil.copytree(empty_practice, tmp_path / "practice")
    return create_app(settings_in(tmp_path / "practice"), clock=clock)


@pytest.fixture
def app(cast_practice: tuple[Path, Cast], tmp_path: Path, clock: Clock) -> Flask:
    """An application with the cast in its tables. Each test has a copy of its own."""
    from clinic import create_app

    shutil.copytree(cast_practice[0], tmp_path / "practice")
    return create_app(settings_in(tmp_path / "practice"), clock=clock)


@pytest.fixture
def cast(app: Flask, cast_practice: tuple[Path, Cast], clock: Clock) -> Iterator[Cast]:
    """The cast, inside an application context."""
    made = cast_practice[1]
    with app.app_context():
        yield Cast(app, clock, dict(made.users), dict(made.seats), dict(made.cases))


@pytest.fixture
def browser(app: Flask) -> Callable[[str], Browser]:
    """``browser("Ana")``: a browser in which Ana has signed in. ``browser("")``: nobody has."""

    def opened(name: str) -> Browser:
        made = Browser(app)
        if name:
            place = "practice" if name in ("Cleo", "Fay", "Sol", "Max") else "home"
            assert made.sign_in(f"{name.lower()}@{place}.example").status_code == 302
        return made

    return opened
