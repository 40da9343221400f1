"""Leaks that are planted, to see whether they would be found. Each says where, and what of Ben's it would tell.

Each comes with the steps in which it would show: most need that something was done together first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask, Response, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from clinic import access, jobs, reminders
from clinic.access import scopes, together
from clinic.access.scopes import SCOPES
from clinic.db import db
from clinic.models import (
    Answer,
    Assignment,
    AssignmentState,
    Draft,
    Encounter,
    JointDraft,
    Setback,
    Sharing,
    Task,
    TaskKind,
    reminding,
    revealing,
    running,
    separating,
)
from clinic.web.portal import both, home
from tests.privacy.two_worlds.life import Life
from tests.privacy.two_worlds.trace import Step, scripted

Planted = Callable[[pytest.MonkeyPatch, Life], None]
BEN_AT_WORK = ("Ben drafts", "Ben sends", "Ben changes", "Ben drafts", "Ben sends")


@dataclass(frozen=True)
class Mutant:
    what: str
    plant: Planted
    steps: list[Step]


MUTANTS: list[Mutant] = []


def mutant(*names: str, hours: int = 24) -> Callable[[Planted], Planted]:
    def known(plant: Planted) -> Planted:
        MUTANTS.append(Mutant(plant.__name__.replace("_", " "), plant, scripted(*names, hours=hours)))
        return plant

    return known


def _bens(life: Life, model: Any) -> Any:
    return select(model).where(model.participant_id == life.known.seats["Ben"])


def _onto_pages(patch: pytest.MonkeyPatch, life: Life, change: Callable[[Response], None], *, at: str = "/my") -> None:
    """Into every page of Ana's that begins so."""

    def changed(self: Flask, reply: Response) -> Response:
        reply = finished(self, reply)
        if request.path.startswith(at) and reply.mimetype == "text/html":
            change(reply)
        return reply

    finished = Flask.process_response
    patch.setattr(Flask, "process_response", changed)


def _add(reply: Response, text: object) -> None:
    reply.set_data(reply.get_data() + f"<p>{text}</p>".encode())


@mutant(*BEN_AT_WORK)
def a_badge_of_how_much_he_has_done(patch: pytest.MonkeyPatch, life: Life) -> None:
    sent = Assignment.submitted_at.is_not(None)
    _onto_pages(patch, life, lambda reply: _add(reply, len(db.session.scalars(_bens(life, Assignment).where(sent)).all())))


@mutant(*BEN_AT_WORK)
def a_header_with_when_he_last_typed(patch: pytest.MonkeyPatch, life: Life) -> None:
    newest = select(func.max(Draft.saved_at)).where(Draft.participant_id == life.known.seats["Ben"])
    _onto_pages(patch, life, lambda reply: reply.headers.set("X-Changed", str(db.session.scalar(newest))))


@mutant(*BEN_AT_WORK)
def a_running_number_of_all_answers(patch: pytest.MonkeyPatch, life: Life) -> None:
    numbered = select(func.count()).select_from(Answer)
    _onto_pages(patch, life, lambda reply: reply.headers.set("X-Number", str(db.session.scalar(numbered))))


@mutant(*("The counselor asks for the private check of Ben", "Ben sends", "Ben sends", "Ben sends") * 2)
def another_page_while_a_concern_of_his_is_open(patch: pytest.MonkeyPatch, life: Life) -> None:
    def hold(reply: Response) -> None:
        if db.session.scalars(_bens(life, Task).where(Task.kind == TaskKind.SAFETY.value)).first() is not None:
            reply.headers["Content-Language"] = "en"

    _onto_pages(patch, life, hold)


@mutant(
    "The counselor has both answer and opens it", "Ana sends", "Ben shows an answer", "Ben shows an answer",
    "The counselor separates the two", hours=168,
)  # fmt: skip
def sharing_left_after_a_separation(patch: pytest.MonkeyPatch, life: Life) -> None:
    patch.setattr(separating, "_withdraw_what_is_shown", lambda *_args, **_more: None)


@mutant(
    "The counselor gives both what goes side by side", "Ben sends", "Ben sends", "Ana sends", "Ana sends", "Ana sends",
    "The counselor clears joint work", *("The counselor opens what is there",) * 8,
)  # fmt: skip
def a_reveal_that_shows_one_side_early(patch: pytest.MonkeyPatch, life: Life) -> None:
    opens = revealing.open_reveal
    patch.setattr(revealing, "open_reveal", lambda *rest, needed, **more: opens(*rest, needed=set(), **more))


