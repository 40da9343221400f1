"""Goals of a treatment plan: how far they were attained, what may change of one, and when it is looked at again."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from cast import Cast

from clinic.db import db
from clinic.models import Case, Goal, GoalState, NotAllowedNow, Task
from clinic.models.goals import raise_due_goal_reviews, rate_goal, set_goal
from clinic.models.separating import separate
from forms.goals import attainment

LEVELS = {str(level): f"level {level}" for level in range(-2, 3)}


@pytest.mark.parametrize(
    ("levels", "score"),
    [([], None), ([0], 50.0), ([2], 70.0), ([-2], 30.0), ([0, 0, 0], 50.0), ([1, 1], 62.4), ([2, 2, 2], 77.4), ([-1, 1], 50.0)],
)
def test_the_score_is_the_one_of_the_paper(levels: list[int], score: float | None) -> None:
    """T = 50 + 10 * sum / sqrt(0.7 n + 0.3 n^2), by hand: n = 2 gives sqrt(2.6), n = 3 sqrt(4.8)."""
    found = attainment(levels)
    assert found is None if score is None else round(found or 0, 1) == score


def a_goal(cast: Cast, name: str | None = None) -> Goal:
    case = db.session.get_one(Case, cast.cases["Ana"])
    return set_goal(
        db.session(), case, participant_id=cast.seats[name] if name else None, title="Quiet evenings", levels=LEVELS,
        links={"stages": [], "measures": []}, review_on=cast.clock().date() + timedelta(days=14), submission_key=uuid.uuid4(),
        by=cast.users["Cleo"], at=cast.clock(),
    )  # fmt: skip


def change(goal: Goal, cast: Cast, *, levels: dict[str, str] = LEVELS, is_rated: bool) -> None:
    goal.change(
        title="Quiet nights", levels=levels, links={}, review_on=goal.review_on, is_rated=is_rated, by=cast.users["Cleo"],
        at=cast.clock(),
    )  # fmt: skip


def rate(goal: Goal, cast: Cast, level: int = 1) -> None:
    rate_goal(
        db.session(), goal, level=level, why="Seen twice.", note_id=None, review_on=None, submission_key=uuid.uuid4(),
        by=cast.users["Cleo"], at=cast.clock(),
    )  # fmt: skip
    db.session.commit()


def test_levels_stay_once_a_goal_was_rated_by_them(cast: Cast) -> None:
    goal = a_goal(cast)
    db.session.commit()
    change(goal, cast, levels=LEVELS | {"0": "better words"}, is_rated=False)
    change(goal, cast, levels=LEVELS | {"0": "better words"}, is_rated=True)
    with pytest.raises(NotAllowedNow, match="Set a new goal"):
        change(goal, cast, is_rated=True)


def test_an_ended_goal_is_taken_up_before_it_is_rated(cast: Cast) -> None:
    goal = a_goal(cast)
    db.session.commit()
    goal.end(GoalState.REACHED, reason="Three weeks now.", by=cast.users["Cleo"], at=cast.clock())
    with pytest.raises(NotAllowedNow, match="Take it up again"):
        rate(goal, cast)
    goal.resume(review_on=cast.clock().date(), by=cast.users["Cleo"], at=cast.clock())
    rate(goal, cast)
    assert goal.is_active and goal.end_reason is None


def test_a_review_is_told_once_for_each_day_and_not_for_an_ended_goal(cast: Cast) -> None:
    goal, other = a_goal(cast, "Ben"), a_goal(cast)
    other.end(GoalState.SET_ASIDE, reason="Not now.", by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    at = cast.clock() + timedelta(days=15)
    assert [raise_due_goal_reviews(db.session(), at=at) for _ in range(2)] == [1, 0]
    task = db.session.query(Task).filter_by(participant_id=cast.seats["Ben"]).order_by(Task.raised_at.desc()).first()
    assert task is not None and task.why == "Quiet evenings" and "goal" in (task.title or "")
    goal.review_on = at.date() + timedelta(days=1)
    assert raise_due_goal_reviews(db.session(), at=at + timedelta(days=2)) == 1


def test_two_who_were_separated_get_no_goal_in_common(cast: Cast) -> None:
    case = db.session.get_one(Case, cast.cases["Ana"])
    separate(db.session(), case, why="They asked for it.", by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    with pytest.raises(NotAllowedNow, match="separated"):
        a_goal(cast)
    assert a_goal(cast, "Ana").participant_id == cast.seats["Ana"]
