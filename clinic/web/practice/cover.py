"""Cover: one's cases in a colleague's hands for a time, and what both are told of it.

Decides: that a cover has begun or ended by the time a page is asked for. Must never know: what a part in a case allows.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import groupby

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import Permission, Viewer
from clinic.db import choose_reading, db
from clinic.models import Case, CaseState, Cover, NotAllowedNow, Part, User
from clinic.models.cover import arranged, turn_covers
from clinic.models.cover import hand_over as hand_over_to
from clinic.web.context import actor, now, settings, today, viewer, viewer_or_none
from clinic.web.practice import practice
from clinic.web.practice.tasks import colleague_names
from clinic.web.words import day
from forms.cover import CoverForm, cover_form


@practice.before_request
def keep_the_hours() -> None:
    """Nobody sees a case a minute longer than they cover it, whether the worker runs or not."""
    who = viewer_or_none()
    if who is None:
        return
    found = arranged(db.session(), at=now())
    g.is_covering = who.user_id in found.people
    if not found.is_due:
        return
    is_get = request.method == "GET"
    db.session.rollback()
    choose_reading(False)
    turn_covers(db.session(), at=now())
    db.session.commit()
    choose_reading(is_get)


@practice.get("/cover")
def cover() -> ResponseReturnValue:
    return _page(_form()(today=today(), data={"begins_on": today()}))


@practice.post("/cover")
def hand_over() -> ResponseReturnValue:
    form = _form()(request.form, today=today())
    if not form.validate():
        return _page(form, status=400)
    cases = [access.find(viewer(), Case, uuid.UUID(id), Permission.STAFF_CASE) for id in form.cases.data]
    (to,) = (one for one in _colleagues() if str(one.id) == form.colleague.data)
    begins, ends = _midnight(form.begins_on.data or today()), _midnight((form.ends_on.data or today()) + timedelta(days=1))
    try:
        hand_over_to(db.session(), cases, to, begins_at=begins, ends_at=ends, by=actor(), at=now())
    except NotAllowedNow as refusal:
        db.session.rollback()
        return _page(form, refusal=str(refusal), status=409)
    db.session.commit()
    flash("The cover is arranged. Both of you read it above the caseload.", "success")
    return redirect(url_for("practice.cover"), 303)


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), settings().practice.zone)


@practice.post("/cover/<uuid:id>/end")
def end_cover(id: uuid.UUID) -> ResponseReturnValue:
    row = access.find(viewer(), Cover, id, Permission.STAFF_CASE)
    row.end(db.session(), by=actor(), at=now())
    db.session.commit()
    flash("The cover is over.", "success")
    return redirect(url_for("practice.cover"), 303)


def _colleagues() -> list[User]:
    found = [one for one in db.session.scalars(access.colleagues_for(viewer())) if one.is_active and one.id != actor()]
    return sorted(found, key=lambda one: (one.name or "").casefold())


def _own_cases() -> dict[uuid.UUID, Case]:
    """Those whose counselor this is, and that go on."""
    mine = [id for id, part in viewer().parts.items() if part is Part.COUNSELOR]
    found = access.rows_of(viewer(), Case, Case.id.in_(mine), Case.state == CaseState.OPEN.value)
    return {case.id: case for case in sorted(found, key=lambda case: (case.label or "").casefold())}


def _form() -> type[CoverForm]:
    cases = [(str(case.id), case.label or "") for case in _own_cases().values()]
    return cover_form([(str(one.id), one.name or "") for one in _colleagues()], cases)


def _page(form: CoverForm, *, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    labels = {case.id: case.label for case in access.rows_of(viewer(), Case)}
    given = access.rows_of(viewer(), Cover, Cover.away_id == actor(), Cover.ended_at.is_(None), order_by=Cover.begins_at)
    page = render_template(
        "practice/cover.html", form=form, given=given, labels=labels, names=colleague_names(), told=covers_told(viewer(), at=now()),
        last_day=_last_day, refusal=refusal,
    )  # fmt: skip
    return page, status


def _last_day(row: Cover) -> str:
    return day(row.ends_at - timedelta(minutes=1))


def covers_told(viewer: Viewer, *, at: datetime) -> list[str]:
    """For both: who covers for whom, and until when; of what is to come how many cases, of what has begun which."""
    if not g.is_covering:
        return []
    own = (Cover.away_id == viewer.user_id) | (Cover.covering_id == viewer.user_id)
    rows = access.rows_of(viewer, Cover, own, Cover.ended_at.is_(None), Cover.ends_at > at)
    if not rows:
        return []
    rows.sort(key=_together)
    return list(_told(viewer, rows, at=at))


def _together(row: Cover) -> tuple[datetime, datetime, uuid.UUID, uuid.UUID]:
    return row.begins_at, row.ends_at, row.away_id, row.covering_id


def _told(viewer: Viewer, rows: list[Cover], *, at: datetime) -> Iterator[str]:
    names, labels = colleague_names(), {case.id: case.label or "" for case in access.rows_of(viewer, Case)}
    for (begins, _, away, covering), group in groupby(rows, key=_together):
        covers = list(group)
        who = f"You cover for {names.get(away)}" if covering == viewer.user_id else f"{names.get(covering)} covers for you"
        count = f"{len(covers)} case{'s' if len(covers) > 1 else ''}"
        which = sorted(labels[row.case_id] for row in covers if row.case_id in labels)
        since = f" from {day(begins)}" if begins > at else ""
        what = ", ".join(which) if which and begins <= at else count
        yield f"{who}{since} until {_last_day(covers[0])}: {what}."
