"""What an agreement may not be put without, when it ends, and what became of a version."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from clinic.models.agreeing import ENDS_TOO_EARLY, NOTHING_TO_PUT, days_of, why_not_put
from clinic.models.joint import Became, Decision, JointDecision, JointForm, JointVersion
from clinic.places import templates_folder
from forms import Given, library
from reports import render_html
from reports.agreement import sample_agreement

DAY = date(2026, 3, 2)
ANA, BEN = uuid.uuid4(), uuid.uuid4()


def row(until: str = "", terms: str = "We tell it.") -> dict[str, str]:
    return {"terms": terms, "who": "", "how_often": "", "until": until}


def promises(*rows: dict[str, str], review_on: str = "2026-04-01") -> dict[str, Given]:
    return {"commitments": Given({"rows": list(rows), "review_on": review_on})}


@pytest.mark.parametrize(
    ("rows", "until"),
    [
        ([row("2026-05-01"), row("2026-06-01")], date(2026, 6, 1)),
        ([row("2026-05-01"), row("")], None),
        ([row("")], None),
    ],
)
def test_it_holds_until_its_last_part_ends(rows: list[dict[str, str]], until: date | None) -> None:
    assert days_of(library.worksheet("our-commitments"), promises(*rows)) == (until, date(2026, 4, 1))


def test_what_stands_in_the_way_is_said_in_sentences() -> None:
    sheet = library.worksheet("our-commitments")
    assert why_not_put(sheet, promises(row("2026-05-01")), day=DAY) == []
    assert why_not_put(sheet, {"commitments": Given()}, day=DAY) == [NOTHING_TO_PUT]
    assert why_not_put(sheet, promises(row("2026-01-01")), day=DAY) == [ENDS_TOO_EARLY]
    assert len(why_not_put(sheet, promises(row("")), day=DAY)) == 1


def test_what_is_no_agreement_goes_the_same_way() -> None:
    goals = library.worksheet("shared-goals")
    assert why_not_put(goals, {"goals": Given([{"goal": "A walk."}])}, day=DAY) == []
    assert days_of(goals, {"goals": Given([{"goal": "A walk."}])}) == (None, None)


def version(number: int, *decisions: tuple[uuid.UUID, Decision], **more: Any) -> JointVersion:
    made = JointVersion(number=number, signers=2, proposed_by=ANA, **more)
    made.decisions = [JointDecision(participant_id=who, decision=what.value) for who, what in decisions]
    return made


BOTH_SIGNED = ((ANA, Decision.SIGNED), (BEN, Decision.SIGNED))


@pytest.mark.parametrize(
    ("versions", "became"),
    [
        ([version(1, (ANA, Decision.SIGNED))], [Became.ON_THE_TABLE]),
        ([version(1, *BOTH_SIGNED)], [Became.IN_FORCE]),
        ([version(1, *BOTH_SIGNED, until=date(2026, 3, 1))], [Became.RUN_OUT]),
        ([version(1, *BOTH_SIGNED), version(2, (ANA, Decision.SIGNED))], [Became.IN_FORCE, Became.ON_THE_TABLE]),
        ([version(1, *BOTH_SIGNED), version(2, *BOTH_SIGNED)], [Became.REPLACED, Became.IN_FORCE]),
        ([version(1, (ANA, Decision.SIGNED)), version(2, *BOTH_SIGNED)], [Became.REPLACED, Became.IN_FORCE]),
        ([version(1, (ANA, Decision.SIGNED), (BEN, Decision.DECLINED))], [Became.DECLINED]),
    ],
)
def test_what_became_of_each_version(versions: list[JointVersion], became: list[Became]) -> None:
    form = JointForm()
    form.versions = versions
    assert [form.what_became_of(one, DAY) for one in versions] == became


def test_ending_ends_what_held_and_what_was_on_the_table() -> None:
    form = JointForm(ended_at=datetime(2026, 3, 1, tzinfo=UTC))
    form.versions = [version(1, *BOTH_SIGNED), version(2, (ANA, Decision.SIGNED))]
    assert [form.what_became_of(one, DAY) for one in form.versions] == [Became.ENDED, Became.ENDED]
    assert form.in_force_on(DAY) is None
    assert form.on_the_table is None


def test_the_paper_holds_the_words_and_both_names() -> None:
    html = render_html(sample_agreement(), Path(templates_folder()))
    for said in ("Our pause rule", "nobody is followed", "Ana Example", "Ben Example", "In force"):
        assert said in html
    assert "<title>Document</title>" in html
