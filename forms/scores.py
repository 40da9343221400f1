"""The scores of a paper form, copied: one number for each item, the day it was filled in, and why a copy is taken back.

Decides that a number lies within its item, that a blank stays a blank, and that an empty form is none. Every mistake names its item
by number. Never knows whose form it is, or what it scores.
"""

from __future__ import annotations

import uuid
from datetime import date
from functools import lru_cache
from typing import Any

from wtforms import Field, Form, HiddenField, ValidationError

from forms.fields import Day, LongText, Needed, OneFromList, Whole, choices_of
from forms.measures import Measure, MeasureItem
from forms.scoring import TOTAL

MOST_WHY = 2_000


class PaperForm(Form):
    """Made by `paper_form`: a field for each item, named by its id with a prefix, so that no item hides a part of the form."""

    measure: Measure

    day = Day("Day it was filled in", [Needed("Write the day on which the form was filled in.")])
    submission_key = HiddenField()

    def __init__(self, formdata: Any = None, *, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(formdata, **kwargs)

    def validate_day(self, field: Field) -> None:
        if field.data and field.data > self.today:
            raise ValidationError("This day is still to come. Write the day on which the form was filled in.")

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        return bool(super().validate(*args, **kwargs)) and self._something_is_there()

    def _something_is_there(self) -> bool:
        if any(field.data is not None for field in self.scores):
            return True
        self.form_errors = ["Nothing is copied yet. Write at least one number."]
        return False

    @property
    def scores(self) -> list[Field]:
        return [field for field in self if field.name.startswith("score-")]

    def numbers(self) -> dict[str, int | None]:
        return {field.name.removeprefix("score-"): field.data for field in self.scores}

    def key(self) -> uuid.UUID | None:
        try:
            return uuid.UUID(self.submission_key.data or "")
        except ValueError:
            return None


@lru_cache(maxsize=64)
def paper_form(measure: Measure) -> type[PaperForm]:
    parts: dict[str, Any] = {"measure": measure}
    if measure.total_only:
        low, high = int(measure.low), int(measure.high)
        parts[f"score-{TOTAL}"] = Whole("Total", [Needed("Write the total.")], least=low, most=high, description=f"{low} to {high}")
    else:
        for number, item in enumerate(measure.items, start=1):
            parts[f"score-{item.id}"] = _score(number, item)
    return type("PaperForm", (PaperForm,), parts)


def _score(number: int, item: MeasureItem) -> Whole:
    said = f"{item.lowest} to {item.highest}" + (f". {item.note}" if item.note else "")
    return Whole(f"{number}. {item.label[:1].upper()}{item.label[1:]}", least=item.lowest, most=item.highest, description=said)


class TakeBackForm(Form):
    why = LongText("Why it is taken back", [Needed("Write why, so that the record explains itself.")], most=MOST_WHY)


class ReviewerForm(Form):
    """Made by `reviewer_form`."""

    reviewer: Any


def reviewer_form(people: tuple[tuple[str, str], ...]) -> type[ReviewerForm]:
    who = OneFromList("Who reviews answers of risk", choices_of(people), [Needed("Choose who reviews them.")])
    return type("ReviewerForm", (ReviewerForm,), {"reviewer": who})
