"""Who may do what: one table, readable on one page.

Decides: for each permission, which facts about viewer and row allow it (any inner list whose facts all hold). Must never know:
whether the step is allowed now (`clinic.models.states`), or which rows can be seen at all (`scopes`).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from clinic.access.viewer import Kind, Viewer
from clinic.models import Part, Role


class Permission(StrEnum):
    SEE_CASE = "see_case"  # open a case and everything shared in it
    ADD_CASE = "add_case"
    CHANGE_CASE = "change_case"  # finish, reopen, correct a side, safe contact
    INVITE = "invite"  # make a one-time link for a participant
    ASSIGN = "assign"  # give homework to a participant
    CHANGE_ASSIGNMENT = "change_assignment"  # withdraw, extend
    REVIEW = "review"  # read sent answers, comment, return, mark reviewed
    ANSWER = "answer"  # open, draft and send one's own homework
    SHARE = "share"  # show one's own answer to the other, and withdraw it
    READ_SHARED = "read_shared"  # read an answer that its author shows
    SIGN_DOCUMENT = "sign_document"  # consent and policy, for oneself
    RECORD_ENCOUNTER = "record_encounter"
    SEE_ENCOUNTER = "see_encounter"
    READ_NOTE = "read_note"
    WRITE_NOTE = "write_note"
    SIGN_NOTE = "sign_note"  # one's own; a trainee's is sent to the supervisor
    SEND_NOTE = "send_note"
    TAKE_BACK_NOTE = "take_back_note"  # from the supervisor, before it is signed
    REVIEW_NOTE = "review_note"  # as the supervisor: sign it, or return it with a comment
    ADD_ADDENDUM = "add_addendum"
    VOID_NOTE = "void_note"
    BEGIN_APART = "begin_apart"  # a psychotherapy note of one's own, apart from the record
    KEEP_APART = "keep_apart"  # read it, and write on
    STAFF_CASE = "staff_case"  # add colleagues to a case, and end their part in it
    ADD_PHRASE = "add_phrase"
    KEEP_PHRASE = "keep_phrase"  # change one's own phrase, and remove it
    SET_GOAL = "set_goal"  # for a case: see its treatment plan, set a goal
    KEEP_GOAL = "keep_goal"  # change, rate, end and take up a goal
    KEEP_VIEW = "keep_view"  # remove one's own view of the caseload
    CHANGE_STAGE = "change_stage"  # move a stage, say something of its signs, sign it off
    RECORD_SETBACK = "record_setback"
    ENTER_SCORES = "enter_scores"  # copy a paper form of a person
    TAKE_BACK_SCORES = "take_back_scores"  # a slip in copying one
    SEE_TASK = "see_task"
    DO_TASK = "do_task"
    MAKE_REPORT = "make_report"
    READ_REPORT = "read_report"
    OPEN_JOINT = "open_joint"  # open a joint form to both
    PROPOSE = "propose"  # read a joint form, write one's own proposal, put it to the other
    DECIDE = "decide"  # sign a version, or decline it
    TAKE_BACK = "take_back"  # one's own version, before the other has answered it
    END_AGREEMENT = "end_agreement"
    OPEN_REVEAL = "open_reveal"  # see what of a case could be shown side by side, open it, run an exchange
    NOTICE = "notice"  # read what was opened, and write what one notices
    HOLD = "hold"  # hold a person's homework, and end the hold
    CLEAR_SAFETY = "clear_safety"  # see why joint work is closed, and clear it
    SCHEDULE = "schedule"  # give homework that comes back, pause and end it, see its log; give a plan
    RUN = "run"  # open one's own early, leave it out, take it up again
    MANAGE_STAFF = "manage_staff"
    READ_AUDIT = "read_audit"
    END_SIGN_IN = "end_sign_in"  # sign out one of one's own devices


Fact = Callable[[Viewer, Any], bool]


def is_counselor(viewer: Viewer, row: Any) -> bool:
    """The scope has already narrowed rows to the counselor's own cases."""
    return viewer.kind is Kind.COUNSELOR and viewer.user_id is not None


def is_administrator(viewer: Viewer, row: Any) -> bool:
    return viewer.kind is Kind.ADMINISTRATOR


def is_one_of_both(viewer: Viewer, row: Any) -> bool:
    """A client, with a login. The scope has already narrowed rows to what was put to both people of their case."""
    return viewer.kind is Kind.CLIENT and viewer.user_id is not None


def is_own(viewer: Viewer, row: Any) -> bool:
    """The row belongs to the seat of the client who asks."""
    return viewer.kind is Kind.CLIENT and row.participant_id in viewer.seats


def is_own_seat(viewer: Viewer, row: Any) -> bool:
    return viewer.kind is Kind.CLIENT and row.id in viewer.seats


def is_own_proposal(viewer: Viewer, row: Any) -> bool:
    return viewer.kind is Kind.CLIENT and row.proposed_by in viewer.seats


