"""What was signed is compared with what the audit kept of it: whoever writes to the database past the program is found out."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cast import Cast
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from clinic.cli import cli
from clinic.db import db
from clinic.models import Addendum, AuditEntry, Event, Medium, NotAllowedNow, NoteFormat, ProgressNote, compare_signed
from clinic.models.audit import FIELDS, noted
from clinic.models.notes import begin_note, record_encounter
from clinic.models.voiding import void_note
from clinic.models.witness import Broken
from clinic.sealing import DataKey

ENTRY = {"module_id": "address-the-betrayal", "text": "They listened.", "rating": 1}


@pytest.fixture
def config(app: Flask, cast: Cast) -> Path:
    """The settings file of the practice that the cast is in."""
    file = Path(app.extensions["settings"].storage.folder.parent / "config.toml")
    file.write_text('[practice]\nname = "Test Practice"\ntime_zone = "America/New_York"\n', encoding="utf-8")
    return file


def a_note(cast: Cast, said: str = "Tired.") -> ProgressNote:
    by, at = cast.users["Cleo"], cast.clock.pass_by(hours=1)
    pair = {cast.seats["Ana"], cast.seats["Ben"]}
    met = record_encounter(
        db.session(), cast.case("Ana"), attendees=pair, began_at=at, minutes=50, medium=Medium.VIDEO, by=by, at=at
    )
    note = begin_note(db.session(), met, format=NoteFormat.SOAP, by=by, at=at)
    words = {cast.seats["Ana"]: "I will call."}
    note.save(sections={"subjective": said}, stages=[ENTRY], tags=["impact heard"], said=words, at=at)
    db.session.commit()
    return note


def signed(cast: Cast, said: str = "Tired.") -> ProgressNote:
    note = a_note(cast, said)
    note.sign(by=cast.users["Cleo"], name="Cleo Example, LMFT", at=cast.clock())
    db.session.commit()
    return note


@pytest.fixture
def note(cast: Cast) -> ProgressNote:
    """Signed, with an addendum, then marked void; between two others that nobody touches."""
    signed(cast)
    note = signed(cast, "Rested.")
    note.add("One more thing.", by=cast.users["Cleo"], name="Cleo Example, LMFT", at=cast.clock())
    void_note(note, reason="Of another case.", by=cast.users["Cleo"], name="Cleo Example, LMFT", at=cast.clock())
    db.session.commit()
    signed(cast)
    return note


def sql(statement: str, **values: object) -> None:
    """Past every model and listener. Foreign keys are looked at when a transaction ends, and these never end."""
    used = {key: value for key, value in values.items() if f":{key}" in statement}
    assert db.session.execute(text(statement), used).rowcount > 0  # type: ignore[attr-defined]


def broken() -> Broken | None:
    db.session.expire_all()
    return compare_signed(db.session()).broken


def test_everything_that_was_signed_compares_to_what_was_signed(note: ProgressNote) -> None:
    found = compare_signed(db.session())
    assert (found.broken, found.compared, found.early, found.gone) == (None, 5, 0, 0)


def test_the_number_says_nothing_and_differs_for_the_same_words(cast: Cast) -> None:
    signed(cast)
    signed(cast)
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.event == Event.NOTE_SIGNED)).all()
    digests = {entry.details["digest"] for entry in entries}
    assert len(digests) == 2
    assert all(len(digest) == 64 for digest in digests)


PAST_THE_MODEL = {
    "its words of another note": "UPDATE progress_note SET sections_sealed = zeroblob(305) WHERE id = :note",
    "its words gone": "UPDATE progress_note SET sections_sealed = NULL WHERE id = :note",
    "its name gone": "UPDATE progress_note SET signed_name_sealed = NULL WHERE id = :note",
    "back to a draft": "UPDATE progress_note SET state = 'draft' WHERE id = :note",
    "another day": "UPDATE progress_note SET signed_at = '2020-01-01 00:00:00.000000' WHERE id = :note",
    "no late entry any more": "UPDATE progress_note SET is_late = NOT is_late WHERE id = :note",
    "another author": "UPDATE progress_note SET author_id = :other WHERE id = :note",
    "the words of an entry": "UPDATE stage_entry SET text_sealed = NULL WHERE note_id = :note",
    "the stage of an entry": "UPDATE stage_entry SET module_id = 'affection' WHERE note_id = :note",
    "an entry taken out": "DELETE FROM stage_entry WHERE note_id = :note",
    "an entry put in": (
        "INSERT INTO stage_entry (id, case_id, note_id, module_id, position) "
        "SELECT :other, case_id, id, 'affection', 9 FROM progress_note WHERE id = :note"
    ),
    "what a person said": "DELETE FROM statement WHERE note_id = :note",
    "whose words": "UPDATE statement SET participant_id = :ben WHERE note_id = :note",
    "a longer session": "UPDATE encounter SET minutes = 90 WHERE id = (SELECT encounter_id FROM progress_note WHERE id = :note)",
    "who was there": (
        "UPDATE attendance SET attended = 0 WHERE participant_id = :ben AND "
        "encounter_id = (SELECT encounter_id FROM progress_note WHERE id = :note)"
    ),
}


def test_every_change_past_the_model_is_named(cast: Cast, note: ProgressNote) -> None:
    id = note.id
    for what, statement in PAST_THE_MODEL.items():
        sql(statement, note=id.hex, other=uuid.uuid4().hex, ben=cast.seats["Ben"].hex)
        found = broken()
        assert found is not None, what
        assert (found.what, found.id, found.kind) == ("progress note", id, "changed"), what
        db.session.rollback()
        assert broken() is None


def test_an_older_version_of_the_same_words_put_back_is_named(cast: Cast) -> None:
    note = a_note(cast)
    id, old = note.id, note.sections_sealed
    note.save(sections={"subjective": "Not tired."}, stages=[ENTRY], tags=["impact heard"], at=cast.clock())
    note.sign(by=cast.users["Cleo"], name="Cleo Example, LMFT", at=cast.clock())
    db.session.commit()
    sql("UPDATE progress_note SET sections_sealed = :old WHERE id = :id", old=bytes(old), id=id.hex)
    assert db.session.get_one(ProgressNote, id).sections == {"subjective": "Tired."}, "it opens, and is what once was saved"
    found = broken()
    assert found is not None
    assert (found.id, found.kind) == (id, "changed")


def test_a_deleted_note_addendum_and_void_are_named(cast: Cast, note: ProgressNote) -> None:
    """From the last that was signed back to the first: each is named before those after it."""
    assert note.void is not None
    ids = {"note_void": note.void.id, "addendum": note.addenda[0].id, "progress_note": note.id}
    for table, what in (("note_void", "void"), ("addendum", "addendum"), ("progress_note", "progress note")):
        sql(f"DELETE FROM {table} WHERE id = :id", id=ids[table].hex)  # noqa: S608
        found = broken()
        assert found is not None
        assert (found.what, found.id, found.kind) == (what, ids[table], "missing")


def test_what_was_signed_by_nobody_is_named(cast: Cast, note: ProgressNote) -> None:
    draft = a_note(cast).id
    sql("UPDATE progress_note SET state = 'signed' WHERE id = :id", id=draft.hex)
    assert broken() == Broken("progress note", draft, "unsigned")
    sql("UPDATE progress_note SET state = 'draft' WHERE id = :id", id=draft.hex)
    other = uuid.uuid4()
    copy = "id, case_id, note_id, author_id, signed_at"
    sql(
        f"INSERT INTO addendum ({copy}) SELECT :other, case_id, note_id, author_id, signed_at FROM addendum LIMIT 1",  # noqa: S608
        other=other.hex,
    )
    assert broken() == Broken("addendum", other, "unsigned")


def test_what_was_signed_before_there_were_numbers_is_counted_and_not_called_whole(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = a_note(cast)
    monkeypatch.setitem(FIELDS, Event.NOTE_SIGNED, frozenset())
    note.state, note.signed_at = "signed", cast.clock()
    noted(note, Event.NOTE_SIGNED, by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    found = compare_signed(db.session())
    assert (found.broken, found.compared, found.early) == (None, 0, 1)


def test_a_note_whose_key_was_destroyed_is_counted_and_is_no_damage(cast: Cast, note: ProgressNote) -> None:
    keyring = cast.app.extensions["keyring"]
    with Session(keyring._store) as store:
        for row in store.scalars(select(DataKey).where(DataKey.owner == cast.cases["Ana"], DataKey.part == "joint")):
            row.destroyed_at = cast.clock()
        store.commit()
    keyring._by_id.clear()
    keyring._current.clear()
    db.session.expire_all()
    found = compare_signed(db.session())
    assert (found.broken, found.gone) == (None, 3), "each note holds the words of a person, which are sealed for both"


def test_the_command_names_the_damage_and_ends_with_one(cast: Cast, note: ProgressNote, config: Path) -> None:
    id = note.id
    db.session.rollback()
    whole = CliRunner().invoke(cli, ["--config", str(config), "audit", "verify"])
    assert whole.exit_code == 0, whole.output
    assert "compared: 5, all as they were signed" in whole.output
    file = sqlite3.connect(cast.app.extensions["settings"].storage.database.removeprefix("sqlite:///"))
    with file:
        file.execute("UPDATE stage_entry SET module_id = 'affection' WHERE note_id = ?", [id.hex])
    file.close()
    hurt = CliRunner().invoke(cli, ["--config", str(config), "audit", "verify"])
    assert hurt.exit_code == 1
    assert f"progress note {id}, signed at entry" in hurt.output
    assert "changed after it was signed" in hurt.output


def test_the_session_of_a_signed_note_cannot_be_changed_by_the_program_either(cast: Cast) -> None:
    note = signed(cast)
    for change in _changes(note):
        with pytest.raises(NotAllowedNow):
            change()
            db.session.commit()
        db.session.rollback()
    assert note.encounter.minutes == 50
    assert compare_signed(db.session()).broken is None
    draft = a_note(cast)
    draft.encounter.minutes = 45
    db.session.commit()


def _changes(note: ProgressNote) -> list[Callable[[], object]]:
    return [
        lambda: setattr(note.encounter, "minutes", 90),
        lambda: setattr(note.encounter, "began_at", note.encounter.began_at - timedelta(days=1)),
        lambda: setattr(note.encounter.attendances[0], "attended", False),
    ]


def test_addenda_are_kept_in_order(cast: Cast) -> None:
    note = signed(cast)
    for number in range(3):
        note.add(f"Number {number}", by=cast.users["Cleo"], name="Cleo", at=cast.clock.pass_by(minutes=1))
    db.session.commit()
    db.session.expire_all()
    assert [row.text for row in note.addenda] == ["Number 0", "Number 1", "Number 2"]
    assert db.session.scalars(select(Addendum)).all()
