"""`clinic case`: the cases of one counselor, and who sits in one of them.

Decides: how a case reads in a terminal. Must never know: more of it than the counselor's own pages show.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from clinic import access
from clinic.access import Permission, Viewer
from clinic.cli import chosen_settings
from clinic.commands.viewing import as_option, as_viewer, case_by_code, now, practice_day, table
from clinic.db import db
from clinic.models import Case, StageState, StageStatus
from clinic.models.separating import separate
from forms import library


@click.group()
def case() -> None:
    """List, show and separate cases."""


@case.command("list")
@as_option
def list_cases(email: str) -> None:
    """The code and the label of each of your cases."""
    with as_viewer(chosen_settings(), email) as viewer:
        access.require(viewer, Permission.SEE_CASE)
        cases = access.rows_of(viewer, Case, order_by=Case.added_at)
        rows = [(row.code, row.label, row.state) for row in cases]
    click.echo("\n".join(table(rows)) if rows else "You have no cases yet. Add one on your pages.")


@case.command("show")
@click.argument("code")
@as_option
@click.option("--json", "as_json", is_flag=True, help="For another program.")
def show(code: str, email: str, as_json: bool) -> None:
    """The people of one case with their codes, and where each stage stands."""
    with as_viewer(chosen_settings(), email) as viewer:
        found = described(viewer, case_by_code(viewer, code, Permission.SEE_CASE))
    click.echo(json.dumps(found, ensure_ascii=False, indent=2) if as_json else "\n".join(_lines(found)))


@case.command("separate")
@click.argument("code")
@as_option
@click.option("--why", required=True, help="For the record. Neither of the two reads it.")
@click.option("--yes", is_flag=True, help="You know what it ends, and that it is not undone.")
def separate_two(code: str, email: str, why: str, yes: bool) -> None:
    """Separate the two people of a case, for good: neither sees anything of the other any more."""
    if not yes:
        raise click.UsageError("It is not undone. Read first what happens, on the page of the case; then add --yes.")
    settings = chosen_settings()
    with as_viewer(settings, email) as viewer:
        found = case_by_code(viewer, code, Permission.CHANGE_CASE)
        separate(db.session(), found, why=why, by=viewer.actor, at=now().astimezone(settings.practice.zone))
        db.session.commit()
        said = found.why_apart
    click.echo(said)


def described(viewer: Viewer, case: Case) -> dict[str, Any]:
    people = [
        {
            "code": person.code,
            "name": person.preferred_name,
            "full_name": person.full_name,
            "pronouns": person.pronouns or "",
            "side": person.side,
        }
        for person in case.participants
    ]
    return {
        "code": case.code,
        "label": case.label,
        "relationship": case.relation,
        "state": case.state,
        "participants": people,
        "stages": _stages(viewer, case),
    }


def _stages(viewer: Viewer, case: Case) -> list[dict[str, Any]]:
    """Each stage with its newest dated row; one that nobody has begun has no date."""
    newest = {
        row.module_id: row
        for row in access.rows_of(viewer, StageState, StageState.case_id == case.id, order_by=StageState.since)
    }
    return [
        {
            "number": module.number,
            "module": module.id,
            "title": module.title,
            "status": newest[module.id].status if module.id in newest else StageStatus.NOT_STARTED.value,
            "since": practice_day(newest[module.id].since).isoformat() if module.id in newest else None,
        }
        for module in library.modules
        if module.number
    ]


def _lines(found: dict[str, Any]) -> list[str]:
    people = [
        (person["code"], person["name"], person["side"], person["pronouns"]) for person in found["participants"]
    ]
    stages = [
        (f"{stage['number']:>2}", stage["title"], stage["status"].replace("_", " "), stage["since"] or "")
        for stage in found["stages"]
    ]
    head = f"{found['code']}  {found['label']} ({found['relationship']}, {found['state']})"
    return [head, "", "People", *_indented(people), "", "Stages", *_indented(stages)]


def _indented(rows: Sequence[tuple[str, ...]]) -> list[str]:
    return [f"  {line}" for line in table(rows)]
