"""When something does not go: one sentence, the same for all that cannot be seen, and nothing of the inside.

Decides: which page and status each error becomes. Must never know: why a row was out of reach.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from clinic.access import NotFound
from clinic.db import choose_reading, db
from clinic.models import Event, NotAllowedNow, record
from clinic.web.context import now

log = structlog.get_logger("clinic")

SENTENCES = {
    400: ("This could not be read", "Something in the form was not as it should be. Go back, reload the page and try again."),
    404: ("Nothing here", "There is no page at this address for you. It may have been closed, or the address may be wrong."),
    405: ("Not like this", "This address cannot be opened this way. Go back and use the button on the page."),
    413: ("That is too much at once", "What was sent is larger than this page takes. Shorten it or send it in parts."),
    429: ("Please wait a little", "There were too many tries. Wait for a moment, then try again."),
    500: ("Something went wrong", "This is our fault, not yours. What was saved before is safe. Please try again in a moment."),
}


def attach(app: Flask) -> None:
    app.register_error_handler(NotFound, not_found)
    app.register_error_handler(NotAllowedNow, not_allowed_now)
    app.register_error_handler(CSRFError, stale_form)
    app.register_error_handler(HTTPException, plain)
    app.register_error_handler(Exception, broken)


def page(status: int, title: str | None = None, sentence: str | None = None, typed: Sequence[str] = ()) -> Response:
    known = SENTENCES.get(status, SENTENCES[400])
    if wants_json():
        return make_response(jsonify(message=sentence or known[1]), status)
    body = render_template("public/error.html", title=title or known[0], sentence=sentence or known[1], typed=typed)
    return make_response(body, status)


def typed_words() -> list[str]:
    """The texts of the form that did not go, to be copied: nothing that was typed is lost. Only words in a row are kept; a password
    is one word, and is left out by its name as well."""
    fields = request.form.items(multi=True)
    return [text for name, text in fields if "password" not in name and len(text.split()) > 1][:40]


def _typed_if_sent() -> list[str]:
    """What was written on a page may be gone meanwhile; the words are not. Only the request itself decides what stands here."""
    return typed_words() if request.method == "POST" else []


def wants_json() -> bool:
    """Saves in the background ask for JSON; pages never do."""
    return request.accept_mimetypes.best == "application/json"


def not_found(error: NotFound) -> Response:
    """Missing, malformed, someone else's and forbidden are one page. The refusal itself is written down."""
    viewer = g.get("viewer")
    if viewer is not None:
        db.session.rollback()
        choose_reading(False)
        record(db.session(), Event.REFUSED, by=viewer.user_id, at=now(), permission=error.permission.value)
        db.session.commit()
    return page(404, typed=_typed_if_sent())


def not_allowed_now(error: NotAllowedNow) -> Response:
    db.session.rollback()
    return page(409, "Not possible now", str(error), typed_words())


def stale_form(error: CSRFError) -> Response:
    sentence = "Nothing was changed. Open the page again from the start, and send it from there."
    return page(400, "This page was open too long", sentence, typed_words())


def plain(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    response = page(error.code, typed=_typed_if_sent() if error.code == 404 else ())
    if error.code == 405 and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
    return response


def broken(error: Exception) -> Response:
    """Nothing of the error reaches the page; of its text nothing reaches the log either, for it may quote a record."""
    db.session.rollback()
    log.error("request failed", endpoint=request.endpoint, error=type(error).__name__, where=_where(error))
    return page(500)


def _where(error: Exception) -> str:
    trace = error.__traceback__
    lines = []
    while trace is not None:
        lines.append(f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " ".join(lines[-6:])
