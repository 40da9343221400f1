"""Who may do what to whose row, and who may enter which page: every cell by hand in `matrix.toml`, tried on real rows."""

from __future__ import annotations

import tomllib
import uuid
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from clinic import access
from clinic.access import NotFound, Permission, Viewer
from clinic.db import db
from clinic.models import AuditEntry, Event
from tests.privacy.crawl import area, id_part, normal, other_parts, path_of, rules, signed_in
from tests.privacy.expected import CAST
from tests.privacy.world import World

MATRIX = tomllib.loads(Path(__file__).with_name("matrix.toml").read_text(encoding="utf-8"))
AREAS = {"practice": "Cleo", "portal": "Ana", "admin": "Max"}
HOMES = {"Cleo": "/practice/", "Ana": "/my/", "Max": "/admin/"}
NO_ROW = "-"


def test_every_permission_has_its_cells() -> None:
    assert set(MATRIX["may"]) == {permission.value for permission in Permission}, "give every Permission a table in matrix.toml"
    assert all(any(names for names in cells.values()) for cells in MATRIX["may"].values()), "somebody may do each of them"
    named = {name for cells in MATRIX["may"].values() for names in cells.values() for name in names}
    assert named <= set(CAST)


@pytest.mark.parametrize("permission", list(Permission))
def test_who_may_do_what(world: World, permission: Permission) -> None:
    tried = 0
    for row, expected in MATRIX["may"][permission.value].items():
        for name in CAST:
            assert _may(world, name, permission, row) == (name in expected), f"{name}, {permission}, {row}"
            tried += 1
    assert tried


def _may(world: World, name: str, permission: Permission, row: str) -> bool:
    viewer = world.viewer(name)
    try:
        if row == NO_ROW:
            access.require(viewer, permission)
            return True
        model, id = world.rows[row]
        return access.find(viewer, model, id, permission).id == id
    except NotFound:
        return False


def test_whose_scope_holds_which_row(world: World) -> None:
    case = db.session.get_one(*world.rows["the case of Ana"])
    viewers = {name: world.viewer(name) for name in CAST} | {"both": Viewer.both(case)}
    viewers |= {f"{name}'s document": Viewer.person(world.cast.seat(name)) for name in ("Ana", "Ben")}
    for row, expected in MATRIX["sees"].items():
        model, id = world.rows[row]
        seen = {name for name, viewer in viewers.items() if access.rows_of(viewer, model, model.id == id)}
        assert seen == set(expected), f"{row} is seen by {sorted(seen)}"


def test_every_scope_is_tried(world: World) -> None:
    tried = {world.rows[row][0] for row in MATRIX["sees"]}
    left = {model.__name__ for model in access.SCOPES if model not in tried}
    # No private word, or tried in a test of its own: a policy is both people's; the audit is the administrator's alone.
    assert left <= {
        "WorksheetResponse", "SafeContact", "Signature", "ConfidentialityPolicy", "Invitation", "AuditEntry",
    }, f"say in matrix.toml, under [sees], who sees a row of {left}"  # fmt: skip


@pytest.mark.parametrize("model", ["WorksheetResponse", "SafeContact", "Signature", "ConfidentialityPolicy", "Sharing", "Draft"])
def test_one_persons_rows_are_never_the_others(world: World, model: str) -> None:
    """Whatever a client's scope holds is theirs; only a policy was put to both."""
    kind = next(known for known in access.SCOPES if known.__name__ == model)
    for name in world.cast.seats:
        rows = access.rows_of(world.viewer(name), kind)
        assert all(getattr(row, "participant_id", None) in (world.cast.seats[name], None) for row in rows)
        assert all(row.case_id == world.cast.cases[name] for row in rows)
    assert db.session.scalars(select(kind)).first() is not None


# --- endpoints ------------------------------------------------------------------------------------------------------------


def listed() -> dict[str, str]:
    return {f"{place}.{name}": permission for place, names in MATRIX["endpoints"].items() for name, permission in names.items()}


def test_every_endpoint_is_in_the_matrix(app: Flask) -> None:
    found = {rule.endpoint for rule in app.url_map.iter_rules()} - {"static"}
    new, gone = sorted(found - set(listed())), sorted(set(listed()) - found)
    assert not new, (
        f"{new}: put each under its area in [endpoints] of tests/privacy/matrix.toml with the permission that it asks "
        f"`access.find` for ({', '.join(Permission)}), or \"own\" if it only ever shows the viewer's own rows"
    )
    assert not gone, f"{gone}: in matrix.toml, and no longer in the application"
    assert {area(endpoint) for endpoint in found} == {*AREAS, "public"}
    assert set(listed().values()) <= {*Permission, "own", "none"}


@pytest.mark.parametrize("place", list(AREAS))
def test_a_row_that_is_not_there_is_refused_under_the_permission_of_the_matrix(app: Flask, place: str) -> None:
    """An endpoint that takes an id asks for exactly the permission that the matrix names, and the refusal is on record."""
    name, tried = AREAS[place], 0
    browser = signed_in(app, name)
    for method in ("GET", "POST"):
        for rule in rules(app, method):
            part = id_part(rule)
            if area(rule.endpoint) != place or part is None:
                continue
            path = path_of(rule, {part: str(uuid.uuid4()), **other_parts(rule, all_of_them=False)[0]})
            reply = browser.get(path) if method == "GET" else browser.post(path, form_at=HOMES[name])
            assert reply.status_code == 404, f"{method} {path}: {reply.status_code}"
            assert _newest_refusal(app) == listed()[rule.endpoint], f"{method} {rule.endpoint}"
            tried += 1
    assert tried >= (1 if place == "admin" else 10)


def _newest_refusal(app: Flask) -> Any:
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
        return entry.details["permission"] if entry.event == Event.REFUSED else f"no refusal on record, but {entry.event}"


@pytest.mark.parametrize("name", list(HOMES))
def test_the_pages_of_another_area_are_like_no_page_at_all(app: Flask, name: str) -> None:
    browser, tried = signed_in(app, name), 0
    missing = normal(browser.get("/no-such-page"))
    for method, path, endpoint in _one_address_each(app):
        if AREAS.get(area(endpoint), name) == name:
            continue
        reply = browser.get(path) if method == "GET" else browser.post(path, form_at=HOMES[name])
        assert (reply.status_code, normal(reply)) == (404, missing), f"{name}: {method} {path}"
        tried += 1
    assert tried > 20


def test_nobody_is_asked_to_sign_in_and_told_no_more(app: Flask) -> None:
    browser, tried = signed_in(app, ""), 0
    for method, path, endpoint in _one_address_each(app):
        if area(endpoint) == "public":
            continue
        reply = browser.get(path) if method == "GET" else browser.post(path, form_at="/sign-in")
        if method == "GET":
            assert (reply.status_code, reply.headers["Location"]) == (302, f"/sign-in?next={path}")
        else:
            assert reply.status_code == 401
        tried += 1
    assert tried > 40


def _one_address_each(app: Flask) -> list[tuple[str, str, str]]:
    found = []
    for method in ("GET", "POST"):
        for rule in rules(app, method):
            part = id_part(rule)
            values = {part: str(uuid.uuid4())} if part else {}
            found.append((method, path_of(rule, values | other_parts(rule, all_of_them=False)[0]), rule.endpoint))
    return found
