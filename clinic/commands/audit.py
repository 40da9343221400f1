"""`clinic audit`: whether the trail of who did and read what still holds.

Decides: how the answer is said. Must never know: what an entry says.
"""

from __future__ import annotations

import sys

import click

from clinic.cli import chosen_settings

MEANINGS = {
    "missing": "it is missing",
    "out of place": "it does not follow the entry before it",
    "changed": "it was changed after it was written",
}


@click.group()
def audit() -> None:
    """Check the audit trail."""


@audit.command()
def verify() -> None:
    """Read the whole trail, and say where it is damaged first, if anywhere."""
    from sqlalchemy import func, select

    from clinic import create_app
    from clinic.db import db, reading
    from clinic.models import AuditEntry, first_damage

    with create_app(chosen_settings()).app_context(), reading():
        entries = db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0
        damage = first_damage(db.session())
    click.echo(f"Entries read: {entries}.")
    if damage is not None:
        click.echo(f"The trail is damaged, first at entry {damage.seq}: {MEANINGS.get(damage.kind, damage.kind)}.")
        sys.exit(1)
    click.echo("The trail is whole: no entry was changed, taken out, put in or moved.")
