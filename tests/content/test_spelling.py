"""Every word that people read is spelt rightly, in American English: in the content, on the pages, in what the program answers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache

import pytest
from said import in_code, in_content, in_templates
from spellchecker import SpellChecker

# Right, and in no dictionary of ours: on any page, ...
OWN_WORDS = {"birp", "cafe", "girp", "kintsugi", "pcl", "pdf", "ringtone", "tv", "un"}
# ... in measures, ...
MEASURES = {"crs", "csi", "dsm", "phq", "ptsd", "rdas"}
# ... and where the program speaks to whoever runs it.
FOR_THE_KEEPER = {
    *("config", "datetime", "describedby", "fhir", "hyperlegible", "init", "json", "lmft", "msys", "org", "pango", "pdfs"),
    *("programme", "readme", "resourcetype", "rogge", "starttls", "toml", "utf"),
}
KEYS = {"ctrl", "esc"}
PEOPLE_OF_THE_DEMO = {"lindqvist", "marchetti", "oyelaran"}
PLACES: dict[str, tuple[Callable[[], Iterable[tuple[str, str]]], int, set[str]]] = {
    "content": (in_content, 2_500, OWN_WORDS | MEASURES),
    "templates": (in_templates, 400, OWN_WORDS | {"describedby"} | KEYS | {"kiresuk"}),
    "code": (lambda: in_code("forms", "reports", "clinic"), 600, OWN_WORDS | MEASURES | FOR_THE_KEEPER | PEOPLE_OF_THE_DEMO),
}


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


@pytest.mark.parametrize("place", PLACES)
def test_every_word_is_in_the_dictionary(place: str) -> None:
    texts, least, allowed = PLACES[place]
    said, strange = 0, defaultdict(set)
    for name, text in texts():
        said += 1
        for word in dictionary().unknown(words(text)) - allowed:
            strange[word].add(name)
    assert said > least
    assert {word: sorted(names) for word, names in strange.items()} == {}
