"""One-time links: who they let in, once and in time; and which passwords they take."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from cast import PASSWORD, Browser, Cast, Clock
from flask import Flask
from werkzeug.test import TestResponse

from clinic.db import db
from clinic.models.opening import invite
from clinic.setup import NoSuchUser, one_time_link, reset_link

Opened = Callable[[str], Browser]
NEW = "forty quiet otters at noon"
GONE = "This link does not work any more"


@pytest.fixture
def link(cast: Cast) -> Callable[[str], str]:
    """``link("Ana")``: the path of a fresh link for Ana."""

    def made(name: str) -> str:
        whole = one_time_link(cast.app.extensions["settings"], cast.user(name), at=cast.clock(), by=cast.users["Cleo"])
        db.session.commit()
        return whole.removeprefix("http://localhost")

    return made


def choose(browser: Browser, path: str, password: str, again: str | None = None) -> TestResponse:
    return browser.post(path, {"password": password, "password_again": password if again is None else again})


def plain(response: TestResponse) -> tuple[int, str]:
    """A page without what differs at each loading of one and the same page."""
    text = re.sub(r'(nonce|name="csrf_token" value|name="csrf-token" content)="[^"]*"', r"\1", response.get_data(as_text=True))
    return response.status_code, text


def test_a_link_sets_a_password_once_and_signs_in(link: Callable[[str], str], browser: Opened) -> None:
    path, ana = link("Ana"), browser("")
    assert choose(ana, path, NEW).location == "/"
    assert ana.get("/my/").status_code == 200
    assert plain(ana.get(path)) == plain(browser("").get("/invitation/nonsense"))
    assert browser("").sign_in("ana@home.example", NEW).status_code == 302
    assert browser("").sign_in("ana@home.example", PASSWORD).status_code == 400


def test_a_link_opened_twice_is_used_once(link: Callable[[str], str], browser: Opened) -> None:
    path, first, second = link("Ana"), browser(""), browser("")
    token = second.token(path)
    assert choose(first, path, NEW).status_code == 302
    late = second.open(path, method="POST", data={"csrf_token": token, "password": PASSWORD, "password_again": PASSWORD})
    assert late.status_code == 404
    assert second.get("/my/").status_code == 302
    assert browser("").sign_in("ana@home.example", NEW).status_code == 302


def test_unknown_used_replaced_revoked_and_old_links_look_the_same(
    link: Callable[[str], str], browser: Opened, clock: Clock, cast: Cast
) -> None:
    used, replaced = link("Ana"), link("Ben")
    choose(browser(""), used, NEW)
    link("Ben")
    late = link("Dot")
    gone = link("Cleo")
    cast.user("Cleo").disable(by=cast.users["Max"], at=clock())
    db.session.commit()
    clock.pass_by(days=7)
    pages = [plain(browser("").get(path)) for path in ("/invitation/never-made", used, replaced, late, gone)]
    assert GONE in pages[0][1]
    assert pages[0][0] == 404
    assert all(page == pages[0] for page in pages)


def test_a_link_works_until_its_last_moment(link: Callable[[str], str], browser: Opened, clock: Clock) -> None:
    path = link("Ana")
    clock.pass_by(days=7, seconds=-1)
    assert browser("").get(path).status_code == 200
    clock.pass_by(seconds=1)
    assert browser("").get(path).status_code == 404


def test_a_new_password_ends_what_was_open_before(link: Callable[[str], str], browser: Opened) -> None:
    before = browser("Ana")
    choose(browser(""), link("Ana"), NEW)
    assert before.get("/my/").location == "/sign-in?next=/my/"


@pytest.mark.parametrize(("name", "least"), [("Ana", 12), ("Cleo", 15), ("Max", 15)])
def test_the_shortest_password_depends_on_who_it_is_for(link: Callable[[str], str], browser: Opened, name: str, least: int) -> None:
    path, door = link(name), browser("")
    fits = "vrkwpoqzmtabnhd"[:least]
    short = choose(door, path, fits[:-1])
    assert short.status_code == 400
    assert f"Use at least {least} characters" in short.get_data(as_text=True)
    assert choose(door, path, fits).status_code == 302


def test_a_password_is_never_cut_off(link: Callable[[str], str], browser: Opened) -> None:
    long = "the slow barges carry 700 crates of pears downriver until mayday"
    assert len(long) == 64
    choose(browser(""), link("Ana"), long + "X")
    for tried, status in ((long, 400), (long + "Y", 400), (long + "X", 302)):
        assert browser("").sign_in("ana@home.example", tried).status_code == status


@pytest.mark.parametrize(
    "password",
    [
        "password1234", "qwertyuiop12", "aaaaaaaaaaaa", "abcabcabcabc",  # what is tried first
        "ana2020-2024", "Full-Ana1234", "MyBen 2024!!", "TestPractice1", "ana@home.example",  # what someone close would try
        "two words\ttab", "nul\x00 in the middle",
    ],
)  # fmt: skip
def test_passwords_that_others_would_guess_are_refused_beside_the_field(
    link: Callable[[str], str], browser: Opened, password: str
) -> None:
    refused = choose(browser(""), link("Ana"), password)
    assert refused.status_code == 400
    text = refused.get_data(as_text=True)
    assert 'aria-invalid="true"' in text
    assert f'value="{password}"' not in text.replace('value="ana@home.example"', "", 1)


def test_what_the_other_entered_has_no_part_in_it(link: Callable[[str], str], browser: Opened, cast: Cast) -> None:
    cast.seat("Ben").calls_other = "Turtledove"
    db.session.commit()
    assert choose(browser(""), link("Ana"), "turtledove99").status_code == 302


def test_two_different_passwords_set_none(link: Callable[[str], str], browser: Opened) -> None:
    path, door = link("Ana"), browser("")
    assert "The two passwords differ" in choose(door, path, NEW, NEW + "!").get_data(as_text=True)
    assert door.get(path).status_code == 200
    assert browser("").sign_in("ana@home.example").status_code == 302


def test_a_link_taken_up_by_whoever_is_signed_in_as_another_ends_that(link: Callable[[str], str], browser: Opened) -> None:
    ben = browser("Ben")
    old = ben.client.get_cookie("id")
    assert old is not None
    choose(ben, link("Ana"), NEW)
    assert ben.get("/my/").status_code == 200
    ben.client.set_cookie("id", old.value)
    assert ben.get("/my/").status_code == 302


def test_tokens_are_random_and_kept_as_a_digest_only(cast: Cast, tmp_path: Path) -> None:
    from datetime import timedelta

    tokens = {invite(db.session(), cast.user("Ana"), valid_for=timedelta(days=1), by=None, at=cast.clock()) for _ in range(20)}
    db.session.commit()
    assert len(tokens) == 20
    assert min(map(len, tokens)) >= 32
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("practice.db*"))
    assert len(kept) > 10_000
    assert not [token for token in tokens if token.encode() in kept]


def test_a_reset_from_the_command_line_signs_out_and_hands_over_a_link(app: Flask, browser: Opened) -> None:
    cleo = browser("Cleo")
    link = reset_link(app.extensions["settings"], "CLEO@practice.example")
    assert cleo.get("/practice/library").status_code == 302
    assert choose(browser(""), link.removeprefix("http://localhost"), NEW).status_code == 302
    with pytest.raises(NoSuchUser):
        reset_link(app.extensions["settings"], "ana@home.example")
