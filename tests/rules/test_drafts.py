"""What was typed and not sent: kept answer by answer, and both texts when two devices wrote."""

from __future__ import annotations

import uuid

import pytest
from cast import Cast

from clinic.db import db
from clinic.models import Assignment, Draft, NotAllowedNow
from clinic.models.drafting import (
    AlreadySent,
    TwoVersions,
    drop_other,
    in_hand,
    keep,
    known_marks,
    leave_as_sent,
    mark,
    reopen,
    require_one_version,
    use_other,
)
from forms import Given

PHONE, TABLET = uuid.uuid4(), uuid.uuid4()
TEXT = "what_happened"


@pytest.fixture
def homework(cast: Cast) -> Assignment:
    row = cast.assign("Ana", "hurt-account", by="Cleo")
    db.session.commit()
    return row


def write(cast: Cast, homework: Assignment, text: str, *, device: uuid.UUID = PHONE, knew: str | None = None) -> frozenset[str]:
    """Save one text. ``knew``: what the device had last seen; without it, what stands now."""
    before = in_hand(db.session(), homework).given(TEXT) if knew is None else Given(knew)
    both = keep(db.session(), homework, {TEXT: Given(text)}, known={TEXT: mark(before)}, device=device, at=cast.clock())
    db.session.commit()
    return both


def standing(homework: Assignment) -> object:
    return in_hand(db.session(), homework).given(TEXT).value


def aside(homework: Assignment) -> list[object]:
    return [given.value for given in in_hand(db.session(), homework).aside.get(TEXT, ())]


def test_each_save_counts_and_names_its_device(cast: Cast, homework: Assignment) -> None:
    write(cast, homework, "One.")
    write(cast, homework, "One. Two.")
    row = db.session.query(Draft).one()
    assert (row.revision, row.sign_in_id, row.participant_id) == (2, PHONE, homework.participant_id)
    assert standing(homework) == "One. Two."


def test_what_was_not_touched_is_not_written(cast: Cast, homework: Assignment) -> None:
    keep(db.session(), homework, {TEXT: Given()}, known={TEXT: "0"}, device=PHONE, at=cast.clock())
    assert db.session.query(Draft).count() == 0


def test_a_save_that_knew_of_the_last_one_overwrites_it(cast: Cast, homework: Assignment) -> None:
    write(cast, homework, "From the phone.")
    assert not write(cast, homework, "From the tablet, after reading it.", device=TABLET)
    assert (standing(homework), aside(homework)) == ("From the tablet, after reading it.", [])


def test_a_save_that_did_not_know_of_the_last_one_keeps_both(cast: Cast, homework: Assignment) -> None:
    write(cast, homework, "From the phone.")
    assert write(cast, homework, "From the tablet.", device=TABLET, knew="") == {TEXT}
    assert (standing(homework), aside(homework)) == ("From the tablet.", ["From the phone."])


def test_a_text_that_holds_the_other_one_is_not_a_second_version(cast: Cast, homework: Assignment) -> None:
    write(cast, homework, "One.")
    assert not write(cast, homework, "One. Two.", device=TABLET, knew="")
    assert (standing(homework), aside(homework)) == ("One. Two.", [])


def test_an_untouched_box_on_an_old_page_overwrites_nothing(cast: Cast, homework: Assignment) -> None:
    write(cast, homework, "Written on the phone.")
    assert not write(cast, homework, "", device=TABLET, knew="")
    assert standing(homework) == "Written on the phone."


def test_two_devices_that_go_on_writing_lose_nothing_and_pile_nothing_up(cast: Cast, homework: Assignment) -> None:
    write(cast, homework, "Phone a")
    write(cast, homework, "Tablet a", device=TABLET, knew="")
    write(cast, homework, "Phone a b", knew="Phone a")
    write(cast, homework, "Tablet a b", device=TABLET, knew="Tablet a")
    assert standing(homework) == "Tablet a b"
    assert aside(homework) == ["Phone a b"]


