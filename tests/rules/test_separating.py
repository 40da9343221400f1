"""Separation, in one act: what two people did together is over, what each did alone goes on."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from cast import Cast

from clinic import access, reporting
from clinic.access import Viewer
from clinic.db import db
from clinic.models import (
    Answer,
    Assignment,
    AssignmentState,
    AuditEntry,
    Case,
    Exchange,
    JointDecision,
    JointDraft,
    JointForm,
    JointVersion,
    Medium,
    NotAllowedNow,
    Noticed,
    Reveal,
    RevealedAnswer,
    Schedule,
    Sharing,
    Task,
    TaskState,
)
from clinic.models.agreeing import CLOSED, decide, keep_draft, open_for_both, put_version, raise_due_reviews
from clinic.models.drafting import in_hand, reopen
from clinic.models.exchanges import begin_exchange, next_round
from clinic.models.holding import hold_what_waits
from clinic.models.homework import assign
from clinic.models.joint import Became, Decision
from clinic.models.notes import record_encounter
from clinic.models.releases import release_report
from clinic.models.revealing import open_group
from clinic.models.reveals import Place, notice
from clinic.models.running import open_due_runs
from clinic.models.safety import clear_joint_work, require_joint_work, why_affection_is_closed, why_joint_work_is_closed
from clinic.models.schedules import Every, ScheduleState, begin_schedule
from clinic.models.sending import share, worksheet_of
from clinic.models.separating import is_void, separate
from clinic.models.setbacks import record_setback
from clinic.models.tasks import TaskKind, raise_task
from clinic.models.upkeep import RECHECK, raise_rechecks
from clinic.sealing import Subject
from forms import Given, library
from reports.progress import Audience

SENTENCE = "The two were separated on March 2, 2026."
RULE = {"pause_rule": Given({"terms": "We stop and sit down.", "review_on": "2026-04-01", "until": ""})}


@dataclass
class Life:
    """Ana and Ben, with something of everything that two people do together; Cleo is their counselor."""

    cast: Cast
    shared: uuid.UUID
    reveal: uuid.UUID
    rule: uuid.UUID

    @property
    def case(self) -> Case:
        return self.cast.case("Ana")

    @property
    def by(self) -> uuid.UUID:
        return self.cast.users["Cleo"]

    @property
    def at(self) -> Any:
        return self.cast.clock()

    def separate(self) -> None:
        self.cast.clock.pass_by(minutes=1)
        separate(db.session(), self.case, why="She has moved out.", by=self.by, at=self.at)
        db.session.commit()
        self.cast.clock.pass_by(minutes=1)

    def viewer(self, name: str) -> Viewer:
        return Viewer.of(self.cast.user(name))

    def sees(self, name: str, model: Any) -> list[Any]:
        return access.rows_of(self.viewer(name), model, model.case_id == self.case.id)

    def the_others(self, name: str) -> list[Answer]:
        return [answer for answer in self.sees(name, Answer) if answer.participant_id != self.cast.seats[name]]


def sent(cast: Cast, name: str, worksheet: str, text: str) -> Assignment:
    row = cast.assign(name, worksheet, by="Cleo")
    db.session.flush()
    texts = ("short_text", "long_text")
    cast.send(row, {one.id: Given(text) for one in worksheet_of(row).items if one.kind in texts}, by=cast.users[name])
    db.session.flush()
    return row


def put(life: Life, form: JointForm, name: str) -> JointVersion:
    seat, by = life.cast.seat(name), life.cast.users[name]
    keep_draft(db.session(), form, seat, RULE, known=0, at=life.at)
    return put_version(
        db.session(), form, seat, typed_name=name, after=len(form.versions), day=life.at.date(), by=by, at=life.at
    )


def sign(life: Life, form: JointForm, name: str, decision: Decision = Decision.SIGNED) -> None:
    seat, by = life.cast.seat(name), life.cast.users[name]
    decide(
        db.session(), form, form.versions[-1], decision, participant=seat, typed_name=name, day=life.at.date(), by=by, at=life.at
    )


@pytest.fixture
def life(cast: Cast) -> Life:
    session, case, by = db.session(), cast.case("Ana"), cast.users["Cleo"]
    soon = cast.clock().date() + timedelta(days=9)
    clear_joint_work(session, case, reason="Spoke with each.", recheck_on=soon, by=by, at=cast.clock())
    cast.clock.pass_by(minutes=1)
    for name, text in (("Ana", "zeppelin"), ("Ben", "walrus")):
        homework = sent(cast, name, "hopes", text)
        of_it = {one.item_id: one for one in db.session.query(Answer).filter_by(assignment_id=homework.id)}
        share(session, of_it["how_i_react"], by=cast.users[name], at=cast.clock())
    shared = of_it["how_i_react"].id
    session.flush()
    reveal = open_group(session, case, "hopes", place=Place.IN_SESSION, by=by, at=cast.clock())
    session.flush()
    notice(session, reveal, cast.seat("Ana"), "We both speak of mornings.", by=cast.users["Ana"], at=cast.clock())
    rule = open_for_both(session, case, library.worksheet("pause-rule"), by=by, at=cast.clock())
    session.flush()
    made = Life(cast, shared, reveal.id, rule.id)
    put(made, rule, "Ana")
    sign(made, rule, "Ben")
    session.commit()
    return made


# --- what one may see of the other ----------------------------------------------------------------------------------------


def test_neither_sees_an_answer_of_the_other_any_more_and_each_keeps_their_own(life: Life) -> None:
    assert all(life.the_others(name) for name in ("Ana", "Ben"))
    own = {name: {one.id for one in life.sees(name, Answer) if one not in life.the_others(name)} for name in ("Ana", "Ben")}
    life.separate()
    for name in ("Ana", "Ben"):
        assert not life.the_others(name)
        assert {one.id for one in life.sees(name, Answer)} == own[name] != set()
        assert not life.sees(name, Reveal)
        assert not life.sees(name, RevealedAnswer)


def test_the_scopes_ask_the_case_so_a_row_that_was_missed_shows_nothing(life: Life) -> None:
    life.separate()
    for sharing in db.session.query(Sharing):
        sharing.withdrawn_at = None
    db.session.commit()
    assert not life.the_others("Ana")
    shown = [answer for answer, _, _ in db.session.execute(access.shown_for(life.viewer("Ben"), life.case))]
    assert {answer.participant_id for answer in shown} == {life.cast.seats["Ben"]}, "what he meant to show is his to see"


def test_each_keeps_what_they_noticed_and_the_counselor_keeps_all(life: Life) -> None:
    before = {model: len(life.sees("Cleo", model)) for model in (Answer, Reveal, RevealedAnswer, Noticed, JointForm, JointVersion)}
    life.separate()
    assert [one.text for one in life.sees("Ana", Noticed)] == ["We both speak of mornings."]
    assert not life.sees("Ben", Noticed)
    assert {model: len(life.sees("Cleo", model)) for model in before} == before
    assert all(before.values())


def test_every_sharing_is_withdrawn_and_none_can_be_made(life: Life) -> None:
    life.separate()
    rows = db.session.query(Sharing).all()
    assert rows
    assert all(one.withdrawn_at for one in rows)
    with pytest.raises(NotAllowedNow, match="between you and your counselor"):
        share(db.session(), db.session.get_one(Answer, life.shared), by=life.cast.users["Ben"], at=life.at)


def test_a_reply_is_read_without_the_lines_that_it_replies_to(life: Life) -> None:
    cast, session = life.cast, db.session()
    asked = cast.assign("Ana", "acts-that-help", by="Cleo")
    session.flush()
    cast.send(asked, {"small_acts": Given(["Call me at walrus o'clock"])}, by=cast.users["Ana"])
    session.flush()
    open_group(session, life.case, "small_acts", place=Place.IN_SESSION, by=life.by, at=life.at)
    reply = cast.assign("Ben", "acts-i-can-do", by="Cleo")
    session.flush()
    item = worksheet_of(reply).items[0].id
    row = {"of": "Call me at walrus o'clock", "choice": worksheet_of(reply).items[0].choices[0].id, "text": "Gladly."}
    cast.send(reply, {item: Given({"rows": [row]})}, by=cast.users["Ben"])
    session.commit()
    assert in_hand(session, reply).given(item).value == {"rows": [row]}
    life.separate()
    assert in_hand(session, reply).given(item).value == {"rows": [{**row, "of": ""}]}
    reopen(session, reply, device=None, at=life.at)
    hand = in_hand(session, reply)
    assert "walrus" not in repr((hand.givens, hand.sent, hand.aside))
    assert db.session.query(Answer).filter_by(assignment_id=reply.id).one().given["value"] == {"rows": [row]}


# --- joint forms ----------------------------------------------------------------------------------------------------------


def test_what_both_signed_stays_to_be_read_by_both_and_nothing_of_it_can_be_pressed(life: Life) -> None:
    life.separate()
    form = db.session.get_one(JointForm, life.rule)
    for name in ("Ana", "Ben"):
        assert [one.id for one in life.sees(name, JointForm)] == [life.rule]
        assert len(life.sees(name, JointVersion)) == 1
        assert len(life.sees(name, JointDecision)) == 2
    assert form.what_became_of(form.versions[0], life.at.date()) is Became.KEPT
    assert form.in_force is form.on_the_table is None
    for act in (
        lambda: form.end(by=life.by, at=life.at),
        lambda: put(life, form, "Ana"),
        lambda: sign(life, form, "Ben", Decision.DECLINED),
        lambda: form.put(
            {}, proposed_by=life.cast.seat("Ana"), signers=2, until=None, review_on=None, typed_name="A", by=life.by, at=life.at
        ),
    ):  # fmt: skip
        with pytest.raises(NotAllowedNow):
            act()


def test_what_only_one_has_signed_and_what_nobody_has_put_is_there_for_neither(life: Life) -> None:
    session, cast = db.session(), life.cast
    rule = session.get_one(JointForm, life.rule)
    put(life, rule, "Ana")
    habits = open_for_both(session, life.case, library.worksheet("shared-goals"), by=life.by, at=life.at)
    session.flush()
    keep_draft(session, habits, cast.seat("Ben"), {"goals": Given([{"goal": "A walk."}])}, known=0, at=life.at)
    session.commit()
    assert len(life.sees("Ben", JointVersion)) == 2
    assert life.sees("Ben", JointDraft)
    life.separate()
    for name in ("Ana", "Ben"):
        assert [one.id for one in life.sees(name, JointForm)] == [life.rule]
        assert [one.number for one in life.sees(name, JointVersion)] == [1]
        assert {one.version_id for one in life.sees(name, JointDecision)} == {rule.versions[0].id}
        assert not life.sees(name, JointDraft)
    assert [rule.what_became_of(one, life.at.date()) for one in rule.versions] == [Became.KEPT, Became.LEFT]
    with pytest.raises(NotAllowedNow, match=CLOSED):
        sign(life, rule, "Ben")
    with pytest.raises(NotAllowedNow, match=CLOSED):
        keep_draft(session, habits, cast.seat("Ben"), {"goals": Given([{"goal": "Two."}])}, known=1, at=life.at)


def test_an_agreement_that_had_ended_has_ended(life: Life) -> None:
    form = db.session.get_one(JointForm, life.rule)
    form.end(by=life.cast.users["Ben"], at=life.at)
    life.separate()
    assert form.what_became_of(form.versions[0], life.at.date()) is Became.ENDED
    assert life.sees("Ana", JointVersion)


# --- what stops -----------------------------------------------------------------------------------------------------------


def test_joint_work_is_closed_for_good_with_the_day(life: Life) -> None:
    life.separate()
    session, case = db.session(), life.case
    assert why_joint_work_is_closed(session, case, at=life.at) == why_affection_is_closed(session, case, at=life.at) == [SENTENCE]
    acts = (
        lambda: require_joint_work(session, case, at=life.at),
        lambda: clear_joint_work(session, case, reason="x", recheck_on=life.at.date() + timedelta(days=9), by=life.by, at=life.at),
        lambda: open_group(session, case, "hopes", place=Place.FROM_HOME, by=life.by, at=life.at),
        lambda: open_for_both(session, case, library.worksheet("pause-rule"), by=life.by, at=life.at),
        lambda: begin_exchange(session, case, "what-i-hear", life.cast.seat("Ben"), by=life.by, at=life.at),
        lambda: release_report(
            session, case_id=case.id, kind="progress", audience="joint", participant_id=None, period=(None, None), pdf=b"",
            by=life.by, at=life.at,
        ),
        lambda: record_setback(
            session, case, participant_id=None, happened_on=life.at.date(), text="x", reopened=[], by=life.by, at=life.at
        ),
    )  # fmt: skip
    for act in acts:
        with pytest.raises(NotAllowedNow, match=SENTENCE):
            act()


def test_exchanges_end_and_their_unsent_sheets_are_taken_back(life: Life) -> None:
    exchange = begin_exchange(db.session(), life.case, "what-i-hear", life.cast.seat("Ben"), by=life.by, at=life.at)
    db.session.flush()
    said, rated = (db.session.get_one(Assignment, id) for id in (exchange.rounds[0].saying_id, exchange.rounds[0].rating_id))
    assert (said.state, rated.state) == (AssignmentState.OPEN, AssignmentState.HELD)
    life.separate()
    assert db.session.query(Exchange).one().ended_at is not None
    assert (said.state, rated.state) == (AssignmentState.WITHDRAWN, AssignmentState.WITHDRAWN)
    with pytest.raises(NotAllowedNow, match=SENTENCE):
        next_round(db.session(), exchange, by=life.by, at=life.at)


def test_homework_that_would_wait_for_ever_is_taken_back_and_other_homework_stays(life: Life) -> None:
    rows = {name: life.cast.assign("Ana", name, by="Cleo") for name in ("how-close-you-came", "warmth-i-welcome", "hurt-account")}
    for row in rows.values():
        hold_what_waits(db.session(), row, by=life.by, at=life.at)
    rows["paced"] = life.cast.assign("Ana", "one-sentence", by="Cleo")
    db.session.flush()
    rows["warmth-i-welcome"].hold(why="Planned for May.", by=life.by, at=life.at)
    rows["paced"].hold(why="Not this week.", by=life.by, at=life.at)
    life.separate()
    assert {name: row.state for name, row in rows.items()} == {
        "how-close-you-came": "withdrawn", "warmth-i-welcome": "withdrawn", "hurt-account": "open", "paced": "held",
    }  # fmt: skip


def test_schedules_of_joint_work_end_and_ones_own_go_on(life: Life) -> None:
    for worksheet in ("one-good-thing", "daily-care"):
        sheet = library.worksheet(worksheet)
        begin_schedule(
            db.session(), life.cast.seat("Ana"), kind="worksheet", content_id=sheet.id, content_version=sheet.version,
            module_id=sheet.module, every=Every.DAY, interval=1, when="", zone="America/New_York", starts_on=life.at.date(),
            ends_on=None, by=life.by, at=life.at,
        )  # fmt: skip
    life.separate()
    states = {row.content_id: row.state for row in db.session.query(Schedule)}
    assert states == {"one-good-thing": ScheduleState.ENDED, "daily-care": ScheduleState.ACTIVE}
    assert open_due_runs(db.session(), at=life.at) == 1


def test_reviews_of_agreements_and_re_checks_are_done_and_none_comes_later(life: Life) -> None:
    life.cast.clock.pass_by(days=40)
    assert raise_due_reviews(db.session(), at=life.at) == raise_rechecks(db.session(), at=life.at) == 1
    own = raise_task(
        db.session(), case_id=life.case.id, participant_id=None, kind=TaskKind.OWN, title="Call", by=life.by, at=life.at
    )  # fmt: skip
    db.session.flush()
    life.separate()
    done = {task.title: task.done_what for task in db.session.query(Task) if task.state == TaskState.DONE}
    assert done[RECHECK] == "The case was separated."
    assert done["Review date of an agreement: Our pause rule"] == "The case was separated."
    assert own.state == TaskState.OPEN


def test_no_review_falls_due_in_a_separated_case(life: Life) -> None:
    life.separate()
    life.cast.clock.pass_by(days=40)
    assert raise_due_reviews(db.session(), at=life.at) == raise_rechecks(db.session(), at=life.at) == 0


def test_no_report_for_both_is_made_and_a_persons_own_and_the_counselors_are(life: Life) -> None:
    life.separate()
    settings = life.cast.app.extensions["settings"]

    def made(audience: Audience, person: uuid.UUID | None = None) -> Any:
        asked = reporting.Request(audience, person)
        return reporting.progress(life.case, asked, maker=life.viewer("Cleo"), at=life.at, settings=settings)

    with pytest.raises(NotAllowedNow, match=SENTENCE):
        made(Audience.JOINT)
    own = made(Audience.PERSON, life.cast.seats["Ana"])
    assert "walrus" not in repr(own)
    assert not own.agreements
    assert made(Audience.COUNSELOR).homework
    assert not access.rows_of(Viewer.both(life.case), JointForm)


# --- what goes on ---------------------------------------------------------------------------------------------------------


def test_each_works_alone_from_then_on_in_the_version_that_was_given(life: Life) -> None:
    row = sent(life.cast, "Ana", "hurt-account", "kestrel")
    version, before = row.content_version, worksheet_of(row).introduction
    life.separate()
    assert not life.case.works_together
    assert row.content_version == version
    assert [one.id for one in worksheet_of(row).items] == [one.id for one in library.worksheet("hurt-account", version).items]
    joint = library.worksheet("pause-rule")
    new = assign(
        db.session(), life.cast.seat("Ben"), kind="worksheet", content_id=joint.id, content_version=joint.version,
        module_id=joint.module, by=life.by, at=life.at,
    )  # fmt: skip
    assert worksheet_of(new).introduction == joint.solo != before
    assert hold_what_waits(db.session(), new, by=life.by, at=life.at) == []


def test_a_joint_session_may_still_be_recorded(life: Life) -> None:
    life.separate()
    both = {person.id for person in life.case.participants}
    row = record_encounter(
        db.session(), life.case, attendees=both, began_at=life.at, minutes=50, medium=Medium.VIDEO, by=life.by, at=life.at
    )
    assert row.is_joint


def test_a_release_that_was_signed_before_is_void(life: Life) -> None:
    assert not is_void(life.case, life.at)
    before = life.at
    life.separate()
    assert is_void(life.case, before)
    assert not is_void(life.case, life.at)


def test_it_is_done_once_with_a_reason_and_only_where_two_work_together(life: Life) -> None:
    with pytest.raises(NotAllowedNow, match="Write why"):
        separate(db.session(), life.case, why=" ", by=life.by, at=life.at)
    assert life.case.separated_at is None
    life.separate()
    with pytest.raises(NotAllowedNow, match=SENTENCE):
        separate(db.session(), life.case, why="Again.", by=life.by, at=life.at)
    alone = life.cast.case("Dot")
    alone.participants[1].capacity = "collateral"
    with pytest.raises(NotAllowedNow, match="no two people"):
        separate(db.session(), alone, why="x", by=life.by, at=life.at)


def test_it_is_on_record_once_and_the_reason_is_sealed_with_the_record(life: Life) -> None:
    life.separate()
    entries = db.session.query(AuditEntry).filter_by(event="case_separated").all()
    assert [(one.about_id, one.actor_id, one.details) for one in entries] == [(life.case.id, life.by, {})]
    assert life.case.separated_why == "She has moved out."
    assert life.case.sealed_for() == Subject(life.case.id, "record")
