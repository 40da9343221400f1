"""Two runs that differ only in what Ben keeps private look the same to Ana, byte for byte.

Private are: what and how often he drafts, what he sends and whether, his scores and his private check, when and how often he signs
in, a session that he has alone with the counselor, and what the counselor does about any of it. The same in both runs are Ana's
acts, the joint sessions, and what Ben shows her. Time and chance are the same for each step; what is random in every reply is left
out (form token, nonce, session token). (Issue E grows this: acts through pages, mails, exports.)
"""

from __future__ import annotations

import random
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cast import Cast, Clock
from flask import Flask, Response
from sqlalchemy import func, select

from clinic import create_app, reporting
from clinic.db import db
from clinic.models import Answer, Assignment, Case, Draft, Medium, NoteFormat, Sharing, SignIn, Task, TaskKind
from clinic.models.comments import comment_on
from clinic.models.drafting import keep
from clinic.models.homework import assign
from clinic.models.notes import begin_note, record_encounter
from clinic.models.opening import give_safety_check
from clinic.models.paper_forms import enter_paper_form
from clinic.models.sending import share, unshare, worksheet_of
from clinic.models.states import AssignmentState
from clinic.places import templates_folder
from forms import Given, library
from forms.definition import Item, Standard
from reports import Audience, render_html
from tests.conftest import settings_in
from tests.privacy.crawl import area, id_part, normal, other_parts, path_of, rules, signed_in

SEEDS = range(20)
SHEETS = {
    "Ana": ("hopes", "one-sentence", "people-and-coping", "still-true", "hurt-account"),
    "Ben": ("hopes", "one-sentence", "people-and-coping", "carrying-guilt", "involved-account"),
}
WORDS = ["gray", "herons", "stand", "by", "the", "lake", "while", "nobody", "counts", "the", "boats", "that", "come", "and", "go"]
Reply = tuple[int, tuple[tuple[str, str], ...], str]


@contextmanager
def chance(label: str) -> Iterator[random.Random]:
    """Ids that depend on the step alone, not on how many were made before it."""
    source, made = random.Random(label), uuid.uuid4
    uuid.uuid4 = lambda: uuid.UUID(int=source.getrandbits(128), version=4)
    try:
        yield random.Random(f"{label}, what is done")
    finally:
        uuid.uuid4 = made


