"""`clinic report`: a document from the command line, with the rights and the refusals of the page.

    clinic report progress --case CODE --audience counselor|joint|person [--person CODE] [--from D --to D] --as EMAIL --out FILE
"""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path

import click

from clinic.cli import chosen_settings


@click.group()
def report() -> None:
    """Write reports as PDF."""


def _day(_context: click.Context, _option: click.Parameter, value: datetime | None) -> date | None:
    return value.date() if value is not None else None


DAY = click.DateTime(formats=["%Y-%m-%d"])


@report.command()
@click.option("--case", "code", required=True, help="The case's code.")
@click.option("--audience", type=click.Choice(["counselor", "joint", "person"]), required=True, help="Who will read it.")
@click.option("--person", "person_code", help="The participant's code, for --audience person.")
@click.option("--from", "start", type=DAY, callback=_day, help="First day, as 2026-01-31.")
@click.option("--to", "end", type=DAY, callback=_day, help="Last day, as 2026-09-30.")
@click.option("--as", "email", required=True, help="The e-mail address of the counselor who makes it.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False, writable=True), required=True, help="The PDF to write.")
def progress(
    code: str, audience: str, person_code: str | None, start: date | None, end: date | None, email: str, out: Path
) -> None:
    """The progress report of one case, for one reader."""
    if start and end and end < start:
        raise click.BadParameter("the period ends before it begins: put the earlier day first", param_hint="--from/--to")
    if (audience == "person") != bool(person_code):
        raise click.UsageError("--person CODE goes with --audience person, and only with it.")
    write_whole(out, _made(code, audience, person_code, (start, end), email))
    click.echo(f"{out} is written.")


def _made(code: str, audience: str, person_code: str | None, period: tuple[date | None, date | None], email: str) -> bytes:
    """The PDF, kept in the record like one made from the page. Set in type with no transaction open."""
    from clinic import access, reporting
    from clinic.access import Permission
    from clinic.commands.viewing import as_viewer, case_by_code, now, person_by_code
    from clinic.db import db
    from clinic.models.releases import release_report
    from clinic.press import press
    from reports.progress import Audience

    settings = chosen_settings()
    with as_viewer(settings, email) as viewer:
        case = case_by_code(viewer, code, Permission.MAKE_REPORT)
        person = person_by_code(viewer, case, person_code, Permission.MAKE_REPORT) if person_code else None
        person_id, at = person.id if person else None, now()
        asked = reporting.Request(Audience(audience), person_id, *period)
        data = reporting.progress(case, asked, maker=viewer, at=at, settings=settings)
        case_id = case.id
        db.session.rollback()
        pdf = press.pdf(data)
        access.require(viewer, Permission.MAKE_REPORT)
        release_report(
            db.session(), case_id=case_id, kind="progress", audience=audience, participant_id=person_id,
            period=(data.period.start, data.period.end), pdf=pdf, by=viewer.actor, at=at,
        )  # fmt: skip
        db.session.commit()
        return pdf


def write_whole(out: Path, data: bytes) -> None:
    """All of the file or nothing, readable by its owner alone."""
    part = out.with_name(out.name + ".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
        target.write(data)
    part.replace(out)
