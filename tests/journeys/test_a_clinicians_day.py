"""A clinician's day, once and whole, in a real browser: the caseload, a safety task, three reviews, a joint and an individual note,
a conflict, a sign-in in the middle, a supervisor's return, an addendum, a paper form with an answer of risk. Every page that opens
is looked at; and what was said alone stands in nothing that the other may see."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from browser import Screen, Screens
from cast import PASSWORD, Browser, Cast
from flask import Flask

from clinic import reporting
from clinic.access import Viewer
from clinic.db import db
from clinic.models import Case, Medium, Part, TaskKind, User
from clinic.models.notes import begin_note, record_encounter
from clinic.models.staffing import join_case
from clinic.models.tasks import raise_task
from clinic.places import templates_folder
from reports import Audience, render_html

pytestmark = pytest.mark.browser

ALONE = "Quillwort"  # said in the session with Ana alone
TOGETHER = "They heard each other out to the end."
SENT = {"Ana": "hurt-account", "Ben": "involved-account", "Dot": "hopes"}


@pytest.fixture
def screens(cast: Cast) -> Iterator[Screens]:
    with Screens(cast.app) as opened:
        yield opened


@pytest.fixture
def training(cast: Cast) -> str:
    """Before the day: three have sent homework, one task is about safety, and a note of Cleo's in training, in Fay's case, is
    begun. Where that note is."""
    for name, sheet in SENT.items():
        row = cast.assign(name, sheet, by="Cleo")
        cast.send(row, {}, by=cast.users[name])
    raise_task(
        db.session(), case_id=cast.cases["Ben"], participant_id=cast.seats["Ben"], kind=TaskKind.SAFETY, title="An answer to read",
        by=None, at=cast.clock(),
    )  # fmt: skip
    for name, part in (("Cleo", Part.TRAINEE), ("Sol", Part.SUPERVISOR)):
        join_case(db.session(), cast.case("Gil"), cast.user(name), part, by=cast.users["Fay"], at=cast.clock())
    db.session.flush()
    both = {cast.seats["Gil"], cast.seats["Hope"]}
    met = record_encounter(
        db.session(), cast.case("Gil"), attendees=both, began_at=cast.clock(), minutes=50, medium=Medium.VIDEO,
        by=cast.users["Cleo"], at=cast.clock(),
    )  # fmt: skip
    db.session.flush()
    note = begin_note(db.session(), met, format="dap", by=cast.users["Cleo"], at=cast.clock())
    note.save(sections={"data": "A first talk."}, stages=[], at=cast.clock())
    db.session.commit()
    path = f"/practice/notes/{note.id}"
    db.session.rollback()
    return path


def test_a_clinicians_day(app: Flask, cast: Cast, screens: Screens, training: str) -> None:
    cleo = screens.desk()
    cleo.sign_in("cleo@practice.example")
    morning(cleo)
    three_reviews(cleo)
    joint = joint_note(cleo)
    individual_note(cleo, cast)
    returned_and_signed(cleo, screens, training)
    addendum(cleo, joint)
    paper_form(cleo, cast)
    evening(cleo)
    nothing_of_what_was_said_alone(app, cast)


def morning(cleo: Screen) -> None:
    text = cleo.text
    assert text.index("Safety, and what is not yet told") < text.index("Sent, waiting for your review")
    cleo.page.get_by_role("link", name=re.compile("An answer to read")).click()
    cleo.look()
    cleo.page.get_by_role("textbox").last.fill("Called Ben at the hour that is safe for him. He is well.")
    cleo.press("Close the task")
    cleo.open("/practice/")
    assert "An answer to read" not in cleo.text


def three_reviews(cleo: Screen) -> None:
    for number in range(3):
        cleo.open("/practice/", axe=False)
        links = cleo.page.get_by_role("link", name=re.compile("^Review"))
        assert links.count() >= 3 - number
        links.first.click()
        cleo.look(axe=number == 0)
        cleo.press("Mark as reviewed")


def begin(cleo: Screen, who: str) -> str:
    """Record a session with these people; the address of its note."""
    cleo.open("/practice/", axe=False)
    cleo.press("Ana & Ben", role="link")
    cleo.follow("Record a session")
    page = cleo.page
    page.get_by_label("Date").fill("2026-03-02")
    page.get_by_label("Time").fill("09:30")
    page.get_by_label("In person").check(force=True)
    for name in ("Ana", "Ben"):
        page.get_by_role("group", name="Who was there").get_by_label(name).set_checked(name in who, force=True)
    page.get_by_label(re.compile("SOAP")).check(force=True)
    cleo.press("Record and begin the note")
    assert cleo.path.startswith("/practice/notes/"), cleo.text
    return cleo.path


def saved(screen: Screen, begins: str) -> None:
    screen.page.wait_for_function(
        "(words) => document.querySelector('[data-save-state]').textContent.startsWith(words)", arg=begins, timeout=15_000
    )


def joint_note(cleo: Screen) -> str:
    """Two windows on one note: both texts are shown, and one is chosen."""
    path = begin(cleo, "Ana Ben")
    other = Screen(cleo.page.context.new_page(), cleo.address, scripts=True)
    other.open(path, axe=False)
    cleo.page.get_by_label("Subjective").fill(TOGETHER)
    saved(cleo, "Saved")
    other.page.get_by_label("Subjective").fill("Typed in the other window.")
    saved(other, "Not saved: changed in another window.")
    other.press("See both texts")
    assert TOGETHER in other.text
    other.page.get_by_label("Subjective").fill(f"{TOGETHER} Typed in the other window.")
    other.press("Save the draft")
    other.page.close()
    cleo.open(path, axe=False)
    assert cleo.page.get_by_label("Subjective").input_value().startswith(TOGETHER)
    sign(cleo)
    return path


def sign(cleo: Screen) -> None:
    cleo.press("Go to signing")
    cleo.press("Sign this note")
    assert "Signed" in cleo.text


def individual_note(cleo: Screen, cast: Cast) -> None:
    """The sign-in runs out while she writes; she signs in over the page, and not a word is gone."""
    begin(cleo, "Ana")
    assert "only in" in cleo.text or "Ana" in cleo.text
    cast.clock.pass_by(hours=13)
    cleo.page.get_by_label("Subjective").fill(f"Ana spoke of {ALONE}.")
    dialog = cleo.page.get_by_role("dialog")
    dialog.wait_for()
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in and save").click()
    dialog.wait_for(state="hidden")
    saved(cleo, "Saved")
    sign(cleo)


def returned_and_signed(cleo: Screen, screens: Screens, path: str) -> None:
    cleo.open(path)
    cleo.press("Go to sending")
    cleo.press("Send to the supervisor")
    sol = screens.desk()
    sol.sign_in("sol@practice.example")
    sol.open("/practice/")
    assert "Read and sign" in sol.text, sol.text
    sol.page.get_by_role("link", name=re.compile("^Read and sign")).first.click()
    sol.look()
    sol.page.get_by_label("Comment").fill("Say what was agreed.")
    sol.press("Return with this comment")
    cleo.open(path)
    assert "Say what was agreed." in cleo.text
    cleo.page.get_by_label("Plan").fill("One call a day.")
    cleo.press("Go to sending")
    cleo.press("Send to the supervisor")
    sol.open(path)
    assert "One call a day." in sol.text
    sol.press("Sign this note")


def addendum(cleo: Screen, path: str) -> None:
    cleo.open(path)
    cleo.page.locator("summary", has_text="ddendum").first.click()
    cleo.page.get_by_label(re.compile("ddendum")).first.fill("Ben wrote at noon: he will be late on Friday.")
    cleo.press("Sign and add")
    assert "Ben wrote at noon" in cleo.text


def paper_form(cleo: Screen, cast: Cast) -> None:
    """The ninth answer of a PHQ-9 is 1: a task about safety, whatever the total."""
    cleo.open(f"/practice/participants/{cast.seats['Ben']}/measures/phq-9")
    boxes = cleo.page.locator(".paper-items input").all()
    assert len(boxes) == 9
    for number, box in enumerate(boxes):
        box.fill("1" if number == 8 else "0")
    cleo.page.locator("input[type=date]").fill("2026-03-02")
    cleo.press("Save the scores")
    assert "Enter a paper form" not in cleo.page.title(), cleo.text


def evening(cleo: Screen) -> None:
    cleo.open("/practice/")
    needs = cleo.text
    assert "Safety, and what is not yet told" in needs
    assert needs.index("Safety, and what is not yet told") < needs.index("Ben: ")


def nothing_of_what_was_said_alone(app: Flask, cast: Cast) -> None:
    """In no page of Ben's, no joint report, no report of Ben's; in Ana's counselor's record it stands."""
    ben = Browser(app)
    ben.sign_in("ben@home.example")
    for path in ("/my/", "/my/shared", "/my/together", "/my/showing", "/my/readings", "/my/about"):
        assert ALONE.encode() not in ben.get(path).data
    cleo = Viewer.of(db.session.get_one(User, cast.users["Cleo"]))
    case = db.session.get_one(Case, cast.cases["Ana"])
    told = {}
    for audience in Audience:
        for person in case.participants if audience is Audience.PERSON else (None,):
            asked = reporting.Request(audience, participant_id=person.id if person else None)
            report = reporting.progress(case, asked, maker=cleo, at=cast.clock(), settings=app.extensions["settings"])
            told[audience, person.preferred_name if person else ""] = render_html(report, templates_folder())
    assert ALONE in told[Audience.COUNSELOR, ""]
    others = [html for (audience, name), html in told.items() if audience is Audience.JOINT or name == "Ben"]
    assert len(others) == 2 and not any(ALONE in html for html in others)
