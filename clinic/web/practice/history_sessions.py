"""Of the timeline of a case, its sessions: held, planned and come to nothing, and their notes.

Decides: the words. Must never know: what a note says. For clinicians.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func

from clinic import access
from clinic.models import Encounter, NoteState, PlannedEncounter, PlannedState, ProgressNote
from clinic.models.encounters import persons_of
from clinic.web.practice.sessions_to_come import names_of
from clinic.web.practice.telling import Entry, Looking, Told
from clinic.web.words import day, in_words


def sessions(it: Looking) -> Iterator[Entry]:
    for row in it.rows(Encounter, Encounter.began_at):
        here = persons_of(row, it.case)
        names = " and ".join(person.preferred_name or "" for person in here)
        alone = ", alone" if not row.is_joint else ""
        title = f"Session with {names}{alone}: {row.minutes} minutes, {in_words(row.medium)}"
        yield Entry(row.began_at, Told.SESSION, frozenset(one.seat for one in here), title, "encounter", row.id, "open")


def planned(it: Looking) -> Iterator[Entry]:
    """What was planned and came to nothing has no other place; what is still to come stands at the top of the case."""
    for row in it.rows(PlannedEncounter, func.coalesce(PlannedEncounter.settled_at, PlannedEncounter.planned_at)):
        who, on = frozenset(one.seat for one in row.expects(it.case.participants)), day(row.begins_at)
        names = names_of(row, it.case)
        if row.state == PlannedState.PLANNED:
            yield Entry(row.planned_at, Told.SESSION, who, f"Session with {names} planned for {on}", "planned", row.id)
        elif row.state == PlannedState.CANCELLED:
            title = f"Session with {names} on {on} cancelled"
            yield Entry(row.settled_at or row.planned_at, Told.SESSION, who, title, "planned", row.id, "note", row)
        elif row.state == PlannedState.MISSED:
            title = f"Nobody came to the session with {names} on {on}"
            yield Entry(row.settled_at or row.planned_at, Told.SESSION, who, title, "planned", row.id, "waiting", row)


def notes(it: Looking) -> Iterator[Entry]:
    """Columns only: no text is opened."""
    own = access.notes_for(it.viewer).where(ProgressNote.case_id == it.case.id)
    own = own.join(Encounter, Encounter.id == ProgressNote.encounter_id)
    columns = (
        ProgressNote.id, ProgressNote.individual_of, ProgressNote.state, ProgressNote.begun_at, ProgressNote.signed_at,
        Encounter.began_at, access.is_void().label("void"),
    )  # fmt: skip
    for row in it.columns(own, *columns, newest=func.coalesce(ProgressNote.signed_at, ProgressNote.begun_at)):
        signed = row.state == NoteState.SIGNED
        words = "signed, and void since" if row.void else "signed" if signed else "not signed yet"
        title = f"Note of the session on {day(row.began_at)}, {words}"
        at, tone = (row.signed_at, "done") if signed else (row.begun_at, "waiting")
        yield Entry(at, Told.NOTE, it.seats(row.individual_of), title, "note", row.id, tone)
