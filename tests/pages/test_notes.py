"""Writing a note, saving it from two windows, signing it, and adding to it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from cast import PASSWORD, Browser, Cast
from werkzeug.test import TestResponse

from clinic.db import db
from clinic.models import AuditEntry, Medium, NoteFormat, ProgressNote
from clinic.models.notes import begin_note, record_encounter

Opened = Callable[[str], Browser]
JSON = {"Accept": "application/json"}
ONE, TWO = "address-the-betrayal", "take-care-of-yourself"


@pytest.fixture
def note(cast: Cast) -> uuid.UUID:
    """A draft of Cleo's, of a joint session."""
    return begun(cast, "Ana", "Ben")


def begun(cast: Cast, *who: str) -> uuid.UUID:
    by, at = cast.users["Cleo"], cast.clock()
    seats = {cast.seats[name] for name in who}
    met = record_encounter(
        db.session(), cast.case("Ana"), attendees=seats, began_at=at, minutes=50, medium=Medium.IN_PERSON, by=by, at=at
    )
    made = begin_note(db.session(), met, format=NoteFormat.DAP, by=by, at=at)
    db.session.commit()
    return made.id


def fresh(id: uuid.UUID) -> ProgressNote:
    db.session.rollback()
    return db.session.get_one(ProgressNote, id, populate_existing=True)


def path(id: uuid.UUID, act: str = "") -> str:
    return f"/practice/notes/{id}" + (f"/{act}" if act else "")


def revision(page: Browser, id: uuid.UUID) -> str:
    found = re.search(r'name="revision" value="(\d+)"', page.get(path(id)).get_data(as_text=True))
    assert found
    return found[1]


def save(page: Browser, id: uuid.UUID, at: str, *, json: bool = False, **fields: str) -> TestResponse:
    return page.post(path(id, "draft"), {"revision": at, **fields}, form_at="/practice/", headers=JSON if json else None)


def sign(page: Browser, id: uuid.UUID, at: str = "") -> TestResponse:
    return page.post(path(id, "signature"), {"revision": at or revision(page, id)}, form_at="/practice/")


def body(answer: TestResponse) -> bytes:
    return re.sub(rb'name="csrf_token" value="[^"]+"', b"", answer.data.split(b"</head>")[1])


def boxes(text: str) -> dict[str, str]:
    """The text boxes of a page by name."""
    return dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', text, re.DOTALL))


# --- writing ----------------------------------------------------------------------------------------------------------


def test_a_draft_is_saved_and_is_there_again(browser: Opened, note: uuid.UUID) -> None:
    page = browser("Cleo")
    fields = {"section-data": "They came early.\r\nBoth tired.", f"stage-{ONE}-text": "Heard.", f"stage-{ONE}-rating": "-1"}
    answer = save(page, note, revision(page, note), **fields)
    assert (answer.status_code, answer.headers["Location"]) == (303, path(note))
    text = page.get(path(note)).get_data(as_text=True)
    assert boxes(text)["section-data"] == "They came early.\nBoth tired."
    assert boxes(text)[f"stage-{ONE}-text"] == "Heard."
    assert '<option value="-1" selected>-1: less than expected</option>' in text


def test_the_page_saves_by_itself_and_the_reply_carries_the_revision(browser: Opened, note: uuid.UUID) -> None:
    page = browser("Cleo")
    text = page.get(path(note)).get_data(as_text=True)
    assert f'data-autosave="{path(note, "draft")}"' in text
    assert "data-save-state" in text
    at = revision(page, note)
    for words in ("First", "First and more"):
        reply = save(page, note, at, json=True, **{"section-data": words})
        assert reply.status_code == 200
        assert reply.get_json() == {"revision": fresh(note).version, "saved_at": "10:00 AM"}
        at = str(reply.get_json()["revision"])
    assert fresh(note).sections["data"] == "First and more"


def test_stages_are_added_and_taken_out_without_scripts(browser: Opened, note: uuid.UUID) -> None:
    page = browser("Cleo")
    added = save(page, note, revision(page, note), then="add", add_stage=ONE, **{"section-data": "Kept"})
    assert added.status_code == 303
    again = {"section-data": "Kept", f"stage-{ONE}-included": "y", f"stage-{ONE}-text": "Begun"}
    save(page, note, revision(page, note), then="add", add_stage=TWO, **again)
    text = page.get(path(note)).get_data(as_text=True)
    assert {f"stage-{ONE}-text", f"stage-{TWO}-text"} <= set(boxes(text))
    save(page, note, revision(page, note), remove=TWO, **again, **{f"stage-{TWO}-included": "y"})
    assert [(entry.module_id, entry.text) for entry in fresh(note).stage_entries] == [(ONE, "Begun")]
    assert fresh(note).sections["data"] == "Kept"


