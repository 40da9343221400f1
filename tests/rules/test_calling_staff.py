"""When something about safety came, those who work on the case are told to sign in: once each, and not a word more."""

from __future__ import annotations

import re

from cast import Cast

from clinic.db import db
from clinic.jobs import tick, work
from clinic.models import Part, TaskKind
from clinic.models.staffing import join_case
from clinic.models.tasks import Task, raise_task
from tests.rules.test_reminders import FORBIDDEN, Mailbox


def raised(cast: Cast, kind: TaskKind = TaskKind.SAFETY) -> Task:
    task = raise_task(
        db.session(), case_id=cast.cases["Ana"], participant_id=cast.seats["Ben"], kind=kind, title="An answer to read", by=None,
        at=cast.clock(),
    )  # fmt: skip
    db.session.commit()
    return task


def calls(mail: Mailbox) -> list[str]:
    return sorted(one["To"] for one in mail.letters if one["To"].endswith("@practice.example"))


def test_each_who_works_on_the_case_is_called_once(cast: Cast) -> None:
    mail = Mailbox(cast)
    join_case(db.session(), cast.case("Ana"), cast.user("Sol"), Part.SUPERVISOR, by=cast.users["Cleo"], at=cast.clock())
    raised(cast)
    for _ in range(3):
        tick(mail.bench)
        work(mail.bench)
        cast.clock.pass_by(minutes=10)
    assert calls(mail) == ["cleo@practice.example", "sol@practice.example"]


def test_a_call_says_to_sign_in_and_nothing_else(cast: Cast) -> None:
    mail = Mailbox(cast)
    raised(cast)
    mail.round()
    (call,) = [one for one in mail.letters if one["To"] == "cleo@practice.example"]
    body = call.get_content()
    assert body.startswith("Please sign in.") and len(body.split()) == 4
    assert not FORBIDDEN.search(re.sub(r"https?://\S+", "", f"{call['Subject']} {call['From']} {body}"))


def test_only_safety_calls_and_only_while_it_is_new_and_open(cast: Cast) -> None:
    mail = Mailbox(cast)
    raised(cast, TaskKind.TALK)
    mail.round()
    done = raised(cast)
    done.finish(what="Spoke with him alone.", by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    mail.round()
    raised(cast)
    cast.clock.pass_by(hours=25)
    mail.round()
    assert calls(mail) == []


def test_a_mail_server_that_is_away_is_asked_again(cast: Cast) -> None:
    mail = Mailbox(cast)
    mail.breaks = 1
    raised(cast)
    mail.round()
    assert calls(mail) == []
    cast.clock.pass_by(minutes=3)
    mail.round()
    assert calls(mail) == ["cleo@practice.example"]
