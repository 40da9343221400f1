"""Plans: several pieces at once, spaced in weeks. The counselor edits one, and gives it in one act.

Decides: what of a plan is offered to whom, and what is left for the counselor to open or to choose. Must never know: what anyone
answered. What lies ahead is held like anything else that is not open yet.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import NotFound, Permission
from clinic.db import db
from clinic.models import Assignment, AssignmentState, Case, NotAllowedNow, Participant, Schedule
from clinic.models.cases import require_open
from clinic.models.groups import works_alone
from clinic.models.homework import assign as give
from clinic.models.programme import start_stage
from clinic.models.running import open_due_runs
from clinic.models.safety import AFFECTION
from clinic.models.schedules import OPENS, ScheduleState
from clinic.models.upkeep import plan_task
from clinic.web.context import actor, now, settings, today, viewer
from clinic.web.practice import practice
from clinic.web.practice.assigning import held_up
from clinic.web.practice.naming import neutral_wording
from clinic.web.practice.offers import Piece
from clinic.web.practice.schedules import begin
from forms import library
from forms.definition import AnsweredBy, Repeat
from forms.fields import read_date
from forms.plans import Plan, PlanEntry
from forms.schedules import PlanForm, plan_form

COUNSELOR = "me"
NOT_DONE = (AssignmentState.OPEN, AssignmentState.RETURNED, AssignmentState.HELD)
ANSWER_WITHIN = timedelta(days=6)


@dataclass(frozen=True)
class Offered:
    """One entry of a plan as it is offered in this case. Without a piece it becomes a task for the counselor."""

    entry: PlanEntry
    title: str
    piece: Piece | None
    people: tuple[Participant, ...]
    has: frozenset[uuid.UUID]  # who got it before

    @property
    def choices(self) -> list[tuple[str, str]]:
        if self.piece is None:
            return [(COUNSELOR, "A task for me")]
        return [(str(person.seat), person.preferred_name) for person in self.people]

    @property
    def repeats(self) -> bool:
        return self.piece is not None and self.entry.weeks > 0 and self.repeat is not None

    @property
    def repeat(self) -> Repeat | None:
        return self.entry.repeat or (self.piece.worksheet.repeat if self.piece else None)


@practice.route("/cases/<uuid:id>/plans/new", methods=["GET", "POST"])
def plan(id: uuid.UUID) -> ResponseReturnValue:
    case = access.find(viewer(), Case, id, Permission.SCHEDULE)
    plans = [one for one in library.plans if one.suits(case.relation)]
    if "plan" not in request.values:
        return render_template("practice/plans/choose.html", case=case, plans=plans)
    chosen = next((one for one in plans if one.id == request.values["plan"]), None)
    if chosen is None:
        raise NotFound(Permission.SCHEDULE)
    offers = _offers(case, chosen)
    Giving = plan_form([(offer.title, offer.choices) for offer in offers])
    if request.method == "GET":
        return _page(case, chosen, offers, Giving(today=today(), data=_usual(offers, _start())))
    form = Giving(request.form, today=today())
    if not form.validate():
        return _page(case, chosen, offers, form, status=400)
    try:
        _give_all(case, offers, form)
    except NotAllowedNow as refusal:
        db.session.rollback()
        form.form_errors = [str(refusal)]
        return _page(case, chosen, offers, form, status=409)
    db.session.commit()
    flash("The plan is given. What lies ahead opens on its day.", "success")
    return redirect(url_for("practice.schedules", id=id), 303)


def _page(case: Case, chosen: Plan, offers: list[Offered], form: PlanForm, *, status: int = 200) -> ResponseReturnValue:
    shown = {"case": case, "plan": chosen, "offers": offers, "form": form, "held_up": held_up(case), "start": _start()}
    return render_template("practice/plans/give.html", **shown), status


def _start() -> date:
    try:
        return max(read_date(request.values.get("start", "")), today())
    except ValueError:
        return today()


def _offers(case: Case, chosen: Plan) -> list[Offered]:
    waits = held_up(case)
    people = [person for person in case.participants if person.id not in waits]
    given = access.rows_of(
        viewer(), Assignment, Assignment.case_id == case.id, Assignment.state != AssignmentState.WITHDRAWN.value
    )
    repeats = access.rows_of(viewer(), Schedule, Schedule.case_id == case.id, Schedule.state != ScheduleState.ENDED.value)
    before = {(row.participant_id, row.content_id) for row in given} | {(row.participant_id, row.content_id) for row in repeats}
    return [_offered(case, entry, people, before) for entry in chosen.entries]


def _offered(case: Case, entry: PlanEntry, people: list[Participant], before: set[tuple[uuid.UUID, str]]) -> Offered:
    piece = _piece(case, entry)
    solo = [person for person in people if works_alone(person)]
    if piece is None:
        return Offered(entry, f"Choose from {library.module(entry.module).title}", None, (), frozenset())
    if entry.side is AnsweredBy.JOINT and not solo:
        return Offered(entry, f"Open together: {piece.title}", None, (), frozenset())
    able = [one for one in people if entry.is_for(one.side, both=False, solo=one in solo)]
    has = frozenset(person.id for person in able if (person.id, piece.id) in before)
    return Offered(entry, piece.title, piece, tuple(able), has)


def _piece(case: Case, entry: PlanEntry) -> Piece | None:
    if not (entry.worksheet or entry.measure):
        return None
    kind = "worksheet" if entry.worksheet else "measure"
    sheet = library.worksheet(entry.worksheet) if entry.worksheet else library.measure(entry.measure).as_worksheet()
    return Piece(kind, sheet.id, sheet.version, sheet.title.text(neutral_wording(case.relation)), sheet)


def _usual(offers: list[Offered], start: date) -> dict[str, object]:
    """As the plan says; what a person got before, and what depends on something, is not ticked."""
    usual: dict[str, object] = {}
    for number, offer in enumerate(offers):
        usual[f"day-{number}"] = start + timedelta(weeks=offer.entry.week)
        is_meant = offer.entry.only_if is None
        usual |= {f"give-{number}-{one.seat}": is_meant and one.id not in offer.has for one in offer.people}
        usual[f"give-{number}-{COUNSELOR}"] = is_meant
    return usual


# --- giving ---------------------------------------------------------------------------------------------------------------


def _give_all(case: Case, offers: list[Offered], form: PlanForm) -> None:
    """All that was chosen, or nothing. What is due today opens at once."""
    require_open(case)
    chosen = [
        (offer, offer.piece, person, form.day_of(number))
        for number, offer in enumerate(offers)
        for person in offer.people
        if offer.piece is not None and form.is_chosen(number, str(person.seat))
    ]
    for _, piece, person, _ in chosen:
        _require_new(person, piece)
    for offer, piece, person, day in chosen:
        _give(case, person, offer, piece, day)
    for number, offer in enumerate(offers):
        if form.is_chosen(number, COUNSELOR):
            plan_task(
                db.session(), case.id, title=offer.title, why=offer.entry.reason, due_at=_opening(form.day_of(number)),
                by=actor(), at=now(),
            )  # fmt: skip
    db.session.flush()
    open_due_runs(db.session(), at=now(), seats=[person.id for person in case.participants])


def _opening(day: date) -> datetime:
    return datetime.combine(day, OPENS, settings().practice.zone)


def _require_new(person: Participant, piece: Piece) -> None:
    waits = (Assignment.participant_id == person.id, Assignment.content_id == piece.id, Assignment.state.in_(NOT_DONE))
    if access.rows_of(viewer(), Assignment, *waits):
        raise NotAllowedNow(f"{person.preferred_name} has “{piece.title}” already, and it is not done. Nothing was given.")


def _give(case: Case, person: Participant, offer: Offered, piece: Piece, day: date) -> None:
    if offer.repeats and offer.repeat is not None:
        begin(case, person, piece, offer.repeat, (day, day + timedelta(weeks=offer.entry.weeks, days=-1)))
        return
    module_id = piece.worksheet.module or offer.entry.module or None
    row = give(
        db.session(), person, kind=piece.kind, content_id=piece.id, content_version=piece.version, module_id=module_id,
        due_on=day + ANSWER_WITHIN, by=actor(), at=now(),
    )  # fmt: skip
    if day > today() or module_id == AFFECTION:
        row.hold(why=f"Planned for {day:%B %d, %Y}", by=actor(), at=now())
        row.opens_at = _opening(day)
    else:
        start_stage(db.session(), case, module_id, by=actor(), at=now())
