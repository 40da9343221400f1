"""My pages: what comes first, what is waiting, what was sent; and what these pages are.

Decides: what a person is told to do next. Must never say anything of the other person: not even whether they have been here.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from clinic import access
from clinic.db import db
from clinic.models import Assignment, AssignmentState, Draft, Noticed, Participant, PlannedEncounter, ReviewComment
from clinic.models.sending import PRIVATE_WORD, SAFETY_CHECK, worksheet_of
from clinic.web.context import now, today, viewer
from clinic.web.portal import portal
from clinic.web.portal.both import for_both
from clinic.web.portal.runs import repeats_of
from clinic.web.portal.seat import documents, own_seat, steps, wording_for
from forms import Wording

SOON = 6  # days ahead for which a weekday alone is clear
READING_MINUTES = 4


@dataclass(frozen=True)
class Step:
    """One of the three that come first: done, next (it has a link), or later."""

    title: str
    meaning: str
    is_done: bool
    href: str = ""


@dataclass(frozen=True)
class Waiting:
    assignment: Assignment
    title: str
    minutes: int
    due: str
    tag: str
    tone: str
    comment: str = ""


@dataclass(frozen=True)
class Sent:
    assignment: Assignment
    title: str


@portal.get("/")
def home() -> ResponseReturnValue:
    seat = own_seat()
    rows = access.rows_of(viewer(), Assignment, order_by=Assignment.assigned_at)
    first = first_steps(seat, rows)
    if not all(step.is_done for step in first):
        return render_template("portal/home.html", steps=first, waiting=[], held=0, sent=[], session=next_session(seat))
    begun = {draft.assignment_id for draft in access.rows_of(viewer(), Draft)}
    wording = wording_for(seat)
    open_rows = [row for row in rows if row.takes_answers or (row.may_be_changed and row.id in begun)]
    open_rows = [row for row in open_rows if row.content_id != PRIVATE_WORD or row.submitted_at]  # it has a place of its own
    open_rows.sort(key=lambda row: (row.due_on or date.max, row.assigned_at))
    waiting = [_waiting(row, wording, row.id in begun) for row in open_rows]
    held = len({row.module_id for row in rows if row.state == AssignmentState.HELD})  # one line a module, however long the plan
    sent = [_sent(row, wording) for row in rows if row.submitted_at and row not in open_rows]
    sent.sort(key=lambda one: one.assignment.submitted_at or one.assignment.assigned_at, reverse=True)
    repeats = repeats_of(rows, wording)
    return render_template(
        "portal/home.html", steps=(), session=next_session(seat), waiting=waiting, held=held,
        sent=sent, both=for_both(seat), repeats=repeats,
        together=seat.case.works_together, noticed=seat.case.is_separated and bool(access.rows_of(viewer(), Noticed)),
    )


def next_session(seat: Participant) -> PlannedEncounter | None:
    """The next one at which this person is expected; it stands here until it is over. Who else comes is not said."""
    mine = access.scope(viewer(), PlannedEncounter).where(PlannedEncounter.case_id == seat.case_id)
    mine = mine.where(PlannedEncounter.begins_at > now() - timedelta(days=1)).order_by(PlannedEncounter.begins_at)
    return next((row for row in db.session.scalars(mine) if row.ends_at > now()), None)


def first_steps(seat: Participant, rows: list[Assignment]) -> tuple[Step, ...]:
    done = steps(seat)
    consent, policy = documents(seat)
    check = next((row for row in rows if row.content_id == SAFETY_CHECK and row.takes_answers), None)
    found = (
        Step(consent.title, _to_sign(), done.consent, url_for("portal.document", document=consent.id)),
        Step(policy.title, _to_sign(), done.policy, url_for("portal.document", document=policy.id)),
        Step(
            worksheet_of(check).title.text(wording_for(seat)) if check else "A private check",
            "A few questions, for you alone · about 4 minutes" if check else "Your counselor opens this. Please ask for it.",
            done.safety_check,
            url_for("portal.homework", id=check.id) if check else "",
        ),
    )
    next_one = next((step for step in found if not step.is_done), None)
    return tuple(step if step is next_one else Step(step.title, step.meaning, step.is_done) for step in found)


def _to_sign() -> str:
    return f"To read and sign · about {READING_MINUTES} minutes"


def _waiting(row: Assignment, wording: Wording, is_begun: bool) -> Waiting:
    worksheet = worksheet_of(row)
    tag, tone = _tag(row, is_begun)
    comment = _newest_comment(row.id) if row.state == AssignmentState.RETURNED else ""
    return Waiting(row, worksheet.title.text(wording), worksheet.minutes, due_in_words(row.due_on, today()), tag, tone, comment)


def _tag(row: Assignment, is_begun: bool) -> tuple[str, str]:
    if row.may_be_changed:
        return "Changes not sent yet", "waiting"
    if row.state == AssignmentState.RETURNED:
        return "Returned to you", "waiting"
    return ("Started", "open") if is_begun else ("New", "note")


def _newest_comment(assignment_id: uuid.UUID) -> str:
    mine = access.rows_of(
        viewer(), ReviewComment, ReviewComment.assignment_id == assignment_id, order_by=ReviewComment.written_at.desc()
    )
    return mine[0].text if mine else ""


def _sent(row: Assignment, wording: Wording) -> Sent:
    return Sent(row, worksheet_of(row).title.text(wording))


def due_in_words(due_on: date | None, today: date) -> str:
    """By when, without a word of blame for what is late."""
    if due_on is None:
        return "whenever you are ready"
    days = (due_on - today).days
    if days < 0:
        return f"meant for {format_date(due_on, 'MMMM d')}, still open"
    if days < 2:
        return ("for today", "for tomorrow")[days]
    return f"by {format_date(due_on, 'EEEE' if days <= SOON else 'EEEE, MMMM d')}"


@portal.get("/about")
def about() -> ResponseReturnValue:
    seat = own_seat()
    consent, policy = documents(seat)
    done = steps(seat)
    signed = [document for document, is_signed in ((consent, done.consent), (policy, done.policy)) if is_signed]
    return render_template("portal/about.html", policy=policy, signed=signed, seat=seat, other=wording_for(seat).other)