def test_each_part_says_where_it_may_be_printed(browser: Opened, cast: Cast, note: uuid.UUID) -> None:
    page, alone = browser("Cleo"), begun(cast, "Ben")
    for id in (note, alone):
        save(page, id, revision(page, id), then="add", add_stage=ONE)
    joint, individual = (page.get(path(id)).get_data(as_text=True) for id in (note, alone))
    assert "May be printed in reports for both people" in joint
    assert "May be printed in Ben's own report, and never in the other person's" in individual
    assert "for both people" not in individual
    for text in (joint, individual):
        assert "These parts are printed in your own report only." in text


# --- two windows --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first_is_json", [True, False])
@pytest.mark.parametrize("second_is_json", [True, False])
def test_a_save_that_comes_too_late_shows_both_texts_and_loses_neither(
    browser: Opened, note: uuid.UUID, first_is_json: bool, second_is_json: bool
) -> None:
    page = browser("Cleo")
    at = revision(page, note)
    first = save(page, note, at, json=first_is_json, **{"section-data": "From the first window"})
    assert first.status_code == (200 if first_is_json else 303)
    late = save(page, note, at, json=second_is_json, **{"section-data": "From the second window"})
    text = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "From the first window" in text
    assert "From the second window" in text
    assert fresh(note).sections["data"] == "From the first window"
    if second_is_json:
        reply = late.get_json()
        assert reply["saved"]["sections"]["data"] == "From the first window"
        assert reply["typed"]["sections"]["data"] == "From the second window"
        assert "changed in another window" in reply["message"]
    else:
        assert boxes(text)["section-data"] == "From the second window"
        assert "data-autosave" not in text


def test_what_was_put_together_after_a_late_save_can_be_saved(browser: Opened, note: uuid.UUID) -> None:
    page = browser("Cleo")
    at = revision(page, note)
    save(page, note, at, **{"section-data": "One"})
    late = save(page, note, at, **{"section-data": "Two"}).get_data(as_text=True)
    newest = re.search(r'name="revision" value="(\d+)"', late)
    assert newest
    assert save(page, note, newest[1], **{"section-data": "One and two"}).status_code == 303
    assert fresh(note).sections["data"] == "One and two"


def test_a_late_save_keeps_the_entries_that_the_other_window_added(browser: Opened, note: uuid.UUID) -> None:
    page = browser("Cleo")
    at = revision(page, note)
    save(page, note, at, **{f"stage-{ONE}-text": "Added there", f"stage-{ONE}-rating": "1"})
    late = save(page, note, at, **{f"stage-{TWO}-text": "Added here", f"stage-{ONE}-text": ""}).get_data(as_text=True)
    assert boxes(late)[f"stage-{ONE}-text"] == "Added there"
    assert boxes(late)[f"stage-{TWO}-text"] == "Added here"
    assert [entry.text for entry in fresh(note).stage_entries] == ["Added there"]


def test_a_late_change_of_a_rating_alone_shows_both(browser: Opened, note: uuid.UUID) -> None:
    page = browser("Cleo")
    at = revision(page, note)
    save(page, note, at, **{f"stage-{ONE}-text": "Same", f"stage-{ONE}-rating": "2"})
    late = save(page, note, at, **{f"stage-{ONE}-text": "Same", f"stage-{ONE}-rating": "-2"})
    text = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "Progress +2: much more than expected" in text
    assert '<option value="-2" selected>' in text


def test_the_same_text_twice_is_no_conflict(browser: Opened, note: uuid.UUID) -> None:
    page = browser("Cleo")
    at = revision(page, note)
    for _ in range(2):
        assert save(page, note, at, **{"section-data": "Pressed twice", f"stage-{ONE}-text": "A"}).status_code == 303
    assert len(fresh(note).stage_entries) == 1


@pytest.mark.parametrize("at", ["", "x", "999999", "-1", "9" * 400, "\x00"])
def test_a_revision_that_cannot_be_is_never_saved_over(browser: Opened, note: uuid.UUID, at: str) -> None:
    page = browser("Cleo")
    save(page, note, revision(page, note), **{"section-data": "Saved before"})
    answer = save(page, note, at, **{"section-data": "Typed now"})
    assert answer.status_code in (400, 409)
    assert boxes(answer.get_data(as_text=True))["section-data"] == "Typed now"
    assert fresh(note).sections["data"] == "Saved before"


def test_a_save_after_the_signature_comes_back_as_an_addendum_to_be(browser: Opened, note: uuid.UUID) -> None:
    page = browser("Cleo")
    save(page, note, revision(page, note), **{"section-data": "Signed words"})
    at = revision(page, note)
    assert sign(page, note).status_code == 303
    late = save(page, note, at, **{"section-data": "Later words", f"stage-{ONE}-text": "And these"})
    text = late.get_data(as_text=True)
    assert late.status_code == 409
    assert boxes(text)["text"] == "Data:\nLater words\n\nAddress the Betrayal:\nAnd these"
    assert save(page, note, at, json=True, **{"section-data": "Later words"}).status_code == 409
    assert fresh(note).sections["data"] == "Signed words"


