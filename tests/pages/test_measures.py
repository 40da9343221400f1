"""The measures of a case: paper forms copied once, courses for the counselor alone, and what follows an answer of risk."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cast import Browser, Cast
from flask import Flask
from published import hold

from clinic.db import db
from clinic.models import Administration, Assignment, Case, NotAllowedNow, Task, TaskKind
from clinic.models.homework import assign
from clinic.models.measures import name_reviewer, reviewer_of
from clinic.models.paper_forms import enter_paper_form
from clinic.models.running import open_due_runs
from clinic.models.schedules import Every, Schedule, ScheduleState, begin_schedule
from clinic.models.setbacks import record_setback
from forms import Given, library

Opened = Callable[[str], Browser]


@pytest.fixture
def held(app: Flask, tmp_path: Path) -> Iterator[None]:
    """The practice holds the words of the PHQ-9 and the CSI-16."""
    folder = tmp_path / "own"
    folder.mkdir()
    hold(folder, "phq-9", "csi-16")
    yield
    library.use(None)


def entry(cast: Cast, name: str, measure: str = "phq-9") -> str:
    return f"/practice/participants/{cast.seats[name]}/measures/{measure}"


def typed(browser: Browser, path: str, *numbers: int | str, day: str = "2026-03-01", **more: str) -> dict[str, str]:
    measure = library.measure(path.rpartition("/")[2])
    key = re.search(r'name="submission_key" value="([^"]+)"', browser.get(path).get_data(as_text=True))
    assert key
    found = {f"score-{item.id}": str(number) for item, number in zip(measure.items, numbers, strict=True)}
    return {"submission_key": key[1], "day": day, **found, **more}


def words(reply: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.get_data(as_text=True)))


def rows(**what: Any) -> list[Administration]:
    db.session.rollback()
    return db.session.query(Administration).filter_by(**what).order_by(Administration.completed_at).all()


def tasks(cast: Cast, name: str) -> list[Task]:
    db.session.rollback()
    return db.session.query(Task).filter_by(participant_id=cast.seats[name]).all()


def given(cast: Cast, name: str, measure: str) -> Assignment:
    one = library.measure(measure)
    row = assign(
        db.session(), cast.seat(name), kind="measure", content_id=one.id, content_version=one.version, module_id=None,
        by=cast.users["Cleo"], at=cast.clock(),
    )  # fmt: skip
    db.session.commit()
    return row


# --- copying a paper form -------------------------------------------------------------------------------------------------


def test_a_paper_form_is_copied_scored_and_shown(cast: Cast, browser: Opened) -> None:
    cleo, path = browser("Cleo"), entry(cast, "Ana")
    page = words(cleo.get(path))
    assert "1. Interest in things" in page and "9. Thoughts of death or self-harm" in page
    reply = cleo.post(path, typed(cleo, path, 1, 2, 1, 2, 0, 1, 3, 0, 0), form_at=path)
    assert reply.status_code == 303 and reply.headers["Location"].endswith(f"/practice/cases/{cast.cases['Ana']}/measures#phq-9")
    (row,) = rows(measure_id="phq-9")
    assert (row.score["total"], row.score["band"], row.is_from_paper) == (10, "moderate", True)
    assert row.completed_at.date().isoformat() == "2026-03-01"
    assert not [task for task in tasks(cast, "Ana") if task.kind == TaskKind.SAFETY]
    shown = words(cleo.get(f"/practice/cases/{cast.cases['Ana']}/measures"))
    assert "10 of 27 moderate" in shown and "a case from 10 up" in shown and "Gyani" in shown and "7. concentration 3" in shown


def test_the_same_press_twice_is_one_form_and_other_numbers_are_shown_beside_it(cast: Cast, browser: Opened) -> None:
    cleo, path = browser("Cleo"), entry(cast, "Ana")
    data = typed(cleo, path, 1, 2, 1, 2, 0, 1, 3, 0, 0)
    for _ in range(2):
        assert cleo.post(path, data, form_at=path).status_code == 303
    assert len(rows(measure_id="phq-9")) == 1
    reply = cleo.post(path, data | {"score-interest": "3"}, form_at=path)
    assert reply.status_code == 409
    page = words(reply)
    assert "on record already, with other numbers" in page and "1. Interest in things: 1" in page
    assert 'name="score-interest" type="text" inputmode="numeric" autocomplete="off"' in reply.get_data(as_text=True)
    assert re.search(r'id="score-interest"[^>]*value="3"', reply.get_data(as_text=True))
    assert len(rows(measure_id="phq-9")) == 1


def test_bad_numbers_are_refused_by_their_item_and_nothing_is_lost(cast: Cast, browser: Opened) -> None:
    cleo, path = browser("Cleo"), entry(cast, "Ana")
    reply = cleo.post(path, typed(cleo, path, 1, 4, "x", 2, 0, 1, 3, 0, 0, day="2026-03-09"), form_at=path)
    assert reply.status_code == 400
    page = words(reply)
    assert "2. Low mood : Write a whole number from 0 to 3." in page and "3. Sleep : Write a whole number" in page
    assert "This day is still to come." in page
    html = reply.get_data(as_text=True)
    assert all(
        re.search(rf'id="score-{id}"[^>]*value="{value}"', html) for id, value in (("mood", "4"), ("sleep", "x"), ("pace", "0"))
    )
    assert not rows(measure_id="phq-9")
    empty = cleo.post(path, typed(cleo, path, *[""] * 9), form_at=path)
    assert empty.status_code == 400 and "Write at least one number." in words(empty)


def test_a_blank_ninth_answer_and_one_from_one_up_raise_a_task_that_closes_with_words(cast: Cast, browser: Opened) -> None:
    cleo, path = browser("Cleo"), entry(cast, "Ana")
    cleo.post(path, typed(cleo, path, 1, 1, 1, 1, 1, 1, 1, 1, ""), form_at=path)
    found = [task for task in tasks(cast, "Ana") if task.kind == TaskKind.SAFETY]
    assert [(task.is_urgent, task.due_at) for task in found] == [(True, cast.clock() + timedelta(days=1))]
    with pytest.raises(NotAllowedNow):
        found[0].finish(what=" ", by=cast.users["Cleo"], at=cast.clock())
    db.session.rollback()
    cleo.post(path, typed(cleo, path, 0, 0, 0, 0, 0, 0, 0, 0, 2), form_at=path)
    assert len([task for task in tasks(cast, "Ana") if task.kind == TaskKind.SAFETY]) == 2
    shown = words(cleo.get(f"/practice/cases/{cast.cases['Ana']}/measures"))
    assert "Item 9 (thoughts of death or self-harm): 2" in shown or "Item 9 (thoughts of death or self-harm): left blank" in shown
    assert "9, prorated" in shown


def test_of_the_dyadic_trust_scale_only_the_total_is_taken(cast: Cast, browser: Opened) -> None:
    cleo, path = browser("Cleo"), entry(cast, "Ana", "dyadic-trust")
    key = re.search(r'name="submission_key" value="([^"]+)"', cleo.get(path).get_data(as_text=True))[1]  # type: ignore[index]
    bad = cleo.post(path, {"submission_key": key, "day": "2026-03-01", "score-total": "57"}, form_at=path)
    assert bad.status_code == 400 and "Write a whole number from 8 to 56." in words(bad)
    cleo.post(path, {"submission_key": key, "day": "2026-03-01", "score-total": "44"}, form_at=path)
    assert rows(measure_id="dyadic-trust")[0].score["total"] == 44


def test_what_was_copied_wrongly_is_taken_back_with_a_reason(cast: Cast, browser: Opened) -> None:
    cleo, path = browser("Cleo"), entry(cast, "Ana")
    cleo.post(path, typed(cleo, path, *[1] * 8, 0), form_at=path)
    id = rows(measure_id="phq-9")[0].id
    back = f"/practice/administrations/{id}/taking-back"
    assert cleo.post(back, {"why": " "}, form_at=back).status_code == 400
    assert cleo.post(back, {"why": "Another person's form."}, form_at=back).status_code == 303
    page = words(cleo.get(f"/practice/cases/{cast.cases['Ana']}/measures"))
    assert "Another person's form." in page.replace("&#39;", "'") and "8 of 27" not in page
    assert cleo.get(back).status_code == 404


def test_couples_measures_are_not_for_friends(cast: Cast, browser: Opened) -> None:
    fay = browser("Fay")
    assert fay.get(entry(cast, "Gil", "csi-16")).status_code == 404
    assert fay.get(entry(cast, "Gil", "phq-9")).status_code == 200
    assert "CSI-16" not in words(fay.get(f"/practice/cases/{cast.cases['Gil']}/measures"))


# --- the page of a case ---------------------------------------------------------------------------------------------------


def paper(cast: Cast, name: str, measure: str, day: int, *numbers: int | None) -> None:
    one = library.measure(measure)
    values = dict(zip((item.id for item in one.items), numbers, strict=True))
    enter_paper_form(
        db.session(), cast.seat(name), one, values, filled_in_at=datetime(2026, 2, day, 17, tzinfo=UTC),
        submission_key=uuid.uuid4(), by=cast.users["Cleo"], at=cast.clock(),
    )  # fmt: skip


def test_two_courses_both_in_one_drawing_and_the_gap_between_them(cast: Cast, browser: Opened) -> None:
    for day, ana, ben in ((1, 1, 3), (8, 2, 3), (22, 3, 3)):
        paper(cast, "Ana", "trust-pulse", day, *[ana] * 8)
        paper(cast, "Ben", "trust-pulse", day + 1, *[ben] * 8)
    record_setback(
        db.session(), cast.case("Ana"), participant_id=cast.seats["Ana"], happened_on=datetime(2026, 2, 10).date(), text="Words",
        reopened=[], by=cast.users["Cleo"], at=cast.clock(),
    )  # fmt: skip
    db.session.commit()
    reply = browser("Cleo").get(f"/practice/cases/{cast.cases['Ana']}/measures")
    html, page = reply.get_data(as_text=True), words(reply)
    assert html.count("<svg viewBox") == 4, "both, each alone, and the gap"
    assert "0 points apart at the newest scores, 16 at the first: closer than at first." in page
    assert "16 points up, which is better. Compare it only with this person&#39;s own first score" in page
    assert "a February 10, 2026, Ana&#39;s own" in page and "chart__setbacks" in html


def test_no_client_sees_anything_of_it(cast: Cast, browser: Opened) -> None:
    ben, seen = browser("Ben"), ("/my/", "/my/shared", "/my/about", "/my/showing", "/my/readings", "/my/together")
    before = [words(ben.get(path)) for path in seen]
    paper(cast, "Ana", "phq-9", 2, *[3] * 9)
    paper(cast, "Ben", "phq-9", 2, *[0] * 9)
    db.session.commit()
    assert [words(ben.get(path)) for path in seen] == before
    for name in ("Ana", "Ben"):
        page = " ".join(words(browser(name).get(path)) for path in seen)
        assert "PHQ" not in page and "follow up" not in page


# --- given to a phone -----------------------------------------------------------------------------------------------------


def test_a_measure_is_given_only_where_its_words_are_held(cast: Cast) -> None:
    with pytest.raises(NotAllowedNow, match="does not hold the wording of PHQ-9"):
        given(cast, "Ana", "phq-9")
    with pytest.raises(NotAllowedNow, match="not for friends"):
        given(cast, "Gil", "csi-16")


@pytest.mark.usefixtures("held")
def test_one_that_asks_of_risk_needs_a_named_reviewer(cast: Cast, browser: Opened) -> None:
    assert given(cast, "Ana", "csi-16").content_version == 101
    with pytest.raises(NotAllowedNow, match="Name on the case's page who reviews"):
        given(cast, "Ana", "phq-9")
    with pytest.raises(NotAllowedNow, match="Name on the case's page"):
        _weekly(cast)
    db.session.rollback()
    cleo, path = browser("Cleo"), f"/practice/cases/{cast.cases['Ana']}/reviewer"
    assert cleo.post(path, {"reviewer": ""}, form_at=path).status_code == 400
    assert cleo.post(path, {"reviewer": str(cast.users["Fay"])}, form_at=path).status_code == 400, "not a counselor of this case"
    assert cleo.post(path, {"reviewer": str(cast.users["Cleo"])}, form_at=path).status_code == 303
    assert reviewer_of(db.session(), cast.case("Ana")) is not None
    assert given(cast, "Ana", "phq-9").kind == "measure"


def _weekly(cast: Cast) -> Schedule:
    return begin_schedule(
        db.session(), cast.seat("Ana"), kind="measure", content_id="phq-9", content_version=101, module_id=None, every=Every.WEEK,
        interval=1, when="", zone="America/New_York", starts_on=cast.clock().date(), ends_on=None, by=cast.users["Cleo"],
        at=cast.clock(),
    )  # fmt: skip


@pytest.mark.usefixtures("held")
def test_a_repeat_waits_while_nobody_reviews(cast: Cast) -> None:
    name_reviewer(db.session(), cast.case("Ana"), cast.users["Cleo"], by=cast.users["Cleo"], at=cast.clock())
    row = _weekly(cast)
    db.session.get_one(Case, cast.cases["Ana"]).reviewer_id = None
    db.session.commit()
    assert open_due_runs(db.session(), at=cast.clock()) == 0
    name_reviewer(db.session(), cast.case("Ana"), cast.users["Cleo"], by=cast.users["Cleo"], at=cast.clock())
    assert open_due_runs(db.session(), at=cast.clock()) == 1
    assert row.state == ScheduleState.ACTIVE


def answer(cast: Cast, ana: Browser, name: str, last: str) -> tuple[bytes, bytes]:
    """Fill in the PHQ-9 on the phone and send it; the page after it, and the first page."""
    row = given(cast, name, "phq-9")
    path = f"/my/homework/{row.id}"
    page = ana.get(f"{path}/1").get_data(as_text=True)
    data = {f"{item.id}-choice": "1" for item in library.measure("phq-9").items if item.id != "self_harm"}
    data |= {"self_harm-choice": last} if last else {}
    data["revision"] = re.search(r'name="revision" value="([^"]*)"', page)[1]  # type: ignore[index]
    assert ana.post(f"{path}/1", data | {"go": "next"}, form_at=f"{path}/1").status_code in (302, 303)
    check = ana.get(f"{path}/check").get_data(as_text=True)
    hidden = dict(re.findall(r'name="(submission_key|seen)" value="([^"]*)"', check))
    reply = ana.post(f"{path}/submission", hidden, form_at=f"{path}/check")
    assert reply.headers["Location"] == f"{path}/sent"
    return _plain(ana.get(f"{path}/sent").data, row.id, name), _plain(ana.get("/my/").data, row.id, name)


def _plain(body: bytes, id: uuid.UUID, name: str) -> bytes:
    """Without what is each person's own: their name, the mark of their pages, and the address of the form."""
    body = re.sub(rb'(nonce|name="csrf_token" value|name="csrf-token" content|name="whose" content)="[^"]*"', b"", body)
    body = re.sub(rb"/my/homework/[0-9a-f-]{36}", b"/my/homework/ID", body)
    return body.replace(str(id).encode(), b"ID").replace(name.encode(), b"NAME")


