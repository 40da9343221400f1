"""A trainee's note on the pages: sent, taken back, returned, signed; a note marked void; who works on a case."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from cast import Browser, Cast
from werkzeug.test import TestResponse

from clinic.db import db
from clinic.models import Medium, NoteFormat, Part, ProgressNote
from clinic.models.notes import begin_note, record_encounter
from clinic.models.staffing import join_case, staff_of

Opened = Callable[[str], Browser]
JSON = {"Accept": "application/json"}


@pytest.fixture
def note(cast: Cast) -> uuid.UUID:
    """A draft of Fay's, who is in training in Ana and Ben's case; Sol supervises there, and Cleo is its counselor."""
    for name, part in (("Sol", Part.SUPERVISOR), ("Fay", Part.TRAINEE)):
        join_case(db.session(), cast.case("Ana"), cast.user(name), part, by=cast.users["Cleo"], at=cast.clock())
    return draft(cast, "Fay")


def draft(cast: Cast, author: str) -> uuid.UUID:
    by, at = cast.users[author], cast.clock()
    pair = {cast.seats["Ana"], cast.seats["Ben"]}
    met = record_encounter(
        db.session(), cast.case("Ana"), attendees=pair, began_at=at, minutes=50, medium=Medium.VIDEO, by=by, at=at
    )
    db.session.flush()
    made = begin_note(db.session(), met, format=NoteFormat.DAP, by=by, at=at)
    entry = {"module_id": "address-the-betrayal", "text": "They listened.", "rating": 1}
    made.save(sections={"data": "Tired, both."}, stages=[entry], said={cast.seats["Ana"]: "I will call."}, at=at)
    db.session.commit()
    id = made.id
    db.session.rollback()
    return id


def text(page: Browser, path: str) -> str:
    reply = page.get(path)
    assert reply.status_code == 200, (path, reply.status_code)
    return " ".join(re.sub(r"<[^>]+>", " ", reply.get_data(as_text=True)).split())


def act(page: Browser, id: uuid.UUID, what: str, **fields: str) -> TestResponse:
    found = re.search(r'name="revision" value="(\d+)"', page.get(f"/practice/notes/{id}").get_data(as_text=True))
    sent = {"revision": found[1] if found else "0", **fields}
    return page.post(f"/practice/notes/{id}/{what}", sent, form_at="/practice/")


def state(id: uuid.UUID) -> str:
    db.session.rollback()
    found = db.session.get_one(ProgressNote, id, populate_existing=True).state
    db.session.rollback()
    return found


# --- signing ----------------------------------------------------------------------------------------------------------------


def test_the_last_look_shows_the_whole_note_what_is_empty_and_what_follows(cast: Cast, browser: Opened) -> None:
    id = draft(cast, "Cleo")
    page = text(browser("Cleo"), f"/practice/notes/{id}/signature")
    for words in (
        "Tired, both.", "I will call.", "They listened.", "50 minutes", "Video", "Ana and Ben", "Cleo Example, LMFT",
        "left empty Assessment, Plan", "never changes again", "marked void", "addenda",
    ):  # fmt: skip
        assert words in page, words
    assert 'type="password"' not in page


# --- to the supervisor and back -----------------------------------------------------------------------------------------------


def test_one_in_training_is_offered_to_send_and_cannot_sign(browser: Opened, note: uuid.UUID) -> None:
    fay = browser("Fay")
    assert "Go to sending" in text(fay, f"/practice/notes/{note}")
    assert fay.get(f"/practice/notes/{note}/signature").status_code == 404
    answer = act(fay, note, "draft", then="sign", **{"section-data": "Tired, both."})
    assert answer.headers["Location"].endswith("/submission")
    page = text(fay, f"/practice/notes/{note}/submission")
    assert "Send this note to the supervisor" in page
    assert "Fay Example, LMFT" in page


def test_a_note_goes_back_and_forth_and_is_signed_with_both_names(browser: Opened, note: uuid.UUID) -> None:
    fay, sol = browser("Fay"), browser("Sol")
    assert act(fay, note, "submission").status_code == 303
    assert "With the supervisor" in text(fay, f"/practice/notes/{note}")
    assert "Notes of trainees, for your signature" in text(sol, "/practice/")
    refused = act(sol, note, "return", comment="  ")
    assert (refused.status_code, state(note)) == (400, "submitted")
    assert "Write what is to be changed" in refused.get_data(as_text=True)
    assert act(sol, note, "return", comment="Say more of the plan.").status_code == 303
    assert sol.get(f"/practice/notes/{note}").status_code == 404, "a draft is its author's"
    assert "Returned by the supervisor" in text(fay, "/practice/")
    assert "Say more of the plan." in text(fay, f"/practice/notes/{note}")
    assert act(fay, note, "submission").status_code == 303
    assert "Say more of the plan." in text(sol, f"/practice/notes/{note}")
    assert act(sol, note, "cosignature").status_code == 303
    for name in ("Fay", "Sol", "Cleo"):
        page = text(browser(name), f"/practice/notes/{note}")
        assert "Written by Fay Example, LMFT , in training. Signed by Sol Example, LMFT , supervisor" in page
        assert ("Say more of the plan." in page) == (name != "Cleo")


def test_what_waits_is_changed_only_after_it_was_taken_back(browser: Opened, note: uuid.UUID) -> None:
    fay = browser("Fay")
    other = re.search(r'name="revision" value="(\d+)"', fay.get(f"/practice/notes/{note}").get_data(as_text=True))
    assert other
    act(fay, note, "submission")
    late = {"revision": other[1], "section-data": "Typed too late"}
    refused = fay.post(f"/practice/notes/{note}/draft", late, form_at="/practice/")
    assert refused.status_code == 409
    assert "Typed too late" in refused.get_data(as_text=True)
    quiet = fay.post(f"/practice/notes/{note}/draft", late, form_at="/practice/", headers=JSON)
    assert (quiet.status_code, "Take the note back" in quiet.get_data(as_text=True)) == (409, True)
    assert act(fay, note, "submission/end").status_code == 303
    assert act(fay, note, "submission/end").status_code == 303
    assert state(note) == "draft"


def test_only_what_stood_on_the_page_is_sent_signed_or_returned(browser: Opened, note: uuid.UUID) -> None:
    fay, sol = browser("Fay"), browser("Sol")
    assert act(fay, note, "submission", revision="0").status_code == 409
    act(fay, note, "submission")
    assert act(sol, note, "cosignature", revision="0").status_code == 409
    kept = act(sol, note, "return", revision="0", comment="Keep these words")
    assert (kept.status_code, "Keep these words" in kept.get_data(as_text=True)) == (409, True)
    assert state(note) == "submitted"
    assert act(sol, note, "cosignature").status_code == 303
    assert act(sol, note, "cosignature").status_code == 303, "pressed twice"


# --- void ---------------------------------------------------------------------------------------------------------------------


def test_a_note_is_marked_void_with_a_reason_and_stays_to_be_read(cast: Cast, browser: Opened) -> None:
    id, cleo = draft(cast, "Cleo"), browser("Cleo")
    act(cleo, id, "signature")
    assert "There is no way back" in text(cleo, f"/practice/notes/{id}/void")
    assert act(cleo, id, "void", reason=" ").status_code == 400
    assert act(cleo, id, "void", reason="Written for another case.").status_code == 303
    assert act(cleo, id, "void", reason="Again").status_code == 303
    page = text(cleo, f"/practice/notes/{id}")
    for words in ("This note is void", "Written for another case.", "Said by Cleo Example, LMFT", "Tired, both."):
        assert words in page
    assert "Add an addendum" not in page
    assert "Again" not in page
    kept = act(cleo, id, "addenda", text="Typed in another window")
    assert (kept.status_code, "Typed in another window" in kept.get_data(as_text=True)) == (409, True)
    listed = text(cleo, f"/practice/cases/{cast.cases['Ana']}/notes")
    assert "void" in listed


# --- who works on a case --------------------------------------------------------------------------------------------------------


def test_the_counselor_adds_a_colleague_and_ends_a_part(cast: Cast, browser: Opened) -> None:
    path, cleo, sol = f"/practice/cases/{cast.cases['Ana']}/staff", browser("Cleo"), browser("Sol")
    assert sol.get(path).status_code == 404
    assert cleo.post(path, {"part": "supervisor"}, form_at=path).status_code == 400
    added = {"colleague": str(cast.users["Sol"]), "part": "supervisor"}
    assert cleo.post(path, added, form_at=path).status_code == 303
    assert cleo.post(path, added, form_at=path).status_code == 303
    assert "Sol Example" in text(sol, path)
    refused = cleo.post(path, {"colleague": str(cast.users["Cleo"]), "part": "trainee"}, form_at=path)
    assert refused.status_code == 303, "with a supervisor who answers for the case"
    assert "End this part" not in text(cleo, path), "one in training changes no staff"
    db.session.rollback()
    own = {row.user_id: row.id for row in staff_of(db.session(), cast.cases["Ana"])}
    db.session.rollback()
    assert cleo.post(f"/practice/staff/{own[cast.users['Sol']]}/end", form_at="/practice/").status_code == 404
    last = sol.post(f"/practice/staff/{own[cast.users['Sol']]}/end", form_at="/practice/")
    assert last.status_code == 303
    assert "Somebody has to answer for this case" in text(sol, path)


def test_a_client_or_an_administrator_is_no_colleague_to_choose(cast: Cast, browser: Opened) -> None:
    path, cleo = f"/practice/cases/{cast.cases['Ana']}/staff", browser("Cleo")
    for name in ("Ben", "Max"):
        tried = cleo.post(path, {"colleague": str(cast.users[name]), "part": "counselor"}, form_at=path)
        assert tried.status_code == 400
