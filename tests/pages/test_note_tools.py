"""The tools of the editor without scripts: what came before, carrying it forward, phrases, late entries; and signing in again."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from cast import PASSWORD, Browser, Cast
from flask import Flask
from werkzeug.test import TestResponse

from clinic.access import Viewer
from clinic.db import db
from clinic.models import Medium, ProgressNote, SignIn
from clinic.models.notes import begin_note, record_encounter
from clinic.models.sending import share
from clinic.reporting.progress import Request, progress
from forms import Given
from reports import Audience

Opened = Callable[[str], Browser]
JSON = {"Accept": "application/json"}
STAGE = "address-the-betrayal"


def note_of(cast: Cast, *who: str, days_ago: float = 0, format: str = "dap", **sections: str) -> uuid.UUID:
    """A note of Cleo's; signed when it says something."""
    by, at, seats = cast.users["Cleo"], cast.clock(), {cast.seats[name] for name in who}
    met = record_encounter(
        db.session(), cast.case("Ana"), attendees=seats, began_at=at - timedelta(days=days_ago, hours=1), minutes=50,
        medium=Medium.VIDEO, by=by, at=at,
    )  # fmt: skip
    db.session.flush()
    note = begin_note(db.session(), met, format=format, by=by, at=at)
    if sections:
        note.save(sections=sections, stages=[{"module_id": STAGE, "text": "On *time*.", "rating": 1}], at=at)
        db.session.flush()
        note.sign(by=by, name="Cleo Example, LMFT", at=at)
    db.session.commit()
    return note.id


def fresh(id: uuid.UUID) -> ProgressNote:
    db.session.rollback()
    return db.session.get_one(ProgressNote, id, populate_existing=True)


def text_of(page: Browser, id: uuid.UUID) -> str:
    return page.get(f"/practice/notes/{id}").get_data(as_text=True)


def pane(text: str) -> str:
    return html.unescape(text.split("<aside")[1].split("</aside>")[0])


def post(page: Browser, id: uuid.UUID, *, json: bool = False, **fields: str) -> TestResponse:
    found = re.search(r'name="revision" value="(\d+)"', text_of(page, id))
    assert found
    typed = {"revision": found[1], **{name.replace("__", "-"): value for name, value in fields.items()}}
    return page.post(f"/practice/notes/{id}/draft", typed, form_at="/practice/", headers=JSON if json else None)


# --- what came before -----------------------------------------------------------------------------------------------------


def test_beside_a_note_stands_the_last_of_the_same_kind_and_no_other(browser: Opened, cast: Cast) -> None:
    note_of(cast, "Ana", "Ben", days_ago=20, data="Older joint words")
    note_of(cast, "Ana", "Ben", days_ago=10, data="Newest joint words")
    note_of(cast, "Ana", days_ago=9, data="Words with Ana alone")
    note_of(cast, "Ben", days_ago=8, data="Words with Ben alone")
    page = browser("Cleo")
    seen = {who: pane(text_of(page, note_of(cast, *who))) for who in (("Ana", "Ben"), ("Ana",), ("Ben",))}
    said = {"Newest joint words": ("Ana", "Ben"), "Words with Ana alone": ("Ana",), "Words with Ben alone": ("Ben",)}
    for words, place in said.items():
        assert [who for who in seen if words in seen[who]] == [place]
    assert not any("Older joint words" in text for text in seen.values())


def test_the_answers_since_stand_there_and_never_the_other_persons_beside_an_individual_note(browser: Opened, cast: Cast) -> None:
    old = cast.assign("Ana", "one-sentence", by="Cleo")
    db.session.flush()
    cast.send(old, {"one_sentence": Given("Before the last session")}, by=cast.users["Ana"])
    db.session.commit()
    cast.clock.pass_by(days=3)
    note_of(cast, "Ana", "Ben", data="Joint")
    note_of(cast, "Ana", data="Ana alone")
    cast.clock.pass_by(days=3)
    for name, sheet, item in (("Ana", "hurt-account", "what_happened"), ("Ben", "involved-account", "what_i_did")):
        row = cast.assign(name, sheet, by="Cleo")
        db.session.flush()
        sent = cast.send(row, {item: Given(f"{name} writes this")}, by=cast.users[name])
        db.session.flush()
        if name == "Ben":
            share(db.session(), sent.answers[0], by=cast.users["Ben"], at=cast.clock())
    word = cast.assign("Ana", "private-word", by="Cleo")
    db.session.flush()
    cast.send(word, {item.id: Given("For you only") for item in library_items("private-word")}, by=cast.users["Ana"])
    db.session.commit()
    page = browser("Cleo")
    joint, alone = (pane(text_of(page, note_of(cast, *who))) for who in (("Ana", "Ben"), ("Ana",)))
    assert "Ana writes this" in joint and "Ben writes this" in joint and "shown to the other person" in joint
    assert "Ana writes this" in alone and "Ben" not in alone
    for text in (joint, alone):
        assert "Before the last session" not in text and "For you only" not in text


