"""What is not sent yet, written on two of one person's devices: a proposal, and what one notices. Neither text is lost."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from cast import Browser, Cast
from paper import fields, without_tokens, words

from clinic.db import db
from clinic.models import Answer, Assignment, JointDraft, JointVersion, Noticed, NoticedDraft, Reveal, RevealedAnswer
from clinic.models.agreeing import open_for_both
from forms import Given, library

Opened = Callable[[str], Browser]
JSON = {"Accept": "application/json"}


@pytest.fixture
def form(cast: Cast) -> uuid.UUID:
    """The pause rule, open to Ana and Ben."""
    for row in db.session.query(Assignment).filter_by(content_id="safety-check"):
        row.mark_reviewed(by=cast.users["Cleo"], at=cast.clock())
    db.session.flush()
    sheet = library.worksheet("pause-rule")
    row = open_for_both(db.session(), cast.case("Ana"), sheet, by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    return row.id


def save(device: Browser, path: str, page: dict[str, Any], **changed: str) -> Any:
    typed = {name: value for name, value in page.items() if name != "csrf_token"} | changed
    return device.post(f"{path}/draft", typed, form_at="/my/about", headers=JSON)


def test_two_proposals_of_one_person_are_both_kept_until_she_chooses(browser: Opened, form: uuid.UUID) -> None:
    phone, tablet, path = browser("Ana"), browser("Ana"), f"/my/both/{form}/words"
    on_phone, on_tablet = (fields(device.get(path), path) for device in (phone, tablet))
    words_at, review = "pause_rule-terms", {"pause_rule-review_on": "2026-04-01"}
    first = save(phone, path, on_phone, **{words_at: "We stop and sit down."}, **review)
    assert first.status_code == 200
    on_phone["revision"] = first.get_json()["revision"]
    again = save(phone, path, on_phone, **{words_at: "We stop, sit down, and drink tea."}, **review)
    assert (again.status_code, again.get_json().get("kept")) == (200, None), "one device's own words follow each other"

    late = save(tablet, path, on_tablet, **{words_at: "We leave the room."}, **review)
    assert (late.status_code, late.get_json()["kept"]) == (409, "both")
    page = phone.get(path)
    assert "We stop, sit down, and drink tea." in words(page) and "We leave the room." in page.get_data(as_text=True)
    put = {"name": "Ana", "after": "0"}
    assert phone.post(f"/my/both/{form}/versions", put, form_at="/my/about").status_code == 409
    assert db.session.query(JointVersion).count() == 0
    chosen = phone.post(path, fields(page, path) | {"aside": "pause_rule:use:0"}, form_at="/my/about")
    assert chosen.location.endswith("#pause_rule-item")
    phone.post(path, fields(phone.get(path), path) | {"aside": "pause_rule:drop:0"}, form_at="/my/about")
    db.session.rollback()
    assert db.session.query(JointDraft).one().set_aside is None
    assert phone.post(f"/my/both/{form}/versions", put, form_at="/my/about").status_code == 303
    db.session.rollback()
    assert db.session.query(JointVersion).one().answers["pause_rule"]["value"]["terms"] == "We stop, sit down, and drink tea."


def test_a_page_without_scripts_that_is_out_of_date_shows_both_proposals(browser: Opened, form: uuid.UUID) -> None:
    phone, tablet, path = browser("Ana"), browser("Ana"), f"/my/both/{form}/words"
    old = fields(tablet.get(path), path)
    phone.post(path, fields(phone.get(path), path) | {"pause_rule-terms": "On the phone.", "go": "later"}, form_at="/my/about")
    reply = tablet.post(path, old | {"pause_rule-terms": "On the tablet.", "go": "check"}, form_at="/my/about")
    assert reply.status_code == 400, "what was typed is not whole yet; both are shown all the same"
    for page in (reply.get_data(as_text=True), tablet.get(path).get_data(as_text=True)):
        assert "On the phone." in page and "On the tablet." in page and "Another version of this answer" in page


@pytest.fixture
def reveal(cast: Cast) -> uuid.UUID:
    """One answer of each, open side by side."""
    row = Reveal(case_id=cast.cases["Ana"], group="hopes", place="from_home", opened_at=cast.clock(), opened_by=cast.users["Cleo"])
    db.session.add(row)
    for name in ("Ana", "Ben"):
        homework = cast.assign(name, "hopes", by="Cleo")
        db.session.flush()
        cast.send(homework, {"hopes": Given(f"Of {name}.")}, by=cast.users[name])
        answer = db.session.query(Answer).filter_by(assignment_id=homework.id, item_id="hopes").one()
        row.revealed.append(RevealedAnswer(case_id=row.case_id, answer_id=answer.id, participant_id=cast.seats[name]))
    db.session.commit()
    return row.id


def test_what_one_notices_is_kept_as_it_is_typed_and_read_by_nobody_before_it_is_saved(
    cast: Cast, browser: Opened, reveal: uuid.UUID
) -> None:
    ana, ben, cleo, path = browser("Ana"), browser("Ben"), browser("Cleo"), f"/my/together/{reveal}"
    others = [(ben, path), (ben, "/my/"), (cleo, f"/practice/cases/{cast.cases['Ana']}/reveals")]
    before = [without_tokens(device.get(at)) for device, at in others]
    page = fields(ana.get(path), path)
    reply = save(ana, path, page, text="A heron, half ty")
    assert (reply.status_code, set(reply.get_json())) == (200, {"revision"})
    assert [without_tokens(device.get(at)) for device, at in others] == before
    page = fields(ana.get(path), path)
    assert page["text"] == "A heron, half ty"
    assert ana.post(path, page | {"text": "A heron."}, form_at="/my/about").status_code == 303
    assert "A heron." in words(cleo.get(others[2][1]))
    db.session.rollback()
    assert (db.session.query(NoticedDraft).count(), db.session.query(Noticed).one().text) == (0, "A heron.")
    assert save(ben, f"/my/together/{uuid.uuid4()}", page, text="x").status_code == 404


def test_what_one_notices_on_two_devices_is_kept_twice_until_one_chooses(browser: Opened, reveal: uuid.UUID) -> None:
    phone, tablet, path = browser("Ana"), browser("Ana"), f"/my/together/{reveal}"
    on_phone, on_tablet = (fields(device.get(path), path) for device in (phone, tablet))
    assert phone.post(path, on_phone | {"text": "On the phone."}, form_at="/my/about").status_code == 303
    late = save(tablet, path, on_tablet, text="On the tablet.")
    assert (late.status_code, late.get_json()["kept"]) == (409, "both")
    assert tablet.post(path, on_tablet | {"text": "On the tablet."}, form_at="/my/about").status_code == 303
    page = tablet.get(path)
    assert "On the phone." in page.get_data(as_text=True) and "Both versions are kept" in words(page)
    db.session.rollback()
    assert db.session.query(Noticed).one().text == "On the phone.", "nothing is saved before one is chosen"
    for choice in ("use:0", "drop:0", "drop:7"):
        tablet.post(path, fields(tablet.get(path), path) | {"aside": choice}, form_at="/my/about")
    assert tablet.post(path, fields(tablet.get(path), path), form_at="/my/about").status_code == 303
    db.session.rollback()
    assert (db.session.query(Noticed).one().text, db.session.query(NoticedDraft).count()) == ("On the phone.", 0)
