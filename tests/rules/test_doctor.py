"""`clinic doctor`: what is missing, whether it is essential, and how to mend it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from clinic import doctor
from clinic.config import Settings
from tests.shape.tree import ROOT

GONE = (("libnowhere0", "libnowhere.so.0", "libnowhere.dylib", "libnowhere.dll"),)


def practice(folder: Path) -> Settings:
    return Settings.from_mapping({"practice": {"name": "Riverside", "time_zone": "UTC"}}, folder)


def lines(settings: Settings) -> list[str]:
    return [finding.line for finding in doctor.examine_practice(settings)]


def test_a_missing_library_is_named_with_the_line_that_adds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PANGO", GONE)
    monkeypatch.setattr(doctor, "SUBSET", ())
    problem = doctor.pdf_problem.__wrapped__()
    assert problem is not None
    assert "Pango" in problem
    if sys.platform.startswith("linux"):
        assert "libnowhere0" in problem or "package manager" in problem


def test_looking_for_pango_never_imports_weasyprint() -> None:
    code = "import sys; from clinic.doctor import pdf_available; pdf_available(); print('weasyprint' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert answer.stdout == "False\n"


def test_it_starts_before_any_package_is_installed() -> None:
    answer = subprocess.run([sys.executable, "-I", "-S", "clinic/doctor.py"], capture_output=True, check=True, cwd=ROOT)
    assert not answer.stderr


def test_a_practice_that_is_not_there_is_broken(tmp_path: Path) -> None:
    findings = [*doctor.examine_practice(practice(tmp_path))]
    broken = [finding.says for finding in findings if finding.is_broken]
    for what in ("Data folder", "Master key", "Key store", "Database"):
        assert any(says.startswith(what) for says in broken), what


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_a_key_that_others_can_read_is_broken_until_it_is_closed(tmp_path: Path) -> None:
    settings = practice(tmp_path)
    key = settings.storage.key_file
    key.parent.mkdir(parents=True)
    key.write_bytes(b"x" * 32)
    key.chmod(0o644)
    assert any(line.startswith("MISSING") and "chmod 600" in line for line in lines(settings))
    key.chmod(0o600)
    assert any(line.startswith("ok") and "Master key" in line for line in lines(settings))


def test_crisis_lines_are_asked_for_and_asked_about_again(tmp_path: Path) -> None:
    assert any("Crisis lines: none" in line for line in lines(practice(tmp_path)))
    line = {"name": "A line", "contact": "000", "checked_on": date(2020, 1, 1)}
    old = Settings.from_mapping({"practice": {"name": "Riverside", "time_zone": "UTC", "crisis_lines": [line]}}, tmp_path)
    assert any("not tried for 180 days" in found and "A line" in found for found in lines(old))
    new = Settings.from_mapping(
        {"practice": {"name": "Riverside", "time_zone": "UTC", "crisis_lines": [line | {"checked_on": datetime.now(UTC).date()}]}},
        tmp_path,
    )
    assert "ok       Crisis lines" in lines(new)
