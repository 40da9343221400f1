"""No stuck state: of everything that is not done for good there is somebody who can take it further, and every page opens.

A way is an act that somebody is permitted to do. It is done, looked at, and undone: one of the ways of each thing has to succeed.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator, Sequence

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import Assignment, AssignmentState, Exchange, JointForm, ProgressNote, Reveal, Run, Schedule, Task
from clinic.models.agreeing import decide, draft_of, keep_draft, number_of_newest, put_version, worksheet_of
from clinic.models.drafting import in_hand
from clinic.models.exchanges import next_round
from clinic.models.holding import end_hold
from clinic.models.homework import assign
from clinic.models.joint import Decision
from clinic.models.opening import require_first_steps
from clinic.models.reveals import notice
from clinic.models.running import resume_run
from clinic.models.schedules import ScheduleState
from clinic.models.sending import send
from clinic.models.states import NotAllowedNow
from forms import library
from tests.privacy.two_worlds.answers import ready_to_put
from tests.privacy.two_worlds.life import Life
from tests.privacy.two_worlds.sight import ids_for, seen_by

Way = Callable[[], object]
FINAL = {AssignmentState.REVIEWED, AssignmentState.WITHDRAWN, AssignmentState.MISSED}


def who_is_stuck(life: Life, *, all_pages: bool) -> list[str]:
    if not life.case.is_open:
        life.case.reopen(by=life.cleo, at=life.at)  # the way forward of a case that is finished
        db.session.commit()
    life.clock.pass_by(minutes=1)
    stuck = [what for what, ways in _everything(life) if not any(_succeeds(way) for way in ways)]
    return stuck + list(_broken_pages(life, ("Ben", "Cleo") if all_pages else ()))


def _succeeds(way: Way) -> bool:
    try:
        way()
        db.session.flush()
        return True
    except (NotAllowedNow, access.NotFound):
        return False
    finally:
        db.session.rollback()


def _everything(life: Life) -> Iterator[tuple[str, Sequence[Way]]]:
    for name in ("Ana", "Ben"):
        yield f"{name} can be given nothing more", [lambda name=name: _new_homework(life, name)]  # type: ignore[misc]
        for id in [row.id for row in life.homework(name) if row.state not in FINAL]:
            row = db.session.get_one(Assignment, id)
            yield f"{row.content_id} of {name}, {row.state}, goes nowhere", list(_of_homework(life, name, id))
        for id in [row.id for row in life.rows(Schedule, Schedule.participant_id == life.seat(name).id)]:
            yield f"a schedule of {name} goes nowhere", list(_of_schedule(life, id))
    for model, ways in ((JointForm, _of_form), (Reveal, _of_reveal), (Exchange, _of_exchange)):
        for id in [row.id for row in life.rows(model, model.case_id == life.case.id)]:  # type: ignore[attr-defined]
            yield f"a row of {model.__tablename__} goes nowhere", list(ways(life, id))
    for id in [row.id for row in life.rows(ProgressNote, ProgressNote.case_id == life.case.id) if not row.is_signed]:
        yield "a note cannot be signed", [lambda id=id: _sign(life, id)]  # type: ignore[misc]
    for id in [row.id for row in life.rows(Task, Task.case_id == life.case.id, Task.state == "open")]:
        yield "a task cannot be finished", [lambda id=id: _finish(life, id)]  # type: ignore[misc]


def _sign(life: Life, id: uuid.UUID) -> None:
    _found(life, "Cleo", ProgressNote, id, Permission.SIGN_NOTE).sign(by=life.cleo, name="Cleo", at=life.at)


def _finish(life: Life, id: uuid.UUID) -> None:
    _found(life, "Cleo", Task, id, Permission.DO_TASK).finish(what="Spoke.", by=life.cleo, at=life.at)


def _found(life: Life, name: str, model: type, id: uuid.UUID, permission: Permission):  # type: ignore[no-untyped-def]
    return access.find(life.viewer(name), model, id, permission)


def _new_homework(life: Life, name: str) -> None:
    """Given by the counselor, and answered at once."""
    seat = life.seat(name)
    require_first_steps(db.session(), seat)
    sheet = library.worksheet("still-unsaid")
    row = assign(
        db.session(), seat, kind="worksheet", content_id=sheet.id, content_version=sheet.version, module_id=sheet.module,
        by=life.cleo, at=life.at,
    )  # fmt: skip
    db.session.flush()
    _send(life, name, row.id)


def _send(life: Life, name: str, id: uuid.UUID) -> None:
    row = _found(life, name, Assignment, id, Permission.ANSWER)
    given = in_hand(db.session(), row).givens or {}
    send(db.session(), row, given, submission_key=uuid.uuid4(), by=life.by(name), at=life.at)


def _of_homework(life: Life, name: str, id: uuid.UUID) -> Iterator[Way]:
    """Open: its person sends it. Held: the counselor ends the hold, or takes back what waits for something that will not come.
    Sent: the counselor goes through it. Left out: its person takes it up, until the next one is there."""
    row = db.session.get_one(Assignment, id)
    if row.takes_answers:
        yield lambda: _send(life, name, id)
    elif row.state == AssignmentState.HELD:
        yield lambda: end_hold(db.session(), _found(life, "Cleo", Assignment, id, Permission.HOLD), by=life.cleo, at=life.at)
        yield lambda: _found(life, "Cleo", Assignment, id, Permission.CHANGE_ASSIGNMENT).withdraw(by=life.cleo, at=life.at)
    elif row.state == AssignmentState.SUBMITTED:
        yield lambda: _found(life, "Cleo", Assignment, id, Permission.REVIEW).mark_reviewed(by=life.cleo, at=life.at)
    elif row.state == AssignmentState.SKIPPED:
        yield lambda: _take_up(life, name, id)


def _take_up(life: Life, name: str, id: uuid.UUID) -> None:
    row = _found(life, name, Assignment, id, Permission.RUN)
    (run,) = life.rows(Run, Run.assignment_id == id)
    if run.closes_at is None or run.closes_at > life.at:
        resume_run(run, row, by=life.by(name), at=life.at)


def _of_schedule(life: Life, id: uuid.UUID) -> Iterator[Way]:
    row = db.session.get_one(Schedule, id)
    if row.state == ScheduleState.ENDED:
        yield lambda: None
    yield lambda: _found(life, "Cleo", Schedule, id, Permission.SCHEDULE).end(by=life.cleo, at=life.at)


def _of_form(life: Life, id: uuid.UUID) -> Iterator[Way]:
    """Ended or separated: done for good. Else each of the two puts a version, and the other signs it."""
    form = db.session.get_one(JointForm, id)
    if form.ended_at is not None or life.is_separated:
        yield lambda: None
    yield lambda: [_agreed(life, id, *names) for names in (("Ana", "Ben"), ("Ben", "Ana"))]


def _agreed(life: Life, id: uuid.UUID, first: str, second: str) -> None:
    form, day, seat = _found(life, first, JointForm, id, Permission.PROPOSE), life.at.date(), life.seat(first)
    words = ready_to_put(worksheet_of(form, life.case.relation), random.Random(7), day=day)
    before = draft_of(db.session(), form, seat)
    keep_draft(db.session(), form, seat, words, known=before.revision if before else 0, at=life.at)
    db.session.flush()
    newest, at = number_of_newest(form), life.at
    version = put_version(db.session(), form, seat, typed_name=first, after=newest, day=day, by=life.by(first), at=at)
    db.session.flush()
    decide(
        db.session(), form, version, Decision.SIGNED, participant=life.seat(second), typed_name=second, day=day,
        by=life.by(second), at=at,
    )  # fmt: skip


def _of_reveal(life: Life, id: uuid.UUID) -> Iterator[Way]:
    if life.is_separated:
        yield lambda: None
    yield lambda: [_notice(life, id, name) for name in ("Ana", "Ben")]


def _notice(life: Life, id: uuid.UUID, name: str) -> None:
    row = _found(life, name, Reveal, id, Permission.NOTICE)
    notice(db.session(), row, life.seat(name), "I see.", by=life.by(name), at=life.at)


def _of_exchange(life: Life, id: uuid.UUID) -> Iterator[Way]:
    if db.session.get_one(Exchange, id).ended_at is not None:
        yield lambda: None
    yield lambda: next_round(db.session(), _found(life, "Cleo", Exchange, id, Permission.OPEN_REVEAL), by=life.cleo, at=life.at)
    yield lambda: _found(life, "Cleo", Exchange, id, Permission.OPEN_REVEAL).end(by=life.cleo, at=life.at)


def _broken_pages(life: Life, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        for path, reply in seen_by(life, name, ids_for(life, name)).items():
            if isinstance(reply, tuple) and reply[0] >= 500:
                yield f"{name} finds a broken page at {path}"
