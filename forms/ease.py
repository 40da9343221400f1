"""How easily a text is read: its Flesch-Kincaid grade, the US school year in which it is read with ease.

Decides how words, sentences and syllables are counted. Never knows what the text is for (texts.py), or which grade is too high.

Syllables are counted by Pyphen, which WeasyPrint brings along: small and offline, where other libraries fetch a dictionary of
pronunciations when they are first used (docs/decisions/006). Hyphens are never set close to the ends of a word, so groups of vowels
are the least. The tests count everything again with textstat.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any


@cache
def _hyphens() -> Any:
    import pyphen

    return pyphen.Pyphen(lang="en_US")


def sentences(text: str) -> list[str]:
    parts = re.split(r"(?<=[.!?])[\"'”’)]*\s+|\n\s*\n", text)
    return [part for part in parts if re.search(r"[A-Za-z]", part)]


def words(text: str) -> list[str]:
    return re.findall(r"[A-Za-z]+(?:['’-][A-Za-z]+)*", text)


@cache
def syllables(word: str) -> int:
    """At least the groups of vowels, without silent endings."""
    plain = re.sub(r"[^a-z]", "", word.lower())
    hyphenated = len(_hyphens().positions(plain)) + 1
    if len(plain) > 3:
        plain = re.sub(r"(?<![tdaeiou])ed$|(?<![aeiouslzxc])es$|(?<![laeiou])e$", "", plain)
    return max(hyphenated, len(re.findall(r"[aeiouy]+", plain)))


def grade(text: str) -> float:
    found = words(text)
    if not found:
        return 0.0
    return 0.39 * len(found) / len(sentences(text)) + 11.8 * sum(map(syllables, found)) / len(found) - 15.59
