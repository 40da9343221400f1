"""What is put to both: answers side by side, exchanges, joint forms and what the two make of them, separation; and the worker."""

from __future__ import annotations

import random
from datetime import timedelta

from cast import Clock

from clinic.db import db
from clinic.jobs import tick, work
from clinic.models import Assignment, AssignmentState, Exchange, JointForm, Participant
from clinic.models.agreeing import decide, draft_of, joint_worksheets, keep_draft, number_of_newest, open_for_both, put_version
from clinic.models.agreeing import worksheet_of as asked_by_form
from clinic.models.exchanges import PAIRS, begin_exchange, next_round, sayers
from clinic.models.groups import Group, group_of
from clinic.models.holding import hold_what_waits
from clinic.models.joint import Decision
from clinic.models.revealing import open_group, standing
from clinic.models.reveals import Place
from clinic.models.separating import separate
from tests.privacy.two_worlds.acts import NOTHING, Whose, act
from tests.privacy.two_worlds.answers import ready_to_put, words
from tests.privacy.two_worlds.life import OPEN, SENT, Life
from tests.privacy.two_worlds.of_counselor import the_counselor_clears_joint_work
from tests.privacy.two_worlds.of_either import open_forms

LONG_ENOUGH = timedelta(days=25)
OFTEN = (
    "hopes", "limits_needed", "outside_contact", "boundaries", "pace", "hard_dates", "small_acts", "acts_i_can_do", "acts_today",
    "that_time", "honest_this_week",
)  # fmt: skip


# --- side by side -------------------------------------------------------------------------------------------------------------


@act(Whose.COUNSELOR, weight=3)
def the_counselor_gives_both_what_goes_side_by_side(life: Life, draw: random.Random) -> str:
    group = _group(life, draw)
    given = {person.preferred_name: _give(life, person, group) for person in _authors(life, group)}
    return f"{group.name}: {given.get('Ana') or 'nothing new'} for Ana"


@act(Whose.COUNSELOR, weight=5)
def the_counselor_has_both_answer_and_opens_it(life: Life, draw: random.Random) -> str:
    """In a session: whoever has not sent sends there and then. Ben writes what he would have written at home."""
    group = _group(life, draw)
    if draw.random() < 0.6:
        the_counselor_clears_joint_work(life, draw)
    for person in _authors(life, group):
        _give(life, person, group)
        row, name = _to_open(life, person, group), person.preferred_name or ""
        if row is not None and (row.state in OPEN or (name == "Ben" and row.state == AssignmentState.SUBMITTED)):
            own = draw if name == "Ana" else random.Random(f"{life.seed} {life.world} {row.id}")
            life.send(name, row, life.filled(row, own))
    life.clock.pass_by(minutes=10)
    open_group(db.session(), life.case, group.name, place=Place.IN_SESSION, by=life.cleo, at=life.at)
    return group.name


@act(Whose.COUNSELOR, weight=1)
def the_counselor_opens_what_is_there(life: Life, draw: random.Random) -> str:
    """From home: whether Ben has sent is his, so that this is possible in one world only now and then."""
    group = _group(life, draw)
    open_group(db.session(), life.case, group.name, place=Place.FROM_HOME, by=life.cleo, at=life.at)
    return group.name


def _group(life: Life, draw: random.Random) -> Group:
    """One that a running exchange needs, or any."""
    running = life.rows(Exchange, Exchange.case_id == life.case.id, Exchange.ended_at.is_(None))
    needed = [name.replace("-", "_") for one in running for name in (one.saying, one.rating)]
    name = draw.choice(needed) if needed and draw.random() < 0.7 else draw.choice(OFTEN)
    group = group_of("partner", name)
    assert group is not None, name
    return group


def _authors(life: Life, group: Group) -> list[Participant]:
    stands = standing(db.session(), life.case, group)
    return sorted(stands.authors, key=lambda person: person.seat)


def _to_open(life: Life, person: Participant, group: Group) -> Assignment | None:
    """The newest that was not opened yet."""
    sheets = {sheet.id for sheet in group.worksheets}
    rows = [row for row in life.homework(person.preferred_name or "") if row.content_id in sheets and not life.was_opened(row)]
    rows = [row for row in rows if row.state in (*OPEN, *SENT, AssignmentState.HELD)]
    return rows[-1] if rows else None


def _give(life: Life, person: Participant, group: Group) -> str:
    if _to_open(life, person, group) is not None:
        return ""
    sheet = next(sheet for sheet in group.worksheets if person.takes(sheet.answered_by))
    row = life.give(person.preferred_name or "", sheet.id)
    why = hold_what_waits(db.session(), row, by=life.cleo, at=life.at)
    return f"{sheet.id}{', held' if why else ''}"


