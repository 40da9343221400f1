"""Rendered once for all tests of documents: a report takes a second."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from reports import Audience, ProgressReport, render_pdf, sample

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
FONTS = ROOT / "clinic" / "static" / "vendor" / "fonts"


@pytest.fixture(scope="session")
def templates() -> Path:
    return TEMPLATES


@pytest.fixture(scope="session")
def fonts() -> Path:
    return FONTS


@pytest.fixture(scope="session")
def printed() -> Callable[[ProgressReport], PdfReader]:
    kept: dict[ProgressReport, PdfReader] = {}

    def rendered(report: ProgressReport) -> PdfReader:
        if report not in kept:
            kept[report] = PdfReader(BytesIO(render_pdf(report, TEMPLATES, FONTS)))
        return kept[report]

    return rendered


@pytest.fixture(scope="session")
def words(printed: Callable[[ProgressReport], PdfReader]) -> Callable[[ProgressReport], str]:
    """The text of a whole document on one line, running headers and footers included."""

    def read(report: ProgressReport) -> str:
        return " ".join(" ".join(page.extract_text() for page in printed(report).pages).split())

    return read


@pytest.fixture(params=list(Audience))
def couple(request: pytest.FixtureRequest) -> ProgressReport:
    return sample.couple(request.param)


@pytest.fixture(params=list(Audience))
def empty(request: pytest.FixtureRequest) -> ProgressReport:
    return sample.empty(request.param)