def test_two_ticks_on_two_devices_are_both_kept_and_on_one_device_the_last_one_counts(cast: Cast) -> None:
    homework = cast.assign("Ana", "weekly-distress", by="Cleo")
    for device, number in ((PHONE, 3), (PHONE, 4), (TABLET, 7)):
        keep(db.session(), homework, {"distress": Given(number)}, known={"distress": "0"}, device=device, at=cast.clock())
    hand = in_hand(db.session(), homework)
    assert hand.given("distress").value == 7
    assert [given.value for given in hand.aside["distress"]] == [4]


def test_the_author_chooses_between_the_versions(cast: Cast, homework: Assignment) -> None:
    write(cast, homework, "Phone")
    write(cast, homework, "Tablet", device=TABLET, knew="")
    with pytest.raises(TwoVersions):
        require_one_version(in_hand(db.session(), homework))
    use_other(db.session(), homework, TEXT, 0, device=TABLET, at=cast.clock())
    db.session.commit()
    assert (standing(homework), aside(homework)) == ("Phone", ["Tablet"])
    drop_other(db.session(), homework, TEXT, 0)
    drop_other(db.session(), homework, TEXT, 0)  # tapped twice
    db.session.commit()
    require_one_version(in_hand(db.session(), homework))
    assert (standing(homework), aside(homework)) == ("Phone", [])


def test_marks_tell_answers_apart_and_a_page_without_any_knew_nothing(cast: Cast, homework: Assignment) -> None:
    assert mark(Given()) == mark(Given("  ")) == "0"
    assert mark(Given(0)) != mark(Given()) != mark(Given(None, "rather_not"))
    write(cast, homework, "x")
    marks = in_hand(db.session(), homework).marks([TEXT, "other"])
    assert known_marks([TEXT, "other"], marks) == {TEXT: mark(Given("x")), "other": "0"}
    assert known_marks([TEXT, "other"], "") == {TEXT: ""}


def test_sending_clears_the_drafts_and_nothing_is_saved_after_it(cast: Cast, homework: Assignment) -> None:
    write(cast, homework, "Done.")
    cast.send(homework, {TEXT: Given("Done.")}, by=cast.users["Ana"])
    db.session.commit()
    assert db.session.query(Draft).count() == 0
    with pytest.raises(AlreadySent):
        write(cast, homework, "A late save of an old page", knew="Done.")
    assert standing(homework) == "Done."


def test_sent_homework_opens_again_with_its_answers_until_it_is_reviewed(cast: Cast, homework: Assignment) -> None:
    cast.send(homework, {TEXT: Given("First.")}, by=cast.users["Ana"])
    first_key = in_hand(db.session(), homework).submission_key
    for _ in range(2):
        reopen(db.session(), homework, device=PHONE, at=cast.clock())
    write(cast, homework, "First, changed.")
    assert in_hand(db.session(), homework).submission_key == first_key
    leave_as_sent(db.session(), homework)
    db.session.commit()
    assert standing(homework) == "First."
    homework.mark_reviewed(by=cast.users["Cleo"], at=cast.clock())
    with pytest.raises(NotAllowedNow, match="can no longer be changed"):
        reopen(db.session(), homework, device=PHONE, at=cast.clock())


def test_returned_homework_opens_with_what_was_sent(cast: Cast, homework: Assignment) -> None:
    cast.send(homework, {TEXT: Given("First.")}, by=cast.users["Ana"])
    homework.give_back(by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    hand = in_hand(db.session(), homework)
    assert (hand.given(TEXT).value, hand.is_begun) == ("First.", False)
    write(cast, homework, "Second.")
    leave_as_sent(db.session(), homework)  # it waits for an answer: nothing to leave
    assert standing(homework) == "Second."


def test_the_key_stays_the_same_until_something_was_sent(cast: Cast, homework: Assignment) -> None:
    key = in_hand(db.session(), homework).submission_key
    write(cast, homework, "x")
    assert in_hand(db.session(), homework).submission_key == key
    cast.send(homework, {TEXT: Given("x")}, by=cast.users["Ana"])
    assert in_hand(db.session(), homework).submission_key != key
