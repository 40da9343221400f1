"""What two people do together, and what comes back, on a phone and at a desk: every page of it stands a critical look."""

from __future__ import annotations

import pytest
from browser import Screens
from cast import Cast
from flask import Flask
from shared_life import Life, plant

pytestmark = pytest.mark.browser


@pytest.fixture
def life(cast: Cast) -> Life:
    return plant(cast)


def of_the_counselor(life: Life) -> list[str]:
    case, closed = f"/practice/cases/{life.case}", f"/practice/cases/{life.closed}"
    return [
        case, f"{case}/reveals", f"{closed}/reveals", f"{case}/agreements", f"{case}/joint/new", f"{closed}/joint/new",
        *(f"/practice/agreements/{id}" for id in (life.rule, life.promises, life.over)),
        f"{case}/safety", f"{closed}/safety", f"/practice/homework/{life.held}", f"/practice/homework/{life.word}",
        f"{case}/schedules", f"{case}/schedules/new?piece=worksheet-daily-care", f"{case}/plans/new",
        f"{case}/plans/new?plan=first-eight-weeks", f"{case}/setbacks/new", f"{case}/reports/new",
        *(f"{case}/stages/{module}" for module in ("address-the-betrayal", "healthy-boundaries")),
        f"/practice/notes/{life.note}", "/practice/library?words=letter", "/practice/library?words=qqq",
        "/practice/library/affection/green-amber-red?tie=friend", "/practice/library/put-in-the-work/our-commitments",
    ]  # fmt: skip


def of_a_client(life: Life) -> list[str]:
    rule = f"/my/both/{life.rule}"
    return [
        "/my/", "/my/together", f"/my/together/{life.reveal}", rule, f"{rule}/words", f"{rule}/check",
        f"/my/both/{life.promises}", f"/my/both/{life.promises}/words", f"/my/both/{life.promises}/check",
        f"/my/both/{life.habits}", f"/my/both/{life.habits}/words", f"/my/both/{life.over}", f"/my/homework/{life.held}",
        f"/my/homework/{life.run}", f"/my/homework/{life.run}/leaving-out", f"/my/homework/{life.left_out}",
        f"/my/homework/{life.heard}/1", f"/my/homework/{life.word}/answers", "/my/note", "/my/notes", "/my/readings",
        "/my/readings/1", "/my/shared", "/my/showing",
    ]  # fmt: skip


@pytest.mark.parametrize("wide", [False, True], ids=["phone", "desk"])
def test_every_page_of_the_work_together_stands_a_critical_look(app: Flask, life: Life, wide: bool) -> None:
    with Screens(app) as screens:
        for email, paths in (("cleo@practice.example", of_the_counselor(life)), ("ana@home.example", of_a_client(life))):
            screen = screens.desk() if wide else screens.phone()
            screen.sign_in(email)
            for path in paths:
                reply = screen.page.goto(path)
                assert reply is not None and reply.status == 200, path
                screen.page.evaluate("document.querySelectorAll('main details').forEach(fold => { fold.open = true })")
                screen.look()
            assert len(screen.looked_at) == len(paths) + 2
