"""The rules that every connection obeys, what concurrent writers meet, and a schema that migrations alone can make."""

from __future__ import annotations

import sqlite3
import threading
import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from cast import Browser, Cast
from flask import Flask
from flask_migrate import downgrade
from sqlalchemy import event, inspect, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from clinic import create_app, storage
from clinic.db import SQLITE_RULES, Base, db, reading, writing
from clinic.models import Answer, Assignment, ProgressNote, Sharing, User, first_damage
from clinic.sealing import DataKey
from tests.conftest import settings_in

MEANT = {
    "journal_mode": "wal", "synchronous": 2, "busy_timeout": 10000, "foreign_keys": 1, "secure_delete": 1, "temp_store": 2,
    "trusted_schema": 0,
}  # fmt: skip


# --- connections ------------------------------------------------------------------------------------------------------------


def test_the_rules_are_those_that_were_agreed() -> None:
    assert {name for name, _ in SQLITE_RULES} == set(MEANT)


def test_every_connection_obeys_the_rules(cast: Cast) -> None:
    stores = {"rows": db.engine, "keys": cast.app.extensions["keyring"]._store}
    for engine in stores.values():
        for _ in range(3):
            with engine.connect() as connection:
                found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in MEANT}
            assert found == MEANT


def test_a_connection_of_another_thread_obeys_them_too(app: Flask) -> None:
    found = []

    def look() -> None:
        with app.app_context():
            found.append({name: db.session.execute(text(f"PRAGMA {name}")).scalar() for name in MEANT})

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [MEANT]


def test_writers_take_the_lock_at_once_and_readers_never(cast: Cast) -> None:
    said: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _cursor, statement, *_: said.append(statement))
    for manner, first in ((writing, "BEGIN IMMEDIATE"), (reading, "BEGIN")):
        db.session.rollback()
        said.clear()
        with manner():
            db.session.scalars(select(User).limit(1)).all()
        assert said[0] == first


def test_a_reader_sees_the_rows_of_before_while_somebody_writes(cast: Cast) -> None:
    """And waits for nobody."""
    seat = cast.seat("Ana")
    seat.side = "both"
    db.session.flush()
    file = cast.app.extensions["settings"].storage.database.removeprefix("sqlite:///")
    with sqlite3.connect(file, timeout=0) as other:
        assert other.execute("SELECT side FROM participant WHERE id = ?", (seat.id.hex,)).fetchone() == ("hurt",)


# --- rows -------------------------------------------------------------------------------------------------------------------


def test_keys_are_random_and_there_before_the_row(cast: Cast) -> None:
    ids = [User(role="client", added_at=cast.clock()).id for _ in range(100)]
    assert len(set(ids)) == 100
    assert {id.version for id in ids} == {4}, "a uuid7 or a counter tells when, and how many"
    for mapper in Base.registry.mappers:
        key = mapper.class_.__table__.primary_key.columns.values()
        assert [(column.name, column.type.python_type) for column in key] == [("id", uuid.UUID)]


def test_a_reference_to_no_row_is_refused_at_commit(cast: Cast) -> None:
    whose = {"case_id": cast.cases["Ana"], "participant_id": cast.seats["Ana"]}
    db.session.add(Sharing(**whose, answer_id=uuid.uuid4(), shared_at=cast.clock()))
    db.session.flush()
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        db.session.commit()
    db.session.rollback()


def test_times_are_kept_in_utc_and_one_without_a_zone_is_refused(cast: Cast) -> None:
    user = cast.user("Ana")
    user.added_at = datetime(2026, 3, 2, 10, 0, tzinfo=timezone(timedelta(hours=-5)))
    db.session.commit()
    assert user.added_at == datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    assert user.added_at.tzinfo is UTC
    user.added_at = datetime(2026, 3, 2, 10, 0)
    with pytest.raises(StatementError, match="without a zone"):
        db.session.commit()
    db.session.rollback()


def test_a_database_error_shows_no_values(cast: Cast) -> None:
    """Its text reaches logs."""
    db.session.add(User(role="client", added_at=cast.clock(), password_hash="a value that is not for logs", email_index=b"one"))
    db.session.add(User(role="client", added_at=cast.clock(), email_index=b"one"))
    with pytest.raises(IntegrityError) as caught:
        db.session.commit()
    assert "not for logs" not in str(caught.value)
    db.session.rollback()