# --- bad input ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"section-data": "a\x00b"},
        {"section-data": "x" * 1_000_000},
        {f"stage-{ONE}-text": "\x07"},
        {f"stage-{ONE}-rating": "3"},
        {f"stage-{ONE}-rating": "\x00"},
    ],
)
def test_what_cannot_be_kept_is_said_beside_the_box_and_changes_nothing(
    browser: Opened, note: uuid.UUID, fields: dict[str, str]
) -> None:
    page = browser("Cleo")
    at = revision(page, note)
    answer = save(page, note, at, **{"section-plan": "Typed", **fields})
    assert answer.status_code == 400
    assert "Please look at this again" in answer.get_data(as_text=True)
    assert boxes(answer.get_data(as_text=True))["section-plan"] == "Typed"
    refused = save(page, note, at, json=True, **{"section-plan": "Typed", **fields})
    assert refused.status_code == 422
    assert "Not saved" in refused.get_json()["message"]
    assert (fresh(note).sections, fresh(note).stage_entries, str(fresh(note).version)) == ({}, [], at)


def test_half_a_letter_never_breaks_a_save(browser: Opened, note: uuid.UUID) -> None:
    page = browser("Cleo")
    halves = f"csrf_token={page.token('/practice/')}&revision={revision(page, note)}&section-data=%ED%A0%80"
    kind = "application/x-www-form-urlencoded"
    answer = page.open(path(note, "draft"), method="POST", data=halves, content_type=kind)
    assert answer.status_code in (303, 400)


# --- signing ------------------------------------------------------------------------------------------------------------


def test_signing_first_says_what_becomes_final_and_keeps_what_was_typed(browser: Opened, note: uuid.UUID) -> None:
    page = browser("Cleo")
    answer = save(page, note, revision(page, note), then="sign", **{"section-data": "Typed last", f"stage-{ONE}-text": "Heard"})
    assert answer.headers["Location"] == path(note, "signature")
    text = page.get(path(note, "signature")).get_data(as_text=True)
    for words in ("Typed last", "Heard", "never changes again", "Cleo Example, LMFT"):
        assert words in text
    assert fresh(note).state == "draft"


def test_a_signed_note_carries_name_and_credentials_and_is_read_only(browser: Opened, cast: Cast, note: uuid.UUID) -> None:
    page = browser("Cleo")
    save(page, note, revision(page, note), **{"section-data": "Signed words", f"stage-{ONE}-text": "Heard"})
    assert sign(page, note).headers["Location"] == path(note)
    row = fresh(note)
    assert (row.state, row.signed_name, row.signed_at) == ("signed", "Cleo Example, LMFT", cast.clock())
    text = page.get(path(note)).get_data(as_text=True)
    assert "Signed by <strong>Cleo Example, LMFT</strong>, March 2, 2026" in text
    assert "section-data" not in text


def test_signing_twice_signs_once(browser: Opened, cast: Cast, note: uuid.UUID) -> None:
    page = browser("Cleo")
    save(page, note, revision(page, note), **{"section-data": "Words"})
    at = revision(page, note)
    assert sign(page, note, at).status_code == 303
    first = fresh(note).signed_at
    cast.clock.pass_by(minutes=3)
    again = sign(page, note, at)
    assert (again.status_code, again.headers["Location"]) == (303, path(note))
    assert "This note is signed. Nothing was changed." in page.get(path(note)).get_data(as_text=True)
    assert fresh(note).signed_at == first
    assert db.session.query(AuditEntry).filter_by(event="note_signed").count() == 1


def test_only_what_stood_on_the_page_is_signed(browser: Opened, note: uuid.UUID) -> None:
    page = browser("Cleo")
    save(page, note, revision(page, note), **{"section-data": "Seen"})
    seen = revision(page, note)
    save(page, note, seen, **{"section-data": "Changed in another window"})
    refused = sign(page, note, seen)
    assert refused.status_code == 409
    assert "Changed in another window" in refused.get_data(as_text=True)
    assert fresh(note).state == "draft"


def test_an_empty_note_is_not_signed(browser: Opened, note: uuid.UUID) -> None:
    answer = sign(browser("Cleo"), note)
    assert answer.status_code == 409
    assert "This note is empty." in answer.get_data(as_text=True)
    assert fresh(note).state == "draft"


