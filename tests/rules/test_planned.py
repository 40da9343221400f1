"""A planned session is its people's own, tells the other nothing, and ends in one of three ways; its note is like any other."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from cast import Cast

from clinic import access
from clinic.access import Viewer
from clinic.db import db
from clinic.models import Medium, NotAllowedNow, PlannedEncounter
from clinic.models.encounters import record_encounter
from clinic.models.planned import plan_session, settle_with
from clinic.models.reminding import next_session
from clinic.models.separating import separate
from tests.rules.test_reminders import MORNING, Mailbox, contact

TUESDAY_NEXT = datetime(2026, 3, 10, 19, 0, tzinfo=UTC)  # 3 pm in New York


def planned(cast: Cast, who: str | None = None, begins: datetime = TUESDAY_NEXT, **more: object) -> PlannedEncounter:
    row = plan_session(
        db.session(), cast.case("Ana"), with_one=cast.seats[who] if who else None, begins_at=begins, minutes=50,
        medium=Medium.VIDEO, by=cast.users["Cleo"], at=cast.clock(), **more,
    )  # fmt: skip
    db.session.commit()
    return row


def seen_by(cast: Cast, name: str) -> list[uuid.UUID]:
    return [row.id for row in access.rows_of(Viewer.of(cast.user(name)), PlannedEncounter)]


def test_a_session_of_both_is_seen_by_both_and_one_persons_by_that_person_alone(cast: Cast) -> None:
    both, own = planned(cast), planned(cast, "Ben", TUESDAY_NEXT + timedelta(days=1))
    assert seen_by(cast, "Ana") == [both.id]
    assert set(seen_by(cast, "Ben")) == set(seen_by(cast, "Cleo")) == {both.id, own.id}
    for name in ("Dot", "Fay", "Max"):
        assert seen_by(cast, name) == []
    assert not access.rows_of(Viewer.both(cast.case("Ana")), PlannedEncounter)


def test_what_is_cancelled_missed_or_held_is_no_longer_to_come(cast: Cast) -> None:
    cancelled, missed, held = planned(cast), planned(cast, "Ana"), planned(cast, "Ben")
    by = cast.users["Cleo"]
    cancelled.cancel(reason="the road is closed", by=by, at=cast.clock())
    with pytest.raises(NotAllowedNow, match="still to come"):
        missed.miss(reason="", by=by, at=cast.clock())
    at = cast.clock.at = TUESDAY_NEXT + timedelta(hours=1)
    missed.miss(reason="", by=by, at=at)
    seats = {cast.seats["Ben"]}
    met = record_encounter(
        db.session(), cast.case("Ana"), attendees=seats, began_at=TUESDAY_NEXT, minutes=50, medium=Medium.VIDEO, by=by, at=at
    )
    db.session.flush()
    settle_with(met, at=at)
    assert held.encounter_id == met.id
    assert seen_by(cast, "Ana") == seen_by(cast, "Ben") == []
    for row in (cancelled, missed, held):
        with pytest.raises(NotAllowedNow):
            row.cancel(reason="", by=by, at=at)


def test_that_one_of_two_came_alone_settles_nothing_of_both(cast: Cast) -> None:
    both, at = planned(cast), TUESDAY_NEXT + timedelta(hours=1)
    met = record_encounter(
        db.session(), cast.case("Ana"), attendees={cast.seats["Ben"]}, began_at=TUESDAY_NEXT - timedelta(hours=1), minutes=50,
        medium=Medium.VIDEO, by=cast.users["Cleo"], at=at,
    )  # fmt: skip
    db.session.flush()
    settle_with(met, at=at)
    assert both.is_planned


def test_the_button_pressed_twice_plans_one_and_an_hour_that_has_passed_none(cast: Cast) -> None:
    key = uuid.uuid4()
    assert planned(cast, submission_key=key).id == planned(cast, submission_key=key).id
    with pytest.raises(NotAllowedNow, match="has passed"):
        planned(cast, begins=cast.clock() - timedelta(minutes=1))
    row = planned(cast)
    row.move(begins_at=TUESDAY_NEXT + timedelta(days=2), minutes=80, medium=Medium.PHONE, by=cast.users["Cleo"], at=cast.clock())
    assert (row.version, row.minutes) == (2, 80)


def test_when_the_two_are_separated_what_both_were_to_come_to_is_cancelled(cast: Cast) -> None:
    both, own = planned(cast), planned(cast, "Ana")
    separate(db.session(), cast.case("Ana"), why="They parted.", by=cast.users["Cleo"], at=cast.clock())
    assert not both.is_planned and own.is_planned
    with pytest.raises(NotAllowedNow, match="one of them"):
        planned(cast)


# --- notes ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def mail(cast: Cast) -> Mailbox:
    cast.clock.at = MORNING
    return Mailbox(cast)


def test_each_gets_a_note_by_their_own_hours_once_and_it_is_like_any_other(cast: Cast, mail: Mailbox) -> None:
    contact(cast, "Ben", ["email"], "weekdays 1 to 3")
    planned(cast)
    assert mail.round() == 0, "a week before"
    cast.clock.at = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)  # 10 in the morning of that day
    assert (mail.round(), len(mail.to("Ana"))) == (1, 1)
    cast.clock.at = datetime(2026, 3, 10, 17, 30, tzinfo=UTC)
    assert (mail.round(), len(mail.to("Ben"))) == (1, 1)
    assert mail.round() == 0
    said = mail.letters[0].get_content().lower()
    assert "session" not in said and "waiting for you" in said


def test_a_session_of_one_writes_to_that_one_alone(cast: Cast, mail: Mailbox) -> None:
    planned(cast, "Ben")
    cast.clock.at = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
    mail.round()
    assert mail.to("Ben") and not mail.to("Ana")
    assert next_session(db.session(), cast.seats["Ana"], at=cast.clock()) is None


def test_before_a_day_without_a_safe_hour_the_note_goes_earlier_and_after_a_cancellation_not_at_all(
    cast: Cast, mail: Mailbox
) -> None:
    monday = datetime(2026, 3, 9, 13, 0, tzinfo=UTC)  # 9 in the morning, when Ana's safe hours only begin
    row = planned(cast, begins=monday)
    cast.clock.at = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)  # the Friday before
    assert mail.round() == 2
    cast.clock.pass_by(days=10)
    later = planned(cast, begins=cast.clock() + timedelta(hours=2))
    later.cancel(reason="", by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    assert mail.round() == 0 and row.is_planned
