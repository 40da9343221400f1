"""What opening side by side binds, whom it needs, and what it lets begin."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cast import Cast

from clinic.db import db
from clinic.models import Assignment, AssignmentState, NotAllowedNow, Side
from clinic.models.exchanges import PAIRS, begin_exchange, next_round
from clinic.models.groups import group_of, groups_in
from clinic.models.holding import hold_what_waits
from clinic.models.revealing import followed_answers, open_group, standing
from clinic.models.reveals import Place
from clinic.models.safety import clear_joint_work
from forms import Given, library


@pytest.fixture(autouse=True)
def joint_work_is_clear(cast: Cast) -> None:
    clear_joint_work(
        db.session(), cast.case("Ana"), reason="Spoke with each.", recheck_on=(cast.clock() + timedelta(days=90)).date(),
        by=cast.users["Cleo"], at=cast.clock(),
    )  # fmt: skip
    cast.clock.pass_by(minutes=1)


def give(cast: Cast, name: str, worksheet: str) -> Assignment:
    row = cast.assign(name, worksheet, by="Cleo")
    hold_what_waits(db.session(), row, by=cast.users["Cleo"], at=cast.clock())
    return row


def send(cast: Cast, name: str, worksheet: str, text: str = "heron") -> Assignment:
    row = give(cast, name, worksheet)
    cast.send(row, {item.id: Given(text) for item in library.worksheet(worksheet).items}, by=cast.users[name])
    db.session.flush()
    return row


def open_it(cast: Cast, group: str) -> None:
    cast.clock.pass_by(minutes=1)
    open_group(db.session(), cast.case("Ana"), group, place=Place.IN_SESSION, by=cast.users["Cleo"], at=cast.clock())
    cast.clock.pass_by(minutes=1)


def test_every_group_of_the_library_can_be_opened_in_some_tie() -> None:
    sheets = [sheet for module in library.modules for sheet in library.worksheets_of(module.id)]
    carried = {item.reveal_group for sheet in sheets for item in sheet.items}
    known = {group.name for tie in ("partner", "friend", "family") for group in groups_in(tie)}
    assert carried - {""} == known


def test_what_each_writes_needs_both_and_what_one_side_writes_needs_that_side(cast: Cast) -> None:
    case, session = cast.case("Ana"), db.session()
    both = ["Ana", "Ben"]
    authors = {"hopes": both, "what_i_hear": ["Ben"], "what_it_may_be_like": ["Ana"], "that_time": both}
    for name, needed in authors.items():
        group = group_of("partner", name)
        assert group is not None
        assert [person.preferred_name for person in standing(session, case, group).authors] == needed


def test_where_the_sides_say_nothing_whoever_was_given_it_has_to_send(cast: Cast) -> None:
    group = group_of("partner", "what_i_hear")
    assert group is not None
    for name in ("Ana", "Ben"):
        cast.seat(name).side = Side.BOTH.value
    assert not standing(db.session(), cast.case("Ana"), group).authors
    give(cast, "Ana", "what-i-hear")
    db.session.flush()
    assert [one.preferred_name for one in standing(db.session(), cast.case("Ana"), group).missing] == ["Ana"]


def test_returned_and_withdrawn_homework_is_not_opened(cast: Cast) -> None:
    send(cast, "Ana", "hopes")
    row = send(cast, "Ben", "hopes")
    for act in (row.give_back, row.withdraw):
        act(by=cast.users["Cleo"], at=cast.clock())
        db.session.flush()
        with pytest.raises(NotAllowedNow, match="Not everyone"):
            open_it(cast, "hopes")


def test_given_again_it_is_opened_again_and_the_first_opening_stays(cast: Cast) -> None:
    group = group_of("partner", "hopes")
    assert group is not None
    for _ in range(2):
        send(cast, "Ana", "hopes")
        send(cast, "Ben", "hopes")
        open_it(cast, "hopes")
        with pytest.raises(NotAllowedNow, match="open already"):
            open_it(cast, "hopes")
    stands = standing(db.session(), cast.case("Ana"), group)
    assert len(stands.opened) == 2
    assert not {one.answer_id for one in stands.opened[0].revealed} & {one.answer_id for one in stands.opened[1].revealed}


def test_what_follows_is_held_until_its_source_is_open_and_again_after_it_was_answered(cast: Cast) -> None:
    rating = give(cast, "Ana", "how-close-you-came")
    for text in ("a heron", "an owl"):
        assert rating.state == AssignmentState.HELD
        send(cast, "Ben", "what-i-hear", text)
        open_it(cast, "what_i_hear")
        assert rating.state == AssignmentState.OPEN
        followed = followed_answers(db.session(), rating, at=cast.clock())
        assert {Given.from_json(answer.given).value for answer in followed.values()} == {text}
        cast.send(rating, {"close_feeling": Given(2)}, by=cast.users["Ana"])
        cast.clock.pass_by(minutes=1)
        rating = give(cast, "Ana", "how-close-you-came")


def test_a_hold_of_the_counselors_own_outlasts_the_opening(cast: Cast) -> None:
    send(cast, "Ben", "what-i-hear")
    open_it(cast, "what_i_hear")
    rating = give(cast, "Ana", "how-close-you-came")
    rating.hold(why="Not this week.", by=cast.users["Cleo"], at=cast.clock())
    send(cast, "Ben", "what-i-hear", "an owl")
    open_it(cast, "what_i_hear")
    assert rating.state == AssignmentState.HELD


def test_an_exchange_runs_once_at_a_time_and_a_round_waits_for_the_last(cast: Cast) -> None:
    case, by = cast.case("Ana"), cast.users["Cleo"]
    for saying, sayer in zip(PAIRS, ("Ben", "Ana"), strict=True):
        exchange = begin_exchange(db.session(), case, saying, cast.seat(sayer), by=by, at=cast.clock())
        with pytest.raises(NotAllowedNow, match="running already"):
            begin_exchange(db.session(), case, saying, cast.seat(sayer), by=by, at=cast.clock())
        with pytest.raises(NotAllowedNow, match="Open the answers"):
            next_round(db.session(), exchange, by=by, at=cast.clock())
        exchange.end(by=by, at=cast.clock())
        with pytest.raises(NotAllowedNow, match="ended"):
            next_round(db.session(), exchange, by=by, at=cast.clock())
