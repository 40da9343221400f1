"""The invented lives of the demo: every answer fits what is asked, and no word in them blames or frightens.

What does not fit is named with its file, its person, its worksheet and its item.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from clinic.demo.lives import LIVES, ORDER, read_life
from clinic.models.exchanges import PAIRS
from forms import library
from forms.definition import HIGHEST, Column, Item, Kind, Worksheet

DAY = re.compile(r"@day|@-?\d+\+\d|\d{4}-\d\d-\d\d")
SHORT, LONG = 300, 20_000
REFUSED = re.compile(r"\b(victims?|cheat(?:er|ers|ed|ing)?|guilty party|affairs? partner|suicid\w*|naked|sex(?:ual)?\w*)\b", re.I)

Said = tuple[str, str, str, dict[str, Any]]  # file, person, worksheet, answers


def everything_said(life: str) -> Iterator[Said]:
    seats = [person["key"] for person in read_life(LIVES / life)["person"]]
    for file in sorted((LIVES / life).glob("*.toml")):
        where, data = f"{life}/{file.name}", tomllib.loads(file.read_text(encoding="utf-8"))
        for person, worksheet, answers in (*_alone(data), *_for_both(data), *_in_rounds(data, seats)):
            yield where, person, worksheet, answers


def _alone(data: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for entry in data.get("homework", []):
        yield from ((entry["person"], entry["worksheet"], entry.get(part, {})) for part in ("answers", "answers_again", "draft"))
    for entry in data.get("schedule", []):
        runs = [run for run in [*entry["runs"], *entry.get("usual", {}).values()] if isinstance(run, dict)]
        yield from ((entry["person"], entry["worksheet"], run) for run in runs if "skipped" not in run)


def _for_both(data: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for entry in data.get("agreement", []):
        versions = [*entry.get("version", []), *([entry["draft"]] if "draft" in entry else [])]
        yield from ((version["by"], entry["worksheet"], version["answers"]) for version in versions)


def _in_rounds(data: dict[str, Any], seats: list[str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for entry in data.get("exchange", []):
        other = next(key for key in seats if key != entry["sayer"])
        for round in entry["round"]:
            yield entry["sayer"], entry["saying"], round["said"]
            yield other, PAIRS[entry["saying"]], round["rating"]


def problems(life: str, said: Iterator[Said]) -> Iterator[str]:
    case = read_life(LIVES / life)
    people = {person["key"] for person in case["person"]}
    for file, person, worksheet_id, answers in said:
        place = f"{file}: {person}, {worksheet_id}"
        if person not in people:
            yield f"{place}: nobody of this name is in the case"
        try:
            worksheet = library.worksheet(worksheet_id).for_relationship(case["case"]["relation"])
        except LookupError:
            yield f"{place}: there is no such worksheet"
            continue
        yield from (f"{place}, {problem}" for problem in _in_answers(worksheet, answers))


def _in_answers(worksheet: Worksheet, answers: dict[str, Any]) -> Iterator[str]:
    if worksheet.id == "safety-check":  # only what is a concern is named
        answers = {id: {"choice": choice, "text": ""} for id, choice in answers.items()}
    items = {item.id: item for item in worksheet.items}
    for id, value in answers.items():
        if id not in items:
            yield f"{id}: not asked there"
        elif not (isinstance(value, dict) and value.get("standard") in ("in_session", "rather_not")):
            yield from (f"{id}: {problem}" for problem in _in_value(items[id], value))


def _in_value(item: Item, value: Any) -> list[str]:
    columns = {column.id: column for column in item.columns}
    checks: dict[Kind, Callable[[], list[str]]] = {
        Kind.SHORT_TEXT: lambda: _text(value, SHORT),
        Kind.LONG_TEXT: lambda: _text(value, LONG),
        Kind.DATE: lambda: _day(value),
        Kind.LIKERT5: lambda: _number(value, HIGHEST[Kind.LIKERT5]),
        Kind.SCALE10: lambda: _number(value, HIGHEST[Kind.SCALE10]),
        Kind.CHOICE: lambda: _keys(value, {"choice", "text"}) or _one_of(value["choice"], item.options),
        Kind.CHECKLIST: lambda: _keys(value, {"chosen", "other"}) or _chosen(item, value),
        Kind.LIST: lambda: [problem for line in value for problem in _text(line, SHORT)] + _most(value, item),
        Kind.MATRIX: lambda: _keys(value, {one.id for one in item.statements}) or _numbers(value),
        Kind.TABLE: lambda: [p for row in value for p in _keys(row, set(columns)) or _in_row(row, columns)] + _most(value, item),
        Kind.FOLLOW_UP: lambda: [p for row in value["rows"] for p in _reply(row, item)],
        Kind.AGREEMENT: lambda: _agreement(item, value),
    }
    return checks[Kind.CHOICE if item.kind is Kind.YES_NO else item.kind]()


def _chosen(item: Item, value: dict[str, Any]) -> list[str]:
    own = ["takes no words of one's own"] if value.get("other") and not item.other else []
    return [problem for one in value["chosen"] for problem in _one_of(one, item.choices)] + own


def _numbers(value: dict[str, Any]) -> list[str]:
    return [problem for number in value.values() for problem in _number(number, HIGHEST[Kind.MATRIX])]


def _reply(row: dict[str, Any], item: Item) -> list[str]:
    return _keys(row, {"of", "choice", "text"}) or _one_of(row["choice"], item.choices)


def _in_row(row: dict[str, Any], columns: dict[str, Column]) -> list[str]:
    found = []
    for id, cell in row.items():
        column = columns[id]
        if column.kind is Kind.CHOICE:
            found += _one_of(cell, column.choices)
        elif column.kind is Kind.SCALE10:
            found += _number(cell, 10)
        else:
            found += _day(cell) if column.kind is Kind.DATE else _text(cell, SHORT)
    return found


def _agreement(item: Item, value: dict[str, Any]) -> list[str]:
    parts, of_row = {"terms", "who", "how_often", "until", "review_on"}, {"terms", "who", "how_often", "until"}
    found = _keys(value, {"rows", "review_on"} if item.most else parts)
    for part in value.get("rows", [value]):
        found += _keys(part, of_row) if item.most else []
        found += [problem for name in ("until", "review_on") if part.get(name) for problem in _day(part[name])]
    return found


def _text(value: Any, most: int) -> list[str]:
    if not isinstance(value, str):
        return [f"wants text, not {value!r}"]
    return [f"{len(value)} characters, and {most} are possible"] if len(value) > most else []


def _number(value: Any, most: int) -> list[str]:
    return [] if type(value) is int and 0 <= value <= most else [f"wants 0 to {most}, not {value!r}"]


def _day(value: Any) -> list[str]:
    sound = isinstance(value, date) or (isinstance(value, str) and DAY.fullmatch(value))
    return [] if sound else [f"wants a day, not {value!r}"]


def _keys(value: Any, known: set[str]) -> list[str]:
    if not isinstance(value, dict):
        return [f"wants {sorted(known)}, not {value!r}"]
    return [f"has no {name!r}" for name in sorted(set(value) - known)]


def _one_of(value: Any, choices: Any) -> list[str]:
    return [] if value in {choice.id for choice in choices} else [f"has no choice {value!r}"]


def _most(value: list[Any], item: Item) -> list[str]:
    return [f"takes {item.most} rows"] if len(value) > item.most else []


# --- the lives ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("life", ORDER)
def test_every_answer_of_the_life_fits_what_is_asked(life: str) -> None:
    assert list(problems(life, everything_said(life))) == []


def test_what_does_not_fit_is_named_with_file_person_worksheet_and_item() -> None:
    wrong: list[Said] = [
        ("couple/x.toml", "ana", "hopes", {"hope": "None"}),
        ("couple/x.toml", "ana", "my-pace", {"my_pace": 5}),
        ("couple/x.toml", "ben", "waiting-room", {}),
        ("couple/x.toml", "zoe", "hopes", {"hopes": 3}),
    ]
    found = list(problems("couple", iter(wrong)))
    assert found[:3] == [
        "couple/x.toml: ana, hopes, hope: not asked there",
        "couple/x.toml: ana, my-pace, my_pace: wants 0 to 4, not 5",
        "couple/x.toml: ben, waiting-room: there is no such worksheet",
    ]
    assert len(found) == 5


def test_the_two_walks_go_through_every_module() -> None:
    modules = {module.id for module in library.modules}
    for life, people in (("couple", {"ana", "ben"}), ("solo_friend", {"wanda"})):
        given: dict[str, set[str]] = {key: set() for key in people}
        for _, person, worksheet_id, answers in everything_said(life):
            given[person] |= {worksheet_id} if answers else set()
        assert {library.worksheet(id).module for ids in given.values() for id in ids} == modules
    every = {sheet.id for module in library.modules for sheet in library.worksheets_of(module.id)}
    used = {worksheet_id for _, _, worksheet_id, _ in everything_said("couple")}
    assert every - used <= {"private-word"}  # that one is not homework


def test_no_word_of_a_life_blames_or_frightens() -> None:
    files = [file for life in ORDER for file in (LIVES / life).glob("*.toml")]
    assert len(files) >= 20
    found = {file.name: REFUSED.findall(file.read_text(encoding="utf-8")) for file in files}
    assert {name: words for name, words in found.items() if words} == {}


def test_every_life_that_lies_there_is_told() -> None:
    assert {folder.name for folder in Path(LIVES).iterdir() if folder.is_dir()} == set(ORDER)
    assert len(ORDER) == 12
