"""Dates and states in words, for templates. All times are shown in the practice's time zone."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from flask import Flask
from flask_babel import Babel, format_date, format_datetime

from clinic.web.context import settings, viewer_or_none
from reports.marked import marked

babel = Babel()

# A state in the words of the page. Clients never see a stage's state.
WORDS = {
    "open": "waiting", "submitted": "sent", "returned": "returned", "reviewed": "reviewed", "withdrawn": "withdrawn",
    "held": "not opened yet", "skipped": "left out", "missed": "not done",
    "not_started": "not started", "in_progress": "in progress", "worked_through": "worked through", "revisiting": "revisiting",
    "set_aside": "set aside", "hurt": "the hurt person", "involved": "the involved person", "both": "both sides",
    "unset": "side not set", "partner": "spouse or partner", "friend": "friends", "family": "family",
    "no_secrets": "No secrets", "limited_secrets": "Limited secrets", "confidential": "Confidential",
    "in_person": "in person", "not_applicable": "not applicable",
}  # fmt: skip


def attach(app: Flask) -> None:
    zone = app.extensions["settings"].practice.time_zone
    babel.init_app(app, default_locale="en", default_timezone=zone)
    by_name: dict[str, Any] = {"day": day, "moment": moment, "clock_time": clock_time, "weekday": weekday}
    filters = by_name | {"in_words": in_words, "marked": marked}
    app.jinja_env.filters |= filters
    app.context_processor(lambda: {"viewer": viewer_or_none(), "practice": settings().practice})


def day(value: date | datetime | None) -> str:
    """May 4, 2026"""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(settings().practice.zone).date()
    return _written(value)


@lru_cache(maxsize=4096)
def _written(value: date) -> str:
    """A caseload prints hundreds of days, and most of them more than once."""
    return str(format_date(value, "MMMM d, y"))


def moment(value: datetime | None) -> str:
    """May 4, 2026, 3:30 PM"""
    return format_datetime(value, "MMMM d, y, h:mm a") if value is not None else ""


def weekday(value: datetime | None) -> str:
    return format_datetime(value, "EEEE") if value is not None else ""


def clock_time(value: datetime | None) -> str:
    return format_datetime(value, "h:mm a") if value is not None else ""


def in_words(value: Any) -> str:
    return WORDS.get(str(value), str(value).replace("_", " "))
