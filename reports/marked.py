"""A text with light marks, as data: paragraphs, lists, bold and italic, and nothing else.

Decides what counts as a mark. Everything else is text and is printed as it was typed: no HTML, no links, no images, no headings, no
code. A text whose words would not all come through is taken as plain paragraphs, because a record never loses a word. Must never
know where a text comes from, or who reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_MARKS = re.compile(r"[*_]|^\s*(?:-|\d{1,9}[.)])\s", re.MULTILINE)
DEEPEST = 40  # of what stands in one another: two for each list


@dataclass(frozen=True)
class Span:
    """A run of words of one kind. ``breaks``: a new line begins here."""

    text: str
    bold: bool = False
    italic: bool = False
    breaks: bool = False


@dataclass(frozen=True)
class Paragraph:
    spans: tuple[Span, ...]
    kind: str = "paragraph"


@dataclass(frozen=True)
class Item:
    """``number``: as it was typed, so that a list that begins with 3 does not begin with 1."""

    blocks: tuple[Block, ...]
    number: int | None = None


@dataclass(frozen=True)
class List:
    items: tuple[Item, ...]
    is_numbered: bool = False
    kind: str = "list"


Block = Paragraph | List


def marked(text: str) -> tuple[Block, ...]:
    """The blocks of a text. Nothing of it is kept here: it may be anybody's record."""
    if not _MARKS.search(text):
        return plain(text)
    tokens = iter(_reader().parse(text))
    blocks = tuple(_blocks(tokens, ""))
    return blocks if _words(text) == "".join(_said(blocks)) else plain(text)


def plain(text: str) -> tuple[Block, ...]:
    """Paragraphs parted by blank lines, each line on its own, and no marks."""
    parts = [part.strip("\n").split("\n") for part in re.split(r"\n[^\S\n]*\n", text) if part.strip()]
    return tuple(Paragraph(tuple(Span(line, breaks=place > 0) for place, line in enumerate(lines))) for lines in parts)


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    """Everything is off but what we name: "zero" reads paragraphs and text alone. Imported here, because few pages need it."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("zero", {"html": False, "linkify": False, "typographer": False, "maxNesting": DEEPEST})
    return reader.enable(["list", "emphasis", "newline"])


def _blocks(tokens: Iterator[Token], ends: str) -> Iterator[Block]:
    for token in tokens:
        if token.type == ends:
            return
        if token.type == "inline":
            yield Paragraph(tuple(_spans(token.children or ())))
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            is_numbered = token.type.startswith("ordered")
            yield List(tuple(_items(tokens, token.type.replace("_open", "_close"))), is_numbered)


def _items(tokens: Iterator[Token], ends: str) -> Iterator[Item]:
    for token in tokens:
        if token.type == ends:
            return
        if token.type == "list_item_open":
            yield Item(tuple(_blocks(tokens, "list_item_close")), int(token.info) if token.info.isdigit() else None)


def _spans(tokens: Sequence[Token]) -> Iterator[Span]:
    bold = italic = 0
    breaks = False
    for token in tokens:
        if token.type in ("strong_open", "strong_close"):
            bold += token.nesting
        elif token.type in ("em_open", "em_close"):
            italic += token.nesting
        elif token.type in ("softbreak", "hardbreak"):
            breaks = True
        elif token.content:
            yield Span(token.content, bold > 0, italic > 0, breaks)
            breaks = False


def _words(text: str) -> str:
    """What must come through: every letter and digit, and every sign that is no mark here. A list made with + falls out, because
    "+ 2" is a change for the better and no point of a list."""
    return "".join(letter for letter in text if not letter.isspace() and letter not in "*_-.)")


def _said(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield from (_words(span.text) for span in block.spans)
            continue
        for item in block.items:
            yield str(item.number) if item.number is not None else ""
            yield from _said(item.blocks)
