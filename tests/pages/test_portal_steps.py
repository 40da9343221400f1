"""What comes first for a client: consent, the policy, the private check; and nothing before them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cast import Browser, Cast, calm_check
from paper import fields, words

from clinic.db import db
from clinic.models import Answer, Assignment, Signature, WorksheetResponse
from clinic.models.homework import AssignmentState
from clinic.models.opening import CONSENT
from forms import library

Opened = Callable[[str], Browser]
SIGNED = {"name": "Ana Full-Ana", "agree": "y", "version": str(library.document("consent").version)}


@pytest.fixture
def newcomer(cast: Cast, browser: Opened) -> Browser:
    """Ana before her first steps."""
    seat = cast.seats["Ana"]
    check = db.session.query(Assignment).filter_by(participant_id=seat, content_id="safety-check").one()
    check.state, check.submitted_at = AssignmentState.OPEN.value, None
    db.session.query(Signature).filter_by(participant_id=seat).delete()
    db.session.query(Answer).filter_by(participant_id=seat).delete()
    db.session.query(WorksheetResponse).filter_by(participant_id=seat).delete()
    db.session.commit()
    return browser("Ana")


def check_of(cast: Cast) -> str:
    row = db.session.query(Assignment).filter_by(participant_id=cast.seats["Ana"], content_id="safety-check").one()
    return f"/my/homework/{row.id}"


def test_the_first_page_says_three_steps_and_opens_only_the_first(newcomer: Browser, cast: Cast) -> None:
    page = newcomer.get("/my/")
    assert "Three short steps" in words(page)
    assert page.get_data(as_text=True).count('href="/my/documents/') == 1
    for later in ("/my/documents/limited_secrets", check_of(cast), f"{check_of(cast)}/1", "/my/shared", "/my/showing"):
        assert newcomer.get(later).headers["Location"] == "/my/"


def test_the_three_steps_are_taken_one_after_the_other(newcomer: Browser, cast: Cast) -> None:
    for document in (CONSENT, "limited_secrets"):
        path = f"/my/documents/{document}"
        assert path in newcomer.get("/my/").get_data(as_text=True)
        signed = newcomer.post(path, SIGNED)
        assert (signed.status_code, signed.headers["Location"]) == (303, "/my/")
    check = check_of(cast)
    assert check in newcomer.get("/my/").get_data(as_text=True)
    for page in (1, 2, 3):
        shown = fields(newcomer.get(f"{check}/{page}"), f"/{page}")
        chosen = {f"{item}-choice": given.value["choice"] for item, given in calm_check().items() if f"{item}-instead" in shown}
        newcomer.post(f"{check}/{page}", shown | chosen, form_at="/my/about")
    sending = fields(newcomer.get(f"{check}/check"), "/submission")
    assert newcomer.post(f"{check}/submission", sending, form_at="/my/about").headers["Location"] == f"{check}/sent"
    assert "Waiting for you" in words(newcomer.get("/my/"))


def test_a_signature_needs_the_tick_and_a_name_and_keeps_what_was_typed(newcomer: Browser, cast: Cast) -> None:
    page = newcomer.post(f"/my/documents/{CONSENT}", {**SIGNED, "name": "Ana Typed", "agree": ""})
    assert page.status_code == 400
    assert "Tick the box if you agree" in words(page)
    assert 'value="Ana Typed"' in page.get_data(as_text=True)
    assert db.session.query(Signature).filter_by(participant_id=cast.seats["Ana"]).count() == 0


def test_signing_twice_is_signing_once(newcomer: Browser, cast: Cast) -> None:
    for _ in range(2):
        newcomer.post(f"/my/documents/{CONSENT}", SIGNED, form_at="/my/")
    assert db.session.query(Signature).filter_by(participant_id=cast.seats["Ana"]).count() == 1
    assert "You have signed this" in words(newcomer.get(f"/my/documents/{CONSENT}"))


def test_only_the_text_that_was_on_the_page_is_signed(newcomer: Browser, cast: Cast) -> None:
    for version in ("0", "", "x"):
        page = newcomer.post(f"/my/documents/{CONSENT}", {**SIGNED, "version": version}, form_at="/my/")
        assert page.status_code == 409
        assert "This text has changed since you opened it" in words(page)
        assert 'value="Ana Full-Ana"' in page.get_data(as_text=True) and " checked" not in page.get_data(as_text=True)
    assert db.session.query(Signature).filter_by(participant_id=cast.seats["Ana"]).count() == 0
    assert f'name="version" value="{SIGNED["version"]}"' in page.get_data(as_text=True), "the new text stands there, to be signed"


@pytest.mark.parametrize("name", ["no_secrets", "confidential", "nothing", "..%2fconsent"])
def test_only_the_documents_of_the_case_are_there(browser: Opened, name: str) -> None:
    assert browser("Ana").get(f"/my/documents/{name}").status_code == 404


def test_what_one_person_has_signed_changes_nothing_for_the_other(newcomer: Browser, browser: Opened, cast: Cast) -> None:
    ben = browser("Ben")
    before = words(ben.get("/my/")), words(ben.get("/my/about")), words(ben.get("/my/shared"))
    newcomer.post(f"/my/documents/{CONSENT}", SIGNED)
    assert (words(ben.get("/my/")), words(ben.get("/my/about")), words(ben.get("/my/shared"))) == before
