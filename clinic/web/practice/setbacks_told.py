"""The setbacks of a case, as the course of its page tells them: the newest first, each with whose it is.

Decides: the words. Must never know: what anyone answered.
"""

from __future__ import annotations

from typing import Any

from clinic import access
from clinic.access import Viewer
from clinic.models import Case, Setback
from clinic.web.words import day
from forms import library


def setbacks_of(viewer: Viewer, case: Case) -> tuple[dict[str, Any], ...]:
    rows = access.rows_of(viewer, Setback, Setback.case_id == case.id, order_by=Setback.happened_on.desc())
    return tuple(_setback(row, case) for row in rows)


def _setback(row: Setback, case: Case) -> dict[str, Any]:
    """Whose it is stands with it: a person's own is in nothing that the other may see."""
    owner = next((f"{one.preferred_name}'s own" for one in case.participants if one.id == row.participant_id), "of both")
    reopened = ", ".join(library.module(id).title for id in row.reopened or ())
    text = f"{row.text}\nTaken up again: {reopened}." if reopened else row.text
    return {"when": day(row.happened_on), "title": f"Setback, {owner}", "tone": "waiting", "text": text}
