"""Reports: choose the reader and the period, look at it, make it, fetch it.

What a report may say is `clinic.reporting`'s; that it is set outside any transaction, and kept as it was made, is here.
"""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access, doctor, reporting
from clinic.access import Permission
from clinic.db import db
from clinic.models import Case, ReleasedReport
from clinic.models.releases import release_report
from clinic.press import CannotPrint, press
from clinic.reporting.stages import left_out
from clinic.web.context import now, settings, submission_key, viewer
from clinic.web.practice import practice
from forms.documents import ProgressReportForm, progress_report_form
from reports import ProgressReport, document_name
from reports.progress import LEAVES_OUT, Audience


@practice.route("/cases/<uuid:id>/reports/new", methods=["GET", "POST"])
def make_report(id: uuid.UUID) -> ResponseReturnValue:
    """The chosen report, looked at (``look``) or made and kept."""
    case = access.find(viewer(), Case, id, Permission.MAKE_REPORT)
    form = _form_for(case)
    if request.method == "POST" and form.validate():
        try:
            return _look(case, form) if "look" in request.form else _make(case, form)
        except CannotPrint as problem:
            form.audience.errors = [*form.audience.errors, str(problem)]
            case = access.find(viewer(), Case, id, Permission.MAKE_REPORT)
    made = access.rows_of(viewer(), ReleasedReport, ReleasedReport.case_id == id, order_by=ReleasedReport.made_at.desc())
    page = render_template(
        "practice/reports/new.html", case=case, form=form, made=made, leaves_out=LEAVES_OUT, problem=doctor.pdf_problem(),
        key=submission_key(), left_out=left_out(case, viewer(), settings().practice.zone),
    )
    return make_response(page, 400 if form.errors else 200)


def _form_for(case: Case) -> ProgressReportForm:
    people = [(str(person.id), person.preferred_name) for person in case.participants]
    Form = progress_report_form(people, for_both=not case.is_separated)
    return Form(request.form) if request.method == "POST" else Form(data={"audience": request.args.get("audience", "counselor")})


def _asked(form: ProgressReportForm) -> reporting.Request:
    audience = Audience(form.audience.data)
    return reporting.Request(
        audience=audience,
        participant_id=uuid.UUID(form.person.data) if audience is Audience.PERSON else None,
        start=form.from_day.data,
        end=form.to_day.data,
        summary=form.summary.data or "",
        next_steps=form.next_steps.data or "",
    )


def _data(case: Case, form: ProgressReportForm) -> ProgressReport:
    """The report's data; afterwards no transaction is open, for setting it in type takes a while."""
    report = reporting.progress(case, _asked(form), maker=viewer(), at=now(), settings=settings())
    openings = db.session.info.get("openings", {})
    db.session.rollback()
    db.session.info["openings"] = openings
    return report


def _look(case: Case, form: ProgressReportForm) -> Response:
    return _as_file(press.pdf(_data(case, form)), to_keep=False)


def _make(case: Case, form: ProgressReportForm) -> ResponseReturnValue:
    case_id, asked, key = case.id, _asked(form), _key_of(form)
    made = _made_before(key)
    if made is not None:
        return redirect(url_for("practice.report", id=made.id), 303)
    report = _data(case, form)
    pdf = press.pdf(report)
    row = _made_before(key) or release_report(
        db.session(),
        case_id=case_id,
        kind="progress",
        audience=asked.audience.value,
        participant_id=asked.participant_id,
        period=(report.period.start, report.period.end),
        pdf=pdf,
        submission_key=key,
        by=_maker(),
        at=now(),
    )
    db.session.commit()
    return redirect(url_for("practice.report", id=row.id), 303)


def _key_of(form: ProgressReportForm) -> uuid.UUID:
    """The button pressed twice makes one report; the same page with anything changed makes another."""
    return uuid.uuid5(submission_key(), repr(sorted(form.data.items(), key=lambda item: item[0])))


def _made_before(key: uuid.UUID) -> ReleasedReport | None:
    return next(iter(access.rows_of(viewer(), ReleasedReport, ReleasedReport.submission_key == key)), None)


def _maker() -> uuid.UUID:
    maker: Any = viewer().user_id
    return maker


@practice.get("/reports/<uuid:id>")
def report(id: uuid.UUID) -> str:
    row = access.find(viewer(), ReleasedReport, id, Permission.READ_REPORT)
    case = access.find(viewer(), Case, row.case_id, Permission.MAKE_REPORT)
    return render_template("practice/reports/report.html", report=row, case=case)


@practice.get("/reports/<uuid:id>/document.pdf")
def report_file(id: uuid.UUID) -> Response:
    """The document as it was made, with a file name that says nothing."""
    return _as_file(access.find(viewer(), ReleasedReport, id, Permission.READ_REPORT).pdf, to_keep=True)


def _as_file(pdf: bytes, *, to_keep: bool) -> Response:
    g.shown_inline = not to_keep
    place = "attachment" if to_keep else "inline"
    return make_response(
        pdf, 200, {"Content-Type": "application/pdf", "Content-Disposition": f'{place}; filename="{document_name()}"'}
    )