@mutant(*("Ben says how free he is", "The counselor plans for Ana", "The counselor gives to Ana") * 3)
def a_held_page_that_differs_by_its_reason(patch: pytest.MonkeyPatch, life: Life) -> None:
    held = (Assignment.state == AssignmentState.HELD.value, Assignment.participant_id == life.known.seats["Ana"])

    def why(reply: Response) -> None:
        found = [row.held_why for row in db.session.scalars(select(Assignment).where(*held))]
        _add(reply, sorted(one or "" for one in found))

    _onto_pages(patch, life, why)


@mutant(
    "The counselor has both answer and opens it", "The counselor has both answer and opens it",
    "The counselor gives both what goes side by side", *BEN_AT_WORK,
)  # fmt: skip
def not_answered_yet_where_things_are_opened(patch: pytest.MonkeyPatch, life: Life) -> None:
    waits = Assignment.state == AssignmentState.OPEN.value
    said = lambda: len(db.session.scalars(_bens(life, Assignment).where(waits)).all())  # noqa: E731
    _onto_pages(patch, life, lambda reply: _add(reply, f"{said()} not answered yet"), at="/my/together")


@mutant(*("The counselor opens a joint form",) * 5, *("Ben drafts a proposal",) * 2)
def agreements_in_the_order_of_his_typing(patch: pytest.MonkeyPatch, life: Life) -> None:
    def newest_first(seat: Any) -> list[Any]:
        typed = dict(db.session.execute(select(JointDraft.form_id, JointDraft.saved_at)).all())
        return sorted(lines(seat), key=lambda one: (one.id not in typed, str(typed.get(one.id, ""))))

    lines = both.for_both
    patch.setattr(home, "for_both", newest_first)


@mutant(*("The counselor opens a joint form",) * 3, *("Ben drafts a proposal",) * 3)
def a_joint_draft_that_the_other_sees_before_it_is_put(patch: pytest.MonkeyPatch, life: Life) -> None:
    patch.setitem(SCOPES, JointDraft, together.both_while_together(JointDraft))


@mutant(*("The counselor meets alone with Ben",) * 3)
def his_own_sessions_in_her_report(patch: pytest.MonkeyPatch, life: Life) -> None:
    patch.setattr(access, "encounters_for", lambda viewer: select(Encounter))


@mutant("The worker does what is due", "The counselor gives to Ben", "Ben sends", *("The worker does what is due",) * 3)
def notes_for_her_because_of_what_waits_for_him(patch: pytest.MonkeyPatch, life: Life) -> None:
    def of_the_case(session: Session, person_id: Any) -> Any:
        waiting = select(func.max(Assignment.assigned_at)).where(Assignment.case_id == life.known.cases["Ana"])
        sent = select(func.max(Assignment.submitted_at)).where(Assignment.case_id == life.known.cases["Ana"])
        return max(session.scalar(waiting), session.scalar(sent) or session.scalar(waiting))

    for module in (reminding, reminders, jobs):
        patch.setattr(module, "newest_waiting", of_the_case)


@mutant(*("Ben shows an answer", "Ben sends", "Ben changes", "Ben changes") * 2)
def shown_words_with_the_day_on_which_they_were_sent_again(patch: pytest.MonkeyPatch, life: Life) -> None:
    newest = select(func.max(Sharing.withdrawn_at)).where(Sharing.participant_id == life.known.seats["Ben"])
    _onto_pages(patch, life, lambda reply: _add(reply, db.session.scalar(newest)), at="/my/shared")


@mutant(*("Ben sends",) * 6)
def all_his_answers_in_her_scope(patch: pytest.MonkeyPatch, life: Life) -> None:
    everything = select(Answer.id)
    patch.setattr(scopes, "_opened_side_by_side", lambda viewer: Answer.id.in_(everything))


@mutant(*("The counselor records a setback of Ben",) * 2)
def his_setbacks_in_the_report_for_both(patch: pytest.MonkeyPatch, life: Life) -> None:
    patch.setitem(SCOPES, Setback, lambda viewer: select(Setback))


@mutant(
    "The counselor has warmth come back to Ana", "The worker does what is due", *("Ben says how free he is",) * 3,
    "The worker does what is due",
)  # fmt: skip
def warmth_that_stops_coming_when_he_is_not_free(patch: pytest.MonkeyPatch, life: Life) -> None:
    """Once it was so."""
    patch.setattr(running, "_goes_on", lambda *_args: False)


@contextmanager
def planted(one: Mutant, life: Life) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        one.plant(patch, life)
        yield
