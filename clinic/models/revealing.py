"""Opening answers side by side: what stands of a group, what opening it binds, and what it lets begin.

Decides: which answers would be shown now, that they are bound as they stand, and that what follows them opens in the same
transaction. Must never know: who is asking. What waits here for whom is the counselor's alone.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.models.cases import Case, Participant, require_not_separated
from clinic.models.groups import Group, authors_of, followed_by, group_of
from clinic.models.holding import end_holds_after
from clinic.models.homework import Answer, Assignment, WorksheetResponse
from clinic.models.reveals import Place, Reveal, RevealedAnswer, open_reveal
from clinic.models.safety import require_joint_work
from clinic.models.sending import worksheet_of
from clinic.models.states import AssignmentState, NotAllowedNow

SENT = (AssignmentState.SUBMITTED.value, AssignmentState.REVIEWED.value)


@dataclass(frozen=True)
class Standing:
    """How a group stands in a case, for its counselor: whose answers it needs, and those that would be shown."""

    group: Group
    authors: list[Participant]
    answers: list[Answer]
    opened: list[Reveal]

    @property
    def missing(self) -> list[Participant]:
        sent = {answer.participant_id for answer in self.answers}
        return [person for person in self.authors if person.id not in sent]

    @property
    def is_begun(self) -> bool:
        """Something was sent, or opened before."""
        return bool(self.answers or self.opened)

    @property
    def may_open(self) -> bool:
        return bool(self.authors and self.answers) and not self.missing


def standing(session: Session, case: Case, group: Group) -> Standing:
    ids = [sheet.id for sheet in group.worksheets]
    given = list(
        session.scalars(
            select(Assignment)
            .where(Assignment.case_id == case.id, Assignment.content_id.in_(ids))
            .where(Assignment.state != AssignmentState.WITHDRAWN.value)
            .order_by(Assignment.submitted_at)
        )
    )
    people = {person.id: person for person in case.participants}
    given_to = {people[row.participant_id] for row in given}
    opened = _opened(session, case, group)
    shown = _assignments_shown(session, opened)
    newest = {(row.participant_id, row.content_id): row for row in given if row.state in SENT and row.id not in shown}
    answers = [answer for row in newest.values() for answer in _of_group(session, row, group)]
    return Standing(group, authors_of(case, group, given_to), answers, opened)


def _opened(session: Session, case: Case, group: Group) -> list[Reveal]:
    of_case = select(Reveal).where(Reveal.case_id == case.id, Reveal.group == group.name)
    return list(session.scalars(of_case.order_by(Reveal.opened_at)))


def _assignments_shown(session: Session, opened: list[Reveal]) -> set[uuid.UUID]:
    """A homework is opened once: what its author changes later is never put in its place."""
    answer_ids = [one.answer_id for reveal in opened for one in reveal.revealed]
    return set(session.scalars(select(Answer.assignment_id).where(Answer.id.in_(answer_ids))))


def _of_group(session: Session, assignment: Assignment, group: Group) -> list[Answer]:
    responses = select(WorksheetResponse.id).where(WorksheetResponse.assignment_id == assignment.id)
    newest = responses.order_by(WorksheetResponse.number.desc()).limit(1).scalar_subquery()
    asked = {item.id for item in worksheet_of(assignment).items if item.reveal_group == group.name}
    rows = session.scalars(select(Answer).where(Answer.response_id == newest).order_by(Answer.position))
    return [row for row in rows if row.item_id in asked]


def open_group(session: Session, case: Case, name: str, *, place: Place, by: uuid.UUID, at: datetime) -> Reveal:
    """Show the answers of this group to both, as they stand. Homework that follows them opens with it."""
    require_not_separated(case)
    group = group_of(case.relation, name)
    if group is None or not case.works_together:
        raise NotAllowedNow("There is nothing here that could be shown side by side.")
    stands = standing(session, case, group)
    if not stands.answers and stands.opened:
        raise NotAllowedNow("These answers are open already. New ones can be opened once the homework was given again and sent.")
    if not stands.authors:
        raise NotAllowedNow("Nobody has been given the homework that this needs.")
    require_joint_work(session, case, at=at)
    needed = {person.id for person in stands.authors}
    reveal = open_reveal(session, case, name, stands.answers, needed=needed, place=place, by=by, at=at)
    session.flush()
    end_holds_after(session, case, name, by=by, at=at)
    return reveal


def followed_answers(session: Session, assignment: Assignment, *, at: datetime) -> dict[str, Answer]:
    """By item, the opened answer of the other person that it follows: the newest that was open when this was sent."""
    until = assignment.submitted_at or at
    found = {}
    for item, source, source_item in followed_by(worksheet_of(assignment)):
        newest = (
            select(Answer)
            .join(RevealedAnswer, RevealedAnswer.answer_id == Answer.id)
            .join(Reveal, Reveal.id == RevealedAnswer.reveal_id)
            .join(Assignment, Assignment.id == Answer.assignment_id)
            .where(Reveal.case_id == assignment.case_id, Reveal.opened_at <= until)
            .where(Assignment.content_id == source.id, Answer.item_id == source_item.id)
            .where(Answer.participant_id != assignment.participant_id)
            .order_by(Reveal.opened_at.desc())
            .limit(1)
        )
        answer = session.scalars(newest).first()
        if answer is not None:
            found[item.id] = answer
    return found
