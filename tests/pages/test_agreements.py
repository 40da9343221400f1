"""Agreements: one proposes alone, both sign or not, each with their own sign-in; and nothing else crosses over."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from cast import Browser, Cast, calm_check
from flask import Flask
from paper import words

from clinic import reporting
from clinic.access import Viewer
from clinic.db import db
from clinic.models import Assignment, JointDraft, JointForm, JointVersion, Task
from clinic.models.agreeing import raise_due_reviews
from forms import Given, library
from reports import Audience

Opened = Callable[[str], Browser]
SHEET, ITEM = "pause-rule", "pause_rule"
ALWAYS = "Either may call a pause at any time, and nobody is followed."


def typed(terms: str, *, review: str = "2026-04-01", until: str = "", **more: Any) -> dict[str, Any]:
    return {f"{ITEM}-terms": terms, f"{ITEM}-review_on": review, f"{ITEM}-until": until, "revision": "0", **more}


@pytest.fixture(autouse=True)
def _checks_read(cast: Cast) -> Iterator[None]:
    """Both private checks are reviewed, so that joint work may be opened."""
    for row in db.session.query(Assignment).filter_by(content_id="safety-check"):
        row.mark_reviewed(by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    return


@pytest.fixture
def form(cast: Cast, browser: Opened) -> uuid.UUID:
    """The pause rule, open to Ana and Ben."""
    return open_form(browser("Cleo"), cast)


def open_form(cleo: Browser, cast: Cast, sheet: str = SHEET) -> uuid.UUID:
    reply = cleo.post(f"/practice/cases/{cast.cases['Ana']}/joint/new", {"worksheet": sheet})
    assert reply.status_code == 303, words(reply)
    return uuid.UUID(reply.headers["Location"].rsplit("/", 1)[1])


def put(person: Browser, form: uuid.UUID, terms: str, *, name: str, after: int = 0, **more: Any) -> Any:
    page = f"/my/both/{form}"
    revision = db.session.query(JointDraft).filter_by(form_id=form).count()
    assert person.post(f"{page}/words", typed(terms, **more), form_at="/my/").status_code == 303, revision
    return person.post(f"{page}/versions", {"name": name, "after": str(after)}, form_at="/my/")


def newest(form: uuid.UUID) -> uuid.UUID:
    db.session.rollback()
    return db.session.get_one(JointForm, form).versions[-1].id


def sign(person: Browser, version: uuid.UUID, name: str) -> Any:
    return person.post(f"/my/both/versions/{version}/signature", {"name": name}, form_at="/my/")


def agreed(browser: Opened, form: uuid.UUID, **more: Any) -> uuid.UUID:
    assert put(browser("Ana"), form, "We stop and sit down.", name="Ana A", **more).status_code == 303
    version = newest(form)
    assert sign(browser("Ben"), version, "Ben B").status_code == 303
    return version


def test_the_counselor_opens_it_and_both_find_it(browser: Opened, form: uuid.UUID) -> None:
    for name in ("Ana", "Ben"):
        assert "For both of you Our pause rule Open" in words(browser(name).get("/my/"))
        assert ALWAYS in words(browser(name).get(f"/my/both/{form}/words"))
    assert browser("Dot").get(f"/my/both/{form}").status_code == 404


def test_opening_it_twice_makes_one(browser: Opened, cast: Cast, form: uuid.UUID) -> None:
    assert open_form(browser("Cleo"), cast) == form
    assert db.session.query(JointForm).count() == 1


def test_a_draft_reaches_neither_the_other_nor_the_counselor(browser: Opened, cast: Cast, form: uuid.UUID) -> None:
    ana, ben, cleo = browser("Ana"), browser("Ben"), browser("Cleo")
    pages = ["/my/", f"/my/both/{form}", f"/my/both/{form}/words"]
    theirs = ["/practice/", f"/practice/agreements/{form}", f"/practice/cases/{cast.cases['Ana']}/agreements"]
    before = [words(ben.get(page)) for page in pages], [words(cleo.get(page)) for page in theirs]
    reply = ana.post(
        f"/my/both/{form}/words/draft", typed("the zeppelin rule"), form_at="/my/", headers={"Accept": "application/json"}
    )
    assert (reply.status_code, set(reply.get_json())) == (200, {"revision"})
    assert "the zeppelin rule" in words(ana.get(f"/my/both/{form}/words"))
    assert ([words(ben.get(page)) for page in pages], [words(cleo.get(page)) for page in theirs]) == before


def test_a_version_needs_what_the_agreement_needs(browser: Opened, form: uuid.UUID) -> None:
    ana = browser("Ana")
    reply = ana.post(f"/my/both/{form}/words", typed("We stop.", review=""), form_at="/my/")
    assert reply.status_code == 400
    assert "without one" in words(reply)
    assert "We stop." in reply.get_data(as_text=True)
    reply = ana.post(f"/my/both/{form}/versions", {"name": "Ana", "after": "0"}, form_at="/my/")
    assert reply.status_code == 409
    assert db.session.query(JointVersion).count() == 0


def test_openness_must_have_an_end_that_is_still_to_come(browser: Opened, cast: Cast) -> None:
    form, ana = open_form(browser("Cleo"), cast, "openness-offered"), browser("Ana")
    data = {"openness-terms": "The bills.", "openness-review_on": "2026-03-10", "revision": "0"}
    reply = ana.post(f"/my/both/{form}/words", data, form_at="/my/")
    assert reply.status_code == 400
    assert "cannot be put to the other person without an end" in words(reply)
    past = {**data, "openness-until": "2026-02-01", "revision": "1"}
    ana.post(f"/my/both/{form}/words", past, form_at="/my/")
    assert "has passed already" in words(ana.get(f"/my/both/{form}/check"))
    assert ana.post(f"/my/both/{form}/versions", {"name": "Ana", "after": "0"}, form_at="/my/").status_code == 409


def test_both_sign_and_it_holds(browser: Opened, cast: Cast, form: uuid.UUID) -> None:
    version = agreed(browser, form)
    for name in ("Ana", "Ben"):
        page = words(browser(name).get(f"/my/both/{form}"))
        assert "What holds now" in page
        assert "“Ana A”" in page
        assert "“Ben B”" in page
        assert ALWAYS in page
    assert "in force" in words(browser("Cleo").get(f"/practice/agreements/{form}"))
    assert db.session.get_one(JointVersion, version).review_on is not None


def test_the_home_line_is_the_same_for_both_whatever_each_has_done(browser: Opened, form: uuid.UUID) -> None:
    ana, ben = browser("Ana"), browser("Ben")

    def line(person: Browser) -> str:
        return words(person.get("/my/")).partition("For both of you")[2].partition("If you need someone")[0]

    for act in (lambda: put(ana, form, "We stop.", name="Ana"), lambda: sign(ben, newest(form), "Ben")):
        assert line(ana) == line(ben)
        act()
    assert "In force" in line(ana)
    assert line(ana).partition("What you sent")[0] == line(ben).partition("What you sent")[0]


def test_a_name_must_be_typed(browser: Opened, form: uuid.UUID) -> None:
    assert put(browser("Ana"), form, "We stop.", name=" ").status_code == 400
    put(browser("Ana"), form, "We stop.", name="Ana")
    assert sign(browser("Ben"), newest(form), "").status_code == 400
    assert not db.session.get_one(JointForm, form).in_force


def test_pressing_twice_makes_one(browser: Opened, form: uuid.UUID) -> None:
    ana, ben = browser("Ana"), browser("Ben")
    put(ana, form, "We stop.", name="Ana")
    assert ana.post(f"/my/both/{form}/versions", {"name": "Ana", "after": "0"}, form_at="/my/").status_code == 303
    assert db.session.query(JointVersion).count() == 1
    assert [sign(ben, newest(form), "Ben").status_code for _ in range(2)] == [303, 303]
    assert len(db.session.get_one(JointVersion, newest(form)).decisions) == 2


def test_declining_asks_nothing_and_another_version_may_follow(browser: Opened, form: uuid.UUID) -> None:
    ana, ben = browser("Ana"), browser("Ben")
    put(ana, form, "We stop at once.", name="Ana")
    assert ben.post(f"/my/both/versions/{newest(form)}/refusal", form_at="/my/").status_code == 303
    assert "declined" in words(ana.get(f"/my/both/{form}"))
    assert "We stop at once." in ben.get(f"/my/both/{form}/words").get_data(as_text=True)
    put(ben, form, "We stop after a minute.", name="Ben", after=1)
    sign(ana, newest(form), "Ana")
    page = words(ana.get(f"/my/both/{form}"))
    assert page.index("We stop after a minute.") < page.index("Versions before") < page.index("We stop at once.")


def test_a_version_that_was_replaced_can_no_longer_be_signed(browser: Opened, form: uuid.UUID) -> None:
    ana, ben = browser("Ana"), browser("Ben")
    put(ana, form, "The first words.", name="Ana")
    first = newest(form)
    put(ana, form, "The second words.", name="Ana", after=1)
    reply = sign(ben, first, "Ben")
    assert reply.status_code == 409
    page = words(reply)
    assert "no longer on the table" in page
    assert page.index("The second words.") < page.index("The first words.")
    assert ben.post(f"/my/both/versions/{first}/refusal", form_at="/my/").status_code == 409


def test_words_written_while_another_version_came_are_kept(browser: Opened, form: uuid.UUID) -> None:
    ana, ben = browser("Ana"), browser("Ben")
    ana.post(f"/my/both/{form}/words", typed("Words of Ana."), form_at="/my/")
    put(ben, form, "Words of Ben.", name="Ben")
    reply = ana.post(f"/my/both/{form}/versions", {"name": "Ana", "after": "0"}, form_at="/my/")
    assert reply.status_code == 409
    assert "Your own words are kept" in words(reply)
    assert "Words of Ana." in words(ana.get(f"/my/both/{form}/check"))


def test_either_ends_it_at_once(browser: Opened, form: uuid.UUID) -> None:
    ana, ben = browser("Ana"), browser("Ben")
    assert ben.post(f"/my/both/{form}/end", form_at="/my/").status_code == 409
    agreed(browser, form)
    assert [ben.post(f"/my/both/{form}/end", form_at="/my/").status_code for _ in range(2)] == [303, 303]
    assert "This has ended" in words(ana.get(f"/my/both/{form}"))
    assert ana.get(f"/my/both/{form}/words").status_code == 302
    assert "by Ben" in words(browser("Cleo").get(f"/practice/agreements/{form}"))


def test_after_its_last_day_it_holds_no_more(browser: Opened, cast: Cast, form: uuid.UUID) -> None:
    version = agreed(browser, form, until="2026-03-05")
    day = cast.clock().date()
    row = db.session.get_one(JointForm, form)
    assert row.in_force_on(day) is row.in_force_on(day + timedelta(days=3))
    assert row.in_force_on(day + timedelta(days=4)) is None
    assert db.session.get_one(JointVersion, version).has_run_out_by(day + timedelta(days=4))


def test_a_review_date_raises_one_task(browser: Opened, cast: Cast, form: uuid.UUID) -> None:
    agreed(browser, form)
    before = db.session.query(Task).count()
    assert raise_due_reviews(db.session(), at=cast.clock()) == 0
    cast.clock.pass_by(days=31)
    assert [raise_due_reviews(db.session(), at=cast.clock()) for _ in range(2)] == [1, 0]
    db.session.commit()
    assert db.session.query(Task).count() == before + 1
    assert "Review date of an agreement: Our pause rule" in words(browser("Cleo").get(f"/practice/cases/{cast.cases['Ana']}"))


def test_the_counselor_is_told_why_nothing_opens_and_can_clear_it(browser: Opened, cast: Cast) -> None:
    cleo, case = browser("Cleo"), cast.cases["Dot"]
    for row in db.session.query(Assignment).filter_by(content_id="safety-check", participant_id=cast.seats["Dot"]):
        row.state = "submitted"
    db.session.commit()
    page = f"/practice/cases/{case}/joint/new"
    for said in (words(cleo.get(page)), words(cleo.get(f"{page}?worksheet={SHEET}"))):
        assert "Nothing joint opens now" in said
        assert "private check" not in said  # this page may be open with both in the room
    assert "The private check of Dot is not reviewed yet." in words(cleo.get(f"/practice/cases/{case}/safety"))
    assert cleo.post(page, {"worksheet": SHEET}).status_code == 409
    assert db.session.query(JointForm).count() == 0
    assert f"/practice/cases/{case}/safety" in cleo.get(page).get_data(as_text=True)
    cleared = {"reason": "Spoke with each alone.", "recheck_on": "2026-05-01"}
    assert cleo.post(f"/practice/cases/{case}/safety", cleared).status_code == 303
    assert cleo.post(page, {"worksheet": SHEET}).status_code == 303


def test_affection_needs_both_to_be_free_to_say_no(browser: Opened, cast: Cast) -> None:
    assert open_form(browser("Cleo"), cast, "free-to-stop")
    cast.clock.pass_by(days=1)
    check = cast.assign("Eli", "safety-check", by="Cleo")
    unsure = calm_check() | {"free_to_say_no": Given({"choice": "no", "text": ""})}
    cast.send(check, unsure, by=cast.users["Eli"])
    check.mark_reviewed(by=cast.users["Cleo"], at=cast.clock())
    for task in db.session.query(Task).filter_by(case_id=cast.cases["Eli"], state="open"):
        task.finish(what="Spoke with Eli alone.", by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    cleo, page = browser("Cleo"), f"/practice/cases/{cast.cases['Eli']}/joint/new"
    reply = cleo.post(page, {"worksheet": "free-to-stop"})
    assert reply.status_code == 409
    assert "Eli" in words(reply)
    assert cleo.post(page, {"worksheet": SHEET}).status_code == 303


def test_one_who_works_alone_gets_no_joint_form(browser: Opened, cast: Cast) -> None:
    cast.seat("Eli").capacity = "collateral"
    db.session.commit()
    cleo, page = browser("Cleo"), f"/practice/cases/{cast.cases['Dot']}/joint/new"
    assert "One person works alone here" in words(cleo.get(f"{page}?worksheet={SHEET}"))
    assert cleo.post(page, {"worksheet": SHEET}).status_code == 409


def test_the_progress_reports_hold_what_is_in_force(browser: Opened, cast: Cast, app: Flask, form: uuid.UUID) -> None:
    cleo = Viewer.of(cast.user("Cleo"))

    def agreed_in(audience: Audience, name: str = "") -> list[str]:
        asked = reporting.Request(audience, cast.seats[name] if name else None)
        made = reporting.progress(cast.case("Ana"), asked, maker=cleo, at=cast.clock(), settings=app.extensions["settings"])
        return [one.text for one in made.agreements]

    put(browser("Ana"), form, "Only proposed.", name="Ana")
    readers = [(Audience.COUNSELOR, ""), (Audience.JOINT, ""), (Audience.PERSON, "Ben")]
    assert [agreed_in(*reader) for reader in readers] == [[], [], []]
    sign(browser("Ben"), newest(form), "Ben")
    for reader in readers:
        (text,) = agreed_in(*reader)
        assert "Only proposed." in text
        assert ALWAYS in text
    db.session.rollback()
    browser("Ana").post(f"/my/both/{form}/end", form_at="/my/")
    db.session.rollback()
    assert agreed_in(Audience.JOINT) == []


def test_a_paper_of_what_both_signed(browser: Opened, form: uuid.UUID) -> None:
    ana = browser("Ana")
    put(ana, form, "We stop.", name="Ana")
    version = newest(form)
    assert ana.get(f"/my/both/versions/{version}/document.pdf").status_code == 409
    sign(browser("Ben"), version, "Ben")
    for person, path in (("Ben", "/my/both"), ("Cleo", "/practice/agreements")):
        reply = browser(person).get(f"{path}/versions/{version}/document.pdf")
        assert reply.data.startswith(b"%PDF")
        assert "document.pdf" in reply.headers["Content-Disposition"]
    assert browser("Dot").get(f"/my/both/versions/{version}/document.pdf").status_code == 404


def test_every_joint_worksheet_can_be_opened_written_and_read(browser: Opened, cast: Cast) -> None:
    ana, cleo = browser("Ana"), browser("Cleo")
    for sheet in [one for module in library.modules for one in library.worksheets_of(module.id) if one.answered_by == "joint"]:
        if not sheet.suits("partner"):
            continue
        form = open_form(cleo, cast, sheet.id)
        for page in (f"/my/both/{form}", f"/my/both/{form}/words"):
            assert ana.get(page).status_code == 200, (sheet.id, page)
