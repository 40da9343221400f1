"""Who did or read what is on record, in a chain that shows every change to it, in the same transaction as the act."""

from __future__ import annotations

import hashlib
import hmac
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from cast import Browser, Cast, Clock
from flask import Flask
from sqlalchemy import event, func, select, text, update

from clinic import access, create_app
from clinic.access import NotFound, Permission, Viewer
from clinic.db import db
from clinic.models import AuditEntry, Case, Event, User, first_damage, record
from clinic.models.audit import FIELDS, Damage
from forms import Given
from tests.conftest import settings_in

Opened = Callable[[str], Browser]


def entries(*events: Event) -> list[AuditEntry]:
    chosen = select(AuditEntry).order_by(AuditEntry.seq)
    return list(db.session.scalars(chosen.where(AuditEntry.event.in_(events)) if events else chosen))


def damage() -> Damage | None:
    db.session.expire_all()
    return first_damage(db.session())


def sql(statement: str, **values: Any) -> None:
    db.session.execute(text(statement), values)


# --- the chain --------------------------------------------------------------------------------------------------------------


def test_the_chain_of_a_life_is_whole_and_without_gaps(cast: Cast) -> None:
    row = cast.assign("Ana", "one-sentence", by="Cleo")
    db.session.flush()
    cast.send(row, {"one_sentence": Given("words")}, by=cast.users["Ana"])
    row.mark_reviewed(by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    found = entries()
    assert [entry.seq for entry in found] == list(range(1, len(found) + 1))
    assert len(found) > 30
    assert [entry.event for entry in found[-3:]] == [Event.ASSIGNED, Event.SUBMITTED, Event.REVIEWED]
    assert damage() is None


def middle() -> int:
    return (db.session.scalar(select(func.max(AuditEntry.seq))) or 0) // 2


PLAIN = {
    "at": "2020-01-01 00:00:00.000000", "event": "opened", "about": "x", "details_sealed": bytes(305),
    **{column: uuid.UUID(int=1).hex for column in ("id", "actor_id", "about_id", "case_id", "sign_in_id")},
}  # fmt: skip


@pytest.mark.parametrize("column", list(PLAIN))
def test_an_edited_entry_is_named(cast: Cast, column: str) -> None:
    seq = middle()
    sql(f"UPDATE audit_entry SET {column} = :value WHERE seq = :seq", seq=seq, value=PLAIN[column])  # noqa: S608
    assert damage() == Damage(seq, "changed")


def test_a_deleted_entry_is_named(cast: Cast) -> None:
    seq = middle()
    sql("DELETE FROM audit_entry WHERE seq = :seq", seq=seq)
    assert damage() == Damage(seq, "missing")
    sql("UPDATE audit_entry SET seq = seq - 1 WHERE seq > :seq", seq=seq)
    assert damage() == Damage(seq, "out of place")


def test_two_swapped_entries_are_named(cast: Cast) -> None:
    seq = middle()
    sql("UPDATE audit_entry SET seq = -1 WHERE seq = :seq", seq=seq)
    sql("UPDATE audit_entry SET seq = :seq WHERE seq = :next", seq=seq, next=seq + 1)
    sql("UPDATE audit_entry SET seq = :next WHERE seq = -1", next=seq + 1)
    assert damage() == Damage(seq, "out of place")


def test_an_entry_put_in_is_named(cast: Cast) -> None:
    seq = middle()
    sql("UPDATE audit_entry SET seq = -seq - 1 WHERE seq >= :seq", seq=seq)
    sql("UPDATE audit_entry SET seq = -seq WHERE seq < 0")
    columns = "at, actor_id, event, about, about_id, case_id, sign_in_id, details_sealed, prev, mac"
    copy = f"INSERT INTO audit_entry (id, seq, {columns}) SELECT :id, :seq, {columns} FROM audit_entry WHERE seq = :after"  # noqa: S608
    sql(copy, id=uuid.uuid4().hex, seq=seq, after=seq + 1)
    assert damage() == Damage(seq, "changed")


def test_a_chain_made_anew_without_the_key_is_named_at_its_first_entry(cast: Cast) -> None:
    seq, key = middle(), b"somebody else's key, 32 bytes lng"
    rows = [entry for entry in entries() if entry.seq >= seq]
    rows[0].event = Event.SIGNED_OUT.value
    prev = db.session.scalars(select(AuditEntry.mac).where(AuditEntry.seq == seq - 1)).one()
    for entry in rows:
        entry.prev = prev
        prev = entry.mac = entry.expected_mac(key, prev)
    db.session.flush()
    assert hmac.new(key, b"", hashlib.sha256).digest() != rows[0].mac
    assert damage() == Damage(seq, "changed")


def test_a_chain_stays_whole_when_the_key_of_its_details_is_destroyed(cast: Cast) -> None:
    """The details are one case's; the chain is the practice's, and counts them as they lie on disk."""
    from clinic.sealing import CannotOpen, DataKey, Session

    keyring = cast.app.extensions["keyring"]
    with Session(keyring._store) as store:
        store.execute(update(DataKey).where(DataKey.owner == cast.cases["Ana"]).values(destroyed_at=cast.clock()))
        store.commit()
    keyring._by_id.clear()
    with pytest.raises(CannotOpen):
        _ = next(entry for entry in entries() if entry.case_id == cast.cases["Ana"]).details
    assert damage() is None


# --- entries ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", list(Event))
def test_an_entry_has_exactly_the_fields_of_its_event(cast: Cast, event: Event) -> None:
    right = dict.fromkeys(FIELDS[event], "x")
    for wrong in (right | {"name": "Ana"}, dict(list(right.items())[1:]) if right else {"why": "x"}):
        with pytest.raises(TypeError, match="declares"):
            record(db.session(), event, by=None, at=cast.clock(), **wrong)
    record(db.session(), event, by=None, at=cast.clock(), **right)
    db.session.commit()
    assert entries()[-1].details == right


def test_no_act_no_entry(cast: Cast) -> None:
    before = len(entries())
    cast.assign("Ana", "one-sentence", by="Cleo")
    db.session.flush()
    db.session.rollback()
    record(db.session(), Event.SIGNED_OUT, by=None, at=cast.clock())
    db.session.rollback()
    db.session.commit()
    assert len(entries()) == before


def test_no_entry_no_act(cast: Cast) -> None:
    """Where the entry cannot be written, the act is not written either."""

    def broken(*_: Any) -> None:
        raise OSError("no room")

    label = cast.case("Ana").label
    event.listen(AuditEntry, "before_insert", broken)
    try:
        case = cast.case("Ana")
        case.finish(by=cast.users["Cleo"], at=cast.clock())
        with pytest.raises(OSError, match="no room"):
            db.session.commit()
    finally:
        event.remove(AuditEntry, "before_insert", broken)
    db.session.rollback()
    assert cast.case("Ana").is_open
    assert cast.case("Ana").label == label
    assert damage() is None


def test_a_page_whose_reading_cannot_be_written_down_is_not_sent(app: Flask, browser: Opened, cast: Cast) -> None:
    case_id, page = cast.cases["Ana"], browser("Cleo")

    def broken(*_: Any) -> None:
        raise OSError("no room")

    event.listen(AuditEntry, "before_insert", broken)
    try:
        reply = page.get(f"/practice/cases/{case_id}")
    finally:
        event.remove(AuditEntry, "before_insert", broken)
    assert reply.status_code == 500
    assert "Ana" not in reply.get_data(as_text=True)
    assert reply.headers["Cache-Control"] == "no-store"
    assert page.get(f"/practice/cases/{case_id}").status_code == 200


# --- reading ----------------------------------------------------------------------------------------------------------------


def readings(case_id: uuid.UUID) -> list[AuditEntry]:
    return [entry for entry in entries(Event.OPENED) if entry.about_id == case_id]


def test_reading_is_one_entry_per_sign_in_and_record_in_a_quarter_of_an_hour(browser: Opened, cast: Cast, clock: Clock) -> None:
    ana, dot = cast.cases["Ana"], cast.cases["Dot"]
    page, address = browser("Cleo"), f"/practice/cases/{ana}"
    for _ in range(3):
        assert page.get(address).status_code == 200
    assert len(readings(ana)) == 1
    entry = readings(ana)[0]
    assert (entry.actor_id, entry.case_id, entry.about, entry.details) == (cast.users["Cleo"], ana, "case", {"kind": "see_case"})
    assert entry.sign_in_id is not None
    page.get(f"/practice/cases/{dot}")
    assert (len(readings(ana)), len(readings(dot))) == (1, 1)
    clock.pass_by(minutes=14)
    page.get(address)
    assert len(readings(ana)) == 1
    clock.pass_by(minutes=2)
    page.get(address)
    assert len(readings(ana)) == 2
    browser("Cleo").get(address)  # another sign-in of hers
    assert len(readings(ana)) == 3
    assert len({entry.sign_in_id for entry in readings(ana)}) == 2


def test_two_who_read_without_a_sign_in_are_told_apart(cast: Cast) -> None:
    """At the command line, and where a host signs staff in, there is none."""
    from clinic.models import CaseClinician

    case_id, at = cast.cases["Ana"], cast.clock()
    db.session.add(CaseClinician(case_id=case_id, user_id=cast.users["Fay"], since=at))
    db.session.commit()
    for name in ("Cleo", "Fay", "Cleo"):
        viewer = Viewer.of(db.session.get_one(User, cast.users[name]))
        access.find(viewer, Case, case_id, Permission.SEE_CASE)
        access.note_openings(viewer, at=at)
        db.session.commit()
    assert [entry.actor_id for entry in readings(case_id)] == [cast.users["Cleo"], cast.users["Fay"]]


# --- refusals ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "whose", "path"),
    [
        ("Fay", "Ana", "/practice/cases/{case}"),
        ("Fay", "Ana", "/practice/participants/{seat}"),
        ("Cleo", "Gil", "/practice/cases/{case}"),
        ("Ana", "Ana", "/practice/cases/{case}"),
        ("Max", "Ana", "/practice/cases/{case}"),
        ("Cleo", "Cleo", "/my/"),
        ("Ben", "Ben", "/admin/"),
    ],
)
def test_every_refusal_is_on_record(browser: Opened, cast: Cast, name: str, whose: str, path: str) -> None:
    ids = {"case": cast.cases.get(whose), "seat": cast.seats.get(whose)}
    page, before = browser(name), len(entries(Event.REFUSED))
    assert page.get(path.format(**ids)).status_code == 404
    refused = entries(Event.REFUSED)
    assert len(refused) == before + 1
    assert refused[-1].actor_id == cast.users[name]
    assert refused[-1].details == {"permission": Permission.SEE_CASE.value}
    assert refused[-1].sign_in_id is not None