def test_addenda_are_signed_shown_and_never_doubled(browser: Opened, note: uuid.UUID) -> None:
    page = browser("Cleo")
    early = page.post(path(note, "addenda"), {"text": "Too early"}, form_at="/practice/")
    assert early.status_code == 409
    save(page, note, revision(page, note), **{"section-data": "Words"})
    sign(page, note)
    for words in ("First thought", "First thought", "Second thought"):
        assert page.post(path(note, "addenda"), {"text": words}, form_at="/practice/").status_code == 303
    assert [one.text for one in fresh(note).addenda] == ["First thought", "Second thought"]
    text = page.get(path(note)).get_data(as_text=True)
    assert text.count("Signed by <strong>Cleo Example, LMFT</strong>") == 3
    for bad in ("", "a\x00b", "x" * 1_000_000):
        refused = page.post(path(note, "addenda"), {"text": bad}, form_at="/practice/")
        assert refused.status_code == 400
    assert len(fresh(note).addenda) == 2


# --- a sign-in that ran out -----------------------------------------------------------------------------------------------


def test_what_was_typed_survives_a_sign_in_that_ran_out(browser: Opened, cast: Cast, note: uuid.UUID) -> None:
    page = browser("Cleo")
    at, token = revision(page, note), page.token(path(note))
    cast.clock.pass_by(hours=1)
    typed = {"csrf_token": token, "revision": at, "section-data": "Typed for\nan hour", f"stage-{ONE}-text": "Kept"}
    quiet = page.open(path(note, "draft"), method="POST", data=typed, headers=JSON)
    assert quiet.status_code == 401
    late = page.open(path(note, "draft"), method="POST", data={**typed, "then": "sign"})
    assert late.status_code == 401
    carried = re.search(r'name="carried" value="([^"]+)"', late.get_data(as_text=True))
    assert carried
    form = {"email": "cleo@practice.example", "password": PASSWORD, "carried": carried[1]}
    offer = page.post("/sign-in", form).get_data(as_text=True)
    fields = dict(re.findall(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', offer, re.DOTALL))
    assert fields["section-data"] == "Typed for\nan hour"
    assert f'action="{path(note, "draft")}"' in offer
    done = page.post(path(note, "draft"), fields, form_at="/practice/")
    assert (done.status_code, done.headers["Location"]) == (303, path(note, "signature"))
    assert fresh(note).sections["data"] == "Typed for\nan hour"
    assert [entry.text for entry in fresh(note).stage_entries] == ["Kept"]


# --- nobody else --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["draft", "signed"])
@pytest.mark.parametrize("name", ["Fay", "Max", "Ana"])
def test_nobody_else_learns_that_there_is_such_a_note(browser: Opened, note: uuid.UUID, name: str, state: str) -> None:
    if state == "signed":
        own = browser("Cleo")
        save(own, note, revision(own, note), **{"section-data": "Words"})
        sign(own, note)
    page, start, unknown = browser(name), {"Fay": "/practice/", "Max": "/admin/"}.get(name, "/my/"), uuid.uuid4()
    for act in ("", "signature"):
        assert body(page.get(path(note, act))) == body(page.get(path(unknown, act)))
    for act in ("draft", "signature", "addenda"):
        fields = {"revision": "1", "section-data": "x", "text": "x"}
        refused = page.post(path(note, act), fields, form_at=start)
        missing = page.post(path(unknown, act), fields, form_at=start)
        assert refused.status_code == missing.status_code == 404
        assert body(refused) == body(missing)
    assert (fresh(note).state, fresh(note).addenda) == (state, [])


def test_a_colleague_on_the_case_reads_what_is_signed_and_never_a_draft(browser: Opened, cast: Cast, note: uuid.UUID) -> None:
    from clinic.models import CaseClinician

    db.session.add(CaseClinician(case_id=cast.cases["Ana"], user_id=cast.users["Fay"], since=cast.clock()))
    db.session.commit()
    own, colleague = browser("Cleo"), browser("Fay")
    save(own, note, revision(own, note), **{"section-data": "Not yet to be read"})
    assert colleague.get(path(note)).status_code == 404
    sign(own, note)
    assert "Not yet to be read" in colleague.get(path(note)).get_data(as_text=True)
    assert save(colleague, note, "1", **{"section-data": "x"}).status_code == 404
    assert sign(colleague, note, "1").status_code == 404
    assert colleague.post(path(note, "addenda"), {"text": "From Fay"}, form_at="/practice/").status_code == 303
    assert [(one.text, one.signed_name) for one in fresh(note).addenda] == [("From Fay", "Fay Example, LMFT")]


def test_no_key_of_a_form_reaches_past_the_known_fields(browser: Opened, note: uuid.UUID) -> None:
    page = browser("Cleo")
    odd = {"stage-intake-and-safety-text": "x", "section-secret": "y", "add_stage": "nope", "section-data": "z"}
    assert save(page, note, revision(page, note), then="add", **odd).status_code == 303
    assert (set(fresh(note).sections), fresh(note).stage_entries) == ({"data", "assessment", "plan"}, [])
