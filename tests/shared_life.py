"""What two people have in their sixth week together, planted in Ana and Ben's case: something in every state that a page can show.

    life = plant(cast)      # commits; nothing may be read after it in the same test before its pages are opened

Decides nothing: it makes rows with the verbs that the pages use. Dot and Eli's case has an open concern beside it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cast import Cast

from clinic.db import db
from clinic.models import Answer, Assignment, JointForm, Medium, NoteFormat, StageStatus, TaskKind
from clinic.models.agreeing import decide, keep_draft, open_for_both, put_version
from clinic.models.exchanges import begin_exchange
from clinic.models.holding import hold_what_waits
from clinic.models.joint import Decision
from clinic.models.notes import begin_note, record_encounter
from clinic.models.programme import Outcome, change_stage, mark_sign, sign_off_stage
from clinic.models.revealing import open_group
from clinic.models.reveals import Place, notice
from clinic.models.running import open_due_runs, skip_run
from clinic.models.safety import clear_joint_work
from clinic.models.schedules import Every, Run, Schedule, begin_schedule
from clinic.models.sending import share
from clinic.models.setbacks import record_setback
from clinic.models.tasks import raise_task
from forms import Given, library
from forms.criteria import key_of

LONG = "We hold hands on the way to the school, and we talk about the small things of the day before the large ones. " * 3
PROMISE = "Either of us may say “pause” at any point. We stop, sit down in different rooms, and come back after twenty minutes."


@dataclass(frozen=True)
class Life:
    """Ids of what stands in Ana's case, and of Dot's, where joint work is closed."""

    case: uuid.UUID
    closed: uuid.UUID
    reveal: uuid.UUID
    rule: uuid.UUID  # in force, with another version on the table
    rule_version: uuid.UUID
    promises: uuid.UUID  # Ana has a draft
    habits: uuid.UUID  # just opened
    over: uuid.UUID  # ended
    held: uuid.UUID
    run: uuid.UUID  # of today, as homework
    left_out: uuid.UUID
    word: uuid.UUID
    heard: uuid.UUID  # what Ben says that he hears, opened: Ana rates it
    note: uuid.UUID


def plant(cast: Cast) -> Life:
    for check in db.session.query(Assignment).filter_by(content_id="safety-check"):
        check.mark_reviewed(by=cast.users["Cleo"], at=cast.clock())
    reveal = _side_by_side(cast)
    heard = _exchange(cast)
    rule, version = _rule_in_force(cast)
    promises, habits, over = (_open(cast, one) for one in ("our-commitments", "small-habits", "decision-in-one-line"))
    _draft(cast, promises, "Ana", {"commitments": Given({"rows": [_words(PROMISE)], "review_on": "2026-05-01"})})
    over.end(by=cast.users["Ana"], at=cast.clock())
    run, left_out = _comes_back(cast)
    held = cast.assign("Ana", "acts-that-help", by="Cleo")
    db.session.flush()
    held.hold(why="Planned for April 20, 2026", by=cast.users["Cleo"], at=cast.clock())
    word = _private_word(cast)
    note = _stage(cast)
    _setbacks(cast)
    _closed_next_door(cast)
    life = Life(
        cast.cases["Ana"], cast.cases["Dot"], reveal, rule, version, promises.id, habits.id, over.id, held.id, run, left_out, word,
        heard, note,
    )  # fmt: skip
    db.session.commit()
    return life


def _sent(cast: Cast, name: str, worksheet: str, given: dict[str, Given]) -> Assignment:
    row = cast.assign(name, worksheet, by="Cleo")
    db.session.flush()
    cast.send(row, given, by=cast.users[name])
    db.session.flush()
    return row


def _side_by_side(cast: Cast) -> uuid.UUID:
    """One group open, one ready, one that waits for Ben, and an answer that Ana shares."""
    by, at, case = cast.users["Cleo"], cast.clock(), cast.case("Ana")
    asked = [item.id for item in library.worksheet("hopes").items]
    for name, text in (("Ana", LONG), ("Ben", "To be believed again, a little at a time.")):
        _sent(cast, name, "hopes", {item: Given(text) for item in asked})
    reveal = open_group(db.session(), case, "hopes", place=Place.IN_SESSION, by=by, at=at)
    db.session.flush()
    notice(db.session(), reveal, cast.seat("Ana"), "We both speak of the mornings.", by=cast.users["Ana"], at=at)
    items = library.worksheet("what-it-may-be-like").items
    _sent(cast, "Ana", "what-it-may-be-like", {item.id: Given("It may feel like standing outside.") for item in items})
    limits = [{"boundary": "No talks after ten at night", "if_crossed": "I go to the other room, and we go on the next day."}]
    _sent(cast, "Ana", "my-boundaries", {"my_boundaries": Given(limits)})
    cast.assign("Ben", "my-boundaries", by="Cleo")
    told = _sent(cast, "Ana", "hurt-account", {"what_happened": Given(LONG)})
    share(db.session(), db.session.query(Answer).filter_by(assignment_id=told.id).one(), by=cast.users["Ana"], at=at)
    return reveal.id


def _exchange(cast: Cast) -> uuid.UUID:
    """Ben says what he hears, it is opened, and Ana's rating lies open before her."""
    by, at, case = cast.users["Cleo"], cast.clock(), cast.case("Ana")
    exchange = begin_exchange(db.session(), case, "what-i-hear", cast.seat("Ben"), by=by, at=at)
    db.session.flush()
    round = exchange.rounds[-1]
    said = db.session.get_one(Assignment, round.saying_id)
    heard = "That you count the minutes when I am late, and do not tell me."
    cast.send(said, {item.id: Given(heard) for item in library.worksheet("what-i-hear").items}, by=cast.users["Ben"])
    db.session.flush()
    open_group(db.session(), case, "what_i_hear", place=Place.FROM_HOME, by=by, at=at)
    return round.rating_id


