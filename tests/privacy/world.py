"""A life of the cast in which every private text holds a word of its own, made with the verbs that the pages use.

`canaries.toml` says, by hand, who may meet which word. What is planted here and not named there, or the other way round, fails.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from cast import Cast
from sqlalchemy import select

from clinic.access import Viewer
from clinic.db import db
from clinic.models import (
    Administration,
    Answer,
    Assignment,
    Case,
    CaseClinician,
    Draft,
    Encounter,
    Medium,
    NoteFormat,
    Outcome,
    ProgressNote,
    Side,
    Signature,
    SignIn,
    StageStatus,
    TaskKind,
    User,
)
from clinic.models.cases import Participant
from clinic.models.comments import comment_on
from clinic.models.homework import assign
from clinic.models.notes import begin_note, record_encounter
from clinic.models.opening import record_contact
from clinic.models.paper_forms import enter_paper_form
from clinic.models.people import token_hash
from clinic.models.phrases import add_phrase
from clinic.models.programme import change_stage, mark_sign, sign_off_stage
from clinic.models.releases import release_report
from clinic.models.sending import share, unshare, worksheet_of
from clinic.models.tasks import raise_task
from clinic.models.views import keep_view
from forms import Given, library

COUPLE = ("Ana", "Ben")


@dataclass
class World:
    """``words``: the canaries by name, such as "ana.answer.private". ``rows``: rows that a test asks for by name."""

    cast: Cast
    words: dict[str, str] = field(default_factory=dict)
    rows: dict[str, tuple[type, uuid.UUID]] = field(default_factory=dict)

    def word(self, name: str) -> str:
        """A word that stands nowhere else. Letters alone: no escaping, no hyphenation, no font changes it."""
        assert name not in self.words, f"{name} is planted twice"
        plain = "".join(part.capitalize() for part in name.replace(".", " ").split())
        self.words[name] = f"Qz{plain}Zq"
        return self.words[name]

    def keep(self, name: str, row: Any) -> Any:
        db.session.flush()
        self.rows[name] = (type(row), row.id)
        return row

    @property
    def at(self) -> Any:
        return self.cast.clock()

    def user_id(self, name: str) -> uuid.UUID:
        return self.cast.users[name]

    def viewer(self, name: str) -> Viewer:
        return Viewer.of(db.session.get_one(User, self.cast.users[name]))


def make_world(cast: Cast) -> World:
    world = World(cast)
    for name in cast.seats:
        _name(world, name)
    for first, counselor in (("Ana", "Cleo"), ("Dot", "Cleo"), ("Gil", "Fay")):
        case = db.session.get_one(Case, cast.cases[first])
        case.label, world.words[f"{first.lower()}.case.code"] = world.word(f"{first.lower()}.case.label"), case.code
        world.keep(f"the case of {first}", case)
        world.rows[f"the counselor of {first}"] = (User, cast.users[counselor])
    for name in ("Cleo", "Fay", "Sol", "Max"):
        user = cast.user(name)
        user.name, user.credentials = world.word(f"{name.lower()}.name"), world.word(f"{name.lower()}.credentials")
        world.words[f"{name.lower()}.email"] = f"{name.lower()}@practice.example"
    _cover(world)
    for name, value in (("Ana", 1), ("Ben", 3)):
        _measure(world, name, "Cleo", value)
        _paper(world, name, "Cleo")
    for name in ("Ana", "Ben", "Dot", "Gil"):
        _homework(world, name, "Fay" if name == "Gil" else "Cleo")
    for name, counselor in (("Ana", "Cleo"), ("Gil", "Fay")):
        _sessions(world, name, counselor)
        _stages(world, name, counselor)
    for name in (*COUPLE, "Gil"):
        _tasks(world, name, "Fay" if name == "Gil" else "Cleo")
    for name in ("Cleo", "Fay"):
        _phrase(world, name)
        _view(world, name)
    from tests.privacy.apart import plant_apart
    from tests.privacy.supervised import plant_supervised
    from tests.privacy.together import plant_together

    plant_together(world)
    plant_supervised(world)
    plant_apart(world)
    _reports(world)
    for name in ("Ana", "Ben", "Cleo"):
        _other_device(world, name)
    db.session.commit()
    return world


def _name(world: World, name: str) -> None:
    """Names and words, contact and signature."""
    key, seat = name.lower(), world.cast.seat(name)
    by = world.user_id("Fay" if name in ("Gil", "Hope") else "Cleo")
    seat.full_name, seat.preferred_name = world.word(f"{key}.name.full"), world.word(f"{key}.name.preferred")
    seat.pronouns = world.word(f"{key}.pronouns")
    seat.change_words(
        calls_other=world.word(f"{key}.words.other"), calls_event=world.word(f"{key}.words.event"), by=by, at=world.at
    )
    world.cast.user(name).name = world.word(f"{key}.login.name")
    world.words |= {f"{key}.email": f"{key}@home.example", f"{key}.code": seat.code}
    contact = {"channels": ["email"], "hours": world.word(f"{key}.contact"), "may_leave_message": False}
    record_contact(db.session(), seat, contact, by=by, at=world.at)
    seat.correct_side(Side(seat.side), reason=world.word(f"{key}.side.reason"), by=by, at=world.at)
    for signature in db.session.scalars(select(Signature).where(Signature.participant_id == seat.id)):
        signature.typed_name = world.words.get(f"{key}.signature") or world.word(f"{key}.signature")
    world.keep(f"{name}'s seat", seat)
    world.keep(f"{name}'s login", world.cast.user(name))
    db.session.flush()


def _cover(world: World) -> None:
    """Fay covered for Cleo in Ana's case until yesterday, and began a note that she never signed."""
    case_id, since = world.cast.cases["Ana"], world.at - timedelta(days=30)
    db.session.add(CaseClinician(case_id=case_id, user_id=world.user_id("Fay"), since=since, until=world.at - timedelta(days=1)))
    db.session.flush()


