"""What every reply says beside its body, what hostile addresses and forms meet, and that no form of another page gets in."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cast import Browser, Cast
from flask import Flask
from werkzeug.test import TestResponse

from clinic import create_app
from clinic.db import db
from clinic.models import Answer, Assignment, Case, Participant, ReleasedReport, SignIn, Task, User
from clinic.models.releases import release_report
from clinic.models.tasks import TaskKind, raise_task
from forms import Given
from tests.conftest import settings_in
from tests.privacy.crawl import area, id_part, normal, other_parts, path_of, rows_on_disk, rules, signed_in

OF_AREA = {"practice": "Cleo", "portal": "Ana", "admin": "Max", "public": ""}
HOME = {"Cleo": "/practice/", "Ana": "/my/", "Max": "/admin/", "": "/sign-in"}
DIRECTIVES = {
    "default-src": "'none'", "script-src": "'self' 'nonce-{}'", "style-src": "'self'", "font-src": "'self'",
    "img-src": "'self' data:", "connect-src": "'self'", "form-action": "'self'", "base-uri": "'none'",
    "object-src": "'none'", "frame-ancestors": "'none'",
}  # fmt: skip
HOSTILE = [
    "%00", "%00%00", "%ED%A0%80", "%FF%FE", "..%2F..%2Fetc%2Fpasswd", "%0d%0aSet-Cookie:%20a=b", "a" * 4000, "-1", "0", "1e9",
    "{{7*7}}", "'%20OR%201=1--", "<svg%20onload=alert(1)>", "00000000-0000-0000-0000-00000000000", "9" * 400,
]  # fmt: skip


@pytest.fixture
def furnished(app: Flask, cast: Cast) -> dict[str, uuid.UUID]:
    """A row of each kind that an address can name, Ana's or of her case."""
    by, session = cast.users["Cleo"], db.session()
    sent, waiting = (cast.assign("Ana", sheet, by="Cleo") for sheet in ("one-sentence", "people-and-coping"))
    session.flush()
    response = cast.send(sent, {"one_sentence": Given("some words")}, by=cast.users["Ana"])
    whose = {"case_id": cast.cases["Ana"], "participant_id": cast.seats["Ana"]}
    task = raise_task(session, **whose, kind=TaskKind.OWN, title="To do", by=by, at=cast.clock())
    report = release_report(
        session, case_id=cast.cases["Ana"], kind="progress", audience="counselor", participant_id=None, period=(None, None),
        pdf=b"%PDF-1.7", by=by, at=cast.clock(),
    )  # fmt: skip
    session.commit()
    rows = {Case: cast.cases["Ana"], Participant: cast.seats["Ana"], User: by, Assignment: waiting.id, Task: task.id}
    rows |= {Answer: response.answers[0].id, ReleasedReport: report.id}
    found = {model.__name__: id for model, id in rows.items()} | {"sent": sent.id}
    session.rollback()
    return found


def addresses(app: Flask, method: str, ids: list[uuid.UUID]) -> Iterator[tuple[str, str]]:
    """Each address of this method with each of these ids: (area, path)."""
    for rule in rules(app, method):
        part, others = id_part(rule), other_parts(rule, all_of_them=False)[0]
        for id in ids if part else ids[:1]:
            yield area(rule.endpoint), path_of(rule, ({part: str(id)} if part else {}) | others)


def every_reply(app: Flask, ids: list[uuid.UUID]) -> Iterator[tuple[str, TestResponse]]:
    """Pages, errors, files: as the person of the area, as nobody, and of another area."""
    browsers = {name: signed_in(app, name) for name in (*HOME, "Ben")}
    for place, path in addresses(app, "GET", ids):
        yield path, browsers[OF_AREA[place]].get(path)
    for _, path in addresses(app, "GET", ids[:1]):
        yield path, browsers[""].get(path)
        yield path, browsers["Ben"].get(path)
    for method, path, name in (
        ("GET", "/no-such-page", "Ana"), ("GET", "/practice/no-such-page", "Cleo"), ("GET", "/static/no-such-file.css", ""),
        ("PUT", "/my/", "Ana"), ("DELETE", "/practice/", "Cleo"), ("TRACE", "/", ""), ("OPTIONS", "/my/", "Ana"),
        ("HEAD", "/my/", "Ana"), ("POST", "/my/password", "Ana"), ("POST", "/practice/cases/new", "Cleo"),
        ("GET", "/static/css/base.css", "Ana"), ("GET", "/static/js/exit.js", ""),
        ("GET", "/static/../config.py", ""), ("GET", "/.git/config", ""),
    ):  # fmt: skip
        yield f"{method} {path}", browsers[name].open(path, method=method, headers={"Origin": "https://evil.example"})


