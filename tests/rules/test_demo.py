"""The demo holds what it promises, and looks like life."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from made import Made, clinic, viewer_of
from sqlalchemy import select

from clinic import access
from clinic.access import Viewer
from clinic.config import Settings
from clinic.db import db
from clinic.demo import told
from clinic.demo.scene import Company
from clinic.models import (
    Administration,
    Answer,
    Assignment,
    AuditEntry,
    Case,
    Encounter,
    NoteState,
    ProgressNote,
    ReviewComment,
    Sharing,
    StageEntry,
    StageSignOff,
    StageState,
    Task,
    WorksheetResponse,
    first_damage,
)
from clinic.models.opening import steps_of


@pytest.fixture
def cleo(made: Made) -> Iterator[Viewer]:
    app = made.opened()
    with app.app_context():
        yield viewer_of(app, "cleo")
        db.session.rollback()


def labelled(viewer: Viewer, label: str) -> Case:
    return next(case for case in access.rows_of(viewer, Case) if case.label == label)


def of(viewer: Viewer, model: Any, case: Case, **columns: Any) -> list[Any]:
    conditions = [getattr(model, name) == value for name, value in columns.items()]
    return access.rows_of(viewer, model, model.case_id == case.id, *conditions)


# --- what is there ----------------------------------------------------------------------------------------------------


def test_each_counselor_has_cases_of_her_own(cleo: Viewer, made: Made) -> None:
    cases = access.rows_of(cleo, Case)
    assert sorted((case.label, case.relation, case.state) for case in cases) == [
        ("Ana & Ben", "partner", "open"),
        ("Dot & Imani", "partner", "open"),
        ("Emil & Otto", "family", "open"),
        ("Gil & Hope", "friend", "open"),
        ("Luz & Carmen", "family", "open"),
        ("Rosa & Viktor", "partner", "open"),
        ("Theo & Marcus", "partner", "finished"),
        ("Wanda", "friend", "open"),
    ]
    db.session.rollback()
    listed = clinic("--config", made.config, "case", "list", "--as", "fay@demo.example")
    names = ("Priya & Sam", "Nadia & Yasmin", "Leo & Anton", "Edith & Harold")
    assert len(listed.output.splitlines()) == len(names)
    assert all(name in listed.output for name in names)


def test_fay_cannot_show_cleos_case(cleo: Viewer, made: Made) -> None:
    code = labelled(cleo, "Ana & Ben").code
    db.session.rollback()
    words = ("--config", made.config, "case", "show", code, "--as")
    assert clinic(*words, "cleo@demo.example").exit_code == 0
    refused = clinic(*words, "fay@demo.example")
    assert refused.exit_code == 1
    assert "Ana" not in refused.output


def test_the_couple_has_twenty_four_sessions_over_nine_months(cleo: Viewer) -> None:
    couple = labelled(cleo, "Ana & Ben")
    began = sorted(encounter.began_at for encounter in of(cleo, Encounter, couple))
    assert len(began) == 24
    assert timedelta(weeks=38) < began[-1] - began[0] < timedelta(weeks=41)
    assert datetime.now(UTC) - began[-1] < timedelta(days=6)
    alone = Counter(encounter.individual_of for encounter in of(cleo, Encounter, couple))
    assert alone.pop(None) >= 15
    assert len(alone) == 2 and min(alone.values()) >= 3


def test_every_session_has_one_note_and_only_the_last_waits_to_be_signed(cleo: Viewer) -> None:
    couple = labelled(cleo, "Ana & Ben")
    notes = sorted(of(cleo, ProgressNote, couple), key=lambda note: note.encounter.began_at)
    assert len({note.encounter_id for note in notes}) == len(notes) == 24
    assert [note.state for note in notes] == [NoteState.SIGNED] * 23 + [NoteState.DRAFT]
    assert {note.format for note in notes} >= {"soap", "dap", "birp"}
    assert sum(len(note.addenda) for note in notes) == 1
    assert all(note.signed_at > note.encounter.began_at for note in notes[:-1])


def test_every_note_speaks_of_at_least_one_stage(cleo: Viewer) -> None:
    notes = access.rows_of(cleo, ProgressNote)
    assert len(notes) > 40
    for note in notes:
        assert note.stage_entries
        assert all(entry.text and entry.rating in range(-2, 3) for entry in note.stage_entries)
    signed = {entry.id for note in notes if note.is_signed for entry in note.stage_entries}
    assert {entry.id for entry in access.rows_of(cleo, StageEntry)} == signed


def test_the_couples_stages_moved_were_revisited_and_signed_off(cleo: Viewer) -> None:
    couple = labelled(cleo, "Ana & Ben")
    moves = of(cleo, StageState, couple)
    assert len({move.module_id for move in moves}) >= 9
    assert {move.status for move in moves} == {"in_progress", "worked_through", "revisiting", "set_aside"}
    assert sum(move.status == "revisiting" for move in moves) >= 3
    assert {row.outcome for row in of(cleo, StageSignOff, couple)} == {"achieved", "partly", "deferred"}


def test_the_couples_measures_rise_and_dip(cleo: Viewer) -> None:
    couple = labelled(cleo, "Ana & Ben")
    series: dict[tuple[Any, str], list[float]] = {}
    for row in access.rows_of(cleo, Administration, order_by=Administration.completed_at):
        if row.case_id == couple.id:
            series.setdefault((row.participant_id, row.measure_id), []).append(row.score["total"])
    assert len(series) == 8
    assert all(len(values) >= 10 for values in series.values())
    ana = couple.participants[0].id
    distress, trust = series[ana, "distress-thermometer"], series[ana, "trust-pulse"]
    assert distress[0] >= 8 and distress[-1] <= 3
    assert trust[-1] > 2 * trust[0]
    for values in (distress, [-value for value in trust]):  # better on the whole, with two setbacks
        assert sum(after - before >= 2 for before, after in pairwise(values)) >= 2


def test_the_couples_homework_was_done_late_returned_withdrawn_and_still_waits(cleo: Viewer) -> None:
    couple = labelled(cleo, "Ana & Ben")
    given = [row for row in of(cleo, Assignment, couple) if row.kind == "worksheet"]
    assert {row.module_id for row in given} >= {"intake-and-safety", "address-the-betrayal", "take-care-of-yourself"}
    assert {row.state for row in given} >= {"open", "submitted", "reviewed", "withdrawn"}
    assert any(row.submitted_at and row.due_on and row.submitted_at.date() > row.due_on for row in given)
    assert any(row.state == "open" and row.due_on < datetime.now(UTC).date() for row in given)
    twice = [row for row in given if len(of(cleo, WorksheetResponse, couple, assignment_id=row.id)) == 2]
    assert len(twice) == 2
    assert len(of(cleo, ReviewComment, couple)) >= 5


def test_some_answers_are_shown_and_one_was_taken_back(cleo: Viewer) -> None:
    shown = of(cleo, Sharing, labelled(cleo, "Ana & Ben"))
    assert sum(row.withdrawn_at is None for row in shown) >= 5
    assert sum(row.withdrawn_at is not None for row in shown) == 1
    assert {row.participant_id for row in shown} == {person.id for person in labelled(cleo, "Ana & Ben").participants}


def test_a_private_task_is_open_and_others_were_closed_with_what_was_done(cleo: Viewer) -> None:
    tasks = of(cleo, Task, labelled(cleo, "Ana & Ben"))
    urgent = [task for task in tasks if task.kind in ("safety", "disclosure")]
    assert [task.kind for task in urgent if task.state == "open"] == ["safety"]
    closed = [task for task in urgent if task.state == "done"]
    assert {task.kind for task in closed} == {"safety", "disclosure"}
    assert all(len(task.done_what) > 40 for task in closed)


def test_of_the_new_couple_one_took_the_first_steps_and_the_other_was_only_invited(cleo: Viewer, made: Made) -> None:
    dot, imani = labelled(cleo, "Dot & Imani").participants
    assert steps_of(db.session(), dot).may_be_given_homework
    steps = steps_of(db.session(), imani)
    assert not (steps.consent or steps.policy or steps.safety_check)
    link = made.output.partition("imani@demo.example")[2].split("/invitation/")[1].split()[0]
    page = made.opened().test_client().get(f"/invitation/{link}")
    assert page.status_code == 200


# --- it looks like life -----------------------------------------------------------------------------------------------


def texts_of(viewer: Viewer) -> Iterator[str]:
    for note in access.rows_of(viewer, ProgressNote):
        yield from note.sections.values()
        yield from (entry.text for entry in note.stage_entries)
    for row in access.rows_of(viewer, ReviewComment):
        yield row.text
    newest = {(row.assignment_id, row.item_id): row for row in access.rows_of(viewer, Answer, order_by=Answer.position)}
    for answer in newest.values():  # sent again, an answer may stay as it was
        yield from words_in(answer.given)


def words_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    if isinstance(value, dict):  # what another wrote is answered in that other's words
        value = [part for name, part in value.items() if name != "of"]
    for part in value if isinstance(value, list) else ():
        yield from words_in(part)


def test_no_text_is_said_twice(cleo: Viewer) -> None:
    sentences = Counter(text.strip() for text in texts_of(cleo) if len(text) > 25)
    assert len(sentences) > 200
    assert not [text for text, times in sentences.items() if times > 1]


@pytest.mark.parametrize("weekday", range(7))
@pytest.mark.parametrize("hour", [0, 23])
def test_on_whatever_day_it_is_made_everything_has_happened(weekday: int, hour: int) -> None:
    zone = ZoneInfo("America/New_York")
    now = datetime(2027, 3, 8 + weekday, hour, 5, tzinfo=zone)  # in the week in which clocks change
    scenes, acts = told(Company(lambda value: value.encode()), now, zone)
    assert len(acts) > 500
    assert acts[-1].at < now
    for scene in scenes:
        held = [scene.at(entry["at"]) for entry in scene.entries("session")]
        assert all(moment.weekday() < 5 for moment in held)
    last = [scene.at(scene.entries("session")[-1]["at"]) for scene in scenes if scene.entries("session")]
    assert now - max(last) < timedelta(days=6)


def test_everything_says_that_it_is_invented(made: Made) -> None:
    practice = Settings.load(made.config).practice
    assert practice.demo
    assert "invented" in practice.name
    assert any("invented" in line for line in practice.letterhead)
    assert practice.crisis_lines and all("invented" in line.name for line in practice.crisis_lines)


# --- it is kept like a real one ---------------------------------------------------------------------------------------


def test_the_trail_is_whole_and_in_the_order_of_time(cleo: Viewer) -> None:
    assert first_damage(db.session()) is None
    moments = list(db.session.scalars(select(AuditEntry.at).order_by(AuditEntry.seq)))
    assert len(moments) > 1000
    assert [moment for before, moment in pairwise(moments) if moment < before - timedelta(hours=2)] == []


def test_nothing_of_it_can_be_read_on_the_disk(cleo: Viewer, made: Made) -> None:
    secrets = {text.strip()[:40].encode() for text in texts_of(cleo) if len(text) > 25}
    secrets |= {b"Duarte", b"Kessler", b"@demo.example", b"that weekend", b"Ana & Ben", b"Cleo Marchetti"}
    secrets |= {made.password(name).encode() for name in ("cleo", "ana")}
    files = [file for file in made.folder.rglob("*") if file.is_file() and file.name != "config.toml"]
    assert any(file.name == "practice.db" and file.stat().st_size > 1_000_000 for file in files)
    for file in files:
        content = file.read_bytes()
        assert not [secret for secret in secrets if secret in content], file
