"""The fields that all our forms are made of: what a text, a date, a number or a choice must be, in plain sentences.

Decides the limits of what may be typed (length, characters, years) and what the sentence beside the field says. A field
keeps what was typed, so that it can be shown again. Never knows which form it is in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, time
from typing import Any

from wtforms import Field, Form, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField, ValidationError
from wtforms.fields import SelectChoice

SHORT, LONG = 300, 20_000
FIRST_YEAR, LAST_YEAR = 1900, 2100

LATEST_DAYS = 3 * 366
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_US = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?(?:\s*([ap])\.?m\.?)?", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?[0-9]{1,9}(?:[.,][0-9]{1,4})?")

Validator = Callable[[Form, Field], None]


def sound(text: str) -> str:
    """The text without what cannot be stored or shown: NUL and other control characters, and halves of characters."""
    return "".join(letter for letter in text if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs"))


class Limit:
    """No longer than this, and no character that cannot be kept."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.field_flags = {"maxlength": most}

    def __call__(self, form: Form, field: Field) -> None:
        text = field.data or ""
        if sound(text) != text:
            raise ValidationError(
                "This holds a character that cannot be kept. We have taken it out; please look at the text and save again."
            )
        if len(text) > self.most:
            raise ValidationError(f"This has {len(text):,} characters, and the most is {self.most:,}. Please make it shorter.")


