"""`clinic programme`: what the programme holds, whether it is fit to be read, and its worksheets on paper.

Decides: how the library reads in a terminal, and when a check fails. Must never know: a case or a person. Nothing here opens the
practice's records; its settings are read for its own folder, its name and its paper alone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clinic.commands.content import library_in_use, settings_if_any

if TYPE_CHECKING:
    from forms import Library, Wording
    from forms.definition import Module, Worksheet
    from forms.reading import Problem

TIES = ("partner", "friend", "family")


@click.group()
def programme() -> None:
    """List, check and print the programme."""


@programme.command("list")
@click.option("--json", "as_json", is_flag=True, help="For another program.")
def list_modules(as_json: bool) -> None:
    """Every module with its phase, and how much there is to do in it."""
    from clinic.commands.viewing import table

    found = [_described(library, module) for library in [library_in_use()] for module in library.modules]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    head = ("", "Module", "Title", "Phase", "Worksheets", "Items", "Minutes")
    rows = [(f"{one['number'] or '':>2}", one["id"], one["title"], one["phase"], *_counts(one)) for one in found]
    click.echo("\n".join(table([head, *rows])))


def _counts(described: dict[str, Any]) -> list[str]:
    return [f"{described[key]:>5}" for key in ("worksheets", "items", "minutes")]


def _described(library: Library, module: Module) -> dict[str, Any]:
    sheets = library.worksheets_of(module.id)
    return {
        "id": module.id,
        "number": module.number,
        "title": module.title,
        "phase": module.phase,
        "worksheets": len(sheets),
        "items": sum(len(sheet.items) for sheet in sheets),
        "minutes": sum(sheet.minutes for sheet in sheets),
    }


@programme.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True), required=False)
def check(folder: Path | None) -> None:
    """Say what is wrong in FOLDER, and how easily each worksheet is read.

    FOLDER is a practice's own folder, or a whole programme; without it, the programme and the folder that the settings name.
    Fails when a file cannot be used, or when a text that is not listed in reading.toml is harder than eighth grade.
    """
    from forms.checking import graded, too_hard

    checked = _checked(folder)
    pieces = [piece for piece in graded(checked.library) if checked.only is None or piece.file in checked.only]
    for piece in pieces:
        click.echo(f"{piece.grade:5.1f}  {piece.file:<44} {piece.title}")
    problems = [*checked.problems, *too_hard(pieces, checked.exceptions)]
    for one in checked.exceptions:
        click.echo(f"listed as harder: {', '.join(part for part in (one.file, one.item) if part)}: {one.reason}")
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        sys.exit(1)
    click.echo(f"{len(pieces)} pieces, all well. The number is the school grade in which each is read with ease.")


@dataclass(frozen=True)
class Checked:
    """`only`: the files to speak of; None means all."""

    library: Library
    problems: tuple[Problem, ...]
    exceptions: tuple[Any, ...]
    only: frozenset[str] | None = None


def _checked(folder: Path | None) -> Checked:
    from forms import ContentError
    from forms import Library as Content
    from forms.checking import exceptions_in
    from forms.library import CONTENT, require_unchanged

    settings = None if folder else settings_if_any()
    own = folder or (settings.programme.own_folder if settings else None)
    try:
        if folder is not None and (folder / "stages.toml").exists():
            require_unchanged(folder)
            return Checked(Content.load(folder), (), exceptions_in(folder))
        if own is None:
            require_unchanged(CONTENT)
            return Checked(Content.load(CONTENT), (), exceptions_in(CONTENT))
        library, problems = Content.load(CONTENT).with_folder(own)
        return Checked(library, problems, (*exceptions_in(CONTENT), *exceptions_in(own)), _files_of(own) if folder else None)
    except ContentError as error:
        raise click.ClickException(str(error)) from None


def _files_of(own: Path) -> frozenset[str]:
    """The files that a practice's folder is answerable for: an introduction stands for the module that it introduces."""
    names = {path.relative_to(own).as_posix() for path in own.rglob("*.toml")}
    return frozenset(name.replace("introductions/", "modules/") for name in names)


@programme.command("print")
@click.argument("module_name", metavar="MODULE")
@click.option("--side", type=click.Choice(["hurt", "involved", "joint"]), required=True, help="Whose worksheets.")
@click.option("--solo", is_flag=True, help="For a person who works alone: joint worksheets come as preparation.")
@click.option("--blank", is_flag=True, help="Only the questions and room to write: no introductions, no examples.")
@click.option("--relationship", "tie", type=click.Choice(TIES), default=TIES[0], show_default=True, help="Whose words.")
@click.option("--paper", type=click.Choice(["A4", "Letter"]), help="Instead of the paper in the settings.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False, writable=True), required=True, help="The PDF to write.")
def print_module(module_name: str, side: str, solo: bool, blank: bool, tie: str, paper: str | None, out: Path) -> None:
    """The worksheets of MODULE (its id or its number) as a PDF with room to write."""
    from clinic.commands.report import write_whole
    from clinic.press import press
    from forms import Wording

    library = library_in_use()
    module = _module(library, module_name)
    sheets = _sheets(library, module, side, solo)
    if not sheets:
        raise click.ClickException(f"{module.title} has no worksheet for this side.")
    wording = Wording("", "", tie)
    write_whole(out, press.pdf(_paper(module, sheets, side, wording, solo=solo, blank=blank, paper=paper)))
    click.echo(f"{out} is written: {len(sheets)} {'worksheet' if len(sheets) == 1 else 'worksheets'}.")


def _module(library: Library, name: str) -> Module:
    from forms.reading import nearest

    by_name = {module.id: module for module in library.modules} | {str(module.number): module for module in library.modules}
    if name not in by_name:
        known = [module.id for module in library.modules]
        raise click.BadParameter(f"there is no module '{name}'; {nearest(name, known)}", param_hint="MODULE")
    return by_name[name]


def _sheets(library: Library, module: Module, side: str, solo: bool) -> list[Worksheet]:
    from clinic.models.groups import is_a_reply

    wanted = {"joint"} if side == "joint" else {side, "each", "joint"} if solo else {side, "each"}
    sheets = [sheet for sheet in library.worksheets_of(module.id) if sheet.answered_by in wanted]
    return [sheet for sheet in sheets if not (solo and is_a_reply(sheet))]


NOTES = (
    "Any question may stay blank. Where you would rather talk about it, write \"session\". Nothing here has to be finished.",
    "This paper is yours. Keep it where only you can find it, or leave it with your counselor.",
)  # fmt: skip


def _paper(
    module: Module, sheets: Sequence[Worksheet], side: str, wording: Wording, *, solo: bool, blank: bool, paper: str | None
) -> Any:
    from clinic.reporting.worksheets import Printing, sheet_of
    from reports.cover import PageSize
    from reports.worksheet import WorksheetPaper

    settings = settings_if_any()
    how = Printing(wording, solo=solo, bare=blank)
    introduction = module.introduction.for_side("both" if side == "joint" else side)
    return WorksheetPaper(
        title=module.title,
        subtitle="To do by yourself" if solo else "For the two of you" if side == "joint" else "Your own pages",
        sheets=tuple(sheet_of(sheet, how) for sheet in sheets if sheet.suits(wording.relationship)),
        notes=NOTES,
        introduction=() if blank or side == "joint" else introduction.paragraphs(wording),
        practice=settings.practice.name if settings else "",
        footer="Yours to keep in a safe place.",
        page_size=PageSize(paper or (settings.practice.paper if settings else PageSize.LETTER)),
    )
