"""Which rows each viewer can see: the only place where a private model may stand in a ``select()``.

Decides: the scope of every model, for every kind of viewer; what is not named here cannot be seen. Must never know: what a
page shows of a row.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, true

from clinic.access import together, written
from clinic.access.reach import (
    NONE,
    clinicians,
    clinicians_and_owner,
    clinicians_only,
    clinicians_or_own,
    in_my_cases,
    while_together,
)
from clinic.access.viewer import Kind, Viewer
from clinic.models import (
    Administration,
    Answer,
    Assignment,
    Attendance,
    AuditEntry,
    Case,
    CaseClinician,
    CaseClosing,
    ConfidentialityPolicy,
    Correction,
    Cover,
    Draft,
    Encounter,
    Goal,
    GoalRating,
    Invitation,
    Participant,
    Phrase,
    ReleasedReport,
    Reveal,
    RevealedAnswer,
    ReviewComment,
    Role,
    SafeContact,
    SavedView,
    Sharing,
    Signature,
    SignIn,
    StageMark,
    StageSignOff,
    StageState,
    Task,
    User,
    WorksheetResponse,
)
from clinic.models.sending import PRIVATE_WORD
from clinic.models.states import AssignmentState


def cases_for(viewer: Viewer) -> Select[Case]:
    return select(Case).where(in_my_cases(viewer, Case.id))


def participants_for(viewer: Viewer) -> Select[Participant]:
    """A client sees their own seat only: what they call the other stands in it."""
    if viewer.kind is Kind.CLIENT:
        return select(Participant).where(Participant.id.in_(viewer.seats))
    return select(Participant).where(clinicians_only(viewer, Participant))


def assignments_for(viewer: Viewer) -> Select[Assignment]:
    """A client sees their own, and a withdrawn one no more. That someone has begun a private word, nobody else sees before it is
    sent."""
    own = select(Assignment).where(clinicians_or_own(viewer, Assignment))
    if viewer.kind is Kind.CLIENT:
        return own.where(Assignment.state != AssignmentState.WITHDRAWN)
    return own.where(or_(Assignment.content_id != PRIVATE_WORD, Assignment.submitted_at.is_not(None)))


def drafts_for(viewer: Viewer) -> Select[Draft]:
    """Drafts belong to their author alone."""
    own = Draft.participant_id.in_(viewer.seats) if viewer.kind is Kind.CLIENT else NONE
    return select(Draft).where(own)


def responses_for(viewer: Viewer) -> Select[WorksheetResponse]:
    return select(WorksheetResponse).where(clinicians_or_own(viewer, WorksheetResponse))


def _shown_by_the_author(viewer: Viewer) -> ColumnElement[bool]:
    live = select(Sharing.answer_id).where(Sharing.withdrawn_at.is_(None), while_together(viewer, Sharing.case_id))
    return Answer.id.in_(live)


def _opened_side_by_side(viewer: Viewer) -> ColumnElement[bool]:
    return Answer.id.in_(select(RevealedAnswer.answer_id).where(while_together(viewer, RevealedAnswer.case_id)))


def answers_for(viewer: Viewer) -> Select[Answer]:
    """The clinician: every answer that was sent. A person: their own, what the other shows them now, and what the counselor opened
    side by side. Both: what is shown."""
    if viewer.kind is Kind.COUNSELOR:
        return select(Answer).where(in_my_cases(viewer, Answer.case_id))
    if viewer.kind is Kind.CLIENT:
        theirs = or_(_shown_by_the_author(viewer), _opened_side_by_side(viewer))
        return select(Answer).where(or_(Answer.participant_id.in_(viewer.seats), theirs))
    if viewer.kind is Kind.JOINT:
        return select(Answer).where(_shown_by_the_author(viewer))
    return select(Answer).where(NONE)


def shared_with(viewer: Viewer) -> Select[Answer]:
    """What the other person shows this client now. Nothing of it says what else there is."""
    if viewer.kind is not Kind.CLIENT:
        return select(Answer).where(NONE)
    return select(Answer).where(Answer.participant_id.not_in(viewer.seats), _shown_by_the_author(viewer))


def shown_for(viewer: Viewer, case: Case) -> Select[Answer, Sharing, Assignment]:
    """What the authors of a case show each other now, for documents: the answer, since when, and what it answered."""
    return (
        select(Answer, Sharing, Assignment)
        .join(Sharing, Sharing.answer_id == Answer.id)
        .join(Assignment, Assignment.id == Answer.assignment_id)
        .where(Answer.id.in_(answers_for(viewer).with_only_columns(Answer.id)))
        .where(Answer.case_id == case.id, Sharing.withdrawn_at.is_(None))
        .order_by(Sharing.shared_at, Answer.position)
    )


def opened_for(viewer: Viewer, reveal: Reveal) -> Select[Answer, Assignment]:
    """What one reveal shows, and what each answer answered: by worksheet and question, never by who was first."""
    return (
        select(Answer, Assignment)
        .join(RevealedAnswer, RevealedAnswer.answer_id == Answer.id)
        .join(Assignment, Assignment.id == Answer.assignment_id)
        .where(Answer.id.in_(answers_for(viewer).with_only_columns(Answer.id)), RevealedAnswer.reveal_id == reveal.id)
        .order_by(Assignment.content_id, Answer.position)
    )


def sharings_for(viewer: Viewer) -> Select[Sharing]:
    """The author's own acts, and the clinician."""
    return select(Sharing).where(clinicians_or_own(viewer, Sharing))


