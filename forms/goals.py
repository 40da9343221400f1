"""Goals of a treatment plan: five described levels each (goal attainment scaling), and how far goals were attained.

Decides what a counselor must say to set and rate a goal, and the arithmetic. Never knows whose goal it is.

Goal attainment scaling: Kiresuk, T. J., & Sherman, R. E. (1968). Goal attainment scaling: a general method for evaluating
comprehensive community mental health programs. Community Mental Health Journal, 4(6), 443-453.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from math import sqrt
from typing import Any

from wtforms import Field, Form

from forms.fields import Day, LongText, Needed, OneFromList, OneOf, Several, ShortText, Whole, choices_of, require_ahead
from forms.phrases import KeyField

LEVELS = (-2, -1, 0, 1, 2)
MEANINGS = {
    -2: "Much less than hoped for",
    -1: "Somewhat less than hoped for",
    0: "What is hoped for",
    1: "Somewhat more than hoped for",
    2: "Much more than hoped for",
}
SHARED = 0.3  # how far goals of one person move together, as Kiresuk and Sherman take it
MOST_LEVEL, MOST_WHY = 600, 2_000


def attainment(levels: Sequence[int]) -> float | None:
    """The T-score of several goals of equal weight: 50 when each is just as hoped for, standard deviation 10. None without any."""
    if not levels:
        return None
    count = len(levels)
    return 50 + 10 * sum(levels) / sqrt((1 - SHARED) * count + SHARED * count**2)


def level_field(level: int) -> str:
    return f"level_{level + 2}"


def _level(level: int) -> LongText:
    needed = [Needed("Describe this level too: what would you both see?")]
    return LongText(MEANINGS[level], needed, most=MOST_LEVEL)


class _ReviewForm(Form):
    review_on = Day("Look at it again on", [Needed("Choose the day on which you look at it again.")])

    def __init__(self, formdata: Any = None, *, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(formdata, **kwargs)

    def validate_review_on(self, field: Field) -> None:
        require_ahead(field.data, today=self.today)


class GoalForm(_ReviewForm):
    """Made by `goal_form`. ``revision``: of the goal that is changed; ``submission_key``: of one that is set."""

    title = ShortText("Goal", [Needed("Say the goal in one line.")], most=200)
    level_0, level_1, level_2, level_3, level_4 = (_level(level) for level in LEVELS)
    revision = Whole("Revision", least=0, most=1_000_000)
    submission_key = KeyField("Key")
    whose: Any
    stages: Any
    measures: Any

    def levels(self) -> dict[str, str]:
        return {str(level): self[level_field(level)].data or "" for level in LEVELS}

    def level_fields(self) -> list[Field]:
        """The best first, as the scale is read."""
        return [self[level_field(level)] for level in reversed(LEVELS)]


def goal_form(
    whose: Sequence[tuple[str, str]], stages: Sequence[tuple[str, str]], measures: Sequence[tuple[str, str]]
) -> type[GoalForm]:
    """`whose`: (key, words) of the people and of both; `stages`, `measures`: (id, title)."""
    parts = {
        "whose": OneOf("Whose goal it is", choices_of(whose), [Needed("Choose whose it is: that decides who may ever see it.")]),
        "stages": Several("Stages that it belongs to", choices_of(stages)),
        "measures": Several("Measures that may show it", choices_of(measures)),
    }
    return type("GoalForm", (GoalForm,), parts)


class RatingForm(_ReviewForm):
    """Made by `rating_form`. The day of the next look may be left as it is."""

    level: Any
    note: Any
    review_on = Day("Look at it again on")
    why = LongText("What shows it", [Needed("Say in a sentence what shows it.")], most=MOST_WHY)
    submission_key = KeyField("Key")


def rating_form(levels: Mapping[str, str], notes: Sequence[tuple[str, str]]) -> type[RatingForm]:
    """`levels`: {"-2" to "2": what was described}; `notes`: (id, words) of signed notes that it may be linked to."""
    choices = [(str(level), f"{MEANINGS[level]}: {levels.get(str(level), '')}") for level in reversed(LEVELS)]
    parts = {
        "level": OneOf("Where it stands now", choices_of(choices), [Needed("Choose a level.")]),
        "note": OneFromList("Said in the note of", choices_of(notes)),
    }
    return type("RatingForm", (RatingForm,), parts)


class EndGoalForm(Form):
    end = OneOf(
        "How it ends",
        choices_of([("reached", "Reached"), ("set_aside", "Set aside")]),
        [Needed("Choose how it ends.")],
    )
    reason = LongText("Why", [Needed("Say in a sentence why.")], most=MOST_WHY)
