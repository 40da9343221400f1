"""What both people signed, for documents: one version on paper, and the agreements of a progress report.

Decides: the words and the order of what is printed. Must never know: drafts. The words are nobody's own: both get the same paper.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from clinic import access
from clinic.models import Case, JointForm, JointVersion, NotAllowedNow
from clinic.models.agreeing import worksheet_of
from clinic.models.joint import Became, Decision
from forms import Given, Wording
from forms.shown import lines
from reports import progress as printed
from reports.agreement import AgreementDocument, Part
from reports.cover import PageSize, Practice, Signature

if TYPE_CHECKING:
    from clinic.config import Settings
    from clinic.reporting.progress import Frame

FOR_WHOM = "For the two people who signed it, and their counselor."
INVENTED = " Invented: nobody in it exists."
NOT_SIGNED = "This version is not signed by both. Only what both have signed can be printed."


def agreement_document(
    form: JointForm, version: JointVersion, case: Case, *, settings: Settings, at: datetime
) -> AgreementDocument:
    """One version that both signed, whatever became of it since; the paper says so."""
    if not version.is_signed_by_all:
        raise NotAllowedNow(NOT_SIGNED)
    zone = settings.practice.zone
    became = form.what_became_of(version, at.astimezone(zone).date())
    ended = form.ended_at if became is Became.ENDED else None
    return AgreementDocument(
        title=worksheet_of(form, case.relation).title.text(_neutral(case)),
        case_code=case.code,
        number=version.number,
        practice=Practice(settings.practice.name, settings.practice.letterhead),
        parts=_parts(form, version, case),
        signatures=tuple(Signature(name, "", signed_at.astimezone(zone).date()) for name, signed_at in _signed(version)),
        put_on=version.put_at.astimezone(zone).date(),
        printed_on=at.astimezone(zone).date(),
        confidentiality=FOR_WHOM + (INVENTED if settings.practice.demo else ""),
        until=version.until,
        review_on=version.review_on,
        ended_on=ended.astimezone(zone).date() if ended else None,
        standing=became.value.capitalize(),
        language=settings.practice.language,
        page_size=PageSize(settings.practice.paper),
    )


def _neutral(case: Case) -> Wording:
    return Wording("", "", case.relation)


def _parts(form: JointForm, version: JointVersion, case: Case) -> tuple[Part, ...]:
    wording, answers = _neutral(case), version.answers
    items = worksheet_of(form, case.relation).items
    given = {id: Given.from_json(one) for id, one in answers.items()}
    return tuple(Part(item.prompt.text(wording), lines(item, given.get(item.id), wording)) for item in items)


def _signed(version: JointVersion) -> list[tuple[str, datetime]]:
    rows = [one for one in version.decisions if one.decision == Decision.SIGNED]
    return [(one.typed_name or "", one.decided_at) for one in sorted(rows, key=lambda one: one.decided_at)]


def agreements(frame: Frame) -> tuple[printed.Agreement, ...]:
    """What both signed and is in force at the end of the period."""
    forms = access.rows_of(frame.reader, JointForm, JointForm.case_id == frame.case.id, order_by=JointForm.opened_at)
    held = [(form, version) for form in forms if (version := _in_force_at_the_end(frame, form)) is not None]
    return tuple(_printed(frame, form, version) for form, version in held)


def _in_force_at_the_end(frame: Frame, form: JointForm) -> JointVersion | None:
    version = form.in_force_on(frame.period.end)
    if version is None or max(frame.day_of(signed_at) for _, signed_at in _signed(version)) > frame.period.end:
        return None
    return version


def _printed(frame: Frame, form: JointForm, version: JointVersion) -> printed.Agreement:
    names = " and ".join(name for name, _ in _signed(version))
    parts = _parts(form, version, frame.case)
    return printed.Agreement(
        title=worksheet_of(form, frame.case.relation).title.text(_neutral(frame.case)),
        text="\n\n".join("\n".join((part.prompt, *part.lines)) for part in parts),
        signed=f"Signed by {names} on {_said(max(frame.day_of(at) for _, at in _signed(version)))}.",
        review_on=version.review_on,
    )


def _said(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"
