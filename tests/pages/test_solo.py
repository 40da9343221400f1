"""One person who works alone, from adding the case to the report; and what a person may read again."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from cast import PASSWORD, Browser, Cast, calm_check, password_hash
from paper import words

from clinic.access import Viewer
from clinic.db import db
from clinic.models import Answer, Assignment, Capacity, Case, NotAllowedNow, User
from clinic.models.homework import assign
from clinic.models.opening import require_first_steps, sign_document
from clinic.models.sending import worksheet_of
from clinic.reporting import progress
from clinic.reporting.progress import Request
from forms import Given, Wording, library
from reports.progress import Audience

Opened = Callable[[str], Browser]


def add_ida(cleo: Browser) -> Case:
    fields: dict[str, Any] = {
        "relationship": "friend", "policy": "limited_secrets", "alone": "y", "first-full_name": "Ida North", "first-side": "hurt",
        "first-email": "ida@home.example", "first-adult": "y", "first-may_leave_message": "no", "second-side": "unset",
    }  # fmt: skip
    answer = cleo.post("/practice/cases/new", fields)
    assert answer.status_code == 303, words(answer)
    return db.session.get_one(Case, uuid.UUID(answer.location.rsplit("/", 1)[1]))


def let_her_in(cast: Cast, case: Case) -> User:
    """Her password, her signatures and her private check."""
    seat = case.participants[0]
    user = db.session.get_one(User, seat.user_id)
    user.password_hash = password_hash()
    for document in ("consent", "limited_secrets"):
        sign_document(db.session(), seat, document, typed_name="Ida", by=user.id, at=cast.clock())
    check = db.session.query(Assignment).filter_by(participant_id=seat.id).one()
    cast.send(check, calm_check(), by=user.id)
    db.session.commit()
    return user


def test_one_person_works_alone_from_the_first_page_to_the_report(cast: Cast, app: Any, browser: Opened) -> None:
    cleo = browser("Cleo")
    case = add_ida(cleo)
    assert [(one.preferred_name, one.calls_other) for one in case.participants] == [("Ida", "the other person")]
    user, address = let_her_in(cast, case), f"/practice/cases/{case.id}"
    assert cleo.get(address).status_code == 200

    page = cleo.get(f"{address}/assign?module=healthy-boundaries").get_data(as_text=True)
    offered = set(re.findall(r'name="chosen" value="([^"]+)"', page))
    assert "worksheet-pause-rule-1" in offered, "a joint worksheet is given to the one person"
    given = {"module": "healthy-boundaries", "chosen": "worksheet-pause-rule-1"}
    assert cleo.post(f"{address}/assign", given, form_at=f"{address}/assign?module=healthy-boundaries").status_code == 303

    ida = Browser(app)
    assert ida.sign_in("ida@home.example", PASSWORD).status_code == 302
    row = db.session.query(Assignment).filter_by(content_id="pause-rule").one()
    sheet = worksheet_of(row)
    solo = library.worksheet("pause-rule").solo
    assert solo is not None and sheet.introduction == solo
    said = words(ida.get(f"/my/homework/{row.id}"))
    assert "Only you and your counselor see your answers." in said
    for number in range(1, len(sheet.pages) + 1):
        assert "show it to" not in words(ida.get(f"/my/homework/{row.id}/{number}"))

    cast.send(row, {item.id: Given("In my words.") for item in sheet.items if item.kind == "long_text"}, by=user.id)
    db.session.commit()
    assert cleo.get(f"/practice/homework/{row.id}").status_code == 200
    for module in library.modules:
        if module.number:
            assert cleo.get(f"{address}/stages/{module.id}").status_code == 200
    maker = Viewer.of(cast.user("Cleo"))
    for asked in (Request(Audience.COUNSELOR), Request(Audience.PERSON, case.participants[0].id)):
        report = progress(
            db.session.get_one(Case, case.id), asked, maker=maker, at=cast.clock(), settings=app.extensions["settings"]
        )
        assert sheet.title.text(Wording("the other person", "what happened", "friend")) in str(report.homework)


def test_the_second_person_is_needed_unless_the_first_works_alone(browser: Opened) -> None:
    cleo = browser("Cleo")
    answer = cleo.post("/practice/cases/new", {"relationship": "friend", "policy": "no_secrets", "first-full_name": "Ida"})
    assert answer.status_code == 400
    assert 'id="second-full_name-error"' in answer.get_data(as_text=True)


def test_a_person_reads_again_what_was_opened_to_them_and_nothing_else(cast: Cast, browser: Opened) -> None:
    ana = browser("Ana")
    assert "Nothing to read yet" in words(ana.get("/my/readings"))
    cast.assign("Ana", "hurt-account", by="Cleo")
    gone, held = cast.assign("Ana", "words-to-use", by="Cleo"), cast.assign("Ana", "daily-care", by="Cleo")
    cast.assign("Ben", "trigger-log", by="Cleo")
    db.session.flush()
    gone.withdraw(by=cast.users["Cleo"], at=cast.clock())
    held.hold(why="", by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    page = ana.get("/my/readings").get_data(as_text=True)
    number = library.module("address-the-betrayal").number
    assert re.findall(r'href="/my/readings/(\d+)"', page) == [str(number)]
    assert "About “What happened, in your words”" in page
    text = words(ana.get(f"/my/readings/{number}"))
    hers = Wording("MyBen", "what happened in March", "partner")
    first = library.module("address-the-betrayal").introduction.hurt.paragraphs(hers)
    assert " ".join(first[0].split()[:5]) in text
    refused = {ana.get(f"/my/readings/{other}").status_code for other in range(13) if other != number}
    assert refused == {404}


def test_one_who_works_alone_is_offered_nothing_of_another_person(cast: Cast, app: Any, browser: Opened) -> None:
    cleo = browser("Cleo")
    case = add_ida(cleo)
    let_her_in(cast, case)
    row = cast_homework(cast, case)
    ida = Browser(app)
    ida.sign_in("ida@home.example", PASSWORD)
    pages = [ida.get("/my/"), ida.get("/my/about"), ida.get(f"/my/homework/{row.id}/answers")]
    said = " ".join(words(page) for page in pages)
    assert "What you sent" in said and "Hopes" in str(row.content_id).title()
    for gone in ("Shared with you", "Opened together", "What you show", "show it to", "Show this to", "choose to show"):
        assert gone not in said, gone
    answer = db.session.query(Answer).filter_by(assignment_id=row.id, visibility="shareable").first()
    assert answer is not None
    assert ida.get(f"/my/answers/{answer.id}/sharing").status_code == 404
    both = words(browser("Ana").get("/my/"))
    assert "Shared with you" in both and "Opened together" in both

    address = f"/practice/cases/{case.id}/assign?module="
    offered = cleo.get(f"{address}patient-and-understanding").get_data(as_text=True)
    assert "worksheet-flooding-signs-1" in offered
    assert "how-close" not in offered, "nothing that answers what another wrote"
    case.participants[0].side = "both"
    db.session.commit()
    assert "acts-i-can-do" not in cleo.get(f"{address}put-in-the-work").get_data(as_text=True)
    assert "piece=worksheet-how-close" not in cleo.get(f"/practice/cases/{case.id}/schedules").get_data(as_text=True)


def cast_homework(cast: Cast, case: Case) -> Assignment:
    """Hopes, sent."""
    seat, sheet = case.participants[0], library.worksheet("hopes")
    row = assign(
        db.session(), seat, kind="worksheet", content_id=sheet.id, content_version=sheet.version, module_id=sheet.module,
        by=cast.users["Cleo"], at=cast.clock(),
    )  # fmt: skip
    assert seat.user_id is not None
    texts = {item.id: Given("In my words.") for item in sheet.items if item.kind in ("long_text", "short_text")}
    cast.send(row, texts, by=seat.user_id)
    db.session.commit()
    return row


def test_a_collateral_is_given_nothing_of_the_program_and_the_other_works_alone(cast: Cast, browser: Opened) -> None:
    cast.seat("Ben").capacity = Capacity.COLLATERAL.value
    db.session.commit()
    cleo, case_id = browser("Cleo"), cast.cases["Ana"]
    page = f"/practice/cases/{case_id}/assign?module=honest-and-direct"
    shown = cleo.get(page)
    assert "Ben is here as a collateral" in words(shown)
    offered = set(re.findall(r'name="chosen" value="([^"]+)"', shown.get_data(as_text=True)))
    assert offered and all(key.endswith("-1") for key in offered)
    forced = {"module": "honest-and-direct", "chosen": next(iter(offered))[:-1] + "2"}
    assert cleo.post(f"/practice/cases/{case_id}/assign", forced, form_at=page).status_code == 400
    for address in ("schedules/new?piece=worksheet-daily-care", "plans/new?plan=first-eight-weeks"):
        boxes = cleo.get(f"/practice/cases/{case_id}/{address}").get_data(as_text=True)
        assert 'name="people" value="2"' not in boxes and not re.search(r'name="give-\d+-2"', boxes)
    with pytest.raises(NotAllowedNow, match="collateral"):
        require_first_steps(db.session(), cast.seat("Ben"))
    assert "Shared with you" not in words(browser("Ana").get("/my/"))
