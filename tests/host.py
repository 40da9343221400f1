"""Another application, as a practice may have one: its own sign-in, cookie, forms, static files and error pages, all with Flask's
default names. It knows nothing of ours."""

from __future__ import annotations

from typing import Any

from flask import Flask, redirect, render_template_string, request, session
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect

PAGE = """<!doctype html><title>Host</title><h1>Host of {{ session.get("email", "nobody") }}</h1>
<form method="post" action="/notes"><input type="hidden" name="csrf_token" value="{{ csrf_token() }}"><input name="text"></form>
<p>{{ session.get("text", "") }}</p>"""


def host_app() -> Flask:
    host = Flask("host", static_folder=None)
    host.secret_key = "the host's own secret"
    CSRFProtect(host).exempt(sign_in)
    host.add_url_rule("/", "home", home)
    host.add_url_rule("/sign-in", "sign_in", sign_in, methods=["POST"])
    host.add_url_rule("/sign-out", "sign_out", sign_out)
    host.add_url_rule("/notes", "notes", keep_note, methods=["POST"])
    host.add_url_rule("/static/<name>", "static", lambda name: f"host's {name}")
    host.register_error_handler(404, lambda _error: ("the host has no such page", 404))
    return host


def home() -> str:
    return render_template_string(PAGE)


def sign_in() -> ResponseReturnValue:
    session["email"] = request.form["email"]
    return redirect("/")


def sign_out() -> ResponseReturnValue:
    session.clear()
    return redirect("/")


def keep_note() -> ResponseReturnValue:
    session["text"] = request.form["text"]
    return redirect("/")


def loader_of(host: Flask) -> Any:
    """What a host hands to `mount`: who is signed in, read from its own cookie."""

    def who(environ: dict[str, Any]) -> str | None:
        found = host.session_interface.open_session(host, host.request_class(environ))
        return found.get("email") if found else None

    return who
