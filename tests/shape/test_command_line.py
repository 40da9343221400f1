"""The command line answers at once, and a part that is not there does not break the rest."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from clinic import cli as command_line
from tests.shape.tree import ROOT

HEAVY = {"weasyprint", "sqlalchemy", "flask", "pydantic", "alembic", "cryptography", "wtforms", "jinja2"}

ASK_FOR_HELP = """
import sys
from clinic.cli import main
sys.argv = ["clinic", "--help"]
try:
    main()
except SystemExit:
    pass
print("LOADED", *sys.modules)
"""


def test_help_imports_nothing_heavy() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", ASK_FOR_HELP], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    shown, _, loaded = answer.partition("LOADED")
    assert "click" in loaded.split()
    assert not HEAVY & set(loaded.split())
    for name in ("init", "serve", "demo", "doctor", "migrate", "user", "case", "report", "audit"):
        assert f"  {name} " in shown


def test_a_command_that_is_not_there_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(command_line.ELSEWHERE, "case", ("clinic.commands.nowhere:case", "List and show cases."))
    answer = CliRunner().invoke(command_line.cli, ["case"])
    assert answer.exit_code == 1
    assert answer.output == "Error: `clinic case` is not part of this version.\n"


def test_settings_that_are_not_there_are_said_in_a_line(tmp_path: Path) -> None:
    answer = CliRunner().invoke(command_line.cli, ["--config", str(tmp_path / "config.toml"), "serve"])
    assert answer.exit_code == 1
    assert "There is no settings file" in answer.output
    assert "Traceback" not in answer.output
