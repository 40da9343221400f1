"""Signing, a supervisor's return and signature, a void and a psychotherapy note, in Chromium, on a phone and at a desk."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import pytest
from browser import Screen, Screens
from cast import Cast
from flask import Flask

from clinic.db import db
from clinic.models import Medium, Part
from clinic.models.notes import begin_note, record_encounter
from clinic.models.staffing import join_case

ENTRY = {"module_id": "address-the-betrayal", "text": "They listened to each other for the first time.", "rating": 1}
SECTIONS = {
    "subjective": "Both came *tired*. Ana had slept at her sister's.\n\n- She asked for **one call a day**\n- He agreed",
    "plan": "Ask once a day, at nine. Look at it again next week.",
}


@pytest.fixture
def case(cast: Cast) -> uuid.UUID:
    for name, part in (("Sol", Part.SUPERVISOR), ("Fay", Part.TRAINEE)):
        join_case(db.session(), cast.case("Ana"), cast.user(name), part, by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    return cast.cases["Ana"]


def draft(cast: Cast, author: str) -> str:
    """The address of a note."""
    by, at = cast.users[author], cast.clock()
    pair = {cast.seats["Ana"], cast.seats["Ben"]}
    met = record_encounter(
        db.session(), cast.case("Ana"), attendees=pair, began_at=at, minutes=50, medium=Medium.VIDEO, by=by, at=at
    )
    db.session.flush()
    note = begin_note(db.session(), met, format="soap", by=by, at=at)
    note.save(sections=SECTIONS, stages=[ENTRY], said={cast.seats["Ana"]: "I will say when I cannot."}, at=at)
    db.session.commit()
    path = f"/practice/notes/{note.id}"
    db.session.rollback()
    return path


def show(screen: Screen, name: str) -> None:
    """A picture, for who asks for one."""
    if folder := os.environ.get("PICTURES"):
        screen.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def person(screens: Screens, size: str, name: str) -> Screen:
    screen = screens.desk() if size == "desk" else screens.phone()
    screen.sign_in(f"{name.lower()}@practice.example")
    return screen


@pytest.mark.browser
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_trainees_note_comes_back_and_is_signed_by_the_supervisor(
    app: Flask, cast: Cast, case: uuid.UUID, size: str
) -> None:
    path = draft(cast, "Fay")
    with Screens(app) as screens:
        fay, sol = person(screens, size, "Fay"), person(screens, size, "Sol")
        fay.open(path)
        fay.press("Go to sending")
        fay.look()
        show(fay, f"{size}-1-sending")
        fay.press("Send to the supervisor")
        show(fay, f"{size}-2-with-supervisor")
        sol.open("/practice/")
        show(sol, f"{size}-3-caseload")
        sol.page.get_by_role("link", name="Read and sign").click()
        sol.page.get_by_label("Comment").fill("Say what you did when she cried.\nAnd the plan for the week.")
        sol.look()
        show(sol, f"{size}-4-review")
        sol.press("Return with this comment")
        fay.open(path)
        assert "Say what you did when she cried." in fay.text
        show(fay, f"{size}-5-returned")
        fay.press("Go to sending")
        fay.press("Send to the supervisor")
        sol.open(path)
        sol.press("Sign this note")
        assert "supervisor" in sol.text
        sol.look()
        show(sol, f"{size}-6-signed")


@pytest.mark.browser
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_note_is_signed_after_a_last_look_and_one_is_void(app: Flask, cast: Cast, case: uuid.UUID, size: str) -> None:
    path = draft(cast, "Cleo")
    with Screens(app) as screens:
        cleo = person(screens, size, "Cleo")
        cleo.open(f"{path}/signature")
        show(cleo, f"{size}-7-sign")
        cleo.press("Sign this note")
        cleo.follow("This note does not hold: mark it void")
        cleo.look()
        show(cleo, f"{size}-8-voiding")
        cleo.page.get_by_label("Why it does not hold").fill("Written into the wrong case.")
        cleo.press("Mark this note void")
        cleo.look()
        show(cleo, f"{size}-9-void")
        cleo.open(f"/practice/cases/{case}/notes")
        cleo.open(f"/practice/cases/{case}/staff")
        show(cleo, f"{size}-10-staff")


@pytest.mark.browser
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_psychotherapy_note_saves_by_itself_and_says_what_belongs_elsewhere(
    app: Flask, cast: Cast, case: uuid.UUID, size: str
) -> None:
    with Screens(app) as screens:
        cleo = person(screens, size, "Cleo")
        cleo.open(f"/practice/cases/{case}/psychotherapy-notes")
        cleo.press("Write a psychotherapy note")
        box, line = cleo.page.get_by_label("Your note"), cleo.page.locator("[data-hint]")
        assert not line.is_visible()
        box.fill("I notice how I wait for him to speak first.\n\nPHQ-9 was 14, down from 19.")
        line.wait_for(state="visible")
        assert "test results" in line.inner_text()
        cleo.look()
        show(cleo, f"{size}-11-apart")
        box.fill("I notice how I wait for him to speak first.")
        line.wait_for(state="hidden")
        cleo.open(f"/practice/cases/{case}/psychotherapy-notes")
        assert "I notice how I wait" in cleo.text
        show(cleo, f"{size}-12-list")
