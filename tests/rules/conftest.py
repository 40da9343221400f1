"""The demo, made once for all tests that look at it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from made import Made, clinic


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("demo") / "a practice"
    answer = clinic("demo", "--folder", folder, "--no-serve")
    assert answer.exit_code == 0, answer.output
    return Made(folder, answer.output)


@pytest.fixture
def copied(made: Made, tmp_path: Path) -> Made:
    """One that a test may change."""
    return Made(Path(shutil.copytree(made.folder, tmp_path / "copy")), made.output)
