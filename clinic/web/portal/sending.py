"""Look once more, send once, and be told so: the same calm page after every form, whatever was answered.

Decides: that one page is sent once, however often it is tapped, and that nothing is sent which its author has not seen. Must never
know: whether an answer was a concern.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.db import db
from clinic.models import WorksheetResponse
from clinic.models.drafting import TwoVersions, mark, require_one_version, require_open
from clinic.models.sending import SentDifferently, send
from clinic.web.context import actor, now, viewer
from clinic.web.portal import portal
from clinic.web.portal.opened import Opened, opened
from forms import Given
from forms.shown import lines as in_words

CHANGED_SINCE = "Your answers have changed since this page was opened. Please look at them once more, then send them."


@portal.get("/homework/<uuid:id>/check")
def check(id: uuid.UUID) -> ResponseReturnValue:
    here = opened(id)
    if not here.takes_answers:
        return redirect(url_for("portal.sent", id=id))
    return _check_page(here)


def _check_page(here: Opened, *, wrong: Sequence[str] = (), status: int = 200) -> Response:
    shown = here.shown()
    body = render_template("portal/homework/check.html", here=here, shown=shown, seen=_seen(here), wrong=wrong)
    return make_response(body, status)


def _seen(here: Opened) -> str:
    """What was on the page, so that nothing else is sent."""
    return here.hand.marks(item.id for item in here.worksheet.items)


@portal.post("/homework/<uuid:id>/submission")
def submission(id: uuid.UUID) -> ResponseReturnValue:
    """A second tap, a retry after a lost reply and a page that was gone back to find what was sent, and send nothing."""
    here = opened(id, to_send=True)
    key = _uuid(request.form.get("submission_key", ""))
    if key is not None and _was_sent(here, key):
        return _once_more(here, key)
    if here.assignment.may_be_changed and not here.hand.is_begun:
        return redirect(url_for("portal.sent", id=id), 303)
    require_open(here.assignment, is_begun=here.hand.is_begun)
    if key != here.hand.submission_key or request.form.get("seen") != _seen(here):
        return _check_page(here, wrong=[CHANGED_SINCE], status=409)
    try:
        require_one_version(here.hand)
    except TwoVersions as refusal:
        return _check_page(here, wrong=[str(refusal)], status=409)
    send(db.session(), here.assignment, here.hand.givens, submission_key=key, by=actor(), at=now())
    db.session.commit()
    return redirect(url_for("portal.sent", id=id), 303)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _was_sent(here: Opened, key: uuid.UUID) -> bool:
    same = (WorksheetResponse.assignment_id == here.assignment.id, WorksheetResponse.submission_key == key)
    return bool(access.rows_of(viewer(), WorksheetResponse, *same))


def _once_more(here: Opened, key: uuid.UUID) -> ResponseReturnValue:
    """Nothing typed since: the same page again. Something typed since: both are shown, and what was typed is kept."""
    if here.hand.is_begun:
        try:
            send(db.session(), here.assignment, here.hand.givens, submission_key=key, by=actor(), at=now())
        except SentDifferently:
            return _both_page(here)
    return redirect(url_for("portal.sent", id=here.assignment.id), 303)


@dataclass(frozen=True)
class Differing:
    prompt: str
    sent: tuple[str, ...]
    typed: tuple[str, ...]


def _both_page(here: Opened) -> Response:
    sent = here.hand.sent
    differing = [
        Differing(
            item.prompt.text(here.wording),
            in_words(item, sent.get(item.id), here.wording),
            in_words(item, here.hand.given(item.id), here.wording),
        )
        for item in here.worksheet.items
        if mark(sent.get(item.id, Given())) != mark(here.hand.given(item.id))
    ]
    return make_response(render_template("portal/homework/both.html", here=here, differing=differing), 409)


@portal.get("/homework/<uuid:id>/sent")
def sent(id: uuid.UUID) -> ResponseReturnValue:
    """The same page after every form. Nothing on it depends on the form or on what was answered."""
    here = opened(id)
    if here.hand.last is None:
        return redirect(url_for("portal.homework", id=id))
    return render_template("portal/homework/sent.html", id=id)
