"""Every worksheet of the program, posted through its pages: with nothing, with everything, and with words that mean harm."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from html import escape
from typing import Any

import pytest
from cast import Browser, Cast
from filled import filled, text_boxes
from paper import fields
from werkzeug.test import TestResponse

from clinic.db import db
from clinic.models import Answer, Assignment, JointForm, JointVersion, Reveal
from clinic.models.agreeing import open_for_both
from clinic.models.groups import groups_in
from clinic.models.revealing import open_group, standing
from clinic.models.reveals import Place
from clinic.models.safety import clear_joint_work
from clinic.models.sending import share
from forms import Wording, form_for, library
from forms.definition import AnsweredBy, Kind, Worksheet

Opened = Callable[[str], Browser]
HOSTILE = (
    "\"><script>alert(1)</script><img src=x onerror=alert(1)>' =1+1 {{7*7}} {% if %} {other} {event} %(other)s &lt; "
    "\u202ethe wrong way\u202c 🙂 </textarea></dl>"
)
LABEL = 'B<b>"en</b> {event}'
RAW = ("<script>alert", "<img src=x", '<b>"', "</textarea></dl>")
SHEETS = [sheet for module in library.modules for sheet in library.worksheets_of(module.id)]
ALONE = [sheet for sheet in SHEETS if sheet.answered_by is not AnsweredBy.JOINT]
JOINT = [sheet for sheet in SHEETS if sheet.answered_by is AnsweredBy.JOINT]


@pytest.fixture(autouse=True)
def checks_are_reviewed(cast: Cast) -> None:
    for check in db.session.query(Assignment).filter_by(content_id="safety-check"):
        check.mark_reviewed(by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()


def author(sheet: Worksheet) -> str:
    return "Ben" if sheet.answered_by is AnsweredBy.INVOLVED else "Ana"


def follows(sheet: Worksheet) -> bool:
    return any(item.follows for item in sheet.items)


def given(cast: Cast, sheets: Iterable[Worksheet]) -> list[tuple[Worksheet, uuid.UUID]]:
    rows = [(sheet, cast.assign(author(sheet), sheet.id, by="Cleo").id) for sheet in sheets]
    db.session.commit()
    return rows


def harmless(page: TestResponse, *, says: str = "") -> str:
    """What a person typed stands on the page as text, and nothing of it as markup."""
    text = page.get_data(as_text=True)
    assert page.status_code == 200, (page.request.path, page.status_code)
    found = [raw for raw in RAW if raw in text]
    assert not found, (page.request.path, found)
    assert escape(says).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in text, (page.request.path, says)
    return text


def press(person: Browser, page: TestResponse, path: str, data: dict[str, Any]) -> TestResponse:
    """Posts what this page holds, with its own token: asking for one more page each time would double the work."""
    token = page.get_data(as_text=True).partition('name="csrf_token" value="')[2].partition('"')[0]
    return person.open(path, method="POST", data={"csrf_token": token, **data})


def send(person: Browser, path: str) -> TestResponse:
    """From the page to look back at, which is returned."""
    page = person.get(f"{path}/check")
    sent = press(person, page, f"{path}/submission", fields(page, "/submission"))
    assert sent.headers["Location"].endswith("/sent"), path
    return page


def answer(person: Browser, sheet: Worksheet, path: str, wording: Wording, text: str) -> None:
    """Every page of it, then the look back, then sent. Every box that the form has stands on its page."""
    for number in range(1, len(sheet.pages) + 1):
        page = person.get(f"{path}/{number}")
        held = harmless(page)
        form = form_for(sheet, wording, number - 1, followed=lines_before(sheet, text))()
        names = set(filled(form, text))
        if not any(item.most for item in sheet.pages[number - 1].items):  # rows are added on the page, or come with the next
            assert [name for name in names if f'name="{name}"' not in held] == [], sheet.id
        reply = press(person, page, f"{path}/{number}", filled(form, text).to_dict(flat=False))
        assert reply.status_code == 303, (sheet.id, number)
    harmless(send(person, path), says=text if takes_words(sheet, wording) else "")


def lines_before(sheet: Worksheet, text: str) -> dict[str, tuple[str, ...]]:
    """The other's opened lines, each of which is answered by itself."""
    sources = {item.id: library.worksheet(item.follows.partition(".")[0]).item(item.follows.partition(".")[2])
               for item in sheet.items if item.kind is Kind.FOLLOW_UP}  # fmt: skip
    return {id: (text,) * source.most for id, source in sources.items()}


