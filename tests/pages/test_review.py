"""Reading what was sent, and answering it. A draft is never part of it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from cast import Browser, Cast
from werkzeug.test import TestResponse

from clinic.db import db
from clinic.models import Assignment, AuditEntry, Draft, ReviewComment, WorksheetResponse
from clinic.models.homework import assign
from clinic.models.sending import share, unshare
from forms import Given, library

Opened = Callable[[str], Browser]
SECRET, NEWER = "The harbor lamp was green.", "The harbor lamp was red."
ACTS = ("return", "reviewal", "comments", "due", "withdrawal")


def given(cast: Cast, name: str = "Ana", worksheet: str = "hurt-account") -> Assignment:
    row = cast.assign(name, worksheet, by="Cleo")
    db.session.commit()
    return row


def sent(cast: Cast, text: str = SECRET) -> Assignment:
    row = given(cast)
    send_again(cast, row, text)
    return row


def send_again(cast: Cast, row: Assignment, text: str) -> WorksheetResponse:
    response = cast.send(row, {"what_happened": Given(text)}, by=cast.users["Ana"])
    db.session.commit()
    return response


def path(row: Assignment, act: str = "") -> str:
    return f"/practice/homework/{row.id}" + (f"/{act}" if act else "")


def act(page: Browser, row: Assignment, what: str, **fields: Any) -> TestResponse:
    return page.post(path(row, what), fields, form_at="/practice/")


def comments(row: Assignment) -> list[str]:
    return [one.text for one in db.session.query(ReviewComment).filter_by(assignment_id=row.id).order_by(ReviewComment.written_at)]


def fresh(row: Assignment) -> Assignment:
    db.session.rollback()
    db.session.refresh(row)
    return row


def body(answer: TestResponse) -> bytes:
    return re.sub(rb'name="csrf_token" value="[^"]+"', b"", answer.data.split(b"</head>")[1])


def text_of(page: Browser, address: str) -> str:
    answer = page.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_an_answer_that_was_sent_is_read_in_words_with_who_may_see_it(browser: Opened, cast: Cast) -> None:
    text = text_of(browser("Cleo"), path(sent(cast)))
    assert SECRET in text
    assert "Shareable, not shared" in text
    assert "What happened, as you understand it today?" in text


def test_labels_are_read_and_not_ids_and_private_answers_are_marked(browser: Opened, cast: Cast) -> None:
    row = given(cast, "Ben", "readiness")
    answers = {"readiness": Given({"own_it": 0, "stopped": 4}), "not_yet_told": Given({"choice": "not_sure", "text": ""})}
    cast.send(row, answers, by=cast.users["Ben"])
    db.session.commit()
    text = text_of(browser("Cleo"), path(row))
    assert "I own what I chose to do.: 0 of 4" in text
    assert "I am not sure" in text
    assert "not_sure" not in text
    assert "own_it" not in text
    assert text.count(">Private</span>") == 2
    assert "Raised a task for you" in text


def test_a_shared_answer_says_with_whom_and_since_when_until_it_is_taken_back(browser: Opened, cast: Cast) -> None:
    row, page = given(cast), browser("Cleo")
    answer = send_again(cast, row, SECRET).answers[0]
    share(db.session(), answer, by=cast.users["Ana"], at=cast.clock())
    db.session.commit()
    assert "Shared with Ben since March 2, 2026" in text_of(page, path(row))
    unshare(db.session(), answer, by=cast.users["Ana"], at=cast.clock.pass_by(minutes=5))
    db.session.commit()
    assert "Shareable, not shared" in text_of(page, path(row))


@pytest.mark.parametrize(("standard", "words"), [("in_session", "talk about this in session"), ("rather_not", "rather not answer")])
def test_a_standard_answer_is_shown_as_such(browser: Opened, cast: Cast, standard: str, words: str) -> None:
    row = given(cast)
    cast.send(row, {"what_happened": Given(None, standard)}, by=cast.users["Ana"])
    db.session.commit()
    assert re.search(rf'given__instead">.*{words}', text_of(browser("Cleo"), path(row)))


def test_earlier_versions_lie_folded_below_the_newest(browser: Opened, cast: Cast) -> None:
    row = sent(cast)
    cast.clock.pass_by(hours=1)
    send_again(cast, row, NEWER)
    text = text_of(browser("Cleo"), path(row))
    assert text.index(NEWER) < text.index("Version 1, sent") < text.index(SECRET)
    assert "Changed later" in text


def test_a_draft_is_never_shown(browser: Opened, cast: Cast) -> None:
    row, returned, page = given(cast), sent(cast, "Sent words"), browser("Cleo")
    returned.give_back(by=cast.users["Cleo"], at=cast.clock())
    for one in (row, returned):
        db.session.add(
            Draft(
                case_id=one.case_id,
                participant_id=one.participant_id,
                assignment_id=one.id,
                item_id="what_happened",
                saved_at=cast.clock(),
                given=Given("Only begun").as_json(),
                set_aside=Given("Set aside").as_json(),
            )
        )
    db.session.commit()
    pages = (path(row), path(returned), f"/practice/participants/{cast.seats['Ana']}/homework")
    for address in pages:
        text = text_of(page, address)
        assert "Only begun" not in text
        assert "Set aside" not in text
    assert "Nothing has been sent yet" in text_of(page, path(row))
    assert "Sent words" in text_of(page, path(returned))


def test_an_open_homework_reads_the_same_with_a_draft_and_without(browser: Opened, cast: Cast) -> None:
    row, page = given(cast), browser("Cleo")
    before = body(page.get(path(row)))
    draft = Draft(
        case_id=row.case_id, participant_id=row.participant_id, assignment_id=row.id, item_id="what_happened",
        saved_at=cast.clock(), given=Given("Only begun").as_json(),
    )  # fmt: skip
    db.session.add(draft)
    db.session.commit()
    assert body(page.get(path(row))) == before


def test_a_measure_shows_its_score(browser: Opened, cast: Cast) -> None:
    measure = library.measure("trust-pulse")
    row = assign(
        db.session(), cast.seat("Ana"), kind="measure", content_id=measure.id, content_version=measure.version, module_id=None,
        by=cast.users["Cleo"], at=cast.clock(),
    )  # fmt: skip
    db.session.flush()
    cast.send(row, {item.id: Given(2) for item in measure.items}, by=cast.users["Ana"])
    db.session.commit()
    page = browser("Cleo")
    for address in (path(row), f"/practice/participants/{cast.seats['Ana']}/homework"):
        assert re.search(r'score__number">16</span> <span class="score__of">of 32', text_of(page, address))


def test_returning_needs_a_comment_and_opens_it_again(browser: Opened, cast: Cast) -> None:
    row, page = sent(cast), browser("Cleo")
    refused = act(page, row, "return")
    assert refused.status_code == 400
    assert "Write what you would like this person to look at again." in refused.get_data(as_text=True)
    assert fresh(row).state == "submitted"
    assert act(page, row, "return", comment="Say more of April.").status_code == 303
    assert (fresh(row).state, comments(row)) == ("returned", ["Say more of April."])
    assert "Say more of April." in text_of(page, path(row))


def test_marking_reviewed_takes_a_comment_or_none(browser: Opened, cast: Cast) -> None:
    row, page = sent(cast), browser("Cleo")
    assert act(page, row, "reviewal", comment="").status_code == 303
    assert (fresh(row).state, comments(row)) == ("reviewed", [])
    other = given(cast, worksheet="one-sentence")
    cast.send(other, {}, by=cast.users["Ana"])
    db.session.commit()
    assert act(page, other, "reviewal", comment="Thank you.").status_code == 303
    assert (fresh(other).state, comments(other)) == ("reviewed", ["Thank you."])


def test_a_comment_pressed_twice_is_said_once_and_is_audited(browser: Opened, cast: Cast) -> None:
    row, page = sent(cast), browser("Cleo")
    for _ in range(2):
        assert act(page, row, "comments", comment="I read it.").status_code == 303
    assert comments(row) == ["I read it."]
    assert db.session.query(AuditEntry).filter_by(event="commented").count() == 1


def test_the_due_date_moves_and_the_note_of_it_is_kept(browser: Opened, cast: Cast) -> None:
    row, page = given(cast), browser("Cleo")
    assert act(page, row, "due", due_on="2026-03-30").status_code == 303
    assert fresh(row).due_on == date(2026, 3, 30)
    refused = act(page, row, "due", due_on="2026-02-01")
    assert refused.status_code == 400
    assert "This day has passed." in refused.get_data(as_text=True)
    assert fresh(row).due_on == date(2026, 3, 30)


def test_withdrawing_takes_it_off_the_list_and_keeps_what_was_sent(browser: Opened, cast: Cast) -> None:
    row, page = sent(cast), browser("Cleo")
    assert act(page, row, "withdrawal").status_code == 303
    assert fresh(row).state == "withdrawn"
    text = text_of(page, path(row))
    assert SECRET in text
    assert "Mark as reviewed" not in text


@pytest.mark.parametrize(
    ("state", "what", "sentence"),
    [
        ("open", "return", "nothing to return"),
        ("open", "reviewal", "nothing to mark as reviewed"),
        ("open", "comments", "nothing to comment on"),
        ("reviewed", "return", "cannot become returned"),
        ("reviewed", "reviewal", "cannot become reviewed"),
        ("reviewed", "due", "can no longer change"),
        ("reviewed", "withdrawal", "cannot become withdrawn"),
        ("withdrawn", "comments", "would reach nobody"),
        ("withdrawn", "withdrawal", "cannot become withdrawn"),
    ],
)
def test_a_step_that_is_not_allowed_now_is_said_on_the_page_and_changes_nothing(
    browser: Opened, cast: Cast, state: str, what: str, sentence: str
) -> None:
    row, at, by = given(cast) if state == "open" else sent(cast), cast.clock(), cast.users["Cleo"]
    if state == "reviewed":
        row.mark_reviewed(by=by, at=at)
    elif state == "withdrawn":
        row.withdraw(by=by, at=at)
    db.session.commit()
    answer = act(browser("Cleo"), row, what, comment="Kept words", due_on="2026-04-01")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert sentence in text
    assert "Please look at this again" in text
    assert (fresh(row).state, row.due_on, comments(row)) == (state, None, [])


@pytest.mark.parametrize("comment", ["a\x00b", "x" * 1_000_000, "\ud800", "‮\x07"])
def test_a_comment_that_cannot_be_kept_changes_nothing(browser: Opened, cast: Cast, comment: str) -> None:
    row, page = sent(cast), browser("Cleo")
    typed = comment.encode("utf-8", "surrogatepass")
    for what in ("return", "reviewal", "comments"):
        answer = act(page, row, what, comment=typed)
        assert answer.status_code in (303, 400)  # half a letter arrives as a mark in its place, which can be kept
        if answer.status_code == 303:
            assert comments(row)[-1].isprintable()
            return
    assert (fresh(row).state, comments(row)) == ("submitted", [])


@pytest.mark.parametrize("due_on", ["", "0000-00-00", "2026-02-30", "9999-12-31", "\x00", "2026-03-20" * 1000])
def test_an_absurd_date_changes_nothing(browser: Opened, cast: Cast, due_on: str) -> None:
    row = given(cast)
    assert act(browser("Cleo"), row, "due", due_on=due_on).status_code == 400
    assert fresh(row).due_on is None


def test_all_homework_of_one_person_stands_in_a_row_and_nothing_of_the_other(browser: Opened, cast: Cast) -> None:
    sent(cast)
    other = given(cast, "Ben", "involved-account")
    cast.send(other, {"what_i_did": Given("Ben's own words")}, by=cast.users["Ben"])
    db.session.commit()
    given(cast, worksheet="daily-care")
    text = text_of(browser("Cleo"), f"/practice/participants/{cast.seats['Ana']}/homework")
    order = [text.index(words) for words in ("Intake and Safety", "Address the Betrayal", SECRET, "Take Care of Yourself")]
    assert order == sorted(order)
    assert "Nothing has been sent yet" in text
    assert "Ben&#39;s own words" not in text


def test_one_persons_page_asks_as_many_questions_for_many_as_for_few(browser: Opened, cast: Cast) -> None:
    from sqlalchemy import event

    page, address = browser("Cleo"), f"/practice/participants/{cast.seats['Ana']}/homework"
    sent(cast)
    counts = []
    for _ in range(2):
        seen: list[str] = []
        listener = lambda *args: seen.append(args[2])  # noqa: B023, E731
        page.get(address)
        event.listen(db.engine, "before_cursor_execute", listener)
        page.get(address)
        event.remove(db.engine, "before_cursor_execute", listener)
        counts.append(len(seen))
        for _ in range(5):
            sent(cast)
    assert counts[0] == counts[1] > 0


def test_opening_homework_is_written_down(browser: Opened, cast: Cast) -> None:
    row = sent(cast)
    browser("Cleo").get(path(row))
    entries = db.session.query(AuditEntry).filter_by(event="opened", about_id=row.id).all()
    assert [entry.actor_id for entry in entries] == [cast.users["Cleo"]]


@pytest.mark.parametrize("name", ["Fay", "Max", "Ana", "Ben"])
def test_nobody_else_learns_that_there_is_such_homework(browser: Opened, cast: Cast, name: str) -> None:
    row, page = sent(cast), browser(name)
    start = {"Fay": "/practice/", "Max": "/admin/"}.get(name, "/my/")
    assert body(page.get(path(row))) == body(page.get(f"/practice/homework/{uuid.uuid4()}"))
    for what in ACTS:
        refused = page.post(path(row, what), {"comment": "x", "due_on": "2026-04-01"}, form_at=start)
        missing = page.post(f"/practice/homework/{uuid.uuid4()}/{what}", {"comment": "x"}, form_at=start)
        assert refused.status_code == missing.status_code == 404
        assert body(refused) == body(missing)
    person = page.get(f"/practice/participants/{cast.seats['Ana']}/homework")
    assert body(person) == body(page.get(f"/practice/participants/{uuid.uuid4()}/homework"))
    assert (fresh(row).state, comments(row)) == ("submitted", [])


def test_acts_cannot_be_opened_as_pages(browser: Opened, cast: Cast) -> None:
    row, page = sent(cast), browser("Cleo")
    assert {page.get(path(row, what)).status_code for what in ACTS} == {405}
