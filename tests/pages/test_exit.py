"""The exit, in a browser that keeps pages for Back: what was on the screen is gone and does not come back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from browser import served
from cast import Browser, Cast
from devtools import Chromium

from clinic.db import db
from forms import library

pytestmark = pytest.mark.browser
SECRET = "marigold"


class Room:
    """Ana at the page of her homework that holds the secret word, two clicks after signing in."""

    def __init__(self, chromium: Chromium, address: str, paths: list[str]) -> None:
        self.chromium, self.address, self.paths = chromium, address, paths

    def sit_down(self, *, scripts: bool) -> None:
        if not scripts:
            self.chromium.without_scripts()
        for path in self.paths:
            self.chromium.open(f"{self.address}{path}")
        self.chromium.wait(
            lambda: SECRET in self.chromium.value("[...document.querySelectorAll('textarea')].map(e => e.value).join()")
        )


def secrets_on(chromium: Chromium) -> list[str]:
    """What only someone who is signed in as Ana may see."""
    fields = chromium.value("[...document.querySelectorAll('textarea')].map((e) => e.value).join()") or ""
    return [word for word in (SECRET, "Sign out", "My pages") if word in chromium.text + fields]


@pytest.fixture
def room(cast: Cast, browser: Callable[[str], Browser]) -> Iterator[Room]:
    sheets = [sheet for module in library.modules for sheet in library.worksheets_of(module.id)]
    sheet = next(sheet for sheet in sheets if sheet.pages[0].items[0].kind.value == "long_text")
    homework = cast.assign("Ana", sheet.id, by="Cleo").id
    db.session.commit()
    ana, path = browser("Ana"), f"/my/homework/{homework}/1"
    assert ana.post(path, {sheet.pages[0].items[0].id: SECRET}).status_code == 303
    cookie = ana.client.get_cookie("id")
    assert cookie is not None
    with served(cast.app) as address, Chromium() as chromium:
        chromium.set_cookie(name="id", value=cookie.value, url=address, httpOnly=True, sameSite="Lax")
        yield Room(chromium, address, ["/my/", "/my/about", path])


def test_this_browser_keeps_pages_for_back(room: Room) -> None:
    """Without it the other tests would prove nothing: a page that is left by a link comes back whole, out of the cache."""
    room.sit_down(scripts=False)
    page = room.chromium
    page.value("window.kept = true")
    page.value("location.href = '/kitchen'")
    page.wait(lambda: page.at.endswith("/kitchen"))
    assert page.back()
    page.wait(lambda: page.at.endswith(room.paths[-1]))
    assert page.value("window.kept") is True
    assert SECRET in secrets_on(page)


@pytest.mark.parametrize("way", ["click", "Escape three times", "click, without scripts"])
def test_after_the_exit_nothing_comes_back(room: Room, way: str) -> None:
    room.sit_down(scripts="without" not in way)
    page = room.chromium
    if way.startswith("click"):
        page.click("[data-exit] button")
    else:
        for _ in range(3):
            page.press_escape()
    page.wait(lambda: page.at == f"{room.address}/kitchen" and "Kitchen measures" in page.text)
    assert not secrets_on(page)
    steps = 0
    while page.back():
        steps += 1
        until = time.monotonic() + 0.6  # a page out of the cache is there at once, and may go away again: look all the while
        while time.monotonic() < until:
            assert not secrets_on(page), page.at
        assert not page.at.startswith(f"{room.address}/my/")
    assert steps >= 2


def test_the_page_goes_blank_before_the_server_has_answered(room: Room, cast: Cast) -> None:
    room.sit_down(scripts=True)
    page = room.chromium
    page.ask("Network.enable")
    page.ask("Network.emulateNetworkConditions", offline=False, latency=1000, downloadThroughput=-1, uploadThroughput=-1)
    page.click("[data-exit] button")
    assert not secrets_on(page)
    page.wait(lambda: page.at == f"{room.address}/kitchen")


def test_escape_twice_is_not_yet_the_exit(room: Room) -> None:
    room.sit_down(scripts=True)
    room.chromium.press_escape()
    room.chromium.press_escape()
    time.sleep(0.3)
    assert SECRET in secrets_on(room.chromium)