def test_every_reply_is_dressed(app: Flask, furnished: dict[str, uuid.UUID]) -> None:
    nonces, statuses, kinds = [], set(), set()
    for path, reply in every_reply(app, [*furnished.values(), uuid.uuid4()]):
        headers, names = reply.headers, set(reply.headers.keys())
        is_file = path.split()[-1].startswith("/static/") and reply.status_code == 200
        statuses.add(reply.status_code)
        kinds.add(reply.mimetype)
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "no-referrer", path
        assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin", path
        assert not [name for name in names if name.lower().startswith("access-control-")], path
        assert not {"Server", "X-Powered-By", "Via"} & names, path
        assert "Strict-Transport-Security" not in headers, f"{path}: this practice is served on plain loopback http"
        if not is_file:
            assert headers["Cache-Control"] == "no-store", path
            assert "ETag" not in headers and "Last-Modified" not in headers, path
        assert reply.mimetype != "text/html" or headers["Content-Type"] == "text/html; charset=utf-8", path
        nonces += _checked_policy(path, reply)
    assert len(nonces) == len(set(nonces)), "a nonce came twice"
    assert statuses >= {200, 302, 400, 404, 405}
    assert kinds >= {"text/html", "application/pdf", "text/css", "text/javascript", "text/plain"}
    print(f"{len(nonces)} pages, statuses {sorted(statuses)}")


def _checked_policy(path: str, reply: TestResponse) -> list[str]:
    """The page's own nonce; a file needs none."""
    given = dict(part.strip().split(" ", 1) for part in reply.headers["Content-Security-Policy"].split(";") if " " in part.strip())
    assert "unsafe" not in reply.headers["Content-Security-Policy"]
    if reply.mimetype != "text/html":
        assert given["default-src"] == given["frame-ancestors"] == "'none'", path
        assert reply.headers["Content-Security-Policy"].endswith("; sandbox"), path
        return []
    nonce = given["script-src"].split("'nonce-")[-1].rstrip("'")
    assert len(nonce) >= 22
    assert given == {name: value.format(nonce) for name, value in DIRECTIVES.items()}, path
    text = reply.get_data(as_text=True)
    assert set(re.findall(r'nonce="([^"]*)"', text)) <= {nonce}, path
    scripts = re.findall(r"<script\b([^>]*)>", text)
    assert all(f'nonce="{nonce}"' in script and "src=" in script for script in scripts), f"{path}: a script without its nonce"
    assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=|javascript:", text), f"{path}: inline style or script"
    assert not re.search(r"""(?:src|href|action)=["']?(?:https?:)?//""", text), f"{path}: something of another host"
    return [nonce]


# --- cookies ----------------------------------------------------------------------------------------------------------------


def cookies_of(reply: TestResponse) -> list[tuple[str, set[str]]]:
    found = []
    for line in reply.headers.getlist("Set-Cookie"):
        first, *attributes = line.split("; ")
        found.append((first.partition("=")[0], set(attributes)))
    return found


def test_on_loopback_http_one_cookie_is_set_and_it_is_strict(app: Flask) -> None:
    browser = Browser(app)
    assert cookies_of(browser.get("/sign-in")) == [("id", {"HttpOnly", "Path=/", "SameSite=Lax"})]
    assert cookies_of(browser.get("/sign-in")) == [], "the token stays until somebody signs in"
    assert cookies_of(browser.sign_in("ana@home.example")) == [("id", {"HttpOnly", "Path=/", "SameSite=Lax"})]
    assert cookies_of(browser.get("/static/css/base.css")) == []


