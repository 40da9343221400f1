"""The counselor's working pages on a phone and at a desk, and a note that is open in two windows."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from browser import Screen, Screens
from cast import Cast
from flask import Flask

from clinic.db import db
from clinic.models import Medium, NoteFormat
from clinic.models.comments import comment_on
from clinic.models.notes import begin_note, record_encounter
from clinic.models.sending import share
from forms import Given

STAGES = [{"module_id": "address-the-betrayal", "text": "Heard.", "rating": 1}]


@dataclass(frozen=True)
class Life:
    """Ids of what stands in Ana's case."""

    case: uuid.UUID
    encounter: uuid.UUID
    draft: uuid.UUID
    signed: uuid.UUID
    sent: uuid.UUID
    waiting: uuid.UUID


@pytest.fixture
def life(cast: Cast) -> Life:
    by, at, case = cast.users["Cleo"], cast.clock(), cast.case("Ana")
    sent, waiting = cast.assign("Ana", "hurt-account", by="Cleo"), cast.assign("Ben", "readiness", by="Cleo")
    db.session.flush()
    for words in ("A first try.", "We had been married for eleven years."):
        response = cast.send(sent, {"what_happened": Given(words)}, by=cast.users["Ana"])
    db.session.flush()
    share(db.session(), response.answers[0], by=cast.users["Ana"], at=at)
    comment_on(db.session(), sent, "Thank you.", by=by, at=at)
    notes = []
    for who in ({cast.seats["Ana"]}, {cast.seats["Ana"], cast.seats["Ben"]}):
        met = record_encounter(
            db.session(), case, attendees=who, began_at=at, minutes=50, medium=Medium.VIDEO, by=by, at=at
        )
        note = begin_note(db.session(), met, format=NoteFormat.SOAP, by=by, at=at)
        note.save(sections={"subjective": "Tired, both."}, stages=STAGES, at=at)
        db.session.flush()
        notes.append(note)
    notes[1].sign(by=by, name="Cleo Example, LMFT", at=at)
    notes[1].add("One more thing.", by=by, name="Cleo Example, LMFT", at=at)
    made = Life(case.id, met.id, notes[0].id, notes[1].id, sent.id, waiting.id)
    db.session.commit()  # and nothing is read after it: a test that has read holds the lock that the pages wait for
    return made


def addresses(cast: Cast, life: Life) -> list[str]:
    case = f"/practice/cases/{life.case}"
    modules = ("address-the-betrayal", "affection", "measures")
    return [
        f"{case}/assign", *(f"{case}/assign?module={module}" for module in modules),
        f"{case}/encounters/new", f"{case}/stages/address-the-betrayal", f"{case}/stages/affection",
        *(f"/practice/homework/{id}" for id in (life.sent, life.waiting)),
        *(f"/practice/participants/{cast.seats[name]}/homework" for name in ("Ana", "Ben")),
        f"/practice/encounters/{life.encounter}", f"/practice/notes/{life.draft}", f"/practice/notes/{life.draft}/signature",
        f"/practice/notes/{life.signed}",
    ]  # fmt: skip


@pytest.mark.browser
def test_every_working_page_stands_a_critical_look(app: Flask, cast: Cast, life: Life) -> None:
    paths = addresses(cast, life)
    with Screens(app) as screens:
        for screen in (screens.phone(), screens.desk()):
            screen.sign_in("cleo@practice.example")
            for path in paths:
                screen.open(path)
                screen.page.evaluate("document.querySelectorAll('main details').forEach(fold => { fold.open = true })")
                screen.look()


@pytest.mark.browser
def test_a_note_in_two_windows_loses_neither_text(app: Flask, cast: Cast, life: Life) -> None:
    path = f"/practice/notes/{life.draft}"
    with Screens(app) as screens:
        one = screens.desk()
        one.sign_in("cleo@practice.example")
        one.open(path)
        two = Screen(one.page.context.new_page(), one.address, scripts=True)
        two.open(path)
        one.page.get_by_label("Plan").fill("From the first window")
        _state(one, lambda words: words.startswith("Saved"))
        two.page.get_by_label("Plan").fill("From the second window")
        _state(two, lambda words: words.startswith("Not saved: changed in another window."))
        two.press("Save the draft")
        assert "From the first window" in two.text
        assert two.page.get_by_label("Plan").input_value() == "From the second window"
        two.page.get_by_label("Plan").fill("From both windows")
        two.press("Save the draft")
        assert "The draft is saved." in two.text
        one.open(path)
        assert one.page.get_by_label("Plan").input_value() == "From both windows"


def _state(screen: Screen, fits: Callable[[str], bool]) -> None:
    """Wait for what the page says about saving."""
    place = screen.page.locator("[data-save-state]")
    for _ in range(100):
        if fits(place.inner_text()):
            return
        screen.page.wait_for_timeout(100)
    raise AssertionError(place.inner_text())
