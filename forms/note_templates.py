"""The templates of notes: which sections a note has, and what belongs in each.

Decides what a template may hold. Never knows a note: a note keeps the id and the version of its template, and a published version
stays as it is, so that a template that changes never changes a note.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from forms.reading import Row

MOST_SECTIONS = 12
LAST = 100  # where the templates of a practice stand when they do not say


@dataclass(frozen=True, slots=True)
class NoteSection:
    id: str
    title: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class NoteTemplate:
    """``place``: the templates are offered in this order."""

    id: str
    version: int
    title: str
    meaning: str
    sections: tuple[NoteSection, ...]
    place: int = LAST

    def section(self, id: str) -> NoteSection | None:
        return next((section for section in self.sections if section.id == id), None)


def read_note_template(row: Row) -> NoteTemplate:
    sections = row.rows("section", _read_section, "section", required=True)
    row.unique("section", (section.id for section in sections))
    if len(sections) > MOST_SECTIONS:
        row.complain("section", f"stands {len(sections)} times; a note has at most {MOST_SECTIONS} sections.")
    return NoteTemplate(
        id=row.id(),
        version=row.whole("version", least=1),
        title=row.text("title"),
        meaning=row.text("meaning", ""),
        sections=sections,
        place=row.whole("place", LAST),
    )


def _read_section(row: Row) -> NoteSection:
    return NoteSection(id=row.id(), title=row.text("title"), hint=row.text("hint", ""))


def unknown_template(id: str, version: int, section_ids: Iterable[str]) -> NoteTemplate:
    """For a note whose template is nowhere any more: its sections under their own names, so that it can still be read."""
    sections = tuple(NoteSection(one, one.replace("_", " ").replace("-", " ").capitalize()) for one in section_ids)
    return NoteTemplate(id, version, id.replace("-", " ").capitalize(), "", sections or (NoteSection("note", "Note"),))
