"""The one table of states and steps: what may follow what, written out by hand."""

from __future__ import annotations

from enum import StrEnum
from itertools import product
from types import SimpleNamespace

import pytest

from clinic.models.states import (
    REFUSALS,
    STEPS,
    AssignmentState,
    CaseState,
    GoalState,
    NotAllowedNow,
    NoteState,
    PlannedState,
    StageStatus,
    TaskState,
    advance,
    may_advance,
)

# Written by hand and never derived from STEPS. A stage: from anywhere to anywhere but back to "not started".
ALLOWED = {
    CaseState: "open>finished finished>open",
    AssignmentState: (
        "open>submitted open>withdrawn submitted>submitted submitted>returned submitted>reviewed submitted>withdrawn "
        "returned>submitted returned>withdrawn open>held open>skipped open>missed held>open held>withdrawn held>missed "
        "skipped>open"
    ),
    NoteState: "draft>submitted draft>signed submitted>draft submitted>signed",
    PlannedState: "planned>held planned>cancelled planned>missed",
    GoalState: "active>reached active>set_aside reached>active set_aside>active",
    TaskState: "open>done done>open",
    StageStatus: (
        "not_started>in_progress not_started>worked_through not_started>revisiting not_started>set_aside "
        "in_progress>worked_through in_progress>revisiting in_progress>set_aside "
        "worked_through>in_progress worked_through>revisiting worked_through>set_aside "
        "revisiting>in_progress revisiting>worked_through revisiting>set_aside "
        "set_aside>in_progress set_aside>worked_through set_aside>revisiting"
    ),
}
PAIRS = [
    (kind, now, to, f"{now}>{to}" in steps.split()) for kind, steps in ALLOWED.items() for now, to in product(kind, repeat=2)
]


def test_every_kind_of_state_is_in_the_table() -> None:
    assert set(STEPS) == set(ALLOWED)
    assert all(set(STEPS[kind]) == set(kind) for kind in STEPS)


@pytest.mark.parametrize(("kind", "now", "to", "allowed"), PAIRS)
def test_each_step_is_allowed_or_refused_as_written(kind: type[StrEnum], now: StrEnum, to: StrEnum, allowed: bool) -> None:
    row = SimpleNamespace(state=now.value)
    assert may_advance(now, to) is allowed
    if allowed:
        advance(row, to)
        assert row.state == to.value
    else:
        with pytest.raises(NotAllowedNow) as refusal:
            advance(row, to)
        assert str(refusal.value).endswith(".")
        assert row.state == now.value


def test_a_refusal_of_its_own_is_written_for_a_step_that_is_refused() -> None:
    assert REFUSALS
    assert not [steps for steps in REFUSALS if may_advance(*steps)]
