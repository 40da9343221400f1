"""The built-in web server: where it listens, and when it refuses to.

Decides: that a practice is offered to other computers over https only, and what is said when a port is taken.
Must never know: what is served.
"""

from __future__ import annotations

import errno
import os
import signal
import subprocess  # nosec B404  (starts this program's own worker, with a fixed command)
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

if TYPE_CHECKING:
    from clinic.config import Settings, Web

LARGEST_REQUEST = 16 * 1024 * 1024


class CannotServe(Exception):
    """The server did not start; the reason is a sentence."""


def serve(settings: Settings, *, host: str | None = None, port: int | None = None, worker_for: Path | None = None) -> None:
    """Serve until Ctrl-C; `host` and `port` go before the settings. ``worker_for``: a settings file that a worker runs for."""
    from waitress.server import create_server

    from clinic import create_app

    settings = listening_at(settings, host=host or settings.web.host, port=port or settings.web.port)
    refuse_open_http(settings)
    server_options = {
        "host": settings.web.host,
        "port": settings.web.port,
        "threads": settings.web.threads,
        "ident": None,
        "max_request_body_size": LARGEST_REQUEST,
        # The application counts the proxies itself, as it must under other servers too; without any, nothing passes.
        "clear_untrusted_proxy_headers": settings.web.trusted_proxies == 0,
    }
    try:
        server = create_server(create_app(settings), **server_options)
    except OSError as error:
        raise CannotServe(_why_not(error, settings.web)) from None
    signal.signal(signal.SIGTERM, _stop)
    click.echo(f"Serving {settings.practice.name} at {_address(settings.web)} (stop with Ctrl-C)")
    with worker_beside(worker_for):
        server.run()


@contextmanager
def worker_beside(file: Path | None) -> Iterator[None]:
    """`clinic worker` as a process of its own, for as long as this one lives. It ends by itself when this one is killed."""
    if file is None:
        yield
        return
    command = [sys.executable, "-m", "clinic", "--config", str(file.resolve()), "worker", "--beside", str(os.getpid())]
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603  # nosec B603
    try:
        yield
    finally:
        child.terminate()
        child.wait(timeout=30)


def listening_at(settings: Settings, *, host: str, port: int) -> Settings:
    """The settings with this address. Links follow it, unless they name a proxy that stands in front."""
    from clinic.config import LOOPBACK

    web = settings.web.model_copy(update={"host": host, "port": port})
    if (settings.web.host, settings.web.port) != (host, port) and urlsplit(web.public_url).hostname in LOOPBACK:
        web = web.model_copy(update={"public_url": _address(web)})
    return settings.model_copy(update={"web": web})


def refuse_open_http(settings: Settings) -> None:
    """Clinical records never cross a network in the clear."""
    from clinic.config import LOOPBACK

    host = settings.web.host
    if host not in LOOPBACK and not settings.web.public_url.startswith("https://"):
        raise CannotServe(
            f"{host} is open to other computers, and [web] public_url does not begin with https://. "
            "Put a proxy with https in front and set public_url to its address, or serve on 127.0.0.1."
        )


def _why_not(error: OSError, web: Web) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {web.port} is taken by another program: choose another with --port."
    return f"Cannot listen on {_address(web)}: {error.strerror or error}."


def _address(web: Web) -> str:
    return f"http://{f'[{web.host}]' if ':' in web.host else web.host}:{web.port}"


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
