"""Two who had something of everything of each other, and were separated: planted in the world, in Dot and Eli's case."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from clinic.db import db
from clinic.models import Answer, JointDraft, Noticed, Reveal, RevealedAnswer
from clinic.models.joint import Decision, JointForm, JointVersion, open_joint_form
from clinic.models.separating import separate
from forms import Given, library
from tests.privacy.world import World

JOINT = library.worksheet("pause-rule")


def plant_apart(world: World) -> None:
    """Last: what is planted here is what neither sees any more, but for what both had signed."""
    _reveal(world)
    _joint_form(world)
    db.session.flush()
    case, cleo = world.cast.case("Dot"), world.user_id("Cleo")
    separate(db.session(), case, why=world.word("dot.case.separated"), by=cleo, at=world.at)


def _reveal(world: World) -> None:
    case, cleo = world.cast.case("Dot"), world.user_id("Cleo")
    answer = db.session.scalars(select(Answer).where(Answer.id == world.rows["Dot's reveal answer"][1])).one()
    reveal = Reveal(case_id=case.id, group="a group", place="from_home", opened_at=world.at, opened_by=cleo)
    world.keep("the reveal of Dot's case", _added(reveal))
    opened = RevealedAnswer(case_id=case.id, reveal_id=reveal.id, answer_id=answer.id, participant_id=answer.participant_id)
    world.keep("Dot's opened answer", _added(opened))
    noticed = Noticed(
        case_id=case.id, reveal_id=reveal.id, participant_id=world.cast.seats["Eli"], written_at=world.at,
        text=world.word("eli.noticed"),
    )  # fmt: skip
    world.keep("what Eli noticed", _added(noticed))


def _joint_form(world: World) -> None:
    case = world.cast.case("Dot")
    form = open_joint_form(
        db.session(), case, worksheet_id=JOINT.id, worksheet_version=JOINT.version, module_id=JOINT.module,
        by=world.user_id("Cleo"), at=world.at,
    )  # fmt: skip
    world.keep("the joint form of Dot's case", form)
    signed = world.keep("the version that both signed", _put(world, form, "Dot", "dot.joint.agreed"))
    eli = world.cast.seat("Eli")
    signed.decide(Decision.SIGNED, participant=eli, typed_name="Eli E", by=world.user_id("Eli"), at=world.at)
    world.keep("the version that Eli put", _put(world, form, "Eli", "eli.joint.left"))
    draft = JointDraft(
        case_id=case.id, form_id=form.id, participant_id=world.cast.seats["Dot"], saved_at=world.at,
        answers=_terms(world, "dot.joint.dropped"),
    )  # fmt: skip
    world.keep("Dot's proposal in draft", _added(draft))


def _put(world: World, form: JointForm, name: str, word: str) -> JointVersion:
    return form.put(
        _terms(world, word), proposed_by=world.cast.seat(name), signers=2, until=None, review_on=None, typed_name=f"{name} E",
        by=world.user_id(name), at=world.at,
    )  # fmt: skip


def _terms(world: World, word: str) -> dict[str, Any]:
    words = {"terms": world.word(word), "who": "", "how_often": "", "until": "", "review_on": ""}
    return {JOINT.items[0].id: Given(words).as_json()}


def _added(row: Any) -> Any:
    db.session.add(row)
    return row
