"""A FHIR R4 Questionnaire -> its questions in order, each with its words, its codes and its answers with what they count.

Decides what counts as a question, which number an answer carries, and which text leads in. Must never decide whether any of it is
one of our measures (importing.py). What cannot be used says so for its item; nothing is guessed.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

LOINC = "http://loinc.org"
# Where FHIR keeps the number of an answer: the first in R4, the second in R5.
NUMBERS = ("http://hl7.org/fhir/StructureDefinition/ordinalValue", "http://hl7.org/fhir/StructureDefinition/itemWeight")
ENDS = ("http://hl7.org/fhir/StructureDefinition/minValue", "http://hl7.org/fhir/StructureDefinition/maxValue")
NO_QUESTIONS = ("group", "display")
DEEPEST, MOST_ITEMS, LONGEST_TEXT, LONGEST_LABEL = 20, 500, 2_000, 300


class NotAQuestionnaire(ValueError):
    """The file as a whole cannot be read as one. Its text is a sentence."""


@dataclass(frozen=True, slots=True)
class Option:
    """`counts` is None where nothing in the file says it."""

    label: str
    code: str = ""
    counts: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One question. `place` counts questions from 1. `ends`: of a plain number. `wrong`: why it cannot be used as it stands."""

    place: int
    link_id: str
    codes: tuple[str, ...]
    text: str
    options: tuple[Option, ...] = ()
    ends: tuple[int, int] | None = None
    wrong: str = ""

    @property
    def name(self) -> str:
        return self.codes[0] if self.codes else self.link_id or f"question {self.place}"


@dataclass(frozen=True, slots=True)
class Questionnaire:
    title: str
    names: tuple[str, ...]
    codes: tuple[str, ...]
    introduction: str
    asked: tuple[Asked, ...]


def read_questionnaire(text: str) -> Questionnaire:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise NotAQuestionnaire(f"This is not JSON: line {error.lineno}, {error.msg}.") from None
    except RecursionError:
        raise NotAQuestionnaire("This JSON is nested too deeply to be a questionnaire.") from None
    if not isinstance(data, dict) or data.get("resourceType") != "Questionnaire":
        found = data.get("resourceType") if isinstance(data, dict) else None
        raise NotAQuestionnaire(f"This is no FHIR Questionnaire (its resourceType is {found!r}).")
    found = list(_walk(data.get("item"), 0))
    if len(found) > MOST_ITEMS:
        raise NotAQuestionnaire(f"This has {len(found)} items, and the most is {MOST_ITEMS}.")
    sets = {f"#{one.get('id')}": one for one in _rows(data.get("contained")) if one.get("resourceType") == "ValueSet"}
    questions = [item for item in found if item.get("type") not in NO_QUESTIONS]
    if not questions:
        raise NotAQuestionnaire("This questionnaire asks nothing.")
    return Questionnaire(
        title=_text(data.get("title")) or _text(data.get("name")),
        names=tuple(name for key in ("id", "name", "title", "url") if (name := _text(data.get(key)))),
        codes=tuple(_codes(data)),
        introduction=_lead_in(found),
        asked=tuple(_asked(item, place, sets) for place, item in enumerate(questions, start=1)),
    )


def _walk(items: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > DEEPEST:
        raise NotAQuestionnaire("The items are nested too deeply.")
    for item in _rows(items):
        yield item
        yield from _walk(item.get("item"), depth + 1)


def _lead_in(found: list[dict[str, Any]]) -> str:
    """What stands before the first question, in groups and as plain text: "over the past two weeks" is part of every question."""
    said = []
    for item in found:
        if item.get("type") not in NO_QUESTIONS:
            break
        said.append(_text(item.get("text")))
    return "\n\n".join(text for text in said if text)


def _asked(item: dict[str, Any], place: int, sets: dict[str, dict[str, Any]]) -> Asked:
    link_id, codes, text = _text(item.get("linkId")), tuple(_codes(item)), _text(item.get("text"))
    options, ends, wrong = _answers(item, sets)
    wrong = why_not_text(text, LONGEST_TEXT) or wrong
    for option in options:
        wrong = wrong or why_not_text(option.label, LONGEST_LABEL, "an answer")
    return Asked(place, link_id, codes, text, options, ends, wrong)


def _answers(item: dict[str, Any], sets: dict[str, dict[str, Any]]) -> tuple[tuple[Option, ...], tuple[int, int] | None, str]:
    kind = item.get("type")
    if kind in ("integer", "decimal") and not item.get("answerOption"):
        ends = tuple(_number(item, (url,)) for url in ENDS)
        low, high = ends
        return ((), (low, high), "") if low is not None and high is not None else ((), None, "asks for a number without its ends.")
    if kind not in ("choice", "coding", "integer", "decimal"):
        return (), None, f"is of the type '{kind}', and a measure asks for one of several answers."
    named = _text(item.get("answerValueSet"))
    if not item.get("answerOption") and named:
        rows = list(_concepts(sets[named])) if named in sets else []
        why = "" if rows else f"takes its answers from {named}, which is not in the file."
        return tuple(_option(row, row) for row in rows), None, why
    rows = list(_rows(item.get("answerOption")))
    return tuple(_option(row, row.get("valueCoding")) for row in rows), None, "" if rows else "has no answers."


def _concepts(value_set: dict[str, Any]) -> Iterator[dict[str, Any]]:
    expansion, compose = value_set.get("expansion"), value_set.get("compose")
    if isinstance(expansion, dict) and expansion.get("contains"):
        yield from _rows(expansion["contains"])
        return
    for include in _rows(compose.get("include")) if isinstance(compose, dict) else ():
        yield from _rows(include.get("concept"))


def _option(row: dict[str, Any], coding: Any) -> Option:
    coding = coding if isinstance(coding, dict) else {}
    plain = row.get("valueInteger", row.get("valueString"))
    label = _text(coding.get("display")) or _text(None if plain is None else str(plain)) or _text(coding.get("code"))
    code = _text(coding.get("code"))
    number = _number(row, NUMBERS)
    if number is None:
        number = _number(coding, NUMBERS)
    if number is None:
        number = next((int(said) for said in (code, str(plain)) if re.fullmatch(r"[0-9]{1,3}", said)), None)
    return Option(label, code, number)


def _number(holder: dict[str, Any], urls: tuple[str, ...]) -> int | None:
    for extension in _rows(holder.get("extension")):
        if extension.get("url") in urls:
            value = next((extension[key] for key in ("valueDecimal", "valueInteger") if key in extension), None)
            if isinstance(value, int | float) and not isinstance(value, bool) and value == int(value):
                return int(value)
    return None


def _codes(holder: dict[str, Any]) -> Iterator[str]:
    rows = holder.get("code")
    for coding in _rows(rows if isinstance(rows, list) else [rows]):
        if coding.get("system") == LOINC and _text(coding.get("code")):
            yield _text(coding.get("code"))


def _rows(value: Any) -> Iterator[dict[str, Any]]:
    for one in value if isinstance(value, list) else ():
        if isinstance(one, dict):
            yield one


def _text(value: Any) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def why_not_text(text: str, longest: int, what: str = "its text") -> str:
    """Why words cannot be shown as they are: braces are where our pages fill in names."""
    if not text:
        return f"{what} is empty."
    if len(text) > longest:
        return f"{what} has {len(text):,} characters, and the most is {longest:,}."
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text):
        return f"{what} holds a character that cannot be kept."
    return f"{what} holds a brace, which our pages cannot print." if "{" in text or "}" in text else ""
