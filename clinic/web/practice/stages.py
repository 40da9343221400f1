"""One stage of one case: where it stands, how it came there, what was done for it, and its sign-off.

Decides: what stands together on the page, and that an unknown stage is no page. Must never know: how a stage may move (that is
`clinic.models.programme`), or what a criterion counts. Clients never see any of this.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload

from clinic import access
from clinic.access import NotFound, Permission
from clinic.db import db
from clinic.models import (
    Assignment,
    Case,
    NotAllowedNow,
    Outcome,
    StageEntry,
    StageSignOff,
    StageState,
    StageStatus,
)
from clinic.models.programme import change_stage, sign_off_stage
from clinic.web.context import actor, now, today, viewer
from clinic.web.practice import practice
from clinic.web.practice.naming import title_of
from clinic.web.practice.weighing import weighed_of
from clinic.web.words import in_words
from forms import library
from forms.definition import Module
from forms.notes import RATINGS, MarkForm, SignOffForm, StageStateForm


def stage_module(module_id: str) -> Module:
    """One of the numbered modules; anything else is no stage, and no page."""
    found = next((module for module in library.modules if module.id == module_id and module.number), None)
    if found is None:
        raise NotFound(Permission.SEE_CASE)
    return found


def states_of(case: Case, module_id: str | None = None) -> list[StageState]:
    """The dated rows of one stage, or of every stage of a case: the newest first."""
    conditions = [StageState.case_id == case.id]
    if module_id is not None:
        conditions.append(StageState.module_id == module_id)
    return access.rows_of(viewer(), StageState, *conditions, order_by=StageState.since.desc())


def status_in(rows: Sequence[StageState], module_id: str) -> StageStatus:
    """Where a stage stands: what its newest row says, and "not started" when there is none."""
    newest = next((row for row in rows if row.module_id == module_id), None)
    return StageStatus(newest.status) if newest is not None else StageStatus.NOT_STARTED


@practice.get("/cases/<uuid:id>/stages/<module_id>")
def stage(id: uuid.UUID, module_id: str) -> ResponseReturnValue:
    module = stage_module(module_id)
    return stage_page(access.find(viewer(), Case, id, Permission.SEE_CASE), module)


@practice.post("/cases/<uuid:id>/stages/<module_id>/states")
def move_stage(id: uuid.UUID, module_id: str) -> ResponseReturnValue:
    """A new dated row. The rows before it stay."""
    module = stage_module(module_id)
    case = access.find(viewer(), Case, id, Permission.CHANGE_STAGE)
    form = StageStateForm(request.form)
    if not form.validate():
        return stage_page(case, module, state_form=form, status=400)
    before, to = status_in(states_of(case, module.id), module.id), StageStatus(form.status.data)
    try:
        if before is to:
            raise NotAllowedNow(f"This stage is {in_words(to)} already.")
        reason = form.reason.data or ""
        change_stage(db.session(), case, module.id, before=before, to=to, reason=reason, by=actor(), at=now())
    except NotAllowedNow as refusal:
        return stage_page(case, module, state_form=form, refusals=[str(refusal)], status=409)
    db.session.commit()
    flash(f"This stage is now {in_words(to)}.", "success")
    return redirect(url_for("practice.stage", id=id, module_id=module.id), 303)


@practice.post("/cases/<uuid:id>/stages/<module_id>/sign-offs")
def sign_off(id: uuid.UUID, module_id: str) -> ResponseReturnValue:
    module = stage_module(module_id)
    case = access.find(viewer(), Case, id, Permission.CHANGE_STAGE)
    form = SignOffForm(request.form, prefix="sign-off")
    if not form.validate():
        return stage_page(case, module, sign_off_form=form, status=400)
    outcome, reason = Outcome(form.outcome.data), form.reason.data or ""
    if _is_said(case, module, outcome, reason):
        return redirect(url_for("practice.stage", id=id, module_id=module.id), 303)
    try:
        sign_off_stage(db.session(), case, module.id, outcome=outcome, reason=reason, by=actor(), at=now())
    except NotAllowedNow as refusal:
        return stage_page(case, module, sign_off_form=form, refusals=[str(refusal)], status=409)
    db.session.commit()
    flash(f"Signed off: {in_words(outcome)}.", "success")
    return redirect(url_for("practice.stage", id=id, module_id=module.id), 303)


def _sign_offs(case: Case, module: Module) -> list[StageSignOff]:
    of_this = (StageSignOff.case_id == case.id, StageSignOff.module_id == module.id)
    return access.rows_of(viewer(), StageSignOff, *of_this, order_by=StageSignOff.signed_at.desc())


def _is_said(case: Case, module: Module, outcome: Outcome, reason: str) -> bool:
    """A second press of the button says the same again, and signs nothing new."""
    newest = next(iter(_sign_offs(case, module)), None)
    return newest is not None and newest.outcome == outcome and (newest.reason or "") == reason


def _entries(case: Case, module: Module) -> list[StageEntry]:
    """What signed notes say of this stage, the newest session first."""
    chosen = access.stage_entries_for(viewer()).where(StageEntry.case_id == case.id, StageEntry.module_id == module.id)
    entries = db.session.scalars(chosen.options(joinedload(StageEntry.note))).all()
    return sorted(entries, key=lambda entry: entry.note.encounter.began_at, reverse=True)


def _homework(case: Case, module: Module) -> list[Assignment]:
    of_this = (Assignment.case_id == case.id, Assignment.module_id == module.id)
    return access.rows_of(viewer(), Assignment, *of_this, order_by=Assignment.assigned_at.desc())


def stage_page(
    case: Case,
    module: Module,
    *,
    state_form: StageStateForm | None = None,
    sign_off_form: SignOffForm | None = None,
    mark_form: MarkForm | None = None,
    refusals: Sequence[str] = (),
    status: int = 200,
) -> ResponseReturnValue:
    states, homework = states_of(case, module.id), _homework(case, module)
    page = render_template(
        "practice/stages/one.html",
        case=case,
        module=module,
        phase=next(phase for phase in library.phases if phase.id == module.phase),
        status=status_in(states, module.id),
        states=states,
        sign_offs=_sign_offs(case, module),
        entries=_entries(case, module),
        homework=homework,
        titles={one.id: title_of(one, case) for one in homework},
        today=today(),
        me=viewer().user_id,
        state_form=state_form or StageStateForm(),
        sign_off_form=sign_off_form or SignOffForm(prefix="sign-off"),
        weighed=weighed_of(case, module),
        mark_form=mark_form or MarkForm(),
        ratings=dict(RATINGS),
        refusals=refusals,
    )
    return page, status
