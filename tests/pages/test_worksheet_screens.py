"""Every page of every worksheet on a phone, as its own person has it: nothing runs over the edge, everything is big enough for a
thumb, and the exit stays in view."""

from __future__ import annotations

import uuid

import pytest
from browser import Screen, Screens
from cast import Cast
from flask import Flask

from clinic.db import db
from clinic.models import Assignment
from clinic.models.agreeing import open_for_both
from forms import library
from forms.definition import AnsweredBy, Kind, Worksheet

pytestmark = pytest.mark.browser
SHEETS = [sheet for module in library.modules for sheet in library.worksheets_of(module.id)]

# With everything unfolded, down to the standard answers; then from the foot of the page: is the exit still there?
AT_THE_FOOT = """() => {
  document.querySelectorAll("main details").forEach((fold) => { fold.open = true });
  window.scrollTo(0, document.documentElement.scrollHeight);
  const box = document.querySelector("[data-exit] button").getBoundingClientRect();
  return box.top >= 0 && box.bottom <= window.innerHeight && box.left >= 0 && box.right <= window.innerWidth;
}"""


def pages_of(cast: Cast) -> dict[str, list[tuple[str, frozenset[Kind]]]]:
    """By person, every page with the kinds of questions on it."""
    for check in db.session.query(Assignment).filter_by(content_id="safety-check"):
        check.mark_reviewed(by=cast.users["Cleo"], at=cast.clock())
    found: dict[str, list[tuple[str, frozenset[Kind]]]] = {"Ana": [], "Ben": []}
    for sheet in SHEETS:
        name = "Ben" if sheet.answered_by is AnsweredBy.INVOLVED else "Ana"
        if sheet.answered_by is AnsweredBy.JOINT:
            form = open_for_both(db.session(), cast.case("Ana"), sheet, by=cast.users["Cleo"], at=cast.clock())
            found[name].append((f"/my/both/{form.id}/words", kinds(sheet, *range(len(sheet.pages)))))
            continue
        given: uuid.UUID = cast.assign(name, sheet.id, by="Cleo").id
        pages = range(len(sheet.pages))
        found[name] += [(f"/my/homework/{given}/{number + 1}", kinds(sheet, number)) for number in pages]
    db.session.commit()
    return found


def kinds(sheet: Worksheet, *pages: int) -> frozenset[Kind]:
    return frozenset(item.kind for number in pages for item in sheet.pages[number].items)


def walk(screen: Screen, email: str, pages: list[tuple[str, frozenset[Kind]]], seen: set[Kind]) -> None:
    """axe takes its time, so it sees each kind of question once."""
    screen.sign_in(email)
    for path, on_it in pages:
        reply = screen.page.goto(path)
        assert reply is not None and reply.status == 200, path
        assert screen.page.evaluate(AT_THE_FOOT), f"the exit is out of sight at the foot of {path}"
        screen.look(axe=not on_it <= seen)
        seen |= on_it


def test_every_page_of_every_worksheet_fits_a_phone(app: Flask, cast: Cast) -> None:
    everyone = pages_of(cast)
    assert sum(len(pages) for pages in everyone.values()) > 95
    seen: set[Kind] = set()
    with Screens(app) as screens:
        for name, pages in everyone.items():
            walk(screens.phone(), f"{name.lower()}@home.example", pages, seen)
    assert seen == {item.kind for sheet in SHEETS for item in sheet.items} >= set(Kind) - {Kind.NUMBER}
