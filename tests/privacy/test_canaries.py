"""Every private text holds a unique word; each of the cast opens every page with everyone's ids, and meets no word that is not
theirs to meet; nor do the documents of the three audiences hold one that their reader may not have."""

from __future__ import annotations

import io
import json
import uuid
from pathlib import Path

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from clinic import reporting
from clinic.db import Base, db
from clinic.models import Case
from clinic.places import FONTS, templates_folder
from clinic.sealing import _sealed_of
from reports import Audience, document_name, render_html, render_pdf
from tests.privacy.crawl import UUID, Crawl, everything_in, known_ids, rows_on_disk, signed_in
from tests.privacy.expected import CAST, COUNSELORS, NOBODY, OTHERS, PEOPLE, SUPERVISORS, expectations
from tests.privacy.world import World

# Sealed columns that hold no words of a person.
WORDLESS = {
    ("case_closing", "kind"): "one of a closed list",
    ("progress_note", "tags"): "a closed list of two words",
    ("administration", "answers"): "numbers",
    ("administration", "score"): "numbers",
    ("stage_entry", "rating"): "a number",
    ("setback", "reopened"): "ids of modules",
    ("goal", "links"): "ids of modules and measures",
    ("goal_rating", "level"): "a number",
    ("saved_view", "asked"): "choices of a closed list",
}
# What each must meet at least, so that a test cannot pass on pages that show nothing.
MEETS = {
    "Ana": {"ana.answer.after"},
    "Ben": {"ben.answer.after"},
    "Cleo": {"ana.answer.private", "ben.answer.shareable", "ana.case.label", "ana.case.joint.note", "ben.task.open"},
    "Fay": {"gil.answer.private", "gil.case.label"},
    "Sol": {"dot.answer.private", "dot.case.sent.note", "dot.case.cosigned.signed", "dot.case.solapart.text"},
    "Max": {"cleo.name"},
}


def test_a_word_is_planted_in_every_sealed_column(world: World) -> None:
    planted = 0
    for mapper in Base.registry.mappers:
        model = mapper.class_
        for column in _sealed_of(model):
            if (model.__tablename__, column.name) in WORDLESS:
                continue
            values = [getattr(row, column.name) for row in db.session.scalars(select(model))]
            texts = [value.decode() if isinstance(value, bytes) else json.dumps(value) for value in values if value]
            assert any(word in text for text in texts for word in world.words.values()), (
                f"world.py plants no word in {model.__name__}.{column.name}: plant one and say in canaries.toml who may meet it, "
                "or give the reason in WORDLESS"
            )
            planted += 1
    assert planted > 25
    print(f"{len(world.words)} words in {planted} sealed columns")


@pytest.mark.parametrize("name", [*CAST, NOBODY])
def test_nobody_meets_a_word_that_is_not_theirs_and_looking_changes_nothing(world_app: Flask, world: World, name: str) -> None:
    seen = expectations(set(world.words))
    forbidden = {key: world.words[key] for key, who in seen.items() if name not in who.pages or not name}
    allowed = {key: world.words[key] for key in world.words if key not in forbidden}
    ids = known_ids()
    foreign = ids_of_others(world, name)
    db.session.rollback()
    before = rows_on_disk(world_app)
    crawl, met, leaks = Crawl(world_app, name, ids), set(), []
    for path, reply in crawl.replies():
        text = everything_in(reply)
        if reply.status_code == 200:
            leaks += [f"{path} shows {key}" for key, word in forbidden.items() if word in text]
            leaks += [f"{path} names a row of somebody else: {id}" for id in foreign & set(UUID.findall(text)) if id not in path]
        else:
            leaks += [f"{path} ({reply.status_code}) shows {key}" for key, word in world.words.items() if word in text]
        met |= {key for key, word in allowed.items() if word in text}
    assert not leaks, f"{name or 'nobody'}: {len(leaks)} leaks\n" + "\n".join(leaks[:40])
    assert crawl.asked > 20
    assert rows_on_disk(world_app) == before, "a GET request wrote something"
    assert MEETS.get(name, set()) <= met, f"{name} meets nothing of {sorted(MEETS[name] - met)}"
    who, counted = name or "nobody", f"{crawl.asked} addresses, {len(crawl.endpoints)} endpoints that opened"
    print(f"{who}: {counted}, {len(met)} of {len(allowed)} allowed words, none of {len(forbidden)} forbidden ones")


