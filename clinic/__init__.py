"""Kintsugi: a practice for two people after a betrayal.

    create_app(settings)                     the application, on its own
    mount(host_app, "/prefix", settings)     the application inside another Flask application

The floors, from the ground up: `forms` and `reports` (what is asked, what is printed); `config`, `db`, `sealing`; `models`;
`access`; `reporting`; `web` and `cli`. Imports go down only.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from clinic.config import Settings
    from forms.reading import Problem

__all__ = ["create_app", "mount"]

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


def create_app(settings: Settings, *, clock: Clock = system_clock, user_loader: Callable[..., str | None] | None = None) -> Flask:
    """The whole application. ``user_loader(environ)`` may name a member of staff (by e-mail) whom a host has signed in."""
    return _furnished(_bare(settings, clock, user_loader), settings, clock)


def _bare(settings: Settings, clock: Clock, user_loader: Callable[..., str | None] | None) -> Flask:
    _refuse_shadows()
    from flask import Flask

    from clinic.places import PACKAGE, templates_folder

    app = Flask("clinic", root_path=str(PACKAGE), template_folder=str(templates_folder()))
    app.extensions |= {"settings": settings, "clock": clock, "user_loader": user_loader}
    return app


def _furnished(app: Flask, settings: Settings, clock: Clock) -> Flask:
    from clinic import storage, web

    storage.attach(app, settings, clock)
    app.extensions["programme_problems"] = _use_own_folder(settings)
    web.attach(app, settings)
    return app


def _use_own_folder(settings: Settings) -> tuple[Problem, ...]:
    """The practice's own modules and worksheets, without the bad files: the administrator is told of those."""
    from clinic.thresholds import required, thresholds_of
    from forms import library

    # Copies of what was in use once: answers were given to those words.
    data = settings.storage.folder
    kept = data / "programme-kept" if data.is_dir() else None
    return required(library.use(settings.programme.own_folder, kept, thresholds_of(settings)))


def mount(
    host_app: Any,
    prefix: str,
    settings: Settings,
    *,
    user_loader: Callable[..., str | None] | None = None,
    clock: Clock = system_clock,
) -> Flask:
    """Serve the application under ``prefix`` of a host's Flask application, with its own cookie, forms, pages and errors.

    The host keeps its users, cookies and pages. ``user_loader(environ)`` may return the e-mail of a member of staff whom the
    host has signed in; a client is never signed in this way.
    """
    prefix = prefix.rstrip("/")
    if not prefix.startswith("/"):
        raise ValueError(f'the prefix must be a path such as "/clinic", not {prefix!r}')
    from werkzeug.middleware.dispatcher import DispatcherMiddleware

    settings = settings.under(prefix)
    app = _bare(settings, clock, user_loader)
    app.extensions["mounted_at"] = prefix
    _furnished(app, settings, clock)
    host_app.wsgi_app = DispatcherMiddleware(host_app.wsgi_app, {prefix: app.wsgi_app})
    return app


def _refuse_shadows() -> None:
    """`forms` and `reports` are common names: a host that has its own would be imported instead of ours, and break far away.
    Looks for a file of ours beside the module that Python would take, and imports nothing."""
    for name, mark in (("forms", "kinds.py"), ("reports", "timeline.py")):
        file = getattr(sys.modules.get(name), "__file__", None)
        if name not in sys.modules and (spec := importlib.util.find_spec(name)) is not None:
            file = spec.origin
        if file is None or not Path(file).with_name(mark).is_file():
            raise ImportError(
                f"Another module named {name!r} ({file or 'not a file'}) hides Kintsugi's own. "
                "Run Kintsugi as a process of its own (clinic serve) and put it behind a proxy, or rename that module."
            )


_refuse_shadows()
