"""Every state that a row can be in, and every step between them, in one place.

Decides: which step is allowed now. Must never know: who asks (that is `clinic.access`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class NotAllowedNow(Exception):
    """A step that the rules do not allow at this moment. Its text is a sentence for the person who tried."""


class AlreadySigned(NotAllowedNow):
    """A signed note and everything under it are final: add an addendum instead."""


class CaseState(StrEnum):
    OPEN = "open"
    FINISHED = "finished"


class AssignmentState(StrEnum):
    OPEN = "open"  # waiting for its person; drafts are theirs alone
    SUBMITTED = "submitted"
    RETURNED = "returned"  # sent back with a comment, open again
    REVIEWED = "reviewed"
    WITHDRAWN = "withdrawn"
    HELD = "held"  # given, and not opened yet: looks the same to its person whatever the reason
    SKIPPED = "skipped"  # a run that its person left out
    MISSED = "missed"  # a run that closed unanswered


class NoteState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"  # a trainee's note with the supervisor, who signs it or sends it back
    SIGNED = "signed"  # for good: a void is a row beside it


class PlannedState(StrEnum):
    PLANNED = "planned"
    HELD = "held"  # it took place, and is recorded
    CANCELLED = "cancelled"
    MISSED = "missed"  # nobody came


class TaskState(StrEnum):
    OPEN = "open"
    DONE = "done"


class StageStatus(StrEnum):
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    WORKED_THROUGH = "worked_through"
    REVISITING = "revisiting"
    SET_ASIDE = "set_aside"


class GoalState(StrEnum):
    ACTIVE = "active"
    REACHED = "reached"
    SET_ASIDE = "set_aside"


# Healing is not linear: a stage may go from anywhere to anywhere but back to "not started".
_STAGE_STEPS = {status: set(StageStatus) - {StageStatus.NOT_STARTED, status} for status in StageStatus}

STEPS: Mapping[type[StrEnum], Mapping[Any, set[Any]]] = {
    CaseState: {
        CaseState.OPEN: {CaseState.FINISHED},
        CaseState.FINISHED: {CaseState.OPEN},
    },
    AssignmentState: {
        AssignmentState.OPEN: {
            AssignmentState.SUBMITTED,
            AssignmentState.WITHDRAWN,
            AssignmentState.HELD,
            AssignmentState.SKIPPED,
            AssignmentState.MISSED,
        },
        AssignmentState.HELD: {AssignmentState.OPEN, AssignmentState.WITHDRAWN, AssignmentState.MISSED},
        AssignmentState.SKIPPED: {AssignmentState.OPEN},
        AssignmentState.MISSED: set(),
        # submitted -> submitted: an answer can be changed until the counselor has reviewed it
        AssignmentState.SUBMITTED: {
            AssignmentState.SUBMITTED,
            AssignmentState.RETURNED,
            AssignmentState.REVIEWED,
            AssignmentState.WITHDRAWN,
        },
        AssignmentState.RETURNED: {AssignmentState.SUBMITTED, AssignmentState.WITHDRAWN},
        AssignmentState.REVIEWED: set(),
        AssignmentState.WITHDRAWN: set(),
    },
    NoteState: {
        NoteState.DRAFT: {NoteState.SUBMITTED, NoteState.SIGNED},
        NoteState.SUBMITTED: {NoteState.DRAFT, NoteState.SIGNED},
        NoteState.SIGNED: set(),
    },
    PlannedState: {
        PlannedState.PLANNED: {PlannedState.HELD, PlannedState.CANCELLED, PlannedState.MISSED},
        PlannedState.HELD: set(),
        PlannedState.CANCELLED: set(),
        PlannedState.MISSED: set(),
    },
    TaskState: {TaskState.OPEN: {TaskState.DONE}, TaskState.DONE: {TaskState.OPEN}},
    StageStatus: _STAGE_STEPS,
    GoalState: {
        GoalState.ACTIVE: {GoalState.REACHED, GoalState.SET_ASIDE},
        GoalState.REACHED: {GoalState.ACTIVE},
        GoalState.SET_ASIDE: {GoalState.ACTIVE},
    },
}

REFUSALS: Mapping[tuple[StrEnum, StrEnum], str] = {
    (AssignmentState.REVIEWED, AssignmentState.SUBMITTED): "Your counselor has gone through this. It can no longer be changed.",
    (AssignmentState.WITHDRAWN, AssignmentState.SUBMITTED): "This is no longer open.",
    (AssignmentState.OPEN, AssignmentState.REVIEWED): "Nothing has been sent yet, so there is nothing to mark as reviewed.",
    (AssignmentState.OPEN, AssignmentState.RETURNED): "Nothing has been sent yet, so there is nothing to return.",
    (NoteState.SIGNED, NoteState.SIGNED): "This note is signed already. Nothing was changed.",
    (NoteState.SIGNED, NoteState.DRAFT): "This note is signed. It can no longer be returned or taken back.",
    (NoteState.SIGNED, NoteState.SUBMITTED): "This note is signed already.",
    (NoteState.SUBMITTED, NoteState.SUBMITTED): "This note is with the supervisor already.",
    (NoteState.DRAFT, NoteState.DRAFT): "This note is not with the supervisor any more.",
}


def may_advance(now: StrEnum, to: StrEnum) -> bool:
    return to in STEPS[type(to)][type(to)(now)]


def advance(row: Any, to: StrEnum, *, column: str = "state") -> None:
    """Move ``row`` to the state ``to``, or raise NotAllowedNow with a sentence."""
    now = type(to)(getattr(row, column))
    if not may_advance(now, to):
        raise NotAllowedNow(REFUSALS.get((now, to), f"This is {words(now)} and cannot become {words(to)}."))
    setattr(row, column, to.value)


def words(state: StrEnum) -> str:
    return state.value.replace("_", " ")
