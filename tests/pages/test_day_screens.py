"""The timeline, planned sessions, tasks, cover, closing, on a phone and at a desk: nothing runs over the edge, axe is content."""

from __future__ import annotations

from datetime import timedelta

import pytest
from browser import Screens
from cast import Cast
from flask import Flask

from clinic.db import db
from clinic.models import Medium, TaskKind
from clinic.models.corrections import correct_names
from clinic.models.cover import hand_over
from clinic.models.planned import plan_session
from clinic.models.setbacks import record_setback
from clinic.models.tasks import raise_task


def some_days(cast: Cast) -> tuple[str, str]:
    """The addresses of a planned session that has begun, and of a task."""
    by, case, at = cast.users["Cleo"], cast.case("Ana"), cast.clock()
    text = "The letter was found."
    record_setback(db.session(), case, participant_id=None, happened_on=at.date(), text=text, reopened=[], by=by, at=at)
    names = {"full_name": "Anna Full-Ana", "preferred_name": "Ana", "pronouns": "she/her"}
    correct_names(db.session(), cast.seat("Ana"), names, by=by, at=at)
    rows = [
        plan_session(
            db.session(), case, with_one=who, begins_at=at + timedelta(hours=hours), minutes=50, medium=Medium.VIDEO, by=by, at=at
        )
        for who, hours in ((None, 1), (cast.seats["Ana"], 30))
    ]
    ends = at + timedelta(days=9)
    hand_over(db.session(), [cast.case("Dot")], cast.user("Fay"), begins_at=at, ends_at=ends, by=by, at=at)
    task = raise_task(
        db.session(), case_id=case.id, participant_id=None, kind=TaskKind.OWN, title="Call the school", due_at=ends, by=by, at=at
    )
    found = f"/practice/planned/{rows[0].id}", f"/practice/tasks/{task.id}"
    db.session.commit()
    cast.clock.pass_by(hours=2)
    return found


@pytest.mark.browser
def test_the_pages_of_a_day_stand_a_critical_look(app: Flask, cast: Cast) -> None:
    planned, task = some_days(cast)
    case, ana = f"/practice/cases/{cast.cases['Ana']}", f"/practice/participants/{cast.seats['Ana']}"
    paths = [
        "/practice/", case, f"{case}/timeline", f"{case}/timeline?kind=setback", f"{case}/timeline?kind=report", f"{case}/planned",
        planned, f"{planned}/time", f"{planned}/encounter", f"{case}/finish", f"{case}/reopening", f"{case}/tasks", task,
        "/practice/tasks?show=all", "/practice/tasks?show=done", "/practice/cover", ana, f"{ana}/names", f"{ana}/address",
    ]  # fmt: skip
    with Screens(app) as screens:
        for screen in (screens.phone(), screens.desk()):
            screen.sign_in("cleo@practice.example")
            for path in paths:
                screen.open(path)
                screen.page.evaluate("document.querySelectorAll('main details').forEach(fold => { fold.open = true })")
                screen.look()
            empty = {f"{case}/planned": "Plan the session", f"{case}/tasks": "Add the task", "/practice/cover": "Hand over"}
            for path, button in empty.items():
                screen.open(path)
                screen.press(button)
                assert screen.page.evaluate("document.activeElement.className") == "govuk-error-summary"
            assert len(screen.looked_at) > len(paths) * 2
        phone = screens.phone()
        phone.sign_in("ana@home.example")
        phone.open("/my/")
        assert "Your next session" in phone.page.inner_text("main")
        phone.look()
