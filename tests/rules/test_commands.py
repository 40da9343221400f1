"""Command lines that touch a record: typed as a person would, refused and recorded as a page would."""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cast import Cast
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from clinic.cli import cli
from clinic.db import db
from clinic.models import AuditEntry, Event, Outcome, StageStatus
from clinic.models.programme import change_stage, sign_off_stage

CONFIG = '[practice]\nname = "Test Practice"\ntime_zone = "America/New_York"\n'


@pytest.fixture
def config(app: Flask, cast: Cast) -> Path:
    """The settings file of the practice that the cast is in."""
    file = app.extensions["settings"].storage.folder.parent / "config.toml"
    file.write_text(CONFIG, encoding="utf-8")
    return Path(file)


def clinic(config: Path, *words: object) -> Result:
    db.session.rollback()  # this test's own transaction holds the write lock
    return CliRunner().invoke(cli, ["--config", str(config), *(str(word) for word in words)])


def entries(event: Event) -> list[dict[str, Any]]:
    rows = db.session.scalars(select(AuditEntry).where(AuditEntry.event == event.value).order_by(AuditEntry.seq))
    return [{"by": row.actor_id, "about": row.about, "id": row.about_id, "details": row.details} for row in rows]


def test_a_counselor_lists_her_own_cases(config: Path, cast: Cast) -> None:
    answer = clinic(config, "case", "list", "--as", "cleo@practice.example")
    assert answer.exit_code == 0, answer.output
    lines = answer.output.splitlines()
    assert sorted(line.split()[0] for line in lines) == sorted([cast.case("Ana").code, cast.case("Dot").code])
    assert any(cast.case("Ana").code in line and "Ana & Ben" in line for line in lines)
    assert "Gil" not in answer.output


def test_a_case_is_separated_with_a_reason_and_a_yes(config: Path, cast: Cast) -> None:
    case, cleo = cast.case("Ana"), ("--as", "cleo@practice.example")
    words = ("case", "separate", case.code, "--why", "She has moved out.")
    assert "not undone" in clinic(config, *words, *cleo).output
    assert clinic(config, *words, "--yes", "--as", "fay@practice.example").exit_code != 0
    assert "The two were separated on" in clinic(config, *words, "--yes", *cleo).output
    assert "The two were separated on" in (again := clinic(config, *words, "--yes", *cleo)).output
    assert again.exit_code == 1
    db.session.rollback()
    db.session.refresh(case)
    assert case.separated_why == "She has moved out."
    assert [one["by"] for one in entries(Event.CASE_SEPARATED)] == [cast.users["Cleo"]]


def test_the_address_may_be_typed_in_any_case(config: Path) -> None:
    assert clinic(config, "case", "list", "--as", "Cleo@Practice.example").exit_code == 0


def test_a_case_is_shown_with_its_people_and_stages(config: Path, cast: Cast) -> None:
    case = cast.case("Ana")
    change_stage(
        db.session(), case, "time-to-heal", before=StageStatus.NOT_STARTED, to=StageStatus.IN_PROGRESS, reason="",
        by=cast.users["Cleo"], at=cast.clock(),
    )  # fmt: skip
    db.session.commit()
    answer = clinic(config, "case", "show", case.code, "--as", "cleo@practice.example")
    assert answer.exit_code == 0, answer.output
    for name, side in (("Ana", "hurt"), ("Ben", "involved")):
        assert any(
            cast.seat(name).code in line and name in line and side in line for line in answer.output.splitlines()
        )
    assert any("Allow Time to Heal" in line and "in progress" in line for line in answer.output.splitlines())
    assert answer.output.count("not started") == 10


def test_a_case_is_shown_as_json(config: Path, cast: Cast) -> None:
    case = cast.case("Ana")
    for to, days in ((StageStatus.IN_PROGRESS, 0), (StageStatus.WORKED_THROUGH, 9)):
        before = StageStatus.NOT_STARTED if days == 0 else StageStatus.IN_PROGRESS
        change_stage(
            db.session(), case, "affection", before=before, to=to, reason="", by=cast.users["Cleo"],
            at=cast.clock() + timedelta(days=days),
        )  # fmt: skip
    sign_off_stage(
        db.session(), case, "affection", outcome=Outcome.ACHIEVED, reason="", by=cast.users["Cleo"], at=cast.clock()
    )
    db.session.commit()
    answer = clinic(config, "case", "show", case.code, "--as", "cleo@practice.example", "--json")
    found = json.loads(answer.output)
    assert (found["code"], found["label"], found["relationship"]) == (case.code, "Ana & Ben", "partner")
    assert [person["code"] for person in found["participants"]] == [cast.seat("Ana").code, cast.seat("Ben").code]
    assert [person["side"] for person in found["participants"]] == ["hurt", "involved"]
    stages = {stage["module"]: stage for stage in found["stages"]}
    assert len(stages) == 11
    assert (stages["affection"]["status"], stages["affection"]["since"]) == ("worked_through", "2026-03-11")
    assert (stages["let-go-of-the-past"]["status"], stages["let-go-of-the-past"]["since"]) == ("not_started", None)


