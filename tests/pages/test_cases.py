"""Adding a case, its page, finishing it and taking it up again."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cast import Browser, Cast

from clinic.db import db
from clinic.models import Assignment, Case, Medium, Outcome, PlannedEncounter, ProgressNote, SafeContact, StageStatus, TaskKind
from clinic.models.encounters import record_encounter
from clinic.models.homework import assign
from clinic.models.opening import policy_of
from clinic.models.planned import plan_session
from clinic.models.programme import change_stage, sign_off_stage
from clinic.models.sending import worksheet_of
from clinic.models.tasks import raise_task
from forms import Given, library

Opened = Callable[[str], Browser]
NEW = "/practice/cases/new"


def filled(**changes: Any) -> dict[str, Any]:
    form = {
        "relationship": "family",
        "policy": "no_secrets",
        "first-full_name": "Ida North",
        "first-pronouns": "she/her",
        "first-side": "hurt",
        "first-email": "ida@home.example",
        "first-calls_event": "what happened at Easter",
        "first-channels": ["email", "phone"],
        "first-safe_hours": "mornings",
        "first-may_leave_message": "yes",
        "first-adult": "y",
        "second-full_name": "Jon North",
        "second-preferred_name": "Jonny",
        "second-side": "unset",
        "second-adult": "y",
    }
    return {**form, **{name.replace("__", "-"): value for name, value in changes.items()}}


def text_of(page: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.decode()))


def section(page: bytes, id: str) -> bytes:
    return page.split(f'id="{id}"'.encode())[1].split(b"</section>")[0]


def cases() -> int:
    count = db.session.query(Case).count()
    db.session.rollback()
    return count


def test_a_case_of_two_adults_is_added_with_all_that_was_said(cast: Cast, browser: Opened) -> None:
    done = browser("Cleo").post(NEW, filled())
    assert done.status_code == 303
    case = db.session.get_one(Case, uuid.UUID(done.headers["Location"].rpartition("/")[2]))
    ida, jonny = case.participants
    assert (case.relation, case.label, policy_of(db.session(), case.id).kind) == ("family", "Ida & Jonny", "no_secrets")
    assert (ida.preferred_name, ida.side, ida.pronouns, ida.calls_other) == ("Ida", "hurt", "she/her", "Jonny")
    assert ida.calls_event == "what happened at Easter" and jonny.calls_event == "what happened"
    contact = db.session.query(SafeContact).filter_by(participant_id=ida.id).one()
    assert contact.details == {"channels": ["email", "phone"], "hours": "mornings", "may_leave_message": True}
    assert ida.user_id is not None and jonny.user_id is None
    checks = db.session.query(Assignment).filter_by(case_id=case.id, content_id="safety-check").count()
    assert checks == 2


def test_each_policy_can_be_read_before_it_is_chosen(browser: Opened) -> None:
    page = browser("Cleo").get(NEW).data.decode()
    for kind in ("no_secrets", "limited_secrets", "confidential"):
        assert library.document(kind).one_line in page
        assert library.document(kind).sections[0].title in page


def test_an_address_that_is_taken_is_said_beside_the_one_it_is_about(cast: Cast, browser: Opened) -> None:
    before = cases()
    refused = browser("Cleo").post(NEW, filled(second__email="ana@home.example"))
    page = refused.data.decode()
    assert refused.status_code == 400
    assert re.search(r'id="second-email-error">.*?in use here already', page) and "first-email-error" not in page
    assert 'value="ida@home.example"' in page and 'value="Jonny"' in page
    assert cases() == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"first__full_name": " "}, "first-full_name"),
        ({"second__adult": ""}, "second-adult"),
        ({"policy": ""}, "policy"),
        ({"policy": "everything"}, "policy"),
        ({"relationship": "rivals"}, "relationship"),
        ({"second__email": "IDA@home.example"}, "second-email"),
        ({"first__email": "not an address"}, "first-email"),
        ({"first__full_name": "A\0B"}, "first-full_name"),
        ({"second__full_name": "x" * 400}, "second-full_name"),
        ({"first__channels": ["pigeon"]}, "first-channels"),
        ({"first__side": "guilty"}, "first-side"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_in_the_summary(
    cast: Cast, browser: Opened, change: dict[str, Any], field: str
) -> None:
    before = cases()
    refused = browser("Cleo").post(NEW, filled(**change))
    page = refused.data.decode()
    assert refused.status_code == 400
    assert f'id="{field}-error"' in page and f'href="#{field}"' in page and "data-focus" in page
    assert 'value="mornings"' in page and "\0" not in page
    assert cases() == before


def test_half_a_character_changes_nothing_and_breaks_nothing(cast: Cast, browser: Opened) -> None:
    cleo = browser("Cleo")
    body = f"csrf_token={cleo.token(NEW)}&first-full_name=%ED%A0%80"
    refused = cleo.open(NEW, method="POST", data=body, content_type="application/x-www-form-urlencoded")
    assert refused.status_code == 400 and b"Please look at this again" in refused.data


def test_the_page_of_a_case_shows_who_they_are_and_how_far_each_is(cast: Cast, browser: Opened) -> None:
    cleo = browser("Cleo")
    known = text_of(cleo.get(f"/practice/cases/{cast.cases['Ana']}").data)
    for words in ("Ana &amp; Ben", "Was hurt, they/them", "Spouses or partners", "Limited secrets.", "Safety check sent"):
        assert words in known
    new = cleo.post(NEW, filled()).headers["Location"]
    fresh = text_of(cleo.get(new).data)
    assert "Consent: waiting" in fresh and "Safety check: waiting" in fresh and "No session is recorded yet" in fresh


def test_the_stages_stand_with_their_state_and_history(cast: Cast, browser: Opened) -> None:
    case, by = cast.case("Ana"), cast.users["Cleo"]
    begun, done = StageStatus.IN_PROGRESS, StageStatus.WORKED_THROUGH
    module = "address-the-betrayal"
    change_stage(db.session(), case, module, before=StageStatus.NOT_STARTED, to=begun, reason="", by=by, at=cast.clock())
    cast.clock.pass_by(days=30)
    change_stage(db.session(), case, module, before=begun, to=done, reason="Both told it.", by=by, at=cast.clock())
    sign_off_stage(db.session(), case, module, outcome=Outcome.ACHIEVED, reason="", by=by, at=cast.clock())
    db.session.commit()
    page = browser("Cleo").get(f"/practice/cases/{case.id}").data
    stages = page.decode().split('class="stages"')[1]
    assert stages.count('<li class="stage ') == 11 and stages.count("stage--worked-through") == 1
    assert f'href="/practice/cases/{case.id}/stages/{module}"' in stages
    history = text_of(page).split("History of the stages")[1]
    assert history.index("signed off, achieved") < history.index("Address the Betrayal: in progress")
    assert "Both told it." in history


def test_homework_stands_side_by_side_with_its_state_in_words(cast: Cast, browser: Opened) -> None:
    sent, late = cast.assign("Ana", "hurt-account", by="Cleo"), cast.assign("Ben", "involved-account", by="Cleo")
    late.due_on = cast.clock().date()
    db.session.flush()
    cast.send(sent, {}, by=cast.users["Ana"])
    db.session.commit()
    cast.clock.pass_by(days=2)
    page = browser("Cleo").get(f"/practice/cases/{cast.cases['Ana']}").data
    ana, ben = (text_of(column) for column in section(page, "homework").split(b"<h3>")[1:])
    assert "What happened, in your words Sent March 2, 2026 to review" in ana
    assert "What you did, in plain facts Given March 2, 2026, due March 2, 2026 overdue" in ben
    assert f'href="/practice/homework/{late.id}"'.encode() in page


def test_each_person_has_a_drawing_of_their_own_with_its_numbers(cast: Cast, browser: Opened) -> None:
    for value in (8, 5, 2):
        _measure(cast, "Ana", "distress-thermometer", value)
        cast.clock.pass_by(days=7)
    _measure(cast, "Ben", "distress-thermometer", 6)
    db.session.commit()
    page = browser("Cleo").get(f"/practice/cases/{cast.cases['Ana']}").data.decode()
    assert page.count('<svg class="course') == 1
    assert "8 on March 2, 2026, 2 on March 16, 2026, answered 3 times" in page
    ben = text_of(section(page.encode(), "measures").split(b"<h4>")[2])
    assert "March 23, 2026 6" in ben and " 8 " not in ben
    assert "style=" not in page


def _measure(cast: Cast, name: str, measure_id: str, value: int) -> None:
    measure = library.measure(measure_id)
    homework = assign(
        db.session(), cast.seat(name), kind="measure", content_id=measure.id, content_version=measure.version, module_id=None,
        by=cast.users["Cleo"], at=cast.clock(),
    )  # fmt: skip
    db.session.flush()
    cast.send(homework, {item.id: Given(value) for item in worksheet_of(homework).items}, by=cast.users[name])


def test_an_open_safety_task_marks_the_page(cast: Cast, browser: Opened) -> None:
    raise_task(
        db.session(), case_id=cast.cases["Ana"], participant_id=cast.seats["Ben"], kind=TaskKind.SAFETY, title="Read this",
        by=None, at=cast.clock(),
    )  # fmt: skip
    db.session.commit()
    marked, other = (browser("Cleo").get(f"/practice/cases/{cast.cases[name]}").data for name in ("Ana", "Dot"))
    assert b"tag--alert" in marked and b"A task to read alone" in marked
    assert b"Read this" not in marked, "the page may be open with both in the room"
    assert b"tag--alert" not in other


def test_a_case_is_finished_with_a_reason_and_taken_up_again_with_one(cast: Cast, browser: Opened) -> None:
    plan_session(
        db.session(), cast.case("Ana"), with_one=None, begins_at=cast.clock() + timedelta(days=3), minutes=50, medium=Medium.VIDEO,
        by=cast.users["Cleo"], at=cast.clock(),
    )  # fmt: skip
    cast.assign("Ana", "hopes", by="Cleo")
    db.session.commit()
    cleo, place = browser("Cleo"), f"/practice/cases/{cast.cases['Ana']}"
    before = text_of(cleo.get(f"{place}/finish").data)
    assert "1 worksheet is still waiting to be answered" in before and "1 planned session is called off" in before
    wrong = cleo.post(f"{place}/finish", {"kind": "other", "note": ""})
    assert wrong.status_code == 400 and "Say in a few words why the case is closed." in text_of(wrong.data)
    assert cleo.post(f"{place}/finish", {"kind": "stopped_by_one", "note": "Ben moved away"}).status_code == 303
    finished = cleo.get(place).data
    assert b"This case is finished" in finished and b"/assign" not in finished
    assert "One of them stopped. Ben moved away" in text_of(finished)
    assert not db.session.query(PlannedEncounter).one().is_planned
    db.session.rollback()
    again = cleo.post(f"{place}/finish", {"kind": "completed", "note": "typed"})
    assert again.status_code == 409 and b"typed" in again.data
    assert cleo.post(f"{place}/reopening", {"why": ""}).status_code == 400
    assert cleo.post(f"{place}/reopening", {"why": "They called"}).status_code == 303
    assert b"Assign homework" in cleo.get(place).data
    told = text_of(cleo.get(f"{place}/timeline?kind=case").data)
    assert "The case was finished: one of them stopped" in told and "Ben moved away" in told and "They called" in told
    for name in ("Ana", "Ben"):
        assert b"moved away" not in browser(name).get("/my/").data


def test_a_discharge_summary_is_a_note_of_the_last_session_of_both(cast: Cast, browser: Opened) -> None:
    cleo, place = browser("Cleo"), f"/practice/cases/{cast.cases['Ana']}"
    assert cleo.post(f"{place}/discharge", form_at=f"{place}/finish").status_code == 409
    both = {cast.seats["Ana"], cast.seats["Ben"]}
    for days, who in ((9, both), (2, {cast.seats["Ben"]})):
        record_encounter(
            db.session(), cast.case("Ana"), attendees=who, began_at=cast.clock() - timedelta(days=days), minutes=50,
            medium=Medium.VIDEO, by=cast.users["Cleo"], at=cast.clock(),
        )  # fmt: skip
    db.session.commit()
    for _ in range(2):
        assert "/practice/notes/" in cleo.post(f"{place}/discharge", form_at=f"{place}/finish").location
    note = db.session.query(ProgressNote).one()
    assert (note.format, note.individual_of) == ("discharge", None)


@pytest.mark.parametrize("name", ["Fay", "Max", "Ana"])
@pytest.mark.parametrize("path", ["", "/finish", "/reopening"])
def test_whoever_may_not_see_a_case_finds_what_anyone_finds_at_no_case(
    cast: Cast, browser: Opened, name: str, path: str
) -> None:
    page = browser(name)
    method = "POST" if path else "GET"
    token = {"csrf_token": page.token("/")} if path else None
    answers = [
        page.open(f"/practice/cases/{id}{path}", method=method, data=token) for id in (cast.cases["Ana"], uuid.uuid4())
    ]
    bodies = [re.sub(rb'(nonce|value|content)="[^"]*"', b"", answer.data) for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert bodies[0] == bodies[1]
    assert cast.case("Ana").is_open


def test_a_malformed_address_is_the_same_page(browser: Opened) -> None:
    assert browser("Cleo").get("/practice/cases/not-an-id").status_code == 404
