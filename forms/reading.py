"""How one table of a TOML file is read: every key by name, and every mistake noted with its place and its mending.

Decides what a complaint says (file, item, key, what was expected, the nearest right name). Mistakes are collected, so
that an author sees all of them at once. Never knows what a module or a worksheet is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

from forms.wording import TOKENS, Relationship, Worded

Kept = TypeVar("Kept")
Named = TypeVar("Named", bound=StrEnum)

_ID = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_BRACED = re.compile(r"\{([^{}]*)\}")
_TYPES = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}


@dataclass(frozen=True, slots=True)
class Problem:
    file: str
    item: str
    key: str
    message: str

    def __str__(self) -> str:
        place = ", ".join(part for part in (self.file, self.item, f"key '{self.key}'" if self.key else "") if part)
        return f"{place}: {self.message}"


class ContentError(Exception):
    """Content that may not be used, with every reason for it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def nearest(word: object, known: Iterable[str]) -> str:
    """A did-you-mean for a misspelt name, or else the list of what is known."""
    names = sorted(known)
    close = get_close_matches(str(word), names, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return "known here: " + (", ".join(names) or "none") + "."


@dataclass(slots=True)
class Row:
    """One table, with its place for complaints. `done` complains about the keys that nobody asked for."""

    data: dict[str, Any]
    file: str
    problems: list[Problem]
    item: str = ""
    asked: set[str] = field(default_factory=set)

    def complain(self, key: str, message: str) -> None:
        self.problems.append(Problem(self.file, self.item, key, message))

    def has(self, key: str) -> bool:
        return key in self.data

    def _take(self, key: str, wanted: type[Kept], otherwise: Kept | None) -> Kept:
        self.asked.add(key)
        if key not in self.data:
            if otherwise is None:
                self.complain(key, f"is missing; add {key} = {_TYPES[wanted]}.")
            return wanted() if otherwise is None else otherwise
        value = self.data[key]
        # True is an int to Python, but never a number to an author.
        if wanted is float and type(value) is int:
            value = float(value)
        if type(value) is not wanted:
            self.complain(key, f"must be {_TYPES[wanted]}, but is {value!r}.")
            return wanted() if otherwise is None else otherwise
        return value

    def text(self, key: str, otherwise: str | None = None) -> str:
        value = self._take(key, str, otherwise).strip()
        if not value and otherwise is None and isinstance(self.data.get(key), str):
            self.complain(key, "is empty; write the text.")
        return value

    def id(self, key: str = "id") -> str:
        value = self.text(key)
        if value and not _ID.fullmatch(value):
            self.complain(key, f"'{value}' must be lower-case letters and digits, joined by - or _.")
        return value

    def whole(self, key: str, otherwise: int | None = None, least: int = 0) -> int:
        value = self._take(key, int, otherwise)
        if key in self.data and type(self.data[key]) is int and value < least:
            self.complain(key, f"must be {least} or more, but is {value}.")
        return value

    def amount(self, key: str, otherwise: float | None = None) -> float:
        return self._take(key, float, otherwise)

    def flag(self, key: str, otherwise: bool | None = None) -> bool:
        return self._take(key, bool, otherwise)

    def one_of(self, key: str, kind: type[Named], otherwise: Named | None = None) -> Named:
        value = self.text(key, None if otherwise is None else otherwise.value)
        try:
            return kind(value)
        except ValueError:
            if value:
                self.complain(key, f"'{value}' is not known; {nearest(value, list(kind))}")
            return otherwise if otherwise is not None else next(iter(kind))

    def texts(self, key: str, required: bool = False) -> tuple[str, ...]:
        values = self._take(key, list, None if required else [])
        for value in values:
            if not isinstance(value, str) or not value.strip():
                self.complain(key, f"must be a list of texts, but holds {value!r}.")
        return tuple(value.strip() for value in values if isinstance(value, str))

    def values(self, key: str) -> tuple[str | int, ...]:
        values = self._take(key, list, [])
        good = tuple(value for value in values if type(value) in (str, int))
        if len(good) != len(values):
            self.complain(key, f"must be a list of names or whole numbers, but is {values!r}.")
        return good

    def worded(self, key: str) -> Worded:
        self.asked.add(key)
        if key not in self.data:
            self.complain(key, "is missing; write a text, or one for each of partner, friend, family.")
            return Worded("")
        return self._worded(key, self.data[key])

    def worded_if_any(self, key: str) -> Worded | None:
        self.asked.add(key)
        return self._worded(key, self.data[key]) if key in self.data else None

    def _worded(self, key: str, value: Any) -> Worded:
        if isinstance(value, str):
            value = {Relationship.PARTNER.value: value}
        if not isinstance(value, dict):
            self.complain(key, f"must be a text or a table of texts, but is {value!r}.")
            return Worded("")
        for name in value.keys() - set(Relationship):
            self.complain(key, f"has an unknown variant '{name}'; {nearest(name, Relationship)}")
        if Relationship.PARTNER not in value:
            self.complain(key, "has no partner text, which the other variants fall back to; add partner.")
        texts = {name.value: self._filled_in(key, value[name]) for name in Relationship if name in value}
        return Worded(**{"partner": "", **texts})

    def _filled_in(self, key: str, text: Any) -> str:
        if not isinstance(text, str) or not text.strip():
            self.complain(key, f"must hold texts that are not empty, but holds {text!r}.")
            return ""
        for token in _BRACED.findall(text):
            if token not in TOKENS:
                self.complain(key, f"has an unknown token {{{token}}}; {nearest(token, TOKENS)}")
        if text.count("{") != len(_BRACED.findall(text)) or text.count("}") != len(_BRACED.findall(text)):
            self.complain(key, "has a brace without its partner; tokens are {other} and {event}.")
        return text.strip()

    def relationships(self, key: str = "relationships", required: bool = False) -> tuple[Relationship, ...]:
        names = self.texts(key, required)
        for name in names:
            if name not in set(Relationship):
                self.complain(key, f"'{name}' is not known; {nearest(name, Relationship)}")
        if self.data.get(key) == [] and not required:
            self.complain(key, "is empty; name the ties, or leave it out.")
        return tuple(one for one in Relationship if one in names)

    def table(self, key: str) -> Row:
        """A table inside this one; empty when it is not there."""
        return Row(self._take(key, dict, {}), self.file, self.problems, self.item or key)

    def rows(self, key: str, build: Callable[[Row], Kept], label: str = "", required: bool = False) -> tuple[Kept, ...]:
        """A list of tables, each built in turn and named for complaints by its id or its place."""
        built = []
        for place, data in enumerate(self._take(key, list, None if required else []), start=1):
            if not isinstance(data, dict):
                self.complain(key, f"must be a list of tables, but holds {data!r}.")
                continue
            name = f"{label or key} '{data['id']}'" if data.get("id") else f"{label or key} {place}"
            row = Row(data, self.file, self.problems, ", ".join(part for part in (self.item, name) if part))
            built.append(build(row))
            row.done()
        if required and not built and isinstance(self.data.get(key), list):
            self.complain(key, "is empty; it needs at least one.")
        return tuple(built)

    def unique(self, key: str, ids: Iterable[str]) -> None:
        seen: set[str] = set()
        for id in ids:
            if id in seen:
                self.complain(key, f"the id '{id}' stands twice; give each its own.")
            seen.add(id)

    def done(self) -> None:
        for key in self.data.keys() - self.asked:
            self.complain(key, f"is not a key here; {nearest(key, self.asked)}")
