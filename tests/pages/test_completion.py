"""The signs of a stage on its page: counted from what was sent, signed and noted; proposed, never decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cast import Browser, Cast
from werkzeug.test import TestResponse

from clinic.db import db
from clinic.models import Medium, NoteFormat, StageMark, StageSignOff, TaskKind
from clinic.models.notes import begin_note, record_encounter
from clinic.models.tasks import raise_task
from forms import Given, library
from forms.criteria import BLOCKED

Opened = Callable[[str], Browser]
MODULE = "address-the-betrayal"
CHANGED = library.worksheet("what-it-changed").item("what_changed").choices[0].id
NO, TOLD = {"choice": "no", "text": ""}, "What happened, in my words."


def send(cast: Cast, name: str, worksheet: str, **answers: Any) -> None:
    row = cast.assign(name, worksheet, by="Cleo")
    db.session.flush()
    cast.send(row, {item: Given(value) for item, value in answers.items()}, by=cast.users[name])
    db.session.commit()


def write(cast: Cast, *tags: str) -> None:
    by, at = cast.users["Cleo"], cast.clock()
    people = {cast.seats["Ana"], cast.seats["Ben"]}
    met = record_encounter(
        db.session(), cast.case("Ana"), attendees=people, began_at=at, minutes=50, medium=Medium.VIDEO, by=by, at=at
    )
    db.session.flush()
    note = begin_note(db.session(), met, format=NoteFormat.FREE, by=by, at=at)
    note.save(sections={"note": "They spoke."}, stages=[], tags=tags, at=at)
    db.session.flush()
    note.sign(by=by, name="Cleo Example", at=at)
    db.session.commit()


def do_the_work(cast: Cast, readiness: int = 4) -> None:
    send(cast, "Ana", "hurt-account", what_happened=TOLD)
    send(cast, "Ben", "involved-account", what_i_did=TOLD)
    send(cast, "Ana", "what-it-changed", what_changed={"chosen": [CHANGED], "other": ""})
    send(cast, "Ana", "my-questions", questions=["Why?"])
    send(cast, "Ben", "readiness", readiness={"one": readiness}, not_yet_told=NO)
    write(cast, "impact heard")


def page_of(cast: Cast, page: Browser) -> str:
    return page.get(f"/practice/cases/{cast.cases['Ana']}/stages/{MODULE}").get_data(as_text=True)


def mark(cast: Cast, page: Browser, sign: str, reason: str) -> TestResponse:
    fields = {"sign": sign, "reason": reason}
    return page.post(f"/practice/cases/{cast.cases['Ana']}/stages/{MODULE}/marks", fields, form_at="/practice/")


def test_a_stage_looks_complete_when_every_sign_is_there_and_nothing_is_signed_by_itself(browser: Opened, cast: Cast) -> None:
    do_the_work(cast)
    text = page_of(cast, browser("Cleo"))
    assert "This stage looks complete" in text
    assert "Ben: mean 4; needed 3" in text
    assert db.session.query(StageSignOff).count() == 0


def test_a_safety_concern_of_anyone_blocks_the_proposal_and_says_so(browser: Opened, cast: Cast) -> None:
    do_the_work(cast)
    raise_task(
        db.session(), case_id=cast.cases["Ana"], participant_id=cast.seats["Ben"], kind=TaskKind.SAFETY, title="An answer to read",
        by=None, at=cast.clock(),
    )  # fmt: skip
    db.session.commit()
    text = page_of(cast, browser("Cleo"))
    assert BLOCKED in text
    assert "looks complete" not in text


def test_a_sign_is_waived_with_a_reason_and_taken_back(browser: Opened, cast: Cast) -> None:
    do_the_work(cast, readiness=2)
    page, sign = browser("Cleo"), "mean_at_least:readiness:readiness"
    assert "looks complete" not in page_of(cast, page)
    assert mark(cast, page, sign, " ").status_code == 400
    for _ in range(2):
        assert mark(cast, page, sign, "He shows it in session.").status_code == 303
    text = page_of(cast, page)
    assert "This stage looks complete" in text
    assert "He shows it in session." in text
    assert "Ben: mean 2; needed 3" in text
    row = db.session.query(StageMark).one()
    assert page.post(f"/practice/stage-marks/{row.id}/end", form_at="/practice/").status_code == 303
    assert "looks complete" not in page_of(cast, page)


def test_a_plan_on_record_stands_in_for_what_is_left_untold(browser: Opened, cast: Cast) -> None:
    page = browser("Cleo")
    assert mark(cast, page, "answer_is:readiness:not_yet_told", "On the 9th, with me in the room.").status_code == 303
    assert "Recorded by you; otherwise: " in page_of(cast, page)


def test_a_sign_that_leaves_no_room_for_a_word_takes_none(browser: Opened, cast: Cast) -> None:
    for sign in ("submitted:hurt-account", "nothing"):
        assert mark(cast, browser("Cleo"), sign, "Because.").status_code == 404
    assert db.session.query(StageMark).count() == 0


def test_the_tags_of_a_note_are_chosen_in_its_editor_and_printed_in_it(browser: Opened, cast: Cast) -> None:
    by, at = cast.users["Cleo"], cast.clock()
    people = {cast.seats["Ana"], cast.seats["Ben"]}
    met = record_encounter(
        db.session(), cast.case("Ana"), attendees=people, began_at=at, minutes=50, medium=Medium.VIDEO, by=by, at=at
    )
    db.session.flush()
    note = begin_note(db.session(), met, format=NoteFormat.FREE, by=by, at=at)
    db.session.commit()
    page, address = browser("Cleo"), f"/practice/notes/{note.id}"
    fields = {"revision": note.version, "section-note": "They spoke.", "tags": ["impact heard"]}
    assert page.post(f"{address}/draft", fields, form_at=address).status_code == 303
    assert 'value="impact heard" checked' in page.get(address).get_data(as_text=True)
    assert page.post(f"{address}/draft", {**fields, "tags": ["forgiven"]}, form_at=address).status_code == 400
