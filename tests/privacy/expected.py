"""Reads `canaries.toml`: for each planted word, who may meet it on a page and in which report."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

PEOPLE = ("Ana", "Ben", "Dot", "Eli", "Gil", "Hope")
STAFF = ("Cleo", "Fay", "Sol", "Max")
CAST = (*PEOPLE, *STAFF)
NOBODY = ""
SESSIONS = ("joint", "draft", "colleague", "sent", "returned", "cosigned", "voided", "apart", "solapart")
OTHERS = {"Ana": "Ben", "Ben": "Ana", "Dot": "Eli", "Eli": "Dot", "Gil": "Hope", "Hope": "Gil"}
COUNSELORS = {"Ana": "Cleo", "Ben": "Cleo", "Dot": "Cleo", "Eli": "Cleo", "Gil": "Fay", "Hope": "Fay"}
SUPERVISORS = {"Dot": "Sol", "Eli": "Sol"}  # by assignment: they read the record of that case, and of no other


@dataclass(frozen=True)
class Seen:
    """First names on ``pages``; readers on ``reports``: "counselor", "joint", or a first name."""

    pages: frozenset[str]
    reports: frozenset[str]


def expectations(planted: set[str]) -> dict[str, Seen]:
    """For every planted word. A word that no line speaks of, and a line that no word is planted for, fail."""
    table = tomllib.loads((Path(__file__).with_name("canaries.toml")).read_text(encoding="utf-8"))
    used: set[tuple[str, str]] = set()
    found = {}
    for name in sorted(planted):
        section, line, person = _placed(name)
        rules = _section(table, section).get(line)
        assert rules is not None, f"{name} is planted, and [{section}] of canaries.toml says nothing of {line}"
        used.add((section, line))
        found[name] = Seen(_people(rules["pages"], person), _readers(rules["reports"], person))
    unused = {(section, line) for section in _sections(table) for line in _section(table, section)} - used
    assert not unused, f"canaries.toml speaks of words that nobody plants: {sorted(unused)}"
    return found


def _placed(name: str) -> tuple[str, str, str]:
    """The section and line of a word, and the person it is about."""
    first, _, rest = name.partition(".")
    if first == "report":
        return "report", rest, "Ana"
    person = first.capitalize()
    if person in STAFF:
        return "staff", rest, person
    for section in SESSIONS:
        if rest.startswith(f"case.{section}."):
            return f"session.{section}", rest.removeprefix(f"case.{section}."), person
    for alone in PEOPLE:
        if rest.startswith(f"case.{alone.lower()}."):
            return "session.individual", rest.removeprefix(f"case.{alone.lower()}."), alone
    for kind in ("case.", "stage.", "signoff."):
        if rest.startswith(kind):
            return "case", rest.removeprefix("case."), person
    return "person", rest, person


def _sections(table: dict) -> list[str]:
    return [*(name for name in table if name != "session"), *(f"session.{name}" for name in table["session"])]


def _section(table: dict, name: str) -> dict:
    first, _, second = name.partition(".")
    return table[first][second] if second else table[first]


def _people(roles: list[str], person: str) -> frozenset[str]:
    author, supervisor = {COUNSELORS.get(person)}, {SUPERVISORS.get(person)}
    who: dict[str, set[str | None]] = {
        "self": {person}, "other": {OTHERS.get(person)}, "counselor": author | supervisor, "author": author,
        "supervisor": supervisor, "administrator": {"Max"},
        "colleagues": {"Cleo", "Fay", "Sol"} if person != "Max" else set(),
    }  # fmt: skip
    return frozenset(name or "" for role in roles for name in who[role])


def _readers(roles: list[str], person: str) -> frozenset[str]:
    """The readers of the reports that are made of this person's case. Cleo writes all that this test makes."""
    if roles == ["author"]:
        return frozenset({"counselor", "joint", "Ana", "Ben"} if person == "Cleo" else ())
    who = {"counselor": "counselor", "joint": "joint", "self": person, "other": OTHERS.get(person, "")}
    return frozenset(who[role] for role in roles) if person in ("Ana", "Ben") else frozenset()