def library_items(sheet: str) -> list:
    from forms import library

    return [item for item in library.worksheet(sheet).items if item.kind in ("long_text", "short_text")]


def test_an_unsigned_note_of_an_earlier_session_is_named(browser: Opened, cast: Cast) -> None:
    draft = note_of(cast, "Ana", "Ben", days_ago=3)
    text = pane(text_of(browser("Cleo"), note_of(cast, "Ana", "Ben")))
    assert f'href="/practice/notes/{draft}"' in text and "is not signed yet" in text


# --- carry forward --------------------------------------------------------------------------------------------------------


def test_a_section_is_carried_forward_into_an_empty_one_only(browser: Opened, cast: Cast) -> None:
    note_of(cast, "Ana", "Ben", days_ago=7, format="soap", plan="Ask once a day.", assessment="Steady.")
    note_of(cast, "Ben", days_ago=2, data="Alone", plan="Ben's own plan")
    page, id = browser("Cleo"), note_of(cast, "Ana", "Ben")
    answer = post(page, id, carry="plan", section__data="Typed before")
    assert answer.headers["Location"] == f"/practice/notes/{id}#section-plan"
    assert fresh(id).sections == {"data": "Typed before", "assessment": "", "plan": "Ask once a day."}
    text = text_of(page, id)
    assert "Carried forward from February 23, 2026" in text
    assert 'name="carry" value="assessment"' in text and 'name="carry" value="plan"' not in text
    post(page, id, carry="assessment", section__data="Typed before", section__plan="Mine", section__assessment="Mine too")
    assert fresh(id).sections == {"data": "Typed before", "assessment": "Mine too", "plan": "Mine"}
    assert "Carried forward" not in text_of(page, id)


def test_nothing_is_carried_from_the_other_persons_session(browser: Opened, cast: Cast) -> None:
    note_of(cast, "Ben", days_ago=2, data="x", plan="Ben's own plan")
    page, id = browser("Cleo"), note_of(cast, "Ana")
    assert "carry" not in re.findall(r'name="(\w+)" value="plan"', text_of(page, id))
    post(page, id, carry="plan")
    assert fresh(id).sections.get("plan", "") == ""


def test_a_button_after_a_save_of_its_own_is_no_second_window(browser: Opened, cast: Cast) -> None:
    """The page has just saved itself; the button still comes with the revision of before."""
    page, id = browser("Cleo"), note_of(cast, "Ana", "Ben")
    assert post(page, id, json=True, section__data="Typed").status_code == 200
    pressed = {"revision": "1", "section-data": "Typed", "then": "add", "add_stage": STAGE}
    late = page.post(f"/practice/notes/{id}/draft", pressed, form_at="/practice/")
    assert late.status_code == 303
    assert [entry.module_id for entry in fresh(id).stage_entries] == [STAGE]


# --- phrases --------------------------------------------------------------------------------------------------------------


def add(page: Browser, **fields: str) -> TestResponse:
    return page.post("/practice/phrases", {"submission_key": str(uuid.uuid4()), **fields}, form_at="/practice/phrases")


def test_a_phrase_is_added_changed_put_in_and_removed_without_scripts(browser: Opened, cast: Cast) -> None:
    page = browser("Cleo")
    assert add(page, title="Opening", text="[person] came on [date], [mood: low|steady].").status_code == 303
    text = page.get("/practice/phrases").get_data(as_text=True)
    [path] = re.findall(r'href="(/practice/phrases/[0-9a-f-]{36})"', text)
    id = note_of(cast, "Ana", "Ben")
    assert 'data-text="[person: Ana|Ben|Ana and Ben] came on March 2, 2026, [mood: low|steady]."' in text_of(page, id)
    put = post(page, id, then="phrase", phrase=path.rpartition("/")[2], phrase_into="section-plan", section__plan="First.")
    assert put.headers["Location"].endswith("#section-plan")
    assert fresh(id).sections["plan"] == "First.\nAna and Ben came on March 2, 2026, [mood: low|steady]."
    changed = page.post(path, {"revision": "1", "title": "Opening", "text": "Other words"}, form_at=path)
    assert changed.status_code == 303
    late = page.post(path, {"revision": "1", "title": "Opening", "text": "From an old window"}, form_at=path)
    assert late.status_code == 409
    assert "Other words" in late.get_data(as_text=True) and "From an old window" in late.get_data(as_text=True)
    assert page.post(f"{path}/removal", form_at=path).status_code == 303
    assert page.get(path).status_code == 404
    assert fresh(id).sections["plan"].startswith("First.\nAna and Ben")


