"""What there is to say about a library before it is used: how easily each piece of it is read, and which passages are too hard.

Decides the highest grade, how long a passage is before it is judged alone, and what an exception must name. Never prints.

A content folder may hold `reading.toml`, with the texts that may be harder:
    [[exception]] file = "worksheets/<id>.toml"  item = "<item>"  reason = "..."         without an item, the whole file
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from forms.ease import grade, words
from forms.library import Library, read_file
from forms.reading import ContentError, Problem, Row
from forms.texts import Text, as_one, in_every_tie, of_document, of_introduction, of_measure, of_worksheet

HIGHEST_GRADE = 8.0
# The grade of a label says nothing: shorter texts are judged together with the rest of their worksheet.
PASSAGE = 12
DOCUMENTS = ("consent", "no_secrets", "limited_secrets", "confidential")


@dataclass(frozen=True, slots=True)
class ListedException:
    """A text that may be harder, and why. Without an item it stands for the whole file."""

    file: str
    item: str
    reason: str


@dataclass(frozen=True, slots=True)
class Graded:
    """One piece with its grade as a whole, and what of it is too hard by itself."""

    file: str
    title: str
    grade: float
    hard: tuple[Problem, ...]


def graded(library: Library) -> Iterator[Graded]:
    """Every piece that clients read, in the order of the programme."""
    for module in library.modules:
        yield _graded(f"modules/{module.id}.toml", f"{module.title}: introduction", of_introduction(module))
        for sheet in library.worksheets_of(module.id):
            yield _graded(f"worksheets/{sheet.id}.toml", sheet.title.partner, of_worksheet(sheet))
    for measure in (one for one in library.measures if one.own):
        yield _graded(f"measures/{measure.id}.toml", measure.title, of_measure(measure))
    for document in (library.document(id) for id in DOCUMENTS if library.has_document(id)):
        yield _graded(f"documents/{document.id}.toml", document.title, of_document(document))


def _graded(file: str, title: str, texts: Iterable[Text]) -> Graded:
    said = list(in_every_tie(texts))
    passages = [(text, one) for text, one in said if len(words(one)) >= PASSAGE and grade(one) > HIGHEST_GRADE]
    hard = tuple(Problem(file, text.item, text.key, f"{_too_hard(grade(one))} \"{_opening(one)}\"") for text, one in passages)
    return Graded(file, title, grade(as_one(one for _, one in said)), hard)


def _too_hard(found: float) -> str:
    return f"is read with ease in grade {found:.1f} only, and {HIGHEST_GRADE:g} is the highest."


def _opening(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:59]}…"


def too_hard(pieces: Iterable[Graded], exceptions: Iterable[ListedException] = ()) -> tuple[Problem, ...]:
    """What no exception names: whole pieces first, then single passages."""
    allowed = {(one.file, one.item) for one in exceptions}
    found = []
    for piece in pieces:
        if (piece.file, "") in allowed:
            continue
        if piece.grade > HIGHEST_GRADE:
            found.append(Problem(piece.file, "", "", _too_hard(piece.grade)))
        found += [problem for problem in piece.hard if (piece.file, problem.item) not in allowed]
    return tuple(found)


def exceptions_in(folder: Path) -> tuple[ListedException, ...]:
    """The exceptions that a folder lists. Raises ContentError when the list is not well formed."""
    path, problems = folder / "reading.toml", list[Problem]()
    if not path.exists():
        return ()
    found = read_file(path, folder, lambda row: row.rows("exception", read_exception, required=True), problems)
    if problems or found is None:
        raise ContentError(problems)
    return found


def read_exception(row: Row) -> ListedException:
    return ListedException(row.text("file"), row.text("item", ""), row.text("reason"))
