"""Every worksheet of the program on paper, blank and answered, set in one go: nothing is missing or runs over the edge."""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from filled import answers_in_full
from fontTools.ttLib import TTFont
from pypdf import PageObject, PdfReader

from clinic.reporting.worksheets import Printing, sheet_of
from forms import Wording, library
from forms.definition import AnsweredBy, Worksheet
from reports import PageSize, render_pdf
from reports.pdf import FACES
from reports.worksheet import Sheet, WorksheetPaper

WORDING = Wording("Benedetta", "what happened in March", "family")
WORDS = "Some plain words, as long as what a person might write in one breath on a quiet evening. Averylongwordwithoutspaces" * 2
SHEETS = [sheet for module in library.modules for sheet in library.worksheets_of(module.id) if sheet.suits(WORDING.relationship)]
FOOT, EDGE = 15, 30  # points


def blank(sheet: Worksheet) -> Sheet:
    return sheet_of(sheet, Printing(WORDING))


def answered(sheet: Worksheet) -> Sheet:
    return sheet_of(sheet, Printing(WORDING, givens=answers_in_full(sheet, WORDING, WORDS)))


def alone(sheet: Worksheet) -> Sheet:
    return sheet_of(sheet, Printing(WORDING, solo=True))


@dataclass(frozen=True)
class Run:
    """A run of text on a page, in points from its left foot."""

    text: str
    left: float
    foot: float
    size: float
    weight: int


@dataclass(frozen=True)
class Printed:
    sheets: tuple[Sheet, ...]
    reader: PdfReader
    pages: tuple[tuple[PageObject, str, tuple[Run, ...]], ...]


@pytest.fixture(scope="module", params=[(blank, PageSize.LETTER), (answered, PageSize.A4)], ids=["blank", "answered"])
def printed(request: pytest.FixtureRequest, templates: Path, fonts: Path) -> Printed:
    """All worksheets in one document; what is asked of one who works alone stands behind them."""
    make, size = request.param
    joint = [sheet for sheet in SHEETS if sheet.answered_by is AnsweredBy.JOINT]
    sheets = (*(make(sheet) for sheet in SHEETS), *(alone(sheet) for sheet in joint if make is blank))
    assert len(sheets) > 80
    paper = WorksheetPaper("Everything", "Your own pages", sheets, page_size=size)
    reader = PdfReader(BytesIO(render_pdf(paper, templates, fonts)))
    return Printed(sheets, reader, tuple((page, *_read(page)) for page in reader.pages))


def test_every_worksheet_is_there_whole_and_takes_a_page_or_a_few(printed: Printed) -> None:
    text = _squeezed(" ".join(text for _, text, _ in printed.pages))
    for sheet in printed.sheets:
        titles = [part.title for part in sheet.pages if len(sheet.pages) > 1]
        prompts = [question.prompt for part in sheet.pages for question in part.questions]
        missing = [said for said in (sheet.title, *titles, *prompts) if _squeezed(said) not in text]
        assert not missing, (sheet.title, missing)
    starts = [number for title, number in _headings(printed.reader) if title in {sheet.title for sheet in printed.sheets}]
    assert len(starts) >= len(printed.sheets)
    assert max(after - before for before, after in pairwise([*starts, len(printed.pages)])) <= 5
    assert len(printed.pages) < 2 * len(printed.sheets)


def test_it_is_tagged_and_says_its_language(printed: Printed) -> None:
    root = printed.reader.trailer["/Root"]
    assert re.search(rb'pdfuaid:part="1"', root["/Metadata"].get_object().get_data())
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]


def test_no_line_runs_over_the_edge_of_its_page(printed: Printed, fonts: Path) -> None:
    widths = {weight: _advances(fonts / name) for weight, name in FACES.items()}
    for number, (page, _, runs) in enumerate(printed.pages, start=1):
        assert runs, number
        for run in runs:
            right = run.left + run.size * sum(widths[run.weight].get(ord(letter), 0.6) for letter in run.text)
            assert run.left > EDGE, (number, run)
            assert right < float(page.mediabox.width) - EDGE, (number, run, right)
            assert FOOT < run.foot < float(page.mediabox.height) - FOOT, (number, run)


def _squeezed(text: str) -> str:
    """Without spaces: where a line ends is the typesetter's affair."""
    return re.sub(r"\s+", "", text)


def _headings(reader: PdfReader, outline: list[Any] | None = None) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for entry in reader.outline if outline is None else outline:
        if isinstance(entry, list):
            found += _headings(reader, entry)
        else:
            found.append((str(entry.title), reader.get_destination_page_number(entry) or 0))
    return found


def _read(page: PageObject) -> tuple[str, tuple[Run, ...]]:
    found: list[Run] = []

    def visit(text: str, matrix: list[float], text_matrix: list[float], font: Any, size: float) -> None:
        if text.strip():
            x, y = text_matrix[4], text_matrix[5]
            weight = 700 if "Bold" in str((font or {}).get("/BaseFont", "")) else 400
            left, foot = matrix[0] * x + matrix[2] * y + matrix[4], matrix[1] * x + matrix[3] * y + matrix[5]
            found.append(Run(text.strip("\n"), left, foot, abs(matrix[0] * text_matrix[0]) * size, weight))

    text = page.extract_text(visitor_text=visit)
    return text, tuple(found)


def _advances(path: Path) -> dict[int, float]:
    """How wide each letter is, for a size of one."""
    font = TTFont(path, lazy=True)
    table, upem = font["hmtx"], font["head"].unitsPerEm
    return {code: table[name][0] / upem for code, name in font.getBestCmap().items()}
