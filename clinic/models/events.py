"""Which events the audit knows, and the exact fields of each: a closed list.

Decides: what can be put on record of an act. Must never hold: an answer, or a note's words.
"""

from __future__ import annotations

from enum import StrEnum


class Event(StrEnum):
    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    LEFT_AT_ONCE = "left_at_once"
    SIGNED_OUT_EVERYWHERE = "signed_out_everywhere"
    PASSWORD_SET = "password_set"
    INVITED = "invited"
    INVITATION_REVOKED = "invitation_revoked"
    STAFF_ADDED = "staff_added"
    STAFF_DISABLED = "staff_disabled"
    STAFF_ENABLED = "staff_enabled"
    REFUSED = "refused"
    OPENED = "opened"
    CASE_ADDED = "case_added"
    CASE_FINISHED = "case_finished"
    CASE_REOPENED = "case_reopened"
    CASE_SEPARATED = "case_separated"
    SIDE_CORRECTED = "side_corrected"
    WORDS_CHANGED = "words_changed"
    PERSON_CORRECTED = "person_corrected"
    ADDRESS_CHANGED = "address_changed"
    CONTACT_RECORDED = "contact_recorded"
    DOCUMENT_SIGNED = "document_signed"
    ASSIGNED = "assigned"
    ASSIGNMENT_WITHDRAWN = "assignment_withdrawn"
    DUE_CHANGED = "due_changed"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    COMMENTED = "commented"
    REVIEWED = "reviewed"
    SHARED = "shared"
    SHARING_WITHDRAWN = "sharing_withdrawn"
    ENCOUNTER_RECORDED = "encounter_recorded"
    SESSION_PLANNED = "session_planned"
    SESSION_MOVED = "session_moved"
    SESSION_CANCELLED = "session_cancelled"
    SESSION_MISSED = "session_missed"
    NOTE_BEGUN = "note_begun"
    NOTE_SIGNED = "note_signed"
    ADDENDUM_SIGNED = "addendum_signed"
    NOTE_SENT = "note_sent"
    NOTE_TAKEN_BACK = "note_taken_back"
    NOTE_RETURNED = "note_returned"
    NOTE_VOIDED = "note_voided"
    PSYCHOTHERAPY_NOTE_BEGUN = "psychotherapy_note_begun"
    CASE_JOINED = "case_joined"
    CASE_LEFT = "case_left"
    COVER_PLANNED = "cover_planned"
    COVER_ENDED = "cover_ended"
    STAGE_CHANGED = "stage_changed"
    STAGE_SIGNED_OFF = "stage_signed_off"
    STAGE_MARKED = "stage_marked"
    STAGE_MARK_TAKEN_BACK = "stage_mark_taken_back"
    TASK_RAISED = "task_raised"
    TASK_DONE = "task_done"
    TASK_CHANGED = "task_changed"
    REPORT_MADE = "report_made"
    HELD = "held"
    HOLD_ENDED = "hold_ended"
    SKIPPED = "skipped"
    MISSED = "missed"
    REVEAL_OPENED = "reveal_opened"
    NOTICED = "noticed"
    EXCHANGE_BEGUN = "exchange_begun"
    EXCHANGE_ENDED = "exchange_ended"
    JOINT_FORM_OPENED = "joint_form_opened"
    VERSION_PUT = "version_put"
    VERSION_DECIDED = "version_decided"
    VERSION_TAKEN_BACK = "version_taken_back"
    AGREEMENT_ENDED = "agreement_ended"
    SAFETY_CLEARED = "safety_cleared"
    SCHEDULE_BEGUN = "schedule_begun"
    SCHEDULE_CHANGED = "schedule_changed"
    SETBACK_RECORDED = "setback_recorded"
    GOAL_SET = "goal_set"
    GOAL_CHANGED = "goal_changed"
    GOAL_RATED = "goal_rated"
    GOAL_ENDED = "goal_ended"
    GOAL_RESUMED = "goal_resumed"
    SCORES_ENTERED = "scores_entered"
    SCORES_TAKEN_BACK = "scores_taken_back"
    REVIEWER_NAMED = "reviewer_named"
    REMINDERS_STOPPED = "reminders_stopped"
    REMINDERS_STARTED = "reminders_started"


NOTHING: frozenset[str] = frozenset()
FIELDS: dict[Event, frozenset[str]] = dict.fromkeys(Event, NOTHING) | {
    Event.SIGN_IN_REFUSED: frozenset({"why"}),
    Event.REFUSED: frozenset({"permission"}),
    Event.OPENED: frozenset({"kind"}),
    Event.SIDE_CORRECTED: frozenset({"before", "after", "reason"}),
    Event.PERSON_CORRECTED: frozenset({"field"}),
    Event.DOCUMENT_SIGNED: frozenset({"document", "version"}),
    Event.ASSIGNED: frozenset({"content"}),
    Event.DUE_CHANGED: frozenset({"before", "after"}),
    Event.SHARED: frozenset({"item"}),
    Event.SHARING_WITHDRAWN: frozenset({"item"}),
    Event.NOTE_SIGNED: frozenset({"digest"}),
    Event.ADDENDUM_SIGNED: frozenset({"addendum", "digest"}),
    Event.NOTE_VOIDED: frozenset({"voiding", "digest"}),
    Event.CASE_JOINED: frozenset({"who", "part"}),
    Event.CASE_LEFT: frozenset({"who", "part"}),
    Event.COVER_PLANNED: frozenset({"who"}),
    Event.STAGE_CHANGED: frozenset({"module", "before", "after"}),
    Event.STAGE_SIGNED_OFF: frozenset({"module", "outcome"}),
    Event.STAGE_MARKED: frozenset({"module"}),
    Event.STAGE_MARK_TAKEN_BACK: frozenset({"module"}),
    Event.GOAL_ENDED: frozenset({"how"}),
    Event.TASK_RAISED: frozenset({"kind"}),
    Event.REPORT_MADE: frozenset({"audience", "sha256"}),
    Event.REVEAL_OPENED: frozenset({"group"}),
    Event.VERSION_DECIDED: frozenset({"decision"}),
    Event.SCORES_ENTERED: frozenset({"measure"}),
    Event.SCHEDULE_BEGUN: frozenset({"content"}),
    Event.SCHEDULE_CHANGED: frozenset({"state"}),
}
