"""Check, send once, and the same calm page after everything."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable

import pytest
from cast import Browser, Cast, calm_check
from paper import fields, without_tokens, words
from werkzeug.test import TestResponse

from clinic.db import db
from clinic.models import Administration, Answer, Assignment, Draft, Task, WorksheetResponse
from clinic.models.homework import assign
from forms import Given, library

Opened = Callable[[str], Browser]
PAGE = "/my/about"


@pytest.fixture
def account(cast: Cast) -> str:
    return given_to(cast, "Ana", "hurt-account")


def given_to(cast: Cast, name: str, worksheet: str) -> str:
    row = cast.assign(name, worksheet, by="Cleo")
    db.session.commit()
    return f"/my/homework/{row.id}"


def typed(browser: Browser, account: str, text: str) -> None:
    path = f"{account}/1"
    browser.post(path, fields(browser.get(path), path) | {"what_happened": text}, form_at=PAGE)


def to_send(browser: Browser, account: str) -> dict[str, object]:
    return fields(browser.get(f"{account}/check"), "/submission")


def sent(browser: Browser, account: str, form: dict[str, object] | None = None) -> TestResponse:
    return browser.post(f"{account}/submission", form or to_send(browser, account), form_at=PAGE)


def versions(account: str) -> list[WorksheetResponse]:
    rows = db.session.query(WorksheetResponse).filter_by(assignment_id=uuid.UUID(account.rsplit("/", 1)[1]))
    return list(rows.order_by(WorksheetResponse.number))


def text_of(response: WorksheetResponse) -> object:
    return next(Given.from_json(row.given).value for row in response.answers if row.item_id == "what_happened")


def test_the_check_page_says_every_answer_in_words_and_names_blank_ones_gently(cast: Cast, browser: Opened) -> None:
    ana, path = browser("Ana"), given_to(cast, "Ana", "safety-check")
    page = fields(ana.get(f"{path}/1"), "/1")
    ana.post(f"{path}/1", page | {"free_to_disagree-choice": "yes", "afraid_of_reaction-instead": "rather_not"}, form_at=PAGE)
    said = words(ana.get(f"{path}/check"))
    assert "Do you feel free to disagree with MyBen? Yes" in said
    assert "I would rather not answer" in said
    assert "7 questions are blank. You may send it like that." in said
    assert said.count("You left this blank.") == 7
    assert f'href="{path}/2#watched-item"' in ana.get(f"{path}/check").get_data(as_text=True)


def test_nothing_has_to_be_answered(browser: Opened, account: str) -> None:
    ana = browser("Ana")
    assert "You have left everything blank so far." in words(ana.get(f"{account}/check"))
    assert sent(ana, account).headers["Location"] == f"{account}/sent"
    assert text_of(versions(account)[0]) is None


def test_a_second_tap_a_retry_and_a_page_gone_back_to_send_nothing_more(browser: Opened, account: str) -> None:
    ana = browser("Ana")
    typed(ana, account, "Once.")
    form = to_send(ana, account)
    replies = [sent(ana, account, form) for _ in range(3)]
    assert {(reply.status_code, reply.headers["Location"]) for reply in replies} == {(303, f"{account}/sent")}
    assert len(versions(account)) == 1
    for gone_back_to in ("/check", "/1"):
        assert ana.get(account + gone_back_to).headers["Location"] == f"{account}/sent"


def test_two_tabs_send_once(browser: Opened, account: str) -> None:
    ana = browser("Ana")
    typed(ana, account, "Once.")
    first, second = to_send(ana, account), to_send(ana, account)
    sent(ana, account, first)
    assert sent(ana, account, second).headers["Location"] == f"{account}/sent"
    assert len(versions(account)) == 1


def test_eight_taps_at_the_same_moment_send_once(cast: Cast, browser: Opened, account: str) -> None:
    ana = browser("Ana")
    typed(ana, account, "Once.")
    form = to_send(ana, account) | {"csrf_token": ana.token(PAGE)}
    cookie = ana.client.get_cookie("id")
    assert cookie is not None
    db.session.remove()
    taps = [Browser(cast.app) for _ in range(8)]
    replies: list[TestResponse] = []
    together = threading.Barrier(8)

    def tap(browser: Browser) -> None:
        browser.client.set_cookie("id", cookie.value)
        together.wait()
        replies.append(browser.client.post(f"{account}/submission", data=form))

    threads = [threading.Thread(target=tap, args=(one,)) for one in taps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [(reply.status_code, reply.headers["Location"]) for reply in replies] == [(303, f"{account}/sent")] * 8
    assert len(versions(account)) == 1


def test_the_same_key_with_other_answers_shows_both_and_keeps_what_was_typed(browser: Opened, account: str) -> None:
    ana = browser("Ana")
    typed(ana, account, "As sent.")
    old = to_send(ana, account)
    sent(ana, account, old)
    ana.post(f"{account}/reopening", form_at=PAGE)
    typed(ana, account, "Typed since.")
    reply = sent(ana, account, old)
    assert reply.status_code == 409
    assert "You sent As sent. You have written since Typed since." in words(reply)
    assert [text_of(response) for response in versions(account)] == ["As sent."]
    sent(ana, account)
    assert [text_of(response) for response in versions(account)] == ["As sent.", "Typed since."]


def test_what_changed_on_another_device_is_looked_at_before_it_is_sent(browser: Opened, account: str) -> None:
    phone, tablet = browser("Ana"), browser("Ana")
    typed(phone, account, "Seen.")
    form = to_send(phone, account)
    typed(tablet, account, "Seen. And more.")
    reply = sent(phone, account, form)
    assert reply.status_code == 409
    assert "have changed since this page was opened" in words(reply)
    assert "And more." in words(reply)
    assert versions(account) == []


def test_two_versions_of_an_answer_are_chosen_between_before_sending(browser: Opened, account: str) -> None:
    phone, tablet, path = browser("Ana"), browser("Ana"), f"{account}/1"
    blank = fields(tablet.get(path), path)
    typed(phone, account, "Phone.")
    tablet.post(path, blank | {"what_happened": "Tablet."}, form_at=PAGE)
    reply = sent(phone, account)
    assert reply.status_code == 409
    assert "Choose which version to send" in words(reply)
    assert "Phone." in words(reply)
    assert versions(account) == []


@pytest.mark.parametrize("key", ["", "x", "5e0c2a1e-8c1d-4f57-9a55-0d9c1b6d3f10", "0" * 9000])
def test_a_key_that_is_not_of_this_page_sends_nothing(browser: Opened, account: str, key: str) -> None:
    ana = browser("Ana")
    typed(ana, account, "Mine.")
    assert sent(ana, account, to_send(ana, account) | {"submission_key": key}).status_code == 409
    assert versions(account) == []
    assert db.session.query(Draft).count() == 1


def test_answers_can_be_changed_until_the_counselor_has_gone_through_them(cast: Cast, browser: Opened, account: str) -> None:
    ana = browser("Ana")
    typed(ana, account, "First.")
    sent(ana, account)
    assert "Change my answers" in words(ana.get(f"{account}/answers"))
    opened = ana.post(f"{account}/reopening", form_at=PAGE)
    assert opened.headers["Location"] == f"{account}/1"
    assert fields(ana.get(f"{account}/1"), "/1")["what_happened"] == "First."
    assert "Changes not sent yet" in words(ana.get("/my/"))
    assert "First." in words(ana.get(f"{account}/answers"))
    typed(ana, account, "Second.")
    sent(ana, account)
    assert [text_of(response) for response in versions(account)] == ["First.", "Second."]
    row = db.session.get_one(Assignment, versions(account)[0].assignment_id)
    row.mark_reviewed(by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    assert "Change my answers" not in words(ana.get(f"{account}/answers"))
    assert ana.post(f"{account}/reopening", form_at=PAGE).status_code == 409
    assert ana.post(f"{account}/1", {"what_happened": "Third."}, form_at=PAGE).status_code == 409
    assert ana.get(f"{account}/1").headers["Location"] == f"{account}/sent"


def test_a_change_that_was_begun_can_be_left(browser: Opened, account: str) -> None:
    ana = browser("Ana")
    typed(ana, account, "First.")
    sent(ana, account)
    ana.post(f"{account}/reopening", form_at=PAGE)
    typed(ana, account, "Second.")
    ana.post(f"{account}/keeping", form_at=PAGE)
    assert db.session.query(Draft).count() == 0
    assert [text_of(response) for response in versions(account)] == ["First."]


def check_page_after(cast: Cast, browser: Browser, changed: dict[str, Given]) -> TestResponse:
    """Give Ana a private check, let her send it in her browser, and fetch what she sees."""
    path = given_to(cast, "Ana", "safety-check")
    for number, page in enumerate(library.worksheet("safety-check").pages, start=1):
        held = fields(browser.get(f"{path}/{number}"), f"/{number}")
        for item in page.items:
            given = (calm_check() | changed)[item.id]
            held |= {f"{item.id}-instead": str(given.standard)} if given.standard else {}
            held |= {f"{item.id}-choice": given.value["choice"]} if given.value else {}
        browser.post(f"{path}/{number}", held, form_at=PAGE)
    assert sent(browser, path).headers["Location"] == f"{path}/sent"
    return browser.get(f"{path}/sent")


def test_the_page_after_sending_is_the_same_to_the_byte_whatever_was_answered(cast: Cast, browser: Opened) -> None:
    ana = browser("Ana")
    afraid = Given({"choice": "yes", "text": ""})
    pages = [
        check_page_after(cast, ana, {}),
        check_page_after(cast, ana, {"pushed_or_hurt": afraid, "afraid_to_answer": afraid}),
        check_page_after(cast, ana, dict.fromkeys(calm_check(), Given(None, "rather_not"))),
        check_page_after(cast, ana, dict.fromkeys(calm_check(), Given())),
    ]
    assert db.session.query(Task).filter_by(participant_id=cast.seats["Ana"]).count() == 3
    assert len({without_tokens(page) for page in pages}) == 1
    assert len({len(page.data) for page in pages}) == 1
    assert len({tuple(sorted((name, value) for name, value in page.headers if "nonce" not in value)) for page in pages}) == 1


def test_the_page_after_sending_is_the_same_after_every_kind_of_form(cast: Cast, browser: Opened, account: str) -> None:
    ana = browser("Ana")
    typed(ana, account, "x")
    sent(ana, account)
    page = ana.get(f"{account}/sent")
    assert without_tokens(page) == without_tokens(check_page_after(cast, ana, {}))
    said = words(page)
    for promised in ("Test Crisis Line", "Checked on January 15, 2026", "This form is not watched around the clock.", "Exit"):
        assert promised in said


def test_a_concern_becomes_a_task_that_neither_of_the_two_can_see(cast: Cast, browser: Opened) -> None:
    ana, ben = browser("Ana"), browser("Ben")
    seen = ("/my/", "/my/shared", "/my/about", "/my/devices", "/my/showing")
    before = [words(ben.get(path)) for path in seen]
    check_page_after(cast, ana, {"watched": Given({"choice": "yes", "text": ""})})
    assert [row.kind for row in db.session.query(Task).filter_by(participant_id=cast.seats["Ana"])] == ["safety"]
    assert [words(ben.get(path)) for path in seen] == before
    task = db.session.query(Task).filter_by(participant_id=cast.seats["Ana"]).one()
    for path in seen:
        assert task.title not in words(ana.get(path)).replace("A private check", "")
        assert str(task.id) not in ana.get(path).get_data(as_text=True)


def test_a_measure_goes_the_same_way(cast: Cast, browser: Opened) -> None:
    measure = library.measure("trust-pulse")
    row = assign(
        db.session(), cast.seat("Ana"), kind="measure", content_id=measure.id, content_version=measure.version, module_id=None,
        by=cast.users["Cleo"], at=cast.clock(),
    )  # fmt: skip
    db.session.commit()
    ana, path = browser("Ana"), f"/my/homework/{row.id}"
    held = fields(ana.get(f"{path}/1"), "/1") | {item.id: "2" for item in measure.items}
    ana.post(f"{path}/1", held, form_at=PAGE)
    assert "2 of 4" in words(ana.get(f"{path}/check"))
    assert sent(ana, path).headers["Location"] == f"{path}/sent"
    assert db.session.query(Administration).filter_by(assignment_id=uuid.UUID(path[-36:])).one().score["total"] == 16
    assert "16" not in words(ana.get(f"{path}/answers"))


def test_what_was_sent_can_be_read_again_by_its_author(browser: Opened, account: str) -> None:
    ana = browser("Ana")
    typed(ana, account, "First line.\n\nSecond line.")
    sent(ana, account)
    assert "First line. Second line." in words(ana.get(f"{account}/answers"))
    assert db.session.query(Answer).filter_by(visibility="shareable").count() == 1
