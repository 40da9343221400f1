"""The command line: which commands there are, and how their mistakes are said.

Decides: the names of commands, and that a mistake a person can meet is one line and exit code 1. Must never know: what
is in a record. Everything heavy is imported inside a command, so that `clinic --help` answers at once.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from clinic.config import Settings

# Commands in modules of their own: where they are, and their line in --help, which must not need the import.
ELSEWHERE = {
    "case": ("clinic.commands.case:case", "List and show cases."),
    "report": ("clinic.commands.report:report", "Write reports as PDF."),
    "demo": ("clinic.commands.demo:demo", "Make an invented practice, and serve it."),
    "worker": ("clinic.commands.worker:worker", "Open what is due and send what waits."),
    "audit": ("clinic.commands.audit:audit", "Check the audit trail."),
    "programme": ("clinic.commands.programme:programme", "List, check and print the programme."),
    "measures": ("clinic.commands.measures:measures", "List measures, and import the wording of one."),
    "score": ("clinic.commands.score:score_form", "Score one form, and say what changed."),
}
OURS = ("clinic", "forms", "reports")


class Commands(click.Group):
    """A group that imports a command of `ELSEWHERE` only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        module, _, name = ELSEWHERE[cmd_name][0].partition(":")
        try:
            found: click.Command = getattr(importlib.import_module(module), name)
        except ModuleNotFoundError as error:
            if error.name not in (module, "clinic.commands"):
                raise
            raise click.ClickException(f"`clinic {cmd_name}` is not part of this version.") from None
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, self._line(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def _line(self, ctx: click.Context, name: str) -> str:
        if name in ELSEWHERE:
            return ELSEWHERE[name][1]
        command = super().get_command(ctx, name)
        return command.get_short_help_str(limit=80) if command else ""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            sentence = in_plain_words(error)
            if sentence is None:
                raise
            raise click.ClickException(sentence) from None


def in_plain_words(error: Exception) -> str | None:
    """The sentence for a mistake that a person can meet; None for one that only a programmer can mend, which keeps its
    traceback. Our own errors are written for people; of others, only those with a known cause are put in words."""
    origin = type(error).__module__
    if origin.partition(".")[0] in OURS:
        return str(error)
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    if origin == "sqlalchemy.exc" and type(error).__name__ == "OperationalError":
        reason = str(getattr(error, "orig", error)).splitlines()[0]
        return f"The database does not answer ({reason}). `clinic doctor` says what is wrong."
    return None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="CLINIC_CONFIG",
    help="The practice's config.toml; without it CLINIC_CONFIG, else config.toml in this folder.",
)
@click.pass_context
def cli(ctx: click.Context, config: Path | None) -> None:
    """A practice for two people after a betrayal: programme, homework, notes, reports."""
    ctx.obj = config


def chosen_settings() -> Settings:
    """The settings that `--config` or CLINIC_CONFIG names. For every command, here and in `clinic.commands`."""
    from clinic.config import FILE_NAME, Settings

    return Settings.load(click.get_current_context().find_object(Path) or Path(FILE_NAME))


@cli.command()
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), required=True, help="Where it is made.")
@click.option("--name", help="The name of the practice; it can be changed later.")
@click.option("--time-zone", help="Such as Europe/Berlin; without it this computer's.")
def init(folder: Path, name: str | None, time_zone: str | None) -> None:
    """Make an empty practice, and a link for its first administrator.

    On a practice that nobody has signed in to yet, it only makes a new link.
    """
    from clinic.config import FILE_NAME, Settings, filled_example
    from clinic.setup import initialise

    file = folder / FILE_NAME
    if not file.exists():
        values = {"practice.name": name or "Our practice", "practice.time_zone": time_zone or local_time_zone()}
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(file, filled_example(values), check=Settings.load)
    elif name or time_zone:
        raise click.UsageError(f"{file} is there already: change the name and the time zone in it.")
    link = initialise(Settings.load(file))
    click.echo(f"The practice is in {folder}. Its settings are in {file}.")
    click.echo("The link for the first administrator works once. Open it while the server runs:")
    click.echo(f"\n    {link}\n")
    click.echo(f'Lost before it was used? `clinic init --folder "{folder}"` makes a new one.')


def write_whole(file: Path, text: str, *, check: Callable[[Path], object]) -> None:
    """All of the file or nothing: a start that was cut short must not leave half a practice behind."""
    part = file.with_name(file.name + ".part")
    part.write_text(text, encoding="utf-8")
    try:
        check(part)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def local_time_zone() -> str:
    """This computer's zone by name, and UTC where it does not say."""
    here = os.environ.get("TZ") or str(Path("/etc/localtime").resolve()).rpartition("zoneinfo/")[2]
    from zoneinfo import available_timezones

    return here if here in available_timezones() else "UTC"


@cli.command()
@click.option("--host", help="Instead of [web] host.")
@click.option("--port", type=click.IntRange(1, 65535), help="Instead of [web] port.")
@click.option("--no-worker", is_flag=True, help="`clinic worker` runs by itself.")
def serve(host: str | None, port: int | None, no_worker: bool) -> None:
    """Serve the practice to browsers, until stopped with Ctrl-C. A worker runs beside it."""
    from clinic.config import FILE_NAME
    from clinic.serving import serve as serve_until_stopped

    file = click.get_current_context().find_object(Path) or Path(FILE_NAME)
    serve_until_stopped(chosen_settings(), host=host, port=port, worker_for=None if no_worker else file)


@cli.command()
def migrate() -> None:
    """Bring the database to the version of the program."""
    from clinic import create_app, storage

    storage.upgrade(create_app(chosen_settings()))  # never makes keys: a lost key file must be said, not replaced
    click.echo("The database is up to date.")


@cli.command()
def doctor() -> None:
    """Say what is missing on this computer and in this practice, and how to mend it."""
    from clinic.doctor import examine_machine, examine_practice

    findings = [*examine_machine()]
    for finding in findings:
        click.echo(finding.line)
    if any(finding.is_broken for finding in findings):
        sys.exit(1)  # without its packages the rest cannot be looked at
    settings = chosen_settings_or_none()
    if settings is None:
        return
    findings = [*examine_practice(settings)]
    for finding in findings:
        click.echo(finding.line)
    sys.exit(any(finding.is_broken for finding in findings))


def chosen_settings_or_none() -> Settings | None:
    """None, with a line, when no practice was named and none is here: the machine alone is a fair question."""
    from clinic.config import FILE_NAME

    if click.get_current_context().find_object(Path) is None and not Path(FILE_NAME).exists():
        click.echo("No practice was looked at: `clinic --config FILE doctor` does.")
        return None
    settings = chosen_settings()
    click.echo("ok       Settings")
    return settings


@cli.group()
def user() -> None:
    """People who sign in."""


@user.command("reset-password")
@click.argument("email")
def reset_password(email: str) -> None:
    """Make a one-time link with which a member of staff chooses a new password."""
    from clinic.setup import reset_link

    link = reset_link(chosen_settings(), email)
    click.echo(f"This link works once. Hand it to {email}, and to nobody else:\n\n    {link}\n")


def main() -> None:
    os.umask(0o077)  # whatever a command writes, it writes for its owner alone
    cli(prog_name="clinic")