def _open(cast: Cast, worksheet: str) -> JointForm:
    form = open_for_both(db.session(), cast.case("Ana"), library.worksheet(worksheet), by=cast.users["Cleo"], at=cast.clock())
    db.session.flush()
    return form


def _words(terms: str, **more: str) -> dict[str, str]:
    return {"terms": terms, "who": "both of us", "how_often": "whenever it gets too hot", "until": "2026-12-31", **more}


def _draft(cast: Cast, form: JointForm, name: str, given: dict[str, Given]) -> None:
    keep_draft(db.session(), form, cast.seat(name), given, known=0, at=cast.clock())
    db.session.flush()


def _rule_in_force(cast: Cast) -> tuple[uuid.UUID, uuid.UUID]:
    """Ben declined the first, both signed the second, and Ben has put a third."""
    form, signed = _open(cast, "pause-rule"), None
    steps = (("Ana", "Ben", Decision.DECLINED), ("Ana", "Ben", Decision.SIGNED), ("Ben", "", None))
    for number, (name, other, what) in enumerate(steps):
        text = _words(f"{PROMISE} {number + 1}.", review_on="2026-05-01")
        _draft(cast, form, name, {"pause_rule": Given(text)})
        said: dict[str, Any] = {"day": cast.clock().date(), "at": cast.clock.pass_by(minutes=20)}
        version = put_version(
            db.session(), form, cast.seat(name), typed_name=f"{name} Full-{name}", after=number, by=cast.users[name], **said
        )
        db.session.flush()
        if what is not None:
            seat = cast.seat(other)
            name = f"{other} Full-{other}"
            decide(db.session(), form, version, what, participant=seat, typed_name=name, by=cast.users[other], **said)
            signed = version.id
    assert signed is not None
    return form.id, signed


