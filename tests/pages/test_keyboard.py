"""The keyboard of the counselor's pages: what the palette is told, what keys press and never press, and that they can be off."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from browser import Screen, Screens
from cast import Browser, Cast
from flask import Flask

from clinic.db import db
from clinic.models import Case, Medium, Participant, ProgressNote
from clinic.models.notes import begin_note, record_encounter

Opened = Callable[[str], Browser]


def said_of(browser: Browser) -> list[dict[str, Any]]:
    reply = browser.get("/practice/palette.json")
    assert reply.status_code == 200 and reply.headers["Cache-Control"] == "no-store" and reply.is_json
    found: list[dict[str, Any]] = reply.json["cases"]
    return found


def rename(cast: Cast, name: str, became: str) -> None:
    seat = db.session.get_one(Participant, cast.seats[name])
    seat.preferred_name = became
    case = db.session.get_one(Case, cast.cases[name])
    case.label = " & ".join(one.preferred_name or "" for one in case.participants)
    db.session.commit()


def test_the_palette_knows_ones_own_cases_and_nothing_but_what_they_are_called(cast: Cast, browser: Opened) -> None:
    rename(cast, "Ana", "Žofie")
    cleo, fay = said_of(browser("Cleo")), said_of(browser("Fay"))
    assert {one["href"] for one in cleo} == {f"/practice/cases/{cast.cases[name]}" for name in ("Ana", "Dot")}
    assert {one["href"] for one in fay} == {f"/practice/cases/{cast.cases['Gil']}"}
    assert all(set(one) == {"title", "about", "words", "href"} for one in cleo + fay)
    zofie = next(one for one in cleo if one["title"] == "Žofie & Ben")
    code = cast.case("Ana").code
    assert zofie["about"] == f"Case {code}"
    assert set(zofie["words"]) == {"zofie", "ben", "&", "ana", "full-ana", "full-ben", code.lower()}


def test_a_finished_case_comes_last_and_says_so(cast: Cast, browser: Opened) -> None:
    cast.case("Ana").finish(by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    assert [one["about"].endswith(", finished") for one in said_of(browser("Cleo"))] == [False, True]


@pytest.mark.parametrize("name", ["Ana", "Max"])
def test_nobody_else_has_a_palette_or_these_settings_or_any_of_it_on_a_page(browser: Opened, name: str) -> None:
    seen = browser(name)
    assert [seen.get(path).status_code for path in ("/practice/palette.json", "/practice/settings")] == [404, 404]
    home = seen.get("/my/" if name == "Ana" else "/admin/").text
    assert "<h1" in home
    assert not [word for word in ("palette", "js/keys.js", "<dialog", "Ctrl") if word in home]


def test_letter_keys_are_on_until_the_person_turns_them_off_and_nobody_elses_change(cast: Cast, browser: Opened) -> None:
    cleo = browser("Cleo")
    assert "data-letters" in cleo.get("/practice/").text
    refused = cleo.post("/practice/settings", {"letter_keys": "perhaps"})
    assert refused.status_code == 400 and "Choose one of the answers in the list." in refused.text
    assert cleo.post("/practice/settings", {}).status_code == 400
    assert cleo.post("/practice/settings", {"letter_keys": "off"}).status_code == 303
    assert "data-letters" not in cleo.get("/practice/").text and "data-letters" in browser("Fay").get("/practice/").text
    assert not cast.user("Cleo").has_letter_keys
    cleo.post("/practice/settings", {"letter_keys": "on"})
    assert "data-letters" in cleo.get("/practice/").text


def test_no_button_that_is_final_is_pressed_by_a_key(cast: Cast, browser: Opened) -> None:
    cleo, id = browser("Cleo"), begun(cast)
    editor, last_look = cleo.get(f"/practice/notes/{id}").text, cleo.get(f"/practice/notes/{id}/signature").text
    assert 'value="sign" data-does="main"' in editor
    assert "Sign this note</span></button>" in last_look and "data-does" not in last_look


# --- in Chromium ----------------------------------------------------------------------------------------------------------


def begun(cast: Cast) -> uuid.UUID:
    """A draft of Cleo's with a text in it."""
    by, at = cast.users["Cleo"], cast.clock()
    met = record_encounter(
        db.session(), cast.case("Ana"), attendees={cast.seats["Ana"], cast.seats["Ben"]}, began_at=at, minutes=50,
        medium=Medium.VIDEO, by=by, at=at,
    )  # fmt: skip
    db.session.flush()
    note = begin_note(db.session(), met, format="soap", by=by, at=at)
    note.save(sections={"plan": "Go on."}, stages=[], at=at)
    db.session.commit()
    made = note.id
    db.session.rollback()
    return made


def plan_on_disk(id: uuid.UUID) -> str:
    db.session.rollback()
    note = db.session.get_one(ProgressNote, id, populate_existing=True)
    found, is_signed = (note.sections or {})["plan"], note.is_signed
    db.session.rollback()
    assert not is_signed
    return found


def offered(screen: Screen) -> list[str]:
    return screen.page.locator("[role=option] .palette__title").all_inner_texts()


def focused(screen: Screen) -> str:
    found: str = screen.page.evaluate("document.activeElement.id || document.activeElement.innerText")
    return found


def gone(screen: Screen, selector: str) -> None:
    screen.page.wait_for_selector(selector, state="hidden")


