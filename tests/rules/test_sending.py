"""What follows when homework is sent: once, with its private tasks, its score, and what was shown before."""

from __future__ import annotations

import uuid

import pytest
from cast import Cast, calm_check

from clinic.db import db
from clinic.models import Administration, Answer, Assignment, NotAllowedNow, Sharing, Task, TaskKind, WorksheetResponse
from clinic.models.homework import assign
from clinic.models.safety import why_joint_work_is_closed
from clinic.models.sending import SentDifferently, _kind_of, send, share, unshare
from forms import Given, library

TEXT = "what_happened"


@pytest.fixture
def homework(cast: Cast) -> Assignment:
    row = cast.assign("Ana", "hurt-account", by="Cleo")
    db.session.commit()
    return row


def sent(cast: Cast, homework: Assignment, givens: dict[str, Given], key: uuid.UUID | None = None) -> WorksheetResponse:
    response = send(
        db.session(), homework, givens, submission_key=key or uuid.uuid4(), by=cast.users["Ana"], at=cast.clock.pass_by(minutes=1)
    )
    db.session.commit()
    return response


def answer(homework: Assignment, item_id: str = TEXT) -> Answer:
    """The newest version of one answer."""
    newest = db.session.query(WorksheetResponse).filter_by(assignment_id=homework.id).order_by(WorksheetResponse.number.desc())
    return db.session.query(Answer).filter_by(response_id=newest.first().id, item_id=item_id).one()


def live(row: Answer) -> int:
    return db.session.query(Sharing).filter_by(answer_id=row.id, withdrawn_at=None).count()


def tasks(cast: Cast) -> list[Task]:
    return db.session.query(Task).filter_by(participant_id=cast.seats["Ana"]).order_by(Task.raised_at).all()


def check(cast: Cast, **answers: Given) -> Assignment:
    """A second private check of Ana's, sent."""
    row = cast.assign("Ana", "safety-check", by="Cleo")
    sent(cast, row, calm_check() | answers)
    return row


def test_every_item_becomes_one_answer_and_a_blank_one_is_an_answer_too(cast: Cast, homework: Assignment) -> None:
    response = sent(cast, homework, {})
    assert [row.item_id for row in response.answers] == [item.id for item in library.worksheet("hurt-account").items]
    assert all(Given.from_json(row.given).is_blank for row in response.answers)
    assert homework.state == "submitted"


def test_the_same_key_sends_once(cast: Cast, homework: Assignment) -> None:
    key = uuid.uuid4()
    first = sent(cast, homework, {TEXT: Given("Once.")}, key)
    assert sent(cast, homework, {TEXT: Given("Once.")}, key).id == first.id
    assert db.session.query(WorksheetResponse).filter_by(assignment_id=homework.id).count() == 1


def test_the_same_key_with_other_answers_changes_nothing(cast: Cast, homework: Assignment) -> None:
    key = uuid.uuid4()
    sent(cast, homework, {TEXT: Given("Once.")}, key)
    with pytest.raises(SentDifferently):
        sent(cast, homework, {TEXT: Given("Twice.")}, key)
    db.session.rollback()
    assert Given.from_json(answer(homework).given).value == "Once."


def test_a_change_is_a_new_version_and_the_old_one_stays(cast: Cast, homework: Assignment) -> None:
    sent(cast, homework, {TEXT: Given("Before.")})
    assert sent(cast, homework, {TEXT: Given("After.")}).number == 2
    versions = db.session.query(Answer).filter_by(assignment_id=homework.id, item_id=TEXT).all()
    assert {Given.from_json(row.given).value for row in versions} == {"Before.", "After."}


def test_reviewed_or_withdrawn_homework_takes_nothing_more(cast: Cast, homework: Assignment) -> None:
    sent(cast, homework, {})
    homework.mark_reviewed(by=cast.users["Cleo"], at=cast.clock())
    with pytest.raises(NotAllowedNow):
        sent(cast, homework, {TEXT: Given("Too late.")})


def test_a_calm_check_raises_no_task(cast: Cast) -> None:
    check(cast)
    assert tasks(cast) == []


CONCERNS = {
    "yes": Given({"choice": "yes", "text": ""}),
    "talk": Given({"choice": "talk", "text": ""}),
    "rather not": Given(None, "rather_not"),
    "in session": Given(None, "in_session"),
    "blank": Given(),
}


@pytest.mark.parametrize("given", CONCERNS.values(), ids=CONCERNS.keys())
def test_a_concern_raises_one_urgent_task_with_a_neutral_title(cast: Cast, given: Given) -> None:
    row = check(cast, pushed_or_hurt=given, watched=given)
    (task,) = tasks(cast)
    assert (task.kind, task.assignment_id, task.is_urgent) == (TaskKind.SAFETY, row.id, True)
    assert task.title == "A private check to read"
    assert task.due_at is not None


def test_wishing_to_talk_about_an_answer_raises_a_quiet_task(cast: Cast, homework: Assignment) -> None:
    sent(cast, homework, {TEXT: Given(None, "in_session")})
    (task,) = tasks(cast)
    assert (task.kind, task.is_urgent, task.due_at) == (TaskKind.TALK, False, None)


