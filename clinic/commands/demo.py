"""`clinic demo`: an invented practice to look around in, made once and then served.

Decides: what is said of it. Must never know: a password after it has been printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from clinic.config import Settings
    from clinic.demo import Login


@click.command()
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), required=True, help="Where it is, or is made.")
@click.option("--no-serve", is_flag=True, help="Make it, and do not serve it.")
@click.option("--port", type=click.IntRange(1, 65535), help="Instead of 8000.")
@click.option("--new-passwords", is_flag=True, help="Give everybody in it a fresh password, and print them.")
def demo(folder: Path, no_serve: bool, port: int | None, new_passwords: bool) -> None:
    """Make an invented practice, and serve it at http://127.0.0.1:8000.

    A second call leaves it as it is, and serves it.
    """
    from clinic.config import FILE_NAME, Settings
    from clinic.demo import folder as place
    from clinic.serving import serve

    folder = folder.absolute()
    if place.is_made(folder):
        settings = _with_port(Settings.load(folder / FILE_NAME), port)
        _say_who(settings, new_passwords)
    else:
        click.echo("Making an invented practice. This takes a few seconds.")
        made = place.make(folder)
        settings = _with_port(Settings.load(folder / FILE_NAME), port)
        click.echo(f"It is in {folder}. Everybody in it is invented.\n")
        _print_logins(made.logins, settings)
        click.echo("\nThe passwords are shown this once. Lost? --new-passwords makes fresh ones.")
    if no_serve:
        click.echo(f'\nServe it: clinic demo --folder "{folder}"')
        return
    click.echo()
    serve(settings, port=port)


def _with_port(settings: Settings, port: int | None) -> Settings:
    from clinic.serving import listening_at

    return listening_at(settings, host=settings.web.host, port=port or settings.web.port)


def _say_who(settings: Settings, new_passwords: bool) -> None:
    from clinic.demo import folder as place

    if new_passwords:
        click.echo("Fresh passwords, shown this once. Whoever was signed in is signed out.\n")
        _print_logins(place.renew_passwords(settings), settings)
        return
    click.echo("This invented practice was made before, and is left as it is. These people can sign in:\n")
    _print_logins(place.logins(settings), settings)
    click.echo("\nTheir passwords were shown when it was made. Lost? --new-passwords makes fresh ones.")


def _print_logins(logins: Sequence[Login], settings: Settings) -> None:
    from clinic.commands.viewing import table

    has_passwords = any(login.password for login in logins)
    rows = [("", "Sign-in name", "Password" if has_passwords else "", "Who")]
    rows += [("", login.email, login.password, f"{login.name}, {login.part}") for login in logins if not login.token]
    click.echo("\n".join(table(rows)))
    for login in logins:
        if login.token:
            click.echo(f"\n  {login.name} ({login.email}) was only invited, and chooses a password with this link:")
            click.echo(f"    {settings.web.public_url}/invitation/{login.token}")