def takes_words(sheet: Worksheet, wording: Wording) -> bool:
    return bool(text_boxes(form_for(sheet, wording)()))


def everything_opened(cast: Cast) -> None:
    """Whatever may be opened is opened, and whatever may be shared is shared."""
    case, by, at = cast.case("Ana"), cast.users["Cleo"], cast.clock()
    why, again = "Both were seen alone.", at.date().replace(year=at.year + 1)
    clear_joint_work(db.session(), case, reason=why, recheck_on=again, by=by, at=at)
    for group in groups_in(case.relation):
        if standing(db.session(), case, group).may_open:
            open_group(db.session(), case, group.name, place=Place.FROM_HOME, by=by, at=at)
    db.session.commit()


def everything_shown(cast: Cast) -> None:
    for name in ("Ana", "Ben"):
        for row in db.session.query(Answer).filter_by(visibility="shareable", participant_id=cast.seats[name]):
            share(db.session(), row, by=cast.users[name], at=cast.clock())
    db.session.commit()


def test_words_that_mean_harm_are_words_on_every_page_of_everybody(cast: Cast, browser: Opened) -> None:
    for name in ("Ana", "Ben"):
        cast.seat(name).calls_other = LABEL
    wording = Wording(LABEL, cast.seat("Ana").calls_event or "", "partner")
    people, cleo = {name: browser(name) for name in ("Ana", "Ben")}, browser("Cleo")
    for sheets in ([one for one in ALONE if not follows(one)], [one for one in ALONE if follows(one)]):
        for sheet, id in given(cast, sheets):
            answer(people[author(sheet)], sheet, f"/my/homework/{id}", wording, HOSTILE)
            harmless(cleo.get(f"/practice/homework/{id}"), says=HOSTILE if takes_words(sheet, wording) else "")
        everything_opened(cast)
    everything_shown(cast)
    reveals = db.session.query(Reveal).all()
    assert {one.group for one in reveals} >= {"small_acts", "how_close_you_came"}
    for path in ("/my/", "/my/shared", "/my/showing", "/my/together", *(f"/my/together/{one.id}" for one in reveals)):
        for person in people.values():
            harmless(person.get(path), says=HOSTILE if path in ("/my/shared", "/my/showing") else "")
    for name in people:
        harmless(cleo.get(f"/practice/participants/{cast.seats[name]}/homework"), says=HOSTILE)
    harmless(cleo.get(f"/practice/cases/{cast.cases['Ana']}/reveals"), says=HOSTILE)


def test_a_blank_worksheet_is_sent_like_any_other(cast: Cast, browser: Opened) -> None:
    people, cleo = {name: browser(name) for name in ("Ana", "Ben")}, browser("Cleo")
    pages = {name: person.get("/my/about") for name, person in people.items()}
    for sheet, id in given(cast, ALONE):
        person, path = people[author(sheet)], f"/my/homework/{id}"
        for number in range(1, len(sheet.pages) + 1):
            assert press(person, pages[author(sheet)], f"{path}/{number}", {}).status_code == 303, (sheet.id, number)
        assert "You have left everything blank so far" in send(person, path).get_data(as_text=True), sheet.id
    for name in people:
        assert "Left blank" in cleo.get(f"/practice/participants/{cast.seats[name]}/homework").get_data(as_text=True)


