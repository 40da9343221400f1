"""What two people do together, planted in the world: an opened reveal, a joint form with its versions, and what comes back."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import select

from clinic.db import db
from clinic.models import (
    Answer,
    Assignment,
    Correction,
    Exchange,
    ExchangeRound,
    JointDraft,
    JointForm,
    Medium,
    Message,
    Noticed,
    NoticedDraft,
    Reveal,
    RevealedAnswer,
    Run,
    SafetyClearance,
)
from clinic.models.closing import Closed, close_case, reopen_case
from clinic.models.cover import hand_over
from clinic.models.goals import rate_goal, set_goal
from clinic.models.joint import open_joint_form
from clinic.models.planned import plan_session
from clinic.models.schedules import Every, begin_schedule
from clinic.models.setbacks import record_setback
from clinic.models.states import AssignmentState, GoalState
from forms import Given, library
from forms.goals import LEVELS
from tests.privacy.world import World

JOINT = "pause-rule"


def plant_together(world: World) -> None:
    """In Ana and Ben's case; Cleo is their counselor."""
    _closed_once(world)
    _corrected(world)
    _reveal(world)
    _joint_form(world)
    for name in ("Ana", "Ben"):
        _comes_back(world, name)
    _setbacks(world)
    _goals(world)
    _safety(world)
    _hold(world)
    _planned(world)
    _cover(world)
    db.session.flush()


def _reveal(world: World) -> None:
    """One answer of Ben's, opened by hand: the rules of opening have tests of their own."""
    case, cleo = world.cast.case("Ana"), world.user_id("Cleo")
    of_ben = select(Answer).where(Answer.participant_id == world.cast.seats["Ben"], Answer.item_id == "how_i_react")
    answer = db.session.scalars(of_ben.order_by(Answer.position)).first()
    assert answer is not None
    reveal = Reveal(case_id=case.id, group="a group", place="in_session", opened_at=world.at, opened_by=cleo)
    db.session.add(reveal)
    world.keep("the reveal of Ana's case", reveal)
    opened = RevealedAnswer(
        case_id=case.id, reveal_id=reveal.id, answer_id=answer.id, participant_id=answer.participant_id
    )
    db.session.add(opened)
    world.keep("Ben's opened answer", opened)
    for name in ("Ana", "Ben"):
        noticed = Noticed(
            case_id=case.id, reveal_id=reveal.id, participant_id=world.cast.seats[name], written_at=world.at,
            text=world.word(f"{name.lower()}.noticed"),
        )  # fmt: skip
        db.session.add(noticed)
        world.keep(f"what {name} notices", noticed)
        draft = NoticedDraft(
            case_id=case.id, reveal_id=reveal.id, participant_id=world.cast.seats[name], saved_at=world.at,
            text=world.word(f"{name.lower()}.noticed.draft"), set_aside=[world.word(f"{name.lower()}.noticed.aside")],
        )  # fmt: skip
        db.session.add(draft)
        world.keep(f"what {name} notices, not saved", draft)
    exchange = Exchange(case_id=case.id, saying="what-i-hear", rating="how-close-you-came", begun_at=world.at, begun_by=cleo)
    open_row = world.rows["Ana's open homework"][1]
    exchange.rounds.append(ExchangeRound(number=1, saying_id=open_row, rating_id=open_row))
    db.session.add(exchange)
    world.keep("the exchange of Ana's case", exchange)


