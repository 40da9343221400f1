"""What lies on disk says nothing without the master key, opens only where it was written, and is never written in the clear."""

from __future__ import annotations

import base64
import multiprocessing
import re
import shutil
import sqlite3
import threading
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cast import Cast, Clock
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask
from sqlalchemy import create_engine, insert, select, text, update
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from clinic import create_app, sealing, storage
from clinic.db import db, hold_to_the_rules, reading
from clinic.models import Answer, Draft, ProgressNote, User
from clinic.sealing import HEAD, LENGTH, SIZES, TAG, CannotOpen, DataKey, KeyBase, Keyring, Subject, is_sealed
from clinic.storage import KeysMissing
from forms import Given
from tests.conftest import settings_in

MASTER = bytes(range(32))
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def keyring_in(folder: Path, master: bytes = MASTER) -> Keyring:
    engine = create_engine(f"sqlite:///{folder / 'keys.db'}")
    hold_to_the_rules(engine)
    KeyBase.metadata.create_all(engine)
    return Keyring(master, engine, lambda: NOON)


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return keyring_in(tmp_path)


@pytest.fixture
def subject() -> Subject:
    return Subject(uuid.uuid4(), "answers:Ana")


def two_answers(cast: Cast, *names: str) -> list[Answer]:
    """One sent answer of each of these people, with a text in it."""
    found = []
    for name in names:
        row = cast.assign(name, "one-sentence", by="Cleo")
        db.session.flush()
        cast.send(row, {"one_sentence": Given(f"the words of {name}")}, by=cast.users[name])
        db.session.commit()
        mine = select(Answer).where(Answer.assignment_id == row.id)
        found.append(db.session.scalars(mine).one())
    return found


# --- a value ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plain", [b"", b"\0", "ja \U0001f300".encode(), b"x" * 252, b"x" * 253, b"x" * 20_000])
def test_what_is_sealed_opens_in_its_place(keyring: Keyring, subject: Subject, plain: bytes) -> None:
    sealed = keyring.seal(plain, subject, "answer|1|given")
    assert is_sealed(sealed)
    assert keyring.open(sealed, subject, "answer|1|given") == plain
    assert plain == b"" or plain == b"\0" or plain not in sealed


def test_a_value_opens_nowhere_else(keyring: Keyring, subject: Subject) -> None:
    sealed = keyring.seal(b"yes", subject, "answer|1|given")
    elsewhere = [
        (subject, "answer|2|given"), (subject, "answer|1|note"), (subject, "draft|1|given"),
        (Subject(subject.owner, "answers:Ben"), "answer|1|given"), (Subject(uuid.uuid4(), subject.part), "answer|1|given"),
    ]  # fmt: skip
    for other, place in elsewhere:
        with pytest.raises(CannotOpen, match="changed or moved"):
            keyring.open(sealed, other, place)


def test_no_flipped_bit_opens(keyring: Keyring, subject: Subject) -> None:
    sealed = keyring.seal(b"no", subject, "answer|1|given")
    for place in range(len(sealed)):
        flipped = bytearray(sealed)
        flipped[place] ^= 1 << (place % 8)
        with pytest.raises(CannotOpen):
            keyring.open(bytes(flipped), subject, "answer|1|given")


def test_no_cut_or_lengthened_value_opens(keyring: Keyring, subject: Subject) -> None:
    sealed = keyring.seal(b"no", subject, "answer|1|given")
    for length in (0, 1, 16, 17, HEAD - 1, HEAD, HEAD + TAG, len(sealed) - 1):
        with pytest.raises(CannotOpen, match="not a sealed value, or cut short"):
            keyring.open(sealed[:length], subject, "answer|1|given")
    with pytest.raises(CannotOpen):
        keyring.open(sealed + b"\0", subject, "answer|1|given")


def test_short_and_long_answers_look_alike(keyring: Keyring, subject: Subject) -> None:
    def length(plain: int) -> int:
        return len(keyring.seal(b"x" * plain, subject, "answer|1|given"))

    classes = {length(plain) for plain in (0, 1, 3, 100, 252)}
    assert classes == {HEAD + LENGTH + SIZES[0] + TAG}
    assert {length(plain) for plain in (253, 1020)} == {HEAD + LENGTH + SIZES[1] + TAG}
    assert {size + LENGTH for size in SIZES[:4]} == {256, 1024, 4096, 16384}


def test_no_nonce_comes_twice(keyring: Keyring, subject: Subject) -> None:
    sealed = [keyring.seal(b"same", subject, "answer|1|given") for _ in range(2000)]
    assert len({value[1:HEAD] for value in sealed}) == len(sealed)


