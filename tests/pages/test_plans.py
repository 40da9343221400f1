"""Plans: several pieces at once, edited first; what lies ahead is held and opens on its day."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from cast import Browser, Cast
from sqlalchemy import select

from clinic.db import db
from clinic.models import Assignment, Schedule, StageState, Task
from clinic.models.running import open_due_runs
from forms import library

Opened = Callable[[str], Browser]
PLAN = "first-eight-weeks"


def address(cast: Cast, plan: str = PLAN, name: str = "Ana") -> str:
    return f"/practice/cases/{cast.cases[name]}/plans/new?plan={plan}"


def offered(text: str) -> dict[str, str]:
    """What the page would send if nobody edited it."""
    days = re.findall(r'name="(day-\d+)" type="date".*?value="([^"]*)"', text, re.DOTALL)
    return dict(days) | dict.fromkeys(re.findall(r'name="(give-[^"]+)" value="y" checked', text), "y")


def given(cast: Cast, name: str) -> dict[str, Assignment]:
    db.session.rollback()
    rows = db.session.scalars(select(Assignment).where(Assignment.participant_id == cast.seats[name]))
    return {row.content_id: row for row in rows}


def send(browser: Browser, cast: Cast, fields: dict[str, Any], plan: str = PLAN) -> Any:
    return browser.post(address(cast, plan).split("?")[0], {"plan": plan, **fields}, form_at=address(cast, plan))


def test_every_plan_for_this_tie_can_be_looked_at(cast: Cast, browser: Opened) -> None:
    cleo = browser("Cleo")
    choose = cleo.get(address(cast).split("?")[0]).get_data(as_text=True)
    for plan in library.plans:
        assert (plan.title in choose) == plan.suits("partner")
        if plan.suits("partner"):
            assert cleo.get(address(cast, plan.id)).status_code == 200
    assert cleo.get(address(cast, "no-such-plan")).status_code == 404
    assert browser("Fay").get(address(cast)).status_code == 404


def test_a_plan_is_given_as_it_stands_and_what_lies_ahead_opens_on_its_day(cast: Cast, browser: Opened) -> None:
    cleo = browser("Cleo")
    fields = offered(cleo.get(address(cast)).get_data(as_text=True))
    assert send(cleo, cast, fields).status_code == 303
    ana, ben = given(cast, "Ana"), given(cast, "Ben")
    assert (ana["reaching-me"].state, ana["hopes"].state, ana["hopes"].opens_at.isoformat()) == (
        "open", "held", "2026-03-09T09:00:00+00:00",
    )  # fmt: skip
    assert "hurt-account" in ana
    assert "hurt-account" not in ben
    assert "involved-account" in ben
    assert db.session.query(Assignment).filter_by(participant_id=cast.seats["Ana"], content_id="safety-check").count() == 1
    weekly = db.session.scalars(select(Schedule).where(Schedule.content_id == "daily-care")).all()
    assert {(row.starts_on.isoformat(), row.ends_on.isoformat()) for row in weekly} == {("2026-03-09", "2026-03-29")}
    home = browser("Ana").get("/my/").get_data(as_text=True)
    assert "account" not in home.lower().split("waiting for you")[1]
    cast.clock.pass_by(days=7)
    open_due_runs(db.session(), at=cast.clock())
    db.session.commit()
    assert given(cast, "Ana")["hopes"].state == "open"
    assert given(cast, "Ana")["involved-account" if "involved-account" in ana else "my-questions"].state == "held"


def test_the_days_are_counted_from_the_chosen_start(cast: Cast, browser: Opened) -> None:
    fields = offered(browser("Cleo").get(address(cast) + "&start=2026-04-06").get_data(as_text=True))
    assert fields["day-0"] == "2026-04-06"


def test_only_what_is_chosen_is_given_and_on_the_day_that_was_typed(cast: Cast, browser: Opened) -> None:
    cleo = browser("Cleo")
    fields = offered(cleo.get(address(cast)).get_data(as_text=True))
    number = next(n for n, entry in enumerate(library.plans[0].entries) if entry.worksheet == "hopes")
    days = {name: value for name, value in fields.items() if name.startswith("day-")}
    assert send(cleo, cast, {**days, f"give-{number}-2": "y", f"day-{number}": "2026-03-20"}).status_code == 303
    assert set(given(cast, "Ana")) == {"safety-check"}
    assert given(cast, "Ben")["hopes"].opens_at.date().isoformat() == "2026-03-20"


def test_what_cannot_be_given_is_said_and_nothing_of_the_plan_is_given(cast: Cast, browser: Opened) -> None:
    cleo = browser("Cleo")
    fields = offered(cleo.get(address(cast)).get_data(as_text=True))
    days = {name: value for name, value in fields.items() if name.startswith("day-")}
    assert "Choose at least one thing" in send(cleo, cast, days).get_data(as_text=True)
    assert send(cleo, cast, {**fields, "day-0": "2026-01-01"}).status_code == 400
    cast.assign("Ana", "hopes", by="Cleo")
    db.session.commit()
    number = next(n for n, entry in enumerate(library.plans[0].entries) if entry.worksheet == "hopes")
    reply = send(cleo, cast, {**fields, f"give-{number}-1": "y"})
    assert (reply.status_code, "Nothing was given" in reply.get_data(as_text=True)) == (409, True)
    assert set(given(cast, "Ben")) == {"safety-check"}


def test_a_joint_piece_becomes_a_task_of_the_counselors_and_no_ones_homework(cast: Cast, browser: Opened) -> None:
    cleo = browser("Cleo")
    plan = next(one for one in library.plans if one.suits("partner") and any(e.side == "joint" for e in one.entries))
    fields = offered(cleo.get(address(cast, plan.id)).get_data(as_text=True))
    assert send(cleo, cast, fields, plan.id).status_code == 303
    joint = [library.worksheet(entry.worksheet) for entry in plan.entries if entry.side == "joint" and entry.worksheet]
    assert not {sheet.id for sheet in joint} & (set(given(cast, "Ana")) | set(given(cast, "Ben")))
    assert [task for task in db.session.scalars(select(Task)) if task.title.startswith("Open together")]


def stages_begun(cast: Cast) -> dict[str, Any]:
    db.session.rollback()
    rows = db.session.scalars(select(StageState).where(StageState.case_id == cast.cases["Ana"]))
    return {row.module_id: (row.status, row.since.date().isoformat(), row.by) for row in rows}


def test_a_stage_is_in_progress_from_the_day_that_was_chosen_for_its_first_homework(cast: Cast, browser: Opened) -> None:
    cleo = browser("Cleo")
    assert send(cleo, cast, offered(cleo.get(address(cast)).get_data(as_text=True))).status_code == 303
    begun = stages_begun(cast)
    there = {row.module_id for name in ("Ana", "Ben") for row in given(cast, name).values() if row.state != "held"}
    stages = {module.id for module in library.modules if module.number}
    assert set(begun) == there & stages != set()
    assert set(begun.values()) == {("in_progress", "2026-03-02", cast.users["Cleo"])}

    ahead = {row.module_id for name in ("Ana", "Ben") for row in given(cast, name).values()} & stages - set(begun)
    assert ahead
    cast.clock.pass_by(days=9)
    open_due_runs(db.session(), at=cast.clock())
    db.session.commit()
    later = stages_begun(cast)
    assert begun.items() < later.items()
    assert {later[module][1] for module in set(later) - set(begun)} == {"2026-03-09"}  # whoever came on which day
