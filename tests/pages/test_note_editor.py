"""A note written in Chromium: nothing that was typed is lost, whatever happens to the connection, the sign-in or the window."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from browser import Screen, Screens
from cast import PASSWORD, Cast
from flask import Flask, Response

from clinic.db import db
from clinic.models import Medium, ProgressNote
from clinic.models.notes import begin_note, record_encounter
from clinic.models.phrases import add_phrase

WIDE, NARROW = "desk", "phone"


class Cut:
    """The application behind a connection that can fail: `is_down` answers nothing, as a server that was killed."""

    def __init__(self, app: Flask) -> None:
        self.app, self.is_down = app, False

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        if self.is_down and environ["REQUEST_METHOD"] == "POST":
            return Response("gone", 502)(environ, start)
        return self.app(environ, start)


@pytest.fixture
def draft(cast: Cast) -> uuid.UUID:
    """A draft of Cleo's, after a signed note of the week before; and a phrase of hers."""
    by, at = cast.users["Cleo"], cast.clock()
    for weeks in (1, 0):
        met = record_encounter(
            db.session(), cast.case("Ana"), attendees={cast.seats["Ana"], cast.seats["Ben"]},
            began_at=at - timedelta(weeks=weeks, hours=1), minutes=50, medium=Medium.VIDEO, by=by, at=at,
        )  # fmt: skip
        db.session.flush()
        note = begin_note(db.session(), met, format="soap", by=by, at=at)
        if weeks:
            note.save(sections={"plan": "- Ask once a day\n- **Listen**"}, stages=[], at=at)
            db.session.flush()
            note.sign(by=by, name="Cleo Example, LMFT", at=at)
    text = "[person] was [mood: low|steady] about [what]."
    add_phrase(db.session(), [], title="How they were", text=text, submission_key=uuid.uuid4(), by=by, at=at)
    db.session.commit()
    made = note.id
    db.session.rollback()
    return made


def written(id: uuid.UUID) -> dict[str, str]:
    """What is on disk. Nothing stays read: a test that has read holds the lock that the pages wait for."""
    db.session.rollback()
    found = dict(db.session.get_one(ProgressNote, id, populate_existing=True).sections or {})
    db.session.rollback()
    return found


def opened(screens: Screens, size: str, id: uuid.UUID) -> Screen:
    screen = screens.desk() if size == WIDE else screens.phone()
    screen.sign_in("cleo@practice.example")
    screen.open(f"/practice/notes/{id}")
    return screen


def state(screen: Screen, begins: str) -> None:
    screen.page.wait_for_function(
        "(words) => document.querySelector('[data-save-state]').textContent.startsWith(words)", arg=begins, timeout=12_000
    )


@pytest.mark.browser
@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_what_is_typed_is_saved_by_itself_with_phrases_and_what_is_carried_forward(
    app: Flask, cast: Cast, draft: uuid.UUID, size: str
) -> None:
    with Screens(app) as screens:
        cleo = opened(screens, size, draft)
        page = cleo.page
        assert page.locator(".pane li").all_inner_texts() == ["Ask once a day", "Listen"]
        with page.expect_navigation():
            page.locator("[data-carry=section-plan]").click()
        assert "Carried forward from February 23, 2026" in cleo.text
        page.get_by_label("Subjective").press_sequentially("Ana came in tired")
        state(cleo, "Saved")
        page.get_by_label("Subjective").press("Home")
        page.locator("[data-phrases] > summary").click()
        page.get_by_label("Phrase", exact=True).select_option(label="How they were")
        page.get_by_label("person", exact=True).select_option("Ben")
        page.get_by_label("mood", exact=True).select_option("steady")
        cleo.look()
        page.get_by_role("button", name="Insert").click()
        assert page.get_by_label("Subjective").input_value() == "Ben was steady about [what].Ana came in tired"
        page.keyboard.type("work")  # over the blank, which stands selected
        state(cleo, "Saved")
        page.wait_for_timeout(1500)
        cleo.open(f"/practice/notes/{draft}")
        assert page.get_by_label("Subjective").input_value() == "Ben was steady about work.Ana came in tired"
        assert written(draft)["plan"] == "- Ask once a day\n- **Listen**"


