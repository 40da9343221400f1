"""A form that was sent after its sign-in had run out: what was typed comes back to whoever typed it, and to nobody else."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable

import pytest
from cast import PASSWORD, Browser, Cast, Clock
from crawl import Form, Page
from flask import Flask
from werkzeug.test import TestResponse

from clinic.db import db
from clinic.models.notes import Medium, NoteFormat, begin_note, record_encounter
from clinic.web.carrying import way_back
from forms import library
from forms.definition import AnsweredBy, Kind, Worksheet

Opened = Callable[[str], Browser]
TYPED = 'Wörter über "uns",\r\nauf zwei Zeilen <b>& mehr</b> 他们'


def form_with(text: str, field: str) -> Form:
    """The form of a page that has this field, whether hidden or for typing."""
    for number, piece in enumerate(text.split("<form")[1:]):
        if f'name="{field}"' in piece.split("</form")[0]:
            return Page(text).forms[number]
    raise AssertionError(f"no form with {field}")


@pytest.fixture
def worksheet(cast: Cast) -> str:
    """A page of Ana's homework."""
    sheets = (sheet for module in library.modules for sheet in library.worksheets_of(module.id))
    made = cast.assign("Ana", next(sheet.id for sheet in sheets if suits(sheet)), by="Cleo")
    db.session.commit()
    return f"/my/homework/{made.id}/1"


def suits(sheet: Worksheet) -> bool:
    is_long = any(item.kind is Kind.LONG_TEXT for item in sheet.pages[0].items)
    return is_long and sheet.answered_by in (AnsweredBy.EACH, AnsweredBy.HURT)


class Writer:
    """Ana at a page of her homework, with text in its first long answer."""

    def __init__(self, browser: Browser, path: str) -> None:
        self.browser, self.path = browser, path
        text = browser.get(path).get_data(as_text=True)
        self.field = text.split("<textarea")[1].split('name="')[1].split('"')[0]
        self.form = form_with(text, self.field)

    def send(self) -> TestResponse:
        return self.browser.open(self.form.action or self.path, method="POST", data={**self.form.fields, self.field: TYPED})


def sign_in_again(browser: Browser, late: TestResponse, email: str, **changes: str) -> TestResponse:
    """Fill in the sign-in form that came instead of the page."""
    form = form_with(late.get_data(as_text=True), "password")
    fields = {**form.fields, "email": email, "password": PASSWORD, **changes}
    return browser.open(form.action, method="POST", data=fields)


def press_continue(browser: Browser, offered: TestResponse) -> TestResponse:
    text = offered.get_data(as_text=True)
    form = next(one for one in Page(text).forms if one.action.startswith(("/my/", "/practice/")))
    areas = text.split(f'action="{form.action}"')[1].split("</form")[0].split("<textarea")[1:]
    for area in areas:
        name = area.split('name="')[1].split('"')[0]
        form.fields[name] = html.unescape(area.split(">", 1)[1].split("</textarea")[0].removeprefix("\n"))
    return browser.open(form.action, method="POST", data=form.fields)


def test_a_page_of_homework_comes_back_after_signing_in_again(browser: Opened, worksheet: str, clock: Clock) -> None:
    ana = browser("Ana")
    writer = Writer(ana, worksheet)
    clock.pass_by(minutes=40)
    late = writer.send()
    assert late.status_code == 401
    assert TYPED.split()[0] not in late.get_data(as_text=True)
    offered = sign_in_again(ana, late, "ana@home.example")
    assert offered.status_code == 200
    assert offered.headers["Cache-Control"] == "no-store"
    assert press_continue(ana, offered).status_code == 303
    assert "auf zwei Zeilen &lt;b&gt;&amp; mehr&lt;/b&gt; 他们" in ana.get(worksheet).get_data(as_text=True)


