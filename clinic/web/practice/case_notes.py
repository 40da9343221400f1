"""The notes of a case, in the order of their sessions.

Decides: what the list says of each note. Must never know: what a note says; it is opened, and that is recorded, on its own page.
"""

from __future__ import annotations

import uuid
from itertools import groupby

from flask import render_template

from clinic import access
from clinic.access import Permission
from clinic.models import Case, ProgressNote
from clinic.web.context import actor, settings, viewer
from clinic.web.practice import practice
from clinic.web.practice.encounters import attendees_of


@practice.get("/cases/<uuid:id>/notes")
def case_notes(id: uuid.UUID) -> str:
    case = access.find(viewer(), Case, id, Permission.SEE_CASE)
    notes = access.rows_of(viewer(), ProgressNote, ProgressNote.case_id == case.id)
    notes.sort(key=lambda note: (note.encounter.began_at, note.begun_at), reverse=True)
    months = [(month, list(rows)) for month, rows in groupby(notes, key=_month)]
    people = {note.id: attendees_of(note.encounter, case) for note in notes}
    return render_template("practice/notes/list.html", case=case, months=months, people=people, me=actor())


def _month(note: ProgressNote) -> str:
    return f"{note.encounter.began_at.astimezone(settings().practice.zone):%B %Y}"
