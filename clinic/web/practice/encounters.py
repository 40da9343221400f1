"""Recording a session, its page, and beginning its note.

Decides: that a session lies in the past and is recorded once. Must never know: whose record a session is (that is
`clinic.models.notes`), or what its note says. Times are typed and shown in the practice's zone.
"""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import Case, Encounter, Medium, NotAllowedNow, PlannedEncounter, ProgressNote
from clinic.models.cases import require_open
from clinic.models.notes import begin_note, persons_of, record_encounter
from clinic.models.planned import settle_with
from clinic.web.context import actor, now, settings, today, viewer
from clinic.web.practice import practice
from forms import library
from forms.notes import BeginNoteForm, EncounterForm, encounter_form

USUAL_MINUTES = 50
USUAL_TEMPLATE = "soap"
ONCE = ("intake", "discharge")  # taken at the beginning and the end, so never the usual one


def case_around(row: Encounter | ProgressNote | PlannedEncounter) -> Case:
    """The case of a row that the viewer has found. It is in their scope because the row is."""
    return access.rows_of(viewer(), Case, Case.id == row.case_id)[0]


def attendees_of(encounter: Encounter, case: Case) -> str:
    """"Ana and Ben", or "Ana alone" when one of two was in the room."""
    names = [person.preferred_name for person in persons_of(encounter, case)]
    return " and ".join(names) if encounter.is_joint else f"{names[0]} alone"


@practice.route("/cases/<uuid:id>/encounters/new", methods=["GET", "POST"])
def add_encounter(id: uuid.UUID) -> ResponseReturnValue:
    case = access.find(viewer(), Case, id, Permission.RECORD_ENCOUNTER)
    Recording = encounter_form([(str(person.id), person.preferred_name) for person in case.participants])
    if request.method == "GET":
        usual = {"day": today(), "minutes": USUAL_MINUTES, "format": usual_template()}
        return _form_page(case, Recording(today=today(), data=usual))
    form = Recording(request.form, today=today())
    if not (form.validate() and has_begun(form)):
        return _form_page(case, form, status=400)
    try:
        encounter = recorded(case, form)
    except NotAllowedNow as refusal:
        return _form_page(case, form, refusal=str(refusal), status=409)
    target = url_for("practice.encounter", id=encounter.id)
    if request.form.get("then") == "note":
        target = url_for("practice.note", id=begun(encounter, form.format.data).id)
    db.session.commit()
    flash("The session is recorded.", "success")
    return redirect(target, 303)


def _form_page(case: Case, form: EncounterForm, *, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    closed = refusal or _why_closed(case)
    page = render_template("practice/encounters/new.html", case=case, form=form, refusal=closed, zone=settings().practice.time_zone)
    return page, status


def _why_closed(case: Case) -> str:
    try:
        require_open(case)
    except NotAllowedNow as refusal:
        return str(refusal)
    return ""


def _began_at(form: EncounterForm) -> datetime:
    day: Any = form.day.data
    return datetime.combine(day, form.begins.data or time(), tzinfo=settings().practice.zone)


def has_begun(form: EncounterForm) -> bool:
    if _began_at(form) > now():
        form.begins.errors = ["This hour is still to come. Record a session after it has begun."]
        return False
    return True


def recorded(case: Case, form: EncounterForm) -> Encounter:
    """The session; the one that is there already when the button was pressed twice."""
    began_at, attendees = _began_at(form), {uuid.UUID(key) for key in form.attendees.data}
    same_hour = access.rows_of(viewer(), Encounter, Encounter.case_id == case.id, Encounter.began_at == began_at)
    for known in same_hour:
        if {person.id for person in persons_of(known, case)} == attendees:
            return known
    row = record_encounter(
        db.session(),
        case,
        attendees=attendees,
        began_at=began_at,
        minutes=int(form.minutes.data or 0),
        medium=Medium(form.medium.data),
        by=actor(),
        at=now(),
    )
    db.session.flush()
    settle_with(row, at=now())
    return row


@practice.get("/encounters/<uuid:id>")
def encounter(id: uuid.UUID) -> ResponseReturnValue:
    form = BeginNoteForm(data={"format": usual_template()})
    return _page(access.find(viewer(), Encounter, id, Permission.SEE_ENCOUNTER), form)


def _page(encounter: Encounter, form: BeginNoteForm, *, status: int = 200) -> ResponseReturnValue:
    case = case_around(encounter)
    page = render_template(
        "practice/encounters/one.html",
        encounter=encounter,
        case=case,
        people=attendees_of(encounter, case),
        notes=access.rows_of(viewer(), ProgressNote, ProgressNote.encounter_id == encounter.id, order_by=ProgressNote.begun_at),
        own=bool(_own_notes(encounter)),
        late_hours=settings().notes.late_after_hours,
        form=form,
    )
    return page, status


@practice.post("/encounters/<uuid:id>/notes")
def write_note(id: uuid.UUID) -> ResponseReturnValue:
    """Begin a note of this session with the chosen template; the one that was begun with it before when there is one."""
    encounter = access.find(viewer(), Encounter, id, Permission.RECORD_ENCOUNTER)
    form = BeginNoteForm(request.form)
    if not form.validate():
        return _page(encounter, form, status=400)
    note = begun(encounter, form.format.data)
    db.session.commit()
    return redirect(url_for("practice.note", id=note.id), 303)


def begun(encounter: Encounter, template: str | None) -> ProgressNote:
    """A session can have several notes, of different templates: a last session has its own and the summary of all. A second press
    of the button makes no second one."""
    same = next((note for note in _own_notes(encounter) if note.format == template), None)
    late_after = timedelta(hours=settings().notes.late_after_hours)
    return same or begin_note(db.session(), encounter, format=str(template), by=actor(), at=now(), late_after=late_after)


def _own_notes(encounter: Encounter) -> list[ProgressNote]:
    return access.rows_of(
        viewer(), ProgressNote, ProgressNote.encounter_id == encounter.id, ProgressNote.author_id == actor()
    )


def usual_template() -> str:
    """The one that this counselor took last, where it is still offered."""
    mine = access.notes_for(viewer()).where(ProgressNote.author_id == actor()).order_by(ProgressNote.begun_at.desc()).limit(1)
    last = db.session.scalars(mine.with_only_columns(ProgressNote.format)).first()
    usual = (template.id for template in library.note_templates if template.id == last and last not in ONCE)
    return next(usual, USUAL_TEMPLATE)
