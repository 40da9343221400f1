"""How long a sign-in lives, and what ends it: always on the server, so that an old cookie opens nothing."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

import pytest
from cast import PASSWORD, Browser, Cast, Clock
from flask import Flask

from clinic.db import db
from clinic.models import AuditEntry, SignIn
from clinic.models.people import token_hash

Opened = Callable[[str], Browser]
PAGE = {"Ana": "/my/", "Cleo": "/practice/library", "Max": "/admin/"}


def cookie(browser: Browser) -> str:
    found = browser.client.get_cookie("id")
    assert found is not None
    return found.value


def is_in(browser: Browser, name: str = "Ana") -> bool:
    return browser.get(PAGE[name]).status_code == 200


def with_cookie(app: Flask, value: str) -> Browser:
    made = Browser(app)
    made.client.set_cookie("id", value)
    return made


@pytest.mark.parametrize(("name", "minutes"), [("Ana", 15), ("Cleo", 30), ("Max", 30)])
def test_a_sign_in_ends_after_a_while_without_a_click(browser: Opened, clock: Clock, name: str, minutes: int) -> None:
    page = browser(name)
    for _ in range(3):  # each click begins the while again
        clock.pass_by(minutes=minutes, seconds=-1)
        assert is_in(page, name)
    clock.pass_by(minutes=minutes)
    assert not is_in(page, name)


@pytest.mark.parametrize(("name", "hours"), [("Ana", 8), ("Cleo", 12), ("Max", 12)])
def test_a_sign_in_ends_after_a_day_of_clicks(browser: Opened, clock: Clock, name: str, hours: int) -> None:
    page = browser(name)
    for _ in range(hours * 6 - 1):
        clock.pass_by(minutes=10)
        assert page.get("/").location != "/sign-in"
    clock.pass_by(minutes=10)
    assert page.get("/").location == "/sign-in"


def test_a_clock_that_goes_back_ends_nothing_and_opens_nothing(browser: Opened, clock: Clock) -> None:
    page = browser("Ana")
    clock.pass_by(hours=-2)
    assert is_in(page)
    clock.pass_by(hours=2, minutes=15)
    assert not is_in(page)


def test_signing_in_changes_the_cookie_and_a_planted_one_is_worth_nothing(app: Flask) -> None:
    planted = secrets.token_urlsafe(32)
    ana = with_cookie(app, planted)
    assert ana.sign_in("ana@home.example").status_code == 302
    assert cookie(ana) != planted
    assert is_in(ana)
    assert not is_in(with_cookie(app, planted))


@pytest.mark.parametrize("value", ["", "x", "x" * 43 + "=", "../" * 20, '"quoted"', "é" * 43, "0" * 4000])
def test_a_cookie_of_another_make_is_replaced(app: Flask, value: str) -> None:
    stranger = with_cookie(app, value)
    assert stranger.get("/sign-in").status_code == 200
    assert re.fullmatch(r"[\w-]{43}", cookie(stranger))


@pytest.mark.parametrize("ending", ["/sign-out", "/leave"])
def test_the_old_cookie_is_dead_after_signing_out_and_after_the_exit(app: Flask, browser: Opened, ending: str) -> None:
    ana = browser("Ana")
    old = cookie(ana)
    reply = ana.post(ending, form_at="/my/")
    assert reply.status_code == 303
    assert reply.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert cookie(ana) != old
    assert not is_in(ana)
    assert not is_in(with_cookie(app, old))


def test_the_exit_needs_no_fresh_page_and_no_sign_in(app: Flask, browser: Opened) -> None:
    assert browser("Ana").client.post("/leave").location == "/kitchen"
    assert browser("").client.post("/leave").location == "/kitchen"
    page = browser("").get("/kitchen").get_data(as_text=True)
    assert "Kitchen measures" in page
    assert not re.search("sign in|exit|kintsugi|counsel", page.partition("<body")[2], re.IGNORECASE)


def test_opening_the_exit_by_get_ends_nothing(browser: Opened) -> None:
    ana = browser("Ana")
    assert ana.get("/leave").location == "/kitchen"
    assert is_in(ana)


def test_signing_in_as_another_ends_what_was_there(app: Flask, browser: Opened) -> None:
    ana = browser("Ana")
    old = cookie(ana)
    token = ana.token("/my/")
    ana.open("/sign-in", method="POST", data={"csrf_token": token, "email": "ben@home.example", "password": PASSWORD})
    assert not is_in(with_cookie(app, old))


def test_a_new_password_signs_out_everywhere_else(browser: Opened) -> None:
    here, there, elsewhere = browser("Ana"), browser("Ana"), browser("Ben")
    new = "forty quiet otters at noon"
    fields = {"current_password": PASSWORD, "password": new, "password_again": new}
    assert here.post("/my/password", fields).status_code == 303
    assert is_in(here)
    assert not is_in(there)
    assert is_in(elsewhere)


def test_signing_out_everywhere_else_leaves_this_device(browser: Opened) -> None:
    here, there, others = browser("Ana"), browser("Ana"), browser("Ben")
    assert here.post("/my/devices/others/end", form_at="/my/devices").status_code == 303
    assert is_in(here)
    assert not is_in(there)
    assert is_in(others)


@pytest.mark.parametrize("name", ["Ana", "Cleo", "Max"])
def test_anyone_can_sign_out_everywhere_at_once(app: Flask, browser: Opened, name: str) -> None:
    here, there, others = browser(name), browser(name), browser("Ben")
    old = cookie(here)
    assert here.post("/sign-out/everywhere", form_at=PAGE[name]).location == "/sign-in"
    for one in (here, there, with_cookie(app, old)):
        assert not is_in(one, name)
    assert is_in(others)
    assert browser("").post("/sign-out/everywhere", form_at="/sign-in").location == "/sign-in"


def test_one_device_can_be_signed_out_from_another_but_only_by_its_owner(app: Flask, browser: Opened, cast: Cast) -> None:
    here, there, ben = browser("Ana"), browser("Ana"), browser("Ben")
    with app.app_context():
        row = db.session.query(SignIn).filter_by(hashed=token_hash(cookie(there))).one().id
    assert ben.post(f"/my/devices/{row}/end", form_at="/my/devices").status_code == 404
    assert is_in(there)
    assert here.post(f"/my/devices/{row}/end", form_at="/my/devices").status_code == 303
    assert not is_in(there)
    assert is_in(here)


def test_taking_access_away_works_with_the_next_click(browser: Opened, cast: Cast) -> None:
    cleo, chief = browser("Cleo"), browser("Max")
    path = f"/admin/staff/{cast.users['Cleo']}/access"
    chief.post(path, form_at="/admin/")
    assert not is_in(cleo, "Cleo")
    assert browser("").sign_in("cleo@practice.example").status_code == 400
    chief.post(path, form_at="/admin/")
    assert not is_in(cleo, "Cleo")  # what was ended stays ended
    assert is_in(browser("Cleo"), "Cleo")


def test_the_database_holds_digests_and_the_audit_every_ending(app: Flask, browser: Opened) -> None:
    ana = browser("Ana")
    token = cookie(ana)
    ana.post("/leave", form_at="/my/")
    with app.app_context():
        row = db.session.query(SignIn).filter_by(hashed=token_hash(token)).one()
        assert row.ended_at is not None
        events = [entry.event for entry in db.session.query(AuditEntry).filter_by(about_id=row.id).order_by(AuditEntry.seq)]
    assert events == ["signed_in", "left_at_once"]


def test_the_cookie_is_strict_and_says_nothing(app: Flask, cast_settings: Callable[..., Flask]) -> None:
    for made, name, secure in ((app, "id", False), (cast_settings(public_url="https://a.example"), "__Host-id", True)):
        sent = Browser(made).get("/sign-in").headers.getlist("Set-Cookie")
        assert len(sent) == 1
        parts = sent[0].split("; ")
        assert parts[0].startswith(f"{name}=")
        assert {"Path=/", "HttpOnly", "SameSite=Lax"} <= set(parts)
        assert ("Secure" in parts) == secure
        assert not [part for part in parts if part.startswith(("Domain", "Expires", "Max-Age"))]


@pytest.fixture
def cast_settings(cast_practice: tuple[object, Cast], tmp_path: object) -> Callable[..., Flask]:
    """The cast's practice once more, with other settings of the web."""
    import shutil
    from pathlib import Path

    from clinic import create_app
    from clinic.config import Settings

    def made(**web: object) -> Flask:
        folder = Path(str(tmp_path)) / "other"
        shutil.copytree(str(cast_practice[0]), folder)
        practice = {"name": "Test Practice", "time_zone": "America/New_York"}
        return create_app(Settings.from_mapping({"practice": practice, "storage": {"folder": "data"}, "web": web}, folder))

    return made
