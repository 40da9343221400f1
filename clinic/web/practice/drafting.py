"""A note's draft as a form: what was saved, what was typed, and whether they say the same.

Decides: which stages an entry can be written against, whose words can be written down apart, and when two drafts are the same. Must
never know: who may save.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from clinic.models import Case, ProgressNote
from clinic.models.notes import persons_of
from forms import library
from forms.notes import RATINGS, NoteForm, note_draft, note_form


def stage_titles() -> dict[str, str]:
    """The numbered modules, in the order of the programme."""
    return {module.id: module.title for module in library.modules if module.number}


def entries_of(note: ProgressNote) -> list[dict[str, Any]]:
    return [{"module_id": row.module_id, "text": row.text or "", "rating": row.rating} for row in note.stage_entries]


def said_in(note: ProgressNote) -> dict[str, str]:
    return {str(person_id): text for person_id, text in note.said.items()}


def form_of(note: ProgressNote, case: Case) -> type[NoteForm]:
    """With a box for the words of each person who was there, when there were two."""
    there = persons_of(note.encounter, case) if note.encounter.is_joint else []
    people = [(str(person.id), person.preferred_name) for person in there] if len(there) > 1 else []
    return note_form(note.template, list(stage_titles().items()), people)


def saved_form(note: ProgressNote, case: Case) -> NoteForm:
    """The form as the note was last saved."""
    draft = note_draft(note.sections or {}, entries_of(note), note.version, note.tags or (), said_in(note))
    return form_of(note, case)(data=draft)


def draft_form(note: ProgressNote, case: Case, typed: MultiDict[str, str]) -> NoteForm:
    """The form as it was typed."""
    return form_of(note, case)(typed)


def acted_form(note: ProgressNote, case: Case, typed: MultiDict[str, str], put: dict[str, str]) -> NoteForm:
    """The same after the button that was pressed: one adds an entry for a stage, one takes it out, others put a text into a box.
    ``put``: what belongs into a box, by the box's name."""
    sent = MultiDict(typed)
    if sent.get("then") == "add" and sent.get("add_stage") in stage_titles():
        sent[f"stage-{sent['add_stage']}-included"] = "y"
    if sent.get("remove") in stage_titles():
        for part in ("included", "text", "rating"):
            sent.poplist(f"stage-{sent['remove']}-{part}")
    for name, text in put.items():
        sent[name] = text
    return form_of(note, case)(sent)


def keep(note: ProgressNote, form: NoteForm, *, at: datetime) -> None:
    said = {uuid.UUID(key): text for key, text in form.said().items()}
    note.save(sections=form.sections(), stages=form.stages(), tags=form.tags.data or [], said=said, at=at)


def is_same(note: ProgressNote, form: NoteForm) -> bool:
    """A second press of the button, or a save whose answer was lost: there is nothing to keep, and nothing to lose."""
    saved = {section.id: (note.sections or {}).get(section.id, "") for section, _ in form.section_fields()}
    said = {key: said_in(note).get(key, "") for key in form.people}
    same_tags = (form.tags.data or []) == (note.tags or [])
    return form.sections() == saved and form.stages() == entries_of(note) and form.said() == said and same_tags


def with_saved_entries(note: ProgressNote, form: NoteForm) -> NoteForm:
    """What was typed, and with it the entries that the other window added: to save this page must not take them out unseen."""
    saved = {entry["module_id"]: entry for entry in entries_of(note)}
    for module_id, field in form.stage_fields():
        if module_id in saved and not field.form.is_used:
            field.form.included.data = True
            field.form.text.data, field.form.rating.data = saved[module_id]["text"], saved[module_id]["rating"]
    return form


def changed_text(note: ProgressNote, form: NoteForm) -> str:
    """What was typed and does not stand in the note, as plain text under its headings."""
    saved = {entry["module_id"]: entry for entry in entries_of(note)}
    parts = [
        f"{section.title}:\n{field.data}"
        for section, field in form.section_fields()
        if field.data and field.data != (note.sections or {}).get(section.id, "")
    ]
    parts += [
        f"{field.label.text}:\n{field.data}"
        for key, field in form.said_fields()
        if field.data and field.data != said_in(note).get(key)
    ]
    for stage in form.stages():
        if stage != saved.get(stage["module_id"]):
            parts.append(_entry_text(stage))
    return "\n\n".join(parts)


def _entry_text(stage: dict[str, Any]) -> str:
    rating = f"\n({stage['rating']:+d}: {dict(RATINGS)[stage['rating']]})" if stage["rating"] is not None else ""
    return f"{stage_titles()[stage['module_id']]}:\n{stage['text']}{rating}"
