"""The folder of an invented practice: its settings, its keys, its rows; made whole or not at all.

Decides: what the practice is called (and that it says it is invented), and who gets a new password. Must never touch: a practice
that is not marked as a demo.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select, update

from clinic import create_app
from clinic.config import FILE_NAME, Settings, filled_example
from clinic.db import db
from clinic.demo import Cast, Login, fill, new_password
from clinic.models import SignIn, User
from clinic.models.people import hashed_password
from clinic.setup import prepare

VALUES = {
    "practice.name": "Kintsugi Demo Practice (invented)",
    "practice.time_zone": "America/New_York",
    "practice.letterhead": ["12 Example Street, Sampleton", "Everything in this document is invented."],
    "practice.demo": True,
    "practice.crisis_lines.name": "Example Crisis Line (invented)",
    "practice.crisis_lines.contact": "Call 000-0000: nobody answers, because this line is invented",
}
# The example shows these commented out, and the day is not text.
BLOCK, CHECKED_ON = "#[[practice.crisis_lines]]", "#checked_on = 2026-01-15"


class NotADemo(Exception):
    """The folder holds something else. Nothing in it was touched."""


def settings_text(today: datetime) -> str:
    text = filled_example(VALUES)
    if BLOCK not in text or CHECKED_ON not in text:
        raise RuntimeError("config.example.toml no longer shows crisis lines the way the demo expects")
    return text.replace(BLOCK, BLOCK[1:]).replace(CHECKED_ON, f"checked_on = {today.date().isoformat()}")


def is_made(folder: Path) -> bool:
    """Whether a demo is there already; NotADemo if something else is."""
    if (folder / FILE_NAME).exists():
        if not Settings.load(folder / FILE_NAME).practice.demo:
            raise NotADemo(f"The practice in {folder} is not a demo. Choose another folder with --folder.")
        return True
    if folder.exists() and any(folder.iterdir()):
        raise NotADemo(f"{folder} holds other files. Choose an empty folder, or one that is not there yet.")
    return False


def make(folder: Path) -> Cast:
    """Made beside its place, and moved there when it is whole."""
    now = datetime.now(UTC)
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700, parents=True)
    try:
        (part / FILE_NAME).write_text(settings_text(now), encoding="utf-8")
        cast = fill(prepare(Settings.load(part / FILE_NAME)), now)
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return cast


def logins(settings: Settings) -> tuple[Login, ...]:
    """Who can sign in, without passwords: only their hashes are kept."""
    with create_app(settings).app_context():
        return tuple(Login(user.name, user.email, user.role) for user in _who_can_sign_in())


def _who_can_sign_in() -> list[User]:
    return list(db.session.scalars(select(User).where(User.password_hash.is_not(None)).order_by(User.added_at)))


def renew_passwords(settings: Settings) -> tuple[Login, ...]:
    """Fresh passwords for everybody; whoever is signed in is signed out."""
    app = create_app(settings)
    with app.app_context():
        people = [(user.id, Login(user.name, user.email, user.role, new_password(user.name, user.email)))
                  for user in _who_can_sign_in()]  # fmt: skip
        db.session.rollback()
        hashes = {user_id: hashed_password(login.password) for user_id, login in people}  # outside the write transaction
        at = app.extensions["clock"]()
        for user_id, hashed in hashes.items():
            db.session.get_one(User, user_id).take_password(hashed, by=None, at=at)
        db.session.execute(update(SignIn).where(SignIn.ended_at.is_(None)).values(ended_at=at))
        db.session.commit()
    return tuple(login for _, login in people)
