"""Showing one answer to the other: previewed, the author's own act, taken back at any time; and nothing else crosses over."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from cast import Browser, Cast, calm_check
from paper import without_tokens, words
from sqlalchemy import event

from clinic.db import db
from clinic.models import Answer, Assignment, AuditEntry, Event, Sharing
from clinic.models.sending import share
from forms import Given, library

Opened = Callable[[str], Browser]
TEXT = "what_happened"


def send(cast: Cast, name: str, worksheet: str, givens: dict[str, Given]) -> Assignment:
    row = cast.assign(name, worksheet, by="Cleo")
    cast.send(row, givens, by=cast.users[name])
    db.session.commit()
    return row


def answer_of(row: Assignment, item_id: str = TEXT) -> uuid.UUID:
    return db.session.query(Answer).filter_by(assignment_id=row.id, item_id=item_id).one().id


@pytest.fixture
def account(cast: Cast) -> uuid.UUID:
    """The assignment in which Ana sent her account."""
    return send(cast, "Ana", "hurt-account", {TEXT: Given("It was a Sunday.\n\nI saw the zeppelin.")}).id


@pytest.fixture
def answer(cast: Cast, account: uuid.UUID) -> uuid.UUID:
    return answer_of(db.session.get_one(Assignment, account))


def show(browser: Browser, answer: uuid.UUID) -> None:
    assert browser.post(f"/my/answers/{answer}/sharing").status_code == 303


def card(page: str) -> str:
    """The shown answer alone, as it stands in the page's source."""
    return page.partition('<article class="answer answer--shown">')[2].partition("</article>")[0]


def test_sending_shows_nothing(browser: Opened, answer: uuid.UUID) -> None:
    assert "zeppelin" not in words(browser("Ben").get("/my/shared"))


def test_the_preview_is_exactly_what_the_other_sees(browser: Opened, answer: uuid.UUID) -> None:
    ana, ben = browser("Ana"), browser("Ben")
    preview = card(ana.get(f"/my/answers/{answer}/sharing").get_data(as_text=True))
    assert "I saw the zeppelin." in preview
    show(ana, answer)
    assert card(ben.get("/my/shared").get_data(as_text=True)) == preview


def test_the_reader_sees_the_question_the_answer_and_a_day_and_nothing_else(
    cast: Cast, browser: Opened, account: uuid.UUID, answer: uuid.UUID
) -> None:
    show(browser("Ana"), answer)
    page = browser("Ben").get("/my/shared")
    assert "The question was What happened, as you understand it today? It was a Sunday. I saw the zeppelin." in words(page)
    assert "Shown since March 2, 2026" in words(page)
    text = page.get_data(as_text=True)
    for hidden in (str(answer), str(account), "What happened, in your words", "Ana", "MyBen", "MyAna", "in March"):
        assert hidden not in text


def test_neither_persons_own_labels_reach_the_other(cast: Cast, browser: Opened) -> None:
    """Ana's words for the event and for Ben are hers; the question is put in words that give nothing away."""
    cast.seat("Ana").calls_event, cast.seat("Ana").calls_other = "the thing in the attic", "that man"
    row = send(cast, "Ana", "what-it-changed", {"what_changed": Given({"chosen": ["safety"], "other": "my garden"})})
    show(browser("Ana"), answer_of(row, "what_changed"))
    said = words(browser("Ben").get("/my/shared"))
    assert "Since what happened, what has changed for you?" in said
    assert "my garden" in said
    assert "attic" not in said
    assert "that man" not in said


def test_taking_it_back_ends_it_and_says_that_it_may_have_been_read_but_never_whether(
    cast: Cast, browser: Opened, answer: uuid.UUID
) -> None:
    said = []
    for is_read in (False, True):
        ana = browser("Ana")
        show(ana, answer)
        if is_read:
            assert "zeppelin" in words(browser("Ben").get("/my/shared"))
        pages = [ana.get(path) for path in ("/my/showing", f"/my/answers/{answer}/sharing")]
        reply = ana.post(f"/my/answers/{answer}/withdrawal", form_at="/my/about")
        pages += [ana.get(reply.headers["Location"]), ana.get("/my/")]
        said.append([without_tokens(page) for page in pages])
        assert "It may have been read before" in words(pages[2])
        assert "zeppelin" not in words(browser("Ben").get("/my/shared"))
    assert said[0] == said[1]


def test_showing_and_taking_back_twice_is_doing_it_once(browser: Opened, answer: uuid.UUID) -> None:
    ana = browser("Ana")
    for act in ("sharing", "sharing", "withdrawal", "withdrawal"):
        assert ana.post(f"/my/answers/{answer}/{act}", form_at="/my/about").status_code == 303
    assert db.session.query(Sharing).filter_by(answer_id=answer).count() == 1


def test_a_changed_answer_is_private_again_and_an_old_version_cannot_be_shown(
    cast: Cast, browser: Opened, account: uuid.UUID, answer: uuid.UUID
) -> None:
    ana = browser("Ana")
    show(ana, answer)
    row = db.session.get_one(Assignment, account)
    cast.send(row, {TEXT: Given("Other words.")}, by=cast.users["Ana"])
    db.session.commit()
    said = words(browser("Ben").get("/my/shared"))
    assert "zeppelin" not in said
    assert "Other words" not in said
    assert ana.post(f"/my/answers/{answer}/sharing", form_at="/my/about").status_code == 404


