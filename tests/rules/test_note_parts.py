"""What a note is made of: a template that it keeps, the words of each person, whether it was begun late; and phrases."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cast import Cast
from werkzeug.datastructures import MultiDict

from clinic.db import db
from clinic.models import AlreadySigned, Encounter, Medium, NotAllowedNow, Phrase, ProgressNote, Statement
from clinic.models.notes import begin_note, record_encounter
from clinic.models.phrases import MOST, add_phrase
from forms import library
from forms.library import Library
from forms.note_templates import unknown_template
from forms.notes import BeginNoteForm, note_draft, note_form
from forms.phrases import PhraseForm, filled, filled_at_once

OURS = """
id = "our-note"
version = {version}
title = "Our note"
{more}
[[section]]
id = "seen"
title = "{title}"
[[section]]
id = "{second}"
title = "Next"
"""


def met(cast: Cast, *who: str) -> Encounter:
    by, at = cast.users["Cleo"], cast.clock()
    seats = {cast.seats[name] for name in who}
    row = record_encounter(
        db.session(), cast.case("Ana"), attendees=seats, began_at=at - timedelta(hours=1), minutes=50, medium=Medium.VIDEO,
        by=by, at=at,
    )  # fmt: skip
    db.session.flush()
    return row


def note_of(cast: Cast, *who: str, format: str = "free", hours: float = 0, late_after: float = 48) -> ProgressNote:
    row = begin_note(
        db.session(), met(cast, *who), format=format, by=cast.users["Cleo"], at=cast.clock() + timedelta(hours=hours),
        late_after=timedelta(hours=late_after),
    )  # fmt: skip
    db.session.flush()
    return row


# --- templates ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def own_folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "notes").mkdir()
    yield tmp_path
    library.use(None)


def write(folder: Path, *, version: int = 1, title: str = "What I saw", second: str = "next", more: str = "") -> None:
    text = OURS.format(version=version, title=title, second=second, more=more)
    (folder / "notes" / "our-note.toml").write_text(text, encoding="utf-8")


def test_the_programme_offers_seven_templates() -> None:
    assert [one.id for one in library.note_templates] == ["soap", "dap", "birp", "girp", "free", "intake", "discharge"]
    assert all(section.hint for template in library.note_templates for section in template.sections)


def test_a_practice_adds_its_own_and_a_changed_one_changes_no_note(cast: Cast, own_folder: Path) -> None:
    kept = own_folder / "kept"
    write(own_folder)
    assert library.use(own_folder, kept) == ()
    assert "our-note" in [choice.value for choice in BeginNoteForm().format.choices]
    note = note_of(cast, "Ana", format="our-note")
    write(own_folder, version=2, title="What I heard")
    library.use(own_folder, kept)
    assert note.template.sections[0].title == "What I saw"
    assert note_of(cast, "Ben", format="our-note").template.sections[0].title == "What I heard"
    (own_folder / "notes" / "our-note.toml").unlink()
    library.use(own_folder, kept)
    assert note.template.sections[0].title == "What I saw"
    assert "our-note" not in [template.id for template in library.note_templates]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"second": "seen"}, "notes/our-note.toml, key 'section': the id 'seen' stands twice; give each its own."),
        ({"title": " "}, "notes/our-note.toml, section 'seen', key 'title': is empty; write the text."),
        ({"more": "titel = 'x'"}, "notes/our-note.toml, key 'titel': is not a key here; did you mean 'title'?"),
        ({"version": 0}, "notes/our-note.toml, key 'version': must be 1 or more, but is 0."),
    ],
)
def test_a_mistake_names_its_file_its_item_and_its_key(own_folder: Path, changes: dict, said: str) -> None:
    write(own_folder, **changes)
    content, problems = Library(library._folder).with_folder(own_folder)
    assert [str(problem) for problem in problems] == [said]
    assert "our-note" not in [template.id for template in content.note_templates]


def test_a_template_of_the_programme_is_never_replaced(own_folder: Path) -> None:
    text = OURS.format(version=9, title="x", second="next", more="").replace("our-note", "soap")
    (own_folder / "notes" / "soap.toml").write_text(text, encoding="utf-8")
    _, problems = Library(library._folder).with_folder(own_folder)
    assert "is never replaced" in str(problems[0])


def test_a_note_of_before_versions_and_one_whose_template_is_gone_can_be_read(cast: Cast) -> None:
    note = note_of(cast, "Ana", format="soap")
    note.format_version = None
    assert [section.id for section in note.template.sections] == ["subjective", "objective", "assessment", "plan"]
    gone = unknown_template("gone-note", 3, ["what_i_saw"])
    assert (gone.title, gone.sections[0].title) == ("Gone note", "What i saw")


# --- the words of each person ---------------------------------------------------------------------------------------------


def test_each_persons_words_are_kept_apart_and_sealed_with_what_is_both_peoples(cast: Cast) -> None:
    note, ana, ben = note_of(cast, "Ana", "Ben"), cast.seats["Ana"], cast.seats["Ben"]
    note.save(sections={}, stages=[], said={ana: "I will ask once.", ben: ""}, at=cast.clock())
    db.session.commit()
    assert note.said == {ana: "I will ask once."}
    assert not note.is_empty
    assert note.statements[0].sealed_for().part == "joint"
    note.save(sections={"note": "x"}, stages=[], at=cast.clock())
    assert note.said == {ana: "I will ask once."}  # not spoken of, not touched
    note.save(sections={"note": "x"}, stages=[], said={ana: "", ben: "Agreed."}, at=cast.clock())
    db.session.commit()
    assert note.said == {ben: "Agreed."}


def test_an_individual_note_keeps_no_ones_statement(cast: Cast) -> None:
    note = note_of(cast, "Ana")
    note.save(sections={}, stages=[], said={cast.seats["Ana"]: "Alone"}, at=cast.clock())
    assert note.said == {}


def test_a_statement_under_a_signed_note_is_final(cast: Cast) -> None:
    note, ana = note_of(cast, "Ana", "Ben"), cast.seats["Ana"]
    note.save(sections={}, stages=[], said={ana: "Said"}, at=cast.clock())
    note.sign(by=cast.users["Cleo"], name="Cleo", at=cast.clock())
    db.session.commit()
    for act in (
        lambda: setattr(note.statements[0], "text", "Other"),
        lambda: db.session.delete(note.statements[0]),
        lambda: note.statements.clear(),
        lambda: note.statements.append(Statement(case_id=note.case_id, note_id=note.id, participant_id=ana, text="Late")),
    ):
        act()
        with pytest.raises(AlreadySigned):
            db.session.commit()
        db.session.rollback()
    assert note.said == {ana: "Said"}


def test_the_form_of_a_note_has_a_box_for_each_person() -> None:
    Form = note_form(library.note_template("free"), [], [("one", "Ana"), ("two", "Ben")])
    form = Form(MultiDict({"said-one": "Yes", "revision": "1"}))
    assert form.validate()
    assert form.said() == {"one": "Yes", "two": ""}
    assert [field.label.text for _, field in form.said_fields()] == ["What Ana said or agreed to", "What Ben said or agreed to"]
    assert Form(data=note_draft({}, [], 1, said=form.said())).said() == form.said()


# --- late entries ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "late_after", "is_late"), [(47, 48, False), (49, 48, True), (3, 2, True), (0, 1, False)])
def test_a_note_begun_long_after_its_session_is_a_late_entry(cast: Cast, hours: float, late_after: float, is_late: bool) -> None:
    assert note_of(cast, "Ana", hours=hours, late_after=late_after).is_late is is_late


# --- phrases --------------------------------------------------------------------------------------------------------------


def test_fields_are_filled_with_the_day_and_who_was_there() -> None:
    text = "[person] came on [Date]; mood [mood: low|steady|good], next [what]."
    assert filled(text, ["Ana"], "March 2, 2026") == "Ana came on March 2, 2026; mood [mood: low|steady|good], next [what]."
    assert filled("[person]", ["Ana", "Ben"], "") == "[person: Ana|Ben|Ana and Ben]"
    assert filled_at_once("[person]", ["Ana", "Ben"], "") == "Ana and Ben"
    assert filled("[person: a|b]", ["Ana"], "") == "[person: a|b]"  # a choice of one's own
    assert filled("[person]", ["A|n]a"], "") == "A n a"


def test_a_phrase_needs_a_name_a_text_and_choices_that_can_be_chosen() -> None:
    form = PhraseForm(MultiDict({"title": "", "text": "[mood: | ]", "submission_key": "not a key"}))
    assert not form.validate()
    assert form.title.errors == ["Give it a name, so that you find it again."]
    assert "has no choices" in str(form.text.errors)
    assert isinstance(form.submission_key.data, uuid.UUID)


def test_the_same_form_twice_is_one_phrase_and_there_is_a_most(cast: Cast) -> None:
    key, by, at = uuid.uuid4(), cast.users["Cleo"], cast.clock()
    first = add_phrase(db.session(), [], title="A", text="Sealed words", submission_key=key, by=by, at=at)
    assert add_phrase(db.session(), [first], title="B", text="Other", submission_key=key, by=by, at=at) is first
    db.session.commit()
    assert first.sealed_for().owner == by
    assert b"Sealed words" not in db.session.connection().exec_driver_sql("select text_sealed from phrase").scalar()
    many = [Phrase(author_id=by, submission_key=uuid.uuid4()) for _ in range(MOST)]
    with pytest.raises(NotAllowedNow):
        add_phrase(db.session(), many, title="C", text="x", submission_key=uuid.uuid4(), by=by, at=at)
