"""Looking for words in the record. Decides what can be looked through, what counts as the same word, and how much of a text stands
around it. Never knows whose text it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from anyascii import anyascii
from wtforms import Form

from forms.fields import Needed, Several, ShortText, choices_of

AROUND = 90  # characters on each side of the first hit
KINDS = {"note": "Notes", "answer": "Answers", "task": "Tasks"}


class SearchForm(Form):
    words = ShortText("Words", [Needed("Type a word, or the beginning of one.")], most=120)
    kinds = Several("Look through", choices_of(KINDS.items()))


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text. ``is_hit``: one of the words that were looked for."""

    text: str
    is_hit: bool


def folded(text: str) -> str:
    return text.casefold() if text.isascii() else anyascii(text).casefold()


def has_all(text: str, words: Sequence[str]) -> bool:
    plain = folded(text)
    return all(word in plain for word in words)


def pieces_of(text: str, words: Sequence[str]) -> tuple[Piece, ...]:
    """The surroundings of the first hit, with every hit in them apart. A folded letter may be several ("ß" is "ss"), so each
    letter is folded by itself and remembers where it came from."""
    flat = " ".join(text.split())
    letters, places = [], []
    for place, letter in enumerate(flat):
        for part in folded(letter) or " ":
            letters.append(part)
            places.append(place)
    plain = "".join(letters)
    spans = sorted(_spans(plain, places, words))
    start = max(0, spans[0][0] - AROUND) if spans else 0
    end = min(len(flat), (spans[0][1] if spans else 0) + 2 * AROUND)
    return tuple(_cut(flat, start, end, spans))


def _spans(plain: str, places: Sequence[int], words: Sequence[str]) -> Iterator[tuple[int, int]]:
    for word in words:
        at = plain.find(word)
        while at >= 0:
            yield places[at], places[at + len(word) - 1] + 1
            at = plain.find(word, at + len(word))


def _cut(flat: str, start: int, end: int, spans: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    at = start
    if start > 0:
        yield Piece("… ", False)
    for begin, stop in spans:
        if begin < at or stop > end:
            continue
        if begin > at:
            yield Piece(flat[at:begin], False)
        yield Piece(flat[begin:stop], True)
        at = stop
    if at < end:
        yield Piece(flat[at:end], False)
    if end < len(flat):
        yield Piece(" …", False)