def test_what_cannot_be_kept_is_said_in_a_sentence_and_the_rest_stays_typed(cast: Cast, browser: Opened) -> None:
    people, wording = {name: browser(name) for name in ("Ana", "Ben")}, Wording("", "", "partner")
    worded = [sheet for sheet in ALONE if takes_words(sheet, wording)]
    pages = {name: person.get("/my/about") for name, person in people.items()}
    assert len(worded) > 40
    for sheet, id in given(cast, worded):
        number = next(n for n in range(len(sheet.pages)) if text_boxes(form_for(sheet, wording, n)()))
        form, path = form_for(sheet, wording, number), f"/my/homework/{id}/{number + 1}"
        for text, says in (("A heron\x00 stands.", "a character that cannot be kept"), ("heron " * 4000, "the most is")):
            typed = dict.fromkeys(text_boxes(form())[:2], text)
            reply = press(people[author(sheet)], pages[author(sheet)], path, typed)
            said = reply.get_data(as_text=True)
            assert reply.status_code == 400, (sheet.id, text[:20])
            assert says in said, (sheet.id, says)
            assert text.strip().replace("\x00", "") in said, (sheet.id, "what was typed is gone")


def test_a_choice_that_is_not_in_the_list_is_refused_in_a_sentence(cast: Cast, browser: Opened) -> None:
    ana, sheet = browser("Ana"), library.worksheet("which-way-i-lean")
    ((_, id),) = given(cast, [sheet])
    reply = ana.post(f"/my/homework/{id}/1", {f"{sheet.items[0].id}-choice": HOSTILE}, form_at="/my/")
    assert reply.status_code == 400
    assert "Choose one of the answers in the list." in reply.get_data(as_text=True)
    assert not any(raw in reply.get_data(as_text=True) for raw in RAW)


def put(person: Browser, form: JointForm, sheet: Worksheet, wording: Wording, text: str) -> None:
    path = f"/my/both/{form.id}"
    typed: dict[str, Any] = {**filled(form_for(sheet, wording)(), text).to_dict(flat=False), "revision": "0"}
    assert person.post(f"{path}/words", typed, form_at="/my/").status_code == 303, sheet.id
    harmless(person.get(f"{path}/check"), says=text if takes_words(sheet, wording) else "")
    reply = person.post(f"{path}/versions", {"name": text, "after": "0"}, form_at="/my/")
    assert reply.status_code == 303, sheet.id


def test_whatever_is_put_to_both_is_words_for_both(cast: Cast, browser: Opened) -> None:
    cleo_id, at = cast.users["Cleo"], cast.clock()
    why, again = "Both were seen alone.", at.date().replace(year=at.year + 1)
    clear_joint_work(db.session(), cast.case("Ana"), reason=why, recheck_on=again, by=cleo_id, at=at)
    for name in ("Ana", "Ben"):
        cast.seat(name).calls_other = LABEL
    forms = [(sheet, open_for_both(db.session(), cast.case("Ana"), sheet, by=cleo_id, at=at)) for sheet in JOINT]
    db.session.commit()
    wording = Wording(LABEL, cast.seat("Ana").calls_event or "", "partner")
    ana, ben, cleo = (browser(name) for name in ("Ana", "Ben", "Cleo"))
    for sheet, form in forms:
        empty = ana.post(f"/my/both/{form.id}/versions", {"name": "Ana", "after": "0"}, form_at="/my/")
        assert empty.status_code == 409, sheet.id
        put(ana, form, sheet, wording, HOSTILE)
        db.session.rollback()
        (version,) = db.session.query(JointVersion).filter_by(form_id=form.id)
        harmless(ben.get(f"/my/both/{form.id}"), says=HOSTILE)
        harmless(ben.get(f"/my/both/{form.id}/words"))
        signed = ben.post(f"/my/both/versions/{version.id}/signature", {"name": HOSTILE}, form_at="/my/")
        assert signed.status_code == 303, sheet.id
        harmless(ana.get(f"/my/both/{form.id}"), says=HOSTILE)
        harmless(cleo.get(f"/practice/agreements/{form.id}"), says=HOSTILE)
    assert len(forms) == len(JOINT) > 10
