"""Kintsugi: a practice for two people after a betrayal.

    create_app(settings)                     the application, on its own
    mount(host_app, "/prefix", settings)     the application inside another Flask application

The floors, from the ground up: `forms` and `reports` (what is asked, what is printed); `config`, `db`, `sealing`; `models`;
`access`; `reporting`; `web` and `cli`. Imports go down only.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from clinic.config import Settings

__all__ = ["create_app", "mount"]

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


def create_app(settings: Settings, *, clock: Clock = system_clock, user_loader: Callable[..., str | None] | None = None) -> Flask:
    """The whole application. ``user_loader(environ)`` may name a member of staff (by e-mail) whom a host has signed in."""
    _refuse_shadows()
    from flask import Flask

    from clinic import storage, web
    from clinic.places import PACKAGE, templates_folder

    app = Flask("clinic", root_path=str(PACKAGE), template_folder=str(templates_folder()))
    app.extensions |= {"settings": settings, "clock": clock, "user_loader": user_loader}
    storage.attach(app, settings, clock)
    web.attach(app, settings)
    return app


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
    if not prefix.startswith("/") or prefix.rstrip("/") == "":
        raise ValueError(f'the prefix must be a path such as "/clinic", not {prefix!r}')
    from werkzeug.middleware.dispatcher import DispatcherMiddleware

    app = create_app(settings, clock=clock, user_loader=user_loader)
    app.extensions["mounted_at"] = prefix.rstrip("/")
    host_app.wsgi_app = DispatcherMiddleware(host_app.wsgi_app, {prefix.rstrip("/"): app.wsgi_app})
    return app


def _refuse_shadows() -> None:
    """`forms` and `reports` are common names: a host that has its own would be imported instead of ours, and break far away."""
    import forms
    import reports

    for module, mark in ((forms, "form_for"), (reports, "render_pdf")):
        if not hasattr(module, mark):
            raise ImportError(
                f"Another module named {module.__name__!r} ({getattr(module, '__file__', '?')}) hides Kintsugi's own. "
                "Run Kintsugi as a process of its own (clinic serve) and put it behind a proxy, or rename that module."
            )