def _joint_form(world: World) -> None:
    case, cleo = world.cast.case("Ana"), world.user_id("Cleo")
    worksheet = library.worksheet(JOINT)
    form = open_joint_form(
        db.session(), case, worksheet_id=worksheet.id, worksheet_version=worksheet.version, module_id=worksheet.module,
        by=cleo, at=world.at,
    )  # fmt: skip
    world.keep("the joint form of Ana's case", form)
    item = worksheet.items[0].id
    for name in ("Ana", "Ben"):
        words = {"terms": world.word(f"{name.lower()}.joint.draft"), "who": "", "how_often": "", "until": "", "review_on": ""}
        aside = {**words, "terms": world.word(f"{name.lower()}.joint.aside")}
        draft = JointDraft(
            case_id=case.id, form_id=form.id, participant_id=world.cast.seats[name], saved_at=world.at,
            answers={item: Given(words).as_json()}, set_aside={item: [Given(aside).as_json()]},
        )  # fmt: skip
        db.session.add(draft)
        world.keep(f"{name}'s proposal in draft", draft)
    put = {"terms": world.word("ben.joint.version"), "who": "both", "how_often": "", "until": "", "review_on": ""}
    version = form.put(
        {item: Given(put).as_json()}, proposed_by=world.cast.seat("Ben"), signers=2, until=None,
        review_on=(world.at + timedelta(days=30)).date(), typed_name=world.word("ben.joint.signature"),
        by=world.user_id("Ben"), at=world.at,
    )  # fmt: skip
    world.keep("the version that Ben put", version)
    world.keep("Ben's signature under it", version.decisions[0])
    _taken_back(world, form, item)


def _taken_back(world: World, form: JointForm, item: str) -> None:
    """Ben put another one, and took it back before Ana had answered."""
    put = {"terms": world.word("ben.joint.taken"), "who": "both", "how_often": "", "until": "", "review_on": ""}
    version = form.put(
        {item: Given(put).as_json()}, proposed_by=world.cast.seat("Ben"), signers=2, until=None, review_on=None,
        typed_name=world.word("ben.joint.taken.signature"), by=world.user_id("Ben"), at=world.at,
    )  # fmt: skip
    version.take_back(place=-1, by=world.user_id("Ben"), at=world.at)
    world.keep("the version that Ben took back", version)
    world.keep("Ben's signature under what he took back", version.decisions[0])


def _comes_back(world: World, name: str) -> None:
    key, seat = name.lower(), world.cast.seat(name)
    schedule = begin_schedule(
        db.session(), seat, kind="worksheet", content_id="daily-care", content_version=1,
        module_id="take-care-of-yourself", every=Every.DAY, interval=1, when="", zone="America/New_York",
        starts_on=world.at.date(), ends_on=None, note=world.word(f"{key}.schedule.note"), by=world.user_id("Cleo"), at=world.at,
    )  # fmt: skip
    world.keep(f"{name}'s schedule", schedule)
    run = Run(
        schedule_id=schedule.id, case_id=seat.case_id, participant_id=seat.id,
        assignment_id=world.rows["Ana's open homework"][1] if name == "Ana" else _any_homework(seat.id),
        number=1, intended_at=world.at, opened_at=world.at, why_skipped=world.word(f"{key}.why.skipped"),
    )  # fmt: skip
    db.session.add(run)
    world.keep(f"{name}'s run", run)
    message = Message(
        case_id=seat.case_id, participant_id=seat.id, reason=f"waiting:{key}", text_id="waiting", made_at=world.at,
        sent_at=world.at, address=world.word(f"{key}.message.address"),
    )  # fmt: skip
    db.session.add(message)
    world.keep(f"{name}'s reminder", message)


def _any_homework(seat_id: uuid.UUID) -> uuid.UUID:
    return db.session.scalars(select(Assignment.id).where(Assignment.participant_id == seat_id)).first()  # type: ignore[return-value]


def _setbacks(world: World) -> None:
    case = world.cast.case("Ana")
    for whose, seat_id in (("ana", world.cast.seats["Ana"]), ("ben", world.cast.seats["Ben"]), ("joint", None)):
        row = record_setback(
            db.session(), case, participant_id=seat_id, happened_on=world.at.date(),
            text=world.word(f"{whose}.setback" if seat_id else "ana.case.setback"), reopened=[],
            by=world.user_id("Cleo"), at=world.at,
        )  # fmt: skip
        world.keep(f"a setback, {whose}", row)


