"""A correction keeps what was before, is followed by what depends on it, and never comes on top of another unseen."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from cast import Browser, Cast

from clinic.db import db
from clinic.models import Correction, SignIn
from clinic.models.corrections import change_address, correct_names
from clinic.models.opening import AddressTaken, invite

Opened = Callable[[str], Browser]


def text(page: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.decode()))


def test_a_name_is_corrected_and_the_label_and_the_other_page_follow(cast: Cast) -> None:
    ana, ben = cast.seat("Ana"), cast.seat("Ben")
    ben.calls_other = "Ana"
    names = {"full_name": "Anna Full-Ana", "preferred_name": "Anna", "pronouns": "she/her"}
    correct_names(db.session(), ana, names, by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    assert (ana.case.label, ben.calls_other, cast.user("Ana").name) == ("Anna & Ben", "Anna", "Anna")
    kept = {(row.participant_id, row.field): (row.before, row.after) for row in db.session.query(Correction)}
    assert kept[cast.seats["Ana"], "preferred_name"] == ("Ana", "Anna")
    assert kept[cast.seats["Ben"], "calls_other"] == ("Ana", "Anna")
    ben.calls_other = "my wife"
    correct_names(db.session(), ana, {**names, "preferred_name": "Ann"}, by=cast.users["Cleo"], at=cast.clock())
    assert ben.calls_other == "my wife", "a word that was chosen stays"


def test_an_address_is_changed_links_end_and_devices_stay(cast: Cast, browser: Opened) -> None:
    here, index, by = browser("Ana"), cast.app.extensions["keyring"].blind_index, cast.users["Cleo"]
    token = invite(db.session(), cast.user("Ana"), valid_for=timedelta(days=9), by=None, at=cast.clock())
    with pytest.raises(AddressTaken):
        change_address(db.session(), cast.seat("Ana"), "Ben@home.example", blind_index=index, by=by, at=cast.clock())
    change_address(db.session(), cast.seat("Ana"), "anna@home.example", blind_index=index, by=by, at=cast.clock())
    db.session.commit()
    assert browser("").get(f"/invitation/{token}").status_code != 200
    assert here.get("/my/").status_code == 200
    assert db.session.query(SignIn).filter_by(user_id=cast.users["Ana"], ended_at=None).count() == 1
    db.session.rollback()
    assert browser("").sign_in("anna@home.example").status_code == 302
    assert browser("").sign_in("ana@home.example").status_code != 302


@pytest.mark.parametrize(
    ("act", "typed"),
    [
        ("side", {"side": "both", "reason": "it was both"}),
        ("words", {"calls_other": "my husband", "calls_event": "what happened"}),
        ("names", {"full_name": "Anna Full-Ana", "preferred_name": "Anna", "pronouns": ""}),
        ("address", {"email": "anna@home.example"}),
    ],
)
def test_a_correction_on_top_of_another_shows_both_first(cast: Cast, browser: Opened, act: str, typed: dict[str, str]) -> None:
    cleo, person = browser("Cleo"), f"/practice/participants/{cast.seats['Ana']}"
    path = f"{person}/{act}"
    assert cleo.post(path, {**typed, "version": "1"}).status_code == 303
    stale = cleo.post(path, {**typed, "version": "1"})
    assert stale.status_code == 409 and "What is on record now:" in text(stale.data)
    assert all(value in stale.get_data(as_text=True) for value in typed.values())
    assert 'name="version" value="2"' in stale.get_data(as_text=True), "saved again, it is saved"
    page = text(cleo.get(person).data)
    assert "What was corrected" in page and "→" in page


def test_a_safe_contact_or_a_due_day_on_top_of_another_shows_both_first(cast: Cast, browser: Opened) -> None:
    sheet = cast.assign("Ana", "hopes", by="Cleo")
    id = sheet.id
    db.session.commit()
    cleo, path = browser("Cleo"), f"/practice/participants/{cast.seats['Ana']}/contact"
    known = cleo.get(path).get_data(as_text=True).split('name="known" value="')[1].split('"')[0]
    typed = {"channels": ["phone"], "safe_hours": "mornings", "may_leave_message": "no", "known": known}
    cast.clock.pass_by(minutes=1)
    assert cleo.post(path, typed).status_code == 303
    stale = cleo.post(path, {**typed, "safe_hours": "noon"})
    assert stale.status_code == 409 and "Phone call; mornings; no message may be left" in text(stale.data)
    assert 'value="noon"' in stale.get_data(as_text=True)
    page = f"/practice/homework/{id}"
    assert cleo.post(f"{page}/due", {"due_on": "2026-04-01", "known": ""}, form_at=page).status_code == 303
    stale = cleo.post(f"{page}/due", {"due_on": "2026-05-01", "known": ""}, form_at=page)
    assert stale.status_code == 409 and "it is April 1, 2026 now" in text(stale.data) and b'value="2026-05-01"' in stale.data
