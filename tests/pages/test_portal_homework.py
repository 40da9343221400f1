"""Homework page by page: saved by every button, without scripts too; drafts on two devices; what is typed is never lost."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from cast import PASSWORD, Browser, Cast
from paper import fields, words
from werkzeug.test import TestResponse

from clinic.db import db
from clinic.models import Draft, ReviewComment
from clinic.models.homework import assign
from clinic.web.portal.home import due_in_words
from forms import Given, library

Opened = Callable[[str], Browser]
JSON = {"Accept": "application/json"}


@pytest.fixture
def account(cast: Cast) -> str:
    """The address of one text that Ana has to write."""
    return given_to(cast, "Ana", "hurt-account")


def given_to(cast: Cast, name: str, worksheet: str) -> str:
    row = cast.assign(name, worksheet, by="Cleo")
    db.session.commit()
    return f"/my/homework/{row.id}"


def press(browser: Browser, path: str, typed: dict[str, object], go: str = "next", **more: object) -> TestResponse:
    """Open the page, type, press a button."""
    page = fields(browser.get(path), path)
    return browser.post(path, page | typed | {"go": go} | more, form_at="/my/about")


def autosave(browser: Browser, path: str, typed: dict[str, object], revision: str | None = None) -> TestResponse:
    page = fields(browser.get(path), path)
    data = page | typed | ({} if revision is None else {"revision": revision})
    return browser.post(f"{path}/draft", data, form_at="/my/about", headers=JSON)


def typed_on(browser: Browser, path: str, name: str = "what_happened") -> object:
    return fields(browser.get(path), path)[name]


# --- what is waiting ------------------------------------------------------------------------------------------------------


def test_the_list_says_what_is_waiting_how_long_it_takes_and_until_when(cast: Cast, browser: Opened) -> None:
    worksheet = library.worksheet("hurt-account")
    assign(
        db.session(), cast.seat("Ana"), kind="worksheet", content_id=worksheet.id, content_version=1, module_id=worksheet.module,
        due_on=date(2026, 3, 5), note="Only as much as feels right.", by=cast.users["Cleo"], at=cast.clock(),
    )  # fmt: skip
    db.session.commit()
    said = words(browser("Ana").get("/my/"))
    assert "What happened, in your words New by Thursday about 20 minutes Only as much as feels right." in said


def test_an_empty_list_says_what_to_do_next(browser: Opened) -> None:
    said = words(browser("Ana").get("/my/"))
    assert "Nothing is waiting" in said
    assert "Shared with you" in said


@pytest.mark.parametrize(
    ("days", "sentence"),
    [(None, "whenever you are ready"), (0, "for today"), (1, "for tomorrow"), (3, "by Thursday"), (9, "by Wednesday, March 11"),
     (-1, "meant for March 1, still open")],
)  # fmt: skip
def test_due_dates_are_said_in_words(cast: Cast, days: int | None, sentence: str) -> None:
    today = date(2026, 3, 2)
    with cast.app.test_request_context():
        assert due_in_words(None if days is None else today + timedelta(days=days), today) == sentence


def test_the_crisis_lines_are_on_the_first_page_and_one_step_away_on_every_other(browser: Opened, account: str) -> None:
    ana = browser("Ana")
    assert "Test Crisis Line 000 Checked on January 15, 2026" in words(ana.get("/my/"))
    assert "Test Crisis Line" in words(ana.get("/my/about"))
    for path in (account, f"{account}/1", f"{account}/check", "/my/shared", "/my/devices", "/my/password"):
        assert 'href="/my/about#crisis"' in ana.get(path).get_data(as_text=True)


# --- the introduction -----------------------------------------------------------------------------------------------------


def test_the_introduction_is_the_one_for_this_persons_side_and_there_is_none_without_a_side(
    cast: Cast, browser: Opened, account: str
) -> None:
    ana = browser("Ana")
    assert "Something happened that broke your trust." in words(ana.get(account))
    cast.seat("Ana").side = "unset"
    db.session.commit()
    assert "About this part of the work" not in words(ana.get(account))


# --- who will see ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("worksheet", "line"),
    [
        ("weekly-distress", "Only you and your counselor see this. You agreed to limited secrets:"),
        ("hurt-account", "You and your counselor see this. You can choose later to show it to MyBen. You agreed to limited"),
        ("safety-check", "Only your counselor sees this, whatever you agreed on. Your counselor sees this only after you send it."),
        ("reaching-me", "Only your counselor sees this, whatever you agreed on. Your counselor sees this only after you send it."),
    ],
)
def test_every_box_says_who_will_see_it_and_the_check_page_says_it_again(
    cast: Cast, browser: Opened, worksheet: str, line: str
) -> None:
    ana, path = browser("Ana"), given_to(cast, "Ana", worksheet)
    items = library.worksheet(worksheet).items
    pages = range(1, len(library.worksheet(worksheet).pages) + 1)
    assert sum(words(ana.get(f"{path}/{page}")).count(line) for page in pages) == len(items)
    assert words(ana.get(f"{path}/check")).count(line) == len(items)


def test_the_policys_line_is_never_beside_what_stands_outside_every_policy(cast: Cast, browser: Opened) -> None:
    ana = browser("Ana")
    for worksheet in ("safety-check", "reaching-me"):
        path = given_to(cast, "Ana", worksheet)
        for page in ("", "/1", "/check"):
            assert "You agreed to" not in words(ana.get(path + page))


# --- every button saves ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("go", "leads_to"), [("next", "/check"), ("back", ""), ("later", None), ("", "/check"), ("x", "/check")])
def test_every_button_saves_the_page_and_goes_its_way(browser: Opened, account: str, go: str, leads_to: str | None) -> None:
    ana = browser("Ana")
    reply = press(ana, f"{account}/1", {"what_happened": "It was in March."}, go=go)
    assert (reply.status_code, reply.headers["Location"]) == (303, "/my/" if leads_to is None else account + leads_to)
    assert typed_on(ana, f"{account}/1") == "It was in March."


def test_going_on_opens_the_page_that_was_last_worked_on(cast: Cast, browser: Opened) -> None:
    ana, path = browser("Ana"), given_to(cast, "Ana", "safety-check")
    press(ana, f"{path}/1", {"free_to_disagree-choice": "yes"})
    cast.clock.pass_by(minutes=1)
    press(ana, f"{path}/2", {"watched-choice": "no"}, go="later")
    assert f'href="{path}/2"' in ana.get(path).get_data(as_text=True)


@pytest.mark.parametrize("worksheet", [sheet.id for module in library.modules for sheet in library.worksheets_of(module.id)])
def test_every_worksheet_opens_on_every_page_and_keeps_the_standard_answers(cast: Cast, browser: Opened, worksheet: str) -> None:
    ana, path = browser("Ana"), given_to(cast, "Ana", worksheet)
    for number in range(1, len(library.worksheet(worksheet).pages) + 1):
        asked = [name for name in fields(ana.get(f"{path}/{number}"), f"/{number}") if name.endswith("-instead")]
        assert asked
        standard = {name: ("in_session", "rather_not")[place % 2] for place, name in enumerate(asked)}
        assert press(ana, f"{path}/{number}", standard).status_code == 303
        held = fields(ana.get(f"{path}/{number}"), f"/{number}")
        assert {name: held[name] for name in standard} == standard
    said = words(ana.get(f"{path}/check"))
    assert "I would rather talk about this in session" in said


def test_rows_are_added_without_scripts_and_kept(cast: Cast, browser: Opened) -> None:
    ana, path = browser("Ana"), given_to(cast, "Ana", "my-questions") + "/1"
    for number in range(4):
        page = fields(ana.get(path), path)
        page = fields(ana.post(path, page | {"add_row": "questions"}, form_at="/my/about"), path)
        name = f"questions-{number}-question"
        assert name in page
        press(ana, path, page | {name: f"Question {number}?"}, go="later")
    held = fields(ana.get(path), path)
    assert [held[f"questions-{number}-question"] for number in range(5)] == [*(f"Question {n}?" for n in range(4)), ""]


def test_the_rows_end_at_the_most_there_may_be(cast: Cast, browser: Opened) -> None:
    ana, path = browser("Ana"), given_to(cast, "Ana", "rough-hour-plan") + "/1"
    page = fields(ana.get(path), path)
    for _ in range(9):
        page = fields(ana.post(path, page | {"add_row": "rough_hour_plan"}, form_at="/my/about"), path)
    assert sum(name.endswith("-step") for name in page) == 5


# --- saving in the background ---------------------------------------------------------------------------------------------


def test_a_save_in_the_background_answers_with_what_the_page_knows_now(browser: Opened, account: str) -> None:
    ana, path = browser("Ana"), f"{account}/1"
    before = fields(ana.get(path), path)["revision"]
    reply = autosave(ana, path, {"what_happened": "A word."})
    assert (reply.status_code, list(reply.json or {})) == (200, ["revision"])
    assert fields(ana.get(path), path)["revision"] == (reply.json or {})["revision"] != before


def test_each_answer_is_saved_by_itself(cast: Cast, browser: Opened) -> None:
    ana, path = browser("Ana"), given_to(cast, "Ana", "safety-check") + "/1"
    autosave(ana, path, {"free_to_disagree-choice": "yes"})
    assert [row.item_id for row in db.session.query(Draft)] == ["free_to_disagree"]


def test_what_cannot_be_kept_is_said_and_the_rest_is_saved(cast: Cast, browser: Opened) -> None:
    ana, path = browser("Ana"), given_to(cast, "Ana", "safety-check") + "/1"
    reply = autosave(ana, path, {"free_to_disagree-choice": "never heard of", "afraid_of_reaction-choice": "no"})
    assert reply.status_code == 422
    assert "cannot be kept" in (reply.json or {})["message"]
    assert [row.item_id for row in db.session.query(Draft)] == ["afraid_of_reaction"]


def test_a_stale_save_from_another_device_keeps_both_texts_and_shows_both(browser: Opened, account: str) -> None:
    phone, tablet, path = browser("Ana"), browser("Ana"), f"{account}/1"
    blank = fields(tablet.get(path), path)
    autosave(phone, path, {"what_happened": "Written on the phone."})
    reply = autosave(tablet, path, {"what_happened": "Written on the tablet."}, revision=blank["revision"])
    assert reply.status_code == 409
    assert (reply.json or {})["kept"] == "both"
    said = words(phone.get(path))
    assert "Another version of this answer" in said
    assert "Written on the phone." in said
    assert typed_on(phone, path) == "Written on the tablet."


def test_a_stale_page_that_is_sent_without_scripts_keeps_both_too(browser: Opened, account: str) -> None:
    phone, tablet, path = browser("Ana"), browser("Ana"), f"{account}/1"
    blank = fields(tablet.get(path), path)
    press(phone, path, {"what_happened": "Phone."})
    reply = tablet.post(path, blank | {"what_happened": "Tablet."}, form_at="/my/about")
    assert reply.headers["Location"] == path
    page = tablet.get(path)
    assert "Both versions are kept" in words(page)
    chosen = tablet.post(path, fields(page, path) | {"aside": "what_happened:use:0"}, form_at="/my/about")
    assert chosen.headers["Location"] == f"{path}#what_happened-item"
    assert typed_on(tablet, path) == "Phone."
    tablet.post(path, fields(tablet.get(path), path) | {"aside": "what_happened:drop:0"}, form_at="/my/about")
    assert "Another version" not in words(tablet.get(path))


OLD_BUTTONS = ["", "x", "::", "other:use:0", *(f"what_happened:{rest}" for rest in ("use:", "use:999", "eat:0", "use:²"))]


@pytest.mark.parametrize("choice", OLD_BUTTONS)
def test_a_button_of_an_old_page_does_no_harm(browser: Opened, account: str, choice: str) -> None:
    ana, path = browser("Ana"), f"{account}/1"
    assert press(ana, path, {"what_happened": "Kept."}, aside=choice).status_code == 303
    assert typed_on(ana, path) == "Kept."


# --- nothing is lost ------------------------------------------------------------------------------------------------------


def test_a_sign_in_that_runs_out_in_the_middle_loses_nothing(cast: Cast, browser: Opened, account: str) -> None:
    ana, path = browser("Ana"), f"{account}/1"
    page = fields(ana.get(path), path)
    cast.clock.pass_by(hours=1)
    late = ana.open(path, method="POST", data=page | {"what_happened": "Typed slowly.\n\nOver an hour.", "go": "next"})
    assert late.status_code == 401
    form = fields(late, "/sign-in")
    back = ana.open("/sign-in", method="POST", data=form | {"email": "ana@home.example", "password": PASSWORD})
    again = ana.open(path, method="POST", data=fields(back, path))
    assert (again.status_code, again.headers["Location"]) == (303, f"{account}/check")
    assert str(typed_on(ana, path)).replace("\r\n", "\n") == "Typed slowly.\n\nOver an hour."


def test_a_save_in_the_background_after_the_sign_in_ran_out_is_asked_to_sign_in(
    cast: Cast, browser: Opened, account: str
) -> None:
    ana, path = browser("Ana"), f"{account}/1"
    page = fields(ana.get(path), path)
    cast.clock.pass_by(hours=1)
    reply = ana.open(f"{path}/draft", method="POST", data=page, headers=JSON)
    assert reply.status_code == 401
    assert "sign in" in (reply.json or {})["message"].lower()


def test_drafts_outlive_the_exit(browser: Opened, account: str) -> None:
    ana, path = browser("Ana"), f"{account}/1"
    autosave(ana, path, {"what_happened": "Before leaving."})
    ana.post("/leave", form_at="/my/")
    assert ana.get(path).status_code == 302
    assert typed_on(browser("Ana"), path) == "Before leaving."


# --- bad input ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["one\0two", "bell\a", "x" * 20_001, b"\xed\xa0\x80".decode("utf-8", "surrogatepass").encode("utf-8", "surrogatepass")]
)
def test_what_cannot_be_kept_changes_nothing_and_stays_on_the_page(browser: Opened, account: str, text: object) -> None:
    ana, path = browser("Ana"), f"{account}/1"
    page = fields(ana.get(path), path)
    reply = ana.post(path, page | {"what_happened": text}, form_at="/my/about")
    assert reply.status_code in (303, 400)
    if reply.status_code == 400:
        assert 'class="govuk-error-summary"' in reply.get_data(as_text=True)
        assert 'href="#what_happened"' in reply.get_data(as_text=True)
        assert fields(reply, path)["what_happened"]
        assert db.session.query(Draft).count() == 0


def test_a_wrong_choice_is_refused_in_a_sentence_and_the_other_answers_stay(cast: Cast, browser: Opened) -> None:
    ana, path = browser("Ana"), given_to(cast, "Ana", "safety-check") + "/1"
    wrong = {"free_to_disagree-choice": "perhaps", "free_to_say_no-instead": "?"}
    reply = press(ana, path, wrong | {"afraid_of_reaction-choice": "no"})
    assert reply.status_code == 400
    assert "Choose one of the answers in the list." in words(reply)
    assert fields(reply, path)["afraid_of_reaction-choice"] == "no"


def test_too_much_at_once_is_refused_and_changes_nothing(browser: Opened, account: str) -> None:
    ana, path = browser("Ana"), f"{account}/1"
    assert ana.post(path, {"what_happened": "x" * 3_000_000}, form_at="/my/about").status_code == 413
    assert db.session.query(Draft).count() == 0


@pytest.mark.parametrize("tail", ["/0", "/2", "/99999999999999999999", "/-1", "/x", "/1/draft/x"])
def test_a_page_that_the_worksheet_does_not_have_is_not_there(browser: Opened, account: str, tail: str) -> None:
    assert browser("Ana").get(account + tail).status_code == 404


@pytest.mark.parametrize("revision", ["", "...", "0" * 5000, "é", "0.0.0.0.0"])
def test_a_revision_that_means_nothing_does_no_harm(browser: Opened, account: str, revision: str) -> None:
    ana, path = browser("Ana"), f"{account}/1"
    assert press(ana, path, {"what_happened": "Kept."}, revision=revision).status_code == 303
    assert typed_on(ana, path) == "Kept."


# --- whose it is ----------------------------------------------------------------------------------------------------------

PATHS = ("", "/1", "/check", "/sent", "/answers")
POSTS = ("/1", "/1/draft", "/submission", "/reopening", "/keeping")


def test_anyone_elses_homework_is_the_same_as_none(cast: Cast, browser: Opened, account: str) -> None:
    missing = f"/my/homework/{uuid.uuid4()}"
    withdrawn = cast.assign("Ben", "hurt-account", by="Cleo")
    withdrawn.withdraw(by=cast.users["Cleo"], at=cast.clock())
    held = f"/my/homework/{withdrawn.id}"
    db.session.commit()
    for name in ("Ben", "Dot"):
        other = browser(name)
        for tail in PATHS:
            bodies = {strip(other.get(root + tail)) for root in (account, missing, held)}
            assert len(bodies) == 1
            assert other.get(account + tail).status_code == 404
        for tail in POSTS:
            replies = [other.post(root + tail, {"what_happened": "x"}, form_at="/my/about") for root in (account, missing, held)]
            assert {reply.status_code for reply in replies} == {404}
            assert len({strip(reply) for reply in replies}) == 1
    assert db.session.query(Draft).count() == 0


def strip(page: TestResponse) -> bytes:
    return page.data.split(b"</head>")[1].split(b"csrf_token")[0] + page.data.split(b"<main")[-1]


def test_a_draft_is_seen_by_its_author_alone(cast: Cast, browser: Opened, account: str) -> None:
    autosave(browser("Ana"), f"{account}/1", {"what_happened": "Xylophone."})
    cleo, case = browser("Cleo"), cast.cases["Ana"]
    for path in ("/practice/", "/practice/tasks", f"/practice/cases/{case}"):
        assert b"Xylophone" not in cleo.get(path).data


# --- after sending --------------------------------------------------------------------------------------------------------


def test_returned_homework_shows_the_comment_and_opens_with_the_sent_answers(cast: Cast, browser: Opened) -> None:
    row = cast.assign("Ana", "hurt-account", by="Cleo")
    cast.send(row, {"what_happened": Given("My first try.")}, by=cast.users["Ana"])
    row.give_back(by=cast.users["Cleo"], at=cast.clock())
    comment = ReviewComment(
        case_id=row.case_id, participant_id=row.participant_id, assignment_id=row.id, written_by=cast.users["Cleo"],
        written_at=cast.clock(), text="Could you say when it was?",
    )  # fmt: skip
    db.session.add(comment)
    db.session.commit()
    ana, path = browser("Ana"), f"/my/homework/{row.id}"
    assert "Returned to you whenever you are ready about 20 minutes Could you say when it was?" in words(ana.get("/my/"))
    assert "Could you say when it was?" in words(ana.get(path))
    assert typed_on(ana, f"{path}/1") == "My first try."
    assert db.session.query(Draft).count() == 0


def test_a_page_that_was_gone_back_to_after_sending_loses_nothing(cast: Cast, browser: Opened, account: str) -> None:
    ana, path = browser("Ana"), f"{account}/1"
    old = fields(ana.get(path), path)
    press(ana, path, {"what_happened": "As sent."})
    sending = fields(ana.get(f"{account}/check"), "/submission")
    ana.post(f"{account}/submission", sending, form_at="/my/about")
    assert ana.get(path).headers["Location"] == f"{account}/sent"
    same = ana.post(path, old | {"what_happened": "As sent."}, form_at="/my/about")
    assert same.headers["Location"] == f"{account}/sent"
    assert db.session.query(Draft).count() == 0
    late = ana.post(f"{path}/draft", old | {"what_happened": "Late."}, form_at="/my/about", headers=JSON)
    assert late.status_code == 409
    changed = ana.post(path, old | {"what_happened": "Changed."}, form_at="/my/about")
    assert changed.status_code == 303
    assert typed_on(ana, path) == "Changed."
    assert "As sent." in words(ana.get(path))
