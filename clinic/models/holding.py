"""Why a piece of homework is not open yet, for its counselor; to its person every held thing is the same.

Decides: what is held when it is given (what follows an answer that is not open, and `affection` while someone may not be free to
say no), and when a hold may end. Must never know: who is asking.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from clinic.models.cases import Case
from clinic.models.groups import groups_followed, works_alone
from clinic.models.homework import Assignment
from clinic.models.reveals import Reveal
from clinic.models.safety import AFFECTION, why_affection_is_closed
from clinic.models.sending import worksheet_of
from clinic.models.states import AssignmentState, NotAllowedNow

FOLLOWS = "It answers what the other person wrote, and opens by itself when you open that side by side."


def why_not_open(session: Session, assignment: Assignment, *, at: datetime) -> list[str]:
    """Sentences for the counselor; empty when nothing stands in the way of opening it."""
    if assignment.kind != "worksheet":
        return []
    why = [FOLLOWS] if _waits_for_reveal(session, assignment) else []
    if assignment.module_id == AFFECTION:
        why += why_affection_is_closed(session, assignment.participant.case, at=at)
    return why


def _waits_for_reveal(session: Session, assignment: Assignment) -> bool:
    """One opening is answered once: given again, the follow-up waits for the next."""
    groups = groups_followed(worksheet_of(assignment))
    if not groups or works_alone(assignment.participant):
        return False
    answered = session.scalar(
        select(func.max(Assignment.submitted_at)).where(
            Assignment.participant_id == assignment.participant_id,
            Assignment.content_id == assignment.content_id,
            Assignment.id != assignment.id,
        )
    )
    opened = select(Reveal.group).where(Reveal.case_id == assignment.case_id, Reveal.group.in_(groups))
    if answered is not None:
        opened = opened.where(Reveal.opened_at >= answered)
    return bool(groups - set(session.scalars(opened)))


def hold_what_waits(session: Session, assignment: Assignment, *, by: uuid.UUID | None, at: datetime) -> list[str]:
    """Right after giving: held for as long as something stands in the way. Says why, for the counselor."""
    session.flush()
    why = why_not_open(session, assignment, at=at)
    if why:
        assignment.hold(why=" ".join(why), by=by, at=at)
    return why


def end_hold(session: Session, assignment: Assignment, *, by: uuid.UUID, at: datetime) -> None:
    if assignment.state != AssignmentState.HELD:
        raise NotAllowedNow("This is not held.")
    why = why_not_open(session, assignment, at=at)
    if why:
        raise NotAllowedNow(f"It cannot open yet. {' '.join(why)}")
    assignment.end_hold(by=by, at=at)


def end_holds_after(session: Session, case: Case, group: str, *, by: uuid.UUID, at: datetime) -> None:
    """What was held only because it follows this group opens. What the counselor holds for another reason stays held."""
    held = select(Assignment).where(Assignment.case_id == case.id, Assignment.state == AssignmentState.HELD.value)
    for row in session.scalars(held):
        follows = row.kind == "worksheet" and group in groups_followed(worksheet_of(row))
        if follows and row.held_why == FOLLOWS and not why_not_open(session, row, at=at):
            row.end_hold(by=by, at=at)
