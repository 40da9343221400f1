"""What two people of an invented life do with each other's words: reveals, accuracy exchanges, agreements.

Decides: how the short form in the data becomes single acts. Must never know: sessions.

`reveal`: group, opened, place; noticed = [{person, at, text}].
`exchange`: saying, sayer, begun, ended; each round: next (but for the first), said_at, said, heard (its opening), rated_at, rating,
rated (its opening).
`agreement`: worksheet, opened, ended and ended_by; each version: by, put, answers; signed or declined (by the other); reviewed
= {at, what}, for the task of its review date; draft = {by, at, answers}, which nobody but its writer sees.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime
from functools import partial

from clinic import access
from clinic.db import db
from clinic.demo.lives import givens
from clinic.demo.scene import Act, Entry, Scene
from clinic.models import Assignment, JointVersion, Participant, Task
from clinic.models.agreeing import (
    decide,
    draft_of,
    keep_draft,
    number_of_newest,
    open_for_both,
    put_version,
    raise_due_reviews,
    worksheet_of,
)
from clinic.models.exchanges import begin_exchange, next_round
from clinic.models.joint import Decision
from clinic.models.revealing import open_group
from clinic.models.reveals import ExchangeRound, Place, notice
from clinic.models.sending import send
from clinic.models.sending import worksheet_of as homework_of
from forms import library


def together(scene: Scene) -> Iterator[Act]:
    for entry in scene.entries("reveal"):
        yield Act(scene.at(entry["opened"]), partial(_open, scene, entry))
        for noticed in entry.get("noticed", []):
            yield Act(scene.at(noticed["at"]), partial(_notice, scene, entry, noticed))
    for entry in scene.entries("exchange"):
        yield from _exchange(scene, entry)
    for entry in scene.entries("agreement"):
        yield from _agreement(scene, entry)


# --- side by side -------------------------------------------------------------------------------------------------------


def _open(scene: Scene, entry: Entry, at: datetime) -> None:
    place = Place(entry.get("place", "in_session"))
    entry["row"] = open_group(db.session(), scene.begun, entry["group"], place=place, by=scene.counselor, at=at)


def _notice(scene: Scene, entry: Entry, noticed: Entry, at: datetime) -> None:
    seat, by = scene.seats[noticed["person"]], scene.user(noticed["person"])
    notice(db.session(), entry["row"], seat, noticed["text"].strip(), by=by, at=at)


def _exchange(scene: Scene, entry: Entry) -> Iterator[Act]:
    yield Act(scene.at(entry["begun"]), partial(_begin, scene, entry))
    for number, round in enumerate(entry["round"]):
        if number:
            yield Act(scene.at(round["next"]), partial(_next, scene, entry))
        yield Act(scene.at(round["said_at"]), partial(_say, scene, entry, number))
        yield Act(scene.at(round["heard"]), partial(_open_side, scene, entry["saying"]))
        yield Act(scene.at(round["rated_at"]), partial(_rate, scene, entry, number))
        yield Act(scene.at(round["rated"]), partial(_open_rating, scene, entry, number))
    if "ended" in entry:
        yield Act(scene.at(entry["ended"]), partial(_end_exchange, scene, entry))


def _begin(scene: Scene, entry: Entry, at: datetime) -> None:
    sayer = scene.seats[entry["sayer"]]
    entry["row"] = begin_exchange(db.session(), scene.begun, entry["saying"], sayer, by=scene.counselor, at=at)


def _next(scene: Scene, entry: Entry, at: datetime) -> None:
    next_round(db.session(), entry["row"], by=scene.counselor, at=at)


def _say(scene: Scene, entry: Entry, number: int, at: datetime) -> None:
    row: ExchangeRound = entry["row"].rounds[number]
    _answer(scene, row.saying_id, entry["round"][number]["said"], at=at)


def _rate(scene: Scene, entry: Entry, number: int, at: datetime) -> None:
    row: ExchangeRound = entry["row"].rounds[number]
    _answer(scene, row.rating_id, entry["round"][number]["rating"], at=at)


def _answer(scene: Scene, assignment_id: uuid.UUID, answers: Entry, *, at: datetime) -> None:
    (homework,) = access.rows_of(scene.viewer, Assignment, Assignment.id == assignment_id)
    said = givens(homework_of(homework), answers)
    send(db.session(), homework, said, submission_key=uuid.uuid4(), by=homework.participant.user_id or scene.counselor, at=at)


def _open_side(scene: Scene, worksheet_id: str, at: datetime) -> None:
    (group,) = {item.reveal_group for item in library.worksheet(worksheet_id).items}
    open_group(db.session(), scene.begun, group, place=Place.IN_SESSION, by=scene.counselor, at=at)


def _open_rating(scene: Scene, entry: Entry, number: int, at: datetime) -> None:
    """Both answers of the round are read with it."""
    row: ExchangeRound = entry["row"].rounds[number]
    _open_side(scene, entry["row"].rating, at)
    for homework in access.rows_of(scene.viewer, Assignment, Assignment.id.in_((row.saying_id, row.rating_id))):
        homework.mark_reviewed(by=scene.counselor, at=at)


def _end_exchange(scene: Scene, entry: Entry, at: datetime) -> None:
    entry["row"].end(by=scene.counselor, at=at)


# --- agreements ---------------------------------------------------------------------------------------------------------


def _agreement(scene: Scene, entry: Entry) -> Iterator[Act]:
    yield Act(scene.at(entry["opened"]), partial(_open_form, scene, entry))
    for number, version in enumerate(entry.get("version", [])):
        yield Act(scene.at(version["put"]), partial(_put, scene, entry, version))
        for word, decision in (("signed", Decision.SIGNED), ("declined", Decision.DECLINED)):
            if word in version:
                yield Act(scene.at(version[word]), partial(_decide, scene, entry, number, decision))
        if "reviewed" in version:
            yield Act(scene.at(version["reviewed"]["at"]), partial(_look_again, scene, entry, number, version["reviewed"]["what"]))
    if "draft" in entry:
        yield Act(scene.at(entry["draft"]["at"]), partial(_draft, scene, entry, entry["draft"]))
    if "ended" in entry:
        yield Act(scene.at(entry["ended"]), partial(_end, scene, entry))


def _open_form(scene: Scene, entry: Entry, at: datetime) -> None:
    sheet = library.worksheet(entry["worksheet"])
    entry["form"] = open_for_both(db.session(), scene.begun, sheet, by=scene.counselor, at=at)
    db.session.flush()


def _draft(scene: Scene, entry: Entry, words: Entry, at: datetime) -> None:
    seat, form = scene.seats[words["by"]], entry["form"]
    before = draft_of(db.session(), form, seat)
    said = givens(worksheet_of(form, scene.begun.relation), scene.dated(words["answers"], at))
    keep_draft(db.session(), form, seat, said, known=before.revision if before else 0, at=at)


def _put(scene: Scene, entry: Entry, version: Entry, at: datetime) -> None:
    _draft(scene, entry, version, at)
    seat, form = scene.seats[version["by"]], entry["form"]
    put_version(
        db.session(), form, seat, typed_name=seat.full_name or "", after=number_of_newest(form), day=scene.calendar.day(at),
        by=scene.user(version["by"]), at=at,
    )  # fmt: skip
    db.session.flush()


def _decide(scene: Scene, entry: Entry, number: int, decision: Decision, at: datetime) -> None:
    form, version = entry["form"], entry["form"].versions[number]
    other = next(seat for seat in scene.seats.values() if seat.id != version.proposed_by)
    decide(
        db.session(), form, version, decision, participant=other, typed_name=other.full_name or "",
        day=scene.calendar.day(at), by=_user_of(scene, other), at=at,
    )  # fmt: skip


def _user_of(scene: Scene, seat: Participant) -> uuid.UUID:
    return next(scene.user(key) for key, one in scene.seats.items() if one is seat)


def _look_again(scene: Scene, entry: Entry, number: int, what: str, at: datetime) -> None:
    """The worker raises the task on the day, and it is done in that day's session."""
    raise_due_reviews(db.session(), at=at)
    version: JointVersion = entry["form"].versions[number]
    for task in access.rows_of(scene.viewer, Task, Task.id == version.review_task_id):
        task.finish(what=what.strip(), by=scene.counselor, at=at)


def _end(scene: Scene, entry: Entry, at: datetime) -> None:
    key = entry["ended_by"]
    entry["form"].end(by=scene.counselor if key == "counselor" else scene.user(key), at=at)
