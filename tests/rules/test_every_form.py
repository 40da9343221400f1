"""Every form of the program, in every kind of tie and for one who works alone: what it takes, keeps, refuses and says again."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pytest
from filled import answers_in_full, filled, text_boxes
from werkzeug.datastructures import MultiDict

from clinic.places import templates_folder
from clinic.reporting.worksheets import Printing, sheet_of
from forms import Given, Wording, form_for, library
from forms.definition import Kind, Relationship, Worksheet
from forms.fields import LONG, SHORT
from forms.shown import LEFT_BLANK, lines
from reports import render_html
from reports.worksheet import WorksheetPaper

HOSTILE = "\"><script>alert(1)</script>' =1+1 {{7*7}} {% if %} {other} {event} %(other)s &lt; \u202ethe wrong way\u202c 🙂"
REFUSED = ["A heron\x00 stands.", "Half a \ud83d character.", "A bell \x07 rings.", "\x1b[31mred"]


def sheets() -> list[Worksheet]:
    given = [sheet for module in library.modules for sheet in library.worksheets_of(module.id)]
    assert len(given) > 80
    return [*given, *(sheet.for_solo() for sheet in given if sheet.solo)]


@pytest.fixture(params=Relationship, ids=str)
def wording(request: pytest.FixtureRequest) -> Wording:
    return Wording("Ben", "what happened in March", request.param)


def test_nothing_is_required_anywhere(wording: Wording) -> None:
    for sheet in sheets():
        form = form_for(sheet, wording)(MultiDict())
        assert form.validate(), (sheet.id, form.errors)
        for item in form.worksheet.items:
            assert form.answers()[item.id].is_blank
            assert lines(item, form.answers()[item.id], wording) == (LEFT_BLANK,)


def test_everything_that_is_filled_in_is_kept_and_shown_again(wording: Wording) -> None:
    for sheet in sheets():
        Form = form_for(sheet, wording)
        full = answers_in_full(sheet, wording)
        assert not [id for id, given in full.items() if given.is_blank], sheet.id
        kept = {id: Given.from_json(given.as_json()) for id, given in full.items()}
        assert Form(data=Form.draft(kept)).answers() == full, sheet.id


def test_what_means_harm_is_kept_as_it_was_typed_and_filled_in_by_nobody(wording: Wording) -> None:
    held = " ".join(HOSTILE.split())
    for sheet in sheets():
        for item in (found := form_for(sheet, wording)).worksheet.items:
            if text_boxes(form_for(sheet, wording)()) and item.kind in (Kind.SHORT_TEXT, Kind.LONG_TEXT, Kind.LIST, Kind.TABLE):
                given = answers_in_full(sheet, wording, HOSTILE)[item.id]
                assert held in " ".join(lines(item, given, found.wording)), (sheet.id, item.id)


@pytest.mark.parametrize("text", REFUSED)
def test_a_character_that_cannot_be_kept_is_refused_and_never_shown_again(text: str) -> None:
    wording = Wording("", "", "partner")
    for sheet in sheets():
        form = form_for(sheet, wording)()
        if text_boxes(form):
            form = type(form)(filled(form, text))
            assert not form.validate(), sheet.id
            assert "cannot be kept" in str(form.errors)
            assert len(form.sound_answers()) < len(form.answers())


def test_a_text_may_be_as_long_as_it_says_and_no_longer() -> None:
    wording, long = Wording("", "", "partner"), {Kind.LONG_TEXT: LONG, Kind.SHORT_TEXT: SHORT}
    seen = 0
    for sheet in sheets():
        for item in sheet.for_relationship("partner").items:
            if most := long.get(item.kind):
                seen += 1
                Form = form_for(sheet, wording)
                assert Form(MultiDict({item.id: "x" * most})).validate(), (sheet.id, item.id)
                too_long = Form(MultiDict({item.id: "x" * (most + 1)}))
                assert not too_long.validate()
                assert too_long[item.id]._value() == "x" * (most + 1), "what was typed is given back"
    assert seen > 40


def test_whatever_was_answered_is_printed_as_text(wording: Wording) -> None:
    templates: Path = templates_folder()
    said = escape(HOSTILE).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    for sheet in sheets():
        answered = Printing(wording, givens=answers_in_full(sheet, wording, HOSTILE))
        html = render_html(WorksheetPaper("Title", "Pages", (sheet_of(sheet, answered),)), templates)
        assert "<script" not in html
        assert said in html or not text_boxes(form_for(sheet, wording)()), sheet.id
