"""The progress report: the frozen data that one printed document is made of.

Decides which facts a progress report can hold and in which words its fixed scales are printed.
Must never know the database, the request, or who is asking: what an audience may see was settled
before these objects were made, so whatever is given here is printed and nothing else is.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from reports.cover import Audience, Author, PageSize, Period, Person, Practice, Signature, clipped
from reports.homework import Homework as Homework
from reports.homework import Worksheet as Worksheet
from reports.marked import Block, marked


class StageState(StrEnum):
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    WORKED_THROUGH = "worked_through"
    REVISITING = "revisiting"
    SET_ASIDE = "set_aside"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ").capitalize()


LEAVES_OUT = {
    Audience.COUNSELOR: "This report holds the whole case record for the period except psychotherapy notes. "
    "It contains material that each person gave in private and is not for handing to either of them.",
    Audience.JOINT: "This report holds only what both people may read. It leaves out individual sessions, "
    "homework, measures, and everything that either person has not chosen to share.",
    Audience.PERSON: "This report is for one person. It leaves out the other person's individual sessions, "
    "homework, measures, and private answers.",
}

RATINGS = {
    -2: "much less than expected",
    -1: "less than expected",
    0: "as expected",
    1: "more than expected",
    2: "much more than expected",
}


@dataclass(frozen=True)
class StageChange:
    on: date
    state: StageState


@dataclass(frozen=True)
class Stage:
    number: int
    title: str
    changes: tuple[StageChange, ...] = ()
    signed_off: str = ""

    def now(self, period: Period) -> StageChange | None:
        """The last change by the end of the period, or None where nothing had begun."""
        past = [change for change in self.changes if change.on <= period.end]
        return max(past, key=lambda change: change.on) if past else None


@dataclass(frozen=True)
class Setback:
    on: date
    text: str


@dataclass(frozen=True)
class Point:
    """One administration. `value` is None where it could not be scored; `remark` says why."""

    on: date
    value: float | None
    prorated: bool = False
    remark: str = ""


@dataclass(frozen=True)
class Series:
    person: str
    points: tuple[Point, ...]
    change: str = ""


@dataclass(frozen=True)
class CutOff:
    value: float
    label: str


@dataclass(frozen=True)
class Measure:
    title: str
    direction: str
    low: float
    high: float
    series: tuple[Series, ...]
    reliable_change: str
    cut_off: CutOff | None = None
    note: str = ""

    @property
    def answered(self) -> bool:
        """Whether there is anything to draw."""
        return any(point.value is not None for series in self.series for point in series.points)

    @property
    def prorated(self) -> bool:
        return any(point.prorated for series in self.series for point in series.points)


@dataclass(frozen=True)
class StageWork:
    stage: str
    text: str
    rating: int | None = None

    @property
    def blocks(self) -> tuple[Block, ...]:
        return marked(self.text)

    @property
    def rating_words(self) -> str:
        """The goal attainment rating with its sign; empty where none was given."""
        if self.rating is None:
            return ""
        return f"{self.rating:+d}, {RATINGS[self.rating]}".replace("+0", "0").replace("-", "−")


@dataclass(frozen=True)
class NotePart:
    """A section of a note, or what was added to it later."""

    title: str
    text: str

    @property
    def blocks(self) -> tuple[Block, ...]:
        return marked(self.text)


@dataclass(frozen=True)
class Session:
    """One meeting. `number` counts within this report: a gap would tell of a meeting that its reader is not told of. `remark` says
    of its notes that they were written late."""

    on: date
    kind: str
    minutes: int
    attendance: str
    number: int | None = None
    work: tuple[StageWork, ...] = ()
    parts: tuple[NotePart, ...] = ()
    remark: str = ""


@dataclass(frozen=True)
class Agreement:
    title: str
    text: str
    signed: str = ""
    review_on: date | None = None


@dataclass(frozen=True)
class Goal:
    text: str
    state: str = ""
    set_on: date | None = None


@dataclass(frozen=True)
class SharedAnswer:
    person: str
    worksheet: str
    prompt: str
    lines: tuple[str, ...]
    shared_on: date | None = None


@dataclass(frozen=True)
class Highlight:
    value: str
    label: str


@dataclass(frozen=True)
class ProgressReport:
    folder: ClassVar[str] = "progress"

    title: str
    case_code: str
    people: tuple[Person, ...]
    period: Period
    prepared_by: Author
    practice: Practice
    prepared_on: date
    audience: Audience
    leaves_out: str
    confidentiality: str
    signature: Signature
    language: str = "en"
    page_size: PageSize = PageSize.A4
    reader: str = ""
    counselor_text: str = ""
    stages: tuple[Stage, ...] = ()
    setbacks: tuple[Setback, ...] = ()
    measures: tuple[Measure, ...] = ()
    homework: tuple[Homework, ...] = ()
    sessions: tuple[Session, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    goals: tuple[Goal, ...] = ()
    shared_answers: tuple[SharedAnswer, ...] = ()
    next_steps: tuple[str, ...] = ()

    @property
    def names(self) -> str:
        return " and ".join(person.name for person in self.people)

    @property
    def running_title(self) -> str:
        return clipped(self.title, 60)

    @property
    def running_footer(self) -> str:
        return clipped(self.confidentiality, 170)

    @property
    def begun(self) -> tuple[Stage, ...]:
        return tuple(stage for stage in self.stages if stage.now(self.period))

    @property
    def rated(self) -> bool:
        return any(work.rating is not None for session in self.sessions for work in session.work)

    @property
    def missing(self) -> str:
        """One sentence naming what the period lacks. What an audience never gets is not named to it."""
        own = self.audience is not Audience.JOINT
        lacks = [
            words
            for words, lacking in (
                ("no session was recorded", not self.sessions),
                ("no measure was answered", own and not self.measures),
                ("no homework was given", own and not self.homework),
            )
            if lacking
        ]
        listed = " and ".join([", ".join(lacks[:-1]), lacks[-1]] if lacks[1:] else lacks)
        return f"In this period {listed}." if lacks else ""

    @property
    def highlights(self) -> tuple[Highlight, ...]:
        """The few counts at the top, drawn only from what the report itself prints further down."""
        counts = (
            (len(self.sessions), "session", "sessions"),
            (self._stages_now(StageState.WORKED_THROUGH), "stage worked through", "stages worked through"),
            (self._stages_now(StageState.IN_PROGRESS), "stage in progress", "stages in progress"),
            (self._stages_now(StageState.REVISITING), "stage being revisited", "stages being revisited"),
            (len(self.agreements), "signed agreement", "signed agreements"),
        )
        return tuple(Highlight(str(count), one if count == 1 else many) for count, one, many in counts if count)[:4]

    def _stages_now(self, state: StageState) -> int:
        return sum(1 for stage in self.begun if (now := stage.now(self.period)) and now.state is state)
