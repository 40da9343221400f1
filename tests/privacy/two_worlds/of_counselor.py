"""What the counselor does with one person's own work: Ana's, the same in both worlds; Ben's, as it comes in each."""

from __future__ import annotations

import random
from datetime import timedelta

from clinic.db import db
from clinic.models import Assignment, AssignmentState, Medium, NoteFormat, Schedule, StageState, Task, TaskState
from clinic.models.comments import comment_on
from clinic.models.holding import end_hold, hold_what_waits
from clinic.models.notes import begin_note, record_encounter
from clinic.models.opening import give_safety_check
from clinic.models.programme import Outcome, change_stage, sign_off_stage
from clinic.models.running import open_due_runs
from clinic.models.safety import clear_joint_work
from clinic.models.schedules import OPENS, Every, ScheduleState, begin_schedule
from clinic.models.sending import PRIVATE_WORD, SAFETY_CHECK
from clinic.models.setbacks import record_setback
from clinic.models.states import StageStatus
from forms import Given, library
from forms.definition import Repeat
from tests.privacy.two_worlds.acts import NOTHING, Whose, act
from tests.privacy.two_worlds.answers import words
from tests.privacy.two_worlds.life import BENS_SHOWN, OPEN, TOGETHER, Life

GIVEN = (
    "people-and-coping", "still-true", "carrying-guilt", "hurt-account", "involved-account", "my-questions", "rough-hour-plan",
    "ways-of-dodging", "a-fair-story", "acts-i-can-do", "warmth-i-welcome", "how-it-felt-this-week",
)  # fmt: skip
REPEATED = ("daily-care", "weekly-distress", "acts-today", "hard-talks", "honest-this-week", "mood-and-worry", "one-good-thing")
STAGES = ("address-the-betrayal", "time-to-heal", "affection")


def gives(life: Life, draw: random.Random, name: str) -> str:
    sheet = draw.choice([one for one in GIVEN if life.seat(name).takes(library.worksheet(one).answered_by)])
    lies_there = life.newest(name, sheet)
    if lies_there is not None and lies_there.state in (*OPEN, AssignmentState.HELD):
        return NOTHING
    row = life.give(name, sheet)
    why = hold_what_waits(db.session(), row, by=life.cleo, at=life.at)
    return f"{sheet}{', held' if why else ''}"


def plans(life: Life, draw: random.Random, name: str) -> str:
    """Given now, to be opened on a day to come."""
    row = life.give(name, draw.choice(["people-and-coping", "good-enough-week", "warmth-i-welcome"]))
    day = life.at + timedelta(days=draw.randint(2, 9))
    row.hold(why=f"Planned for {day:%B %d}", by=life.cleo, at=life.at)
    row.opens_at = day.replace(hour=OPENS.hour + 5, minute=0)
    return f"{row.content_id} for {day:%d %B}"


def has_it_come_back(life: Life, draw: random.Random, name: str) -> str:
    sheets = [one for one in REPEATED if life.seat(name).takes(library.worksheet(one).answered_by)]
    sheet = library.worksheet(draw.choice(sheets))
    repeat = sheet.repeat or Repeat("day", 2)
    is_session = draw.random() < 0.25
    begin_schedule(
        db.session(), life.seat(name), kind="worksheet", content_id=sheet.id, content_version=sheet.version,
        module_id=sheet.module, every=Every.SESSION if is_session else Every(repeat.every), interval=repeat.interval,
        when=draw.choice(["before", "after"]) if is_session else "", zone="America/New_York", starts_on=life.at.date(),
        ends_on=(life.at + timedelta(days=draw.randint(3, 40))).date(), by=life.cleo, at=life.at,
    )  # fmt: skip
    return f"{sheet.id}, {'each session' if is_session else f'every {repeat.every}'}"


def changes_what_comes_back(life: Life, draw: random.Random, name: str) -> str:
    going = (Schedule.participant_id == life.seat(name).id, Schedule.state != ScheduleState.ENDED.value)
    rows = life.rows(Schedule, *going)
    if not rows:
        return NOTHING
    row = draw.choice(rows)
    to = draw.choice(["pause", "resume", "end"])
    getattr(row, to)(by=life.cleo, at=life.at)
    return f"{row.content_id}: {to}"


