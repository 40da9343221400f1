"""A page as a browser without scripts has it: the fields of a form with what stands in them, and the words."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

from werkzeug.test import TestResponse


class _Forms(HTMLParser):
    """Every form of a page: its action and what pressing none of its buttons would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, Any]]] = []
        self.select = self.textarea = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said = dict(attributes)
        name = said.get("name") or ""
        if tag == "form":
            self.forms.append((said.get("action") or "", {}))
        elif not self.forms:
            return
        elif tag == "input" and name and said.get("type") not in ("radio", "checkbox"):
            self.forms[-1][1][name] = said.get("value") or ""
        elif tag == "input" and name and "checked" in said:
            self._tick(name, said.get("value", "on") or "")
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and ("selected" in said or self.select not in self.forms[-1][1]):
            self.forms[-1][1][self.select] = said.get("value") or ""
        elif tag == "textarea":
            self.textarea = name
            self.forms[-1][1][name] = ""

    def _tick(self, name: str, value: str) -> None:
        """One tick is a word; several of one name are a list of them."""
        fields = self.forms[-1][1]
        before = fields.get(name)
        if before is None:
            fields[name] = value
        else:
            fields[name] = [*(before if isinstance(before, list) else [before]), value]

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.forms[-1][1][self.textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.textarea:
            self.forms[-1][1][self.textarea] = self.forms[-1][1][self.textarea].removeprefix("\n")
            self.textarea = ""
        elif tag == "select":
            self.select = ""


def fields(page: TestResponse, action: str) -> dict[str, Any]:
    """What the form that goes to this action holds; `action` is the end of it."""
    parser = _Forms()
    parser.feed(page.get_data(as_text=True))
    found = [held for goes_to, held in parser.forms if goes_to.endswith(action)]
    assert len(found) == 1, f"{len(found)} forms go to {action}: {[goes_to for goes_to, _ in parser.forms]}"
    return found[0]


def words(page: TestResponse) -> str:
    """The text of the page's main part, on one line."""
    main = page.get_data(as_text=True).partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main.partition(">")[2])).split())


def without_tokens(page: TestResponse) -> bytes:
    """The bytes of the page, but for the token, the nonce, and the random id of whose page it is."""
    text = re.sub(rb'(name="csrf_token" value=|name="csrf-token" content=|nonce=)"[^"]*"', rb'\1""', page.data)
    return re.sub(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", b"<id>", text)
