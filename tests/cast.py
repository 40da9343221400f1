"""The cast: Ana and Ben, a couple; Cleo, their clinician; Dot and Eli, another couple of hers; Fay, another clinician, with Gil and
Hope, two friends; Sol, a supervisor, in no case until a test puts Sol into one; Max, the administrator.

Everything is made with the same verbs that the pages use, at the hours of a clock that the test owns.
"""

from __future__ import annotations

import uuid
from contextvars import Context
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from clinic.db import db
from clinic.models import Assignment, Case, Participant, Role, User
from clinic.models.cases import Side
from clinic.models.homework import assign
from clinic.models.opening import NewPerson, PolicyKind, Relationship, add_case, sign_document
from clinic.models.people import hashed_password
from clinic.models.sending import send
from forms import Given, library

PASSWORD = "seven gray herons by the lake"
_HASHED: list[str] = []


def password_hash() -> str:
    """Hashed once for all tests: argon2 is slow by design."""
    if not _HASHED:
        _HASHED.append(hashed_password(PASSWORD))
    return _HASHED[0]


@dataclass
class Clock:
    at: datetime = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **time: float) -> datetime:
        self.at += timedelta(**time)
        return self.at


@dataclass
class Cast:
    """Ids, because rows belong to a session. ``users``, ``seats`` and ``cases`` by first name."""

    app: Flask
    clock: Clock
    users: dict[str, uuid.UUID] = field(default_factory=dict)
    seats: dict[str, uuid.UUID] = field(default_factory=dict)
    cases: dict[str, uuid.UUID] = field(default_factory=dict)

    def user(self, name: str) -> User:
        return db.session.get_one(User, self.users[name])

    def seat(self, name: str) -> Participant:
        return db.session.get_one(Participant, self.seats[name])

    def case(self, name: str) -> Case:
        """The case that this person sits in."""
        return db.session.get_one(Case, self.cases[name])

    def add_staff(self, name: str, role: Role) -> None:
        email = f"{name.lower()}@practice.example"
        user = User(
            role=role.value, email=email, email_index=self.app.extensions["keyring"].blind_index(email), name=f"{name} Example",
            added_at=self.clock(), password_hash=password_hash(), credentials="LMFT",
        )  # fmt: skip
        db.session.add(user)
        self.users[name] = user.id

    def add_pair(self, first: str, second: str, *, clinician: str, relation: Relationship = Relationship.PARTNER) -> None:
        people = [self._person(first, second, Side.HURT), self._person(second, first, Side.INVOLVED)]
        case = add_case(
            db.session(), relation=relation, people=people, policy=PolicyKind.LIMITED_SECRETS,
            blind_index=self.app.extensions["keyring"].blind_index, by=self.users[clinician], at=self.clock(),
        )  # fmt: skip
        db.session.flush()
        for participant in case.participants:
            name = participant.preferred_name
            user = db.session.get_one(User, participant.user_id)
            user.password_hash = password_hash()
            self.users[name], self.seats[name], self.cases[name] = user.id, participant.id, case.id

    def _person(self, name: str, other: str, side: Side) -> NewPerson:
        return NewPerson(
            full_name=f"{name} Full-{name}", preferred_name=name, side=side, pronouns="they/them",
            email=f"{name.lower()}@home.example", calls_other=f"My{other}", calls_event="what happened in March",
            contact={"channels": ["email"], "hours": "weekdays 9 to 12", "may_leave_message": False},
        )  # fmt: skip

    def take_first_steps(self, name: str) -> None:
        """Consent, policy and the private check, without a concern."""
        seat, by = self.seat(name), self.users[name]
        sign_document(db.session(), seat, "consent", typed_name=name, by=by, at=self.clock())
        sign_document(db.session(), seat, PolicyKind.LIMITED_SECRETS.value, typed_name=name, by=by, at=self.clock())
        check = db.session.query(Assignment).filter_by(participant_id=seat.id, content_id="safety-check").one()
        self.send(check, calm_check(), by=by)

    def assign(self, name: str, worksheet_id: str, *, by: str) -> Assignment:
        worksheet = library.worksheet(worksheet_id)
        return assign(
            db.session(), self.seat(name), kind="worksheet", content_id=worksheet.id, content_version=worksheet.version,
            module_id=worksheet.module, by=self.users[by], at=self.clock(),
        )  # fmt: skip

    def send(self, assignment: Assignment, givens: dict[str, Given], *, by: uuid.UUID) -> Any:
        return send(db.session(), assignment, givens, submission_key=uuid.uuid4(), by=by, at=self.clock())


def calm_check() -> dict[str, Given]:
    """A safety check that raises nothing."""
    worksheet = library.worksheet("safety-check")
    givens = {}
    for item in worksheet.items:
        calm = next(choice.id for choice in item.choices if choice.id not in item.concern)
        givens[item.id] = Given({"choice": calm, "text": ""})
    return givens


def make_cast(app: Flask, clock: Clock) -> Cast:
    """Everybody, with the first steps of the two couples and the friends done."""
    cast = Cast(app, clock)
    for name, role in (("Cleo", Role.COUNSELOR), ("Fay", Role.COUNSELOR), ("Sol", Role.COUNSELOR), ("Max", Role.ADMINISTRATOR)):
        cast.add_staff(name, role)
    db.session.flush()
    cast.add_pair("Ana", "Ben", clinician="Cleo")
    cast.add_pair("Dot", "Eli", clinician="Cleo")
    cast.add_pair("Gil", "Hope", clinician="Fay", relation=Relationship.FRIEND)
    db.session.commit()
    for name in cast.seats:
        cast.take_first_steps(name)
    db.session.commit()
    return cast


class Browser:
    """One person's browser without a screen: keeps the cookie, finds the CSRF token, follows nothing by itself.

    Each request runs as it would in the server's own thread: inside a test's application context Flask would lend it the test's
    ``g`` and session, and one person's request would begin as another's. What the test changed must be committed before.
    """

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def open(self, path: str, **options: Any) -> TestResponse:
        """Any request; ``method`` and the like as Werkzeug's client takes them."""
        if has_app_context():
            assert not (db.session.new or db.session.dirty), "commit what the test changed before a browser asks for it"
            db.session.rollback()  # a test that has only read holds SQLite's write lock too
        return Context().run(self.client.open, path, **options)

    def sign_in(self, email: str, password: str = PASSWORD) -> TestResponse:
        return self.post("/sign-in", {"email": email, "password": password}, form_at="/sign-in")

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.open(path, method="GET", **options)

    def post(self, path: str, data: dict[str, Any] | None = None, *, form_at: str | None = None, **options: Any) -> TestResponse:
        """``form_at``: the page that holds the form; without it, the page at ``path`` or the visit's token is used."""
        token = self.token(form_at or path)
        return self.open(path, method="POST", data={"csrf_token": token, **(data or {})}, **options)

    def token(self, path: str) -> str:
        text = self.get(path).get_data(as_text=True)
        for mark in ('name="csrf_token" value="', 'name="csrf-token" content="'):
            if mark in text:
                return text.split(mark)[1].split('"')[0]
        return self.token("/") if path != "/" else self._token_anywhere()

    def _token_anywhere(self) -> str:
        text = self.get("/", follow_redirects=True).get_data(as_text=True)
        return text.split('name="csrf_token" value="')[1].split('"')[0]
