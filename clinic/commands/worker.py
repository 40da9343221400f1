"""`clinic worker`: the process that opens what is due and sends what waits.

Decides: how often it looks, and that it stops between two jobs. Must never know: what it does (that is `clinic.jobs`).
"""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType
from typing import TYPE_CHECKING

import click

from clinic.cli import chosen_settings

if TYPE_CHECKING:
    from flask import Flask

    from clinic.jobs import Bench

LOOKS_EVERY = 20  # seconds


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
@click.option("--beside", type=int, hidden=True, help="End when this process does.")
def worker(once: bool, beside: int | None) -> None:
    """Open what is due and send what waits, until stopped."""
    from clinic import create_app

    app = create_app(chosen_settings())
    bench = bench_of(app)
    if once:
        found, done = one_round(app, bench)
        click.echo(f"Found due: {found}. Jobs done: {done}.")
        return
    stop = threading.Event()

    def halt(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, halt)
    signal.signal(signal.SIGINT, halt)
    while not stop.is_set() and (beside is None or os.getppid() == beside):
        try:
            one_round(app, bench)
        except Exception as error:  # the database is away for a moment: the next round finds it again
            click.echo(f"The worker goes on after an error: {type(error).__name__}.", err=True)
        stop.wait(LOOKS_EVERY)


def bench_of(app: Flask) -> Bench:
    from clinic.jobs import Bench
    from clinic.reminders import by_smtp

    settings = app.extensions["settings"]
    secret = app.extensions["keyring"].derived("stop reminders")
    return Bench(settings, secret, app.extensions["clock"], by_smtp(settings.mail))


def one_round(app: Flask, bench: Bench) -> tuple[int, int]:
    from clinic.jobs import tick, work

    with app.app_context():
        return tick(bench), work(bench)
