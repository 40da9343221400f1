"""What a page points at, and a walk along all of it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter
from werkzeug.test import TestResponse

POINTING = ("href", "src", "action", "formaction", "data-autosave", "data-sign-in", "poster", "data-url")
MOST_OF_A_ROUTE = 3


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """`targets`: every address that the page names, as it names it; `ways`: those that GET leads to. `forms`: with the fields that
    it fills in itself."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.ways: list[str] = []
        self.forms: list[Form] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.targets += [values[name] for name in POINTING if name in values]
        self.ways += [values[name] for name in ("href", "src") if name in values]
        if tag == "form":
            self.forms.append(Form(values.get("action", ""), values.get("method", "get").lower()))
        if tag == "input" and self.forms and values.get("type") == "hidden" and values.get("name"):
            self.forms[-1].fields[values["name"]] = values.get("value", "")


def linked(response: TestResponse, path: str, *, only_ways: bool = False) -> list[str]:
    """Every path and address that a reply points at: its redirect, its page, its style sheet."""
    text = response.get_data(as_text=True) if response.mimetype in ("text/html", "text/css") else ""
    found = re.findall(r"url\([\"']?([^)\"']+)", text) if response.mimetype == "text/css" else []
    if response.mimetype == "text/html":
        found = Page(text).ways if only_ways else Page(text).targets
    if response.location:
        found.append(response.location)
    return [urljoin(path, target) for target in found if not target.startswith(("data:", "#"))]


def walk(client: Any, start: str, *, app: Flask, prefix: str = "") -> dict[str, TestResponse]:
    """Every page, style sheet and script that can be come to from ``start`` by GET; of the pages of one route, three."""
    routes = app.url_map.bind("")
    waiting, seen, alike = [start], {}, Counter[str]()
    while waiting:
        path = waiting.pop(0)
        shape = _route(routes, urlsplit(path).path.removeprefix(prefix))
        if path in seen or urlsplit(path).netloc or alike[shape] >= MOST_OF_A_ROUTE:
            continue
        alike[shape] += 1
        seen[path] = client.get(path)
        waiting += [target.partition("#")[0] for target in linked(seen[path], path, only_ways=True)]
    return seen


def _route(routes: MapAdapter, path: str) -> str:
    """Which route a path belongs to. Each file is its own; so is what no route answers."""
    try:
        endpoint, _ = routes.match(path, method="GET")
    except HTTPException:
        return path
    return path if endpoint == "static" else endpoint
