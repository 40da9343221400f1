"""How a joint form is opened, filled and decided: the rules around the rows of `clinic.models.joint`.

Decides: when a form may be opened to both, what a version may not be put without, that a stale or doubled step changes nothing,
and when a review is due. Must never know: who is asking. Nobody learns that the other has a draft, or has looked.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.models.cases import Case, Participant, require_not_separated
from clinic.models.joint import Decision, JointDraft, JointForm, JointVersion, open_joint_form
from clinic.models.joint_drafts import CLOSED as CLOSED
from clinic.models.joint_drafts import draft_of, hold, require_open_form
from clinic.models.joint_drafts import keep_draft as keep_draft
from clinic.models.opening import steps_of
from clinic.models.safety import require_joint_work, why_affection_is_closed, why_joint_work_is_closed
from clinic.models.states import CaseState, NotAllowedNow
from clinic.models.tasks import TaskKind, raise_task
from forms import Given, Wording, library
from forms.agreements import lacking
from forms.definition import AnsweredBy, Worksheet

BOTH = 2
AFFECTION = "affection"

NEEDS_BOTH = "A joint form needs two people who each sign. When one works alone, the text for one person is for them."
NO_LONGER = "This version is no longer on the table. Below is how it stands now."
ANOTHER_CAME = "Another version was put while you wrote. It is below. Your own words are kept; you can still put them."
TWO_TEXTS = "A part of this was written on two devices. Choose which words to keep, then put it."
NOT_YOURS = "Only the one who put it can take it back, and only while nobody has answered it."
NOTHING_TO_PUT = "There is nothing to put yet. Write your version first."
HAS_RUN_OUT = "The last day of this version has passed. Put another one, with a later day."
ENDS_TOO_EARLY = "The day on which this ends has passed already. Choose a later one."
REVIEW_TOO_EARLY = "The review date has passed already. Choose a later one."
SIGN_IT = "Write your full name as your signature."


def signers_of(case: Case) -> list[Participant]:
    return [person for person in case.participants if person.is_client]


def worksheet_of(form: JointForm, relation: str) -> Worksheet:
    """In the version that was opened, with what is asked in this tie."""
    return library.worksheet(form.worksheet_id, form.worksheet_version).for_relationship(relation)


def joint_worksheets(relation: str) -> list[Worksheet]:
    """In the order of the program."""
    sheets = [sheet for module in library.modules for sheet in library.worksheets_of(module.id)]
    return [sheet for sheet in sheets if sheet.answered_by is AnsweredBy.JOINT and sheet.suits(relation)]


# --- opening ------------------------------------------------------------------------------------------------------------


def why_not_opened(session: Session, case: Case, worksheet: Worksheet, *, at: datetime) -> list[str]:
    """Sentences for the counselor; empty when this form may be opened to both."""
    if case.is_separated:
        return [case.why_apart]
    if not case.works_together:
        return [NEEDS_BOTH]
    people = signers_of(case)
    closed = why_affection_is_closed if worksheet.module == AFFECTION else why_joint_work_is_closed
    why = closed(session, case, at=at)
    for person in people:
        steps = steps_of(session, person)
        if not (steps.consent and steps.policy):
            why.append(f"{person.preferred_name} has not signed the consent and the policy yet.")
    return why


def open_for_both(session: Session, case: Case, worksheet: Worksheet, *, by: uuid.UUID, at: datetime) -> JointForm:
    """The joint form, seen by both from now on. One that is open already is that one."""
    require_not_separated(case)
    if not case.works_together:
        raise NotAllowedNow(NEEDS_BOTH)
    is_open = (JointForm.case_id == case.id, JointForm.worksheet_id == worksheet.id, JointForm.ended_at.is_(None))
    already = session.scalars(select(JointForm).where(*is_open)).first()
    if already is not None:
        return already
    require_joint_work(session, case, at=at)
    why = why_not_opened(session, case, worksheet, at=at)
    if why:
        raise NotAllowedNow(" ".join(why))
    return open_joint_form(
        session, case, worksheet_id=worksheet.id, worksheet_version=worksheet.version, module_id=worksheet.module, by=by, at=at
    )


# --- versions -----------------------------------------------------------------------------------------------------------


def number_of_newest(form: JointForm) -> int:
    """What was taken back has no number any more, and leaves no gap."""
    return form.kept[-1].number if form.kept else 0


def put_version(
    session: Session, form: JointForm, participant: Participant, *, typed_name: str, after: int, day: date, by: uuid.UUID,
    at: datetime,
) -> JointVersion:  # fmt: skip
    """Put one's own draft to the other, signed. ``after``: the number of the newest version that its writer had seen."""
    hold(session, form)
    require_open_form(session, form)
    draft = draft_of(session, form, participant)
    if draft is None and form.kept and form.kept[-1].proposed_by == participant.id and after < number_of_newest(form):
        return form.kept[-1]  # pressed twice
    if draft is None:
        raise NotAllowedNow(NOTHING_TO_PUT)
    if draft.set_aside:
        raise NotAllowedNow(TWO_TEXTS)
    if after != number_of_newest(form):
        raise NotAllowedNow(ANOTHER_CAME)
    case = session.get_one(Case, form.case_id)
    worksheet = worksheet_of(form, case.relation)
    answers = {item.id: Given.from_json(draft.answers[item.id]) for item in worksheet.items if item.id in draft.answers}
    until, review_on = days_of(worksheet, answers)
    why = [*why_not_put(worksheet, answers, day=day), *([] if typed_name.strip() else [SIGN_IT])]
    if why:
        raise NotAllowedNow(" ".join(why))
    version = form.put(
        {item_id: given.as_json() for item_id, given in answers.items()}, proposed_by=participant, signers=BOTH, until=until,
        review_on=review_on, typed_name=typed_name.strip(), by=by, at=at,
    )  # fmt: skip
    session.delete(draft)
    return version