@pytest.mark.browser
def test_one_who_types_without_a_pause_loses_at_most_seconds(app: Flask, cast: Cast, draft: uuid.UUID) -> None:
    with Screens(app) as screens:
        cleo = opened(screens, WIDE, draft)
        box = cleo.page.get_by_label("Objective")
        box.press_sequentially("never pausing " * 6, delay=100)  # 8.4 seconds, no pause of one
        assert written(draft).get("objective", "").startswith("never pausing")
        box.press_sequentially(" and the last word")
        cleo.page.close(run_before_unload=False)
    assert written(draft)["objective"].startswith("never pausing never pausing")


@pytest.mark.browser
def test_a_server_that_is_gone_for_a_while_costs_nothing(app: Flask, cast: Cast, draft: uuid.UUID) -> None:
    cut = Cut(app)
    with Screens(cut) as screens:
        cleo = opened(screens, NARROW, draft)
        cut.is_down = True
        cleo.page.get_by_label("Assessment").fill("Typed while the server was gone")
        state(cleo, "Not saved")
        assert written(draft).get("assessment", "") == ""
        cut.is_down = False
        state(cleo, "Saved")
        assert written(draft)["assessment"] == "Typed while the server was gone"
        cleo.page.context.set_offline(True)
        cleo.page.get_by_label("Assessment").fill("Typed without a connection")
        state(cleo, "Not saved: no connection.")
        cleo.page.context.set_offline(False)
        state(cleo, "Saved")
    assert written(draft)["assessment"] == "Typed without a connection"


@pytest.mark.browser
def test_a_sign_in_that_ran_out_is_renewed_over_the_page(app: Flask, cast: Cast, draft: uuid.UUID) -> None:
    with Screens(app) as screens:
        cleo = opened(screens, WIDE, draft)
        page = cleo.page
        cast.clock.pass_by(hours=13)
        page.get_by_label("Objective").fill("Typed after the sign-in had run out")
        dialog = page.get_by_role("dialog")
        dialog.wait_for()
        cleo.look()
        assert written(draft) == {}
        dialog.get_by_label("Password").fill("not these words at all")
        dialog.get_by_role("button", name="Sign in and save").click()
        dialog.get_by_text("is not right").wait_for()
        dialog.get_by_label("Password").fill(PASSWORD)
        dialog.get_by_role("button", name="Sign in and save").click()
        dialog.wait_for(state="hidden")
        state(cleo, "Saved")
        assert written(draft)["objective"] == "Typed after the sign-in had run out"
        cast.clock.pass_by(hours=13)
        page.get_by_label("Objective").fill("And after that")
        dialog.get_by_role("button", name="Not now").click()
        state(cleo, "Not saved: you are signed out.")
        page.get_by_role("button", name="Sign in", exact=True).click()
        dialog.get_by_label("Password").fill(PASSWORD)
        dialog.get_by_role("button", name="Sign in and save").click()
        state(cleo, "Saved")
        cleo.press("Save the draft")
    assert written(draft)["objective"] == "And after that"


@pytest.mark.browser
@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_two_windows_show_both_texts_and_lose_neither(app: Flask, cast: Cast, draft: uuid.UUID, size: str) -> None:
    with Screens(app) as screens:
        one = opened(screens, size, draft)
        two = Screen(one.page.context.new_page(), one.address, scripts=True)
        two.open(f"/practice/notes/{draft}")
        one.page.get_by_label("What Ana said or agreed to").fill("From the first window")
        state(one, "Saved")
        two.page.get_by_label("What Ana said or agreed to").fill("From the second window")
        state(two, "Not saved: changed in another window.")
        two.press("See both texts")
        assert "From the first window" in two.text
        assert two.page.get_by_label("What Ana said or agreed to").input_value() == "From the second window"
        two.page.get_by_label("What Ana said or agreed to").fill("From both windows")
        two.press("Save the draft")
        note = db.session.get_one(ProgressNote, draft, populate_existing=True)
        assert note.said == {cast.seats["Ana"]: "From both windows"}
        db.session.rollback()
