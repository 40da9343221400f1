"""What a button of the editor puts into a box of the note: a phrase, or the same section of the last signed note.

Decides: where it goes, and that nothing which was typed makes room for it. Must never know: how a note is saved.
"""

from __future__ import annotations

import uuid

from flask import request

from clinic import access
from clinic.models import Case, Phrase, ProgressNote
from clinic.models.notes import persons_of
from clinic.web.context import viewer
from clinic.web.practice.earlier import last_signed
from clinic.web.words import day
from forms.notes import NoteForm
from forms.phrases import filled, filled_at_once


def put_by(note: ProgressNote, case: Case, form: NoteForm) -> dict[str, str]:
    """By the name of the box; nothing for every other button."""
    if request.form.get("carry"):
        return _carried(note, form, request.form["carry"])
    if request.form.get("then") == "phrase":
        return _phrase(note, case, form)
    return {}


def _carried(note: ProgressNote, form: NoteForm, section_id: str) -> dict[str, str]:
    """Only into an empty section: what was typed stays."""
    last = last_signed(note)
    text = (last.sections or {}).get(section_id) if last else None
    empty = {section.id for section, field in form.section_fields() if not field.data}
    return {f"section-{section_id}": text} if text and section_id in empty else {}


def _phrase(note: ProgressNote, case: Case, form: NoteForm) -> dict[str, str]:
    """At the end of the box that was chosen. With scripts it goes where the cursor is, and nothing comes here."""
    chosen = next((one for one in own_phrases() if str(one.id) == request.form.get("phrase")), None)
    name = request.form.get("phrase_into", "")
    typed = dict(boxes(form)).get(name)
    if chosen is None or typed is None:
        return {}
    text = filled_at_once(chosen.text, _names(note, case), day(note.encounter.began_at))
    return {name: f"{typed}\n{text}" if typed else text}


def boxes(form: NoteForm) -> list[tuple[str, str]]:
    """Every box that takes a text, and what is in it."""
    entries = [field.form.text for _, field in form.stage_fields() if field.form.is_used]
    fields = [*(field for _, field in form.section_fields()), *(field for _, field in form.said_fields()), *entries]
    return [(field.name, field.data or "") for field in fields]


def box_labels(form: NoteForm, titles: dict[str, str]) -> list[tuple[str, str]]:
    plain = [*(field for _, field in form.section_fields()), *(field for _, field in form.said_fields())]
    entries = [(field.form.text.name, titles[id]) for id, field in form.stage_fields() if field.form.is_used]
    return [*((field.name, field.label.text) for field in plain), *entries]


def own_phrases() -> list[Phrase]:
    return sorted(access.rows_of(viewer(), Phrase), key=lambda one: one.title.casefold())


def phrases_for(note: ProgressNote, case: Case) -> list[tuple[uuid.UUID, str, str]]:
    """Id, title and text of each, with the people and the day of this session filled in."""
    names, on = _names(note, case), day(note.encounter.began_at)
    return [(one.id, one.title, filled(one.text, names, on)) for one in own_phrases()]


def _names(note: ProgressNote, case: Case) -> list[str]:
    return [person.preferred_name for person in persons_of(note.encounter, case)]
