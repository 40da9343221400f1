"""A proposal is taken back by its author before the other has answered it: to the other it is as if it had not been put."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from cast import Browser, Cast
from paper import without_tokens, words

from clinic.db import db
from clinic.models import Assignment, AuditEntry, Event, JointDraft, JointForm, JointVersion
from clinic.models.agreeing import decide, keep_draft, open_for_both, put_version
from clinic.models.joint import Decision
from forms import Given, library

Opened = Callable[[str], Browser]


@pytest.fixture
def form(cast: Cast) -> JointForm:
    """The pause rule, open to Ana and Ben."""
    for row in db.session.query(Assignment).filter_by(content_id="safety-check"):
        row.mark_reviewed(by=cast.users["Cleo"], at=cast.clock())
    db.session.flush()
    sheet = library.worksheet("pause-rule")
    row = open_for_both(db.session(), cast.case("Ana"), sheet, by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    return row


def put(cast: Cast, form: JointForm, name: str, terms: str) -> uuid.UUID:
    cast.clock.pass_by(minutes=1)
    seat, by, at = cast.seat(name), cast.users[name], cast.clock()
    says = {"terms": terms, "who": "", "how_often": "", "until": "", "review_on": "2026-04-01"}
    keep_draft(db.session(), form, seat, {"pause_rule": Given(says)}, at=at)
    version = put_version(
        db.session(), form, seat, typed_name=name, after=len(form.kept), day=at.date(), by=by, at=at
    )  # fmt: skip
    db.session.commit()
    return version.id


def take_back(person: Browser, version: uuid.UUID) -> Any:
    return person.post(f"/my/both/versions/{version}/taking-back", form_at="/my/about")


def test_the_other_sees_it_no_more_and_its_author_has_the_words_back(cast: Cast, browser: Opened, form: JointForm) -> None:
    ana, ben, cleo, page = browser("Ana"), browser("Ben"), browser("Cleo"), f"/my/both/{form.id}"
    paths = ("/my/", page, f"{page}/words")
    before = [without_tokens(ben.get(path)) for path in paths]
    version = put(cast, form, "Ana", "the zeppelin rule")
    assert "the zeppelin rule" in words(ben.get(page)) and "Take this version back" in words(ana.get(page))
    assert [take_back(ana, version).status_code for _ in range(2)] == [303, 303]
    assert [without_tokens(ben.get(path)) for path in paths] == before
    own = words(ana.get(page))
    assert "taken back" in own and "A version that you took back" in own and "the zeppelin rule" in own
    assert "the zeppelin rule" in words(ana.get(f"{page}/words"))
    assert "the other does not see it any more" in words(cleo.get(f"/practice/agreements/{form.id}"))
    for path in ("document.pdf", ""):
        assert ben.get(f"/my/both/versions/{version}/{path}").status_code == 404
    assert ben.post(f"/my/both/versions/{version}/signature", {"name": "Ben"}, form_at="/my/about").status_code == 404
    assert ana.post(f"/my/both/versions/{version}/signature", {"name": "Ana"}, form_at="/my/about").status_code in (303, 409)
    db.session.rollback()
    entries = [row for row in db.session.query(AuditEntry) if row.event == Event.VERSION_TAKEN_BACK]
    assert [row.actor_id for row in entries] == [cast.users["Ana"]]

    db.session.query(JointDraft).delete()
    db.session.commit()
    again = put(cast, db.session.get_one(JointForm, form.id), "Ana", "the walrus rule")
    assert "Version 1, from" in words(ben.get(page)), "no gap in the numbers tells that there was another"
    assert db.session.get_one(JointVersion, again).number == 1


def test_nobody_takes_back_what_was_answered_or_is_not_theirs(cast: Cast, browser: Opened, form: JointForm) -> None:
    ana, ben = browser("Ana"), browser("Ben")
    version = put(cast, form, "Ana", "the zeppelin rule")
    assert [take_back(browser(name), version).status_code for name in ("Ben", "Dot")] == [404, 404]
    row, seat = db.session.get_one(JointVersion, version), cast.seat("Ben")
    decide(
        db.session(), db.session.get_one(JointForm, form.id), row, Decision.SIGNED, participant=seat, typed_name="Ben",
        day=cast.clock().date(), by=cast.users["Ben"], at=cast.clock(),
    )  # fmt: skip
    db.session.commit()
    assert take_back(ana, version).status_code == 409
    assert "In force" in words(ben.get("/my/"))


def test_what_was_on_the_table_before_is_there_again(cast: Cast, browser: Opened, form: JointForm) -> None:
    first = put(cast, form, "Ben", "the heron rule")
    second = put(cast, form, "Ana", "the zeppelin rule")
    ana = browser("Ana")
    assert take_back(ana, second).status_code == 303
    table = db.session.get_one(JointForm, form.id).on_the_table
    db.session.rollback()
    assert table is not None and table.id == first
    assert "Sign this version" in words(ana.get(f"/my/both/{form.id}"))
