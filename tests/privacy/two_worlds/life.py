"""One of the two worlds: a practice of its own, the case of Ana and Ben in it, and what they and their counselor hold in hand.

The two differ only in what Ben keeps private. What he writes into a question that may be opened side by side is the same in both
until it is opened: opened, it is Ana's to know. Whether and when he writes it is his own.
"""

from __future__ import annotations

import random
import shutil
import uuid
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar

from cast import Browser, Cast, Clock
from flask import Flask
from sqlalchemy import func, select

from clinic.access import Viewer
from clinic.config import Mail
from clinic.db import db
from clinic.jobs import Bench
from clinic.models import (
    Answer,
    Assignment,
    AssignmentState,
    Case,
    Participant,
    RevealedAnswer,
    Sharing,
    WorksheetResponse,
)
from clinic.models.groups import groups_in
from clinic.models.homework import assign
from clinic.models.safety import AFFECTION, why_affection_is_closed
from clinic.models.schedules import Run, Schedule, ScheduleState
from clinic.models.sending import worksheet_of
from forms import Given, library
from forms.definition import Item, Visibility
from tests.privacy.crawl import signed_in
from tests.privacy.two_worlds.answers import something

T = TypeVar("T")
OPEN = (AssignmentState.OPEN.value, AssignmentState.RETURNED.value)
SENT = (AssignmentState.SUBMITTED.value, AssignmentState.REVIEWED.value)
BENS_SHOWN = {"one-sentence": "one_sentence", "hopes": "how_i_react", "my-share-of-effort": "my_effort"}  # given from the start
TOGETHER = {sheet.id for group in groups_in("partner") for sheet in group.worksheets}
FREE_TO_SAY_NO = "free_to_say_no"


