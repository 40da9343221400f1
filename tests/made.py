"""The demo as a test finds it: the folder that `clinic demo` made, and what it printed."""

from __future__ import annotations

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


def password_in(output: str, name: str) -> str:
    (line,) = [line for line in output.splitlines() if line.strip().startswith(f"{name}@demo.example ")]
    return line.split()[1]


def viewer_of(app: Flask, name: str) -> Viewer:
    index = app.extensions["keyring"].blind_index(f"{name}@demo.example")
    return Viewer.of(db.session.scalars(select(User).where(User.email_index == index)).one())
