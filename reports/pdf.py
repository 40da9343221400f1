"""From a report object to HTML to PDF, offline.

Decides how documents are rendered: a strict template environment without any request, and a typesetter that
fetches nothing. Must never know where a report's data came from or who may read it. Not for threads: the
typesetter shares native state, so a process renders one document at a time.
"""

import base64
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reports import charts, timeline
from reports.dates import day
from reports.scale import number

FACES = {400: "AtkinsonHyperlegibleNext-Regular.ttf", 700: "AtkinsonHyperlegibleNext-Bold.ttf"}
FAMILY = "Atkinson Hyperlegible Next"
LARGEST = 4_000_000
# Control characters and lone surrogates have no place on paper, and PDF strings cannot hold them.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class FontsMissing(Exception):
    """The bundled font files are not where they were said to be."""


class TooLongToPrint(Exception):
    """The document is larger than a render process should be asked to set."""


class Printable(Protocol):
    """What every document has: the folder of its templates, and its paper."""

    folder: ClassVar[str]

    @property
    def page_size(self) -> str: ...


def document_name() -> str:
    """The file name of every document: it says nothing about anybody."""
    return "document.pdf"


def render_html(report: Printable, templates: Path) -> str:
    """The finished HTML of a report. `templates` is the folder that holds `reports/`."""
    page = _environment(templates).get_template(f"{report.folder}/report.html")
    return UNPRINTABLE.sub("", page.render(report=report))


def render_pdf(report: Printable, templates: Path, fonts: Path) -> bytes:
    """The report as a tagged PDF/UA-1 document. `fonts` holds the two bundled faces."""
    return typeset(render_html(report, templates), report.folder, report.page_size, templates=templates, fonts=fonts)


def typeset(html: str, folder: str, page_size: str, *, templates: Path, fonts: Path) -> bytes:
    """Finished HTML to PDF: all that the typesetter itself does, which is what a benchmark compares with."""
    if len(html) > LARGEST:
        raise TooLongToPrint(f"The document has {len(html):,} characters; at most {LARGEST:,} can be printed.")
    from weasyprint import HTML

    font_configuration, fetcher = _press(fonts)
    sheets = [_sheet(folder, templates, fonts), _paper(page_size)]
    pdf: bytes = HTML(string=html, url_fetcher=fetcher).write_pdf(
        stylesheets=sheets, font_config=font_configuration, pdf_variant="pdf/ua-1", finisher=_anonymous
    )
    return pdf


def paragraphs(text: str) -> list[str]:
    """Text parted at blank lines; single line breaks stay inside a paragraph."""
    return [part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if part.strip()]


@lru_cache(maxsize=4)
def _environment(templates: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates / "reports"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(day=day, number=number, paragraphs=paragraphs)
    environment.globals.clear()
    environment.globals.update(charts=charts, timeline=timeline)
    return environment


@lru_cache(maxsize=4)
def _press(fonts: Path) -> tuple[Any, Any]:
    """The one font configuration of this process (each further one leaks), and the fetcher that refuses."""
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration(), _refusing_fetcher()


def _refusing_fetcher() -> Any:
    from weasyprint.urls import URLFetcher

    class DataOnly(URLFetcher):
        """Whatever a person wrote into a report, nothing is fetched from a network or a disk."""

        def __init__(self) -> None:
            super().__init__(allowed_protocols={"data"}, allow_redirects=False)

        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.lower().startswith("data:"):
                raise ValueError("A report fetches nothing.")
            return super().fetch(url, headers)

    return DataOnly()


@lru_cache(maxsize=16)
def _sheet(folder: str, templates: Path, fonts: Path) -> Any:
    """The parsed style sheet of one kind of document, fonts included, once per process."""
    from weasyprint import CSS

    font_configuration, fetcher = _press(fonts)
    sources = [templates / "reports" / "shared" / "base.css", templates / "reports" / folder / "style.css"]
    text = "\n".join([*_font_faces(fonts), *(source.read_text("utf-8") for source in sources)])
    return CSS(string=text, font_config=font_configuration, url_fetcher=fetcher)


@lru_cache(maxsize=4)
def _paper(page_size: str) -> Any:
    from weasyprint import CSS

    return CSS(string=f"@page {{ size: {page_size} }}")


def _font_faces(fonts: Path) -> list[str]:
    faces = []
    for weight, name in FACES.items():
        if not (fonts / name).is_file():
            raise FontsMissing(f"The font file {name} is missing from {fonts}.")
        data = base64.b64encode((fonts / name).read_bytes()).decode("ascii")
        source = f'url("data:font/ttf;base64,{data}")'
        faces.append(f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; src: {source} }}')
    return faces


def _anonymous(document: Any, pdf: Any) -> None:
    """Takes the name of the program that made the file out of its metadata."""
    pdf.info.pop("Producer", None)
    for part in pdf.objects:
        if getattr(part, "extra", {}).get("Type") == "/Metadata":
            part.stream = [re.sub(rb' [\w:]*Producer="[^"]*"', b"", chunk) for chunk in part.stream]