def goes_through_what_was_sent(life: Life, draw: random.Random, name: str) -> str:
    rows = [row for row in life.homework(name, AssignmentState.SUBMITTED.value) if _may_be_touched(name, row)]
    if not rows:
        return NOTHING
    row = draw.choice(rows)
    does = draw.choice(["comments", "gives back", "marks as reviewed"])
    comment_on(db.session(), row, words(draw), by=life.cleo, at=life.at)
    if does != "comments":
        step = row.give_back if does == "gives back" else row.mark_reviewed
        step(by=life.cleo, at=life.at)
    return f"{row.content_id}: {does}"


def _may_be_touched(name: str, row: Assignment) -> bool:
    """Nobody finds a private word that was not sent. And these Ben has to be able to show, or to answer, in both worlds."""
    if row.content_id == PRIVATE_WORD and row.submitted_at is None:
        return False
    return name == "Ana" or not (row.content_id in BENS_SHOWN or row.content_id in TOGETHER)


def holds(life: Life, draw: random.Random, name: str) -> str:
    rows = [row for row in life.homework(name, AssignmentState.OPEN.value) if _may_be_touched(name, row)]
    if not rows:
        return NOTHING
    row = draw.choice(rows)
    row.hold(why=words(draw, 5), by=life.cleo, at=life.at)
    return row.content_id


def ends_a_hold(life: Life, draw: random.Random, name: str) -> str:
    rows = life.homework(name, AssignmentState.HELD.value)
    if not rows:
        return NOTHING
    row = draw.choice(rows)
    end_hold(db.session(), row, by=life.cleo, at=life.at)
    return row.content_id


def takes_homework_back(life: Life, draw: random.Random, name: str) -> str:
    rows = [row for row in life.homework(name, *OPEN, "submitted", "held") if _may_be_touched(name, row)]
    if not rows or draw.random() < 0.4:
        return NOTHING
    row = draw.choice(rows)
    row.withdraw(by=life.cleo, at=life.at)
    return row.content_id


def moves_a_date(life: Life, draw: random.Random, name: str) -> str:
    rows = [row for row in life.homework(name, *OPEN) if row.content_id != PRIVATE_WORD]
    if not rows:
        return NOTHING
    row, day = draw.choice(rows), (life.at + timedelta(days=draw.randint(1, 20))).date()
    row.change_due(day, by=life.cleo, at=life.at)
    return f"{row.content_id} to {day:%d %B}"


def asks_for_the_private_check(life: Life, draw: random.Random, name: str) -> str:
    waits = [row for row in life.homework(name, *OPEN, "held") if row.content_id == SAFETY_CHECK]
    if waits:
        return NOTHING
    give_safety_check(db.session(), life.seat(name), by=life.cleo, at=life.at)
    return "again"


def meets_alone_with(life: Life, draw: random.Random, name: str) -> str:
    return meeting(life, {life.known.seats[name]}, draw)


def meeting(life: Life, attendees: set[object], draw: random.Random) -> str:
    encounter = record_encounter(
        db.session(), life.case, attendees=attendees, began_at=life.at - timedelta(minutes=50), minutes=50,  # type: ignore[arg-type]
        medium=Medium.VIDEO, by=life.cleo, at=life.at,
    )  # fmt: skip
    db.session.flush()
    note = begin_note(db.session(), encounter, format=NoteFormat.FREE, by=life.cleo, at=life.at)
    stages = [{"module_id": draw.choice(STAGES), "text": words(draw), "rating": draw.randint(-2, 2)}]
    note.save(sections={"note": words(draw)}, stages=stages, at=life.at)
    db.session.flush()
    if draw.random() < 0.7:
        note.sign(by=life.cleo, name="Cleo", at=life.at)
        return "and signs the note"
    return "and leaves the note open"


def records_a_setback_of(life: Life, draw: random.Random, name: str) -> str:
    return _setback(life, draw, name)


def _setback(life: Life, draw: random.Random, name: str | None) -> str:
    day, seat = life.at.date(), life.seat(name).id if name else None
    record_setback(
        db.session(), life.case, participant_id=seat, happened_on=day, text=words(draw), reopened=[], by=life.cleo, at=life.at
    )
    return f"on {day:%d %B}"


def finishes_tasks_of(life: Life, draw: random.Random, name: str) -> str:
    rows = life.rows(Task, Task.participant_id == life.seat(name).id, Task.state == TaskState.OPEN.value)
    done = rows[: draw.randint(0, 3)]
    for row in done:
        row.finish(what=words(draw), by=life.cleo, at=life.at)
    return f"{len(done)} of {len(rows)}" if rows else NOTHING