def _comes_back(cast: Cast) -> tuple[uuid.UUID, uuid.UUID]:
    """A daily page of Ana's: one missed, one left out, one of today; and one of Ben's after each session."""
    for name, every, when in (("Ana", Every.DAY, ""), ("Ben", Every.SESSION, "after")):
        sheet = library.worksheet("daily-care")
        begin_schedule(
            db.session(), cast.seat(name), kind="worksheet", content_id=sheet.id, content_version=sheet.version,
            module_id=sheet.module, every=every, interval=1, when=when, zone="America/New_York",
            starts_on=cast.clock().date(), ends_on=cast.clock().date() + timedelta(days=20), note="Five minutes are enough.",
            by=cast.users["Cleo"], at=cast.clock(),
        )  # fmt: skip
    db.session.flush()
    runs = []
    for number in range(3):
        open_due_runs(db.session(), at=cast.clock())
        db.session.flush()
        run = db.session.query(Run).filter_by(participant_id=cast.seats["Ana"]).order_by(Run.number.desc()).first()
        assert run is not None and run.number == number + 1
        runs.append(run.assignment_id)
        if number == 1:
            row = db.session.get_one(Assignment, run.assignment_id)
            skip_run(run, row, why="My mother was here all day.", by=cast.users["Ana"], at=cast.clock())
        if number < 2:
            cast.clock.pass_by(days=1)
    assert db.session.query(Schedule).count() == 2
    return runs[2], runs[1]


def _private_word(cast: Cast) -> uuid.UUID:
    items = library.worksheet("private-word").items
    return _sent(cast, "Ana", "private-word", {items[0].id: Given("Something that I would like to say to you alone.")}).id


def _stage(cast: Cast) -> uuid.UUID:
    """A signed note with a tag, a stage under way with one sign marked, and one signed off."""
    by, at, case = cast.users["Cleo"], cast.clock(), cast.case("Ana")
    people = {cast.seats["Ana"], cast.seats["Ben"]}
    met = record_encounter(db.session(), case, attendees=people, began_at=at, minutes=50, medium=Medium.VIDEO, by=by, at=at)
    db.session.flush()
    draft, note = (begin_note(db.session(), met, format=NoteFormat.FREE, by=by, at=at) for _ in range(2))
    for one in (draft, note):
        one.save(sections={"note": "They spoke about the letter."}, stages=[], tags=("impact heard",), at=at)
    db.session.flush()
    note.sign(by=by, name="Cleo Example, LMFT", at=at)
    for module, to in (("address-the-betrayal", StageStatus.IN_PROGRESS), ("healthy-boundaries", StageStatus.IN_PROGRESS)):
        change_stage(db.session(), case, module, before=StageStatus.NOT_STARTED, to=to, reason="", by=by, at=at)
    sign = key_of(library.module("address-the-betrayal").criteria[0])
    mark_sign(db.session(), case, "address-the-betrayal", name=sign, waives=True, reason="Told in a session.", by=by, at=at)
    sign_off_stage(
        db.session(), case, "healthy-boundaries", outcome=Outcome.PARTLY, reason="The limits stand; openness follows.", by=by, at=at
    )
    return draft.id


def _setbacks(cast: Cast) -> None:
    by, at = cast.users["Cleo"], cast.clock()
    for seat, text in ((None, "A message from the past came, and both saw it."), (cast.seats["Ana"], "A bad night, alone.")):
        record_setback(
            db.session(), cast.case("Ana"), participant_id=seat, happened_on=at.date() - timedelta(days=1), text=text,
            reopened=[] if seat else ["address-the-betrayal"], by=by, at=at,
        )  # fmt: skip
    again, why = at.date() + timedelta(days=40), "Both were seen alone, and both feel safe."
    clear_joint_work(db.session(), cast.case("Ana"), reason=why, recheck_on=again, by=by, at=at)


def _closed_next_door(cast: Cast) -> None:
    raise_task(
        db.session(), case_id=cast.cases["Dot"], participant_id=cast.seats["Eli"], kind=TaskKind.SAFETY, title="An answer to read",
        due_at=cast.clock(), by=None, at=cast.clock(),
    )  # fmt: skip
    waits = cast.assign("Dot", "green-amber-red", by="Cleo")
    hold_what_waits(db.session(), waits, by=cast.users["Cleo"], at=cast.clock())