def test_phrases_are_their_counselors_alone_and_bad_ones_are_given_back(browser: Opened, cast: Cast) -> None:
    cleo, fay = browser("Cleo"), browser("Fay")
    add(cleo, title="Mine", text="Of Cleo's")
    assert "Mine" not in fay.get("/practice/phrases").get_data(as_text=True)
    refused = add(cleo, title="", text="Typed and kept")
    assert refused.status_code == 400 and "Typed and kept" in refused.get_data(as_text=True)
    assert add(cleo, title="x", text="a\x00b").status_code == 400
    key = str(uuid.uuid4())
    for _ in range(2):
        add(cleo, title="Twice", text="Once", submission_key=key)
    assert cleo.get("/practice/phrases").get_data(as_text=True).count(">Twice</a>") == 1


# --- what a note looks like, here and on paper ---------------------------------------------------------------------------


def report_for(cast: Cast, audience: Audience, name: str = "") -> str:
    viewer = Viewer.of(cast.user("Cleo"))
    asked = Request(audience, participant_id=cast.seats[name] if name else None)
    made = progress(cast.case("Ana"), asked, maker=viewer, at=cast.clock(), settings=cast.app.extensions["settings"])
    return str(made.sessions)


def test_a_persons_words_stand_in_the_counselors_report_and_in_no_other(app: Flask, browser: Opened, cast: Cast) -> None:
    page, id = browser("Cleo"), note_of(cast, "Ana", "Ben")
    seat = cast.seats["Ana"]
    fields = {f"said-{seat}": "I will ask once.", f"stage-{STAGE}-text": "Stage words"}
    post(page, id, then="sign", section__data="**Bold** <b>x</b>", **fields)
    page.post(f"/practice/notes/{id}/signature", {"revision": str(fresh(id).version)}, form_at="/practice/")
    text = text_of(page, id)
    assert "What Ana said or agreed to" in text and "I will ask once." in text
    assert "<strong>Bold</strong> &lt;b&gt;x&lt;/b&gt;" in text
    with app.test_request_context():
        reports = {who: report_for(cast, who) for who in (Audience.COUNSELOR, Audience.JOINT)}
        reports["Ana"] = report_for(cast, Audience.PERSON, "Ana")
    assert [who for who, words in reports.items() if "I will ask once." in words] == [Audience.COUNSELOR]
    assert all("Stage words" in words for words in reports.values())


def test_a_late_entry_says_so_on_its_page_and_on_paper(app: Flask, browser: Opened, cast: Cast) -> None:
    cast.clock.pass_by(days=10)
    late = note_of(cast, "Ana", "Ben", days_ago=5, data="Late words")
    page = browser("Cleo")
    case = cast.cases["Ana"]
    assert "late entry" in text_of(page, late)
    assert "late entry" in page.get(f"/practice/cases/{case}/notes").get_data(as_text=True)
    with app.test_request_context():
        assert "Late entry: the note was begun on March 12, 2026." in report_for(cast, Audience.COUNSELOR)
        assert "Late entry" in report_for(cast, Audience.JOINT)


def test_the_notes_of_a_case_are_listed_with_several_of_one_day(browser: Opened, cast: Cast) -> None:
    ids = [note_of(cast, "Ana", "Ben"), note_of(cast, "Ana"), note_of(cast, "Ana", "Ben", format="intake", reason="x")]
    text = browser("Cleo").get(f"/practice/cases/{cast.cases['Ana']}/notes").get_data(as_text=True)
    assert all(f'href="/practice/notes/{id}"' in text for id in ids)
    assert "March 2026" in text and "Intake" in text and "Ana alone" in text


# --- signing in over the page -----------------------------------------------------------------------------------------------


def again(page: Browser, whose: str, email: str = "cleo@practice.example", password: str = PASSWORD) -> TestResponse:
    fields = {"email": email, "password": password, "whose": whose}
    return page.post("/sign-in/again", fields, form_at="/sign-in", headers=JSON)


def test_the_same_person_signs_in_over_the_page_and_nobody_else_does(browser: Opened, cast: Cast) -> None:
    page = browser("Cleo")
    whose = page.get("/practice/phrases").get_data(as_text=True).split('name="whose" content="')[1].split('"')[0]
    cast.clock.pass_by(hours=13)
    assert page.get("/practice/phrases").status_code == 302
    before = db.session.query(SignIn).count()
    for email, password, status in (
        ("cleo@practice.example", "wrong words here and now", 400), ("fay@practice.example", PASSWORD, 409),
        ("ana@home.example", PASSWORD, 409), ("", "", 400),
    ):  # fmt: skip
        refused = again(page, whose, email, password)
        assert (refused.status_code, list(refused.get_json())) == (status, ["message"])
    db.session.rollback()
    assert db.session.query(SignIn).count() == before
    back = again(page, whose)
    assert back.status_code == 200
    token = back.get_json()["csrf_token"]
    assert page.open("/practice/phrases", method="POST", data={"csrf_token": token, "title": "A", "text": "B"}).status_code == 303


@pytest.mark.parametrize("whose", ["", "x" * 24])
def test_without_the_mark_of_the_page_nobody_gets_back_in(browser: Opened, cast: Cast, whose: str) -> None:
    assert again(browser(""), whose).status_code == 409