def test_every_wrong_password_is_on_record_and_says_nothing_of_whom(browser: Opened, cast: Cast) -> None:
    page = browser("")
    for email in ("ana@home.example", "nobody@nowhere.example"):
        form = {"email": email, "password": "not the right words"}
        assert page.post("/sign-in", form).status_code == 400
    refused = entries(Event.SIGN_IN_REFUSED)
    assert [(entry.actor_id, entry.about_id, entry.details) for entry in refused[-2:]] == [(None, None, {"why": "wrong"})] * 2


def test_what_access_refuses_is_refused_for_every_permission(cast: Cast) -> None:
    """An id that nobody has."""
    for name in ("Ana", "Cleo", "Max"):
        viewer = Viewer.of(cast.user(name))
        for permission in Permission:
            for model in access.SCOPES:
                with pytest.raises(NotFound):
                    access.find(viewer, model, uuid.uuid4(), permission)


# --- two at once ------------------------------------------------------------------------------------------------------------


def test_threads_that_write_at_once_keep_the_chain_gapless(app: Flask, clock: Clock) -> None:
    with app.app_context():
        before = db.session.scalar(select(func.max(AuditEntry.seq))) or 0
    second = create_app(settings_in(app.extensions["settings"].storage.folder.parent), clock=clock)
    start, failed = threading.Barrier(6), []

    def work(number: int) -> None:
        start.wait()
        try:
            for _ in range(8):
                with (app, second)[number % 2].app_context():
                    record(db.session(), Event.SIGNED_OUT, by=None, at=clock())
                    record(db.session(), Event.SIGNED_IN, by=None, at=clock())
                    db.session.commit()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert not failed
    with app.app_context():
        added = [entry.event for entry in entries() if entry.seq > before]
        assert added == [Event.SIGNED_OUT, Event.SIGNED_IN] * 48, "the entries of one act stay together"
        assert damage() is None
