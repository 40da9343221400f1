"""A signed note is final, with everything under it: at the model, whatever a page may ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cast import Cast
from sqlalchemy import delete, update

from clinic.db import db
from clinic.models import Addendum, AlreadySigned, Medium, NotAllowedNow, NoteFormat, ProgressNote, StageEntry
from clinic.models.notes import begin_note, record_encounter

ENTRY = {"module_id": "address-the-betrayal", "text": "They listened.", "rating": 1}
OTHER = {"module_id": "affection", "text": "Not yet.", "rating": None}


def draft(cast: Cast) -> ProgressNote:
    by, at = cast.users["Cleo"], cast.clock()
    pair = {cast.seats["Ana"], cast.seats["Ben"]}
    met = record_encounter(
        db.session(), cast.case("Ana"), attendees=pair, began_at=at, minutes=50, medium=Medium.VIDEO, by=by, at=at
    )
    note = begin_note(db.session(), met, format=NoteFormat.SOAP, by=by, at=at)
    note.save(sections={"subjective": "Tired, both."}, stages=[ENTRY, OTHER], at=at)
    db.session.commit()
    return note


def signed(cast: Cast) -> ProgressNote:
    note = draft(cast)
    note.sign(by=cast.users["Cleo"], name="Cleo Example, LMFT", at=cast.clock())
    db.session.commit()
    return note


def with_addendum(cast: Cast) -> Addendum:
    addendum = signed(cast).add("One more thing.", by=cast.users["Cleo"], name="Cleo Example", at=cast.clock())
    db.session.commit()
    return addendum


def refuses(act: Callable[[], Any]) -> None:
    with pytest.raises(AlreadySigned):
        act()
        db.session.commit()
    db.session.rollback()


def test_the_text_of_a_signed_note_cannot_be_saved_again(cast: Cast) -> None:
    note = signed(cast)
    refuses(lambda: note.save(sections={"subjective": "Other words"}, stages=[], at=cast.clock()))
    assert note.sections == {"subjective": "Tired, both."}


@pytest.mark.parametrize(
    ("column", "value"),
    [("sections", {"subjective": "Other"}), ("signed_name", "Somebody"), ("format", "free"), ("state", "draft")],
)
def test_no_column_of_a_signed_note_can_be_set(cast: Cast, column: str, value: Any) -> None:
    note = signed(cast)
    refuses(lambda: setattr(note, column, value))


def test_a_signed_note_cannot_be_deleted(cast: Cast) -> None:
    note = signed(cast)
    refuses(lambda: db.session.delete(note))
    assert db.session.get(ProgressNote, note.id) is not None


@pytest.mark.parametrize(("column", "value"), [("text", "Other"), ("rating", -2), ("position", 9), ("module_id", "affection")])
def test_no_column_of_an_entry_under_a_signed_note_can_be_set(cast: Cast, column: str, value: Any) -> None:
    entry = signed(cast).stage_entries[0]
    refuses(lambda: setattr(entry, column, value))
    assert (entry.text, entry.rating) == ("They listened.", 1)


def test_an_entry_that_was_not_read_before_cannot_be_set_either(cast: Cast) -> None:
    entry = signed(cast).stage_entries[0]
    db.session.expire(entry)
    refuses(lambda: setattr(entry, "text", "Other"))


def test_an_entry_under_a_signed_note_cannot_be_deleted(cast: Cast) -> None:
    note = signed(cast)
    entry = note.stage_entries[0]
    refuses(lambda: db.session.delete(entry))
    refuses(lambda: note.stage_entries.remove(entry))
    refuses(lambda: note.stage_entries.clear())
    assert len(note.stage_entries) == 2


def test_no_entry_can_be_put_under_a_signed_note(cast: Cast) -> None:
    note = signed(cast)

    def entry(**under: Any) -> StageEntry:
        return StageEntry(case_id=note.case_id, individual_of=None, module_id="affection", position=2, text="Late", **under)

    refuses(lambda: note.stage_entries.append(entry()))
    refuses(lambda: db.session.add(entry(note_id=note.id)))
    refuses(lambda: db.session.add(entry(note=note)))
    assert len(note.stage_entries) == 2


def test_an_entry_cannot_move_from_a_draft_to_a_signed_note(cast: Cast) -> None:
    note, other = signed(cast), draft(cast)
    entry = other.stage_entries[0]
    refuses(lambda: setattr(entry, "note_id", note.id))
    refuses(lambda: setattr(entry, "note", note))


def test_an_entry_cannot_move_out_from_under_a_signed_note(cast: Cast) -> None:
    note, other = signed(cast), draft(cast)
    entry = note.stage_entries[0]
    refuses(lambda: setattr(entry, "note_id", other.id))
    refuses(lambda: setattr(entry, "note", other))
    assert entry.note_id == note.id


def test_an_addendum_is_final_from_the_start(cast: Cast) -> None:
    addendum = with_addendum(cast)
    refuses(lambda: setattr(addendum, "text", "Something else"))
    refuses(lambda: setattr(addendum, "signed_name", "Somebody"))
    refuses(lambda: db.session.delete(addendum))
    assert addendum.text == "One more thing."


def test_addenda_are_added_and_the_note_stays_as_it_was(cast: Cast) -> None:
    note = with_addendum(cast).note
    before = note.version
    note.add("And another.", by=cast.users["Cleo"], name="Cleo Example", at=cast.clock.pass_by(minutes=1))
    db.session.commit()
    assert [addendum.text for addendum in note.addenda] == ["One more thing.", "And another."]
    assert (note.sections, note.version) == ({"subjective": "Tired, both."}, before)


def test_a_draft_takes_no_addendum(cast: Cast) -> None:
    with pytest.raises(NotAllowedNow):
        draft(cast).add("Too early", by=cast.users["Cleo"], name="Cleo Example", at=cast.clock())


def test_a_note_is_signed_once(cast: Cast) -> None:
    note = signed(cast)
    at = note.signed_at
    with pytest.raises(NotAllowedNow):
        note.sign(by=cast.users["Cleo"], name="Again", at=cast.clock.pass_by(hours=1))
    assert (note.signed_at, note.signed_name) == (at, "Cleo Example, LMFT")


def test_an_empty_note_is_not_signed(cast: Cast) -> None:
    note = draft(cast)
    note.save(sections={"subjective": "  "}, stages=[], at=cast.clock())
    with pytest.raises(NotAllowedNow):
        note.sign(by=cast.users["Cleo"], name="Cleo Example", at=cast.clock())


def test_no_statement_over_many_rows_goes_past_the_rule(cast: Cast) -> None:
    note = signed(cast)
    refuses(lambda: db.session.execute(update(ProgressNote).values(format="free")))
    refuses(lambda: db.session.execute(delete(StageEntry)))
    refuses(lambda: db.session.query(Addendum).delete())
    assert (note.format, len(note.stage_entries)) == ("soap", 2)


def test_a_draft_may_change_in_every_way(cast: Cast) -> None:
    note = draft(cast)
    note.save(sections={"plan": "Rest."}, stages=[OTHER], at=cast.clock.pass_by(minutes=1))
    db.session.commit()
    assert note.sections == {"plan": "Rest."}
    assert [entry.module_id for entry in note.stage_entries] == ["affection"]


def test_the_note_of_an_individual_session_is_sealed_with_that_person(cast: Cast) -> None:
    by, at = cast.users["Cleo"], cast.clock()
    met = record_encounter(
        db.session(), cast.case("Ana"), attendees={cast.seats["Ana"]}, began_at=at, minutes=50, medium=Medium.PHONE, by=by, at=at
    )
    note = begin_note(db.session(), met, format=NoteFormat.FREE, by=by, at=at)
    note.save(sections={"note": "Alone."}, stages=[ENTRY], at=at)
    db.session.commit()
    assert {row.sealed_for().part for row in (note, *note.stage_entries)} == {f"individual:{cast.seats['Ana']}"}
