"""All that one person can get to see: every page of theirs and every public one, with their own ids, the other's, and no row's.

Two worlds look the same when all of it is the same, byte for byte. What is random in every reply is left out: the form token, the
nonce, the session token. (A form token differs in length, so the length is compared with the body's own, and the bodies whole.)
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from werkzeug.routing import Rule

from clinic import access, reporting
from clinic.access import Viewer
from clinic.db import Base, db
from clinic.models.states import NotAllowedNow
from clinic.places import templates_folder
from reports import Audience, render_html
from tests.privacy.crawl import TELLING, area, id_part, looked_into, normal, other_parts, path_of, rules, signed_in
from tests.privacy.two_worlds.chance import chance
from tests.privacy.two_worlds.life import Life

Reply = tuple[int, tuple[tuple[str, str], ...], str]
Sight = dict[str, Any]
NO_ROW = uuid.UUID(int=4, version=4)
NOT_ASKED = {"public.exit"}  # it ends the visit
AREA = {"Ana": "portal", "Ben": "portal", "Cleo": "practice"}
QUICK = {"portal.home", "portal.shared", "portal.together"}
OF_A_TABLE = 3
_models = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
_named: dict[str, set[str]] = {}  # by endpoint: the tables whose ids its address takes


@dataclass(frozen=True)
class Ids:
    """By table: the person's own rows, and rows of the other that are not theirs to see."""

    own: dict[str, list[uuid.UUID]]
    others: dict[str, list[uuid.UUID]]

    def of(self, tables: set[str]) -> list[uuid.UUID]:
        return [id for table in sorted(tables) for id in (*self.own.get(table, ()), *self.others.get(table, ()))]


def ids_for(life: Life, name: str) -> Ids:
    """Call within the life. Of rows that differ in nothing that could matter, the newest."""
    viewer, own, others = life.viewer(name), {}, {}
    for table, model in _models.items():
        if model not in access.SCOPES:
            continue
        seen = list(db.session.scalars(access.scope(viewer, model)))
        newest = {tuple(getattr(row, part, None) for part in TELLING): row.id for row in seen}
        own[table] = sorted(newest.values(), key=str)[:OF_A_TABLE]
        known = {row.id for row in seen}
        rest = (one for one in db.session.scalars(select(model.id)) if one not in known)
        others[table] = sorted(rest, key=str)[:1] if name != "Cleo" else []
    return Ids(own, others)


def seen_by(life: Life, name: str, ids: Ids | None, *, public: bool = True) -> Sight:
    """``ids``: as both worlds have them. Without them, a quick look at a few pages whose addresses name no row. A printed agreement
    costs more than all pages, and its words stand on one of them: it is not asked for."""
    db.session.commit()
    life.looks += 1
    with chance(f"{life.seed}, look {life.looks}, {name} signs in"):
        browser = signed_in(life.app, name)
    found: Sight = {}
    for rule in rules(life.app):
        if rule.endpoint in NOT_ASKED or rule.rule.endswith(".pdf"):
            continue
        if area(rule.endpoint) not in (AREA[name], "public" if public else ""):
            continue
        for path in _paths(rule, ids, browser) if ids is not None or rule.endpoint in QUICK else ():
            with chance(f"{life.seed}, look {life.looks}, {path}"):
                found[path] = bare(browser.get(path))
    found["notes"] = [str(one).replace(str(one["Message-ID"]), "") for one in life.letters if one["To"].startswith(name.lower())]
    return found


def _paths(rule: Rule, ids: Ids | None, browser: Any) -> Iterator[str]:
    part, values = id_part(rule), other_parts(rule, all_of_them=False)
    if part is None or ids is None:
        yield from (path_of(rule, value) for value in values[: 1 if area(rule.endpoint) == "public" else 3])
        return
    if rule.endpoint not in _named:
        with looked_into() as tables:
            browser.get(path_of(rule, values[0] | {part: str(NO_ROW)}))
        _named[rule.endpoint] = set(tables)
    for id in (*ids.of(_named[rule.endpoint]), NO_ROW):
        yield path_of(rule, values[0] | {part: str(id)})


def bare(reply: Any) -> Reply:
    assert reply.headers.get("Content-Length") in (None, str(len(reply.data)))
    headers = [(name, re.sub(r"'nonce-[^']*'", "'nonce-'", value)) for name, value in reply.headers.items()]
    kept = sorted(pair for pair in headers if pair[0] not in {"Set-Cookie", "Content-Length"})
    body = normal(reply) if reply.mimetype.startswith(("text/", "application/json")) else sha256(reply.data).hexdigest()
    return reply.status_code, tuple(kept), body


def documents(life: Life) -> Sight:
    """Ana's own report and the one for both, as they would be printed. Call within the life."""
    settings, found = life.app.extensions["settings"], {}
    maker = Viewer.of(life.cast.user("Cleo"))
    for audience, person in ((Audience.PERSON, life.known.seats["Ana"]), (Audience.JOINT, None)):
        try:
            asked = reporting.Request(audience, person)
            report = reporting.progress(life.case, asked, maker=maker, at=life.at, settings=settings)
            found[f"report: {audience.value}"] = render_html(report, templates_folder())
        except NotAllowedNow as refusal:  # two who were separated have no document in common
            found[f"report: {audience.value}"] = str(refusal)
    db.session.rollback()
    return found


def differences(one: Sight, other: Sight) -> list[str]:
    found = [f"{path}: there in one world only" for path in sorted(set(one) ^ set(other))]
    return found + [f"{path}: {_first(one[path], other[path])}" for path in one if path in other and one[path] != other[path]]


def _first(one: Any, other: Any) -> str:
    for left, right in zip(str(one).splitlines() or [""], str(other).splitlines() or [""], strict=False):
        place = next((number for number, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1]), -1)
        if place >= 0:
            return f"...{left[max(0, place - 60) : place + 60]}... against ...{right[max(0, place - 60) : place + 60]}..."
    return "of different length"
