"""Everything that happened in a case on one page: in order, by month, sifted by kind and person, in a fixed number of queries."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cast import Browser, Cast
from sqlalchemy import Engine, event, select

from clinic.db import db
from clinic.models import Answer, Medium, StageStatus
from clinic.models.encounters import record_encounter
from clinic.models.notes import begin_note
from clinic.models.programme import change_stage
from clinic.models.sending import share, unshare, worksheet_of
from clinic.models.setbacks import record_setback
from forms import Given, library

Opened = Callable[[str], Browser]


@contextmanager
def asked() -> Iterator[list[str]]:
    """The statements that are sent to a database meanwhile."""
    found: list[str] = []

    def noted(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        found.append(statement)

    event.listen(Engine, "before_cursor_execute", noted)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", noted)


def live(cast: Cast, times: int) -> None:
    """So many months in Ana and Ben's case, each with all kinds of things."""
    case, by = cast.case("Ana"), cast.users["Cleo"]
    for number in range(times):
        at = cast.clock.pass_by(days=30)
        who = {cast.seats["Ben"]} if number % 2 else {cast.seats["Ana"], cast.seats["Ben"]}
        met = record_encounter(db.session(), case, attendees=who, began_at=at, minutes=50, medium=Medium.VIDEO, by=by, at=at)
        db.session.flush()
        note = begin_note(db.session(), met, format="free", by=by, at=at)
        note.save(sections={"note": "xylophone"}, stages=[], at=at)
        text = "the letter was found"
        record_setback(
            db.session(), case, participant_id=cast.seats["Ana"], happened_on=at.date(), text=text, reopened=[], by=by, at=at
        )
        sheet = cast.assign("Ana", "one-sentence", by="Cleo")
        db.session.flush()
        cast.send(sheet, {item.id: Given("zeppelin") for item in worksheet_of(sheet).items}, by=cast.users["Ana"])
        db.session.flush()
        answer = db.session.scalars(select(Answer).where(Answer.assignment_id == sheet.id, Answer.item_id == "one_sentence")).one()
        share(db.session(), answer, by=cast.users["Ana"], at=cast.clock.pass_by(hours=1))
        unshare(db.session(), answer, by=cast.users["Ana"], at=cast.clock.pass_by(hours=1))
        sheet.mark_reviewed(by=by, at=cast.clock.pass_by(hours=1))
    reason, at = "They are ready", cast.clock.pass_by(hours=1)
    change_stage(
        db.session(), case, "address-the-betrayal", before=StageStatus.NOT_STARTED, to=StageStatus.IN_PROGRESS, reason=reason,
        by=by, at=at,
    )  # fmt: skip
    db.session.commit()


def text(page: bytes) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.decode())))


def titles(page: bytes) -> list[str]:
    found = re.findall(r'timeline__title">(.*?)</p>', page.decode(), re.S)
    return [html.unescape(re.sub(r"<[^>]+>", "", title)) for title in found]


def test_the_timeline_tells_everything_the_newest_first_by_month_and_no_word_that_was_written(cast: Cast, browser: Opened) -> None:
    live(cast, 2)
    page = browser("Cleo").get(f"/practice/cases/{cast.cases['Ana']}/timeline")
    told, said = titles(page.data), text(page.data)
    assert re.findall(r'months__title" id="[^"]*">([^<]*)', page.get_data(as_text=True)) == ["May 2026", "April 2026", "March 2026"]
    wanted = [
        f"{library.module('address-the-betrayal').title}: in progress", "Reviewed, of Ana: ",
        "Ana stopped showing an answer to the other",
        "Ana showed an answer to the other", "Ana sent: ", "Session with Ben, alone: 50 minutes, video", "Setback, Ana's own",
        "Session with Ana and Ben: 50 minutes, video", "Safe contact of Ben recorded", "Ana signed: ", "The case was added",
    ]  # fmt: skip
    places = [next((place for place, title in enumerate(told) if title.startswith(start)), None) for start in wanted]
    assert None not in places, [start for start, place in zip(wanted, places, strict=True) if place is None]
    assert places[:4] == sorted(places[:4])
    assert "the letter was found" in said and "They are ready" in said
    assert "xylophone" not in said and "zeppelin" not in said


def test_it_is_sifted_by_kind_and_by_person(cast: Cast, browser: Opened) -> None:
    live(cast, 2)
    path, cleo = f"/practice/cases/{cast.cases['Ana']}/timeline", browser("Cleo")
    assert len(titles(cleo.get(f"{path}?kind=session").data)) == 2
    assert len(titles(cleo.get(f"{path}?kind=session&who=1").data)) == 1, "the session with Ben alone is not Ana's"
    assert len(titles(cleo.get(f"{path}?kind=session&who=both").data)) == 1
    assert titles(cleo.get(f"{path}?kind=setback&who=2").data) == []
    anything = text(cleo.get(f"{path}?kind=<b>&who=Ana&page=-1").data)
    assert "The case was added" in anything, "what cannot be asked for counts as not asked"


def test_it_has_pages_and_as_many_questions_for_two_years_as_for_two_months(cast: Cast, browser: Opened) -> None:
    path = f"/practice/cases/{cast.cases['Ana']}/timeline"
    live(cast, 2)
    cleo = browser("Cleo")
    cleo.get(path)
    with asked() as few:
        cleo.get(path)
    live(cast, 10)
    cleo = browser("Cleo")
    cleo.get(path)
    with asked() as many:
        page = cleo.get(path)
    assert len(few) == len(many) and few
    assert len(titles(page.data)) == 40 and "page=2" in page.get_data(as_text=True)
    earlier = titles(cleo.get(f"{path}?page=2").data) + titles(cleo.get(f"{path}?page=3").data)
    assert "The case was added" in earlier
    assert len(titles(cleo.get(f"/practice/cases/{cast.cases['Ana']}").data.split(b'id="lately"')[1].split(b"</section>")[0])) == 10


def test_only_the_counselor_of_the_case_reads_it(cast: Cast, browser: Opened) -> None:
    path = f"/practice/cases/{cast.cases['Ana']}/timeline"
    for name in ("Ana", "Ben", "Fay", "Max"):
        assert browser(name).get(path).status_code == 404
    assert browser("Cleo").get(f"/practice/cases/{uuid.uuid4()}/timeline").status_code == 404


def test_the_case_says_what_comes_next(cast: Cast, browser: Opened) -> None:
    live(cast, 1)
    cast.clock.pass_by(days=61)
    sheet = cast.assign("Ben", "hopes", by="Cleo")
    db.session.flush()
    cast.send(sheet, {}, by=cast.users["Ben"])
    db.session.commit()
    page = browser("Cleo").get(f"/practice/cases/{cast.cases['Ana']}").data
    said = text(page.split(b'id="next"')[1].split(b"</section>")[0])
    for line in (
        "The safe contact of Ana was last confirmed on March 2, 2026.",
        "Your note of the session on April 1, 2026 is not signed.",
        "Ben sent “",
        "No homework is out for Ana and Ben.",
    ):
        assert line in said
    assert "has not done yet" not in said
    assert "Who works on it: Cleo Example" in text(page)


def test_a_case_begins_with_what_each_person_does_first(cast: Cast, browser: Opened) -> None:
    cast.add_pair("Ida", "Jon", clinician="Cleo")
    db.session.commit()
    page = browser("Cleo").get(f"/practice/cases/{cast.cases['Ida']}").data
    said = text(page.split(b'id="next"')[1].split(b"</section>")[0])
    assert "Ida has not done yet: the consent, the policy, the private check." in said
    assert "last confirmed" not in said
