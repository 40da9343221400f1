"""People at real screens: the application on a port, Chromium in front of it, and a critical look at every page that opens.

    with Screens(app) as screens:
        cleo, ana = screens.desk(), screens.phone()
        ana.sign_in("ana@home.example")             # the cast's password
        ana.open("/my/homework")                    # a path of the application
        ana.page.get_by_label("Name").fill("...")   # the Playwright page
        ana.press("Continue")                       # a button or link by its name; waits for the next page

Every page that `open`, `press` and `sign_in` come to is looked at (`look`): one h1, a title, labels, unique ids, no scrolling
sideways, no violation that axe-core finds, nothing kept in the browser, nothing on the console, no request to another host, no
name in an address; on a client's page a neutral title and targets for a thumb.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import ConsoleMessage, Page, Request, Response, sync_playwright
from werkzeug.serving import make_server

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NAMES = re.compile(r"\b(ana|ben|cleo|dot|eli|fay|gil|hope|max|sol)\b", re.IGNORECASE)
PRODUCT = re.compile("kintsugi|betray|therap|counsel|couple", re.IGNORECASE)
QUIET = ("/my", "/sign-in", "/invitation")  # what a client's screen may show at the top of the window
PASSWORD = "seven gray herons by the lake"

# What Chromium alone can see of a page. Each entry is a sentence about a fault.
LOOK = r"""(isForThumbs) => {
  const said = [], all = (what) => [...document.querySelectorAll(what)];
  const seen = (e) => e.checkVisibility({ checkVisibilityCSS: true }) && e.getClientRects().length > 0;
  const mark = (e) => e.outerHTML.replace(/\s+/g, " ").slice(0, 140);
  const heads = all("h1").filter(seen).length;
  if (heads !== 1) said.push(`it has ${heads} h1, not one`);
  if (!document.title.trim()) said.push("it has no title");
  if (!document.documentElement.lang) said.push("it has no language");
  const ids = all("[id]").map((e) => e.id);
  for (const id of new Set(ids.filter((one, place) => ids.indexOf(one) !== place))) said.push(`the id "${id}" stands twice`);
  for (const e of all("input:not([type=hidden]), select, textarea").filter(seen)) {
    const named = e.labels?.length || e.getAttribute("aria-label") || e.getAttribute("aria-labelledby");
    if (!named && !["submit", "button"].includes(e.type)) said.push(`no label: ${mark(e)}`);
  }
  for (const e of all("[aria-describedby], [aria-labelledby], [aria-controls], label[for]")) {
    for (const name of ["aria-describedby", "aria-labelledby", "aria-controls", "for"]) {
      for (const id of (e.getAttribute(name) ?? "").split(/\s+/).filter(Boolean)) {
        if (!document.getElementById(id)) said.push(`${name} points at "${id}", which is not there: ${mark(e)}`);
      }
    }
  }
  const wide = document.documentElement.scrollWidth, room = document.documentElement.clientWidth;
  if (wide > room) said.push(`it scrolls sideways: ${wide} px in ${room}`);
  for (const e of isForThumbs ? all("button, summary, input:not([type=hidden]), select, textarea, nav a").filter(seen) : []) {
    const box = (e.matches("[type=radio], [type=checkbox]") ? e.labels?.[0] ?? e : e).getBoundingClientRect();
    if (box.height > 1 && (box.height < 43.5 || box.width < 43.5)) {
      said.push(`too small for a thumb (${Math.round(box.width)} x ${Math.round(box.height)}): ${mark(e)}`);
    }
  }
  if (localStorage.length || sessionStorage.length) said.push("it keeps something in the browser");
  if (document.querySelector("[style], style, [onclick], [onload], [onsubmit]")) said.push("it has inline style or script");
  return said;
}"""


def chromium_path() -> str | None:
    """The browser that the tests take; None is playwright's own."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


