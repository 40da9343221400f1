"""A worksheet on paper: tagged, in the bundled faces, with room to write for every kind, and with answers in their place."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from clinic.reporting.worksheets import Printing, question_of, sheet_of
from forms import Given, Wording, library
from forms.definition import Kind, Relationship
from reports import PageSize, render_html, render_pdf
from reports.worksheet import Page, Question, Room, Sheet, WorksheetPaper

WORDING = Wording("Ben", "what happened", "partner")
PLAIN = Printing(WORDING)
ATTACK = '"><img src="http://127.0.0.1:9/a"><script>x</script>{{ 7*7 }}</td></table>'


def paper(*ids: str, how: Printing = PLAIN, **more: object) -> WorksheetPaper:
    sheets = tuple(sheet_of(library.worksheet(id), how) for id in ids)
    return WorksheetPaper(title="Create Healthy Boundaries", subtitle="Your own pages", sheets=sheets, **more)  # type: ignore[arg-type]


def pdf(report: WorksheetPaper, templates: Path, fonts: Path) -> PdfReader:
    return PdfReader(BytesIO(render_pdf(report, templates, fonts)))


def words(report: WorksheetPaper, templates: Path, fonts: Path) -> str:
    return " ".join(" ".join(page.extract_text() for page in pdf(report, templates, fonts).pages).split())


def test_it_is_tagged_and_tells_nothing_in_its_metadata(templates: Path, fonts: Path) -> None:
    reader = pdf(paper("my-boundaries", "hard-talks", "limits-i-need"), templates, fonts)
    root = reader.trailer["/Root"]
    assert re.search(rb'pdfuaid:part="1"', root["/Metadata"].get_object().get_data())
    assert root["/Lang"] == "en"
    assert dict(reader.metadata) == {"/Title": "Document"}
    faces = {
        font.get_object()["/BaseFont"].split("+")[-1]
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert faces == {"Atkinson-Hyperlegible-Next", "Atkinson-Hyperlegible-Next-Bold"}


def test_the_sections_are_headings_in_their_order(templates: Path) -> None:
    html = render_html(paper("hard-talks"), templates)
    levels = [int(level) for level in re.findall(r"<h(\d)", html)]
    assert levels == [1, 2, 3, 4, 3, 4]
    assert "style=" not in html and "http" not in html


@pytest.mark.parametrize("size", PageSize)
def test_every_page_can_be_filled_in_on_either_paper(templates: Path, fonts: Path, size: PageSize) -> None:
    text = words(replace(paper("pause-rule"), page_size=size), templates, fonts)
    for said in ("Terms", "Who", "How often", "Until", "Review date", "Every version also says", "Signed, and the day"):
        assert said in text


def test_an_agreement_fits_on_its_page_with_the_place_to_sign(templates: Path, fonts: Path) -> None:
    for id in ("pause-rule", "openness-offered", "our-commitments", "shared-goals", "free-to-stop"):
        assert len(pdf(paper(id), templates, fonts).pages) == 1, id


def test_one_who_works_alone_reads_the_preparing_words_and_signs_nothing(templates: Path, fonts: Path) -> None:
    text = words(paper("pause-rule", how=Printing(WORDING, solo=True)), templates, fonts)
    assert "This page helps you prepare a pause rule" in text
    assert "Signed, and the day" not in text and "For both of you" not in text


def test_a_bare_one_holds_the_questions_alone(templates: Path, fonts: Path) -> None:
    text = words(paper("my-boundaries", how=Printing(WORDING, bare=True)), templates, fonts)
    assert "What are your limits" in text
    assert "An example." not in text and "A limit has three parts" not in text


@pytest.mark.parametrize("kind", Relationship)
def test_every_worksheet_of_ours_has_room_for_every_answer(templates: Path, kind: Relationship) -> None:
    how = Printing(Wording("Ben", "what happened", kind))
    rooms = set()
    for module in library.modules:
        for sheet in library.worksheets_of(module.id):
            printed = sheet_of(sheet, how)
            asked = sheet.for_relationship(kind)
            assert [len(page.questions) for page in printed.pages] == [len(page.items) for page in asked.pages]
            for question in (question for page in printed.pages for question in page.questions):
                rooms.add(question.room)
                assert question.lines or question.choices or question.scale or question.columns or question.parts
            assert "{" not in render_html(WorksheetPaper("T", "S", (printed,)), templates)
    assert rooms == set(Room)


ANSWERS = {
    "my_boundaries": Given([{"boundary": "No talks after ten", "if_crossed": ATTACK}]),
    "hard_talks": Given(None, "in_session"),
    "frightening_talk": Given({"choice": "no", "text": ""}),
}


def test_answers_stand_in_the_place_of_the_room(templates: Path, fonts: Path) -> None:
    report = paper("my-boundaries", "hard-talks", how=Printing(WORDING, givens=ANSWERS))
    text = words(report, templates, fonts)
    assert "My limit: No talks after ten" in text
    assert "I would rather talk about this in session" in text
    assert 'class="rule"' not in render_html(report, templates)


def test_whatever_was_written_is_printed_as_it_was_written(templates: Path, fonts: Path) -> None:
    report = paper("my-boundaries", how=Printing(WORDING, givens=ANSWERS))
    html = render_html(report, templates)
    assert "<img" not in html and "<script" not in html
    assert "{{ 7*7 }}" in words(report, templates, fonts)


@pytest.mark.parametrize("text", [ATTACK, "\x00\ud800\ufffe", "x" * 3000, "wörd " * 400, "𝔘🙂", "\u202eabc"])
def test_no_text_of_anybody_stops_a_page_from_being_printed(templates: Path, fonts: Path, text: str) -> None:
    lines, parts = (Question(text, room, text, text, text, always_says=text) for room in (Room.LINES, Room.PARTS))
    answered = Question(text, answer=(text, text))
    sheet = Sheet(text, text, (Page(text, (lines, parts, answered)),), (text,), 2)
    report = WorksheetPaper(text, text, (sheet,), (text,), (text,), text, text)
    assert pdf(report, templates, fonts).pages


def test_a_choice_and_a_tick_look_different(templates: Path) -> None:
    one, several = library.worksheet("outside-contact").item("outside_contact"), library.worksheet("limits-i-need").items[0]
    assert not question_of(one, PLAIN).several and question_of(several, PLAIN).several
    assert {one.kind, several.kind} == {Kind.CHOICE, Kind.CHECKLIST}