def test_what_a_scope_filters_by_has_an_index(cast: Cast) -> None:
    """A missing one costs twenty-four times as much on every page."""
    by_case = [(model, "case_id") for model in (Answer, Assignment, ProgressNote, Sharing)]
    for model, column in (*by_case, (Answer, "participant_id"), (Assignment, "participant_id"), (Sharing, "answer_id")):
        found = inspect(db.engine).get_indexes(model.__tablename__)
        assert any(index["column_names"][0] == column for index in found), f"{model.__name__}.{column}"


# --- many at once -----------------------------------------------------------------------------------------------------------


def test_eight_who_write_at_once_all_get_through(app: Flask, cast: Cast, browser: object) -> None:
    """Counselors change words, clients save drafts; nobody meets a locked database, and nothing of it is lost."""
    names = ["Ana", "Ben", "Dot", "Eli", "Gil", "Hope"]
    sheets = {name: cast.assign(name, "one-sentence", by="Fay" if name in ("Gil", "Hope") else "Cleo").id for name in names}
    db.session.commit()
    seats = {"Cleo": cast.seats["Ana"], "Fay": cast.seats["Gil"]}
    db.session.rollback()
    pages: dict[str, Browser] = {name: browser(name) for name in (*names, *seats)}  # type: ignore[operator]
    tokens = {name: page.token("/my/" if name in sheets else "/practice/") for name, page in pages.items()}
    start, replies, rounds = threading.Barrier(len(pages)), [], 6

    def work(name: str) -> None:
        start.wait()
        known = ""
        for number in range(rounds):
            if name in sheets:
                path, form = f"/my/homework/{sheets[name]}/1/draft", {"one_sentence": f"{name} {number}", "revision": known}
            else:
                path, form = f"/practice/participants/{seats[name]}/words", {"calls_other": f"word {number}", "calls_event": "x"}
            reply = pages[name].client.post(path, data={"csrf_token": tokens[name], **form}, headers={"Accept": "application/json"})
            replies.append((name, reply.status_code))
            known = (reply.get_json(silent=True) or {}).get("revision", "")

    threads = [threading.Thread(target=work, args=(name,)) for name in pages]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(replies) == len(pages) * rounds
    assert {(name in seats, status) for name, status in replies} == {(True, 303), (False, 200)}, replies
    with app.app_context():
        assert first_damage(db.session()) is None
        assert cast.seat("Ana").calls_other == f"word {rounds - 1}"


# --- migrations -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def unmade(tmp_path: Path) -> Flask:
    settings = settings_in(tmp_path)
    storage.make_keys(settings)
    return create_app(settings)


def tables(app: Flask) -> set[str]:
    with app.app_context():
        return set(inspect(db.engine).get_table_names())


def test_migrations_make_what_the_models_say(unmade: Flask) -> None:
    storage.upgrade(unmade)
    with unmade.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
        assert len(Base.metadata.tables) > 20
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_a_second_upgrade_changes_nothing(unmade: Flask) -> None:
    storage.upgrade(unmade)
    before = tables(unmade)
    storage.upgrade(unmade)
    assert tables(unmade) == before


def test_migrations_can_be_taken_back_and_made_again(unmade: Flask) -> None:
    storage.upgrade(unmade)
    made = tables(unmade)
    with unmade.app_context():
        downgrade(directory=str(storage.MIGRATIONS), revision="base")
    assert tables(unmade) == {"alembic_version"}
    storage.upgrade(unmade)
    assert tables(unmade) == made


def test_the_keys_lie_in_a_database_of_their_own(app: Flask) -> None:
    assert DataKey.__tablename__ not in tables(app)
    with app.app_context():
        store = app.extensions["keyring"]._store
        assert store.url != db.engine.url
        assert inspect(store).get_table_names() == [DataKey.__tablename__]


def test_a_date_is_a_day_and_no_moment(cast: Cast) -> None:
    row = cast.assign("Ana", "one-sentence", by="Cleo")
    row.due_on = date(2026, 3, 9)
    db.session.commit()
    assert db.session.scalars(select(Assignment.due_on).where(Assignment.id == row.id)).one() == date(2026, 3, 9)