def why_not_put(worksheet: Worksheet, answers: Mapping[str, Given], *, day: date) -> list[str]:
    """What stands in the way of putting these words to the other."""
    if all(given.is_blank for given in answers.values()):
        return [NOTHING_TO_PUT]
    why = [lack.sentence for item in worksheet.items for lack in lacking(item, answers.get(item.id))]
    until, review_on = days_of(worksheet, answers)
    if until is not None and until < day:
        why.append(ENDS_TOO_EARLY)
    if review_on is not None and review_on < day:
        why.append(REVIEW_TOO_EARLY)
    return list(dict.fromkeys(why))


def days_of(worksheet: Worksheet, answers: Mapping[str, Given]) -> tuple[date | None, date | None]:
    """The last day of all that is agreed, None while a part has no end; and the first review date."""
    agreed = [answers[item.id].value for item in worksheet.items if item.kind == "agreement" and item.id in answers]
    parts = [part for value in agreed if value for part in _parts(value)]
    ends = [_day(part.get("until")) for part in parts]
    reviews = [day for value in agreed if value and (day := _day(value.get("review_on"))) is not None]
    known = [day for day in ends if day is not None]
    return (max(known) if known and len(known) == len(ends) else None), min(reviews, default=None)


def _parts(value: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    rows: Sequence[Mapping[str, Any]] = value.get("rows", [value])
    return rows


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def decide(
    session: Session, form: JointForm, version: JointVersion, decision: Decision, *, participant: Participant,
    typed_name: str = "", day: date, by: uuid.UUID, at: datetime,
) -> None:  # fmt: skip
    """Sign the version on the table, or decline it. The same answer twice is one; a version that was replaced takes none."""
    hold(session, form)
    if version.decision_of(participant.id) == decision:
        return
    require_open_form(session, form)
    if form.on_the_table is not version:
        raise NotAllowedNow(NO_LONGER)
    if decision is Decision.SIGNED and version.has_run_out_by(day):
        raise NotAllowedNow(HAS_RUN_OUT)
    if decision is Decision.SIGNED and not typed_name.strip():
        raise NotAllowedNow(SIGN_IT)
    version.decide(decision, participant=participant, typed_name=typed_name.strip(), by=by, at=at)


def take_back(
    session: Session, form: JointForm, version: JointVersion, *, participant: Participant, by: uuid.UUID, at: datetime
) -> None:
    """Its author takes a proposal back before the other has answered it: to the other it is as if it had not been put. Its words
    are the author's draft again. Twice is once."""
    hold(session, form)
    if version.taken_back_at is not None:
        return
    require_open_form(session, form)
    if form.on_the_table is not version or version.proposed_by != participant.id:
        raise NotAllowedNow(NO_LONGER if form.on_the_table is not version else NOT_YOURS)
    version.take_back(place=-1 - sum(one.taken_back_at is not None for one in form.versions), by=by, at=at)
    if draft_of(session, form, participant) is None:
        answers = dict(version.answers)
        session.add(JointDraft(case_id=form.case_id, form_id=form.id, participant_id=participant.id, saved_at=at, answers=answers))
    session.flush()
    session.refresh(form)


# --- reviews ------------------------------------------------------------------------------------------------------------


def raise_due_reviews(session: Session, *, at: datetime) -> int:
    """A task for the counselor on the review date of each signed version that still holds; once for each. How many were raised."""
    raised = 0
    for form, version in _due_for_review(session, at.date()):
        relation = session.get_one(Case, form.case_id).relation
        title = worksheet_of(form, relation).title.text(Wording("", "", relation))
        task = raise_task(
            session, case_id=form.case_id, participant_id=None, kind=TaskKind.AGREEMENT,
            title=f"Review date of an agreement: {title}", by=None, at=at,
        )  # fmt: skip
        version.review_task_id = task.id
        raised += 1
    return raised


def _due_for_review(session: Session, day: date) -> Iterator[tuple[JointForm, JointVersion]]:
    due = (
        select(JointForm, JointVersion)
        .join(JointVersion, JointVersion.form_id == JointForm.id)
        .join(Case, Case.id == JointForm.case_id)
        .where(JointVersion.review_on <= day, JointVersion.review_task_id.is_(None))
        .where(JointForm.ended_at.is_(None), Case.state == CaseState.OPEN, Case.separated_at.is_(None))
        .order_by(JointVersion.put_at)
    )
    for form, version in session.execute(due).all():
        if form.in_force is version:
            yield form, version
