"""A button pressed twice makes one thing; the same page with other words makes another, and loses nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from cast import Browser, Cast
from paper import words

from clinic.db import db
from clinic.models import Case, ReleasedReport

Opened = Callable[[str], Browser]
NEW = "/practice/cases/new"
IDA: dict[str, Any] = {
    "relationship": "friend", "policy": "limited_secrets", "alone": "y", "first-full_name": "Ida North", "first-side": "hurt",
    "first-email": "ida@home.example", "first-adult": "y", "first-may_leave_message": "no", "second-side": "unset",
}  # fmt: skip


def key_on(page: Any) -> str:
    return str(page.get_data(as_text=True).split('name="submission_key" value="')[1].split('"')[0])


def count(model: type) -> int:
    db.session.rollback()
    return db.session.query(model).count()


def test_a_case_is_added_once_and_a_changed_page_is_asked_about(browser: Opened, cast: Cast) -> None:
    cleo, before = browser("Cleo"), count(Case)
    sent = IDA | {"submission_key": key_on(cleo.get(NEW))}
    first, second = (cleo.post(NEW, sent) for _ in range(2))
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert count(Case) == before + 1
    other = sent | {"first-full_name": "Jo South", "first-email": ""}
    asked = cleo.post(NEW, other)
    assert asked.status_code == 409
    assert "has added the case" in words(asked) and 'value="Jo South"' in asked.get_data(as_text=True)
    assert cleo.post(NEW, other | {"submission_key": key_on(asked)}).status_code == 303
    assert count(Case) == before + 2
    assert browser("Fay").post(NEW, IDA | {"first-email": "x@home.example", "submission_key": str(uuid.uuid4())}).status_code == 303


def test_a_report_is_made_once_and_a_changed_one_is_another(browser: Opened, cast: Cast) -> None:
    cleo, path = browser("Cleo"), f"/practice/cases/{cast.cases['Ana']}/reports/new"
    sent = {"audience": "counselor", "summary": "A word.", "submission_key": key_on(cleo.get(path))}
    made = [cleo.post(path, sent) for _ in range(2)]
    assert [one.status_code for one in made] == [303, 303]
    assert made[0].location == made[1].location
    assert "Fingerprint (SHA-256)" in cleo.get(made[0].location).get_data(as_text=True)
    assert count(ReleasedReport) == 1
    assert cleo.post(path, sent | {"summary": "Another word."}).location != made[0].location
    assert count(ReleasedReport) == 2
