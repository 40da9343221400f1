"""The areas of the application and their gates.

    public    /...            anyone: sign in, an invitation, leave at once
    practice  /practice/...   counselors
    portal    /my/...         clients
    admin     /admin/...      administrators, who see no clinical text

Denied by default: an endpoint is in an area, or on the short list of public ones. Whoever is in the wrong area gets the page of an
address that does not exist. A new route goes into the blueprint of its area, and into tests/privacy/matrix.toml.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flask import Flask, Response, g, request
from flask.typing import ResponseReturnValue
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from clinic import access
from clinic.access import Kind, NotFound, Permission, Viewer
from clinic.db import choose_reading, db
from clinic.models import User
from clinic.web import again, carrying, errors, headers, hosted, stopping, visits, words  # noqa: F401  (again: its route)
from clinic.web.admin import admin
from clinic.web.context import now
from clinic.web.portal import portal
from clinic.web.practice import practice
from clinic.web.public import public

if TYPE_CHECKING:
    from clinic.config import Settings

AREAS = {"practice": Kind.COUNSELOR, "portal": Kind.CLIENT, "admin": Kind.ADMINISTRATOR}
OPEN_TO_ALL = {"static"}  # and every endpoint of the public blueprint
LARGEST_FORM = 2 * 1024 * 1024
SAFE = {"GET", "HEAD", "OPTIONS"}
# Sent as forms for the sake of the words in them, which must stand in no address. They change nothing and take no write lock.
ONLY_LOOKED = {"practice.found_cases", "practice.search_words", "practice.search_case"}

csrf = CSRFProtect()
login = LoginManager()


def attach(app: Flask, settings: Settings) -> None:
    app.config |= {
        "SECRET_KEY": app.extensions["keyring"].derived("forms").hex(),
        "MAX_CONTENT_LENGTH": LARGEST_FORM,
        "MAX_FORM_MEMORY_SIZE": LARGEST_FORM,
        "MAX_FORM_PARTS": 2000,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,  # no page of ours sends a Referer; the token and SameSite stand
        "SESSION_COOKIE_NAME": "id",
    }
    app.session_interface = visits.VisitInterface()
    app.jinja_env.autoescape = True
    app.before_request(enter)
    csrf.init_app(app)
    csrf.exempt(stopping.stop_notes)  # its link is the key, and a mail program may press its button
    csrf.exempt("clinic.web.public.exit")  # ends a sign-in, nothing else: it must work on the oldest page
    login.init_app(app)
    login.request_loader(lambda _request: g.get("user"))
    for attach_part in (headers.attach, errors.attach, words.attach):
        attach_part(app)
    app.after_request(write_openings)
    for blueprint in (public, practice, portal, admin):
        app.register_blueprint(blueprint)
    if settings.web.trusted_proxies:
        hops = settings.web.trusted_proxies
        # Mounted, the prefix is the host's and our own: a proxy's word would put its own in their place.
        prefix_hops = 0 if "mounted_at" in app.extensions else hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=prefix_hops)  # type: ignore[method-assign]


def enter() -> ResponseReturnValue | None:
    """Who is this, and may they enter this area?"""
    choose_reading(True)
    g.csp_nonce = secrets.token_urlsafe(16)
    area = request.blueprint or ""
    if request.endpoint is None or request.endpoint in OPEN_TO_ALL:
        return None
    user = hosted.vouched_for(visits.recognise(now()), at=now())
    if user is not None:
        g.user, g.viewer = user, Viewer.of(user, sign_in_id=db.session.info.get("sign_in_id"))
    if request.method not in SAFE and request.endpoint not in ONLY_LOOKED:
        db.session.rollback()
        choose_reading(False)
    if area == "public":
        return None
    if user is None:
        return carrying.ask_to_sign_in()
    if AREAS.get(area) is not g.viewer.kind:
        raise NotFound(Permission.SEE_CASE)
    return None


def write_openings(response: Response) -> Response:
    """What this request opened is on disk before the page is sent; if it cannot be written, the page is not sent."""
    viewer = g.get("viewer")
    if viewer is None or not db.session.info.get("openings"):
        return response
    openings = db.session.info["openings"]
    db.session.rollback()
    choose_reading(False)
    db.session.info["openings"] = openings
    try:
        if access.note_openings(viewer, at=now()):
            db.session.commit()
    except Exception as error:
        return errors.broken(error)
    return response


__all__ = ["AREAS", "OPEN_TO_ALL", "User", "attach"]