@contextlib.contextmanager
def served(app: Any) -> Iterator[str]:
    """The application on a free port of this computer, until the block ends."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


class Screens(contextlib.ExitStack):
    """One server and one Chromium, in which several people have a browser of their own."""

    def __init__(self, app: Flask | Any) -> None:
        super().__init__()
        self.address = self.enter_context(served(app))
        try:
            playwright = self.enter_context(sync_playwright())
            self._chromium = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
            self.callback(self._chromium.close)
        except BaseException:
            self.close()
            raise

    def phone(self, **options: Any) -> Screen:
        return self.screen(390, 844, has_touch=True, **options)

    def desk(self, **options: Any) -> Screen:
        return self.screen(1280, 900, **options)

    def screen(self, width: int, height: int, *, scripts: bool = True, **options: Any) -> Screen:
        context = self._chromium.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=scripts, base_url=self.address, **options
        )
        context.set_default_timeout(10_000)
        return Screen(context.new_page(), self.address, scripts=scripts)


class Screen:
    """One person's browser. `page` is Playwright's; `faults` what was noticed since the last look."""

    def __init__(self, page: Page, address: str, *, scripts: bool) -> None:
        self.page, self.address, self.scripts = page, address, scripts
        self.faults: list[str] = []
        self.looked_at: list[str] = []  # the path of every page that was looked at
        self._watch()

    def _watch(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(f"a script failed: {error}"))
        self.page.on("request", self._see_request)
        self.page.on("response", self._see_response)

    def _hear(self, message: ConsoleMessage) -> None:
        """Breaches of the content security policy come this way too. A refused page is the journey's business, not a fault."""
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"the console says: {message.text}")

    def _see_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and f"{parts.scheme}://{parts.netloc}" != self.address:
            self.faults.append(f"it asks another host: {request.url}")
        if NAMES.search(request.url.removeprefix(self.address)):
            self.faults.append(f"a name stands in an address: {request.url}")

    def _see_response(self, response: Response) -> None:
        is_part = response.request.resource_type not in ("document", "fetch", "xhr")
        if response.status >= 500 or (is_part and response.status >= 400):
            self.faults.append(f"{response.status} for {response.url}")

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        self.open("/sign-in")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.press("Sign in")

    def open(self, path: str, *, axe: bool = True) -> None:
        """Go to a path, or to a whole address such as an invitation's."""
        self.page.goto(path)
        self.look(axe=axe)

    def press(self, name: str, *, role: str = "", within: Any = None) -> None:
        """Press the button or follow the link with this name, wait for the page behind it, and look at it."""
        place = within if within is not None else self.page
        target = place.get_by_role(role or "button", name=name, exact=True)
        if not role and target.count() == 0:
            target = place.get_by_role("link", name=name, exact=True)
        with self.page.expect_navigation():
            target.first.click()
        self.look()

    def follow(self, name: str, **options: Any) -> None:
        self.press(name, role="link", **options)

    def leave(self) -> None:
        """The exit control, which stands on every page of a client."""
        with self.page.expect_navigation():
            self.page.locator("[data-exit] button").click()
        self.look()

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def text(self) -> str:
        """What the page says, on one line."""
        return " ".join(self.page.inner_text("body").split())

    def look(self, *, axe: bool = True) -> None:
        """Fails with every fault of this page at once. Without axe, which takes most of the time, where its like was looked at."""
        self.page.wait_for_load_state("load")
        is_clients = self.path.startswith(QUIET)
        found = [*self.page.evaluate(LOOK, self.path.startswith("/my")), *(self._violations() if axe else [])]
        title = self.page.title()
        if is_clients and (NAMES.search(title) or PRODUCT.search(title)):
            found.append(f"its title is not neutral: {title}")
        found, self.faults = [*self.faults, *found], []
        self.looked_at.append(self.path)
        assert not found, f"{self.page.url} ({self.page.viewport_size}):\n  " + "\n  ".join(found)

    def _violations(self) -> list[str]:
        """What axe-core finds. It needs timers, so it says nothing where scripts are off."""
        if not self.scripts:
            return []
        self.page.evaluate(AXE.read_text(encoding="utf-8") + "\n;null")
        found = self.page.evaluate("(rules) => axe.run(document, { runOnly: rules, resultTypes: ['violations'] })", AXE_RULES)
        return [
            f"axe {violation['id']}: {node['failureSummary'].replace(chr(10), ' ')} {node['html'][:200]}"
            for violation in found["violations"]
            for node in violation["nodes"][:3]
        ]