@pytest.mark.usefixtures("held")
def test_after_every_form_the_same_page_byte_for_byte_whatever_was_answered(cast: Cast, browser: Opened) -> None:
    for name in ("Ana", "Dot", "Ben"):
        name_reviewer(db.session(), cast.case(name), cast.users["Cleo"], by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    calm, risk, blank = (answer(cast, browser(name), name, last) for name, last in (("Ana", "0"), ("Dot", "3"), ("Ben", "")))
    assert calm == risk == blank
    check = db.session.query(Assignment).filter_by(participant_id=cast.seats["Ana"], content_id="safety-check").one()
    after_check = _plain(browser("Ana").get(f"/my/homework/{check.id}/sent").data, check.id, "Ana")
    assert after_check == calm[0], "and after the private check"
    text = words_of(calm[0])
    assert "Test Crisis Line" in text and "Checked on January 15, 2026" in text and "not watched around the clock" in text
    assert "Exit" in text
    kinds = {name: [task.kind for task in tasks(cast, name)] for name in ("Ana", "Dot", "Ben")}
    assert kinds == {"Ana": [], "Dot": [TaskKind.SAFETY], "Ben": [TaskKind.SAFETY]}
    assert all(task.due_at for name in ("Dot", "Ben") for task in tasks(cast, name))
    assert rows(participant_id=cast.seats["Ben"])[0].score["prorated"] is True


def words_of(body: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body.decode()))