@dataclass
class Run:
    """One of the two worlds. ``private`` draws differ between them, ``common`` ones do not."""

    app: Flask
    cast: Cast
    clock: Clock
    seed: int
    world: int
    sheets: dict[tuple[str, str], uuid.UUID] = field(default_factory=dict)

    def play(self) -> None:
        plan = random.Random(f"plan {self.seed}")
        steps = plan.choices(list(STEPS), weights=[weight for _, weight in STEPS.values()], k=14)
        with self.app.app_context():
            with chance(f"{self.seed} start"):
                self._give_everything()
            for number, name in enumerate(steps):
                act, _ = STEPS[name]
                is_private = name.startswith("private")
                label = f"{self.seed}, {number}" + (f", world {self.world}" if is_private else "")
                self.clock.pass_by(hours=plan.randint(1, 30))
                moment = self.clock.at
                with chance(label) as draw:
                    if is_private:
                        self.clock.pass_by(minutes=draw.randint(0, 55))
                    act(self, draw)
                    db.session.commit()
                self.clock.at = moment

    # --- what both worlds have in common

    def _give_everything(self) -> None:
        for name, sheets in SHEETS.items():
            for sheet in sheets:
                self.sheets[name, sheet] = self.cast.assign(name, sheet, by="Cleo").id
            self.sheets[name, "trust-pulse"] = self._measure(name).id
        self.sheets["Ben", "check"] = give_safety_check(
            db.session(), self.cast.seat("Ben"), by=self.cast.users["Cleo"], at=self.clock()
        ).id
        db.session.commit()

    def _measure(self, name: str) -> Assignment:
        return assign(
            db.session(), self.cast.seat(name), kind="measure", content_id="trust-pulse", content_version=1, module_id=None,
            by=self.cast.users["Cleo"], at=self.clock(),
        )  # fmt: skip

    def sheet(self, name: str, sheet: str) -> Assignment:
        return db.session.get_one(Assignment, self.sheets[name, sheet])

    def answer(self, row: Assignment, draw: random.Random, *, said: dict[str, Given] | None = None) -> dict[str, Given]:
        return {item.id: (said or {}).get(item.id) or something(item, draw) for item in worksheet_of(row).items}

    def send(self, name: str, row: Assignment, givens: dict[str, Given]) -> None:
        if row.state in (AssignmentState.OPEN, AssignmentState.RETURNED, AssignmentState.SUBMITTED):
            self.cast.send(row, givens, by=self.cast.users[name])

    def ana_drafts(self, draw: random.Random) -> None:
        row = self.sheet("Ana", draw.choice(SHEETS["Ana"]))
        if row.takes_answers:
            keep(db.session(), row, self.answer(row, draw), known={}, device=None, at=self.clock())

    def ana_sends_and_shows(self, draw: random.Random) -> None:
        self._show("Ana", draw, said=None)

    def ben_shows(self, draw: random.Random) -> None:
        """What he shows is the same in both worlds; what stands beside it on the same sheet is his own in each."""
        self._show("Ben", draw, said={"one_sentence": text(draw), "how_i_react": text(draw)})

    def _show(self, name: str, draw: random.Random, *, said: dict[str, Given] | None) -> None:
        sheet, item_id = draw.choice([("one-sentence", "one_sentence"), ("hopes", "how_i_react")])
        row, own = self.sheet(name, sheet), draw if said is None else random.Random(f"{self.seed} {self.world} {draw.random()}")
        if row.state == AssignmentState.OPEN:
            self.send(name, row, self.answer(row, own, said=said))
            answer = db.session.scalars(select(Answer).where(Answer.assignment_id == row.id, Answer.item_id == item_id)).one()
            share(db.session(), answer, by=self.cast.users[name], at=self.clock())

    def ben_takes_back(self, draw: random.Random) -> None:
        shown = select(Answer).join(Sharing).where(Sharing.withdrawn_at.is_(None), Sharing.participant_id == self.cast.seats["Ben"])
        for answer in db.session.scalars(shown.order_by(Answer.item_id)).all()[:1]:
            unshare(db.session(), answer, by=self.cast.users["Ben"], at=self.clock())

    def all_meet(self, draw: random.Random) -> None:
        self._session({self.cast.seats["Ana"], self.cast.seats["Ben"]}, draw)

    def _session(self, attendees: set[uuid.UUID], draw: random.Random) -> None:
        by, at = self.cast.users["Cleo"], self.clock()
        began = at - timedelta(minutes=50)
        encounter = record_encounter(
            db.session(), self.cast.case("Ana"), attendees=attendees, began_at=began, minutes=50, medium=Medium.VIDEO, by=by, at=at
        )
        db.session.flush()
        note = begin_note(db.session(), encounter, format=NoteFormat.FREE, by=by, at=at)
        stages = [{"module_id": "address-the-betrayal", "text": words(draw), "rating": draw.randint(-2, 2)}]
        note.save(sections={"note": words(draw)}, stages=stages, at=at)
        note.sign(by=by, name="Cleo", at=at)

    # --- what is Ben's

    def private_drafts(self, draw: random.Random) -> None:
        for _ in range(draw.randint(0, 4)):
            row = self.sheet("Ben", draw.choice([*SHEETS["Ben"], "trust-pulse", "check"]))
            if row.takes_answers:
                keep(db.session(), row, self.answer(row, draw), known={}, device=None, at=self.clock())

    def private_sends(self, draw: random.Random) -> None:
        for sheet in draw.sample(["people-and-coping", "carrying-guilt", "involved-account", "trust-pulse"], k=draw.randint(0, 3)):
            row = self.sheet("Ben", sheet)
            self.send("Ben", row, self.answer(row, draw))

    def private_check(self, draw: random.Random) -> None:
        row = self.sheet("Ben", "check")
        if row.state == AssignmentState.OPEN and draw.random() < 0.7:
            self.send("Ben", row, self.answer(row, draw))

    def private_visits(self, draw: random.Random) -> None:
        db.session.rollback()
        for _ in range(draw.randint(0, 2)):
            browser = signed_in(self.app, "Ben")
            for path in ("/my/", "/my/shared", f"/my/homework/{self.sheets['Ben', 'hopes']}", "/my/devices"):
                browser.get(path)

    def private_session(self, draw: random.Random) -> None:
        if draw.random() < 0.5:
            self._session({self.cast.seats["Ben"]}, draw)

    def private_review(self, draw: random.Random) -> None:
        sent = select(Assignment).where(
            Assignment.participant_id == self.cast.seats["Ben"], Assignment.state == AssignmentState.SUBMITTED
        )
        for row in db.session.scalars(sent.order_by(Assignment.id)).all()[: draw.randint(0, 2)]:
            comment_on(db.session(), row, words(draw), by=self.cast.users["Cleo"], at=self.clock())
            row.give_back(by=self.cast.users["Cleo"], at=self.clock()) if draw.random() < 0.5 else row.mark_reviewed(
                by=self.cast.users["Cleo"], at=self.clock()
            )

    def private_paper(self, draw: random.Random) -> None:
        """Cleo copies a form that Ben filled in on paper: whether, and what it says of him."""
        if draw.random() < 0.6:
            measure, by, at = library.measure("phq-9"), self.cast.users["Cleo"], self.clock()
            numbers = {item.id: draw.choice([None, 0, 1, 2, 3]) for item in measure.items}
            enter_paper_form(
                db.session(), self.cast.seat("Ben"), measure, numbers, filled_in_at=at, submission_key=uuid.uuid4(), by=by, at=at
            )

    # --- what Ana gets

    def seen_by_ana(self, ids: list[uuid.UUID]) -> dict[str, Reply]:
        """Every page of hers and every public one, with her own ids, Ben's, and those of no row."""
        with chance(f"{self.seed} looks"):
            browser = signed_in(self.app, "Ana")
        found: dict[str, Reply] = {}
        for rule in rules(self.app):
            if area(rule.endpoint) not in ("portal", "public") or rule.endpoint == "public.exit":
                continue
            part = id_part(rule)
            for values in other_parts(rule, all_of_them=False)[: 6 if area(rule.endpoint) == "portal" else 1]:
                for id in ids if part else [uuid.UUID(int=0)]:
                    path = path_of(rule, values | ({part: str(id)} if part else {}))
                    with chance(f"{self.seed} {path}"):
                        found[path] = bare(browser.get(path))
        return found

    def documents(self) -> dict[str, str]:
        """Ana's own report, and the one for both."""
        settings, found = self.app.extensions["settings"], {}
        with self.app.app_context():
            from clinic.access import Viewer

            maker = Viewer.of(self.cast.user("Cleo"))
            case = db.session.get_one(Case, self.cast.cases["Ana"])
            for audience, person in ((Audience.PERSON, self.cast.seats["Ana"]), (Audience.JOINT, None)):
                asked = reporting.Request(audience, person)
                report = reporting.progress(case, asked, maker=maker, at=self.clock(), settings=settings)
                found[audience.value] = render_html(report, templates_folder())
        return found

    def private_rows(self) -> Any:
        """What is known to differ: so that no seed passes on two worlds that are the same."""
        ben = self.cast.seats["Ben"]
        with self.app.app_context():
            counts = [
                db.session.scalar(select(func.count()).select_from(model).where(model.participant_id == ben))
                for model in (Draft, Answer, Task)
            ]
            visits = db.session.scalar(select(func.count()).select_from(SignIn).where(SignIn.user_id == self.cast.users["Ben"]))
            drafts = sorted(str(row.given) for row in db.session.scalars(select(Draft).where(Draft.participant_id == ben)))
            answers = sorted(str(row.given) for row in db.session.scalars(select(Answer).where(Answer.participant_id == ben)))
        return counts, visits, drafts, answers