def ids_of_others(world: World, name: str) -> set[str]:
    """For a client: the ids of every row that is not theirs, but what the other shows them. For staff of the practice: of every
    row of a case that is not theirs."""
    if name in (NOBODY, "Max"):
        return set()
    own = {world.cast.seats[name], world.cast.users[name], world.cast.cases[name]} if name in PEOPLE else set()
    shared = _ids(world, f"{OTHERS.get(name)}'s shared answer", f"{OTHERS.get(name)}'s sharing")
    if name in ("Ana", "Ben"):  # what was put to both of them, with an address of its own
        shared |= _ids(world, "the reveal of Ana's case", "the joint form of Ana's case", "the version that Ben put")
    if name in ("Dot", "Eli"):
        shared |= _ids(world, "the joint form of Dot's case", "the version that both signed")
    clinicians = [*COUNSELORS.items(), *SUPERVISORS.items()]
    cases = {world.cast.cases[person] for person, clinician in clinicians if clinician == name}
    found = set()
    for mapper in Base.registry.mappers:
        for row in db.session.scalars(select(mapper.class_)):
            if name in PEOPLE:
                is_own = row.id in own | shared or bool({getattr(row, part, None) for part in ("participant_id", "user_id")} & own)
            else:
                is_own = (getattr(row, "case_id", None) or row.id) in cases or getattr(row, "case_id", None) is None
            found |= set() if is_own else {str(row.id)}
    return found


def _ids(world: World, *names: str) -> set[uuid.UUID]:
    return {world.rows[name][1] for name in names if name in world.rows}


READERS = {
    "counselor": (Audience.COUNSELOR, None),
    "joint": (Audience.JOINT, None),
    "Ana": (Audience.PERSON, "Ana"),
    "Ben": (Audience.PERSON, "Ben"),
}


@pytest.mark.parametrize("reader", list(READERS))
def test_a_report_holds_what_its_reader_may_have_and_no_more(world: World, reader: str) -> None:
    seen = expectations(set(world.words))
    audience, person = READERS[reader]
    asked = reporting.Request(audience, world.cast.seats[person] if person else None)
    case = db.session.get_one(Case, world.cast.cases["Ana"])
    settings = world.cast.app.extensions["settings"]
    report = reporting.progress(case, asked, maker=world.viewer("Cleo"), at=world.at, settings=settings)
    html = render_html(report, templates_folder())
    pdf = render_pdf(report, templates_folder(), FONTS)
    text = f"{html}\n{_written_in(pdf)}\n{document_name()}"
    leaks = [key for key, word in world.words.items() if reader not in seen[key].reports and word in text]
    assert not leaks, f"the report for {reader} holds {leaks}"
    assert not set(UUID.findall(html)), "an id stands in a document"
    due = {key for key, who in seen.items() if reader in who.reports and key.endswith((".entry", ".shared", ".name"))}
    missing = [key for key in due if world.words[key] not in text]
    assert due, f"canaries.toml lets {reader} read nothing"
    assert not missing, f"the report for {reader} should hold {missing}"
    print(f"{reader}: {sum(word in text for word in world.words.values())} words, {len(pdf)} bytes")


def _written_in(pdf: bytes) -> str:
    """The text of every page without line breaks, and everything beside it: information, XMP, outline, names."""
    reader = PdfReader(io.BytesIO(pdf))
    pages = "".join(page.extract_text() for page in reader.pages)
    beside = [str(dict(reader.metadata or {})), str(reader.outline), str(reader.attachments), pdf.decode("latin-1")]
    xmp = reader.xmp_metadata
    return "\n".join(["".join(pages.split()), *beside, *([xmp.stream.get_data().decode()] if xmp else [])])


def test_a_made_report_is_kept_under_a_name_that_says_nothing(world_app: Flask, world: World, tmp_path: Path) -> None:
    ids = [id for name, (_, id) in world.rows.items() if name.startswith("the report for")]
    db.session.rollback()
    browser = signed_in(world_app, "Cleo")
    for id in ids:
        reply = browser.get(f"/practice/reports/{id}/document.pdf")
        assert reply.status_code == 200
        assert reply.headers["Content-Disposition"] == 'attachment; filename="document.pdf"'
    assert len(ids) == 4
