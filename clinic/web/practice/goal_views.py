"""What the treatment plan's pages show of goals: where each stands, since when, and how far all together were attained.

Decides: how rows are put together for the page. Must never know: a form, or what anyone answered.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from clinic import access
from clinic.access import Viewer
from clinic.models import Case, Encounter, Goal, GoalRating, NoteState, ProgressNote
from clinic.web.words import day
from forms import library
from forms.goals import LEVELS, MEANINGS, attainment

OF_BOTH = "both"
END_WORDS = {"reached": "Reached", "set_aside": "Set aside"}


@dataclass(frozen=True, slots=True)
class Rating:
    """One look at a goal. ``level`` from -2 to 2."""

    level: int
    meaning: str
    described: str
    why: str
    when: str
    note_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class GoalShown:
    row: Goal
    whose: str
    levels: tuple[tuple[int, str, str], ...]  # level, what it means, what was described; the best first
    ratings: tuple[Rating, ...]  # the newest first
    stages: tuple[str, ...]
    measures: tuple[str, ...]
    is_due: bool
    ended: str

    @property
    def stands(self) -> Rating | None:
        return self.ratings[0] if self.ratings else None


@dataclass(frozen=True, slots=True)
class Plan:
    """``groups``: the goals of both, then of each person; those that ended last. ``score``: of the active goals that were rated."""

    groups: tuple[tuple[str, tuple[GoalShown, ...]], ...]
    ended: tuple[GoalShown, ...]
    score: float | None
    rated: int


def owners(case: Case) -> list[tuple[str, str]]:
    alone = [(str(person.seat), f"{person.preferred_name} alone") for person in case.participants if person.is_client]
    return [*alone, (OF_BOTH, "Both: they work on it together")] if case.works_together else alone


def plan_of(viewer: Viewer, case: Case, *, today: date) -> Plan:
    shown = goals_of(viewer, case, today=today)
    active = [goal for goal in shown if goal.row.is_active]
    names = dict.fromkeys(goal.whose for goal in sorted(active, key=lambda goal: goal.row.participant_id is not None))
    groups = tuple((name, tuple(goal for goal in active if goal.whose == name)) for name in names)
    levels = [goal.stands.level for goal in active if goal.stands]
    return Plan(groups, tuple(goal for goal in shown if not goal.row.is_active), attainment(levels), len(levels))


def goals_of(viewer: Viewer, case: Case, one: Goal | None = None, *, today: date | None = None) -> list[GoalShown]:
    """All goals of a case, the oldest first, or one; in two queries."""
    goals = [one] if one else access.rows_of(viewer, Goal, Goal.case_id == case.id, order_by=Goal.set_at)
    ids = [goal.id for goal in goals]
    ratings = access.rows_of(viewer, GoalRating, GoalRating.goal_id.in_(ids), order_by=GoalRating.rated_at.desc())
    return [_shown(goal, case, [row for row in ratings if row.goal_id == goal.id], today) for goal in goals]


def goal_page(viewer: Viewer, case: Case, found: Goal) -> GoalShown:
    return goals_of(viewer, case, found)[0]


def _shown(goal: Goal, case: Case, ratings: Sequence[GoalRating], today: date | None) -> GoalShown:
    person = next((one.preferred_name for one in case.participants if one.id == goal.participant_id), None)
    ended = f"{END_WORDS.get(goal.state, '')} on {day(goal.ended_at)}: {goal.end_reason}" if goal.ended_at else ""
    links = goal.links or {}
    return GoalShown(
        row=goal,
        whose=f"{person} alone" if person else "Both together",
        levels=tuple((level, MEANINGS[level], goal.levels.get(str(level), "")) for level in reversed(LEVELS)),
        ratings=tuple(_rating(goal, row) for row in ratings),
        stages=tuple(library.module(id).title for id in links.get("stages", ())),
        measures=tuple(library.measure(id).title for id in links.get("measures", ())),
        is_due=today is not None and goal.is_active and goal.review_on <= today,
        ended=ended,
    )


def _rating(goal: Goal, row: GoalRating) -> Rating:
    described = goal.levels.get(str(row.level), "")
    return Rating(row.level, MEANINGS[row.level], described, row.why or "", day(row.rated_at), row.note_id)


def note_choices(viewer: Viewer, goal: Goal) -> list[tuple[str, str]]:
    """The ten newest signed notes that a rating may stand on: of joint sessions, and of the goal's own person."""
    notes = access.rows_of(viewer, ProgressNote, ProgressNote.case_id == goal.case_id, ProgressNote.state == NoteState.SIGNED.value)
    own = [note for note in notes if note.individual_of in (None, goal.participant_id)]
    began = {row.id: row.began_at for row in access.rows_of(viewer, Encounter, Encounter.case_id == goal.case_id)}
    newest = sorted((note for note in own if note.encounter_id in began), key=lambda note: began[note.encounter_id], reverse=True)
    return [(str(note.id), day(began[note.encounter_id])) for note in newest[:10]]
