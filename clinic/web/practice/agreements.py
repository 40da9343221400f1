"""Joint forms as the counselor opens and reads them: which may be opened, what was put and signed, and ending one.

Decides: what is said when nothing joint may be opened, and where it is cleared. Must never know: what either person has drafted.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import Case, JointForm, JointVersion, NotAllowedNow
from clinic.models.agreeing import BOTH, joint_worksheets, open_for_both, signers_of, why_not_opened, worksheet_of
from clinic.models.joint import Became
from clinic.models.safety import why_joint_work_is_closed
from clinic.reporting.agreed import agreement_document
from clinic.web.context import actor, now, settings, today, viewer
from clinic.web.practice import practice
from clinic.web.practice.naming import neutral_wording
from clinic.web.printing import as_attachment
from forms import Given, library
from forms.definition import Item, Worksheet
from forms.shown import lines

TONES = {Became.ON_THE_TABLE: "waiting", Became.IN_FORCE: "done"}


@dataclass(frozen=True)
class Version:
    row: JointVersion
    who: str
    became: Became
    tone: str
    parts: tuple[tuple[Item, str, tuple[str, ...]], ...]
    decisions: tuple[tuple[str, str, str, datetime], ...]  # who, what, the typed name, when


@practice.get("/cases/<uuid:id>/agreements")
def agreements(id: uuid.UUID) -> str:
    case = access.find(viewer(), Case, id, Permission.SEE_CASE)
    forms = access.rows_of(viewer(), JointForm, JointForm.case_id == case.id, order_by=JointForm.opened_at.desc())
    rows = [(form, _title(case, worksheet_of(form, case.relation)), *_standing(form)) for form in forms]
    return render_template("practice/agreements/list.html", case=case, rows=rows)


def _title(case: Case, worksheet: Worksheet) -> str:
    return worksheet.title.text(neutral_wording(case.relation))


def _standing(form: JointForm) -> tuple[str, str]:
    if form.ended_at is not None:
        return "ended", "calm"
    if form.is_frozen:
        signed = any(version.is_signed_by_all for version in form.versions)
        return ("kept to read", "calm") if signed else ("left undecided", "calm")
    if form.on_the_table is not None:
        return "a version is on the table", "waiting"
    if form.in_force_on(today()) is not None:
        return "in force", "done"
    return ("run out", "calm") if form.in_force is not None else ("open", "open")


@practice.route("/cases/<uuid:id>/joint/new", methods=["GET", "POST"])
def open_joint(id: uuid.UUID) -> ResponseReturnValue:
    case = access.find(viewer(), Case, id, Permission.OPEN_JOINT)
    if request.method == "GET":
        return _choose(case)
    worksheet = _chosen(case)
    if worksheet is None:
        return _choose(case, refusals=["Choose which one to open."], status=400)
    try:
        row = open_for_both(db.session(), case, worksheet, by=actor(), at=now())
    except NotAllowedNow as refusal:
        db.session.rollback()
        return _choose(access.find(viewer(), Case, id, Permission.OPEN_JOINT), refusals=[str(refusal)], status=409)
    db.session.commit()
    flash("Open to both of them now, on the pages of each.", "success")
    return redirect(url_for("practice.agreement", id=row.id), 303)


def _chosen(case: Case) -> Worksheet | None:
    wanted = request.values.get("worksheet", "")
    return next((sheet for sheet in joint_worksheets(case.relation) if sheet.id == wanted), None)


def _choose(case: Case, *, refusals: Sequence[str] = (), status: int = 200) -> Response:
    """All joint worksheets, or the one that was chosen, with what stands in its way."""
    worksheet, people = _chosen(case), signers_of(case)
    sheets = joint_worksheets(case.relation)
    body = render_template(
        "practice/agreements/open.html",
        case=case,
        works_alone=not case.works_together,
        worksheet=worksheet,
        neutral=neutral_wording(case.relation),
        why=why_not_opened(db.session(), case, worksheet, at=now()) if worksheet else [],
        closed=why_joint_work_is_closed(db.session(), case, at=now()) if len(people) >= BOTH else [],
        refusals=refusals,
        modules=[(module, [one for one in sheets if one.module == module.id]) for module in library.modules],
    )
    return make_response(body, status)


@practice.get("/agreements/<uuid:id>")
def agreement(id: uuid.UUID) -> str:
    form = access.find(viewer(), JointForm, id, Permission.SEE_CASE)
    case = access.find(viewer(), Case, form.case_id, Permission.SEE_CASE)
    worksheet, (words, tone) = worksheet_of(form, case.relation), _standing(form)
    return render_template(
        "practice/agreements/one.html",
        case=case,
        form=form,
        title=_title(case, worksheet),
        words=words,
        tone=tone,
        module=library.module(form.module_id),
        ended_by=_ended_by(case, form),
        versions=[_version(case, form, worksheet, row) for row in sorted(form.versions, key=lambda row: row.put_at, reverse=True)],
    )


def _ended_by(case: Case, form: JointForm) -> str:
    return next((one.preferred_name for one in case.participants if one.user_id == form.ended_by), "the counselor")


def _version(case: Case, form: JointForm, worksheet: Worksheet, row: JointVersion) -> Version:
    names, wording = {one.id: one.preferred_name for one in case.participants}, neutral_wording(case.relation)
    given = {item_id: Given.from_json(one) for item_id, one in row.answers.items()}
    became = form.what_became_of(row, today())
    decided = sorted(row.decisions, key=lambda one: one.decided_at)
    return Version(
        row=row,
        who=names[row.proposed_by],
        became=became,
        tone=TONES.get(became, "calm"),
        parts=tuple((item, item.prompt.text(wording), lines(item, given.get(item.id), wording)) for item in worksheet.items),
        decisions=tuple((names[one.participant_id], one.decision, one.typed_name or "", one.decided_at) for one in decided),
    )


@practice.post("/agreements/<uuid:id>/end")
def end_agreement(id: uuid.UUID) -> ResponseReturnValue:
    form = access.find(viewer(), JointForm, id, Permission.END_AGREEMENT)
    form.end(by=actor(), at=now())
    db.session.commit()
    flash("This has ended, for both of them.", "success")
    return redirect(url_for("practice.agreement", id=id), 303)


@practice.get("/agreements/versions/<uuid:id>/document.pdf")
def agreement_file(id: uuid.UUID) -> Response:
    version = access.find(viewer(), JointVersion, id, Permission.READ_REPORT)
    case = access.find(viewer(), Case, version.case_id, Permission.SEE_CASE)
    form = access.find(viewer(), JointForm, version.form_id, Permission.SEE_CASE)
    return as_attachment(agreement_document(form, version, case, settings=settings(), at=now()))
