"""The first start: `clinic init` makes a practice for its owner alone, and may be called again."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clinic.cli import cli


def clinic(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


def init(folder: Path) -> str:
    answer = clinic("init", "--folder", folder)
    assert answer.exit_code == 0, answer.output
    (link,) = re.findall(r"http://\S+/invitation/\S+", answer.output)
    return str(link)


def test_a_new_practice_is_sound(tmp_path: Path) -> None:
    init(tmp_path / "a practice")
    answer = clinic("--config", tmp_path / "a practice" / "config.toml", "doctor")
    assert answer.exit_code == 0, answer.output
    assert "MISSING" not in answer.output
    assert "ok       Database" in answer.output


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    init(tmp_path / "practice")
    keys = tmp_path / "practice" / "data" / "keys"
    assert keys.stat().st_mode & 0o077 == 0
    assert (keys / "master.key").stat().st_mode & 0o077 == 0


def test_a_second_call_makes_a_new_link_and_keeps_the_keys(tmp_path: Path) -> None:
    first = init(tmp_path)
    key = (tmp_path / "data" / "keys" / "master.key").read_bytes()
    assert init(tmp_path) != first
    assert (tmp_path / "data" / "keys" / "master.key").read_bytes() == key


def test_a_lost_key_is_said_and_never_replaced(tmp_path: Path) -> None:
    init(tmp_path)
    key_file = tmp_path / "data" / "keys" / "master.key"
    key_file.unlink()
    for words in (["init", "--folder", tmp_path], ["--config", tmp_path / "config.toml", "migrate"]):
        answer = clinic(*words)
        assert answer.exit_code == 1
        assert str(key_file) in answer.output
        assert not key_file.exists()


def test_wrong_words_make_no_practice(tmp_path: Path) -> None:
    answer = clinic("init", "--folder", tmp_path, "--time-zone", "Europe/Rom")
    assert answer.exit_code == 1
    assert "practice.time_zone" in answer.output
    assert not [*tmp_path.iterdir()]


def test_a_password_is_not_reset_for_somebody_unknown(tmp_path: Path) -> None:
    init(tmp_path)
    answer = clinic("--config", tmp_path / "config.toml", "user", "reset-password", "nobody@demo.example")
    assert answer.exit_code == 1
    assert "nobody@demo.example" in answer.output
    assert "Traceback" not in answer.output
