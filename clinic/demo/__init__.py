"""An invented practice, filled through the same verbs as the pages, at a simulated clock that ends today.

    cast = fill(app, now)            # the whole practice: three of staff, twelve lives
    many(app, cases=100)             # plain cases beside it, for benchmarks

Decides: in which order everything happens: all lives are played together, day by day, so that the audit trail reads like one.
Must never know: a real person. Every name and word is made up.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from clinic.db import db
from clinic.demo.calendar import Calendar
from clinic.demo.course import course, upkeep
from clinic.demo.haste import in_haste
from clinic.demo.homework import homework
from clinic.demo.lives import every_life
from clinic.demo.opening import opening
from clinic.demo.people import DOMAIN, STAFF, Cast, Colleague, Login, address, new_password
from clinic.demo.plain import many
from clinic.demo.repeats import repeats
from clinic.demo.scene import Act, Company, Scene
from clinic.demo.sessions import sessions
from clinic.demo.together import together
from clinic.models import Event, Role, User, record
from clinic.models.people import hashed_password

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["DOMAIN", "Cast", "Login", "address", "fill", "many", "new_password", "told"]

KINDS = (opening, sessions, course, homework, repeats, together)
HIRED_BEFORE = timedelta(days=20)


def fill(app: Flask, now: datetime) -> Cast:
    """Fill an empty practice. Passwords are random each time; only their hashes are kept."""
    zone = app.extensions["settings"].practice.zone
    passwords = {key: new_password(name, address(key)) for key, name in _names()}
    hashes = {key: hashed_password(password) for key, password in passwords.items()}  # before any write transaction
    company = Company(app.extensions["keyring"].blind_index, hashes)
    scenes, acts = told(company, now, zone)
    if acts[-1].at > now:
        raise ValueError(f"something would happen at {acts[-1].at}, which is still to come")
    with in_haste(app):
        _hire(company, at=acts[0].at - HIRED_BEFORE)
        _play(acts)
        return _cast(company, scenes, passwords)


def told(company: Company, now: datetime, zone: ZoneInfo) -> tuple[list[Scene], list[Act]]:
    """Every life, and everything that happens in all of them, in the order in which it happens."""
    scenes = []
    for life in every_life():
        calendar = Calendar.ending(now, zone, weeks=life["case"]["weeks"], days_ago=life["case"].get("days_ago", 0))
        scenes.append(Scene(life, calendar, company))
    acts = [act for scene in scenes for kind in KINDS for act in kind(scene)]
    acts += upkeep(min(act.at for act in acts), max(act.at for act in acts))
    return scenes, sorted(acts, key=lambda act: act.at)


def _names() -> Iterator[tuple[str, str]]:
    """Everybody who signs in: the name before the @, and the whole name."""
    yield from ((colleague.key, colleague.name) for colleague in STAFF)
    for life in every_life():
        yield from ((person["key"], person["full_name"]) for person in life["person"] if "joined" in person)


def _hire(company: Company, *, at: datetime) -> None:
    """The administrator first, who adds the others."""
    first = STAFF[0]
    for colleague in STAFF:
        user = User(
            role=colleague.role.value, email=address(colleague.key), email_index=company.blind_index(address(colleague.key)),
            name=colleague.name, credentials=colleague.credentials or None, added_at=at,
        )  # fmt: skip
        db.session.add(user)
        by = company.users[first.key] if colleague is not first else None
        record(db.session(), Event.STAFF_ADDED, by=by, at=at, about=user)
        user.take_password(company.hashes[colleague.key], by=user.id, at=at + timedelta(hours=1))
        company.users[colleague.key] = user.id
        company.signatures[colleague.key] = ", ".join(filter(None, (colleague.name, colleague.credentials)))
    db.session.commit()


def _play(acts: list[Act]) -> None:
    """In order, one commit for each week: a commit to disk costs more than all acts of a day."""
    for _, week in groupby(acts, key=lambda act: act.at.isocalendar()[:2]):
        for act in week:
            act.does(act.at)
        db.session.commit()


def _cast(company: Company, scenes: list[Scene], passwords: dict[str, str]) -> Cast:
    seats = {key: seat.id for scene in scenes for key, seat in scene.seats.items()}
    cases = {scene.life["name"]: scene.begun.id for scene in scenes}
    return Cast((*_staff_logins(passwords), *_client_logins(company, scenes, passwords)), dict(company.users), seats, cases)


def _staff_logins(passwords: dict[str, str]) -> Iterator[Login]:
    for colleague in sorted(STAFF, key=_counselors_first):
        yield Login(colleague.name, address(colleague.key), colleague.role.value, passwords[colleague.key])


def _counselors_first(colleague: Colleague) -> bool:
    return colleague.role is Role.ADMINISTRATOR


def _client_logins(company: Company, scenes: list[Scene], passwords: dict[str, str]) -> Iterator[Login]:
    for scene in scenes:
        for person in scene.entries("person"):
            key = person["key"]
            part = f"client ({scene.life['case']['title']})"
            yield Login(person["name"], address(key), part, passwords.get(key, ""), company.tokens.get(key, ""))
