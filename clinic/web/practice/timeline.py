"""The timeline of a case: everything that happened, the newest first, by month; a page of forty at a time.

Decides: what of it is on the page. Must never know: what anyone answered. A person is asked for by their seat, never by name: what
stands in an address is kept by browsers.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from flask import render_template, request
from flask_babel import format_date

from clinic import access
from clinic.access import Permission
from clinic.models import Case
from clinic.web.context import settings, viewer
from clinic.web.practice import practice
from clinic.web.practice.history import history_of
from clinic.web.practice.telling import Entry, Told
from clinic.web.words import clock_time, day
from forms.timeline import PAGE, Asked, TimelineForm


@practice.get("/cases/<uuid:id>/timeline")
def timeline(id: uuid.UUID) -> str:
    case = access.find(viewer(), Case, id, Permission.SEE_CASE)
    asked = Asked.of(request.args)
    history = history_of(viewer(), case, kind=Told(asked.kind) if asked.kind else None)
    found = [entry for entry in history if _is_of(entry, asked.who)]
    here = found[(asked.page - 1) * PAGE : asked.page * PAGE]
    return render_template(
        "practice/timeline/timeline.html",
        case=case,
        months=by_month(here),
        total=len(found),
        asked=asked,
        is_all=not asked.as_query(),
        earlier=asked.page + 1 if len(found) > asked.page * PAGE else None,
        form=TimelineForm.of([(person.seat, person.preferred_name) for person in case.participants], asked),
    )


def _is_of(entry: Entry, who: str) -> bool:
    """Of one person: theirs alone, and what is of both. Of both: nothing that is one person's own."""
    if who == "both":
        return len(entry.who) > 1
    return not who or int(who) in entry.who


def by_month(entries: Iterable[Entry]) -> list[tuple[str, list[dict[str, Any]]]]:
    """("March 2026", its entries as the page prints them)."""
    zone = settings().practice.zone
    months = groupby(entries, key=lambda entry: str(format_date(entry.at.astimezone(zone).date(), "MMMM y")))
    return [(month, [shown(entry) for entry in found]) for month, found in months]


def shown(entry: Entry) -> dict[str, Any]:
    hour = "" if entry.kind is Told.SETBACK else f", {clock_time(entry.at)}"  # of a setback the day is known, and no hour
    return {"when": f"{day(entry.at)}{hour}", "title": entry.title, "href": entry.href, "tone": entry.tone, "text": entry.text}