def test_on_https_the_cookie_is_bound_to_the_host_and_https_is_asked_for_always(app: Flask, tmp_path: Path) -> None:
    safe = create_app(settings_in(tmp_path / "practice", web={"public_url": "https://practice.example"}))
    for path, status in (("/sign-in", 200), ("/no-such-page", 404), ("/static/css/base.css", 200), ("/my/", 302)):
        reply = safe.test_client().get(path, base_url="https://practice.example")
        assert reply.status_code == status
        assert reply.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        if not path.startswith("/static"):
            assert cookies_of(reply) == [("__Host-id", {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"})]


def test_the_cookie_changes_at_sign_in_and_a_planted_one_is_worth_nothing(app: Flask) -> None:
    browser = Browser(app)
    planted = "A" * 43
    browser.client.set_cookie("id", planted)
    browser.sign_in("ana@home.example")
    held = browser.client.get_cookie("id")
    assert held is not None
    assert held.value != planted
    thief = Browser(app)
    thief.client.set_cookie("id", planted)
    assert thief.get("/my/").status_code == 302
    with app.app_context():
        kept = [row.hashed for row in db.session.scalars(db.select(SignIn))]
    assert held.value.encode() not in kept


# --- errors -----------------------------------------------------------------------------------------------------------------


def test_each_error_is_a_page_with_a_sentence_and_nothing_of_the_inside(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from clinic.web.portal import home

    browser = signed_in(app, "Ana")
    too_much = {"csrf_token": browser.token("/my/"), "x": "y" * (3 * 1024 * 1024)}

    def fails(*_: Any) -> None:
        raise RuntimeError("Ana's secret words")

    replies = {
        404: browser.get("/no-such-page"),
        405: browser.open("/my/", method="DELETE"),
        400: browser.open("/my/password", method="POST", data={"csrf_token": "not ours"}),
        413: browser.open("/my/password", method="POST", data=too_much),
    }
    monkeypatch.setitem(app.view_functions, "portal.about", fails)
    replies[500] = browser.get("/my/about")
    assert home
    for status, reply in replies.items():
        text = reply.get_data(as_text=True)
        assert reply.status_code == status
        assert text.count("<h1") == 1
        assert not re.search(r"Traceback|RuntimeError|secret words|werkzeug|\.py\b|Kintsugi", text, re.IGNORECASE), status
        assert re.search(r"<title>[^<]+</title>", text), status


def test_what_a_fault_says_reaches_no_log(app: Flask, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    def fails() -> None:
        raise RuntimeError("Ana's secret words")

    monkeypatch.setitem(app.view_functions, "portal.about", fails)
    signed_in(app, "Ana").get("/my/about")
    said = "".join(capfd.readouterr())
    assert "RuntimeError" in said, "that it failed, and where, is written down"
    assert "secret" not in said


def test_missing_malformed_and_someone_elses_ids_are_one_page(app: Flask, cast: Cast, furnished: dict[str, uuid.UUID]) -> None:
    others = [cast.cases["Gil"], cast.seats["Gil"], cast.users["Gil"]]
    db.session.rollback()
    for name, place in (("Cleo", "practice"), ("Ana", "portal"), ("Max", "admin")):
        browser, tried = signed_in(app, name), 0
        missing = normal(browser.get("/no-such-page"))
        for rule in rules(app):
            part = id_part(rule)
            if area(rule.endpoint) != place or part is None:
                continue
            for id in (uuid.uuid4(), *others, *HOSTILE, "not-an-id"):
                values = {part: "PLACE", **other_parts(rule, all_of_them=False)[0]}
                path = path_of(rule, values).replace("PLACE", str(id))
                reply = browser.get(path)
                assert (reply.status_code, normal(reply)) == (404, missing), f"{name}: {path[:80]}"
                tried += 1
        assert tried > 50 or place == "admin"


@pytest.mark.parametrize("name", list(HOME))
def test_hostile_words_in_an_address_never_break_a_page(app: Flask, furnished: dict[str, uuid.UUID], name: str) -> None:
    browser, tried = signed_in(app, name), 0
    for rule in rules(app):
        words = [part for part in rule.arguments if part != id_part(rule)]
        if OF_AREA[area(rule.endpoint)] != name or rule.endpoint == "public.exit":
            continue
        for word in HOSTILE:
            values = {part: str(furnished["Case"]) for part in rule.arguments} | dict.fromkeys(words, "PLACE")
            path = path_of(rule, values).replace("PLACE", word)
            for address in (path, f"{path}?next={word}&page={word}&audience={word}&{word}={word}"):
                reply = browser.get(address)
                assert reply.status_code in (200, 302, 303, 400, 404, 409), f"{address[:120]}: {reply.status_code}"
                assert "\n" not in reply.headers.get("Location", "")
                tried += 1
    assert tried > 20


# --- forms ------------------------------------------------------------------------------------------------------------------

EXEMPT = {"/leave"}  # ends a sign-in and nothing else: it must work on the oldest page


def test_no_form_is_taken_without_the_token_of_its_own_visit(app: Flask, furnished: dict[str, uuid.UUID]) -> None:
    foreign = signed_in(app, "Ben").token("/my/")
    tokens, tried = {"none": {}, "foreign": {"csrf_token": foreign}, "empty": {"csrf_token": ""}, "odd": {"csrf_token": "\0"}}, 0
    browsers = {name: signed_in(app, name) for name in HOME}
    before = rows_on_disk(app, but=())
    for place, path in addresses(app, "POST", list(furnished.values())):
        if path in EXEMPT or path.startswith("/stop/"):  # the link in a note is its own key
            continue
        for kind, token in tokens.items():
            reply = browsers[OF_AREA[place]].open(path, method="POST", data=token)
            assert reply.status_code == 400, f"{path} with a token that is {kind}: {reply.status_code}"
            tried += 1
        reply = browsers[OF_AREA[place]].open(path, method="POST", data={}, headers={"Accept": "application/json"})
        assert (reply.status_code, reply.mimetype) == (400, "application/json")
    assert rows_on_disk(app, but=()) == before
    assert tried > 100
    print(f"{tried} forms refused")


def test_the_exit_needs_no_token_and_does_nothing_but_end_the_sign_in(app: Flask) -> None:
    browser = signed_in(app, "Ana")
    before = rows_on_disk(app)
    reply = browser.open("/leave", method="POST")
    assert reply.status_code == 303
    assert [name for name, _ in cookies_of(reply)] == ["id"]
    assert rows_on_disk(app) == before
    assert browser.get("/my/").status_code == 302


ABSURD = ["\0", "\x01\x1b[31m", "9" * 5000, "9999-99-99", "0000-00-00", "-1", "1e999", "NaN", "x" * 25_000, "{{7*7}}", "\u202e"]
# Fields that no page of this test shows: buttons, and parts of forms of a later step. The rest is read off the pages.
NAMES = {"go", "aside", "add_row", "look", "carried", "next", "revision", "submission_key", "typed_name", "comment", "reason"}


@pytest.mark.parametrize("place", ["practice", "portal", "admin", "public"])
def test_absurd_forms_never_break_a_page(app: Flask, furnished: dict[str, uuid.UUID], place: str) -> None:
    """Every form with every field that any of ours has, each as absurd as the next."""
    name, statuses = OF_AREA[place], {}
    names = {*NAMES, *_fields_on_pages(app, furnished, name)}
    with app.app_context():
        everybody = len(db.session.scalars(db.select(User)).all())
    browser = signed_in(app, name)
    token = browser.token(HOME[name])
    for _, path in (found for found in addresses(app, "POST", list(furnished.values())) if found[0] == place):
        if path in EXEMPT or path in ("/sign-out", "/sign-in"):
            continue
        if browser.open(path, method="POST", data={"csrf_token": token, "go": "\0"}).status_code == 404:
            continue  # an id of another kind
        browser = signed_in(app, name)  # the form before may have ended the visit
        token = browser.token(HOME[name])
        for value in ABSURD:
            reply = browser.open(path, method="POST", data={"csrf_token": token, **dict.fromkeys(names, value)})
            statuses[path, value] = reply.status_code
        reply = browser.open(path, method="POST", data=_raw(token, names), content_type="application/x-www-form-urlencoded")
        statuses[path, "surrogate"] = reply.status_code
    broken = {f"{path} with {value[:12]!r}": status for (path, value), status in statuses.items() if status >= 500}
    assert not broken, broken
    assert statuses
    with app.app_context():
        assert len(db.session.scalars(db.select(User)).all()) == everybody
    print(f"{place}: {len(statuses)} forms with {len(names)} fields, statuses {sorted(set(statuses.values()))}")


def _raw(token: str, names: set[str]) -> bytes:
    """A lone surrogate and broken UTF-8 cannot be typed into a string that is encoded properly."""
    return ("csrf_token=" + token + "".join(f"&{name}=%ED%A0%80%FF" for name in sorted(names))).encode()


def _fields_on_pages(app: Flask, furnished: dict[str, uuid.UUID], name: str) -> set[str]:
    """The names of the fields of the forms that these pages show."""
    browser, found = signed_in(app, name), set()
    for place, path in addresses(app, "GET", list(furnished.values())):
        if OF_AREA[place] == name:
            found |= set(re.findall(r'<(?:input|select|textarea)\b[^>]*\bname="([^"]+)"', browser.get(path).get_data(as_text=True)))
    return found - {"csrf_token"}
