"""What every reply says to the browser: load nothing from elsewhere, keep nothing, tell nobody.

Decides: the headers (OWASP ASVS 5.0, 3.4). Must never know: what is in the reply.
"""

from __future__ import annotations

import hmac
import secrets
import uuid

from flask import Flask, Response, current_app, g, request

from clinic.web.visits import is_https

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
FILE_POLICY = "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
SANDBOX = "; sandbox"  # a document that is shown and not kept goes without: the browser's own reader does not open in one


def csp_nonce() -> str:
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def whose() -> str:
    """A mark of the person whose page this is, for scripts: a tab that stayed open never saves for whoever signed in after."""
    viewer = g.get("viewer")
    return mark_of(viewer.user_id if viewer else None)


def mark_of(user_id: uuid.UUID | None) -> str:
    key: bytes = current_app.extensions["keyring"].derived("whose page")
    return hmac.new(key, str(user_id or "").encode(), "sha256").hexdigest()[:24]


def attach(app: Flask) -> None:
    app.jinja_env.globals |= {"csp_nonce": csp_nonce, "whose": whose}
    app.after_request(dress)


def dress(response: Response) -> Response:
    headers = response.headers
    headers["Content-Security-Policy"] = _policy(response)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    headers["X-Robots-Tag"] = "noindex"
    if request.endpoint == "static" and response.status_code < 400:
        headers["Cache-Control"] = "public, max-age=3600"
    else:
        headers["Cache-Control"] = "no-store"
        headers.pop("ETag", None)
        headers.pop("Last-Modified", None)
    # Under a prefix the host's address is not ours to speak for.
    if is_https() and "mounted_at" not in current_app.extensions:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response


def _policy(response: Response) -> str:
    if response.mimetype == "text/html":
        return POLICY.format(nonce=csp_nonce())
    return FILE_POLICY if g.get("shown_inline") else FILE_POLICY + SANDBOX
