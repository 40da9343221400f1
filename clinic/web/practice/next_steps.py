"""What comes next in one case: what the product would do if it were asked, each with its one link.

Decides: which of it is said, and in which order. Must never know: what anyone answered. For the counselor only.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask import url_for
from sqlalchemy import func

from clinic import access
from clinic.access import Viewer
from clinic.db import db
from clinic.models import AssignmentState, Case, SafeContact
from clinic.web.words import day

if TYPE_CHECKING:
    from clinic.web.practice.overview import Overview, Person

ASK_AGAIN_AFTER = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Step:
    """A sentence, and where it is done."""

    why: str
    action: str
    href: str


def next_steps(viewer: Viewer, case: Case, it: Overview, *, now: datetime) -> tuple[Step, ...]:
    """Of a case that goes on; of a finished one only what is left over from before."""
    left = [*_to_read_alone(it), *_to_review(it), *_notes(it)]
    if not case.is_open:
        return tuple(left)
    return (*_first_steps(it), *_contacts(viewer, case, now), *left, *_sessions(case, it), *_nothing_out(case, it))


def _first_steps(it: Overview) -> Iterator[Step]:
    """What a person has first to do, alone. Neither learns how far the other is."""
    for person in it.people:
        steps, name = person.steps, person.row.preferred_name
        wanting = [
            words
            for done, words in (
                (steps.consent, "the consent"),
                (steps.policy, "the policy"),
                (steps.safety_check, "the private check"),
            )
            if not done
        ]
        if person.row.is_client and wanting:
            why = f"{name} has not done yet: {', '.join(wanting)}."
            yield Step(why, f"Sign-in and link of {name}", url_for("practice.participant", id=person.row.id))


def _contacts(viewer: Viewer, case: Case, now: datetime) -> Iterator[Step]:
    known = access.scope(viewer, SafeContact).where(SafeContact.case_id == case.id)
    newest = known.with_only_columns(SafeContact.participant_id, func.max(SafeContact.confirmed_at))
    confirmed: dict[uuid.UUID, datetime] = {
        row[0]: row[1] for row in db.session.execute(newest.group_by(SafeContact.participant_id))
    }
    for person in case.participants:
        at, href = confirmed.get(person.id), url_for("practice.confirm_contact", id=person.id)
        name = person.preferred_name
        if at is None:
            yield Step(f"No safe contact is on record for {name}.", f"Record how {name} is reached", href)
        elif now - at > ASK_AGAIN_AFTER:
            yield Step(f"The safe contact of {name} was last confirmed on {day(at)}.", f"Confirm it with {name}, alone", href)


def _to_review(it: Overview) -> Iterator[Step]:
    for person in it.people:
        sent = [one for one in person.current if one.state == AssignmentState.SUBMITTED and not one.is_read_apart]
        if sent:
            first, more = sent[-1], f" and {len(sent) - 1} more" if sent[1:] else ""
            why = f"{person.row.preferred_name} sent “{first.title}”{more}, not reviewed yet."
            yield Step(why, f"Review “{first.title}”", url_for("practice.homework", id=first.id))


def _to_read_alone(it: Overview) -> Iterator[Step]:
    """Not whose: the page may be open with both in the room."""
    checks = [one for person in it.people for one in person.current if one.is_read_apart and one.state == AssignmentState.SUBMITTED]
    for one in checks[-1:]:
        yield Step("A private check is not reviewed yet.", "Review it, alone", url_for("practice.homework", id=one.id))


def _notes(it: Overview) -> Iterator[Step]:
    """One's own drafts, and the last session while it has no note."""
    for session in it.sessions:
        if session.own_draft is not None:
            href, when = url_for("practice.note", id=session.own_draft), day(session.began_at)
            yield Step(f"Your note of the session on {when} is not signed.", f"Go to the note of {when}", href)
    if it.sessions and not it.sessions[0].notes:
        last = it.sessions[0]
        why = f"The session on {day(last.began_at)} has no note yet."
        yield Step(why, "Go to the session", url_for("practice.encounter", id=last.id))


def _sessions(case: Case, it: Overview) -> Iterator[Step]:
    """One that has passed is settled; without one to come there may be nothing that brings them here."""
    over = [one for one in it.planned if one.has_begun]
    for one in over:
        why = f"The session with {one.names}, planned for {day(one.begins_at)}, has begun or is over."
        yield Step(why, "Record it, or say what became of it", url_for("practice.planned", id=one.id))
    if len(over) == len(it.planned):
        yield Step("No session is planned.", "Plan the next one", url_for("practice.plan_session", id=case.id))


def _nothing_out(case: Case, it: Overview) -> Iterator[Step]:
    idle = [person for person in it.people if person.steps.may_be_given_homework and not _has_something(person)]
    if idle:
        names = " and ".join(person.row.preferred_name or "" for person in idle)
        yield Step(f"No homework is out for {names}.", "Assign homework", url_for("practice.assign", id=case.id))


def _has_something(person: Person) -> bool:
    return any(one.state != AssignmentState.SUBMITTED for one in person.current)
