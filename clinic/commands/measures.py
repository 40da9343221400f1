"""`clinic measures`: which measures there are with their facts, and importing the wording that a practice holds.

Decides: how they read in a terminal, and that an import is whole or not at all. Must never know: a case or a person. Nothing here
opens the practice's records.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clinic.commands.content import library_in_use, settings_if_any

if TYPE_CHECKING:
    from forms.importing import Report
    from forms.measures import Measure

LARGEST = 2_000_000  # bytes; a long questionnaire has a few tens of thousands


@click.group()
def measures() -> None:
    """List measures, and import the wording of one."""


@measures.command("list")
@click.option("--json", "as_json", is_flag=True, help="For another program.")
def list_measures(as_json: bool) -> None:
    """Every measure with its range, its cut-off and its threshold of change."""
    from clinic.commands.viewing import table

    found = [described(one) for one in library_in_use().measures]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    head = ("Measure", "Title", "Items", "Range", "Better", "Cut-off", "Change", "Wording")
    click.echo("\n".join(table([head, *(_row(one) for one in found)])))


def described(measure: Measure) -> dict[str, Any]:
    change = measure.reliable_change
    return {
        "id": measure.id,
        "version": measure.version,
        "title": measure.title,
        "own": measure.own,
        "validated": measure.validated,
        "items": [
            {"number": number, "id": item.id, "topic": item.label, "low": item.lowest, "high": item.highest, "loinc": item.code}
            for number, item in enumerate(measure.items, start=1)
        ],
        "low": plain(measure.low),
        "high": plain(measure.high),
        "better": str(measure.better),
        "bands": [{"low": plain(band.low), "high": plain(band.high), "label": band.label} for band in measure.bands],
        "cutoff": plain(measure.cutoff),
        "cutoff_says": measure.cutoff_says,
        "reliable_change": {"threshold": plain(change.threshold), "citation": change.citation} if change else None,
        "prorated_from": measure.prorate_from or None,
        "settable": list(measure.settable),
        "relationships": [str(kind) for kind in measure.relationships],
        "loinc": measure.code,
        "wording": "own" if measure.own else measure.wording or None,
        "citation": measure.citation,
    }


def plain(number: float | None) -> float | None:
    """10 and not 10.0, where it is the same."""
    return int(number) if number is not None and number == int(number) else number


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    change = one["reliable_change"]
    return (
        one["id"],
        one["title"],
        f"{len(one['items']):>5}",
        f"{one['low']:g}-{one['high']:g}",
        one["better"],
        "" if one["cutoff"] is None else f"{one['cutoff']:g}",
        f"{change['threshold']:g}" if change else "",
        "ours" if one["own"] else f"version {one['wording']}" if one["wording"] else "not held",
    )


@measures.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--measure", "named", metavar="ID", default="", help="Which measure it is, where the file does not say.")
def import_wording(file: Path, named: str) -> None:
    """Take the wording of a published measure from FILE: a FHIR R4 Questionnaire (JSON), or TOML.

    Each item is bound to our scoring by its LOINC code, its linkId or its order. If one is refused, nothing is imported.
    """
    from forms.wordings import keep

    folder = _own_folder()
    report = _report(file, named)
    for line in report.lines:
        click.echo(str(line), err=line.state == "refused")
    if not report.introduction:
        click.echo("note      no text stands before the first question, such as the time that is asked about")
    if not report.is_bound:
        refused = sum(line.state == "refused" for line in report.lines)
        raise click.ClickException(f"{report.measure.title}: {refused} refused, so nothing was imported.")
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    held, is_new = keep(folder, report.held(source=file.name, sha256=sha256))
    if not is_new:
        click.echo(f"{report.measure.title}: these words are there already, as version {held.version}.")
        return
    click.echo(f"{report.measure.title}: {len(held.items)} items are bound to our scoring. The words are version {held.version} in")
    click.echo(f"{folder / 'wordings' / f'{held.id}.toml'}. Start the program again, and clients can be asked.")


def _own_folder() -> Path:
    settings = settings_if_any()
    if settings is None:
        raise click.ClickException("Name the practice that holds the wording: `clinic --config FILE measures import ...`.")
    return settings.programme.folder


def _report(file: Path, named: str) -> Report:
    from forms.importing import NoSuchMeasure, match, measure_of

    if file.stat().st_size > LARGEST:
        raise click.ClickException(f"{file} is larger than {LARGEST // 1_000_000} MB, which no questionnaire is.")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file} is not UTF-8 (at byte {error.start}); save it as UTF-8.") from None
    library = library_in_use()
    try:
        found = _read_toml(file) if file.suffix.lower() == ".toml" else _read_json(text)
        measure = measure_of(found, library.measures, named)
    except NoSuchMeasure as error:
        raise click.BadParameter(str(error), param_hint="--measure") from None
    if measure.own or measure.total_only:
        why = measure.note if measure.total_only else "It is ours, and complete as it is."
        raise click.ClickException(f"{measure.title} takes no wording. {why}")
    return match(measure, found)


def _read_json(text: str) -> Any:
    from forms.questionnaires import NotAQuestionnaire, read_questionnaire

    try:
        return read_questionnaire(text)
    except NotAQuestionnaire as error:
        raise click.ClickException(str(error)) from None


def _read_toml(file: Path) -> Any:
    from forms.importing import from_toml
    from forms.library import read_file
    from forms.reading import Problem
    from forms.wordings import read_wording

    problems: list[Problem] = []
    held = read_file(file.resolve(), file.resolve().parent, read_wording, problems)
    if held is None or problems:
        for problem in problems:
            click.echo(f"refused   {problem}", err=True)
        raise click.ClickException(f"{file} cannot be read as a wording, so nothing was imported.")
    return from_toml(held)