STEPS: dict[str, tuple[Callable[[Run, random.Random], None], int]] = {
    "ana_drafts": (Run.ana_drafts, 2),
    "ana_sends_and_shows": (Run.ana_sends_and_shows, 1),
    "ben_shows": (Run.ben_shows, 2),
    "ben_takes_back": (Run.ben_takes_back, 1),
    "all_meet": (Run.all_meet, 1),
    "private_drafts": (Run.private_drafts, 4),
    "private_sends": (Run.private_sends, 3),
    "private_check": (Run.private_check, 2),
    "private_visits": (Run.private_visits, 2),
    "private_session": (Run.private_session, 1),
    "private_review": (Run.private_review, 2),
    "private_paper": (Run.private_paper, 1),
}


def words(draw: random.Random) -> str:
    return " ".join(draw.choices(WORDS, k=draw.randint(1, 40)))


def text(draw: random.Random) -> Given:
    return Given(words(draw))


def something(item: Item, draw: random.Random) -> Given:
    """Any answer that this kind of item takes, now and then one of the two standard ones, or none."""
    if draw.random() < 0.25:
        return draw.choice([Given(), Given(None, Standard.IN_SESSION), Given(None, Standard.RATHER_NOT)])
    kind = item.kind.value
    if kind in ("short_text", "long_text"):
        return text(draw)
    if kind in ("choice", "yes_no"):
        return Given({"choice": draw.choice(item.options).id, "text": ""})
    if kind == "checklist":
        return Given({"chosen": [choice.id for choice in item.options if draw.random() < 0.5], "other": ""})
    return Given(draw.randint(0, 4)) if kind in ("likert5", "scale10", "number") else Given()


def bare(reply: Any) -> Reply:
    """Status, headers and body without what is random in every reply. Form tokens differ in length: the length is the body's own,
    and without them the bodies are compared whole."""
    assert reply.headers.get("Content-Length") in (None, str(len(reply.data)))
    random_ones = {"Set-Cookie", "Content-Length"}
    headers = [(name, re.sub(r"'nonce-[^']*'", "'nonce-'", value)) for name, value in reply.headers.items()]
    kept = sorted(pair for pair in headers if pair[0] not in random_ones)
    return reply.status_code, tuple(kept), normal(reply)


