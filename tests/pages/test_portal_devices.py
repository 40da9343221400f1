"""A person's own sign-ins and password, and the page that says what these pages are."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from cast import PASSWORD, Browser, Cast
from paper import words

from clinic.db import db
from clinic.models import SignIn

Opened = Callable[[str], Browser]
NEW = "eleven quiet boats at noon"
CHANGE = {"current_password": PASSWORD, "password": NEW, "password_again": NEW}


def devices(browser: Browser) -> list[str]:
    return re.findall(r"/my/devices/([0-9a-f-]{36})/end", browser.get("/my/devices").get_data(as_text=True))


def test_ones_own_devices_are_listed_and_this_one_is_marked(browser: Opened) -> None:
    ana, _, _ = browser("Ana"), browser("Ana"), browser("Ben")
    assert len(devices(ana)) == 2
    assert words(ana.get("/my/devices")).count("This one") == 1
    assert "Signed in since March 2, 2026, 10:00 AM" in words(ana.get("/my/devices"))


def test_a_sign_in_that_ran_out_is_not_listed(cast: Cast, browser: Opened) -> None:
    browser("Ana")
    cast.clock.pass_by(minutes=20)
    assert len(devices(browser("Ana"))) == 1


def test_one_device_is_signed_out_from_another(browser: Opened) -> None:
    phone, tablet = browser("Ana"), browser("Ana")
    this, other = devices(phone)
    assert phone.post(f"/my/devices/{other}/end", form_at="/my/").status_code == 303
    assert tablet.get("/my/").status_code == 302
    assert phone.get("/my/").status_code == 200
    assert phone.post(f"/my/devices/{this}/end", form_at="/my/").headers["Location"] == "/sign-in"
    assert phone.get("/my/").status_code == 302


def test_signing_out_everywhere_else_leaves_this_one(browser: Opened) -> None:
    phone, tablet, laptop = browser("Ana"), browser("Ana"), browser("Ana")
    phone.post("/my/devices/others/end", form_at="/my/")
    assert [page.get("/my/").status_code for page in (phone, tablet, laptop)] == [200, 302, 302]


def test_anyone_elses_sign_in_is_the_same_as_none(cast: Cast, browser: Opened) -> None:
    ana, ben = browser("Ana"), browser("Ben")
    theirs = db.session.query(SignIn).filter_by(user_id=cast.users["Ana"], ended_at=None).first()
    assert theirs is not None
    replies = [ben.post(f"/my/devices/{id}/end", form_at="/my/") for id in (theirs.id, uuid.uuid4(), "x")]
    assert {reply.status_code for reply in replies} == {404}
    assert ana.get("/my/").status_code == 200


def test_a_new_password_needs_the_old_one_and_ends_the_other_sign_ins(browser: Opened) -> None:
    phone, tablet = browser("Ana"), browser("Ana")
    wrong = phone.post("/my/password", CHANGE | {"current_password": "not this one at all"})
    assert wrong.status_code == 400
    assert "This is not your current password." in words(wrong)
    assert tablet.get("/my/").status_code == 200
    assert phone.post("/my/password", CHANGE).headers["Location"] == "/my/devices"
    assert (phone.get("/my/").status_code, tablet.get("/my/").status_code) == (200, 302)
    fresh = browser("")
    assert fresh.sign_in("ana@home.example").status_code == 400
    assert fresh.sign_in("ana@home.example", NEW).status_code == 302


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"password": "short", "password_again": "short"}, "at least 12"),
        ({"password": NEW, "password_again": NEW + "x"}, "The two passwords differ"),
        ({"password": PASSWORD, "password_again": PASSWORD}, "the password that you have now"),
        ({"password": "MyBen MyBen MyBen", "password_again": "MyBen MyBen MyBen"}, "name"),
        ({"password": "with a \0 in the middle", "password_again": "with a \0 in the middle"}, ""),
        ({"current_password": ""}, "Write your current password."),
    ],
)
def test_a_password_that_will_not_do_is_refused_in_a_sentence(browser: Opened, typed: dict[str, str], sentence: str) -> None:
    reply = browser("Ana").post("/my/password", CHANGE | typed)
    assert reply.status_code == 400
    assert sentence.lower() in words(reply).lower()
    assert browser("").sign_in("ana@home.example").status_code == 302


def test_guessing_the_current_password_slows_down_and_the_sign_in_does_not(cast: Cast, browser: Opened) -> None:
    ana = browser("Ana")
    for guess in range(5):
        ana.post("/my/password", CHANGE | {"current_password": f"a guess number {guess}"})
    slowed = ana.post("/my/password", CHANGE)
    assert slowed.status_code == 400
    assert "Wait" in words(slowed)
    assert browser("").sign_in("ana@home.example").status_code == 302
    cast.clock.pass_by(minutes=1)
    assert ana.post("/my/password", CHANGE).status_code == 303


def test_the_page_about_these_pages_says_what_they_cannot_do(browser: Opened) -> None:
    said = words(browser("Ana").get("/my/about"))
    for promised in (
        "What these pages cannot protect you from", "watches the screen", "A password that someone else knows",
        "Escape key three times", "How to clear messages", "Test Crisis Line",
        "MyBen sees an answer only if you choose to show that one.",
    ):  # fmt: skip
        assert promised in said


PLACES = ("", "about", "devices", "password", "shared", "showing", "documents/consent")


@pytest.mark.parametrize("path", [f"/my/{place}" for place in PLACES])
def test_titles_and_addresses_are_neutral(browser: Opened, path: str) -> None:
    page = browser("Ana").get(path)
    title = page.get_data(as_text=True).partition("<title>")[2].partition("</title>")[0]
    assert title in ("My pages", "About these pages")
    assert page.headers["Cache-Control"] == "no-store"