def test_a_note_comes_back_after_signing_in_again(browser: Opened, cast: Cast, clock: Clock) -> None:
    encounter = record_encounter(
        db.session(), cast.case("Ana"), began_at=cast.clock(), minutes=50, medium=Medium.IN_PERSON,
        attendees={cast.seats["Ana"], cast.seats["Ben"]}, by=cast.users["Cleo"], at=cast.clock(),
    )  # fmt: skip
    note = begin_note(db.session(), encounter, format=NoteFormat.SOAP, by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    path = f"/practice/notes/{note.id}"
    cleo = browser("Cleo")
    form = form_with(cleo.get(path).get_data(as_text=True), "section-subjective")
    clock.pass_by(hours=2)
    late = cleo.open(form.action, method="POST", data={**form.fields, "section-subjective": TYPED, "section-plan": "Next week."})
    assert late.status_code == 401
    done = press_continue(cleo, sign_in_again(cleo, late, "cleo@practice.example"))
    assert done.status_code == 303
    text = cleo.get(path).get_data(as_text=True)
    assert "auf zwei Zeilen &lt;b&gt;&amp; mehr&lt;/b&gt; 他们" in text
    assert "Next week." in text


def test_a_wrong_password_first_loses_nothing(browser: Opened, worksheet: str, clock: Clock) -> None:
    ana = browser("Ana")
    writer = Writer(ana, worksheet)
    clock.pass_by(minutes=40)
    wrong = sign_in_again(ana, writer.send(), "ana@home.example", password="not the one")
    assert wrong.status_code == 400
    assert press_continue(ana, sign_in_again(ana, wrong, "ana@home.example")).status_code == 303


def test_anyone_else_who_signs_in_there_gets_nothing_of_it(browser: Opened, worksheet: str, clock: Clock) -> None:
    ana = browser("Ana")
    writer = Writer(ana, worksheet)
    clock.pass_by(minutes=40)
    late = writer.send()
    for email in ("ben@home.example", "cleo@practice.example"):
        landed = sign_in_again(ana, late, email)
        assert (landed.status_code, landed.location) == (302, "/")
        late = TestResponseLike(late)
        ana.post("/sign-out", form_at="/my/" if email.startswith("ben") else "/practice/library")
        late.token = ana.token("/sign-in")


class TestResponseLike:
    """The sign-in page that came back, with the token of the visit that there is now."""

    __test__ = False

    def __init__(self, page: TestResponse) -> None:
        self.page, self.token = page, ""

    def get_data(self, *, as_text: bool) -> str:
        text = self.page.get_data(as_text=as_text)
        old = text.split('name="csrf_token" value="')[1].split('"')[0]
        return text.replace(old, self.token)


def test_a_changed_or_cut_form_is_refused_and_one_still_signs_in(browser: Opened, worksheet: str, clock: Clock) -> None:
    ana = browser("Ana")
    writer = Writer(ana, worksheet)
    clock.pass_by(minutes=40)
    late = writer.send()
    sealed = form_with(late.get_data(as_text=True), "password").fields["carried"]
    raw = bytearray(base64.urlsafe_b64decode(sealed))
    raw[len(raw) // 2] ^= 1
    for changed in (base64.urlsafe_b64encode(raw).decode(), sealed[:40], sealed[4:], "", "?", "A", "é", "A" * 200_000):
        tried = Browser(ana.client.application)
        token = tried.token("/sign-in")
        fields = {"csrf_token": token, "email": "ana@home.example", "password": PASSWORD, "carried": changed}
        assert tried.open("/sign-in", method="POST", data=fields).location == "/"
    assert sign_in_again(ana, late, "ana@home.example").status_code == 200


def test_after_two_hours_it_is_too_old(browser: Opened, worksheet: str, clock: Clock) -> None:
    ana = browser("Ana")
    writer = Writer(ana, worksheet)
    clock.pass_by(minutes=40)
    late = writer.send()
    clock.pass_by(hours=2, seconds=1)
    assert sign_in_again(ana, late, "ana@home.example").location == "/"


def test_what_another_site_made_someone_send_is_not_kept(browser: Opened, worksheet: str, clock: Clock) -> None:
    ana = browser("Ana")
    writer = Writer(ana, worksheet)
    clock.pass_by(minutes=40)
    writer.form.fields["csrf_token"] = "made up"
    assert 'name="carried"' not in writer.send().get_data(as_text=True)


def test_a_stranger_gets_the_sign_in_page_and_nothing_is_carried(browser: Opened, worksheet: str) -> None:
    reply = browser("").post(worksheet, {"text": TYPED}, form_at="/sign-in")
    assert reply.status_code == 401
    assert 'name="carried"' not in reply.get_data(as_text=True)


def test_saving_in_the_background_is_told_in_json(browser: Opened, worksheet: str, clock: Clock) -> None:
    ana = browser("Ana")
    token = ana.token(worksheet)
    clock.pass_by(minutes=40)
    reply = ana.open(f"{worksheet}/draft", method="POST", data={"csrf_token": token}, headers={"Accept": "application/json"})
    assert reply.status_code == 401
    assert "Sign in again" in reply.get_json()["message"]


def test_the_way_back_keeps_what_was_asked_for(browser: Opened) -> None:
    nobody = browser("")
    asked = nobody.get("/practice/library?q=a b&page=2")
    form = Page(nobody.get(asked.location).get_data(as_text=True)).forms[-1]
    fields = {**form.fields, "email": "cleo@practice.example", "password": PASSWORD}
    assert nobody.open(form.action, method="POST", data=fields).location == "/practice/library?q=a%20b&page=2"


ELSEWHERE = [
    "//evil.example", "///evil.example", "////evil.example/x", "https://evil.example", "http:evil.example", "https:/evil.example",
    "\\\\evil.example", "/\\evil.example", "\\/evil.example", "/\t/evil.example", "/\n/evil.example", "\t//evil.example",
    " //evil.example", "/ /evil.example", "//evil.example/my/", "/my/@evil.example", "//user@evil.example", "javascript:alert(1)",
    "data:text/html,x", "/%2f%2fevil.example", "/%5cevil.example", "/.//evil.example", "/..//evil.example", "/my/..//evil.example",
    "/;//evil.example", "?next=//evil.example", "evil.example", "/no-such-page", "/sign-out", "/\u2215evil.example",
    "//\u3002evil", "/\x00/evil.example", "http://localhost@evil.example/", "/my/\r\nSet-Cookie: x=1", "x" * 5000, "//[::1", "https://[",
]  # fmt: skip


def test_the_way_back_never_leads_elsewhere(app: Flask) -> None:
    """A browser reads ``\\`` as ``/``, and drops tabs and line breaks: what comes out must be ours however it is read."""
    for target in ELSEWHERE[:24:6]:
        reply = Browser(app).post(
            "/sign-in", {"email": "ana@home.example", "password": PASSWORD, "next": target}, form_at="/sign-in"
        )
        assert reply.status_code == 302
        assert is_ours(reply.location), target
    with app.test_request_context("/care/sign-in", base_url="http://localhost/care/"):
        ways = {target: way_back(target) for target in [*ELSEWHERE, "/my/", "/practice/tasks?a=b"]}
    assert ways.pop("/my/") == "/care/my/"
    assert ways.pop("/practice/tasks?a=b") == "/care/practice/tasks?a=b"
    assert not [target for target, way in ways.items() if way is not None and not is_ours(way.removeprefix("/care"))]


def is_ours(place: str) -> bool:
    """However a browser reads it."""
    read = re.sub(r"[\t\r\n]", "", place.replace("\\", "/")).strip()
    return (
        (read == "/" or read.startswith(("/my/", "/practice/", "/admin/"))) and "evil" not in read and not re.search(r"\s", place)
    )