FOR_ONE = (
    (gives, "to", 4), (plans, "for", 1), (has_it_come_back, "to", 2), (changes_what_comes_back, "to", 1),
    (goes_through_what_was_sent, "by", 3), (holds, "for", 2), (ends_a_hold, "for", 2), (takes_homework_back, "from", 1),
    (moves_a_date, "of", 1), (asks_for_the_private_check, "of", 1), (meets_alone_with, "", 1), (records_a_setback_of, "", 1),
    (finishes_tasks_of, "", 2),
)  # fmt: skip


def _for(name: str, whose: Whose) -> None:
    for do, between, weight in FOR_ONE:

        def by_cleo(life: Life, draw: random.Random, do: object = do) -> str:
            return do(life, draw, name)  # type: ignore[operator]

        by_cleo.__name__ = "_".join(part for part in ("The_counselor", do.__name__, between, name) if part)
        act(whose, weight=weight)(by_cleo)


_for("Ana", Whose.COUNSELOR)
_for("Ben", Whose.BEN)


# --- of the case --------------------------------------------------------------------------------------------------------------


@act(Whose.COUNSELOR, weight=1)
def the_counselor_has_warmth_come_back_to_ana(life: Life, draw: random.Random) -> str:
    """What the hard rule may hold back: cleared first, so that it mostly may begin."""
    the_counselor_clears_joint_work(life, draw)
    life.clock.pass_by(minutes=1)
    sheet = library.worksheet("one-good-thing")
    begin_schedule(
        db.session(), life.seat("Ana"), kind="worksheet", content_id=sheet.id, content_version=sheet.version,
        module_id=sheet.module, every=Every.DAY, interval=1, when="", zone="America/New_York", starts_on=life.at.date(),
        ends_on=None, by=life.cleo, at=life.at,
    )  # fmt: skip
    open_due_runs(db.session(), at=life.at, seats=[life.seat("Ana").id])
    waits = life.opens_by_itself()
    return f"{sheet.id}{f', {waits}' if waits else ''}"


@act(Whose.BEN, weight=1)
def ben_says_how_free_he_is(life: Life, draw: random.Random) -> str:
    row = life.newest("Ben", "how-it-felt-this-week")
    if row is None or row.state not in OPEN:
        row = life.give("Ben", "how-it-felt-this-week")
    number = draw.randint(0, 4)
    life.send("Ben", row, {**life.filled(row, draw), "free_to_say_no": Given(number)})
    return str(number)


@act(Whose.COUNSELOR, weight=2)
def the_counselor_meets_both(life: Life, draw: random.Random) -> str:
    return meeting(life, {life.known.seats["Ana"], life.known.seats["Ben"]}, draw)


@act(Whose.COUNSELOR, weight=1)
def the_counselor_records_a_setback_of_both(life: Life, draw: random.Random) -> str:
    return _setback(life, draw, None)


@act(Whose.COUNSELOR, weight=2)
def the_counselor_clears_joint_work(life: Life, draw: random.Random) -> str:
    day = (life.at + timedelta(days=draw.randint(5, 60))).date()
    clear_joint_work(db.session(), life.case, reason=words(draw), recheck_on=day, by=life.cleo, at=life.at)
    return f"until {day:%d %B}"


@act(Whose.COUNSELOR, weight=1)
def the_counselor_moves_a_stage(life: Life, draw: random.Random) -> str:
    module, to = draw.choice(STAGES), draw.choice([one for one in StageStatus if one is not StageStatus.NOT_STARTED])
    rows = life.rows(StageState, StageState.case_id == life.case.id, StageState.module_id == module, order=lambda one: one.since)
    before = StageStatus(rows[-1].status) if rows else StageStatus.NOT_STARTED
    change_stage(db.session(), life.case, module, before=before, to=to, reason=words(draw), by=life.cleo, at=life.at)
    if to is StageStatus.WORKED_THROUGH:
        sign_off_stage(db.session(), life.case, module, outcome=Outcome.PARTLY, reason="", by=life.cleo, at=life.at)
    return f"{module} to {to.value}"


@act(Whose.COUNSELOR, weight=1)
def the_counselor_finishes_or_reopens_the_case(life: Life, draw: random.Random) -> str:
    if life.case.is_open and draw.random() < 0.7:
        return NOTHING
    step = life.case.finish if life.case.is_open else life.case.reopen
    step(by=life.cleo, at=life.at)
    return f"it is {life.case.state}"