def test_sending_the_same_words_again_tells_the_reader_nothing(
    cast: Cast, browser: Opened, account: uuid.UUID, answer: uuid.UUID
) -> None:
    show(browser("Ana"), answer)
    ben = browser("Ben")
    before = ben.get("/my/shared")
    cast.clock.pass_by(minutes=10)
    row = db.session.get_one(Assignment, account)
    given = db.session.get_one(Answer, answer).given
    cast.send(row, {TEXT: Given.from_json(given)}, by=cast.users["Ana"])
    db.session.commit()
    assert without_tokens(ben.get("/my/shared")) == without_tokens(before)


def test_what_is_shown_can_be_taken_back_even_when_the_homework_was_withdrawn(
    cast: Cast, browser: Opened, account: uuid.UUID, answer: uuid.UUID
) -> None:
    ana = browser("Ana")
    show(ana, answer)
    db.session.get_one(Assignment, account).withdraw(by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    assert ana.get(f"/my/homework/{account}/answers").status_code == 404
    assert f"/my/answers/{answer}/sharing" in ana.get("/my/showing").get_data(as_text=True)
    assert ana.get(f"/my/answers/{answer}/sharing").status_code == 200
    assert ana.post(f"/my/answers/{answer}/withdrawal", form_at="/my/about").headers["Location"] == "/my/showing"
    assert "zeppelin" not in words(browser("Ben").get("/my/shared"))


def test_private_blank_and_standard_answers_have_no_way_to_be_shown(cast: Cast, browser: Opened) -> None:
    ana = browser("Ana")
    rows = [
        (send(cast, "Ana", "safety-check", calm_check()), "watched"),
        (send(cast, "Ana", "hurt-account", {}), TEXT),
        (send(cast, "Ana", "hurt-account", {TEXT: Given(None, "in_session")}), TEXT),
    ]
    for path, answer in [(f"/my/homework/{row.id}/answers", answer_of(row, item)) for row, item in rows]:
        assert "Show this to" not in words(ana.get(path))
        assert ana.get(f"/my/answers/{answer}/sharing").status_code == 404
        assert ana.post(f"/my/answers/{answer}/sharing", form_at="/my/about").status_code == 404
    assert db.session.query(Sharing).count() == 0


def test_anyone_elses_answer_is_the_same_as_none(browser: Opened, answer: uuid.UUID) -> None:
    def body(page: object) -> bytes:
        return page.data.split(b"<main")[1]  # type: ignore[attr-defined]

    for shown in (False, True):
        if shown:
            show(browser("Ana"), answer)
        for name in ("Ben", "Dot", "Gil"):
            other = browser(name)
            for act, method in (("sharing", "get"), ("sharing", "post"), ("withdrawal", "post")):
                options = {"form_at": "/my/about"} if method == "post" else {}
                replies = [getattr(other, method)(f"/my/answers/{id}/{act}", **options) for id in (answer, uuid.uuid4())]
                assert {reply.status_code for reply in replies} == {404}
                assert len({body(reply) for reply in replies}) == 1
    assert "zeppelin" not in words(browser("Dot").get("/my/shared"))


def test_the_first_page_looks_the_same_whether_or_not_something_is_shown(browser: Opened, answer: uuid.UUID) -> None:
    ben = browser("Ben")
    before = ben.get("/my/")
    show(browser("Ana"), answer)
    assert without_tokens(ben.get("/my/")) == without_tokens(before)


def test_the_page_of_what_is_shown_asks_as_little_for_six_answers_as_for_one(browser: Opened, cast: Cast) -> None:
    """Reading each of them is written down all the same."""
    asked, ben = [], browser("Ben")
    for sheets in (("hurt-account",), ("one-sentence", "still-true", "hopes", "good-enough-week")):
        for name in sheets:
            texts = [item.id for item in library.worksheet(name).items if item.kind == "long_text"]
            row = send(cast, "Ana", name, dict.fromkeys(texts, Given("I saw it.")))
            for answer in db.session.query(Answer).filter_by(assignment_id=row.id, visibility="shareable"):
                share(db.session(), answer, by=cast.users["Ana"], at=cast.clock())
        db.session.commit()
        said: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object, said: list[str] = said) -> None:
            said.append(statement.partition(" ")[0])

        event.listen(db.engine, "before_cursor_execute", note)
        shown = ben.get("/my/shared").get_data(as_text=True).count("answer--shown")
        event.remove(db.engine, "before_cursor_execute", note)
        asked.append((shown, said.count("SELECT")))
    (few, first), (many, second) = asked
    assert 0 < few < many - 2
    assert second <= first, f"{first} for {few}, {second} for {many}"
    opened = [row for row in db.session.query(AuditEntry) if row.event == Event.OPENED and row.actor_id == cast.users["Ben"]]
    assert len({row.about_id for row in opened}) == many
