"""How the caseload is looked at: found by a name typed in haste, filtered, ordered, by fifties, and kept under a name."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from cast import Cast

from clinic.db import db
from clinic.models import Case, NotAllowedNow, Participant, SavedView
from clinic.models.views import MOST, keep_view
from clinic.web.practice.attention import Row, Waiting
from clinic.web.practice.listed import listing, named
from forms.caseload import View

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)


def row(
    *names: str, waits: tuple[tuple[Waiting, int], ...] = (), days: int = 0, seen: int | None = None, state: str = "open"
) -> Row:
    case = Case(code=f"C{names[0][:3].upper()}", relation="friend", state=state, added_at=NOW - timedelta(days=days))
    case.id = uuid.uuid4()
    case.label = " & ".join(name.split()[0] for name in names)
    for seat, name in enumerate(names):
        person = Participant(case=case, seat=seat, code=f"P{seat}", adult_confirmed_at=NOW)
        person.full_name, person.preferred_name = name, name.split()[0]
    return Row(case, None if seen is None else NOW - timedelta(days=seen), waits)


@pytest.fixture
def rows(cast: Cast) -> list[Row]:
    """In a practice, because names are sealed."""
    return [
        row("Łukasz Żak", "Žofie Nováková", days=3, seen=2),
        row("Maria Gonzalez", "Jo Adeyemi", waits=((Waiting.REVIEW, 2),), days=1, seen=30),
        row("Ngũgĩ Wanjiku", "Siobhan O'Neill", waits=((Waiting.SAFETY, 1), (Waiting.NOTE, 1)), days=2),
        row("Anna Ek", "Bo Ek", days=9, state="finished"),
    ]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("lukasz", "Łukasz"), ("LUKAS", "Łukasz"), ("zofie zak", "Łukasz"), ("novakova", "Łukasz"), ("nowakova", "Łukasz"),
        ("gonzales", "Maria"), ("mraia", "Maria"), ("ngugi", "Ngũgĩ"), ("siobahn", "Ngũgĩ"), ("oneil", "Ngũgĩ"),
        ("o'neill", "Ngũgĩ"), ("CMAR", "Maria"), ("ek", "Anna"),
    ],
)  # fmt: skip
def test_a_case_is_found_without_accents_and_with_a_slip(rows: list[Row], typed: str, found: str) -> None:
    assert (named(rows, typed).rows[0].case.label or "").startswith(found)


@pytest.mark.parametrize("typed", ["", "zz", "mario rossi", "xyzzy", "lukasz gonzalez"])
def test_a_name_of_nobody_finds_nothing(rows: list[Row], typed: str) -> None:
    assert named(rows, typed).total == 0


def test_the_nearest_name_stands_first(rows: list[Row]) -> None:
    near = [row("Marta Holm", "Al Holm"), row("Maria Holm", "Al Holm")]
    assert [one.case.label for one in named([*near], "marta").rows] == ["Marta & Al", "Maria & Al"]


@pytest.mark.parametrize(
    ("asked", "labels"),
    [
        ({}, ["Łukasz", "Maria", "Ngũgĩ"]),
        ({"state": "finished"}, ["Anna"]),
        ({"state": "all", "order": "new"}, ["Maria", "Ngũgĩ", "Łukasz", "Anna"]),
        ({"waits": "something", "order": "need"}, ["Ngũgĩ", "Maria"]),
        ({"waits": "nothing"}, ["Łukasz"]),
        ({"waits": "review"}, ["Maria"]),
        ({"order": "seen"}, ["Ngũgĩ", "Maria", "Łukasz"]),
        ({"tie": "partner"}, []),
        ({"state": "'; drop table", "order": "up", "page": "-7"}, ["Łukasz", "Maria", "Ngũgĩ"]),
    ],
)
def test_a_view_filters_and_orders(rows: list[Row], asked: dict[str, str], labels: list[str]) -> None:
    assert [(one.case.label or "").split()[0] for one in listing(rows, View.of(asked)).rows] == labels


def test_pages_hold_fifty_and_one_beyond_the_last_is_the_last(cast: Cast) -> None:
    many = [row(f"Nobody{number:03} X") for number in range(120)]
    first, last = listing(many, View()), listing(many, View.of({"page": "99"}))
    assert (len(first.rows), first.page, first.pages, first.total) == (50, 1, 3, 120)
    assert (len(last.rows), last.page) == (20, 3)


def test_a_view_is_kept_once_and_changed_by_its_title(cast: Cast) -> None:
    by, at = cast.users["Cleo"], cast.clock()
    key = uuid.uuid4()

    def mine() -> list[SavedView]:
        return db.session.query(SavedView).filter_by(user_id=by).all()

    for title, asked, sent in [("Reviews", {"waits": "review"}, key), ("Reviews", {"waits": "note"}, key),
                               ("reviews", {"waits": "safety"}, uuid.uuid4())]:  # fmt: skip
        keep_view(db.session(), mine(), title=title, asked=asked, submission_key=sent, by=by, at=at)
        db.session.commit()
    assert [(one.title, one.asked) for one in mine()] == [("Reviews", {"waits": "safety"})]
    for number in range(MOST - 1):
        keep_view(db.session(), mine(), title=f"No. {number}", asked={}, submission_key=uuid.uuid4(), by=by, at=at)
        db.session.flush()
    with pytest.raises(NotAllowedNow, match="the most"):
        keep_view(db.session(), mine(), title="One more", asked={}, submission_key=uuid.uuid4(), by=by, at=at)
