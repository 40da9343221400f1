"""The counselor's pages on a phone and at a desk: nothing runs over the edge, everything has its label, axe finds nothing."""

from __future__ import annotations

import uuid

import pytest
from browser import Screens
from cast import Cast
from flask import Flask

from clinic.db import db
from clinic.models import StageStatus, TaskKind
from clinic.models.homework import assign
from clinic.models.programme import change_stage
from clinic.models.sending import worksheet_of
from clinic.models.tasks import raise_task
from forms import Given, library


def some_life(cast: Cast) -> uuid.UUID:
    """A task, a stage, and a measure answered three times, in Ana's case. The task's id."""
    by, case = cast.users["Cleo"], cast.case("Ana")
    measure = library.measure("trust-pulse")
    for value in (1, 3, 2):
        homework = assign(
            db.session(), cast.seat("Ana"), kind="measure", content_id=measure.id, content_version=measure.version,
            module_id=None, due_on=cast.clock().date(), by=by, at=cast.clock(),
        )  # fmt: skip
        db.session.flush()
        given = Given({"choice": str(value), "text": ""}) if worksheet_of(homework).items[0].options else Given(value)
        cast.send(homework, {item.id: given for item in worksheet_of(homework).items}, by=cast.users["Ana"])
        cast.clock.pass_by(days=9)
    before, to = StageStatus.NOT_STARTED, StageStatus.IN_PROGRESS
    change_stage(db.session(), case, "address-the-betrayal", before=before, to=to, reason="", by=by, at=cast.clock())
    task = raise_task(
        db.session(), case_id=case.id, participant_id=cast.seats["Ana"], assignment_id=homework.id, kind=TaskKind.SAFETY,
        title="An answer to read", due_at=cast.clock(), by=None, at=cast.clock(),
    )  # fmt: skip
    cast.case("Dot").finish(by=by, at=cast.clock())
    id = task.id
    db.session.commit()  # and nothing is read after it: a test that has read holds the lock that the pages wait for
    return id


@pytest.mark.browser
def test_every_page_of_the_counselor_stands_a_critical_look(app: Flask, cast: Cast) -> None:
    task, ana = some_life(cast), cast.seats["Ana"]
    paths = [
        "/practice/", "/practice/cases/new", f"/practice/cases/{cast.cases['Ana']}", f"/practice/cases/{cast.cases['Dot']}",
        *(f"/practice/participants/{ana}{act}" for act in ("", "/side", "/words", "/contact")),
        "/practice/tasks", f"/practice/tasks/{task}", "/practice/library", "/practice/library/address-the-betrayal",
        "/practice/library/affection", "/practice/library/address-the-betrayal/hurt-account",
    ]  # fmt: skip
    with Screens(app) as screens:
        for screen in (screens.phone(), screens.desk()):
            screen.sign_in("cleo@practice.example")
            for path in paths:
                screen.open(path)
                screen.page.evaluate("document.querySelectorAll('main details').forEach(fold => { fold.open = true })")
                screen.look()
            screen.open(f"/practice/participants/{ana}")
            screen.press("Make a new link")
            assert screen.page.get_by_alt_text("The link below as a code").count() == 1
            screen.open("/practice/cases/new")
            screen.press("Add the case")
            assert screen.page.evaluate("document.activeElement.className") == "govuk-error-summary"
            assert len(screen.looked_at) > len(paths) * 2
