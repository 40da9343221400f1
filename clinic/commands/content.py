"""The programme as the pages of a practice have it, for commands that open no record.

Decides: whose settings are read, and that bad files of a practice's own folder are named and left out. Must never know: a case or a
person.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from clinic.config import Settings
    from forms import Library


def settings_if_any() -> Settings | None:
    """The programme can be read without a practice; a settings file that was named must be there and right."""
    from clinic.config import FILE_NAME
    from clinic.config import Settings as Read

    named = click.get_current_context().find_object(Path)
    if named is None and not Path(FILE_NAME).exists():
        return None
    return Read.load(named or Path(FILE_NAME))


def library_in_use() -> Library:
    from forms import library

    settings = settings_if_any()
    found = library
    if settings and settings.programme.own_folder:
        found, problems = found.with_folder(settings.programme.own_folder)
        for problem in problems:
            click.echo(f"left out: {problem}", err=True)
    if settings and settings.measures:
        from clinic.thresholds import required, thresholds_of

        found, problems = found.with_thresholds(thresholds_of(settings))
        required(problems)
    return found