def _given(world: World, assignment: Assignment, word: str) -> dict[str, Given]:
    """The word in every text of a worksheet."""
    texts = {"short_text", "long_text"}
    return {item.id: Given(f"{word} {item.id}") for item in worksheet_of(assignment).items if item.kind in texts}


def _sent(world: World, name: str, worksheet: str, key: str, by: str) -> Assignment:
    row = world.cast.assign(name, worksheet, by=by)
    db.session.flush()
    world.cast.send(row, _given(world, row, world.word(f"{name.lower()}.{key}")), by=world.user_id(name))
    db.session.flush()
    return row


def _answer(assignment: Assignment, item_id: str) -> Answer:
    mine = select(Answer).where(Answer.assignment_id == assignment.id, Answer.item_id == item_id)
    return db.session.scalars(mine.order_by(Answer.position)).all()[-1]


def _homework(world: World, name: str, counselor: str) -> None:
    """One sheet of each kind and state; one answer of each fate."""
    key, by, me = name.lower(), world.user_id(counselor), world.user_id(name)
    session = db.session()

    private = world.keep(f"{name}'s sent homework", _sent(world, name, "people-and-coping", "answer.private", counselor))
    world.keep(f"{name}'s private answer", _answer(private, "first_person"))
    world.keep(f"{name}'s comment", comment_on(session, private, world.word(f"{key}.comment"), by=by, at=world.at))
    private.note = world.word(f"{key}.homework.note")

    unshared = _sent(world, name, "one-sentence", "answer.shareable", counselor)
    world.keep(f"{name}'s answer not shared", _answer(unshared, "one_sentence"))

    fate = "apart" if name == "Dot" else "shared"  # what was shared until the two were separated
    shown = world.keep(f"{name}'s homework with a shared answer", _sent(world, name, "hopes", f"answer.{fate}", counselor))
    answer = world.keep(f"{name}'s shared answer", _answer(shown, "how_i_react"))
    world.keep(f"{name}'s sharing", share(session, answer, by=me, at=world.at))
    reveal = world.keep(f"{name}'s reveal answer", _answer(shown, "hopes"))
    reveal.given = Given(world.word(f"{key}.answer.reveal")).as_json()

    own = "hurt-account" if world.cast.seat(name).side == Side.HURT else "involved-account"
    item = "what_happened" if own == "hurt-account" else "what_i_did"
    taken_back = _sent(world, name, own, "answer.unshared", counselor)
    answer = world.keep(f"{name}'s answer once shared", _answer(taken_back, item))
    share(session, answer, by=me, at=world.at)
    session.flush()
    unshare(session, answer, by=me, at=world.at)

    other = "still-true" if own == "hurt-account" else "carrying-guilt"
    changed = _sent(world, name, other, "answer.before", counselor)
    world.cast.send(changed, _given(world, changed, world.word(f"{key}.answer.after")), by=me)

    withdrawn = world.keep(f"{name}'s withdrawn homework", world.cast.assign(name, "rough-hour-plan", by=counselor))
    withdrawn.note = world.word(f"{key}.withdrawn.note")
    withdrawn.withdraw(by=by, at=world.at)

    reviewed = world.keep(f"{name}'s reviewed homework", _sent(world, name, "words-to-use", "answer.reviewed", counselor))
    reviewed.mark_reviewed(by=by, at=world.at)

    waiting = world.keep(f"{name}'s open homework", world.cast.assign(name, "reaching-me", by=counselor))
    waiting.note = world.word(f"{key}.open.note")
    draft = Draft(
        case_id=waiting.case_id, participant_id=waiting.participant_id, assignment_id=waiting.id, item_id="who_else",
        saved_at=world.at, given=Given(world.word(f"{key}.draft")).as_json(),
        set_aside=[Given(world.word(f"{key}.draft.aside")).as_json()],
    )  # fmt: skip
    session.add(draft)
    world.keep(f"{name}'s draft", draft)