def is_the_others(viewer: Viewer, row: Any) -> bool:
    """Not the viewer's own; that its author shows it is the scope's doing."""
    return viewer.kind is Kind.CLIENT and row.participant_id not in viewer.seats


def is_author(viewer: Viewer, row: Any) -> bool:
    return viewer.user_id is not None and row.author_id == viewer.user_id


def signs_alone(viewer: Viewer, row: Any) -> bool:
    """Not in training in this case."""
    return viewer.parts.get(row.case_id) not in (None, Part.TRAINEE)


def is_in_training(viewer: Viewer, row: Any) -> bool:
    return viewer.parts.get(row.case_id) is Part.TRAINEE


def is_supervisor(viewer: Viewer, row: Any) -> bool:
    return viewer.parts.get(_case_of(row)) is Part.SUPERVISOR


def is_lead(viewer: Viewer, row: Any) -> bool:
    """The case's own counselor: neither in training nor only there for a colleague."""
    return viewer.parts.get(_case_of(row)) is Part.COUNSELOR


def _case_of(row: Any) -> uuid.UUID:
    return row.id if row.__tablename__ == "case" else row.case_id


def is_staff_row(viewer: Viewer, row: Any) -> bool:
    return row is None or row.role != Role.CLIENT


def is_self(viewer: Viewer, row: Any) -> bool:
    return viewer.user_id is not None and row.user_id == viewer.user_id


MAY: dict[Permission, list[list[Fact]]] = {
    Permission.SEE_CASE: [[is_counselor]],
    Permission.ADD_CASE: [[is_counselor]],
    Permission.CHANGE_CASE: [[is_counselor]],
    Permission.INVITE: [[is_counselor]],
    Permission.ASSIGN: [[is_counselor]],
    Permission.CHANGE_ASSIGNMENT: [[is_counselor]],
    Permission.REVIEW: [[is_counselor]],
    Permission.ANSWER: [[is_own]],
    Permission.SHARE: [[is_own]],
    Permission.READ_SHARED: [[is_the_others]],
    Permission.SIGN_DOCUMENT: [[is_own_seat]],
    Permission.RECORD_ENCOUNTER: [[is_counselor]],
    Permission.SEE_ENCOUNTER: [[is_counselor]],
    Permission.READ_NOTE: [[is_counselor]],
    Permission.WRITE_NOTE: [[is_counselor, is_author]],
    Permission.SIGN_NOTE: [[is_counselor, is_author, signs_alone]],
    Permission.SEND_NOTE: [[is_counselor, is_author, is_in_training]],
    Permission.TAKE_BACK_NOTE: [[is_counselor, is_author]],
    Permission.REVIEW_NOTE: [[is_supervisor]],
    Permission.ADD_ADDENDUM: [[is_counselor, signs_alone]],
    Permission.VOID_NOTE: [[is_counselor, is_author, signs_alone], [is_supervisor], [is_lead]],
    Permission.BEGIN_APART: [[is_counselor]],
    Permission.KEEP_APART: [[is_counselor, is_author]],
    Permission.STAFF_CASE: [[is_lead], [is_supervisor]],
    Permission.ADD_PHRASE: [[is_counselor]],
    Permission.KEEP_PHRASE: [[is_counselor, is_author]],
    Permission.SET_GOAL: [[is_counselor]],
    Permission.KEEP_GOAL: [[is_counselor]],
    Permission.KEEP_VIEW: [[is_counselor, is_self]],
    Permission.CHANGE_STAGE: [[is_counselor]],
    Permission.RECORD_SETBACK: [[is_counselor]],
    Permission.ENTER_SCORES: [[is_counselor]],
    Permission.TAKE_BACK_SCORES: [[is_counselor]],
    Permission.SEE_TASK: [[is_counselor]],
    Permission.DO_TASK: [[is_counselor]],
    Permission.MAKE_REPORT: [[is_counselor]],
    Permission.READ_REPORT: [[is_counselor]],
    Permission.OPEN_JOINT: [[is_counselor]],
    Permission.PROPOSE: [[is_one_of_both]],
    Permission.DECIDE: [[is_one_of_both]],
    Permission.TAKE_BACK: [[is_own_proposal]],
    Permission.END_AGREEMENT: [[is_one_of_both], [is_counselor]],
    Permission.OPEN_REVEAL: [[is_counselor]],
    Permission.NOTICE: [[is_one_of_both]],
    Permission.HOLD: [[is_counselor]],
    Permission.CLEAR_SAFETY: [[is_counselor]],
    Permission.SCHEDULE: [[is_counselor]],
    Permission.RUN: [[is_own]],
    Permission.MANAGE_STAFF: [[is_administrator, is_staff_row]],
    Permission.READ_AUDIT: [[is_administrator]],
    Permission.END_SIGN_IN: [[is_self]],
}


def permits(viewer: Viewer, permission: Permission, row: Any = None) -> bool:
    """Whether the table allows it. An error in a predicate is an error, never a yes."""
    return any(all(fact(viewer, row) for fact in facts) for facts in MAY[permission])
