"""Sessions that are planned: of both and of Ana, the same in both worlds; of Ben alone, as it comes in each."""

from __future__ import annotations

import random
from datetime import timedelta

from clinic.db import db
from clinic.models import Medium, PlannedEncounter, PlannedState
from clinic.models.planned import plan_session
from tests.privacy.two_worlds.acts import NOTHING, Whose, act
from tests.privacy.two_worlds.answers import words
from tests.privacy.two_worlds.life import Life


def _plans(life: Life, draw: random.Random, name: str | None) -> str:
    begins = life.at + timedelta(hours=draw.randint(3, 200))
    plan_session(
        db.session(), life.case, with_one=life.seat(name).id if name else None, begins_at=begins,
        minutes=draw.choice([50, 80]), medium=draw.choice(list(Medium)), by=life.cleo, at=life.at,
    )  # fmt: skip
    return f"for {begins:%d %B, %H:%M}"


def _changes(life: Life, draw: random.Random, name: str | None) -> str:
    whose = PlannedEncounter.individual_of == life.seat(name).id if name else PlannedEncounter.individual_of.is_(None)
    planned = (PlannedEncounter.case_id == life.case.id, PlannedEncounter.state == PlannedState.PLANNED.value)
    rows = life.rows(PlannedEncounter, *planned, whose, order=lambda one: (one.begins_at, one.planned_at))
    if not rows:
        return NOTHING
    row = rows[0]
    if draw.random() < 0.5:
        row.cancel(reason=words(draw), by=life.cleo, at=life.at)
        return "called off"
    row.move(begins_at=life.at + timedelta(hours=draw.randint(3, 99)), minutes=50, medium=Medium.VIDEO, by=life.cleo, at=life.at)
    return "moved"


@act(Whose.COUNSELOR, weight=2)
def the_counselor_plans_a_session_of_both(life: Life, draw: random.Random) -> str:
    return _plans(life, draw, None)


@act(Whose.COUNSELOR, weight=1)
def the_counselor_changes_a_planned_session_of_both(life: Life, draw: random.Random) -> str:
    return _changes(life, draw, None)


@act(Whose.COUNSELOR, weight=1)
def the_counselor_plans_a_session_with_ana_alone(life: Life, draw: random.Random) -> str:
    return _plans(life, draw, "Ana")


@act(Whose.BEN, weight=2)
def the_counselor_plans_a_session_with_ben_alone(life: Life, draw: random.Random) -> str:
    return _plans(life, draw, "Ben")


@act(Whose.BEN, weight=1)
def the_counselor_changes_a_planned_session_with_ben_alone(life: Life, draw: random.Random) -> str:
    return _changes(life, draw, "Ben")