def _measure(world: World, name: str, counselor: str, value: int) -> None:
    """The trust pulse, answered with the same number throughout."""
    measure = library.measure("trust-pulse")
    row = assign(
        db.session(), world.cast.seat(name), kind="measure", content_id=measure.id, content_version=measure.version, module_id=None,
        by=world.user_id(counselor), at=world.at,
    )  # fmt: skip
    db.session.flush()
    world.cast.send(row, {item.id: Given(value) for item in worksheet_of(row).items}, by=world.user_id(name))
    scored = select(Administration).where(Administration.assignment_id == row.id)
    world.keep(f"{name}'s score", db.session.scalars(scored).one())


def _paper(world: World, name: str, counselor: str) -> None:
    """A paper form with an answer of risk, and one that was copied wrongly and taken back."""
    measure, by, at = library.measure("phq-9"), world.user_id(counselor), world.at
    for what, number in (("paper form", 1), ("form that was taken back", 2)):
        row = enter_paper_form(
            db.session(), world.cast.seat(name), measure, {item.id: number for item in measure.items}, filled_in_at=at,
            submission_key=uuid.uuid4(), by=by, at=at,
        )  # fmt: skip
        world.keep(f"{name}'s {what}", row)
    row.take_back(why=world.word(f"{name.lower()}.scores.why"), by=by, at=at)


def _sessions(world: World, first: str, counselor: str) -> None:
    """A joint session, one with each person alone, a draft, and a colleague's draft; an addendum to the signed ones."""
    case = world.cast.case(first)
    people = {"joint": {seat.id for seat in case.participants}}
    people |= {name.lower(): {seat} for name, seat in world.cast.seats.items() if world.cast.cases[name] == case.id}
    for number, (kind, attendees) in enumerate(people.items()):
        encounter = _encounter(world, case, attendees, counselor, number)
        world.keep(f"{first}'s case: session with {kind}", encounter)
        note = world.keep(f"{first}'s case: note with {kind}", _note(world, encounter, f"{first.lower()}.case.{kind}", counselor))
        if note.statements:
            world.keep(f"{first}'s statement", note.statements[0])
    encounter = _encounter(world, case, people["joint"], counselor, 5)
    world.keep(f"{first}'s case: draft note", _draft(world, encounter, f"{first.lower()}.case.draft", counselor))
    if first == "Ana":
        encounter = _encounter(world, case, people["joint"], "Fay", 6)
        world.keep("Fay's draft note", _draft(world, encounter, "ana.case.colleague", "Fay"))


def _encounter(world: World, case: Case, attendees: set[uuid.UUID], counselor: str, number: int) -> Encounter:
    return record_encounter(
        db.session(), case, attendees=attendees, began_at=world.at - timedelta(minutes=50 - number), minutes=50,
        medium=Medium.VIDEO, by=world.user_id(counselor), at=world.at,
    )  # fmt: skip


def _draft(world: World, encounter: Encounter, key: str, author: str) -> ProgressNote:
    db.session.flush()
    note = begin_note(db.session(), encounter, format=NoteFormat.FREE, by=world.user_id(author), at=world.at)
    stage = {"module_id": "address-the-betrayal", "text": world.word(f"{key}.entry"), "rating": 1}
    who = next(seat.participant_id for seat in encounter.attendances if seat.attended)
    said = {who: world.word(f"{key}.said")} if encounter.is_joint else {}
    note.save(sections={"note": world.word(f"{key}.note")}, stages=[stage], said=said, at=world.at)
    db.session.flush()
    return note


