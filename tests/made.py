"""The demo as a test finds it: the folder that `clinic demo` made, and what it printed."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from clinic import create_app
from clinic.access import Viewer
from clinic.cli import cli
from clinic.config import Settings
from clinic.db import db
from clinic.models import User


def clinic(*words: object) -> Result:
    """A command as a person would type it."""
    return CliRunner().invoke(cli, [str(word) for word in words])


@dataclass(frozen=True)
class Made:
    folder: Path
    output: str

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def opened(self) -> Flask:
        return create_app(Settings.load(self.config))

    def password(self, name: str) -> str:
        return password_in(self.output, name)

    def copied_to(self, folder: Path) -> Made:
        return Made(Path(shutil.copytree(self.folder, folder)), self.output)


LONGEST = 240.0


def made_once(base: Path) -> Made:
    """The demo of this run of the tests: whoever comes first makes it, and the others wait for it."""
    place, said = base / "the demo", base / "the demo said.txt"
    try:
        (base / "the demo is being made").mkdir()
    except FileExistsError:
        _wait_for(said)
    else:
        answer = clinic("demo", "--folder", place, "--no-serve")
        part = said.with_suffix(".part")
        part.write_text(answer.output, encoding="utf-8")
        part.rename(said)
    output = said.read_text(encoding="utf-8")
    assert (place / "config.toml").exists(), output
    return Made(place, output)


def _wait_for(file: Path) -> None:
    until = time.monotonic() + LONGEST
    while not file.exists():
        assert time.monotonic() < until, "whoever began to make the demo did not come to an end"
        time.sleep(0.2)


def password_in(output: str, name: str) -> str:
    (line,) = [line for line in output.splitlines() if line.strip().startswith(f"{name}@demo.example ")]
    return line.split()[1]


def viewer_of(app: Flask, name: str) -> Viewer:
    index = app.extensions["keyring"].blind_index(f"{name}@demo.example")
    return Viewer.of(db.session.scalars(select(User).where(User.email_index == index)).one())
