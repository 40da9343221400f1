"""What the counselor of an invented life puts on record beside the sessions, and what its people say to the counselor alone.

Decides: nothing but the order within one entry. Must never know: homework.

`setback`: at, happened, text, reopens (modules), person (if it is one person's own). `mark`: at, module, name, reason, waives.
`clearance`: at, reason, recheck. `separation`: at, why. `word` (a private word): person, begun, sent, text, read, done (what was
done about it).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from clinic.db import db
from clinic.demo.scene import Act, Entry, Scene
from clinic.demo.sessions import finish_tasks, status_of
from clinic.models import StageStatus
from clinic.models.agreeing import raise_due_reviews
from clinic.models.private_word import begin_word
from clinic.models.programme import change_stage, mark_sign
from clinic.models.safety import clear_joint_work
from clinic.models.sending import send
from clinic.models.separating import separate
from clinic.models.setbacks import record_setback
from clinic.models.upkeep import raise_rechecks
from forms import Given, library
from forms.criteria import key_of


def course(scene: Scene) -> Iterator[Act]:
    for kind, act in (("setback", _fall_back), ("mark", _mark), ("clearance", _clear), ("separation", _separate)):
        for entry in scene.entries(kind):
            yield Act(scene.at(entry["at"]), partial(act, scene, entry))
    for entry in scene.entries("word"):
        yield Act(scene.at(entry["begun"]), partial(_begin_word, scene, entry))
        yield Act(scene.at(entry["sent"]), partial(_send_word, scene, entry))
        if "read" in entry:
            yield Act(scene.at(entry["read"]), partial(_read_word, scene, entry))


def upkeep(first: datetime, last: datetime) -> Iterator[Act]:
    """What the worker of a practice does by itself, here once a week: review dates and re-checks that have come."""
    at = first.replace(hour=6, minute=10, second=0) + timedelta(days=1)
    while at < last:
        yield Act(at, _see_to_it)
        at += timedelta(weeks=1)


def _see_to_it(at: datetime) -> None:
    raise_due_reviews(db.session(), at=at)
    raise_rechecks(db.session(), at=at)


def _fall_back(scene: Scene, entry: Entry, at: datetime) -> None:
    whose, day, again = entry.get("person"), scene.day(f"{entry['happened']} 12:00"), StageStatus.REVISITING
    record_setback(
        db.session(), scene.begun, participant_id=scene.seats[whose].id if whose else None, happened_on=day,
        text=entry["text"].strip(), reopened=entry["reopens"], by=scene.counselor, at=at,
    )  # fmt: skip
    for module in entry["reopens"]:
        before = status_of(scene, module)
        if before is not again:
            reason = f"After the setback of {day:%B} {day.day}, {day.year}."
            change_stage(db.session(), scene.begun, module, before=before, to=again, reason=reason, by=scene.counselor, at=at)


def _mark(scene: Scene, entry: Entry, at: datetime) -> None:
    module, name, waives = entry["module"], entry["name"], entry.get("waives", False)
    signs = library.module(module).criteria
    offered = {key_of(one) for one in signs if one.arguments.get("waivable")} if waives else {
        one.arguments["tag"] if one.rule == "recorded" else one.arguments.get("unless_recorded") for one in signs
    }  # fmt: skip
    if name not in offered:
        raise ValueError(f"no sign of {module} takes the word {name!r}")
    mark_sign(db.session(), scene.begun, module, name=name, waives=waives, reason=entry["reason"], by=scene.counselor, at=at)


def _clear(scene: Scene, entry: Entry, at: datetime) -> None:
    recheck = scene.day(f"{entry['recheck']} 12:00")
    clear_joint_work(db.session(), scene.begun, reason=entry["reason"].strip(), recheck_on=recheck, by=scene.counselor, at=at)


def _separate(scene: Scene, entry: Entry, at: datetime) -> None:
    separate(db.session(), scene.begun, why=entry["why"], by=scene.counselor, at=at)


def _begin_word(scene: Scene, entry: Entry, at: datetime) -> None:
    db.session.flush()
    entry["row"] = begin_word(db.session(), scene.seats[entry["person"]], by=scene.user(entry["person"]), at=at)


def _send_word(scene: Scene, entry: Entry, at: datetime) -> None:
    said = {"note_to_counselor": Given(entry["text"].strip())}
    db.session.flush()
    send(db.session(), entry["row"], said, submission_key=uuid.uuid4(), by=scene.user(entry["person"]), at=at)


def _read_word(scene: Scene, entry: Entry, at: datetime) -> None:
    finish_tasks(scene, entry["row"], entry["done"], at=at)
    entry["row"].mark_reviewed(by=scene.counselor, at=at)
