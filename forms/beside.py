"""The rows of the programme that are no worksheet of their own module: a measure, a paper to sign, a sheet of another module.

Decides what such a row must name. Never gives anything to anybody; it only says to the counselor what belongs to a module too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from forms.definition import AnsweredBy
from forms.library import CONTENT, read_file
from forms.reading import ContentError, Problem, Row


@dataclass(frozen=True, slots=True)
class Beside:
    module: str
    number: int
    side: AnsweredBy
    sentence: str
    measures: tuple[str, ...]
    worksheets: tuple[str, ...]
    documents: tuple[str, ...]


@cache
def rows_beside(folder: Path = CONTENT) -> tuple[Beside, ...]:
    problems: list[Problem] = []
    found = read_file(folder / "beside.toml", folder, lambda row: row.rows("row", read_row, required=True), problems)
    if problems or found is None:
        raise ContentError(problems)
    return found


def read_row(row: Row) -> Beside:
    beside = Beside(
        module=row.id("module"),
        number=row.whole("number"),
        side=row.one_of("side", AnsweredBy),
        sentence=row.text("sentence"),
        measures=row.texts("measures"),
        worksheets=row.texts("worksheets"),
        documents=row.texts("documents"),
    )
    if not (beside.measures or beside.worksheets or beside.documents):
        row.complain("measures", "is missing; name measures, worksheets or documents.")
    return beside


def beside(module: str) -> tuple[Beside, ...]:
    """What belongs to this module too, in the order of its rows."""
    return tuple(row for row in rows_beside() if row.module == module)
