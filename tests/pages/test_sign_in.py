"""Signing in and out, the areas and their gates."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cast import PASSWORD, Browser

Opened = Callable[[str], Browser]


def test_each_person_lands_on_the_page_of_their_area(browser: Opened) -> None:
    for name, place in (("Ana", "/my/"), ("Cleo", "/practice/"), ("Max", "/admin/")):
        page = browser(name)
        start = page.get("/")
        assert start.headers["Location"] == place
        assert page.get(place).status_code == 200


WRONG = [("Ana", "/practice/"), ("Ana", "/admin/"), ("Cleo", "/my/"), ("Cleo", "/admin/"), ("Max", "/practice/"), ("Max", "/my/")]


@pytest.mark.parametrize(("name", "wrong"), WRONG)
def test_the_wrong_area_looks_like_no_page_at_all(browser: Opened, name: str, wrong: str) -> None:
    page = browser(name)
    refused, missing = page.get(wrong), page.get("/no-such-page")
    assert refused.status_code == missing.status_code == 404
    assert refused.data.split(b"</head>")[1] == missing.data.split(b"</head>")[1]


def test_a_page_asked_for_without_a_sign_in_is_there_after_it(browser: Opened) -> None:
    nobody = browser("")
    asked = nobody.get("/practice/tasks")
    assert asked.status_code == 302
    assert asked.headers["Location"] == "/sign-in?next=/practice/tasks"
    form = {"email": "cleo@practice.example", "password": PASSWORD, "next": "/practice/tasks"}
    back = nobody.post("/sign-in", form)
    assert back.headers["Location"] == "/practice/tasks"


def test_signing_out_ends_the_sign_in_on_the_server(browser: Opened) -> None:
    page = browser("Ana")
    old = page.client.get_cookie("id")
    assert old is not None
    page.post("/sign-out", form_at="/my/")
    page.client.set_cookie("id", old.value)
    assert page.get("/my/").status_code == 302