# --- keys -------------------------------------------------------------------------------------------------------------------


def test_another_master_key_is_said_and_opens_nothing(keyring: Keyring, subject: Subject, tmp_path: Path) -> None:
    sealed = keyring.seal(b"yes", subject, "answer|1|given")
    other = keyring_in(tmp_path, bytes(32))
    place = "answer|1|given"
    for attempt in (lambda: other.open(sealed, subject, place), lambda: other.seal(b"", subject, place), other.require_fit):
        with pytest.raises(CannotOpen, match="master key does not fit"):
            attempt()
    keyring.require_fit()


def test_a_practice_does_not_start_with_another_master_key_and_writes_nothing(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "practice"
    key_file = next(folder.rglob("master.key"))
    key_file.write_bytes(bytes(32))
    before = contents(folder)
    with pytest.raises(CannotOpen, match="put back the copies that belong together"):
        create_app(settings_in(folder))
    assert contents(folder) == before


def test_a_practice_does_not_start_without_its_key_store_or_with_half_a_key(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "practice"
    key_file, store = next(folder.rglob("master.key")), next(folder.rglob("keys.db"))
    whole = key_file.read_bytes()
    key_file.write_bytes(whole[:31])
    with pytest.raises(KeysMissing, match="not whole"):
        create_app(settings_in(folder))
    key_file.write_bytes(whole)
    store.rename(tmp_path / "elsewhere.db")
    with pytest.raises(KeysMissing, match="key store is not there"):
        create_app(settings_in(folder))
    assert not store.exists(), "no empty file in the place of the lost one"
    sqlite3.connect(store).execute("CREATE TABLE other (id)").connection.close()
    with pytest.raises(KeysMissing, match="key store is not there"):
        create_app(settings_in(folder))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file() and not file.name.endswith("-shm")}


def test_a_destroyed_key_opens_nothing(keyring: Keyring, subject: Subject, tmp_path: Path) -> None:
    sealed = keyring.seal(b"yes", subject, "answer|1|given")
    with Session(keyring._store) as session:
        session.execute(update(DataKey).values(destroyed_at=NOON, wrapped=b""))
        session.commit()
    with pytest.raises(CannotOpen, match="destroyed"):
        keyring_in(tmp_path).open(sealed, subject, "answer|1|given")


def test_a_key_that_was_changed_in_its_store_is_refused(keyring: Keyring, subject: Subject, tmp_path: Path) -> None:
    sealed = keyring.seal(b"yes", subject, "answer|1|given")
    for change in ({"part": "answers:Ben"}, {"owner": uuid.uuid4()}, {"wrapped": b"short"}, {"wrapped": bytes(60)}):
        shutil.copytree(tmp_path, tmp_path / "copy", ignore=shutil.ignore_patterns("copy"))
        copy = keyring_in(tmp_path / "copy")
        with Session(copy._store) as session:
            session.execute(update(DataKey).values(**change))
            session.commit()
        with pytest.raises(CannotOpen, match="does not fit"):
            copy.open(sealed, subject, "answer|1|given")
        shutil.rmtree(tmp_path / "copy")


def test_threads_that_need_the_same_key_at_once_make_it_once(tmp_path: Path) -> None:
    """Two keyrings, as two processes have them, four threads each; half of them in requests that only read."""
    rings = [keyring_in(tmp_path), keyring_in(tmp_path)]
    subjects = [Subject(uuid.uuid4(), "record") for _ in range(5)]
    start, sealed, failed = threading.Barrier(8), [], []

    def work(number: int) -> None:
        start.wait()
        try:
            for subject in subjects:
                if number % 2:
                    with reading():
                        sealed.append((subject, rings[number % 2].seal(b"one", subject, "p")))
                else:
                    sealed.append((subject, rings[number % 2].seal(b"one", subject, "p")))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert not failed
    assert len(sealed) == 40
    assert len({(str(subject), value[1:17]) for subject, value in sealed}) == len(subjects)
    assert all(keyring_in(tmp_path).open(value, subject, "p") == b"one" for subject, value in sealed)


def _seal_in_a_process(folder: Path, owner: uuid.UUID) -> str:
    return keyring_in(folder).seal(b"one", Subject(owner, "record"), "p")[1:17].hex()


def test_processes_that_need_the_same_key_at_once_make_it_once(tmp_path: Path) -> None:
    keyring_in(tmp_path)
    owner = uuid.uuid4()
    with multiprocessing.get_context("fork").Pool(3) as pool:
        assert len(set(pool.starmap(_seal_in_a_process, [(tmp_path, owner)] * 6))) == 1


def test_a_key_is_on_disk_before_the_first_row_that_it_seals(cast: Cast) -> None:
    """Even a row that is rolled back leaves its key: the other order would lose a row."""
    user = User(role="client", added_at=NOON, name="somebody new")
    db.session.add(user)
    db.session.flush()
    assert keys_of(cast.app, user.id) == 1
    db.session.rollback()
    assert keys_of(cast.app, user.id) == 1
    assert db.session.get(User, user.id) is None


def keys_of(app: Flask, owner: uuid.UUID) -> int:
    file = app.extensions["settings"].storage.keys.removeprefix("sqlite:///")
    with sqlite3.connect(file) as store:
        return store.execute("SELECT count(*) FROM data_key WHERE owner = ?", (owner.hex,)).fetchone()[0]


def test_each_person_and_the_record_have_keys_of_their_own(cast: Cast) -> None:
    ana, ben, dot = two_answers(cast, "Ana", "Ben", "Dot")
    key_ids = {row.given_sealed[1:17] for row in (ana, ben, dot)}
    assert len(key_ids) == 3
    case = cast.case("Ana")
    assert case.label_sealed[1:17] not in key_ids
    assert cast.seat("Ana").full_name_sealed[1:17] not in key_ids


def test_two_practices_in_one_process_keep_their_keys_apart(empty_practice: Path, tmp_path: Path) -> None:
    apps = []
    for name in ("north", "south"):
        settings = settings_in(tmp_path / name)
        storage.make_keys(settings)
        app = create_app(settings, clock=Clock())
        storage.upgrade(app)
        apps.append(app)
    ids = {}
    for app in apps:
        with app.app_context():
            user = User(role="client", added_at=NOON, name=app.extensions["settings"].storage.folder.parent.name)
            db.session.add(user)
            db.session.commit()
            ids[app] = user.id
    for app in apps:
        with app.app_context():
            own = db.session.scalars(select(User)).all()
            assert [(user.id, user.name) for user in own] == [(ids[app], app.extensions["settings"].storage.folder.parent.name)]
    north, south = (app.extensions["keyring"] for app in apps)
    assert north.blind_index("ana@home.example") != south.blind_index("ana@home.example")


# --- columns ----------------------------------------------------------------------------------------------------------------


def test_a_value_moved_to_another_row_person_or_column_does_not_open(cast: Cast) -> None:
    ana, again, ben = two_answers(cast, "Ana", "Ana", "Ben")
    for one, other in ((ana, again), (ana, ben)):
        moved = {"value": one.given_sealed, "id": other.id.hex}
        db.session.execute(text("UPDATE answer SET given_sealed = :value WHERE id = :id"), moved)
        db.session.expire(other)
        with pytest.raises(CannotOpen, match="changed or moved"):
            _ = other.given
        db.session.rollback()
    seat = cast.seat("Ana")
    raw = seat.full_name_sealed
    db.session.execute(text("UPDATE participant SET pronouns_sealed = :value WHERE id = :id"), {"value": raw, "id": seat.id.hex})
    db.session.expire(seat)
    with pytest.raises(CannotOpen):
        _ = seat.pronouns
    assert seat.full_name == "Ana Full-Ana"


def test_no_path_writes_a_sealed_column_in_the_clear(cast: Cast) -> None:
    (ana,) = two_answers(cast, "Ana")
    values = {
        "id": uuid.uuid4(), "case_id": ana.case_id, "participant_id": ana.participant_id, "assignment_id": ana.assignment_id,
        "response_id": ana.response_id, "item_id": "other", "position": 9, "visibility": "private",
    }  # fmt: skip
    clear = b'{"value": "in the clear", "standard": null}'
    row = Answer(**{key: value for key, value in values.items() if key != "id"}, given={"value": "x", "standard": None})
    attempts = [
        lambda: db.session.execute(insert(Answer).values(**values, given_sealed=clear)),
        lambda: db.session.execute(insert(Answer), [values | {"given_sealed": clear}]),
        lambda: db.session.execute(update(Answer).where(Answer.id == ana.id).values(given_sealed=clear)),
        lambda: db.session.bulk_insert_mappings(Answer, [values | {"given_sealed": clear}]),
        lambda: db.session.bulk_save_objects([row]),
        lambda: (setattr(ana, "given_sealed", clear), db.session.flush()),
    ]
    for attempt in attempts:
        with pytest.raises((StatementError, ValueError), match="sealed column takes sealed values only") as caught:
            attempt()
        assert "in the clear" not in str(caught.value)
        db.session.rollback()
    assert db.session.get_one(Answer, ana.id).given == {"value": "the words of Ana", "standard": None}


def test_what_was_set_is_read_before_and_after_the_flush_and_after_a_rollback_as_it_was(cast: Cast) -> None:
    seat = cast.seat("Ana")
    seat.pronouns = "she/her"
    assert seat.pronouns == "she/her"
    db.session.flush()
    assert is_sealed(seat.pronouns_sealed)
    assert seat.pronouns == "she/her"
    db.session.rollback()
    assert seat.pronouns == "they/them"
    seat.pronouns = None
    db.session.commit()
    assert seat.pronouns is None
    assert seat.pronouns_sealed is None


def test_a_row_without_the_keys_of_a_practice_says_so(cast: Cast) -> None:
    seat = cast.seat("Ana")
    db.session.expunge(seat)
    with pytest.raises(CannotOpen, match="session that holds the practice's keys"):
        _ = seat.full_name


# --- the disk ---------------------------------------------------------------------------------------------------------------


def test_nothing_that_a_person_wrote_or_is_called_lies_on_disk(cast: Cast, tmp_path: Path) -> None:
    """Names, addresses, answers, notes, drafts: in the database, its journal and the key store, in four writings."""
    words = ["kingfisher", "driftwood", "saltmarsh", "Full-Ana", "ana@home.example", "MyBen", "weekdays 9 to 12", "in March"]
    row = cast.assign("Ana", "one-sentence", by="Cleo")
    waiting = cast.assign("Ana", "still-true", by="Cleo")
    row.note = "look at the saltmarsh"
    db.session.flush()
    cast.send(row, {"one_sentence": Given("a kingfisher")}, by=cast.users["Ana"])
    given = Given("the driftwood").as_json()
    whose = {"case_id": row.case_id, "participant_id": row.participant_id, "assignment_id": waiting.id}
    db.session.add(Draft(**whose, item_id="x", saved_at=NOON, given=given))
    db.session.commit()
    with sqlite3.connect(next((tmp_path / "practice").rglob("practice.db"))) as held:  # keeps the write-ahead log in place
        held.execute("SELECT count(*) FROM answer").fetchone()
        files = contents(tmp_path / "practice")
        found = [(word, name) for word in words for name, data in files.items() for form in _writings(word) if form in data]
    assert not found
    assert any(name.endswith("-wal") for name in files)
    assert any(row.id.bytes in data or row.id.hex.encode() in data for data in files.values()), "the rows themselves are there"
    mine = db.session.get_one(type(row), row.id)
    assert mine.note == "look at the saltmarsh"


def _writings(word: str) -> list[bytes]:
    """As text, in UTF-16, in hex, in base64 wherever in the stream it begins (short pieces of it would be found by chance)."""
    plain = word.encode()
    shifted = [re.sub(rb"=+$", b"", base64.b64encode(b"\0" * shift + plain))[4 if shift else 0 : -2] for shift in range(3)]
    hexes = [plain.hex().encode(), plain.hex().upper().encode()]
    whole = [plain, plain.lower(), word.encode("utf-16-le"), word.encode("utf-16-be"), *hexes]
    return [*whole, *(piece for piece in shifted if len(piece) > 7)]


def test_the_master_key_and_the_data_keys_are_in_no_database(cast: Cast, tmp_path: Path) -> None:
    two_answers(cast, "Ana")
    folder = tmp_path / "practice"
    master = next(folder.rglob("master.key")).read_bytes()
    keyring: Keyring = cast.app.extensions["keyring"]
    with Session(keyring._store) as session:
        unwrapped = [
            keyring._wrap.decrypt(row.wrapped[:12], row.wrapped[12:], f"{row.id}/{row.owner}/{row.part}".encode())
            for row in session.scalars(select(DataKey))
        ]
    assert len(unwrapped) > 5
    for name, data in contents(folder).items():
        if not name.endswith("master.key"):
            assert master not in data
            assert not any(key in data for key in unwrapped)
    assert all(isinstance(AESGCM(key), AESGCM) and len(key) == 32 for key in unwrapped)


def test_every_sealed_column_of_every_model_is_bytes_that_are_sealed(cast: Cast) -> None:
    two_answers(cast, "Ana", "Ben")
    from clinic.db import Base

    checked = 0
    for mapper in Base.registry.mappers:
        for descriptor in sealing._sealed_of(mapper.class_):
            column = mapper.class_.__table__.c[f"{descriptor.name}_sealed"]
            for (raw,) in db.session.execute(select(column).where(column.is_not(None))):
                assert is_sealed(raw), f"{mapper.class_.__name__}.{descriptor.name}"
                checked += 1
    assert checked > 100
    assert ProgressNote in {mapper.class_ for mapper in Base.registry.mappers}
