"""Plain cases in any number, for benchmarks: the shape of a case, with next to no words.

Decides: what the smallest believable case holds. Must never know: the lives.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from clinic import access
from clinic.access import Kind, Viewer
from clinic.db import db
from clinic.demo.haste import in_haste
from clinic.demo.lives import givens, safety_answers
from clinic.demo.people import address
from clinic.models import (
    Assignment,
    Case,
    Medium,
    NoteFormat,
    Participant,
    PolicyKind,
    Relationship,
    Side,
    StageStatus,
    User,
)
from clinic.models.homework import assign
from clinic.models.notes import begin_note, record_encounter
from clinic.models.opening import CONSENT, NewPerson, add_case, sign_document
from clinic.models.programme import change_stage
from clinic.models.sending import SAFETY_CHECK, send, worksheet_of
from forms import library

if TYPE_CHECKING:
    from flask import Flask

NAMES = ("Alder", "Briar", "Clove", "Fern", "Hazel", "Ivy", "Juniper", "Linden", "Maple", "Rowan", "Sage", "Willow")
IN_A_COMMIT = 20
FIRST_STAGE = "address-the-betrayal"


def many(app: Flask, *, cases: int, by: uuid.UUID | None = None, now: datetime | None = None) -> list[uuid.UUID]:
    """Add so many plain cases to a counselor's caseload (Cleo's, if none is named). Their people cannot sign in."""
    ends = now or datetime.now(UTC)
    with in_haste(app):
        counselor = by or _cleo(app)
        made = []
        for number in range(cases):
            made.append(_plain_case(app, number, by=counselor, at=ends - timedelta(days=60, minutes=number)))
            if number % IN_A_COMMIT == IN_A_COMMIT - 1:
                db.session.commit()
        db.session.commit()
    return made


def _cleo(app: Flask) -> uuid.UUID:
    index = app.extensions["keyring"].blind_index(address("cleo"))
    return db.session.scalars(select(User.id).where(User.email_index == index)).one()


def _plain_case(app: Flask, number: int, *, by: uuid.UUID, at: datetime) -> uuid.UUID:
    first, second = NAMES[number % len(NAMES)], NAMES[(number * 5 + 3) % len(NAMES)]
    case = add_case(
        db.session(),
        relation=list(Relationship)[number % 3],
        people=[_newcomer(first, second, Side.HURT), _newcomer(second, first, Side.INVOLVED)],
        policy=PolicyKind.LIMITED_SECRETS,
        blind_index=app.extensions["keyring"].blind_index,
        by=by,
        at=at,
    )
    db.session.flush()
    for person in case.participants:
        _first_steps(person, counselor=by, at=at + timedelta(days=1))
        _one_worksheet(person, is_sent=number % 2 == 0, counselor=by, at=at + timedelta(days=2))
    _one_session(case, by=by, at=at + timedelta(days=7))
    return case.id


def _newcomer(name: str, other: str, side: Side) -> NewPerson:
    return NewPerson(full_name=f"{name} Example", preferred_name=name, side=side, calls_other=other, calls_event="that week")


def _first_steps(person: Participant, *, counselor: uuid.UUID, at: datetime) -> None:
    for document in (CONSENT, PolicyKind.LIMITED_SECRETS.value):
        sign_document(db.session(), person, document, typed_name=person.full_name, by=counselor, at=at)
    (check,) = access.rows_of(
        Viewer(Kind.COUNSELOR, counselor),
        Assignment,
        Assignment.participant_id == person.id,
        Assignment.content_id == SAFETY_CHECK,
    )
    answers = givens(worksheet_of(check), safety_answers({}))
    send(db.session(), check, answers, submission_key=uuid.uuid4(), by=counselor, at=at)
    check.mark_reviewed(by=counselor, at=at + timedelta(hours=9))


def _one_worksheet(person: Participant, *, is_sent: bool, counselor: uuid.UUID, at: datetime) -> None:
    worksheet = library.worksheet("one-sentence")
    row = assign(
        db.session(), person, kind="worksheet", content_id=worksheet.id, content_version=worksheet.version,
        module_id=worksheet.module, due_on=(at + timedelta(days=7)).date(), by=counselor, at=at,
    )  # fmt: skip
    if is_sent:
        answers = givens(worksheet, {"one_sentence": "I need us to talk before the week fills up."})
        send(db.session(), row, answers, submission_key=uuid.uuid4(), by=counselor, at=at + timedelta(days=3))


def _one_session(case: Case, *, by: uuid.UUID, at: datetime) -> None:
    change_stage(
        db.session(), case, FIRST_STAGE, before=StageStatus.NOT_STARTED, to=StageStatus.IN_PROGRESS, reason="", by=by, at=at
    )
    encounter = record_encounter(
        db.session(), case, attendees={person.id for person in case.participants}, began_at=at, minutes=50,
        medium=Medium.IN_PERSON, by=by, at=at + timedelta(hours=1),
    )  # fmt: skip
    db.session.flush()
    note = begin_note(db.session(), encounter, format=NoteFormat.FREE, by=by, at=at + timedelta(hours=1))
    stage = {"module_id": FIRST_STAGE, "text": "First plain account, heard by both.", "rating": 0}
    note.save(sections={"note": "First session. Both took part."}, stages=[stage], at=at + timedelta(hours=1))
    db.session.flush()
    note.sign(by=by, name="Counselor", at=at + timedelta(hours=2))
