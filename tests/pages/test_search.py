"""Words in one's own record: found whatever their accents, shown in their surroundings, and never those that are read apart."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from cast import Browser, Cast

from clinic.db import db
from clinic.models import AuditEntry, Medium, TaskKind
from clinic.models.notes import begin_note, record_encounter
from clinic.models.private_word import begin_word
from clinic.models.tasks import raise_task
from forms import Given
from forms.searching import folded, has_all, pieces_of

Opened = Callable[[str], Browser]


def text_of(page: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.decode()))


def write_note(cast: Cast, text: str, *, name: str = "Ana", by: str = "Cleo") -> None:
    case = cast.case(name)
    met = record_encounter(
        db.session(), case, attendees={person.id for person in case.participants}, began_at=cast.clock(), minutes=50,
        medium=Medium.IN_PERSON, by=cast.users[by], at=cast.clock(),
    )  # fmt: skip
    db.session.flush()
    note = begin_note(db.session(), met, format="free", by=cast.users[by], at=cast.clock())
    note.sections = {"text": text}
    db.session.commit()


def found(browser: Opened, words: str, *, name: str = "Cleo", **more: str) -> str:
    page = browser(name).post("/practice/search", {"words": words, **more})
    assert page.status_code == 200
    return text_of(page.data).split("read on their own pages alone.")[1]


@pytest.mark.parametrize("words", ["herons", "HERÓNS lake", "grey herons", "zuerich", "her"])
def test_words_are_found_whatever_their_accents_and_order(words: str) -> None:
    text = folded("Grey herons by the lake of Zürich. STRASSE, straße.")
    assert has_all(text, folded(words).split()) == (words != "zuerich")


def test_the_words_around_a_hit_are_shown_and_the_hit_is_marked() -> None:
    text = "x " * 100 + "In the Straße he met Ngũgĩ and was calm. " + "y " * 200
    pieces = pieces_of(text, ["strasse", "ngugi"])
    assert [piece.text for piece in pieces if piece.is_hit] == ["Straße", "Ngũgĩ"]
    assert pieces[0].text == "… " and pieces[-1].text == " …"
    assert len("".join(piece.text for piece in pieces)) < 400


def test_notes_answers_and_tasks_of_ones_own_cases_are_found(cast: Cast, browser: Opened) -> None:
    write_note(cast, "They spoke of the <b>harbor</b> in winter.")
    row = cast.assign("Ana", "one-sentence", by="Cleo")
    cast.send(row, {"one_sentence": Given("The harbor was empty.", None)}, by=cast.users["Ana"])
    raise_task(
        db.session(), case_id=cast.cases["Ana"], participant_id=None, kind=TaskKind.OWN, title="Ask about the harbor", by=None,
        at=cast.clock(),
    )  # fmt: skip
    db.session.commit()
    text = found(browser, "Harbor")
    assert "3 found" in text and "&lt;b&gt;harbor&lt;/b&gt;" in text
    assert all(part in text for part in ("Note, not signed", "Ana: ", "Task", "The harbor was empty"))
    assert "1 found" in found(browser, "harbor", kinds="answer")
    assert "Nothing found" in found(browser, "harbor penguin")
    kinds = db.session.query(AuditEntry).filter_by(event="opened", actor_id=cast.users["Cleo"]).count()
    assert kinds >= 3


def test_another_counselors_record_is_not_looked_through(cast: Cast, browser: Opened) -> None:
    write_note(cast, "A penguin in the hall.", name="Gil", by="Fay")
    assert "Nothing found" in found(browser, "penguin")
    assert "1 found" in found(browser, "penguin", name="Fay")
    assert browser("Cleo").get(f"/practice/cases/{cast.cases['Gil']}/search").status_code == 404


def test_a_private_word_is_read_on_its_own_page_alone(cast: Cast, browser: Opened) -> None:
    word = begin_word(db.session(), cast.seat("Ana"), by=cast.users["Ana"], at=cast.clock())
    db.session.commit()
    cast.send(word, {"note_to_counselor": Given("He took the pelican.", None)}, by=cast.users["Ana"])
    db.session.commit()
    assert "Nothing found" in found(browser, "pelican")


def test_what_is_typed_stays_and_stands_in_no_address(cast: Cast, browser: Opened) -> None:
    page = browser("Cleo").post("/practice/search", {"words": "", "kinds": "task"})
    assert page.status_code == 400 and "Type a word" in text_of(page.data)
    shown = browser("Cleo").post(f"/practice/cases/{cast.cases['Ana']}/search", {"words": "“quoted” <i>"})
    assert "Nothing found" in text_of(shown.data) and "&lt;i&gt;" in shown.data.decode()
