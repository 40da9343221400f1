"""The progress report for one reader.

*Counselor*: all but psychotherapy notes. *A person's own*: own homework, own measures, own individual sessions, joint sessions.
*Joint*: joint sessions, answers that their authors share, the counselor's text (couples.md, Reports).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from clinic.access import Viewer
from clinic.db import db
from clinic.models import Case, Participant, User
from clinic.models.cases import require_not_separated
from clinic.reporting import agreed, sections
from clinic.reporting.setbacks import setbacks
from clinic.reporting.stages import stages
from reports.cover import Author, PageSize, Period, Person, Practice, Signature
from reports.progress import LEAVES_OUT, Audience, ProgressReport

if TYPE_CHECKING:
    from clinic.config import Settings

CONFIDENTIAL = (
    "Confidential. Only for the reader named on the first page; not to be copied or passed on without the consent of the "
    "people in it."
)
INVENTED = " Invented: nobody in it exists."
TITLES = {
    Audience.COUNSELOR: "Progress report",
    Audience.JOINT: "Our progress",
    Audience.PERSON: "My progress",
}


class ReaderMissing(Exception):
    """A report for one person needs to know which of the two."""


@dataclass(frozen=True)
class Request:
    """What the counselor chose. ``start`` and ``end`` are days in the practice's zone, both included; None means from the first
    day of the case, and until today."""

    audience: Audience
    participant_id: uuid.UUID | None = None
    start: date | None = None
    end: date | None = None
    summary: str = ""
    next_steps: str = ""


@dataclass(frozen=True)
class Frame:
    """What every section needs: the case, who reads, when, and in which words."""

    case: Case
    reader: Viewer
    audience: Audience
    person: Participant | None
    period: Period
    settings: Settings

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.settings.practice.zone).date()

    def holds(self, moment: datetime | None) -> bool:
        return moment is not None and self.period.holds(self.day_of(moment))

    def called(self, participant: Participant) -> str:
        return participant.preferred_name

    @property
    def people(self) -> list[Participant]:
        """Those whose own material may stand in the document."""
        if self.audience is Audience.COUNSELOR:
            return list(self.case.participants)
        return [self.person] if self.person is not None else []


def progress(case: Case, asked: Request, *, maker: Viewer, at: datetime, settings: Settings) -> ProgressReport:
    """The report's data, ready to print. ``maker`` is the counselor who asks; she is the reader of a counselor's report only."""
    if asked.audience is Audience.JOINT:
        require_not_separated(case)
    frame = _frame(case, asked, maker=maker, at=at, settings=settings)
    author = db.session.get_one(User, maker.user_id)
    shared = sections.shared_answers(frame) if frame.audience is not Audience.PERSON else ()
    return ProgressReport(
        title=TITLES[frame.audience],
        case_code=case.code,
        people=tuple(_named(frame)),
        period=frame.period,
        prepared_by=Author(author.name, author.credentials or ""),
        practice=Practice(settings.practice.name, settings.practice.letterhead),
        prepared_on=frame.day_of(at),
        audience=frame.audience,
        leaves_out=LEAVES_OUT[frame.audience],
        confidentiality=CONFIDENTIAL + (INVENTED if settings.practice.demo else ""),
        signature=Signature(author.name, author.credentials or "Counselor"),
        language=settings.practice.language,
        page_size=PageSize(settings.practice.paper),
        reader=_reader(frame),
        counselor_text=asked.summary,
        stages=stages(frame, maker),
        setbacks=setbacks(frame),
        measures=sections.measures(frame),
        homework=sections.homework(frame),
        sessions=sections.sessions(frame),
        agreements=agreed.agreements(frame),
        shared_answers=shared,
        next_steps=tuple(line.strip() for line in asked.next_steps.splitlines() if line.strip()),
    )


def _frame(case: Case, asked: Request, *, maker: Viewer, at: datetime, settings: Settings) -> Frame:
    zone = settings.practice.zone
    person = next((one for one in case.participants if one.id == asked.participant_id), None)
    if asked.audience is Audience.PERSON and person is None:
        raise ReaderMissing("Choose which of the two people will read this report.")
    readers = {Audience.COUNSELOR: lambda: maker, Audience.JOINT: lambda: Viewer.both(case)}
    reader = Viewer.person(person) if asked.audience is Audience.PERSON and person else readers[asked.audience]()
    end = asked.end or at.astimezone(zone).date()
    start = asked.start or min(case.added_at.astimezone(zone).date(), end)
    return Frame(case, reader, asked.audience, person, Period(start, end), settings)


def _named(frame: Frame) -> list[Person]:
    """A person's own report names that person; for both, each as they like to be called."""
    if frame.audience is Audience.COUNSELOR:
        return [Person(person.full_name) for person in frame.case.participants]
    if frame.person is not None:
        return [Person(frame.person.full_name)]
    return [Person(frame.called(person)) for person in frame.case.participants]


def _reader(frame: Frame) -> str:
    if frame.audience is Audience.COUNSELOR:
        return "The case record"
    return " and ".join(person.name for person in _named(frame))
