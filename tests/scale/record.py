"""The clinical record at work: the caseload, the note editor, the search, and eight people who write at once."""

from __future__ import annotations

import statistics
import threading
import time
import uuid
from collections.abc import Iterator, Sequence

from figures import Figure, beside
from flask.testing import FlaskClient
from pairs import measured
from practice import Measured, lived
from sqlalchemy import select

from clinic.access import Viewer
from clinic.db import db, reading
from clinic.demo import many
from clinic.models import Case, Medium, ProgressNote, User
from clinic.models.notes import begin_note, record_encounter
from clinic.web.practice.searching import search

CASES, WHOLE_PRACTICE = 60, 1_000
SLOWEST_WITH_MANY = 1.2
WRITERS, SAVES = 8, 1_000
CASELOAD = "/practice/"


def record(it: Measured, writers: Sequence[FlaskClient], *, quick: bool) -> Iterator[Figure]:
    """``quick``: a tenth of everything, to try the benchmark itself."""
    cases, whole, saves = (6, 60, 80) if quick else (CASES, WHOLE_PRACTICE, SAVES)
    few = lived(it, cases=3)
    queries = {len(few): it.queries(CASELOAD)}
    lived(it, cases=cases - len(few))
    queries[cases] = it.queries(CASELOAD)
    same = len(set(queries.values())) == 1
    yield Figure(f"Queries of the caseload page with {len(few)} and with {cases} cases more", _both(queries), "", "the same", same)
    yield from _against_the_template(it, f"Caseload of {cases} cases and 18 months", CASELOAD, "practice/caseload.html")
    draft = _draft(it, few[0])
    yield from _against_the_template(it, "Opening the note editor", f"/practice/notes/{draft}", "practice/notes/edit.html")
    yield from _search(it)
    yield from _saves(it, writers, few, saves)
    yield from _whole_practice(it, whole)


def _both(counts: dict[int, int]) -> str:
    return " and ".join(str(count) for count in counts.values())


def _against_the_template(it: Measured, what: str, path: str, template: str) -> Iterator[Figure]:
    it.keep_ready(path, template)
    pair = measured(lambda: it.page("/ready"), lambda: it.page(path), rounds=40, repeats=2)
    yield Figure(f"{what}: the page against its template with ready data (p50)", f"{pair.ratio:.2f} x", beside(pair))


def _draft(it: Measured, case_id: uuid.UUID, by: uuid.UUID | None = None) -> uuid.UUID:
    with it.app.app_context():
        case, writer = db.session.get_one(Case, case_id), by or it.counselor
        seats = {person.id for person in case.participants}
        met = record_encounter(
            db.session(), case, attendees=seats, began_at=it.at, minutes=50, medium=Medium.VIDEO, by=writer, at=it.at
        )
        db.session.flush()
        note = begin_note(db.session(), met, format="free", by=writer, at=it.at)
        db.session.commit()
        return note.id


def _search(it: Measured) -> Iterator[Figure]:
    """Words in every note, against opening the same sealed bytes and nothing else."""
    with it.app.app_context(), reading():
        cleo = Viewer.of(db.session.get_one(User, it.counselor))

        def bare() -> None:
            db.session.expunge_all()
            for note in db.session.scalars(select(ProgressNote)):
                _ = note.sections

        def sought() -> None:
            db.session.expunge_all()
            with it.app.test_request_context():
                assert search(cleo, "quarrel evening", kinds=["note"]).hits

        pair = measured(bare, sought, rounds=9)
        db.session.rollback()
    yield Figure(f"Search over {it.notes()} notes against opening them", f"{pair.ratio:.2f} x", beside(pair))


def _saves(it: Measured, writers: Sequence[FlaskClient], cases: Sequence[uuid.UUID], saves: int) -> Iterator[Figure]:
    """Every writer has a note of their own and saves it as the editor does, all at once."""
    drafts = [_draft(it, cases[number % len(cases)]) for number in range(len(writers))]
    each, taken, refused = saves // len(writers), [], []

    def write(client: FlaskClient, draft: uuid.UUID) -> None:
        path = f"/practice/notes/{draft}"
        page = client.get(path).get_data(as_text=True)
        token = page.split('name="csrf-token" content="')[1].split('"')[0]
        revision = int(page.split('name="revision" value="')[1].split('"')[0])
        for number in range(each):
            began = time.perf_counter()
            typed = {"revision": str(revision), "section-note": f"{draft} {number}"}
            reply = client.post(f"{path}/draft", data=typed, headers={"X-CSRFToken": token, "Accept": "application/json"})
            taken.append(time.perf_counter() - began)
            if reply.status_code != 200:
                refused.append(reply.get_data(as_text=True)[:200])
                return
            revision = reply.get_json()["revision"]

    threads = [threading.Thread(target=write, args=pair) for pair in zip(writers, drafts, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lost = sum(_last_saved(it, draft) != f"{draft} {each - 1}" for draft in drafts) + len(refused)
    locked = sum("locked" in said for said in refused)
    slow = statistics.quantiles(taken, n=20)[-1] * 1000 if len(taken) > 1 else 0.0
    yield Figure(
        f"{each * len(writers)} saves of notes by {len(writers)} writers at once: lost; database locked", f"{lost}; {locked}",
        f"p95 {slow:.0f} ms", "0; 0", lost == locked == 0,
    )  # fmt: skip


def _last_saved(it: Measured, draft: uuid.UUID) -> str:
    with it.app.app_context():
        return str((db.session.get_one(ProgressNote, draft).sections or {}).get("note"))


def _whole_practice(it: Measured, whole: int) -> Iterator[Figure]:
    """The same caseload once more, with a practice around it whose other cases are a colleague's."""
    before = _seconds(it)
    with it.app.app_context():
        colleague = db.session.scalars(
            select(User.id).where(User.role == "counselor", User.id != it.counselor)
        ).first()
    assert colleague is not None
    many(it.app, cases=whole - it.cases(), by=colleague, now=it.at)
    ratio = _seconds(it) / before
    yield Figure(
        f"The same caseload in a practice of {it.cases()} cases, against before", f"{ratio:.2f} x",
        f"{before * 1000:.1f} ms before",
        f"<= {SLOWEST_WITH_MANY} x", ratio <= SLOWEST_WITH_MANY,
    )  # fmt: skip


def _seconds(it: Measured) -> float:
    """Processor seconds of the page, taken in turns with the same template so that both ends are measured alike."""
    it.keep_ready(CASELOAD, "practice/caseload.html")
    return measured(lambda: it.page("/ready"), lambda: it.page(CASELOAD), rounds=40, repeats=2).subject / 1000

