"""A client's pages in a real browser, on a phone and on a wide screen: saved while typing, left at once, usable by keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser import Screen, Screens
from cast import Cast
from flask import Flask

from clinic.db import db
from clinic.models import Draft
from forms import Given

pytestmark = pytest.mark.browser
LONG = "It was a Sunday, and I remember the light in the kitchen. " * 12 + "\n\n" + "Averylongwordwithoutanyspaces" * 9


@pytest.fixture
def screens(app: Flask) -> Iterator[Screens]:
    with Screens(app) as opened:
        yield opened


def given_to(cast: Cast, name: str, worksheet: str) -> str:
    path = f"/my/homework/{cast.assign(name, worksheet, by='Cleo').id}"
    db.session.commit()  # and nothing read after it: the test would hold the write lock
    return path


def in_front(screen: Screen) -> Screen:
    screen.sign_in("ana@home.example")
    return screen


def until_saved(screen: Screen) -> None:
    screen.page.get_by_text("Saved", exact=True).wait_for()


def test_a_text_is_saved_while_it_is_typed_and_sent_once(cast: Cast, screens: Screens) -> None:
    path = given_to(cast, "Ana", "hurt-account")
    ana = in_front(screens.phone())
    ana.follow("My pages")
    ana.page.get_by_role("link", name="What happened, in your words").click()
    ana.press("Begin")
    ana.page.get_by_label("What happened, as you understand it today?").first.fill(LONG)
    until_saved(ana)
    ana.look()
    ana.open(f"{path}/1")
    assert ana.page.locator("textarea").input_value() == LONG
    ana.press("Save and finish later")
    assert "Started" in ana.text
    ana.open(f"{path}/1")
    ana.press("Check my answers")
    ana.press("Send to my counselor")
    assert ana.path == f"{path}/sent"
    ana.page.go_back()
    ana.page.wait_for_url(f"**{path}/sent")
    ana.press("See or change what I sent")
    ana.page.get_by_role("link", name="Show this to MyBen").click()
    ana.press("Show it")
    ana.page.get_by_role("link", name="See how it looks, or stop showing it").click()
    ana.press("Stop showing it")
    assert "It may have been read before" in ana.text


def test_without_scripts_everything_can_be_answered_and_sent(cast: Cast, screens: Screens) -> None:
    path = given_to(cast, "Ana", "my-questions")
    ana = in_front(screens.phone(scripts=False))
    ana.open(path)
    ana.press("Begin")
    for number in range(4):
        ana.page.get_by_label("My question").nth(number).fill(f"Question {number}?")
        ana.press("Add an entry")
    assert ana.page.get_by_label("My question").count() == 7
    ana.press("Check my answers")
    assert "My question: Question 3?" in ana.text
    ana.press("Send to my counselor")
    assert ana.path == f"{path}/sent"
    ana.leave()
    assert ana.path == "/kitchen"


@pytest.mark.parametrize("wide", [False, True], ids=["phone", "desk"])
def test_every_page_stands_a_critical_look(cast: Cast, screens: Screens, wide: bool) -> None:
    sent = cast.assign("Ana", "hurt-account", by="Cleo")
    cast.send(sent, {"what_happened": Given(LONG)}, by=cast.users["Ana"])
    done = f"/my/homework/{sent.id}"
    mine = given_to(cast, "Ana", "hurt-account")
    check, table, measure = (given_to(cast, "Ana", name) for name in ("safety-check", "my-questions", "weekly-distress"))
    ana = in_front(screens.desk() if wide else screens.phone())
    for path in ("", "about", "devices", "password", "shared", "showing", "documents/consent"):
        ana.open(f"/my/{path}")
    for path in (mine, f"{mine}/1", f"{check}/1", f"{check}/check", f"{table}/1", f"{measure}/1"):
        ana.open(path)
    for path in (f"{done}/sent", f"{done}/answers"):
        ana.open(path)
    assert len(set(ana.looked_at)) == 16  # and the sign-in page


def test_what_was_typed_last_is_saved_when_the_exit_is_pressed(cast: Cast, screens: Screens) -> None:
    path = given_to(cast, "Ana", "hurt-account")
    ana = in_front(screens.phone())
    ana.open(f"{path}/1")
    ana.page.locator("textarea").fill("Half a sentence")
    ana.leave()
    assert ana.path == "/kitchen"
    assert [Given.from_json(draft.given).value for draft in db.session.query(Draft)] == ["Half a sentence"]
    ana.page.goto("/my/")
    assert ana.path == "/sign-in"


def test_the_exit_asks_nothing_even_when_saving_has_failed(cast: Cast, screens: Screens) -> None:
    path = given_to(cast, "Ana", "hurt-account")
    ana = in_front(screens.phone())
    ana.open(f"{path}/1")
    ana.page.route("**/draft", lambda route: route.abort())
    ana.page.locator("textarea").fill("Never arrives")
    ana.page.get_by_text("Not saved").wait_for()
    asked: list[str] = []
    ana.page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    for _ in range(3):
        ana.page.keyboard.press("Escape")
    ana.page.wait_for_url("**/kitchen")
    assert asked == []


def test_two_devices_are_told_that_both_texts_are_kept(cast: Cast, screens: Screens) -> None:
    path = given_to(cast, "Ana", "hurt-account")
    phone, tablet = in_front(screens.phone()), in_front(screens.desk())
    for screen in (phone, tablet):
        screen.open(f"{path}/1")
    phone.page.locator("textarea").fill("Written on the phone.")
    until_saved(phone)
    tablet.page.locator("textarea").fill("Written on the tablet.")
    tablet.page.get_by_text("both are kept").wait_for()
    tablet.page.locator("textarea").fill("Written on the tablet. And more.")
    tablet.page.wait_for_timeout(1500)
    tablet.follow("See both")
    assert "Another version of this answer" in tablet.text
    assert "Written on the phone." in tablet.text
    assert tablet.page.locator("textarea").input_value() == "Written on the tablet. And more."
    tablet.press("Use this version")
    assert tablet.page.locator("textarea").input_value() == "Written on the phone."
    tablet.press("Remove this version")
    assert "Another version" not in tablet.text


def test_the_exit_comes_first_and_enter_goes_on_and_errors_take_the_focus(cast: Cast, screens: Screens) -> None:
    path = given_to(cast, "Ana", "words-to-use")
    ana = in_front(screens.phone())
    ana.open(f"{path}/1")
    ana.page.keyboard.press("Tab")
    assert ana.page.evaluate("document.activeElement.closest('[data-exit]') !== null")
    box = ana.page.locator("input[type=text]").first
    box.fill("x" * 301)
    box.press("Enter")
    ana.page.locator(".govuk-error-summary").wait_for()
    ana.look()
    assert ana.page.evaluate("document.activeElement.classList.contains('govuk-error-summary')")
    ana.page.keyboard.press("Tab")
    ana.page.keyboard.press("Enter")
    assert ana.page.evaluate("document.activeElement.value.length") == 301
    box.fill("Ana")
    with ana.page.expect_navigation():
        box.press("Enter")
    assert ana.path == f"{path}/2"
