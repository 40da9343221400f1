"""Settings: every mistake at once, with its path, what was expected and what may have been meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from clinic.config import ConfigError, Settings
from clinic.serving import CannotServe, listening_at, refuse_open_http

PRACTICE = {"name": "Riverside", "time_zone": "Europe/Berlin"}


def mistakes(tmp_path: Path, **sections: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        Settings.from_mapping({"practice": PRACTICE} | sections, tmp_path)
    return str(caught.value).splitlines()


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    lines = mistakes(
        tmp_path,
        practice={"nmae": "x", "time_zone": "Europe/Berln", "paper": "A5", "demo": "no", "crisis_lines": [{}]},
        web={"port": "80", "public_url": "http://practice.example"},
        accounts={"client_password_length": 8},
        storrage={},
    )
    assert 'practice.name is missing: expected, for example, name = "Example Practice"' in lines
    assert 'practice.nmae is not a setting: did you mean "name"?' in lines
    assert any(line.startswith("practice.time_zone:") and '"Europe/Berlin"?' in line for line in lines)
    assert "practice.paper: expected 'A4' or 'Letter'" in lines
    assert "practice.demo: expected true or false" in lines
    assert any(line.startswith("practice.crisis_lines[1].checked_on is missing") for line in lines)
    assert "web.port: expected a whole number" in lines
    assert any(line.startswith("web.public_url: expected https://") for line in lines)
    assert "accounts.client_password_length: expected 12 or more" in lines
    assert 'storrage is not a setting: did you mean "storage"?' in lines


def test_a_setting_in_the_wrong_section_is_pointed_home(tmp_path: Path) -> None:
    assert mistakes(tmp_path, accounts={"port": 80}) == ["accounts.port is not a setting: did you mean web.port?"]


def test_a_mistake_never_repeats_a_password(tmp_path: Path) -> None:
    (line,) = mistakes(tmp_path, storage={"database": "mysql://clinic:s3cret@db/clinic"})
    assert line.startswith("storage.database: expected")
    assert "s3cret" not in line


def test_a_yes_is_not_a_number(tmp_path: Path) -> None:
    assert mistakes(tmp_path, web={"threads": True}) == ["web.threads: expected a whole number"]


def test_everything_follows_the_data_folder(tmp_path: Path) -> None:
    settings = Settings.from_mapping({"practice": PRACTICE, "storage": {"folder": "records"}}, tmp_path)
    folder = tmp_path.resolve() / "records"
    assert settings.storage.folder == folder
    assert settings.storage.database == f"sqlite:///{folder}/practice.db"
    assert settings.storage.keys == f"sqlite:///{folder}/keys/keys.db"
    assert settings.storage.key_file == folder / "keys" / "master.key"
    assert settings.storage.checkpoints == folder / "checkpoints" / "audit.txt"


@pytest.mark.parametrize("content", [b"[practice\n", b"\xff\xfe"], ids=["not TOML", "not UTF-8"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"config\.toml"):
        Settings.load(file)


def test_other_computers_are_served_behind_https_only(tmp_path: Path) -> None:
    settings = Settings.from_mapping({"practice": PRACTICE}, tmp_path)
    refuse_open_http(settings)
    with pytest.raises(CannotServe, match="https"):
        refuse_open_http(listening_at(settings, host="0.0.0.0", port=8000))  # noqa: S104
    web = {"host": "0.0.0.0", "public_url": "https://practice.example"}  # noqa: S104
    refuse_open_http(Settings.from_mapping({"practice": PRACTICE, "web": web}, tmp_path))


def test_the_practices_own_folder_counts_when_it_is_named_or_there(tmp_path: Path) -> None:
    alone = Settings.from_mapping({"practice": PRACTICE}, tmp_path)
    assert alone.programme.own_folder is None
    (tmp_path / "programme").mkdir()
    assert alone.programme.own_folder == tmp_path.resolve() / "programme"
    named = Settings.from_mapping({"practice": PRACTICE, "programme": {"folder": "ours"}}, tmp_path)
    assert named.programme.own_folder == tmp_path.resolve() / "ours"


def test_links_follow_another_port_but_not_a_proxy(tmp_path: Path) -> None:
    alone = Settings.from_mapping({"practice": PRACTICE}, tmp_path)
    assert listening_at(alone, host="127.0.0.1", port=9000).web.public_url == "http://127.0.0.1:9000"
    proxied = Settings.from_mapping({"practice": PRACTICE, "web": {"public_url": "https://a.example"}}, tmp_path)
    assert listening_at(proxied, host="127.0.0.1", port=9000).web.public_url == "https://a.example"


def test_another_computers_mail_server_is_spoken_to_encrypted_only(tmp_path: Path) -> None:
    mail = {"enabled": True, "sender": "notes@mail.example", "starttls": False}
    (line,) = mistakes(tmp_path, mail={**mail, "host": "smtp.mail.example"})
    assert line == "mail.starttls: expected true (a mail server on another computer is spoken to encrypted only)"
    assert not Settings.from_mapping({"practice": PRACTICE, "mail": mail}, tmp_path).mail.starttls