class Needed:
    """Not left empty. The sentence says what to write; 0 is never empty."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence

    def __call__(self, form: Form, field: Field) -> None:
        if field.errors:
            return
        if field.data is None or field.data is False or field.data in ("", []):
            raise ValidationError(self.sentence)


class _Text:
    """What our one-line and many-line texts share: line ends of one kind, and no unsound character on the page again."""

    data: str | None

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0].replace("\r\n", "\n").replace("\r", "\n").strip() if valuelist else ""

    def _value(self) -> str:
        return sound(self.data or "")


class ShortText(_Text, StringField):
    """One line. A line break that was pasted becomes a space."""

    def __init__(self, label: str = "", validators: Iterable[Validator] = (), most: int = SHORT, **kwargs: Any) -> None:
        super().__init__(label, [Limit(most), *validators], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        self.data = re.sub(r"\s*\n\s*", " ", self.data or "")


class LongText(_Text, TextAreaField):
    def __init__(self, label: str = "", validators: Iterable[Validator] = (), most: int = LONG, **kwargs: Any) -> None:
        super().__init__(label, [Limit(most), *validators], **kwargs)


class _Parsed(StringField):
    """A value that is typed as text. What was typed stays, even when it could not be read."""

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if typed:
            self.data = self.read(typed)

    def read(self, typed: str) -> Any:
        raise NotImplementedError

    def _value(self) -> str:
        if self.raw_data:
            return sound(str(self.raw_data[0]))[:SHORT]
        return "" if self.data is None else str(self.data)


class DateText(_Parsed):
    """A day, kept as YYYY-MM-DD. The year is bounded, because a slip such as 0204 is never meant."""

    def __init__(self, label: str = "", validators: Iterable[Validator] = (), **kwargs: Any) -> None:
        super().__init__(label, list(validators), **kwargs)

    def read(self, typed: str) -> Any:
        return read_date(typed).isoformat()


class Day(DateText):
    """The same, as a `date`, for staff forms."""

    def read(self, typed: str) -> Any:
        return read_date(typed)


def read_date(typed: str) -> date:
    if found := _ISO.fullmatch(typed):
        year, month, day = (int(part) for part in found.groups())
    elif found := _US.fullmatch(typed):
        month, day, year = (int(part) for part in found.groups())
    else:
        raise ValueError("Write the date as year, month and day, such as 2026-03-14, or as 3/14/2026.")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"The year must be between {FIRST_YEAR} and {LAST_YEAR}. Please check it.")
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError("There is no such day in the calendar. Please check the month and the day.") from None


class Hour(_Parsed):
    """A time of day, as 14:30 or 2:30 pm."""

    def read(self, typed: str) -> Any:
        sentence = "Write the time as hours and minutes, such as 14:30 or 2:30 pm."
        found = _TIME.fullmatch(typed)
        if not found:
            raise ValueError(sentence)
        hour, minute, half = int(found[1]), int(found[2]), (found[3] or "").lower()
        if (half and not 1 <= hour <= 12) or hour > 23 or minute > 59:
            raise ValueError(sentence)
        return time(hour % 12 + 12 * (half == "p") if half else hour, minute)

    def _value(self) -> str:
        return self.data.strftime("%H:%M") if self.data and not self.raw_data else super()._value()


class Amount(_Parsed):
    """A number with or without decimals; a comma counts as a decimal point."""

    def read(self, typed: str) -> Any:
        if not _NUMBER.fullmatch(typed):
            raise ValueError("Write a number, such as 3 or 2.5, with at most nine digits.")
        number = float(typed.replace(",", "."))
        return int(number) if number == int(number) else number


class Whole(_Parsed):
    """A whole number between two ends."""

    def __init__(self, label: str = "", validators: Iterable[Validator] = (), *, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(label, list(validators), **kwargs)
        self.least, self.most = least, most

    def read(self, typed: str) -> Any:
        if not re.fullmatch(r"[-+]?[0-9]{1,9}", typed) or not self.least <= int(typed) <= self.most:
            raise ValueError(f"Write a whole number from {self.least} to {self.most}.")
        return int(typed)


def text_or_none(value: Any) -> str | None:
    """WTForms would make the text 'None' of an answer that was not given."""
    return None if value in (None, "") else str(value)


def number_or_none(value: Any) -> int | None:
    return None if value in (None, "") else int(value)


class _One:
    """One choice or none. On a post, what was not sent was not chosen: a draft never fills it in again."""

    data: Any
    process_errors: list[str]
    not_a_choice = "Choose one of the answers in the list."

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if valuelist:
            try:
                self.data = self.coerce(valuelist[0])  # type: ignore[attr-defined]
            except (ValueError, TypeError):
                raise ValueError(self.not_a_choice) from None

    def pre_validate(self, form: Form) -> None:
        known = [self.coerce(choice.value) for choice in self.choices]  # type: ignore[attr-defined]
        if not self.process_errors and self.data is not None and self.data not in known:
            raise ValidationError(self.not_a_choice)


class OneOf(_One, RadioField):
    """Radio buttons."""

    def __init__(
        self, label: str = "", choices: Iterable[SelectChoice] = (), validators: Iterable[Validator] = (), **kwargs: Any
    ) -> None:
        super().__init__(label, list(validators), choices=list(choices), **{"coerce": text_or_none, **kwargs})


class OneFromList(_One, SelectField):
    """A drop-down list, whose first entry is no choice at all."""

    def __init__(
        self, label: str = "", choices: Iterable[SelectChoice] = (), validators: Iterable[Validator] = (), **kwargs: Any
    ) -> None:
        with_none = [SelectChoice("", "Choose"), *choices]
        super().__init__(label, list(validators), choices=with_none, **{"coerce": text_or_none, **kwargs})


class Several(SelectMultipleField):
    """Check boxes: any number of the choices, each counted once, in the order of the list."""

    def __init__(
        self, label: str = "", choices: Iterable[SelectChoice] = (), validators: Iterable[Validator] = (), **kwargs: Any
    ) -> None:
        super().__init__(label, list(validators), choices=list(choices), **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        order = [choice.value for choice in self.choices]
        self.data = [value for value in order if value in valuelist]
        if set(valuelist) - set(order):
            raise ValueError("Choose only from the answers in the list.")

    def process_data(self, value: Iterable[str] | None) -> None:
        self.data = list(value or ())


def require_ahead(day: date | None, *, today: date) -> None:
    """For a day on which something is due: today or later, and not absurdly late."""
    if day is None:
        return
    if day < today:
        raise ValidationError("This day has passed. Choose today or a later day.")
    if (day - today).days > LATEST_DAYS:
        raise ValidationError("This is more than three years ahead. Please check the year.")


def choices_of(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in pairs]