def _goals(world: World) -> None:
    """Rated, and ended: so every word of a goal stands somewhere."""
    case, by = world.cast.case("Ana"), world.user_id("Cleo")
    for name in ("Ana", "Ben"):
        goal = set_goal(
            db.session(), case, participant_id=world.cast.seats[name], title=world.word(f"{name.lower()}.goal"),
            levels={str(level): world.word(f"{name.lower()}.goal.level") if level == 0 else "As hoped" for level in LEVELS},
            links={"stages": [], "measures": []}, review_on=world.at.date(), submission_key=uuid.uuid4(), by=by, at=world.at,
        )  # fmt: skip
        world.keep(f"{name}'s goal", goal)
        rating = rate_goal(
            db.session(), goal, level=1, why=world.word(f"{name.lower()}.goal.shows"), note_id=None, review_on=None,
            submission_key=uuid.uuid4(), by=by, at=world.at,
        )  # fmt: skip
        world.keep(f"how {name}'s goal stands", rating)
        goal.end(GoalState.REACHED, reason=world.word(f"{name.lower()}.goal.end"), by=by, at=world.at)


def _safety(world: World) -> None:
    case = world.cast.case("Ana")
    row = SafetyClearance(
        case_id=case.id, cleared_at=world.at, cleared_by=world.user_id("Cleo"),
        recheck_on=(world.at + timedelta(days=60)).date(), reason=world.word("ana.case.clearance"),
    )  # fmt: skip
    db.session.add(row)
    world.keep("the clearance of Ana's case", row)


def _closed_once(world: World) -> None:
    """And taken up again. What kind of end it was is one of a closed list, so no canary stands in it."""
    case, by = world.cast.case("Ana"), world.user_id("Cleo")
    note, why = world.word("ana.case.closing.note"), world.word("ana.case.closing.why")
    row = close_case(db.session(), case, kind=Closed.STOPPED_BY_ONE, note=note, by=by, at=world.at)
    db.session.flush()
    reopen_case(db.session(), case, why=why, by=by, at=world.at)
    world.keep("the closing of Ana's case", row)


def _corrected(world: World) -> None:
    """What Ben was called before; only somebody who looks at his own record finds it."""
    ben = world.cast.seat("Ben")
    row = Correction(
        case_id=ben.case_id, participant_id=ben.id, field="full_name", made_at=world.at, made_by=world.user_id("Cleo"),
        before=world.word("ben.corrected.before"), after=ben.full_name, reason=world.word("ben.corrected.why"),
    )  # fmt: skip
    db.session.add(row)
    world.keep("what was corrected of Ben", row)


def _cover(world: World) -> None:
    """Arranged for later: until then it gives Fay nothing of the case."""
    begins = world.at + timedelta(days=30)
    (row,) = hand_over(
        db.session(), [world.cast.case("Ana")], world.cast.user("Fay"), begins_at=begins, ends_at=begins + timedelta(days=7),
        by=world.user_id("Cleo"), at=world.at,
    )  # fmt: skip
    world.keep("the cover of Ana's case", row)


def _planned(world: World) -> None:
    """To come: one of both, one of Ben alone; and one of each that came to nothing, with the reason."""
    case, by, ben = world.cast.case("Ana"), world.user_id("Cleo"), world.cast.seats["Ben"]
    for number, (who, title) in enumerate(((None, "both"), (ben, "Ben alone")), start=1):
        for is_off in (False, True):
            row = plan_session(
                db.session(), case, with_one=who, begins_at=world.at + timedelta(days=number), minutes=50, medium=Medium.VIDEO,
                by=by, at=world.at,
            )  # fmt: skip
            if is_off:
                row.cancel(reason=world.word("ben.planned.off" if who else "ana.case.planned.off"), by=by, at=world.at)
            world.keep(f"a session {'called off' if is_off else 'to come'}, {title}", row)


def _hold(world: World) -> None:
    held = world.cast.assign("Ben", "rough-hour-plan", by="Cleo")
    db.session.flush()
    held.hold(why=world.word("ben.hold.why"), by=world.user_id("Cleo"), at=world.at)
    assert held.state == AssignmentState.HELD
    world.keep("Ben's held homework", held)
