"""`clinic audit`: whether the trail of who did and read what still holds, and whether what was signed still says what was signed.

Decides: how the answer is said. Must never know: what an entry or a note says.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from clinic.cli import chosen_settings

if TYPE_CHECKING:
    from clinic.models.witness import Broken, Witnessed

MEANINGS = {
    "missing": "it is missing",
    "out of place": "it does not follow the entry before it",
    "changed": "it was changed after it was written",
}
OF_SIGNED = {
    "missing": "it is no longer there",
    "changed": "it, or something under it, was changed after it was signed",
    "unsigned": "it says that it is signed, and nobody signed it here",
}


@click.group()
def audit() -> None:
    """Check the audit trail, and everything that was signed."""


@audit.command()
def verify() -> None:
    """Read the whole trail and every signed note, and say where they are damaged first, if anywhere."""
    from sqlalchemy import func, select

    from clinic import create_app
    from clinic.db import db, reading
    from clinic.models import AuditEntry, compare_signed, first_damage

    with create_app(chosen_settings()).app_context(), reading():
        entries = db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0
        damage = first_damage(db.session())
        signed = compare_signed(db.session()) if damage is None else None
    click.echo(f"Entries read: {entries}.")
    if damage is not None or signed is None:
        seq, kind = (damage.seq, damage.kind) if damage else (0, "")
        click.echo(f"The trail is damaged, first at entry {seq}: {MEANINGS.get(kind, kind)}.")
        sys.exit(1)
    click.echo("The trail is whole: no entry was changed, taken out, put in or moved.")
    if signed.broken is not None:
        click.echo(_where(signed.broken))
        sys.exit(1)
    click.echo(_compared(signed))


def _where(broken: Broken) -> str:
    signed = f", signed at entry {broken.seq}" if broken.seq else ""
    return f"What was signed is damaged, first in {broken.what} {broken.id}{signed}: {OF_SIGNED[broken.kind]}."


def _compared(signed: Witnessed) -> str:
    """What could not be compared is said, so that nobody takes it for whole."""
    words = f"Signed notes, addenda and voids compared: {signed.compared}, all as they were signed."
    if signed.early:
        words += f" Not compared, signed by an earlier version of the program: {signed.early}."
    if signed.gone:
        words += f" Not compared, their key was destroyed: {signed.gone}."
    return words
