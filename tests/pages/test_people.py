"""One person of a case: words, side, safe contact, and the link that is theirs alone."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest
from cast import PASSWORD, Browser, Cast, Clock
from conftest import SETTINGS, settings_in
from flask import Flask

from clinic.db import db
from clinic.models import AuditEntry, Participant, SafeContact, User

Opened = Callable[[str], Browser]


@pytest.fixture
def newcomer(cast: Cast) -> Cast:
    """Ida and Jon have not been invited yet."""
    cast.add_pair("Ida", "Jon", clinician="Cleo")
    for name in ("Ida", "Jon"):
        cast.user(name).password_hash = None
    db.session.commit()
    return cast


def at(cast: Cast, name: str, act: str = "") -> str:
    return f"/practice/participants/{cast.seats[name]}{act}"


def invite(cast: Cast, cleo: Browser, name: str) -> bytes:
    shown = cleo.post(at(cast, name, "/invitation"), form_at=at(cast, name))
    assert shown.status_code == 200
    return shown.data


def link_in(page: bytes) -> str:
    return re.findall(r"<code>http://localhost(/invitation/[\w-]+)</code>", page.decode())[0]


def fresh(cast: Cast, name: str) -> Participant:
    db.session.rollback()
    db.session.expire_all()
    return cast.seat(name)


def test_the_page_says_what_is_known_and_nothing_of_when_the_person_came(cast: Cast, browser: Opened) -> None:
    browser("Ana")
    cast.clock.pass_by(days=3)
    page = browser("Cleo").get(at(cast, "Ana")).data.decode()
    for words in ("Ana Full-Ana", "they/them", "Was hurt", "MyBen", "weekdays 9 to 12", "ana@home.example", "has signed up"):
        assert words in page
    assert cast.seat("Ana").code in page
    assert "Ben Full-Ben" not in page and "last seen" not in page.lower() and "signed in" not in page.lower()


def test_a_side_is_corrected_with_a_reason_that_is_kept(cast: Cast, browser: Opened) -> None:
    cleo, place = browser("Cleo"), at(cast, "Ben", "/side")
    refused = cleo.post(place, {"side": "both", "reason": " "})
    assert refused.status_code == 400 and b'id="reason-error"' in refused.data
    assert re.search(rb'value="both" checked', refused.data)
    assert cleo.post(place, {"side": "both", "reason": "Both told of an act of their own."}).status_code == 303
    assert fresh(cast, "Ben").side == "both"
    entry = db.session.query(AuditEntry).filter_by(event="side_corrected").one()
    assert entry.details == {"before": "involved", "after": "both", "reason": "Both told of an act of their own."}


def test_words_are_changed_and_the_change_is_noted_without_them(cast: Cast, browser: Opened) -> None:
    cleo, place = browser("Cleo"), at(cast, "Ana", "/words")
    assert b'value="MyBen"' in cleo.get(place).data
    assert cleo.post(place, {"calls_other": "", "calls_event": "x" * 90}).status_code == 400
    assert cleo.post(place, {"calls_other": "Benno", "calls_event": "that summer"}).status_code == 303
    assert (fresh(cast, "Ana").calls_other, cast.seat("Ana").calls_event) == ("Benno", "that summer")
    assert db.session.query(AuditEntry).filter_by(event="words_changed").one().details == {}


def test_safe_contact_is_recorded_anew_and_asked_again_after_sixty_days(cast: Cast, browser: Opened) -> None:
    cleo = browser("Cleo")
    assert b"Ask again" not in cleo.get(at(cast, "Ana")).data
    cast.clock.pass_by(days=61)
    cleo = browser("Cleo")
    assert b"Ask again" in cleo.get(at(cast, "Ana")).data
    form = cleo.get(at(cast, "Ana", "/contact")).data
    assert b'value="email" checked' in form and b'value="weekdays 9 to 12"' in form
    sent = {"channels": ["phone"], "safe_hours": "", "may_leave_message": "yes"}
    assert cleo.post(at(cast, "Ana", "/contact"), sent).status_code == 303
    page = cleo.get(at(cast, "Ana")).data
    assert b"Ask again" not in page and b"Phone call" in page and b"weekdays" not in page
    assert db.session.query(SafeContact).filter_by(participant_id=cast.seats["Ana"]).count() == 2


def test_an_invitation_is_one_link_with_its_code_and_its_end(newcomer: Cast, browser: Opened) -> None:
    cleo = browser("Cleo")
    assert b"no link that works" in cleo.get(at(newcomer, "Ida")).data
    page = invite(newcomer, cleo, "Ida")
    assert b"until March 9, 2026" in page and b"Each person gets a link of their own" in page
    picture = re.findall(r'<img src="(data:image/svg\+xml[^"]+)"', page.decode())[0]
    assert "<svg" in unquote(picture)
    assert b"Jon" not in page
    assert b"invited</span> until March 9, 2026" in cleo.get(at(newcomer, "Ida")).data
    assert b"invited</span>" not in cleo.get(at(newcomer, "Jon")).data


def test_the_link_lets_its_person_in_and_no_one_twice(newcomer: Cast, browser: Opened) -> None:
    link = link_in(invite(newcomer, browser("Cleo"), "Ida"))
    ida, other = Browser(newcomer.app), Browser(newcomer.app)
    chosen = {"password": PASSWORD, "password_again": PASSWORD}
    assert ida.post(link, chosen).status_code == 302
    assert ida.get("/my/").status_code == 200
    assert other.get(link).status_code != 200
    assert b"has signed up" in browser("Cleo").get(at(newcomer, "Ida")).data


def test_a_new_link_ends_the_one_before_and_only_that_persons(newcomer: Cast, browser: Opened) -> None:
    cleo = browser("Cleo")
    old, of_jon = link_in(invite(newcomer, cleo, "Ida")), link_in(invite(newcomer, cleo, "Jon"))
    new = link_in(invite(newcomer, cleo, "Ida"))
    nobody = Browser(newcomer.app)
    assert old != new
    assert nobody.get(old).status_code != 200
    assert nobody.get(new).status_code == nobody.get(of_jon).status_code == 200


def test_a_link_that_ran_out_is_no_invitation_any_more(newcomer: Cast, browser: Opened) -> None:
    invite(newcomer, browser("Cleo"), "Ida")
    newcomer.clock.pass_by(days=8)
    assert b"no link that works" in browser("Cleo").get(at(newcomer, "Ida")).data


def test_nobody_is_invited_before_crisis_lines_are_named(cast_practice: tuple[Path, Cast], tmp_path: Path, clock: Clock) -> None:
    import shutil

    from clinic import create_app

    shutil.copytree(cast_practice[0], tmp_path / "practice")
    settings = settings_in(tmp_path / "practice", practice={**SETTINGS["practice"], "crisis_lines": []})
    cleo = Browser(create_app(settings, clock=clock))
    cleo.sign_in("cleo@practice.example")
    place = f"/practice/participants/{cast_practice[1].seats['Ana']}"
    page = cleo.get(place).data
    assert b"no crisis lines" in page and b"/invitation" not in page
    refused = cleo.post(f"{place}/invitation", form_at=place)
    assert refused.status_code == 409 and b"no crisis lines" in refused.data and b"<code>" not in refused.data


def test_an_address_is_entered_for_a_person_without_one(cast: Cast, browser: Opened) -> None:
    cast.seat("Ben").user_id = None
    db.session.commit()
    cleo, place = browser("Cleo"), at(cast, "Ben", "/login")
    assert cleo.post(at(cast, "Ben", "/invitation"), form_at=at(cast, "Ben")).status_code == 409
    for wrong in ("", "no address", "ana@home.example", "x@\0.example"):
        refused = cleo.post(place, {"email": wrong})
        assert refused.status_code == 400 and b'id="email-error"' in refused.data
    assert fresh(cast, "Ben").user_id is None
    assert cleo.post(place, {"email": "ben.new@home.example"}).status_code == 303
    user = db.session.get_one(User, fresh(cast, "Ben").user_id)
    assert user.email == "ben.new@home.example" and user.password_hash is None
    db.session.rollback()
    assert cleo.get(place).status_code == 409


ACTS = ["", "/side", "/words", "/contact", "/login", "/invitation"]


@pytest.mark.parametrize("name", ["Fay", "Max", "Ben"])
@pytest.mark.parametrize("act", ACTS)
def test_another_finds_what_anyone_finds_where_nobody_is(cast: Cast, browser: Opened, name: str, act: str) -> None:
    page = browser(name)
    method = "GET" if act == "" else "POST"
    token = {"csrf_token": page.token("/"), "side": "both", "reason": "x"} if act else None
    answers = [
        page.open(f"/practice/participants/{id}{act}", method=method, data=token) for id in (cast.seats["Ana"], uuid.uuid4())
    ]
    bodies = [re.sub(rb'(nonce|value|content)="[^"]*"', b"", answer.data) for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert bodies[0] == bodies[1]
    assert fresh(cast, "Ana").side == "hurt"


def test_the_administrators_link_has_a_code_too(app: Flask, cast: Cast, browser: Opened) -> None:
    page = browser("Max")
    assert page.post(f"/admin/staff/{cast.users['Cleo']}/link", form_at="/admin/").status_code == 409  # she has a password
    cast.user("Fay").password_hash = None
    db.session.commit()
    shown = page.post(f"/admin/staff/{cast.users['Fay']}/link", form_at="/admin/")
    assert b'src="data:image/svg+xml' in shown.data and b"March 9, 2026" in shown.data
    link_in(shown.data)
