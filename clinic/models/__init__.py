"""The nouns of the practice. Importing this package declares every table; verbs live on the models and never commit."""

from clinic.models.audit import AuditEntry, Event, first_damage, record
from clinic.models.cases import (
    Capacity,
    Case,
    CaseClinician,
    ConfidentialityPolicy,
    Participant,
    PolicyKind,
    Relationship,
    SafeContact,
    Side,
    Signature,
)
from clinic.models.closing import CaseClosing
from clinic.models.comments import ReviewComment
from clinic.models.corrections import Correction
from clinic.models.cover import Cover
from clinic.models.encounters import Attendance, Encounter, Medium
from clinic.models.finality import FINAL
from clinic.models.goals import Goal, GoalRating
from clinic.models.homework import Answer, Assignment, Draft, SentAnswer, Sharing, WorksheetResponse
from clinic.models.jobs import Job, Message, ReminderStop
from clinic.models.joint import JointDecision, JointDraft, JointForm, JointVersion
from clinic.models.measures import Administration
from clinic.models.notes import Addendum, NoteFormat, ProgressNote, StageEntry, Statement
from clinic.models.people import Invitation, Role, SignIn, Throttle, User
from clinic.models.phrases import Phrase
from clinic.models.planned import PlannedEncounter
from clinic.models.programme import Outcome, StageMark, StageSignOff, StageState
from clinic.models.psychotherapy import PsychotherapyNote
from clinic.models.releases import ReleasedReport
from clinic.models.reveals import Exchange, ExchangeRound, Noticed, NoticedDraft, Reveal, RevealedAnswer
from clinic.models.safety import SafetyClearance
from clinic.models.schedules import Run, Schedule
from clinic.models.setbacks import Setback
from clinic.models.staffing import Part
from clinic.models.states import (
    AlreadySigned,
    AssignmentState,
    CaseState,
    GoalState,
    NotAllowedNow,
    NoteState,
    PlannedState,
    StageStatus,
    TaskState,
)
from clinic.models.supervising import NoteReturn
from clinic.models.tasks import Task, TaskKind
from clinic.models.views import SavedView
from clinic.models.voiding import NoteVoid
from clinic.models.witness import compare_signed

__all__ = [
    "FINAL",
    "Addendum",
    "Administration",
    "AlreadySigned",
    "Answer",
    "Assignment",
    "AssignmentState",
    "Attendance",
    "AuditEntry",
    "Capacity",
    "Case",
    "CaseClinician",
    "CaseClosing",
    "CaseState",
    "ConfidentialityPolicy",
    "Correction",
    "Cover",
    "Draft",
    "Encounter",
    "Event",
    "Exchange",
    "ExchangeRound",
    "Goal",
    "GoalRating",
    "GoalState",
    "Invitation",
    "Job",
    "JointDecision",
    "JointDraft",
    "JointForm",
    "JointVersion",
    "Medium",
    "Message",
    "NotAllowedNow",
    "NoteFormat",
    "NoteReturn",
    "NoteState",
    "NoteVoid",
    "Noticed",
    "NoticedDraft",
    "Outcome",
    "Part",
    "Participant",
    "Phrase",
    "PlannedEncounter",
    "PlannedState",
    "PolicyKind",
    "ProgressNote",
    "PsychotherapyNote",
    "Relationship",
    "ReleasedReport",
    "ReminderStop",
    "Reveal",
    "RevealedAnswer",
    "ReviewComment",
    "Role",
    "Run",
    "SafeContact",
    "SafetyClearance",
    "SavedView",
    "Schedule",
    "SentAnswer",
    "Setback",
    "Sharing",
    "Side",
    "SignIn",
    "Signature",
    "StageEntry",
    "StageMark",
    "StageSignOff",
    "StageState",
    "StageStatus",
    "Statement",
    "Task",
    "TaskKind",
    "TaskState",
    "Throttle",
    "User",
    "WorksheetResponse",
    "compare_signed",
    "first_damage",
    "record",
]  # fmt: skip
