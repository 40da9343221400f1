"""The staff of the invented practice, and passwords that can be said aloud.

Decides: who works there, how a password is made (at random, each time), and what a caller learns of a sign-in. Must never know:
any case.
"""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from clinic.models import Role
from forms.passwords import password_problem

WORDS = Path(__file__).parent / "words.txt"
WORDS_IN_A_PASSWORD = 4
SHORTEST = 18  # more than the longest least length that a practice starts with
DOMAIN = "demo.example"


@dataclass(frozen=True)
class Colleague:
    key: str
    name: str
    role: Role
    credentials: str = ""


STAFF = (
    Colleague("max", "Max Oyelaran", Role.ADMINISTRATOR),
    Colleague("cleo", "Cleo Marchetti", Role.COUNSELOR, "LMFT (invented)"),
    Colleague("fay", "Fay Lindqvist", Role.COUNSELOR, "PsyD (invented)"),
)


@dataclass(frozen=True)
class Login:
    """How one person signs in. ``password`` is empty for somebody who was only invited: then there is a ``token``."""

    name: str
    email: str
    part: str
    password: str = ""
    token: str = ""


@dataclass(frozen=True)
class Cast:
    """Who is in the practice: ids by the name before the @, cases by the name of their folder."""

    logins: tuple[Login, ...] = ()
    users: dict[str, uuid.UUID] = field(default_factory=dict)
    seats: dict[str, uuid.UUID] = field(default_factory=dict)
    cases: dict[str, uuid.UUID] = field(default_factory=dict)

    def password(self, key: str) -> str:
        return next(login.password for login in self.logins if login.email == address(key))


def address(key: str) -> str:
    return f"{key}@{DOMAIN}"


@cache
def _words() -> tuple[str, ...]:
    return tuple(WORDS.read_text(encoding="utf-8").split())


def new_password(*names: str) -> str:
    """Four words at random. ``names`` must not stand in it: the practice's own rule for passwords holds here too."""
    while True:
        password = "-".join(secrets.choice(_words()) for _ in range(WORDS_IN_A_PASSWORD))
        if len(password) >= SHORTEST and password_problem(password, SHORTEST, names) is None:
            return password