@dataclass
class Life:
    app: Flask
    folder: Path
    base: Path  # the practice that every trace begins with
    known: Cast
    clock: Clock
    world: int
    seed: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    looks: int = 0
    context: Context | None = None

    # --- the practice

    def begin(self, seed: int) -> None:
        self.end()
        for old in self.folder.glob("practice.db*"):
            old.unlink()
        shutil.copyfile(self.base, self.folder / "practice.db")
        self.seed, self.letters, self.looks, self.context = seed, [], 0, Context()
        self.clock.at = Clock.at
        self.within(lambda: self.app.app_context().push())

    def end(self) -> None:
        if self.context is not None:
            self.within(db.session.remove)
        self.context = None

    def within(self, act: Callable[[], T]) -> T:
        """In this world's own application context, which outlives the call: what was not committed waits there."""
        assert self.context is not None, "nothing has begun"
        return self.context.run(act)

    @property
    def cast(self) -> Cast:
        return Cast(self.app, self.clock, self.known.users, self.known.seats, self.known.cases)

    @property
    def at(self) -> datetime:
        return self.clock()

    @property
    def cleo(self) -> uuid.UUID:
        return self.known.users["Cleo"]

    def by(self, name: str) -> uuid.UUID:
        return self.known.users[name]

    @property
    def case(self) -> Case:
        return self.cast.case("Ana")

    @property
    def is_separated(self) -> bool:
        return self.case.separated_at is not None

    def seat(self, name: str) -> Participant:
        return self.cast.seat(name)

    def browser(self, name: str) -> Browser:
        db.session.commit()
        return signed_in(self.app, name)

    def viewer(self, name: str) -> Viewer:
        return Viewer.of(self.cast.user(name))

    def bench(self) -> Bench:
        mail = Mail(enabled=True, sender="notes@mail.example")
        settings = self.app.extensions["settings"].model_copy(update={"mail": mail})
        return Bench(settings, b"of the links", self.clock, self.letters.append)

    # --- rows

    def rows(self, model: type[T], *conditions: Any, order: Any = None) -> list[T]:
        chosen: Any = select(model).where(*conditions)
        found = list(db.session.scalars(chosen))
        return sorted(found, key=order or (lambda row: str(row.id)))

    def homework(self, name: str, *states: str) -> list[Assignment]:
        conditions = [Assignment.participant_id == self.known.seats[name]]
        if states:
            conditions.append(Assignment.state.in_(states))
        return self.rows(Assignment, *conditions, order=lambda row: (row.assigned_at, row.content_id, str(row.id)))

    def newest(self, name: str, sheet: str) -> Assignment | None:
        found = [row for row in self.homework(name) if row.content_id == sheet and row.state != AssignmentState.WITHDRAWN]
        return found[-1] if found else None

    def give(self, name: str, sheet: str) -> Assignment:
        row = self.cast.assign(name, sheet, by="Cleo")
        db.session.flush()
        return row

    def give_measure(self, name: str, measure: str) -> Assignment:
        version = library.measure(measure).version
        row = assign(
            db.session(), self.seat(name), kind="measure", content_id=measure, content_version=version, module_id=None,
            by=self.cleo, at=self.at,
        )  # fmt: skip
        db.session.flush()
        return row

    def answers(self, row: Assignment) -> list[Answer]:
        """What was sent last."""
        sendings = self.rows(WorksheetResponse, WorksheetResponse.assignment_id == row.id, order=lambda one: one.number)
        return list(sendings[-1].answers) if sendings else []

    def is_shown(self, answer: Answer) -> bool:
        live = select(func.count(Sharing.id)).where(Sharing.answer_id == answer.id, Sharing.withdrawn_at.is_(None))
        return bool(db.session.scalar(live))

    def was_opened(self, row: Assignment) -> bool:
        opened = select(func.count(RevealedAnswer.id)).join(Answer, Answer.id == RevealedAnswer.answer_id)
        return bool(db.session.scalar(opened.where(Answer.assignment_id == row.id)))

    def opens_by_itself(self) -> str:
        """What of Ana's opens without anyone's act if the hard rule on `affection` allows it, which hangs on Ben's answers too:
        the rule is the counselor's to know, and a trace in which it stands differently ends."""
        begun = select(Run.schedule_id)
        comes = (Schedule.state == ScheduleState.ACTIVE.value, Schedule.module_id == AFFECTION, Schedule.id.not_in(begun))
        planned = (Assignment.state == AssignmentState.HELD.value, Assignment.opens_at.is_not(None))
        waits = self.rows(Schedule, Schedule.participant_id == self.known.seats["Ana"], *comes) or self.rows(
            Assignment, Assignment.participant_id == self.known.seats["Ana"], Assignment.module_id == AFFECTION, *planned
        )
        return f"closed: {bool(why_affection_is_closed(db.session(), self.case, at=self.at))}" if waits else ""

    # --- what is written

    def filled(self, row: Assignment, draw: random.Random) -> dict[str, Given]:
        """All answers of one sheet, as its person gives them now."""
        is_bens, opened = row.participant_id == self.known.seats["Ben"], self.was_opened(row)
        kept = {one.item_id: Given.from_json(one.given) for one in self.answers(row) if is_bens and self.is_shown(one)}
        return {
            item.id: kept.get(item.id)
            or (self.to_be_opened(item) if is_bens and _may_be_opened(item) and not opened else self._given(item, draw))
            for item in worksheet_of(row).items
        }

    def _given(self, item: Item, draw: random.Random) -> Given:
        is_free = item.id == FREE_TO_SAY_NO and draw.random() < 0.8
        return _free(item) if is_free else something(item, draw, day=self.at.date())

    def to_be_opened(self, item: Item) -> Given:
        """What Ben writes for the next opening: the same in both worlds."""
        return something(item, random.Random(f"{self.seed} {item.id}"), day=Clock.at.date())

    def send(self, name: str, row: Assignment, givens: dict[str, Given]) -> None:
        self.cast.send(row, givens, by=self.by(name))
        db.session.flush()


def _may_be_opened(item: Item) -> bool:
    return item.visibility is Visibility.REVEAL


def _free(item: Item) -> Given:
    return Given({"choice": "yes", "text": ""}) if item.options else Given(4)