@pytest.mark.browser
def test_the_palette_goes_to_a_case_by_a_name_typed_in_haste_and_keeps_none(app: Flask, cast: Cast) -> None:
    rename(cast, "Ana", "Žofie")
    rename(cast, "Eli", "Кирилл")
    with Screens(app) as screens:
        cleo = screens.desk()
        cleo.sign_in("cleo@practice.example")
        page, keys = cleo.page, cleo.page.keyboard
        page.get_by_label("Find by name or code").focus()
        with page.expect_response("**/practice/palette.json"):
            keys.press("Control+k")
        assert offered(cleo)[:2] == ["Add a case", "Caseload"]
        cleo.look()
        keys.type("z")
        assert not [one for one in offered(cleo) if "Žofie" in one], "one letter shows no names to whoever looks on"
        for typed in ("zofie", "ZOFI", "Žof", "ofie", "zfoie", "full-ana"):
            page.get_by_role("combobox").fill(typed)
            assert offered(cleo)[:1] == ["Žofie & Ben"], typed
        for typed in ("kirill", "кирилл"):
            page.get_by_role("combobox").fill(typed)
            assert offered(cleo)[:1] == ["Dot & Кирилл"], typed
        page.get_by_role("combobox").fill("gil")
        assert not offered(cleo) and page.get_by_text("Nothing fits.").first.is_visible()
        page.get_by_role("combobox").fill("")
        first = page.get_by_role("combobox").get_attribute("aria-activedescendant")
        keys.press("ArrowDown")
        assert page.locator("[aria-selected=true]").inner_text().startswith("Caseload")
        keys.press("ArrowUp")
        assert page.get_by_role("combobox").get_attribute("aria-activedescendant") == first
        keys.press("Escape")
        gone(cleo, ".palette")
        assert focused(cleo) == "name" and page.locator("[role=option]").count() == 0
        keys.press("Control+k")
        keys.type("zofie")
        page.wait_for_function("document.querySelector('[role=option]')?.textContent.includes('Žofie')")
        with page.expect_navigation():
            keys.press("Enter")
        assert cleo.path == f"/practice/cases/{cast.cases['Ana']}"
        with page.expect_navigation():
            keys.press("n")
        assert cleo.path == f"/practice/cases/{cast.cases['Ana']}/encounters/new"
        for second, path in (("t", "/practice/tasks"), ("l", "/practice/library"), ("s", "/practice/search"), ("c", "/practice/")):
            page.locator("h1").click()
            with page.expect_navigation():
                keys.type(f"g{second}")
            assert cleo.path == path
        keys.press("/")
        assert focused(cleo) == "name"
        cleo.look(axe=False)


@pytest.mark.browser
def test_keys_save_and_lead_to_signing_and_sign_nothing_and_letters_can_be_off(app: Flask, cast: Cast) -> None:
    id = begun(cast)
    with Screens(app) as screens:
        cleo = screens.desk()
        cleo.sign_in("cleo@practice.example")
        page, keys = cleo.page, cleo.page.keyboard
        cleo.open(f"/practice/notes/{id}")
        keys.press("?")
        assert page.get_by_role("dialog", name="Keyboard").is_visible()
        cleo.look()
        keys.press("n")  # does nothing behind an open dialog
        keys.press("Escape")
        gone(cleo, ".keys-help")
        plan = page.get_by_label("Plan")
        page.clock.install()
        page.clock.pause_at(time.time() + 60)  # the pause after which it saves by itself never ends
        plan.focus()
        keys.type("n? /gc")
        assert cleo.path == f"/practice/notes/{id}" and plan.input_value() == "n? /gcGo on."
        with page.expect_response(f"**/practice/notes/{id}/**"):
            keys.press("Control+s")
        page.wait_for_function("document.querySelector('[data-save-state]').textContent.startsWith('Saved')")
        assert plan_on_disk(id) == "n? /gcGo on."
        page.clock.resume()
        with page.expect_navigation():
            keys.press("Control+Enter")
        assert cleo.path == f"/practice/notes/{id}/signature"
        keys.press("Control+Enter")
        page.wait_for_function("document.activeElement.innerText?.includes('Sign this note')")
        assert page.locator("[data-keys-said]").inner_text() == "Press Enter: Sign this note"
        keys.press("Control+s")
        assert page.locator("[data-keys-said]").inner_text() == "Nothing on this page is saved by a key."
        page.evaluate("scrollTo(0, 0)")  # from under the bar
        cleo.look()
        assert plan_on_disk(id)
        cleo.open("/practice/settings", axe=False)
        page.get_by_label("Off").check()
        with page.expect_navigation():
            keys.press("Control+s")
        assert "Your settings are saved." in cleo.text
        cleo.look()
        page.locator("h1").click()
        for key in ("?", "n", "/", "g", "c"):
            keys.press(key)
        assert cleo.path == "/practice/settings" and page.locator("dialog[open]").count() == 0
        page.locator(".user-menu > summary").click()
        page.get_by_role("button", name="Keyboard").click()
        assert "Letter keys are off." in page.get_by_role("dialog", name="Keyboard").inner_text()
        keys.press("Escape")
        gone(cleo, ".keys-help")
        keys.press("Control+k")
        assert "Your settings" in offered(cleo)
