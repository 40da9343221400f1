"""Every word of the content is spelt rightly, in American English."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Any

from spellchecker import SpellChecker

from forms.library import CONTENT

# Right, and in no dictionary of ours.
OWN_WORDS = {"cafe", "crs", "csi", "gad", "pcl", "phq", "rdas", "ringtone", "tv", "un"}
# Keys that hold names and not words.
NAMES = {
    *("id", "module", "modules", "worksheet", "worksheets", "item", "items", "measure", "document", "phase", "for"),
    *("kind", "visibility", "reveal_group", "follows", "concern", "rule", "column", "planned_in", "values", "not_counted"),
    *("unless_recorded", "references", "side", "track", "if", "better", "about", "change", "relationships", "needs", "every"),
    *("citation", "code", "total_code", "unscored", "settable", "cutoff_counts", "printed"),
}


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inside in value.items():
            names = key in NAMES and all(isinstance(one, str | int) for one in (inside if isinstance(inside, list) else [inside]))
            if not names:
                yield from texts(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from texts(inside)


def words(text: str) -> list[str]:
    """Without tokens, and without the ending of an owner."""
    found = re.findall(r"[A-Za-z]+(?:['’][A-Za-z]+)*", re.sub(r"\{\w+\}", " ", text))
    return [re.sub(r"['’]s$", "", word.lower()).replace("’", "'") for word in found]


@cache
def dictionary() -> SpellChecker:
    return SpellChecker(language="en", distance=1)


def test_a_slip_of_the_pen_is_seen() -> None:
    slips = {"recieve", "definately", "seperate", "counsellor's", "thier", "wich", "hurtt", "apologiez"}
    assert len(dictionary().unknown(words(" ".join(slips)))) >= 7
    assert not dictionary().unknown(words("Nobody's counselor {othr} wouldn't receive their apology"))


def test_every_word_is_in_the_dictionary() -> None:
    read = {path.relative_to(CONTENT).as_posix(): path for path in CONTENT.rglob("*.toml") if path.name != "checksums.toml"}
    found = {
        name: sorted({word for text in texts(tomllib.loads(path.read_text("utf-8"))) for word in words(text)} - OWN_WORDS)
        for name, path in read.items()
    }
    assert sum(map(len, found.values())) > 9_000
    unknown = {name: sorted(dictionary().unknown(all_of)) for name, all_of in found.items()}
    assert {name: strange for name, strange in unknown.items() if strange} == {}