def test_what_was_not_yet_told_raises_a_task_that_closes_with_words_only(cast: Cast) -> None:
    worksheet = next(
        sheet for module in library.modules for sheet in library.worksheets_of(module.id)
        if any(item.concern and not item.never_shared for item in sheet.items)
    )  # fmt: skip
    item = next(item for item in worksheet.items if item.concern and not item.never_shared)
    row = cast.assign("Ana", worksheet.id, by="Cleo")
    concern = next(value for value in item.concern if value in {choice.id for choice in item.options})
    sent(cast, row, {item.id: Given({"choice": concern, "text": ""})})
    (task,) = tasks(cast)
    assert (task.kind, task.title) == (TaskKind.DISCLOSURE, item.task)
    with pytest.raises(NotAllowedNow):
        task.finish(what=" ", by=cast.users["Cleo"], at=cast.clock())


def test_a_measure_is_scored_and_a_change_supersedes_the_score(cast: Cast) -> None:
    measure = library.measure("trust-pulse")
    row = assign(
        db.session(), cast.seat("Ana"), kind="measure", content_id=measure.id, content_version=measure.version, module_id=None,
        by=cast.users["Cleo"], at=cast.clock(),
    )  # fmt: skip
    db.session.commit()
    sent(cast, row, {item.id: Given(1) for item in measure.items})
    sent(cast, row, {item.id: Given(3) for item in measure.items})
    rows = db.session.query(Administration).filter_by(assignment_id=row.id).all()
    assert {(one.score["total"], one.superseded_at is None) for one in rows} == {(8, False), (24, True)}


def test_a_blank_item_is_not_a_zero(cast: Cast) -> None:
    measure = library.measure("trust-pulse")
    row = assign(
        db.session(), cast.seat("Ana"), kind="measure", content_id=measure.id, content_version=measure.version, module_id=None,
        by=cast.users["Cleo"], at=cast.clock(),
    )  # fmt: skip
    db.session.commit()
    sent(cast, row, {item.id: Given(0) for item in measure.items[1:]})
    assert db.session.query(Administration).filter_by(assignment_id=row.id).one().score["total"] is None


def test_nothing_is_shown_by_sending(cast: Cast, homework: Assignment) -> None:
    sent(cast, homework, {TEXT: Given("Mine.")})
    assert db.session.query(Sharing).count() == 0


def test_showing_twice_shows_once_and_taking_it_back_ends_it(cast: Cast, homework: Assignment) -> None:
    sent(cast, homework, {TEXT: Given("Mine.")})
    row, ana = answer(homework), cast.users["Ana"]
    for _ in range(2):
        share(db.session(), row, by=ana, at=cast.clock())
        db.session.commit()
    assert live(row) == 1
    for _ in range(2):
        unshare(db.session(), row, by=ana, at=cast.clock())
        db.session.commit()
    assert live(row) == 0


def test_a_private_answer_cannot_be_shown(cast: Cast) -> None:
    row = check(cast)
    with pytest.raises(NotAllowedNow):
        share(db.session(), answer(row, "watched"), by=cast.users["Ana"], at=cast.clock())


def test_a_shown_answer_stays_shown_only_while_its_words_stay(cast: Cast, homework: Assignment) -> None:
    sent(cast, homework, {TEXT: Given("Mine.")})
    first = answer(homework)
    share(db.session(), first, by=cast.users["Ana"], at=cast.clock())
    since = db.session.query(Sharing).one().shared_at
    sent(cast, homework, {TEXT: Given("Mine.")})
    second = answer(homework)
    assert (live(first), live(second)) == (0, 1)
    assert db.session.query(Sharing).filter_by(answer_id=second.id).one().shared_at == since  # sending again tells nobody
    sent(cast, homework, {TEXT: Given("Other words.")})
    assert (live(second), live(answer(homework))) == (0, 0)


def test_a_low_mood_raises_a_task_that_is_neither_a_risk_nor_something_untold(cast: Cast) -> None:
    row = cast.assign("Ana", "mood-and-worry", by="Cleo")
    db.session.flush()
    sent(cast, row, {"low_mood": Given(9)})
    (task,) = tasks(cast)
    assert (task.kind, task.title, task.is_urgent) == (TaskKind.NUMBER, "Two quick numbers to read", False)
    assert task.due_at is not None, "it is looked at soon all the same"
    assert "A safety concern is open." not in why_joint_work_is_closed(db.session(), cast.case("Ana"), at=cast.clock())
    task.finish(what="", by=cast.users["Cleo"], at=cast.clock())


def test_every_concern_of_the_programme_has_the_kind_that_fits_it() -> None:
    """By hand: what is not here raises a safety task, being outside every policy."""
    kinds = {
        item.id: _kind_of([item])
        for module in library.modules for sheet in library.worksheets_of(module.id) for item in sheet.items
        if item.concern and not item.never_shared
    }  # fmt: skip
    assert kinds == {
        "not_yet_told": TaskKind.DISCLOSURE, "unsaid": TaskKind.DISCLOSURE,
        "low_mood": TaskKind.NUMBER, "worry": TaskKind.NUMBER,
    }  # fmt: skip
