"""From the page of a case, and from giving homework, there is a way to everything else; to nothing that does not fit the case."""

from __future__ import annotations

import re
from collections.abc import Callable

from cast import Browser, Cast
from paper import words

from clinic.db import db
from clinic.models import Capacity

Opened = Callable[[str], Browser]


def links_on(browser: Browser, path: str) -> set[str]:
    return set(re.findall(r'href="([^"#]+)"', browser.get(path).get_data(as_text=True)))


def test_a_case_leads_to_all_that_is_done_in_it(browser: Opened, cast: Cast) -> None:
    cleo, case = browser("Cleo"), f"/practice/cases/{cast.cases['Ana']}"
    ways = {f"{case}/{way}" for way in ("schedules", "plans/new", "reveals", "agreements", "safety", "setbacks/new", "assign")}
    assert ways <= links_on(cleo, case)
    assert all(cleo.get(way).status_code == 200 for way in ways)
    cast.seat("Ben").capacity = Capacity.COLLATERAL.value
    db.session.commit()
    left = links_on(cleo, case)
    assert {f"{case}/schedules", f"{case}/plans/new", f"{case}/setbacks/new"} <= left
    assert not {f"{case}/reveals", f"{case}/agreements", f"{case}/safety"} & left


def test_giving_homework_leads_to_the_joint_forms_of_the_module(browser: Opened, cast: Cast) -> None:
    cleo, case = browser("Cleo"), f"/practice/cases/{cast.cases['Ana']}"
    assert f"{case}/joint/new" in links_on(cleo, f"{case}/assign")
    there = f"{case}/joint/new?worksheet=pause-rule"
    assert there in links_on(cleo, f"{case}/assign?module=healthy-boundaries")
    assert "pause rule" in words(cleo.get(there)).lower()
    assert not any("joint/new" in link for link in links_on(cleo, f"{case}/assign?module=take-care-of-yourself"))
