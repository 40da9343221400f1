"""Psychotherapy notes on the pages: only their author's, saved by themselves, with a hint that refuses nothing."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

from cast import Browser, Cast

from clinic.db import db
from clinic.models import Part
from clinic.models.staffing import join_case

Opened = Callable[[str], Browser]
JSON = {"Accept": "application/json"}


def begun(cast: Cast, page: Browser) -> str:
    """The address of a new one."""
    path = f"/practice/cases/{cast.cases['Ana']}/psychotherapy-notes"
    return str(page.post(path, form_at=path).headers["Location"])


def revision(page: Browser, path: str) -> str:
    found = re.search(r'name="revision" value="(\d+)"', page.get(path).get_data(as_text=True))
    assert found
    return found[1]


def test_a_note_is_begun_once_kept_and_listed_for_its_author_alone(cast: Cast, browser: Opened) -> None:
    join_case(db.session(), cast.case("Ana"), cast.user("Sol"), Part.SUPERVISOR, by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    db.session.rollback()
    cleo, sol = browser("Cleo"), browser("Sol")
    path = begun(cast, cleo)
    assert begun(cast, cleo) == path, "the button pressed twice"
    assert cleo.post(f"{path}/draft", {"revision": revision(cleo, path), "text": "I want to rescue her."}).status_code == 303
    assert "I want to rescue her." in cleo.get(path).get_data(as_text=True)
    shelf = f"/practice/cases/{cast.cases['Ana']}/psychotherapy-notes"
    assert "I want to rescue her." in cleo.get(shelf).get_data(as_text=True)
    assert begun(cast, cleo) != path
    assert sol.get(path).status_code == 404
    assert sol.post(f"{path}/draft", {"revision": "1", "text": "x"}, form_at="/practice/").status_code == 404
    assert "rescue" not in sol.get(shelf).get_data(as_text=True)
    for other in ("Fay", "Max", "Ana"):
        assert browser(other).get(path).status_code == 404


def test_a_hint_comes_with_a_save_and_refuses_nothing(cast: Cast, browser: Opened) -> None:
    cleo = browser("Cleo")
    path = begun(cast, cleo)
    typed = {"revision": revision(cleo, path), "text": "PHQ-9 was 14 today."}
    saved = cleo.post(f"{path}/draft", typed, form_at="/practice/", headers=JSON).get_json()
    assert saved["hint"].startswith("This seems to mention test results.")
    page = cleo.get(path).get_data(as_text=True)
    assert "This seems to mention test results." in page
    assert "PHQ-9 was 14 today." in page
    typed = {"revision": str(saved["revision"]), "text": "I was moved."}
    assert cleo.post(f"{path}/draft", typed, form_at="/practice/", headers=JSON).get_json()["hint"] == ""


def test_a_second_window_shows_both_texts_and_loses_neither(cast: Cast, browser: Opened) -> None:
    cleo = browser("Cleo")
    path = begun(cast, cleo)
    at = revision(cleo, path)
    cleo.post(f"{path}/draft", {"revision": at, "text": "From the first"}, form_at="/practice/")
    late = {"revision": at, "text": "From the second"}
    reply = cleo.post(f"{path}/draft", late, form_at="/practice/")
    assert reply.status_code == 409
    for words in ("From the first", "From the second", "Nothing was overwritten"):
        assert words in reply.get_data(as_text=True)
    quiet = cleo.post(f"{path}/draft", late, form_at="/practice/", headers=JSON)
    assert (quiet.status_code, quiet.get_json()["saved"]) == (409, "From the first")


def test_what_cannot_be_kept_comes_back(cast: Cast, browser: Opened) -> None:
    cleo = browser("Cleo")
    path = begun(cast, cleo)
    sent = {"revision": revision(cleo, path), "text": "Kept words " + "x" * 20_001}
    reply = cleo.post(f"{path}/draft", sent, form_at="/practice/")
    assert (reply.status_code, "Kept words" in reply.get_data(as_text=True)) == (400, True)
    assert cleo.post(f"{path}/draft", sent, form_at="/practice/", headers=JSON).status_code == 422


def test_an_id_of_another_kind_is_not_found(cast: Cast, browser: Opened) -> None:
    assert browser("Cleo").get(f"/practice/psychotherapy-notes/{uuid.uuid4()}").status_code == 404