def administrations_for(viewer: Viewer) -> Select[Administration]:
    """One's own; never the other's, and none at all for both: no joint number is made from private answers."""
    return select(Administration).where(
        clinicians_or_own(viewer, Administration), Administration.superseded_at.is_(None)
    )


def taken_back_for(viewer: Viewer) -> Select[Administration]:
    """Paper forms that were copied wrongly, with the reason: the clinician's alone, and counted nowhere."""
    copied = (Administration.entered_by.is_not(None), Administration.superseded_at.is_not(None))
    return select(Administration).where(clinicians_only(viewer, Administration), *copied)


def encounters_for(viewer: Viewer) -> Select[Encounter]:
    """An individual session is that person's record: never the other's, whatever the policy."""
    if viewer.kind is Kind.CLIENT:
        mine = or_(Encounter.individual_of.is_(None), Encounter.individual_of.in_(viewer.seats))
    else:
        mine = Encounter.individual_of.is_(None) if viewer.kind is Kind.JOINT else true()
    return select(Encounter).where(in_my_cases(viewer, Encounter.case_id), mine)


def attended_for(viewer: Viewer) -> Select[uuid.UUID, datetime]:
    """When each person was in a session, of the sessions that this viewer may know."""
    return (
        select(Attendance.participant_id, Encounter.began_at)
        .join(Encounter, Encounter.id == Attendance.encounter_id)
        .where(Attendance.attended, Encounter.id.in_(encounters_for(viewer).with_only_columns(Encounter.id)))
    )


def phrases_for(viewer: Viewer) -> Select[Phrase]:
    """A counselor's own library: it is nobody else's."""
    return select(Phrase).where(Phrase.author_id == viewer.user_id if viewer.kind is Kind.COUNSELOR else NONE)


def views_for(viewer: Viewer) -> Select[SavedView]:
    return select(SavedView).where(SavedView.user_id == viewer.user_id if viewer.kind is Kind.COUNSELOR else NONE)


def users_for(viewer: Viewer) -> Select[User]:
    """An administrator sees the staff; everybody sees themselves."""
    if viewer.kind is Kind.ADMINISTRATOR:
        return select(User).where(User.role != Role.CLIENT)
    return select(User).where(User.id == viewer.user_id)


def colleagues_for(viewer: Viewer) -> Select[User]:
    """Who works here, for those who share cases: names, also of colleagues who have left. Pages show nothing else of them."""
    return select(User).where(User.role == Role.COUNSELOR if viewer.kind is Kind.COUNSELOR else NONE)


def covers_for(viewer: Viewer) -> Select[Cover]:
    """Who is away and who covers, also before it begins; and whoever works on the case."""
    if viewer.kind is not Kind.COUNSELOR:
        return select(Cover).where(NONE)
    own = or_(Cover.away_id == viewer.user_id, Cover.covering_id == viewer.user_id)
    return select(Cover).where(or_(own, in_my_cases(viewer, Cover.case_id)))


def invitations_for(viewer: Viewer) -> Select[Invitation]:
    if viewer.kind is Kind.ADMINISTRATOR:
        staff = select(User.id).where(User.role != Role.CLIENT)
        return select(Invitation).where(Invitation.user_id.in_(staff))
    clients = select(Participant.user_id).where(clinicians_only(viewer, Participant))
    return select(Invitation).where(Invitation.user_id.in_(clients))


def sign_ins_for(viewer: Viewer) -> Select[SignIn]:
    return select(SignIn).where(SignIn.user_id == viewer.user_id)


def audit_for(viewer: Viewer) -> Select[AuditEntry]:
    return select(AuditEntry).where(true() if viewer.kind is Kind.ADMINISTRATOR else NONE)


def _policies_for(viewer: Viewer) -> Select[ConfidentialityPolicy]:
    return select(ConfidentialityPolicy).where(in_my_cases(viewer, ConfidentialityPolicy.case_id))


SCOPES: dict[type, Callable[[Viewer], Select[Any]]] = {
    **together.SCOPES,
    **written.SCOPES,
    Case: cases_for,
    Participant: participants_for,
    Assignment: assignments_for,
    Draft: drafts_for,
    WorksheetResponse: responses_for,
    Answer: answers_for,
    Sharing: sharings_for,
    ReviewComment: clinicians_and_owner(ReviewComment),
    Administration: administrations_for,
    Encounter: encounters_for,
    Phrase: phrases_for,
    SavedView: views_for,
    CaseClinician: clinicians(CaseClinician),
    CaseClosing: clinicians(CaseClosing),
    Correction: clinicians(Correction),
    Cover: covers_for,
    StageState: clinicians(StageState),
    StageSignOff: clinicians(StageSignOff),
    StageMark: clinicians(StageMark),
    Task: clinicians(Task),
    Goal: clinicians(Goal),
    GoalRating: clinicians(GoalRating),
    ReleasedReport: clinicians(ReleasedReport),
    SafeContact: clinicians_and_owner(SafeContact),
    Signature: clinicians_and_owner(Signature),
    ConfidentialityPolicy: _policies_for,
    User: users_for,
    Invitation: invitations_for,
    SignIn: sign_ins_for,
    AuditEntry: audit_for,
}
