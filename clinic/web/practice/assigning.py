"""Giving homework: first the module, then what each of the two gets, until when, and with which words.

Decides: what is offered to whom, and what is said when it cannot be given. Must never know: when a person may be given anything
(that is `clinic.models.opening`). Each person's homework waits for that person's own first steps and for nobody else's.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import NotFound, Permission
from clinic.db import db
from clinic.models import Case, NotAllowedNow, Participant, StageState, StageStatus
from clinic.models.cases import require_open
from clinic.models.holding import FOLLOWS, hold_what_waits
from clinic.models.homework import assign as give
from clinic.models.opening import require_first_steps
from clinic.models.programme import start_stage
from clinic.web.context import actor, now, today, viewer
from clinic.web.practice import practice
from clinic.web.practice.offers import MEASURES, Offer, Set, offered
from clinic.web.practice.stages import states_of, status_in
from forms import library
from forms.homework import AssignForm, assign_form

USUAL_TIME = timedelta(days=7)


@practice.route("/cases/<uuid:id>/assign", methods=["GET", "POST"])
def assign(id: uuid.UUID) -> ResponseReturnValue:
    case = access.find(viewer(), Case, id, Permission.ASSIGN)
    module_id = request.values.get("module", "")
    if not module_id:
        return _choose_module(case)
    chosen = _set_of(case, module_id)
    form = _form(case, chosen)
    if request.method == "GET":
        return _page(case, chosen, form)
    if not (form.validate() and _notes_reach_someone(case, chosen, form)):
        return _page(case, chosen, form, status=400)
    try:
        given, held = _give(case, chosen, form)
    except NotAllowedNow as refusal:
        db.session.rollback()
        form.chosen.errors = [str(refusal)]
        return _page(case, chosen, form, status=409)
    db.session.commit()
    flash(_said(given), "success")
    for sentence in held:
        flash(sentence, "warning")
    return redirect(url_for("practice.case", id=id), 303)


def _set_of(case: Case, module_id: str) -> Set:
    found = offered(case, module_id)
    if found is None:
        raise NotFound(Permission.ASSIGN)
    return found


def _choose_module(case: Case) -> ResponseReturnValue:
    states = states_of(case)
    return render_template(
        "practice/assign/choose.html",
        case=case,
        phases=[(phase, [m for m in library.modules if m.phase == phase.id and m.number]) for phase in library.phases],
        intake=[module for module in library.modules if not module.number],
        status={module.id: status_in(states, module.id) for module in library.modules},
        measures=MEASURES,
        held_up=held_up(case),
        refusal=_why_closed(case),
    )


def _form(case: Case, chosen: Set) -> AssignForm:
    """Whoever may not be given anything yet has choices too, so that a page that is out of date gets the reason for an answer."""
    choices = [(offer.key, f"{offer.piece.title}: {offer.person.preferred_name}") for offer in chosen.offers if offer.suits]
    GivingForm = assign_form(choices, [(str(person.seat), person.preferred_name) for person in case.participants])
    if request.method == "POST":
        return GivingForm(request.form, today=today())
    return GivingForm(today=today(), data={"due_on": today() + USUAL_TIME})


def _page(case: Case, chosen: Set, form: AssignForm, *, status: int = 200) -> ResponseReturnValue:
    states = states_of(case)
    page = render_template(
        "practice/assign/give.html",
        case=case,
        chosen=chosen,
        form=form,
        held_up=held_up(case),
        refusal=_why_closed(case),
        stage=status_in(states, chosen.module.id) if chosen.module else None,
        advice=_advice(states, chosen),
    )
    return page, status


def _advice(states: Sequence[StageState], chosen: Set) -> list[tuple[str, StageStatus, str]]:
    """What usually comes before, where it stands, and why. Advice, never a lock; the first steps are said for each person."""
    before = chosen.module.prerequisites if chosen.module else ()
    modules = [(library.module(one.module), one.reason) for one in before]
    return [(module.title, status_in(states, module.id), reason) for module, reason in modules if module.number]


def held_up(case: Case) -> dict[uuid.UUID, str]:
    """Who cannot be given anything yet, and what they have first to do."""
    return {person.id: reason for person in case.participants if (reason := _first_steps_missing(person))}


def _first_steps_missing(person: Participant) -> str:
    try:
        require_first_steps(db.session(), person)
    except NotAllowedNow as refusal:
        return str(refusal)
    return ""


def _why_closed(case: Case) -> str:
    try:
        require_open(case)
    except NotAllowedNow as refusal:
        return str(refusal)
    return ""


def _notes_reach_someone(case: Case, chosen: Set, form: AssignForm) -> bool:
    """A note goes with a piece of homework: without one it would reach nobody, and would be lost without a word."""
    receivers = {offer.person.seat for offer in _picked(chosen, form)}
    lonely = [person for person in case.participants if person.seat not in receivers and form.note_for(str(person.seat))]
    for person in lonely:
        sentence = f"This note goes with homework. Choose something for {person.preferred_name}, or clear the note."
        form.note_field(str(person.seat)).errors = [sentence]
    return not lonely


def _picked(chosen: Set, form: AssignForm) -> list[Offer]:
    return [offer for offer in chosen.offers if offer.key in form.chosen.data]


def _give(case: Case, chosen: Set, form: AssignForm) -> tuple[list[Offer], list[str]]:
    """All that was chosen, or nothing; and what of it is held, with the reason. The first homework of a module starts its stage."""
    require_open(case)
    picked = _picked(chosen, form)
    for offer in picked:
        require_first_steps(db.session(), offer.person)
        offer.require_new()
    held = []
    for offer in picked:
        row = give(
            db.session(),
            offer.person,
            kind=offer.piece.kind,
            content_id=offer.piece.id,
            content_version=offer.piece.version,
            module_id=chosen.module.id if chosen.module else None,
            due_on=form.due_on.data,
            note=form.note_for(str(offer.person.seat)),
            by=actor(),
            at=now(),
        )
        why = hold_what_waits(db.session(), row, by=actor(), at=now())
        said = FOLLOWS if why == [FOLLOWS] else "Its page says why."  # what else holds it is read alone
        held += [f"Held for {offer.person.preferred_name}: {offer.piece.title}. {said}"] if why else []
    start_stage(db.session(), case, chosen.module.id if chosen.module else None, by=actor(), at=now())
    return picked, held


def _said(given: list[Offer]) -> str:
    titles: dict[str, list[str]] = {}
    for offer in given:
        titles.setdefault(offer.person.preferred_name, []).append(offer.piece.title)
    return " ".join(f"Given to {name}: {', '.join(of_one)}." for name, of_one in titles.items())
