"""`clinic programme`: what it lists, what makes a check fail, and what it prints, without any practice or with one."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pypdf import PdfReader

from clinic.cli import cli
from clinic.example import filled_example
from forms import library

SHEET = """
id = "our-sheet"
version = 1
module = "address-the-betrayal"
title = "Our sheet"
for = "hurt"
minutes = 5
[[page]]
title = "One"
[[page.item]]
id = "story"
kind = "long_text"
prompt = "What would you like {other} to know?"
"""
HARD = "Confidentiality stipulations necessitate comprehensive deliberation prior to participation, notwithstanding any \
predetermined organizational considerations."


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """The command line, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CLINIC_CONFIG", raising=False)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(cli, [*arguments])

    return run


def own(tmp_path: Path, text: str = SHEET) -> Path:
    folder = tmp_path / "programme"
    (folder / "worksheets").mkdir(parents=True, exist_ok=True)
    (folder / "worksheets" / "our-sheet.toml").write_text(text, encoding="utf-8")
    return folder


def settings(tmp_path: Path) -> None:
    text = filled_example({"practice.name": "Riverside", "practice.paper": "A4"})
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")


def test_every_module_is_listed(clinic) -> None:  # type: ignore[no-untyped-def]
    answer = clinic("programme", "list")
    assert answer.exit_code == 0
    assert len(answer.output.splitlines()) == 13
    assert "Create Healthy Boundaries" in answer.output


def test_the_list_for_another_program_counts_what_there_is(clinic) -> None:  # type: ignore[no-untyped-def]
    found = json.loads(clinic("programme", "list", "--json").output)
    assert [one["id"] for one in found] == [module.id for module in library.modules]
    sheets = library.worksheets_of("affection")
    (affection,) = [one for one in found if one["id"] == "affection"]
    assert affection == {
        "id": "affection",
        "number": 10,
        "title": "Give and Receive Affection",
        "phase": "reconnect",
        "worksheets": len(sheets),
        "items": sum(len(sheet.items) for sheet in sheets),
        "minutes": sum(sheet.minutes for sheet in sheets),
    }


def test_our_own_programme_passes_and_every_worksheet_has_its_grade(clinic) -> None:  # type: ignore[no-untyped-def]
    answer = clinic("programme", "check")
    assert answer.exit_code == 0, answer.output
    for module in library.modules:
        for id in module.worksheets:
            assert f"worksheets/{id}.toml" in answer.output
    grades = [float(line.split()[0]) for line in answer.output.splitlines()[:-1]]
    assert len(grades) > 95
    assert max(grades) <= 8


def test_a_good_folder_is_graded_alone(clinic, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    answer = clinic("programme", "check", str(own(tmp_path)))
    assert answer.exit_code == 0, answer.output
    assert answer.output.count(".toml") == 1


def test_an_error_names_its_file_item_and_key(clinic, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    answer = clinic("programme", "check", str(own(tmp_path, SHEET.replace("prompt", "promt"))))
    assert answer.exit_code == 1
    assert "worksheets/our-sheet.toml, page 1, item 'story', key 'promt'" in answer.output
    assert "did you mean 'prompt'?" in answer.output
    assert "Traceback" not in answer.output


def test_a_text_that_is_too_hard_fails_unless_it_is_listed(clinic, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    folder = own(tmp_path, SHEET.replace("What would you like {other} to know?", HARD))
    answer = clinic("programme", "check", str(folder))
    assert answer.exit_code == 1
    assert "item 'story'" in answer.output or "our-sheet.toml, story, key 'prompt'" in answer.output
    (folder / "reading.toml").write_text('[[exception]]\nfile = "worksheets/our-sheet.toml"\nreason = "A law."\n', "utf-8")
    answer = clinic("programme", "check", str(folder))
    assert answer.exit_code == 0
    assert "listed as harder: worksheets/our-sheet.toml: A law." in answer.output


def test_the_folder_of_the_practice_is_found_through_its_settings(clinic, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    settings(tmp_path)
    own(tmp_path)
    found = json.loads(clinic("programme", "list", "--json").output)
    assert found[1]["worksheets"] == len(library.module("address-the-betrayal").worksheets) + 1
    own(tmp_path, "id = 1")
    answer = clinic("programme", "check")
    assert answer.exit_code == 1 and "worksheets/our-sheet.toml, key 'id'" in answer.output
    assert clinic("programme", "list").exit_code == 0


def pages(path: Path) -> str:
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(path.read_bytes())).pages)


def test_the_worksheets_of_one_side_are_printed(clinic, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    settings(tmp_path)
    answer = clinic("programme", "print", "1", "--side", "hurt", "--out", "hurt.pdf")
    assert answer.exit_code == 0, answer.output
    text = pages(tmp_path / "hurt.pdf")
    assert "Riverside" in text and "What happened, in your words" in text
    assert "An example." in text
    assert library.worksheet("involved-account").title.partner not in text
    assert (tmp_path / "hurt.pdf").stat().st_mode & 0o077 == 0


def test_a_blank_one_and_a_solo_one_are_printed(clinic, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    module = ["programme", "print", "healthy-boundaries"]
    assert clinic(*module, "--side", "joint", "--blank", "--out", "joint.pdf").exit_code == 0
    text = pages(tmp_path / "joint.pdf")
    assert "Our pause rule" in text and "An example." not in text and "Signed" in text
    alone = ["--side", "hurt", "--solo", "--relationship", "friend", "--paper", "A4"]
    assert clinic(*module, *alone, "--out", "solo.pdf").exit_code == 0
    text = pages(tmp_path / "solo.pdf")
    assert "This page helps you prepare" in text and "Signed" not in text
    assert "other friends" not in text and "Visits and calls" in text


def test_what_cannot_be_printed_is_said_in_a_line(clinic, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    answer = clinic("programme", "print", "afection", "--side", "hurt", "--out", "x.pdf")
    assert answer.exit_code == 2 and "did you mean 'affection'?" in answer.output
    answer = clinic("programme", "print", "take-care-of-yourself", "--side", "joint", "--out", "x.pdf")
    assert answer.exit_code == 1 and "has no worksheet for this side" in answer.output
    assert not (tmp_path / "x.pdf").exists()