def test_a_low_mark_after_a_session_prompts_the_counselor_and_nobody_else(cast: Cast) -> None:
    feedback = library.measure("session-feedback")
    for name, mark in (("Ana", 8), ("Ben", 7)):
        row = given(cast, name, feedback.id)
        cast.send(row, {item.id: Given(mark) for item in feedback.items}, by=cast.users[name])
    db.session.commit()
    assert [(task.kind, task.title) for task in tasks(cast, "Ben")] == [(TaskKind.FEEDBACK, "Session feedback to talk about")]
    assert not tasks(cast, "Ana")


def test_a_monthly_repeat_comes_on_its_day_or_on_the_last_of_the_month() -> None:
    row = Schedule(
        every=Every.MONTH, interval=1, zone="America/New_York", starts_on=datetime(2026, 1, 31).date(), ends_on=None,
        state=ScheduleState.ACTIVE,
    )  # fmt: skip
    assert [row.day_of(run).isoformat() for run in range(1, 6)] == [
        "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31",
    ]  # fmt: skip
    for day, run in (
        ("2026-01-31", 1),
        ("2026-02-27", 1),
        ("2026-02-28", 2),
        ("2026-03-30", 2),
        ("2026-03-31", 3),
        ("2027-01-31", 13),
    ):
        assert row.run_at(datetime.fromisoformat(f"{day}T15:00:00+00:00")) == run
