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
from clinic.models.homework import Answer, Assignment, Draft, ReviewComment, SentAnswer, Sharing, WorksheetResponse
from clinic.models.measures import Administration
from clinic.models.notes import Addendum, Attendance, Encounter, Medium, NoteFormat, ProgressNote, StageEntry
from clinic.models.people import Invitation, Role, SignIn, Throttle, User
from clinic.models.programme import Outcome, StageSignOff, StageState
from clinic.models.releases import ReleasedReport
from clinic.models.states import AlreadySigned, AssignmentState, CaseState, NotAllowedNow, NoteState, StageStatus, TaskState
from clinic.models.tasks import Task, TaskKind

__all__ = [
    "Addendum", "Administration", "AlreadySigned", "Answer", "Assignment", "AssignmentState", "Attendance", "AuditEntry",
    "Capacity", "Case", "CaseClinician", "CaseState", "ConfidentialityPolicy", "Draft", "Encounter", "Event", "Invitation",
    "Medium", "NotAllowedNow", "NoteFormat", "NoteState", "Outcome", "Participant", "PolicyKind", "ProgressNote",
    "Relationship", "ReleasedReport", "ReviewComment", "Role", "SafeContact", "SentAnswer", "Sharing", "Side", "SignIn",
    "Signature", "StageEntry", "StageSignOff", "StageState", "StageStatus", "Task", "TaskKind", "TaskState", "Throttle",
    "User", "WorksheetResponse", "first_damage", "record",
]  # fmt: skip
