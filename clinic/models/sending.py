"""What happens when homework is sent: answers are kept, a measure is scored, and what needs the counselor becomes a private task.

Decides: the consequences of sending, for the page, the command line and the demo alike. Must never know: who is asking. Nothing
here is visible to the other person, nor does anything visible to the sender depend on what was answered.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.models.audit import Event, noted
from clinic.models.cases import Case
from clinic.models.groups import works_alone
from clinic.models.homework import Answer, Assignment, Draft, SentAnswer, Sharing, WorksheetResponse, digest_of
from clinic.models.measures import Administration, administer
from clinic.models.states import NotAllowedNow
from clinic.models.tasks import TaskKind, raise_task
from forms import Given, is_concern, library, score
from forms.definition import HIGHEST, Item, Standard, Worksheet

SAFETY_WITHIN = timedelta(days=1)
SAFETY_CHECK = "safety-check"
PRIVATE_WORD = "private-word"


class SentDifferently(NotAllowedNow):
    """The same submission key came with other answers. Both are kept: what was sent, and what is in the draft."""


def worksheet_of(assignment: Assignment) -> Worksheet:
    """The definition, in the version that was assigned, with what is asked in this tie; for one who works alone, its solo text."""
    if assignment.kind == "measure":
        return library.measure(assignment.content_id, assignment.content_version).as_worksheet()
    sheet = library.worksheet(assignment.content_id, assignment.content_version)
    asked = sheet.for_relationship(assignment.participant.case.relation)
    return asked.for_solo() if works_alone(assignment.participant) else asked


def send(
    session: Session,
    assignment: Assignment,
    givens: Mapping[str, Given],
    *,
    submission_key: uuid.UUID,
    by: uuid.UUID,
    at: datetime,
) -> WorksheetResponse:
    """Send one person's answers. The same key with the same answers gives the first response again; other answers raise
    SentDifferently and change nothing."""
    worksheet = worksheet_of(assignment)
    answers = {
        item.id: SentAnswer(_visibility(item), givens.get(item.id, Given()).as_json(), item.reveal_group)
        for item in worksheet.items
    }
    earlier = _responses(session, assignment)
    same = next((response for response in earlier if response.submission_key == submission_key), None)
    if same is not None:
        if same.digest != digest_of(answers):
            raise SentDifferently("This was already sent, with other answers. What you typed since is kept below.")
        return same
    response = assignment.submit(answers, submission_key=submission_key, number=len(earlier) + 1, by=by, at=at)
    session.add(response)
    if earlier:
        _carry_sharing(session, earlier[-1], response, at=at)
    if assignment.kind == "measure":
        _score(session, assignment, givens, at=at)
    _raise_tasks(session, assignment, worksheet, givens, at=at)
    for draft in session.scalars(select(Draft).where(Draft.assignment_id == assignment.id)):
        session.delete(draft)
    return response


def _visibility(item: Item) -> str:
    """What the author may do with this answer. Reveals and joint items stay private until they are opened."""
    return "shareable" if item.is_shareable else "private"


def _responses(session: Session, assignment: Assignment) -> list[WorksheetResponse]:
    of_this = select(WorksheetResponse).where(WorksheetResponse.assignment_id == assignment.id)
    return list(session.scalars(of_this.order_by(WorksheetResponse.number)))


def _carry_sharing(session: Session, before: WorksheetResponse, after: WorksheetResponse, *, at: datetime) -> None:
    """An answer that was shared and stays word for word the same stays shared; a changed one is private again until its author
    shares the new words."""
    new = {answer.item_id: answer for answer in after.answers}
    for answer in before.answers:
        for sharing in _live_sharings(session, answer):
            sharing.withdrawn_at = at
            same = new.get(answer.item_id)
            if same is not None and same.given == answer.given:
                session.add(
                    Sharing(
                        case_id=same.case_id,
                        participant_id=same.participant_id,
                        answer_id=same.id,
                        shared_at=sharing.shared_at,
                    )
                )


def _live_sharings(session: Session, answer: Answer) -> list[Sharing]:
    return list(session.scalars(select(Sharing).where(Sharing.answer_id == answer.id, Sharing.withdrawn_at.is_(None))))


def _score(session: Session, assignment: Assignment, givens: Mapping[str, Given], *, at: datetime) -> None:
    measure = library.measure(assignment.content_id, assignment.content_version)
    numbers = measure.values(givens)
    for old in session.scalars(select(Administration).where(Administration.assignment_id == assignment.id)):
        old.superseded_at = old.superseded_at or at
    found = score(measure, numbers)
    administer(session, assignment.participant, measure, numbers, found, assignment_id=assignment.id, at=at)


def _raise_tasks(
    session: Session, assignment: Assignment, worksheet: Worksheet, givens: Mapping[str, Given], *, at: datetime
) -> None:
    """One private task for all concerns of one sending, and one for what the person would rather talk about."""
    always = assignment.content_id == PRIVATE_WORD  # sent blank, it still says that someone wants to be heard
    concerns = [item for item in worksheet.items if always or is_concern(item, givens.get(item.id))]
    if concerns:
        _task(
            session,
            assignment,
            _kind_of(concerns),
            concerns[0].task or "An answer to read",
            due_at=at + SAFETY_WITHIN,
            at=at,
        )
    to_talk_about = [
        item
        for item in worksheet.items
        if item not in concerns and givens.get(item.id, Given()).standard is Standard.IN_SESSION
    ]
    if to_talk_about:
        _task(session, assignment, TaskKind.TALK, "Wants to talk about an answer in session", due_at=None, at=at)


def _kind_of(concerns: Sequence[Item]) -> TaskKind:
    """A risk first. Something not yet told is said in words or by a choice; a high number, such as of a low mood, is a number."""
    if any(item.never_shared for item in concerns):
        return TaskKind.SAFETY
    return TaskKind.NUMBER if all(item.kind in HIGHEST for item in concerns) else TaskKind.DISCLOSURE


def _task(
    session: Session, assignment: Assignment, kind: TaskKind, title: str, *, due_at: datetime | None, at: datetime
) -> None:
    raise_task(
        session,
        case_id=assignment.case_id,
        participant_id=assignment.participant_id,
        assignment_id=assignment.id,
        kind=kind,
        title=title,
        due_at=due_at,
        by=None,
        at=at,
    )


def share(session: Session, answer: Answer, *, by: uuid.UUID, at: datetime) -> Sharing:
    """The author shows this answer to the other. Asked twice, it is shown once."""
    if session.get_one(Case, answer.case_id).is_separated:
        raise NotAllowedNow("This answer stays between you and your counselor.")
    live = _live_sharings(session, answer)
    if live:
        return live[0]
    sharing = answer.share(by=by, at=at)
    session.add(sharing)
    return sharing


def unshare(session: Session, answer: Answer, *, by: uuid.UUID, at: datetime) -> None:
    for sharing in _live_sharings(session, answer):
        sharing.withdrawn_at = at
        noted(answer, Event.SHARING_WITHDRAWN, by=by, at=at, item=answer.item_id)
