"""The two that walk the whole programme: what they hold, and what each of two people finds of the other's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from made import Made, viewer_of

from clinic import access
from clinic.access import Viewer
from clinic.db import db
from clinic.models import (
    Assignment,
    Case,
    Exchange,
    JointForm,
    Noticed,
    Reveal,
    Run,
    SafetyClearance,
    Schedule,
    Setback,
    StageMark,
    StageState,
    Task,
)
from clinic.models.exchanges import is_close
from clinic.models.joint import Became
from clinic.models.safety import why_joint_work_is_closed
from clinic.reporting.facts import weigh_stage
from forms import library

ZONE = ZoneInfo("America/New_York")


@pytest.fixture
def cleo(made: Made) -> Iterator[Viewer]:
    app = made.opened()
    with app.app_context():
        yield viewer_of(app, "cleo")
        db.session.rollback()


def labelled(viewer: Viewer, label: str) -> Case:
    return next(case for case in access.rows_of(viewer, Case) if case.label == label)


def of(viewer: Viewer, model: Any, case: Case) -> list[Any]:
    return access.rows_of(viewer, model, model.case_id == case.id)


@pytest.mark.parametrize("label", ["Ana & Ben", "Wanda"])
def test_the_walk_goes_through_every_module_in_nine_months(cleo: Viewer, label: str) -> None:
    case = labelled(cleo, label)
    moved = {row.module_id for row in of(cleo, StageState, case)}
    assert moved == {module.id for module in library.modules if module.number}
    sent = [row for row in of(cleo, Assignment, case) if row.submitted_at and row.kind == "worksheet"]
    assert len({row.content_id for row in sent}) > 40
    assert {row.module_id for row in sent} == moved | {"intake-and-safety"}
    assert timedelta(weeks=38) < max(row.submitted_at for row in sent) - min(row.submitted_at for row in sent)
    setbacks = of(cleo, Setback, case)
    assert len(setbacks) >= 2 and all(row.reopened for row in setbacks)


def test_the_couple_has_a_setback_of_both_and_a_private_one(cleo: Viewer) -> None:
    couple = labelled(cleo, "Ana & Ben")
    assert Counter(row.participant_id for row in of(cleo, Setback, couple))[None] == 2
    (alone,) = [row.participant_id for row in of(cleo, Setback, couple) if row.participant_id]
    other = next(person for person in couple.participants if person.id != alone)
    assert of(Viewer.person(other), Setback, couple) == [row for row in of(cleo, Setback, couple) if row.participant_id is None]


def test_the_couple_read_side_by_side_and_said_what_they_heard_until_it_was_close(cleo: Viewer) -> None:
    couple = labelled(cleo, "Ana & Ben")
    assert len(of(cleo, Reveal, couple)) >= 10
    assert {row.participant_id for row in of(cleo, Noticed, couple)} == {person.id for person in couple.participants}
    exchanges = of(cleo, Exchange, couple)
    assert sorted(len(row.rounds) for row in exchanges) == [1, 2, 2]
    assert all(row.ended_at and is_close(db.session(), row) for row in exchanges)


def test_what_the_couple_agreed_on_was_signed_declined_revised_run_out_and_lies_on_the_table(cleo: Viewer) -> None:
    couple, today = labelled(cleo, "Ana & Ben"), datetime.now(UTC).date()
    forms = {form.worksheet_id: form for form in of(cleo, JointForm, couple)}
    became = {id: [form.what_became_of(version, today) for version in form.versions] for id, form in forms.items()}
    assert became["openness-offered"] == [Became.DECLINED, Became.REPLACED, Became.RUN_OUT]
    assert became["pause-rule"] == [Became.REPLACED, Became.IN_FORCE]
    assert became["shared-goals"] == [Became.ON_THE_TABLE]
    assert all(version.until for version in forms["openness-offered"].versions)
    reviews = [row for row in of(cleo, Task, couple) if row.title.startswith("Review date")]
    assert len(reviews) >= 7 and all(row.done_what for row in reviews)


def test_what_comes_back_was_done_left_out_and_missed(cleo: Viewer) -> None:
    couple = labelled(cleo, "Ana & Ben")
    states = Counter(row.state for row in access.rows_of(cleo, Assignment, Assignment.id.in_(_run_ids(cleo, couple))))
    assert states["reviewed"] > 150 and states["skipped"] >= 5 and states["missed"] >= 10
    assert {row.every for row in of(cleo, Schedule, couple)} == {"day", "week", "session"}
    assert {row.state for row in of(cleo, Schedule, couple)} == {"active", "ended"}


def _run_ids(viewer: Viewer, case: Case) -> list[Any]:
    return [row.assignment_id for row in of(viewer, Run, case)]


def test_joint_work_was_cleared_after_a_concern_and_is_closed_by_the_newest_one(cleo: Viewer) -> None:
    couple = labelled(cleo, "Ana & Ben")
    assert len(of(cleo, SafetyClearance, couple)) == 3
    assert why_joint_work_is_closed(db.session(), couple, at=datetime.now(UTC))[0] == "A safety concern is open."


def test_the_signs_of_the_couples_stages_have_numbers_and_some_were_waived(cleo: Viewer) -> None:
    couple, today = labelled(cleo, "Ana & Ben"), datetime.now(UTC).astimezone(ZONE).date()
    work, heard = (
        weigh_stage(cleo, couple, library.module(id), today=today, zone=ZONE).findings
        for id in ("put-in-the-work", "patient-and-understanding")
    )
    assert work[0].met and "% of" in work[0].number
    assert [finding.met for finding in work] == [True, True, True]
    assert any(finding.waived for finding in heard)
    assert {row.waives for row in of(cleo, StageMark, couple)} == {True, False}


def test_of_the_separated_two_neither_finds_anything_of_the_other(cleo: Viewer) -> None:
    case = labelled(cleo, "Rosa & Viktor")
    assert case.is_separated
    for person in case.participants:
        assert of(Viewer.person(person), Reveal, case) == []
        assert list(db.session.scalars(access.shared_with(Viewer.person(person)))) == []
