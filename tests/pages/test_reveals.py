"""Answers side by side: opened by the counselor as they stand, and until then nothing tells that there are any."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from cast import Browser, Cast
from paper import fields, without_tokens, words

from clinic.db import db
from clinic.models import Answer, Assignment, AssignmentState, Exchange, Reveal
from forms import Given, library

Opened = Callable[[str], Browser]


@pytest.fixture(autouse=True)
def checks_are_reviewed(cast: Cast) -> None:
    for check in db.session.query(Assignment).filter_by(content_id="safety-check"):
        check.mark_reviewed(by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()


def send(cast: Cast, name: str, worksheet: str, text: str) -> uuid.UUID:
    row = cast.assign(name, worksheet, by="Cleo")
    asked = [item.id for item in library.worksheet(worksheet).items if item.reveal_group]
    cast.send(row, {item: Given(f"{text} {item}") for item in asked}, by=cast.users[name])
    db.session.commit()
    return row.id


def open_group(cast: Cast, cleo: Browser, group: str) -> int:
    path = f"/practice/cases/{cast.cases['Ana']}/reveals"
    held = fields_of(cleo, path, group)
    return cleo.post(path, {**held, "place": "from_home"}, form_at=path).status_code


def fields_of(cleo: Browser, path: str, group: str) -> dict[str, str]:
    page = cleo.get(path).get_data(as_text=True)
    part = page.partition(f'name="group" value="{group}"')[2]
    return {"group": group, "seen": part.partition('name="seen" value="')[2].partition('"')[0]}


def test_nothing_tells_a_client_whether_the_other_has_sent(cast: Cast, browser: Opened) -> None:
    send(cast, "Ana", "hopes", "zeppelin")
    ana, paths = browser("Ana"), ("/my/", "/my/together", "/my/shared")
    before = [without_tokens(ana.get(path)) for path in paths]
    send(cast, "Ben", "hopes", "walrus")
    assert [without_tokens(ana.get(path)) for path in paths] == before


def test_opened_answers_stand_side_by_side_with_ones_own_words_left(cast: Cast, browser: Opened) -> None:
    send(cast, "Ana", "hopes", "zeppelin")
    send(cast, "Ben", "hopes", "walrus")
    assert open_group(cast, browser("Cleo"), "hopes") == 303
    reveal = db.session.query(Reveal).one()
    for name, first, second in (("Ana", "zeppelin", "walrus"), ("Ben", "walrus", "zeppelin")):
        page = browser(name)
        assert "Opened on March 2, 2026" in words(page.get("/my/together"))
        said = words(page.get(f"/my/together/{reveal.id}"))
        assert 0 < said.index(first) < said.index(second)
    assert browser("Dot").get(f"/my/together/{reveal.id}").status_code == 404


def test_nothing_opens_while_one_of_them_has_not_sent(cast: Cast, browser: Opened) -> None:
    send(cast, "Ana", "hopes", "zeppelin")
    cleo = browser("Cleo")
    said = words(cleo.get(f"/practice/cases/{cast.cases['Ana']}/reveals"))
    assert "Ana: sent" in said
    assert "Ben: waiting" in said
    assert open_group(cast, cleo, "hopes") == 409
    assert db.session.query(Reveal).count() == 0


def test_nothing_opens_while_a_private_check_is_not_reviewed(cast: Cast, browser: Opened) -> None:
    send(cast, "Ana", "hopes", "zeppelin")
    send(cast, "Ben", "hopes", "walrus")
    check = db.session.query(Assignment).filter_by(content_id="safety-check", participant_id=cast.seats["Ben"]).one()
    check.state = AssignmentState.SUBMITTED.value
    db.session.commit()
    cleo = browser("Cleo")
    said = words(cleo.get(f"/practice/cases/{cast.cases['Ana']}/reveals"))
    assert "Nothing joint opens now" in said
    assert "private check" not in said  # whose it is stands on a page to be read alone
    assert open_group(cast, cleo, "hopes") == 409


def test_a_later_version_never_replaces_what_was_opened(cast: Cast, browser: Opened) -> None:
    id = send(cast, "Ana", "hopes", "zeppelin")
    send(cast, "Ben", "hopes", "walrus")
    open_group(cast, browser("Cleo"), "hopes")
    item = library.worksheet("hopes").items[0].id
    cast.send(db.session.get_one(Assignment, id), {item: Given("a submarine")}, by=cast.users["Ana"])
    db.session.commit()
    reveal = db.session.query(Reveal).one()
    said = words(browser("Ben").get(f"/my/together/{reveal.id}"))
    assert "zeppelin" in said
    assert "submarine" not in said
    assert open_group(cast, browser("Cleo"), "hopes") == 409


def test_the_button_opens_what_the_page_showed_and_nothing_else(cast: Cast, browser: Opened) -> None:
    id = send(cast, "Ana", "hopes", "zeppelin")
    send(cast, "Ben", "hopes", "walrus")
    cleo, path = browser("Cleo"), f"/practice/cases/{cast.cases['Ana']}/reveals"
    held = fields_of(cleo, path, "hopes")
    item = library.worksheet("hopes").items[0].id
    cast.send(db.session.get_one(Assignment, id), {item: Given("a submarine")}, by=cast.users["Ana"])
    db.session.commit()
    reply = cleo.post(path, {**held, "place": "in_session"}, form_at=path)
    assert reply.status_code == 409
    assert "have changed" in reply.get_data(as_text=True)


def test_what_one_notices_is_theirs_and_the_counselors(cast: Cast, browser: Opened) -> None:
    send(cast, "Ana", "hopes", "zeppelin")
    send(cast, "Ben", "hopes", "walrus")
    cleo, ana, ben = browser("Cleo"), browser("Ana"), browser("Ben")
    open_group(cast, cleo, "hopes")
    path = f"/my/together/{db.session.query(Reveal).one().id}"
    before = without_tokens(ben.get(path))
    for text in ("a heron", "two herons"):
        assert ana.post(path, fields(ana.get(path), path) | {"text": text}).status_code == 303
    assert fields(ana.get(path), path)["text"] == "two herons"
    assert without_tokens(ben.get(path)) == before
    assert "two herons" in words(cleo.get(f"/practice/cases/{cast.cases['Ana']}/reveals"))


def test_a_one_sided_answer_needs_its_author_alone(cast: Cast, browser: Opened) -> None:
    send(cast, "Ana", "what-it-may-be-like", "zeppelin")
    assert open_group(cast, browser("Cleo"), "what_it_may_be_like") == 303
    assert "zeppelin" in words(browser("Ben").get(f"/my/together/{db.session.query(Reveal).one().id}"))


def test_the_line_above_the_box_says_when_it_is_shown(cast: Cast, browser: Opened) -> None:
    both, one = cast.assign("Ana", "hopes", by="Cleo"), cast.assign("Ana", "what-it-may-be-like", by="Cleo")
    db.session.commit()
    ana = browser("Ana")
    side_by_side = "It is shown side by side with MyBen's only when your counselor opens both."
    opened = "It is shown to MyBen only when your counselor opens it."
    for row, sentence in ((both, side_by_side), (one, opened)):
        assert sentence in words(ana.get(f"/my/homework/{row.id}/1"))
        assert sentence in words(ana.get(f"/my/homework/{row.id}/check"))


def test_an_exchange_goes_round_by_round_until_it_is_close(cast: Cast, browser: Opened) -> None:
    cleo, case = browser("Cleo"), cast.cases["Ana"]
    path = f"/practice/cases/{case}/reveals"
    assert cleo.post(f"/practice/cases/{case}/exchanges", {"saying": "what-i-hear", "sayer": "2"}, form_at=path).status_code == 303
    exchange = db.session.query(Exchange).one()
    for number, rating in ((1, 2), (2, 4)):
        db.session.refresh(exchange)
        round = exchange.rounds[-1]
        assert round.number == number
        said, rated = (db.session.get_one(Assignment, id) for id in (round.saying_id, round.rating_id))
        assert rated.state == AssignmentState.HELD
        asked = library.worksheet("what-i-hear").items
        cast.send(said, {item.id: Given(f"heron {number}") for item in asked}, by=cast.users["Ben"])
        db.session.commit()
        assert open_group(cast, cleo, "what_i_hear") == 303
        db.session.refresh(rated)
        assert rated.state == AssignmentState.OPEN
        assert f"heron {number}" in words(browser("Ana").get(f"/my/homework/{rated.id}/1"))
        scales = [item.id for item in library.worksheet("how-close-you-came").items if item.kind == "likert5"]
        cast.clock.pass_by(minutes=5)
        cast.send(rated, {item: Given(rating) for item in scales}, by=cast.users["Ana"])
        db.session.commit()
        early = cleo.post(f"/practice/exchanges/{exchange.id}/rounds", form_at=path)
        assert early.status_code == 409
        assert open_group(cast, cleo, "how_close_you_came") == 303
        assert ("You may end the exchange here" in words(cleo.get(path))) == (rating >= 3)
        cast.clock.pass_by(minutes=5)
        if number == 1:
            assert cleo.post(f"/practice/exchanges/{exchange.id}/rounds", form_at=path).status_code == 303
    assert cleo.post(f"/practice/exchanges/{exchange.id}/end", form_at=path).status_code == 303
    assert "Begin: Ben says it" in words(cleo.get(path))


def test_a_follow_up_answers_the_opened_lines_one_by_one(cast: Cast, browser: Opened) -> None:
    acts = cast.assign("Ana", "acts-that-help", by="Cleo")
    given = library.worksheet("acts-that-help").item("small_acts")
    assert given.kind == "list", "the lines of this test are written for a list"
    cast.send(acts, {"small_acts": Given(["Call at noon", "Feed the heron"])}, by=cast.users["Ana"])
    db.session.commit()
    cleo = browser("Cleo")
    path = f"/practice/cases/{cast.cases['Ana']}/assign?module=put-in-the-work"
    reply = cleo.post(path, {"chosen": "worksheet-acts-i-can-do-2", "due_on": "2026-03-12"})
    assert reply.status_code == 303
    assert "opens by itself when you open that" in words(cleo.get(reply.headers["Location"]))
    row = db.session.query(Assignment).filter_by(content_id="acts-i-can-do").one()
    assert row.state == AssignmentState.HELD
    assert open_group(cast, cleo, "small_acts") == 303
    db.session.refresh(row)
    assert row.state == AssignmentState.OPEN
    said = words(browser("Ben").get(f"/my/homework/{row.id}/1"))
    assert "Call at noon" in said
    assert "Feed the heron" in said
    assert db.session.query(Answer).filter_by(item_id="small_acts").count() == 1
