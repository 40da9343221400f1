"""A printed document as the answer to a request: set in type outside any transaction, and named for nobody.

Must never know: what stands in it, or who may read it.
"""

from __future__ import annotations

from typing import Any

from flask import Response, make_response

from clinic.db import db
from clinic.models import NotAllowedNow
from clinic.press import CannotPrint, press
from reports import document_name


def as_attachment(document: Any) -> Response:
    """Its openings stay on record; the transaction that read it ends before it is set, for that takes a while."""
    openings = db.session.info.get("openings", {})
    db.session.rollback()
    db.session.info["openings"] = openings
    try:
        pdf = press.pdf(document)
    except CannotPrint as problem:
        raise NotAllowedNow(str(problem)) from None
    headers = {"Content-Type": "application/pdf", "Content-Disposition": f'attachment; filename="{document_name()}"'}
    return make_response(pdf, 200, headers)