def _note(world: World, encounter: Encounter, key: str, author: str) -> ProgressNote:
    note = _draft(world, encounter, key, author)
    by = world.user_id(author)
    note.sign(by=by, name=world.word(f"{key}.signed"), at=world.at)
    db.session.flush()
    addendum = note.add(world.word(f"{key}.addendum"), by=by, name=world.word(f"{key}.addendum.signed"), at=world.at)
    world.keep(f"{key}: addendum", addendum)
    world.keep(f"{key}: stage entry", note.stage_entries[0])
    return note


def _phrase(world: World, name: str) -> None:
    title, text = world.word(f"{name.lower()}.phrase.title"), world.word(f"{name.lower()}.phrase.text")
    row = add_phrase(
        db.session(), [], title=title, text=text, submission_key=uuid.uuid4(), by=world.user_id(name), at=world.at
    )
    world.keep(f"{name}'s phrase", row)


def _view(world: World, name: str) -> None:
    """What it asks for is a choice of a closed list, so no canary stands in it."""
    row = keep_view(
        db.session(), [], title=world.word(f"{name.lower()}.view.title"), asked={"waits": "review"}, submission_key=uuid.uuid4(),
        by=world.user_id(name), at=world.at,
    )  # fmt: skip
    world.keep(f"{name}'s view", row)


def _stages(world: World, first: str, counselor: str) -> None:
    key, by, case = first.lower(), world.user_id(counselor), world.cast.case(first)
    module = library.modules[1].id
    state = change_stage(
        db.session(), case, module, before=StageStatus.NOT_STARTED, to=StageStatus.IN_PROGRESS,
        reason=world.word(f"{key}.stage.reason"), by=by, at=world.at,
    )  # fmt: skip
    reason = world.word(f"{key}.signoff.reason")
    signed = sign_off_stage(db.session(), case, module, outcome=Outcome.PARTLY, reason=reason, by=by, at=world.at)
    world.keep(f"{first}'s case: stage", state)
    world.keep(f"{first}'s case: stage signed off", signed)
    mark = mark_sign(
        db.session(), case, module, name="disclosure_plan", waives=False, reason=world.word(f"{key}.stage.mark"), by=by, at=world.at
    )
    world.keep(f"{first}'s case: sign of a stage", mark)


def _tasks(world: World, name: str, counselor: str) -> None:
    key, by, seat = name.lower(), world.user_id(counselor), world.cast.seat(name)
    for kind in ("open", "done"):
        task = raise_task(
            db.session(), case_id=seat.case_id, participant_id=seat.id, kind=TaskKind.SAFETY,
            title=world.word(f"{key}.task.{kind}"), why=world.word(f"{key}.task.{kind}.why"), by=None, at=world.at,
        )  # fmt: skip
        world.keep(f"{name}'s task, {kind}", task)
    task.finish(what=world.word(f"{key}.task.done.what"), by=by, at=world.at)


def _reports(world: World) -> None:
    """Handed-over files, each as a stand-in for a PDF: what counts is who can fetch it."""
    case_id, by = world.cast.cases["Ana"], world.user_id("Cleo")
    readers: dict[str, Participant | None] = {"counselor": None, "joint": None}
    readers |= {name.lower(): world.cast.seat(name) for name in COUPLE}
    for reader, seat in readers.items():
        row = release_report(
            db.session(), case_id=case_id, kind="progress", audience="person" if seat else reader,
            participant_id=seat.id if seat else None, period=(None, None),
            pdf=f"%PDF-1.7 {world.word(f'report.{reader}')}".encode(), by=by, at=world.at,
        )  # fmt: skip
        world.keep(f"the report for {reader}", row)


def _other_device(world: World, name: str) -> None:
    """Signed in somewhere else, with a sentence that waits for the next page there."""
    key = name.lower()
    row = SignIn(
        user_id=world.user_id(name), hashed=token_hash(f"another device of {name}"), began_at=world.at, seen_at=world.at,
        device=world.word(f"{key}.device"), said=[["success", world.word(f"{key}.said")]],
    )  # fmt: skip
    db.session.add(row)
    world.keep(f"{name}'s other device", row)
