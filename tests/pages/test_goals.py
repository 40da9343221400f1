"""The treatment plan's pages: setting, rating, changing and ending a goal; nothing typed is lost; nobody else's is there."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

from cast import Browser, Cast

from clinic.db import db
from clinic.models import Goal, GoalRating

Opened = Callable[[str], Browser]


def text_of(page: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.decode()))


def typed(cast: Cast, **more: str) -> dict[str, str]:
    day = cast.clock().date() + timedelta(days=30)
    levels = {f"level_{place}": f"Level {place} in words" for place in range(5)}
    return {
        "title": "Evenings without questioning", "whose": "both", "submission_key": str(uuid.uuid4()), **levels,
        "review_on": day.isoformat(), "stages": "put-in-the-work", "measures": "trust-pulse", **more,
    }  # fmt: skip


def test_a_goal_is_set_once_rated_changed_and_ended(cast: Cast, browser: Opened) -> None:
    cleo, plan = browser("Cleo"), f"/practice/cases/{cast.cases['Ana']}/goals"
    assert "No goal yet" in text_of(cleo.get(plan).data)
    form = typed(cast)
    for _ in range(2):
        assert cleo.post(f"{plan}/new", form).status_code == 303
    goal = db.session.query(Goal).one()
    assert "Evenings without questioning" in text_of(cleo.get(plan).data) and "Not rated yet" in text_of(cleo.get(plan).data)
    one = f"/practice/goals/{goal.id}"
    rating = {"level": "1", "why": "Five quiet evenings.", "note": "", "submission_key": str(uuid.uuid4())}
    for _ in range(2):
        assert cleo.post(f"{one}/ratings", rating).status_code == 303
    assert db.session.query(GoalRating).count() == 1
    assert "stands at 60" in text_of(cleo.get(plan).data) and "Somewhat more than hoped for" in text_of(cleo.get(one).data)
    changed = cleo.post(f"{one}/words", form | {"title": "Quiet evenings", "revision": str(_revision(cleo, one))})
    assert changed.status_code == 303 and "Quiet evenings" in text_of(cleo.get(plan).data)
    cleo.post(f"{one}/ending", {"end": "reached", "reason": "It holds."})
    assert "Ended (1)" in text_of(cleo.get(plan).data) and "Reached on" in text_of(cleo.get(one).data)
    assert cleo.post(f"{one}/ratings", rating | {"submission_key": str(uuid.uuid4())}).status_code == 409
    assert cleo.post(f"{one}/resumption", {}).status_code == 303


def _revision(cleo: Browser, one: str) -> int:
    found = re.search(r'name="revision" value="(\d+)"', cleo.get(f"{one}/words").data.decode())
    assert found
    return int(found[1])


def test_what_is_missing_is_said_and_what_was_typed_stays(cast: Cast, browser: Opened) -> None:
    cleo, new = browser("Cleo"), f"/practice/cases/{cast.cases['Ana']}/goals/new"
    page = cleo.post(new, typed(cast, title="", level_3="", review_on="2020-01-01"))
    assert page.status_code == 400 and "Level 4 in words" in page.data.decode() and "Level 3 in words" not in page.data.decode()
    for sentence in ("Say the goal in one line.", "Describe this level too", "This day has passed."):
        assert sentence in text_of(page.data)


def test_a_change_from_an_older_page_shows_both(cast: Cast, browser: Opened) -> None:
    cleo = browser("Cleo")
    form = typed(cast)
    cleo.post(f"/practice/cases/{cast.cases['Ana']}/goals/new", form)
    one = f"/practice/goals/{db.session.query(Goal).one().id}"
    revision = str(_revision(cleo, one))
    assert cleo.post(f"{one}/words", form | {"title": "The first change", "revision": revision}).status_code == 303
    late = cleo.post(f"{one}/words", form | {"title": "The second change", "revision": revision})
    assert late.status_code == 409
    assert "The first change" in text_of(late.data) and 'value="The second change"' in late.data.decode()


def test_a_goal_of_another_counselors_case_is_not_there(cast: Cast, browser: Opened) -> None:
    browser("Fay").post(f"/practice/cases/{cast.cases['Gil']}/goals/new", typed(cast))
    goal = db.session.query(Goal).one()
    cleo = browser("Cleo")
    assert cleo.get(f"/practice/goals/{goal.id}").status_code == 404
    assert cleo.post(f"/practice/goals/{goal.id}/ending", {"end": "reached", "reason": "x"}).status_code == 404
    assert cleo.get(f"/practice/cases/{cast.cases['Gil']}/goals").status_code == 404