@pytest.fixture
def two_runs(cast_practice: tuple[Path, Cast], tmp_path: Path, hasty: None) -> Callable[..., list[Run]]:
    def made(seed: int, change: Callable[[Flask, Cast], None] | None = None) -> list[Run]:
        runs = []
        for world in (1, 2):
            folder, clock = tmp_path / f"{seed} {world} {len(list(tmp_path.iterdir()))}" / "practice", Clock()
            shutil.copytree(cast_practice[0], folder)
            app, known = create_app(settings_in(folder), clock=clock), cast_practice[1]
            run = Run(app, Cast(app, clock, known.users, known.seats, known.cases), clock, seed, world)
            if change is not None:
                change(app, run.cast)
            run.play()
            runs.append(run)
        return runs

    return made


def differences(runs: list[Run]) -> list[str]:
    own = [id for (name, sheet), id in runs[0].sheets.items() if name == "Ana" or sheet in ("hopes", "check")]
    ids = [*own, *_shown(runs), uuid.UUID(int=4, version=4)]
    assert runs[0].sheets == runs[1].sheets
    assert runs[0].clock.at == runs[1].clock.at
    pages, others = (run.seen_by_ana(ids) for run in runs)
    assert len(pages) > 50
    assert sum(status == 200 for status, _, _ in pages.values()) > 10
    documents, other_documents = (run.documents() for run in runs)
    found = [f"{path}: {_first(pages[path], others[path])}" for path in pages if pages[path] != others[path]]
    return found + [f"report for {name}" for name in documents if documents[name] != other_documents[name]]


def _shown(runs: list[Run]) -> list[uuid.UUID]:
    """Answers that are there in both worlds: Ana's, and what Ben shows."""
    found = []
    for run in runs:
        with run.app.app_context():
            rows = db.session.execute(select(Answer.id, Answer.assignment_id))
            found.append({id for id, assignment in rows if assignment in run.sheets.values()})
    return sorted(found[0] & found[1])[:6]


def _first(one: Reply, other: Reply) -> str:
    for left, right in zip(str(one).splitlines() or [""], str(other).splitlines() or [""], strict=False):
        place = next((number for number, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1]), -1)
        if place >= 0:
            return f"...{left[max(0, place - 60) : place + 60]}... against ...{right[max(0, place - 60) : place + 60]}..."
    return "of different length"


@pytest.mark.parametrize("seed", SEEDS)
def test_what_ben_keeps_private_changes_nothing_that_ana_gets(two_runs: Callable[..., list[Run]], seed: int) -> None:
    runs = two_runs(seed)
    assert runs[0].private_rows() != runs[1].private_rows(), "the two worlds are the same: this seed proves nothing"
    found = differences(runs)
    assert not found, f"seed {seed}: {len(found)} pages differ\n" + "\n".join(found[:10])


# --- leaks that were planted, to see whether they would be found --------------------------------------------------------------


def _bens(cast: Cast, model: Any) -> Any:
    return select(model).where(model.participant_id == cast.seats["Ben"])


def done_badge(app: Flask, cast: Cast) -> None:
    def badge(reply: Response) -> Response:
        count = len(db.session.scalars(_bens(cast, Assignment).where(Assignment.submitted_at.is_not(None))).all())
        if reply.mimetype == "text/html":
            reply.set_data(reply.get_data() + f"<p>{count} done</p>".encode())
        return reply

    app.after_request(badge)


def last_modified(app: Flask, cast: Cast) -> None:
    def stamp(reply: Response) -> Response:
        newest = db.session.scalar(select(func.max(Draft.saved_at)).where(Draft.participant_id == cast.seats["Ben"]))
        reply.headers["X-Changed"] = str(newest)
        return reply

    app.after_request(stamp)


def running_number(app: Flask, cast: Cast) -> None:
    def number(reply: Response) -> Response:
        reply.headers["X-Number"] = str(db.session.scalar(select(func.count()).select_from(Answer)))
        return reply

    app.after_request(number)


def held_status(app: Flask, cast: Cast) -> None:
    """A page that is another one while Ben's private check raised something."""

    def hold(reply: Response) -> Response:
        if db.session.scalars(_bens(cast, Task).where(Task.kind == TaskKind.SAFETY.value)).first() is not None:
            reply.headers["Content-Language"] = "en"
        return reply

    app.after_request(hold)


@pytest.mark.parametrize("leak", [done_badge, last_modified, running_number, held_status])
def test_a_planted_leak_is_found(two_runs: Callable[..., list[Run]], leak: Callable[[Flask, Cast], None]) -> None:
    assert any(differences(two_runs(seed, leak)) for seed in range(8)), f"{leak.__name__} was not noticed in eight pairs of runs"