def test_a_code_may_be_typed_small_and_with_hyphens(config: Path, cast: Cast) -> None:
    code = cast.case("Ana").code.lower()
    assert clinic(config, "case", "show", f"{code[:3]}-{code[3:]}", "--as", "cleo@practice.example").exit_code == 0


def test_showing_a_case_is_on_record_and_listing_is_not(config: Path, cast: Cast) -> None:
    clinic(config, "case", "list", "--as", "cleo@practice.example")
    assert not entries(Event.OPENED)
    clinic(config, "case", "show", cast.case("Ana").code, "--as", "cleo@practice.example")
    (opened,) = entries(Event.OPENED)
    assert opened == {"by": cast.users["Cleo"], "about": "case", "id": cast.cases["Ana"], "details": {"kind": "see_case"}}


# Who asks, for whose case, and who stands in the trail as refused.
REFUSED = [
    ("fay@practice.example", "Ana", "Fay"),  # another's case
    ("max@practice.example", "Ana", "Max"),  # an administrator sees no case
    ("ana@home.example", "Ana", "Ana"),  # a client has pages, and no command line
    ("nobody@practice.example", "Ana", None),
    ("cleo@practice.example", "", "Cleo"),  # no such code
]


@pytest.mark.parametrize(("email", "of", "actor"), REFUSED)
def test_missing_and_forbidden_are_one_sentence_and_on_record(
    config: Path, cast: Cast, email: str, of: str, actor: str | None
) -> None:
    code = cast.case(of).code if of else "BCDFGH"
    answer = clinic(config, "case", "show", code, "--as", email)
    assert answer.exit_code == 1
    assert answer.output == "Error: There is nothing here for you. Check the address after --as, and the code.\n"
    (refusal,) = entries(Event.REFUSED)
    assert refusal["by"] == (cast.users[actor] if actor else None)
    assert refusal["details"] == {"permission": "see_case"}
    assert not entries(Event.OPENED)


@pytest.mark.parametrize("email", ["max@practice.example", "ana@home.example", "nobody@practice.example"])
def test_whoever_has_no_cases_to_list_is_refused(config: Path, email: str) -> None:
    answer = clinic(config, "case", "list", "--as", email)
    assert answer.exit_code == 1
    assert "nothing here for you" in answer.output
    assert len(entries(Event.REFUSED)) == 1


def test_staff_who_left_are_nobody(config: Path, cast: Cast) -> None:
    cast.user("Cleo").disable(by=cast.users["Max"], at=cast.clock())
    db.session.commit()
    assert clinic(config, "case", "list", "--as", "cleo@practice.example").exit_code == 1


def test_without_a_name_nothing_is_opened(config: Path) -> None:
    answer = clinic(config, "case", "list")
    assert answer.exit_code == 2
    assert "--as" in answer.output


def test_a_whole_trail_is_said_to_be_whole(config: Path) -> None:
    answer = clinic(config, "audit", "verify")
    assert answer.exit_code == 0, answer.output
    assert "Entries read: " in answer.output
    assert int(answer.output.split("Entries read: ")[1].split(".")[0]) > 20
    assert "whole" in answer.output


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        ("UPDATE audit_entry SET event = 'opened' WHERE seq = 7", "entry 7: it was changed"),
        ("DELETE FROM audit_entry WHERE seq = 7", "entry 7: it is missing"),
        ("UPDATE audit_entry SET prev = x'00' WHERE seq = 7", "entry 7: it does not follow"),
    ],
)
def test_the_first_damage_is_named(config: Path, app: Flask, tampering: str, said: str) -> None:
    db.session.rollback()
    with sqlite3.connect(app.extensions["settings"].storage.folder / "practice.db") as database:
        assert database.execute(tampering).rowcount == 1
    answer = clinic(config, "audit", "verify")
    assert answer.exit_code == 1
    assert said in answer.output
