"""Chromium as people have it, spoken to over its own debugging pipe.

Playwright switches the cache off that Back is served from, so a test of Back through Playwright passes whatever the page does. Here
nothing is switched off.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from browser import chromium_path
from playwright.sync_api import sync_playwright

FLAGS = ["--headless=new", "--no-sandbox", "--no-first-run", "--remote-debugging-pipe", "--window-size=390,844", "--disable-gpu"]
PATIENCE = 20.0


class Chromium:
    """One browser with one window. `ask` is the protocol; the rest are a person's acts."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._number, self._unread = 0, b""
        from_us, self._write = _pipe_above_ten()
        self._read, to_us = _pipe_above_ten()

        def as_three_and_four() -> None:
            os.dup2(from_us, 3)
            os.dup2(to_us, 4)

        command = [path_of_chromium(), *FLAGS, f"--user-data-dir={self._folder.name}", "about:blank"]
        self._process = subprocess.Popen(
            command, preexec_fn=as_three_and_four, pass_fds=(3, 4), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(from_us)
        os.close(to_us)
        self._session = ""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.ask("Page.enable")

    def __enter__(self) -> Chromium:
        return self

    def __exit__(self, *_error: object) -> None:
        os.close(self._write)
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._read)
        self._folder.cleanup()

    def ask(self, method: str, **params: Any) -> Any:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            reply = self._next()
            if reply.get("id") == self._number:
                if "error" in reply:
                    raise RuntimeError(f"{method}: {reply['error']['message']}")
                return reply["result"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._unread:
            if not select.select([self._read], [], [], PATIENCE)[0]:
                raise TimeoutError("Chromium does not answer")
            self._unread += os.read(self._read, 1 << 20)
        message, _, self._unread = self._unread.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found

    def without_scripts(self) -> None:
        self.ask("Emulation.setScriptExecutionDisabled", value=True)

    def set_cookie(self, **cookie: Any) -> None:
        assert self.ask("Network.setCookie", **cookie)["success"]

    def open(self, address: str) -> None:
        self.ask("Page.navigate", url=address)
        self.wait(lambda: self.at == address and self.value("document.readyState") == "complete")

    def value(self, expression: str) -> Any:
        """What the page says of itself; None while one page gives way to the next."""
        try:
            return self.ask("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")
        except RuntimeError:
            return None

    def wait(self, is_so: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE
        while not is_so():
            if time.monotonic() > until:
                raise TimeoutError(f"still at {self.at}: {self.text[:200]}")
            time.sleep(0.02)

    @property
    def at(self) -> str:
        return self.value("location.href") or ""

    @property
    def text(self) -> str:
        return self.value("document.title + ' ' + (document.body?.innerText ?? '')") or ""

    def click(self, selector: str) -> None:
        box = f"document.querySelector({json.dumps(selector)}).getBoundingClientRect()"
        place = {"x": self.value(f"{box}.x + {box}.width / 2"), "y": self.value(f"{box}.y + {box}.height / 2")}
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **place)

    def press_escape(self) -> None:
        for kind in ("rawKeyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key="Escape", code="Escape", windowsVirtualKeyCode=27)

    def back(self) -> bool:
        """The Back button. False when there is nothing to go back to."""
        history = self.ask("Page.getNavigationHistory")
        if history["currentIndex"] == 0:
            return False
        self.ask("Page.navigateToHistoryEntry", entryId=history["entries"][history["currentIndex"] - 1]["id"])
        return True


def path_of_chromium() -> str:
    if found := chromium_path():
        return found
    with sync_playwright() as playwright:
        assert Path(playwright.chromium.executable_path).exists(), "set CHROMIUM to a browser"
        return playwright.chromium.executable_path


def _pipe_above_ten() -> tuple[int, int]:
    """Descriptors that do not lie where Chromium's own two have to be."""
    ends = os.pipe()
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends]
    for end in ends:
        os.close(end)
    return high[0], high[1]
