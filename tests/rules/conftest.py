"""The demo, made once for all tests that look at it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from made import Made, made_once


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """This process's own copy of the one that was made for the whole run, however many processes share it."""
    base = tmp_path_factory.getbasetemp()
    first = made_once(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)
    return first.copied_to(tmp_path_factory.mktemp("demo") / "a practice")


@pytest.fixture
def copied(made: Made, tmp_path: Path) -> Made:
    """One that a test may change."""
    return made.copied_to(tmp_path / "copy")
