"""Every address that the application answers to, filled with everything that could stand in it.

The list of endpoints is asked of the running application, never kept by hand.
"""

from __future__ import annotations

import re
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from urllib.parse import quote

from cast import PASSWORD, Browser
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from clinic import access
from clinic.db import Base, db
from forms import library

PLACE = dict.fromkeys(("Cleo", "Fay", "Sol", "Max"), "practice")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def rules(app: Flask, method: str = "GET") -> list[Rule]:
    return sorted(
        (rule for rule in app.url_map.iter_rules() if rule.endpoint != "static" and method in (rule.methods or ())),
        key=lambda rule: rule.rule,
    )


def area(endpoint: str) -> str:
    return endpoint.partition(".")[0] if "." in endpoint else ""


@dataclass(frozen=True)
class Ids:
    """``every``: the rows of each table, but of rows that differ in nothing that could matter only the newest. ``one_each``: every
    person and case, and one row of each other table."""

    every: dict[str, list[uuid.UUID]]
    one_each: list[uuid.UUID]


TELLING = (
    "case_id", "participant_id", "individual_of", "user_id", "author_id", "state", "audience", "withdrawn_at", "item_id",
    "ended_at",
)  # fmt: skip
WHO = ("user", "case", "participant")


def known_ids() -> Ids:
    """Call in an application context."""
    every, one_each = {}, []
    for mapper in Base.registry.mappers:
        table = mapper.class_.__tablename__
        rows = list(db.session.scalars(select(mapper.class_)))
        every[table] = [row.id for row in rows] if table in WHO else _newest(rows)
        one_each += every[table] if table in WHO else every[table][-1:]
    return Ids(every, one_each)


def _newest(rows: list[Any]) -> list[uuid.UUID]:
    return list({tuple(getattr(row, name, None) for name in TELLING): row.id for row in rows}.values())


PROBES = ("address-the-betrayal", "one-sentence", "trust-pulse", "consent", "limited_secrets", "x")
STRINGS = (*PROBES, *(module.id for module in library.modules), "safety-check", "no_secrets", "confidential")
NUMBERS = ("1", "0", "2", "99")


def other_parts(rule: Rule, *, all_of_them: bool) -> list[dict[str, str]]:
    """Values for the parts of an address that take no id: enough to know whether one is open, or all."""
    kinds = {name: type(converter).__name__ for name, converter in rule._converters.items()}
    numbers, strings = (NUMBERS, STRINGS) if all_of_them else (NUMBERS[:1], PROBES)
    lists = {name: numbers if kind == "IntegerConverter" else strings for name, kind in kinds.items() if kind != "UUIDConverter"}
    return [dict(zip(lists, values, strict=True)) for values in product(*lists.values())]


def id_part(rule: Rule) -> str | None:
    return next((name for name, converter in rule._converters.items() if type(converter).__name__ == "UUIDConverter"), None)


def path_of(rule: Rule, values: dict[str, str]) -> str:
    def filled(part: re.Match[str]) -> str:
        return quote(values[part[1]], safe="")

    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", filled, rule.rule)


def signed_in(app: Flask, name: str) -> Browser:
    """A browser in which this person has signed in; nobody, for the empty name."""
    browser = Browser(app)
    if name:
        reply = browser.sign_in(f"{name.lower()}@{PLACE.get(name, 'home')}.example", PASSWORD)
        assert reply.status_code == 302, f"{name} could not sign in"
    return browser


@dataclass
class Crawl:
    """All that one person gets: asks every address, and hands each answer to whoever looks at it."""

    app: Flask
    name: str
    ids: Ids
    asked: int = 0
    endpoints: set[str] = field(default_factory=set)  # those that opened

    def replies(self) -> Iterator[tuple[str, TestResponse]]:
        browser = signed_in(self.app, self.name)
        for rule in rules(self.app):
            if rule.endpoint != "public.exit":
                yield from self._opened(rule, browser)

    def _opened(self, rule: Rule, browser: Browser) -> Iterator[tuple[str, TestResponse]]:
        """A row of each table; then every row of the tables that this endpoint was seen to look into."""
        if area(rule.endpoint) not in ("public", self.own_area):  # the gate stands before any id: one address is enough
            ids = {"id": self.ids.one_each[0]}
            yield self._asked(browser, rule, {part: str(ids.get(part, ids["id"])) for part in rule.arguments})
            return
        part = id_part(rule)
        if part is None:
            for values in other_parts(rule, all_of_them=True):
                yield self._asked(browser, rule, values)
            return
        with looked_into() as tables:
            for id in self.ids.one_each:
                yield from self._with_id(browser, rule, part, id)
        for id in {id for table in tables for id in self.ids.every.get(table, [])} - set(self.ids.one_each):
            yield from self._with_id(browser, rule, part, id)

    def _with_id(self, browser: Browser, rule: Rule, part: str, id: uuid.UUID) -> Iterator[tuple[str, TestResponse]]:
        probes = [self._asked(browser, rule, {part: str(id), **values}) for values in other_parts(rule, all_of_them=False)[:2]]
        yield from probes
        if rule.arguments != {part} and any(reply.status_code != 404 for _, reply in probes):
            for values in other_parts(rule, all_of_them=True):
                yield self._asked(browser, rule, {part: str(id), **values})

    def _asked(self, browser: Browser, rule: Rule, values: dict[str, str]) -> tuple[str, TestResponse]:
        path = path_of(rule, values)
        reply = browser.get(path)
        self.asked += 1
        if reply.status_code == 200:
            self.endpoints.add(rule.endpoint)
        assert reply.status_code < 500, f"{self.name or 'nobody'}: {reply.status_code} at {path}"
        return path, reply

    @property
    def own_area(self) -> str:
        areas = {"Cleo": "practice", "Fay": "practice", "Sol": "practice", "Max": "admin", "": "public"}
        return areas.get(self.name, "portal")


@contextmanager
def looked_into() -> Iterator[set[str]]:
    """The tables that `access.find` is asked for meanwhile."""
    tables: set[str] = set()
    find = access.find

    def noted(viewer: Any, model: Any, *rest: Any) -> Any:
        tables.add(model.__tablename__)
        return find(viewer, model, *rest)

    access.find = noted
    try:
        yield tables
    finally:
        access.find = find


# Readings, and when a run was first shown, are written down like readings: everything else stays as it is.
def rows_on_disk(app: Flask, *, but: tuple[str, ...] = ("audit_entry", "sign_in", "run")) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table as it lies on disk: reading is on record, and a sign-in notes when it was last seen; nothing else
    may differ after looking."""
    with sqlite3.connect(app.extensions["settings"].storage.database.removeprefix("sqlite:///")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'") if name not in but]
        return {name: sorted(database.execute(f'SELECT * FROM "{name}"'), key=repr) for name in tables}  # noqa: S608


def everything_in(reply: TestResponse) -> str:
    """Body, headers, and where it leads to."""
    return f"{reply.get_data().decode('utf-8', 'replace')}\n{reply.headers}"


def normal(reply: TestResponse) -> str:
    """The body without what is random in every reply: the nonce and the form token."""
    text = reply.get_data(as_text=True)
    return re.sub(r'(nonce|name="csrf_token" value|name="csrf-token" content)="[^"]*"', r'\1=""', text)