# --- exchanges ----------------------------------------------------------------------------------------------------------------


@act(Whose.COUNSELOR, weight=2)
def the_counselor_begins_an_exchange(life: Life, draw: random.Random) -> str:
    saying = draw.choice(sorted(PAIRS))
    sayer = draw.choice(sorted(sayers(life.case, saying), key=lambda one: one.seat) or [life.seat("Ana")])
    begin_exchange(db.session(), life.case, saying, sayer, by=life.cleo, at=life.at)
    return f"{saying}, said by {sayer.preferred_name}"


@act(Whose.COUNSELOR, weight=2)
def the_counselor_goes_on_with_an_exchange(life: Life, draw: random.Random) -> str:
    running = life.rows(Exchange, Exchange.case_id == life.case.id, Exchange.ended_at.is_(None))
    if not running:
        return NOTHING
    exchange = draw.choice(running)
    if draw.random() < 0.3:
        exchange.end(by=life.cleo, at=life.at)
        return f"{exchange.saying}: ends it"
    next_round(db.session(), exchange, by=life.cleo, at=life.at)
    return f"{exchange.saying}: the next round"


# --- joint forms --------------------------------------------------------------------------------------------------------------


@act(Whose.COUNSELOR, weight=4)
def the_counselor_opens_a_joint_form(life: Life, draw: random.Random) -> str:
    if draw.random() < 0.6:
        the_counselor_clears_joint_work(life, draw)
        life.clock.pass_by(minutes=1)
    sheet = draw.choice(joint_worksheets("partner"))
    open_for_both(db.session(), life.case, sheet, by=life.cleo, at=life.at)
    return sheet.id


def _puts(life: Life, draw: random.Random, name: str) -> str:
    """Their own words, whole, over whatever they had in draft; then to the other."""
    forms = open_forms(life)
    if not forms:
        return NOTHING
    form, seat = draw.choice(forms), life.seat(name)
    before, day = draft_of(db.session(), form, seat), life.at.date()
    said = ready_to_put(asked_by_form(form, life.case.relation), draw, day=day)
    keep_draft(db.session(), form, seat, said, known=before.revision if before else 0, at=life.at)
    db.session.flush()
    after = number_of_newest(form)
    version = put_version(db.session(), form, seat, typed_name=name, after=after, day=day, by=life.by(name), at=life.at)
    return f"{form.worksheet_id}, version {version.number}"


def _answers(life: Life, draw: random.Random, name: str) -> str:
    seat = life.seat(name)
    forms = [one for one in open_forms(life) if one.on_the_table and one.on_the_table.decision_of(seat.id) is None]
    if not forms:
        return NOTHING
    form, decision = draw.choice(forms), draw.choice([Decision.SIGNED, Decision.SIGNED, Decision.DECLINED])
    version, day = form.on_the_table, life.at.date()
    assert version is not None
    decide(
        db.session(), form, version, decision, participant=seat, typed_name=name, day=day, by=life.by(name), at=life.at
    )  # fmt: skip
    return f"{form.worksheet_id}: {decision.value}"


def _ends(life: Life, draw: random.Random, name: str) -> str:
    forms = [form for form in open_forms(life) if form.versions]
    if not forms:
        return NOTHING
    form: JointForm = draw.choice(forms)
    form.end(by=life.by(name), at=life.at)
    return form.worksheet_id


for _name, _whose in (("Ana", Whose.ANA), ("Ben", Whose.SEEN)):
    for _verb, _do, _weight in (("puts_a_version", _puts, 3), ("answers_a_version", _answers, 3), ("ends_an_agreement", _ends, 1)):

        def _by(life: Life, draw: random.Random, do: object = _do, name: str = _name) -> str:
            return do(life, draw, name)  # type: ignore[operator]

        _by.__name__ = f"{_name}_{_verb}"
        act(_whose, weight=_weight)(_by)


@act(Whose.COUNSELOR, weight=1)
def the_counselor_ends_an_agreement(life: Life, draw: random.Random) -> str:
    return _ends(life, draw, "Cleo")


# --- the rest -----------------------------------------------------------------------------------------------------------------


@act(Whose.COUNSELOR, weight=1)
def the_counselor_separates_the_two(life: Life, draw: random.Random) -> str:
    """Not at once: what they did together before is what it has to end."""
    if life.at - Clock.at < LONG_ENOUGH:
        return NOTHING
    separate(db.session(), life.case, why=words(draw), by=life.cleo, at=life.at)
    return "for good"


@act(Whose.COUNSELOR, weight=6, hangs_on=Life.opens_by_itself)
def the_worker_does_what_is_due(life: Life, draw: random.Random) -> str:
    bench = life.bench()
    tick(bench)
    work(bench)
    return f"on {life.at:%d %B}"
