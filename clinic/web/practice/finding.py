"""Words found in the library: in titles, questions, hints, guides and introductions.

Decides: what is looked through, and in which order finds stand: the order of the programme. Must never know: any case.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forms import Wording
from forms import library as content
from forms.definition import Module, Worksheet

MOST = 60
AROUND = 70


@dataclass(frozen=True, slots=True)
class Find:
    """``worksheet`` is None when the module itself says it. ``says``: the place where the words stand, cut to one line."""

    module: Module
    worksheet: Worksheet | None
    title: str
    where: str
    says: str


def found(words: str, wording: Wording) -> list[Find]:
    """Every word has to stand in the same text, whatever its case. One find for each module and for each worksheet."""
    wanted = words.casefold().split()
    finds: list[Find] = []
    for module in content.modules if wanted else ():
        finds += _first(module, None, module.title, _module_texts(module, wording), wanted)
        for sheet in (one.for_relationship(wording.relationship) for one in content.worksheets_of(module.id)):
            finds += _first(module, sheet, sheet.title.text(wording), _worksheet_texts(sheet, wording), wanted)
    return finds[:MOST]


def _first(
    module: Module, sheet: Worksheet | None, title: str, texts: Iterator[tuple[str, str]], wanted: list[str]
) -> list[Find]:
    hit = next(((where, text) for where, text in texts if all(word in text.casefold() for word in wanted)), None)
    return [Find(module, sheet, title, hit[0], _cut(hit[1], wanted[0]))] if hit else []


def _module_texts(module: Module, wording: Wording) -> Iterator[tuple[str, str]]:
    yield "Title", module.title
    for aim in module.aims:
        yield "Aims", aim
    guide = module.guide
    for line in (*guide.aims, *guide.prepare, *guide.watch_for, *guide.slow_down_when, *guide.questions):
        yield "Counselor's guide", line
    for text in (module.introduction.hurt, module.introduction.involved, module.introduction.both):
        for paragraph in text.paragraphs(wording):
            yield "What each person reads first", paragraph


def _worksheet_texts(sheet: Worksheet, wording: Wording) -> Iterator[tuple[str, str]]:
    yield "Title", sheet.title.text(wording)
    if sheet.introduction:
        yield "Introduction", sheet.introduction.text(wording)
    for item in sheet.items:
        for part in (item.prompt, item.hint, item.example, *(choice.label for choice in item.choices)):
            if part is not None:
                yield "Question", part.text(wording)


def _cut(text: str, word: str) -> str:
    """Whole words around the first hit, on one line."""
    line = " ".join(text.split())
    at = max(0, line.casefold().find(word))
    start = line.find(" ", at - AROUND, at) + 1 if at > AROUND else 0
    end = line.rfind(" ", at + len(word), at + len(word) + AROUND) if len(line) > at + len(word) + AROUND else len(line)
    end = end if end > 0 else len(line)
    return ("… " if start else "") + line[start:end] + (" …" if end < len(line) else "")
