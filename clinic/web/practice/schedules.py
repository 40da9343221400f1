"""Homework that comes back: giving it, pausing and ending it, and the log of its runs.

Decides: what may be given so, and to whom. The times of the log are for this page alone. Must never know: what anyone answered.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import NotFound, Permission
from clinic.db import db
from clinic.models import Assignment, Case, NotAllowedNow, Participant, Run, Schedule
from clinic.models.cases import require_open
from clinic.models.opening import require_first_steps
from clinic.models.running import open_due_runs
from clinic.models.schedules import Every, ScheduleState, begin_schedule
from clinic.web.context import actor, now, settings, today, viewer
from clinic.web.practice import practice
from clinic.web.practice.naming import neutral_wording
from clinic.web.practice.offers import MEASURES, Piece, offered
from forms import library
from forms.definition import Repeat
from forms.schedules import RepeatForm, repeat_form

NO_REPEAT = Repeat("week")


@dataclass(frozen=True)
class Line:
    """One run in the log."""

    number: int
    intended: datetime
    shown: datetime | None
    answered: datetime | None
    state: str
    why: str


@dataclass(frozen=True)
class Shown:
    schedule: Schedule
    person: Participant
    title: str
    rhythm: str
    log: tuple[Line, ...]


@practice.get("/cases/<uuid:id>/schedules")
def schedules(id: uuid.UUID) -> ResponseReturnValue:
    case = access.find(viewer(), Case, id, Permission.SCHEDULE)
    rows = access.rows_of(viewer(), Schedule, Schedule.case_id == case.id, order_by=Schedule.begun_at.desc())
    pieces = [piece for piece, repeat in pieces_of(case) if repeat is not None or piece.kind == "measure"]
    return render_template("practice/schedules/list.html", case=case, shown=[_shown(row, case) for row in rows], pieces=pieces)


def _shown(row: Schedule, case: Case) -> Shown:
    person = next(one for one in case.participants if one.id == row.participant_id)
    runs = access.rows_of(viewer(), Run, Run.schedule_id == row.id, order_by=Run.number.desc())
    given = {one.id: one for one in access.rows_of(viewer(), Assignment, Assignment.id.in_([run.assignment_id for run in runs]))}
    log = tuple(_line(run, given[run.assignment_id]) for run in runs)
    return Shown(row, person, title_of(row.kind, row.content_id, row.content_version, case), rhythm_in_words(row), log)


def _line(run: Run, given: Assignment) -> Line:
    return Line(run.number, run.intended_at, run.shown_at, given.submitted_at, given.state, run.why_skipped or "")


def title_of(kind: str, content_id: str, version: int, case: Case) -> str:
    if kind == "measure":
        return library.measure(content_id, version).title
    return library.worksheet(content_id, version).title.text(neutral_wording(case.relation))


def rhythm_in_words(row: Schedule) -> str:
    if row.every == Every.SESSION:
        return f"{row.when} each session" if row.interval == 1 else f"{row.when} every {row.interval} sessions"
    return f"every {row.every}" if row.interval == 1 else f"every {row.interval} {row.every}s"


def pieces_of(case: Case) -> list[tuple[Piece, Repeat | None]]:
    """Every piece of the program that this case may be given, with how often it comes back, if it does."""
    sets = [offered(case, id) for id in (*(module.id for module in library.modules), MEASURES)]
    pieces = [piece for one in sets if one is not None for piece, _ in one.pieces]
    return [(piece, piece.worksheet.repeat) for piece in pieces if piece.worksheet.answered_by != "joint"]


@practice.route("/cases/<uuid:id>/schedules/new", methods=["GET", "POST"])
def begin_repeat(id: uuid.UUID) -> ResponseReturnValue:
    case = access.find(viewer(), Case, id, Permission.SCHEDULE)
    found = [one for one in pieces_of(case) if f"{one[0].kind}-{one[0].id}" == request.values.get("piece")]
    if not found:
        return redirect(url_for("practice.schedules", id=id), 303)
    piece, repeat = found[0]
    people = [person for person in case.participants if person.takes(piece.worksheet.answered_by)]
    Giving = repeat_form([(str(person.seat), person.preferred_name) for person in people])
    if request.method == "GET":
        return _page(case, piece, Giving(today=today(), data=_usual(repeat or NO_REPEAT, people)))
    form = Giving(request.form, today=today())
    if not form.validate():
        return _page(case, piece, form, status=400)
    try:
        for person in people:
            if str(person.seat) in form.people.data:
                _begin(case, person, piece, form)
        open_due_runs(db.session(), at=now(), seats=[person.id for person in people])
    except NotAllowedNow as refusal:
        db.session.rollback()
        form.people.errors = [str(refusal)]
        return _page(case, piece, form, status=409)
    db.session.commit()
    flash("It comes back from its first day on.", "success")
    return redirect(url_for("practice.schedules", id=id), 303)


def _page(case: Case, piece: Piece, form: RepeatForm, *, status: int = 200) -> ResponseReturnValue:
    page = render_template("practice/schedules/new.html", case=case, piece=piece, form=form, zone=settings().practice.time_zone)
    return page, status


def _usual(repeat: Repeat, people: list[Participant]) -> dict[str, object]:
    chosen = [str(person.seat) for person in people] if len(people) == 1 else []
    return {"people": chosen, "rhythm": repeat.when or repeat.every, "interval": repeat.interval, "starts_on": today()}


def _begin(case: Case, person: Participant, piece: Piece, form: RepeatForm) -> Schedule:
    data = form.data
    repeat, days = Repeat(data["rhythm"], data["interval"]), (data["starts_on"], data["ends_on"])
    return begin(case, person, piece, repeat, days, note=form.note.data or "")


def begin(
    case: Case, person: Participant, piece: Piece, repeat: Repeat, days: tuple[date, date | None], *, note: str = ""
) -> Schedule:
    """``repeat.every``: day, week, month or session; also "before" and "after", which mean a session."""
    require_open(case)
    require_first_steps(db.session(), person)
    is_session = repeat.every not in ("day", "week", "month")
    when = repeat.when or (repeat.every if is_session and repeat.every != "session" else "")
    return begin_schedule(
        db.session(), person, kind=piece.kind, content_id=piece.id, content_version=piece.version,
        module_id=piece.worksheet.module or None, every=Every.SESSION if is_session else Every(repeat.every),
        interval=repeat.interval, when=when, zone=settings().practice.time_zone, starts_on=days[0], ends_on=days[1],
        note=note, by=actor(), at=now(),
    )  # fmt: skip


@practice.post("/schedules/<uuid:id>/state")
def change_schedule(id: uuid.UUID) -> ResponseReturnValue:
    row = access.find(viewer(), Schedule, id, Permission.SCHEDULE)
    steps = {ScheduleState.PAUSED: row.pause, ScheduleState.ACTIVE: row.resume, ScheduleState.ENDED: row.end}
    to = request.form.get("to", "")
    if to not in set(ScheduleState) or row.state == ScheduleState.ENDED:
        raise NotFound(Permission.SCHEDULE)
    steps[ScheduleState(to)](by=actor(), at=now())
    open_due_runs(db.session(), at=now(), seats=[row.participant_id])
    db.session.commit()
    flash({"paused": "Paused.", "active": "It goes on.", "ended": "Ended. What lies open stays open."}[to], "success")
    return redirect(url_for("practice.schedules", id=row.case_id), 303)
