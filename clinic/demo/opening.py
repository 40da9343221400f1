"""How an invented life begins and ends: the case, the invitations, the first steps of each person, the last day.

Decides: in which order these happen. Must never know: what is worked on in between.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from clinic import access
from clinic.db import db
from clinic.demo.lives import givens, safety_answers
from clinic.demo.people import address
from clinic.demo.scene import Act, Entry, Scene
from clinic.demo.sessions import finish_tasks
from clinic.models import Assignment, Invitation, PolicyKind, Relationship, Side, User
from clinic.models.closing import Closed, close_case
from clinic.models.opening import CONSENT, NewPerson, add_case, invite, sign_document
from clinic.models.people import token_hash
from clinic.models.sending import SAFETY_CHECK, send, worksheet_of

VALID_FOR = timedelta(days=7)
READ_AFTER = timedelta(hours=14)


def opening(scene: Scene) -> Iterator[Act]:
    case = scene.life["case"]
    yield Act(scene.at(case["added"]), partial(_add, scene))
    for person in scene.entries("person"):
        yield Act(scene.at(person["invited"]), partial(_invite, scene, person["key"]))
        if "joined" not in person:
            continue
        joined = scene.at(person["joined"])
        yield Act(joined, partial(_join, scene, person["key"]))
        yield Act(joined + timedelta(minutes=6), partial(_sign, scene, person))
        yield Act(joined + timedelta(minutes=15), partial(_check, scene, person))
        yield Act(joined + READ_AFTER, partial(_read_check, scene, person))
    if "finished" in case:
        yield Act(scene.at(case["finished"]), partial(_finish, scene))


def _add(scene: Scene, at: datetime) -> None:
    case, people = scene.life["case"], scene.entries("person")
    scene.case = add_case(
        db.session(),
        relation=Relationship(case["relation"]),
        people=[_newcomer(person) for person in people],
        policy=PolicyKind(case["policy"]),
        blind_index=scene.company.blind_index,
        by=scene.counselor,
        at=at,
    )
    db.session.flush()
    for person, seat in zip(people, scene.case.participants, strict=True):
        scene.seats[person["key"]] = seat
        if seat.user_id is not None:
            scene.company.users[person["key"]] = seat.user_id


def _newcomer(person: Entry) -> NewPerson:
    return NewPerson(
        full_name=person["full_name"],
        preferred_name=person["name"],
        side=Side(person["side"]),
        pronouns=person["pronouns"],
        email=address(person["key"]),
        calls_other=person["calls_other"],
        calls_event=person["calls_event"],
        contact=person["contact"],
    )


def _user(scene: Scene, key: str) -> User:
    return db.session.get_one(User, scene.company.users[key])


def _invite(scene: Scene, key: str, at: datetime) -> None:
    token = invite(db.session(), _user(scene, key), valid_for=VALID_FOR, by=scene.counselor, at=at)
    scene.company.tokens[key] = token


def _join(scene: Scene, key: str, at: datetime) -> None:
    """The person opens their own link and chooses a password."""
    hashed = token_hash(scene.company.tokens.pop(key))
    db.session.scalars(select(Invitation).where(Invitation.hashed == hashed)).one().use(at=at)
    user = _user(scene, key)
    user.take_password(scene.company.hashes[key], by=user.id, at=at)


def _sign(scene: Scene, person: Entry, at: datetime) -> None:
    seat, by = scene.seats[person["key"]], scene.company.users[person["key"]]
    for document in (CONSENT, scene.life["case"]["policy"]):
        sign_document(db.session(), seat, document, typed_name=person["full_name"], by=by, at=at)


def _check(scene: Scene, person: Entry, at: datetime) -> None:
    seat, by = scene.seats[person["key"]], scene.company.users[person["key"]]
    (check,) = access.rows_of(scene.viewer, Assignment, Assignment.participant_id == seat.id, Assignment.content_id == SAFETY_CHECK)
    answers = givens(worksheet_of(check), safety_answers(person.get("check", {})))
    send(db.session(), check, answers, submission_key=uuid.uuid4(), by=by, at=at)
    scene.assignments[f"{person['key']} check"] = check


def _read_check(scene: Scene, person: Entry, at: datetime) -> None:
    check = scene.assignments[f"{person['key']} check"]
    finish_tasks(scene, check, person.get("check_done", ""), at=at)
    check.mark_reviewed(by=scene.counselor, at=at)


def _finish(scene: Scene, at: datetime) -> None:
    close_case(db.session(), scene.begun, kind=Closed.COMPLETED, note="", by=scene.counselor, at=at)
