"""Every text that a client may read, with the place that it stands at.

Decides what counts as client text: guides, criteria, plans and task titles do not. Never judges it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from forms.definition import Document, Item, Module, Worksheet
from forms.measures import Measure
from forms.wording import Relationship, Worded, Wording

SIDES = ("hurt", "involved", "both")


class Text(NamedTuple):
    """`item` is empty for what stands outside the items; `key` is the key of the file."""

    item: str
    key: str
    worded: Worded


def of_item(item: Item) -> Iterator[Text]:
    for key in ("prompt", "hint", "example", "low", "high", "with_text", "always_says"):
        if worded := getattr(item, key):
            yield Text(item.id, key, worded)
    for choice in (*item.choices, *(choice for column in item.columns for choice in column.choices)):
        yield from (Text(item.id, "choices", worded) for worded in (choice.label, choice.hint) if worded)
    yield from (Text(item.id, "statements", statement.label) for statement in item.statements)
    yield from (Text(item.id, "columns", column.label) for column in item.columns)
    yield from (Text(item.id, f"hints.{part}", hint) for part, hint in item.hints)


def of_worksheet(worksheet: Worksheet) -> Iterator[Text]:
    yield Text("", "title", worksheet.title)
    yield from (Text("", key, worded) for key in ("introduction", "solo") if (worded := getattr(worksheet, key)))
    yield from (Text("", "page", page.title) for page in worksheet.pages)
    for item in worksheet.items:
        yield from of_item(item)


def of_measure(measure: Measure) -> Iterator[Text]:
    """Of our own measures. The wording of a published one is never ours to judge, and our topics are for staff."""
    if measure.own:
        yield from of_worksheet(measure.as_worksheet())


def of_introduction(module: Module) -> Iterator[Text]:
    yield from (Text("", f"introduction.{side}", getattr(module.introduction, side)) for side in SIDES)


def of_document(document: Document) -> Iterator[Text]:
    yield Text("", "one_line", Worded(document.one_line))
    yield from (Text("", f"sections, {section.title}", section.text) for section in document.sections)


def in_every_tie(texts: Iterable[Text]) -> Iterator[tuple[Text, str]]:
    """Each text as partners, friends and relatives read it, where that differs."""
    for text in texts:
        said = dict.fromkeys(text.worded.text(Wording("Ben", "what happened in March", kind)) for kind in Relationship)
        yield from ((text, one) for one in said)


def as_one(texts: Iterable[str]) -> str:
    """Labels count as sentences, so that a list of them is not read in one breath."""
    return " ".join(text if text.rstrip().endswith((".", "!", "?")) else f"{text.rstrip()}." for text in texts if text.strip())
