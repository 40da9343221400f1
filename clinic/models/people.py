"""People who sign in: users, their invitations, their sign-ins, and how fast they may try.

Decides: what a user is and how a sign-in lives and ends. Must never know: which cases anyone belongs to.
E-mail addresses and names are sealed; the address can be looked up by a blind index only.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from clinic.db import Base, refers_to
from clinic.models.audit import Event, noted
from clinic.models.states import NotAllowedNow
from clinic.sealing import Subject, sealed_data, sealed_text

# argon2id, one pass over 46 MiB (OWASP ASVS 5.0, appendix C).
HASHER = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)
# Verified against when there is no such user, so that "no such user" takes as long as "wrong password".
NOBODY = HASHER.hash(secrets.token_hex(16))


class Role(StrEnum):
    COUNSELOR = "counselor"
    ADMINISTRATOR = "administrator"
    CLIENT = "client"


def token_hash(token: str) -> bytes:
    """What the database keeps of a random token (256 bits, so a plain digest is enough)."""
    return hashlib.sha256(token.encode()).digest()


class User(Base):
    """A login: staff or client. ``is_authenticated`` and the like are what Flask-Login asks for."""

    __tablename__ = "user"

    role: Mapped[str]
    email_index: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    email = sealed_text()
    name = sealed_text()
    credentials = sealed_text()  # printed under a signature: "LMFT, license 12345"
    password_hash: Mapped[str | None] = mapped_column(String(200))
    added_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    letter_keys_off: Mapped[bool | None]  # a counselor's own choice; nothing said is on

    is_anonymous = False

    def sealed_for(self) -> Subject:
        return Subject(self.id, "user")

    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def is_active(self) -> bool:
        return self.disabled_at is None

    @property
    def is_staff(self) -> bool:
        return self.role != Role.CLIENT

    def disable(self, *, by: uuid.UUID, at: datetime) -> None:
        self.disabled_at = at
        noted(self, Event.STAFF_DISABLED, by=by, at=at)

    def enable(self, *, by: uuid.UUID, at: datetime) -> None:
        self.disabled_at = None
        noted(self, Event.STAFF_ENABLED, by=by, at=at)

    def choose_keys(self, *, letters: bool) -> None:
        """A taste, and no part of any record."""
        self.letter_keys_off = not letters

    @property
    def has_letter_keys(self) -> bool:
        return not self.letter_keys_off

    def take_password(self, hashed: str, *, by: uuid.UUID | None, at: datetime) -> None:
        """Set the password from its hash. Hashing takes tens of milliseconds and happens before the write transaction."""
        self.password_hash = hashed
        noted(self, Event.PASSWORD_SET, by=by, at=at)


def hashed_password(password: str) -> str:
    return HASHER.hash(password)


def password_fits(hashed: str | None, password: str) -> bool:
    """Whether the password is the one behind the hash. Takes as long for a user that does not exist (pass None)."""
    try:
        return HASHER.verify(hashed or NOBODY, password) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


class Invitation(Base):
    """A one-time link to choose a password: for a client, a member of staff, or after a forgotten password."""

    __tablename__ = "invitation"

    user_id: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"), index=True)
    hashed: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    def is_open(self, *, at: datetime) -> bool:
        return self.used_at is None and self.revoked_at is None and at < self.expires_at

    def use(self, *, at: datetime) -> None:
        if not self.is_open(at=at):
            raise NotAllowedNow("This link has been used, replaced or has run out. Ask your counselor for a new one.")
        self.used_at = at

    def revoke(self, *, by: uuid.UUID | None, at: datetime) -> None:
        self.revoked_at = at
        noted(self, Event.INVITATION_REVOKED, by=by, at=at)


def new_invitation(user: User, *, valid_for: timedelta, at: datetime) -> tuple[Invitation, str]:
    """An invitation and its token. The token exists here and on the paper that is handed over, nowhere else."""
    token = secrets.token_urlsafe(24)
    row = Invitation(user_id=user.id, hashed=token_hash(token), made_at=at, expires_at=at + valid_for)
    return row, token


class SignIn(Base):
    """One device's stay: a hash of a random token, with an idle and an absolute limit. Ended rows stay, for the audit.

    ``through_host``: begun on the word of a host application, which then says how long it lasts (see `clinic.mount`)."""

    __tablename__ = "sign_in"

    user_id: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"), index=True)
    hashed: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    through_host: Mapped[bool] = mapped_column(default=False)
    device = sealed_text()
    said = sealed_data()  # sentences for the next page, so that no cookie holds any

    def sealed_for(self) -> Subject:
        return Subject(self.user_id, "user")

    def is_live(self, *, at: datetime, idle: timedelta, longest: timedelta) -> bool:
        if self.through_host:
            return self.ended_at is None
        return self.ended_at is None and at < self.seen_at + idle and at < self.began_at + longest

    def touch(self, *, at: datetime) -> None:
        self.seen_at = at

    def end(self, *, at: datetime) -> None:
        if self.ended_at is None:
            self.ended_at = at


class Throttle(Base):
    """Failed tries from one place (a keyed hash of account and source). The wait doubles; the account is never locked."""

    __tablename__ = "throttle"

    bucket: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime]
    wait_until: Mapped[datetime | None]

    FREE_TRIES = 5
    LONGEST = timedelta(minutes=1)
    FORGOTTEN_AFTER = timedelta(hours=1)

    def fail(self, *, at: datetime, free_tries: int = FREE_TRIES) -> None:
        if at > self.last_at + self.FORGOTTEN_AFTER:
            self.failures = 0
        self.failures += 1
        self.last_at = at
        beyond = self.failures - free_tries
        if beyond >= 0:
            self.wait_until = at + min(self.LONGEST, timedelta(seconds=2 ** min(beyond + 1, 12)))

    def seconds_to_wait(self, *, at: datetime) -> int:
        if self.wait_until is None or at >= self.wait_until:
            return 0
        return int((self.wait_until - at).total_seconds()) + 1
