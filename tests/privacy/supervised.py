"""Somebody in training and their supervisor, in Dot and Eli's case: Cleo writes there and Sol signs. A note that is void, in Ana's
case; and what stands apart from every record."""

from __future__ import annotations

from clinic.db import db
from clinic.models import CaseClinician, Part, ProgressNote
from clinic.models.psychotherapy import begin_psychotherapy_note
from clinic.models.staffing import join_case, staff_of
from clinic.models.supervising import give_back, send_to_supervisor
from clinic.models.voiding import void_note
from tests.privacy.world import World, _draft, _encounter


def plant_supervised(world: World) -> None:
    _staff(world)
    sol = world.user_id("Sol")
    world.keep("Dot's case: note sent", _sent(world, "dot.case.sent", 1))
    returned = world.keep("Dot's case: note returned", _sent(world, "dot.case.returned", 2))
    comment, name = world.word("dot.case.returned.comment"), world.word("dot.case.returned.by")
    world.keep("Sol's comment", give_back(returned, comment, by=sol, name=name, at=world.at))
    signed = world.keep("Dot's case: note that Sol signed", _sent(world, "dot.case.cosigned", 3))
    signed.sign(by=sol, name=world.word("dot.case.cosigned.signed"), at=world.at)
    apart = (("Cleo", "Ana", "ana.case.apart"), ("Cleo", "Dot", "dot.case.apart"), ("Sol", "Dot", "dot.case.solapart"))
    for name, who, key in apart:
        note = begin_psychotherapy_note(db.session(), world.cast.cases[who], by=world.user_id(name), at=world.at)
        note.save(world.word(f"{key}.text"), at=world.at)
        world.keep(f"{name}'s psychotherapy note in {who}'s case", note)
    _void(world)


def _staff(world: World) -> None:
    """Cleo is in training there, so the case's own counselor is its supervisor."""
    case, sol, cleo = world.cast.case("Dot"), world.cast.user("Sol"), world.cast.user("Cleo")
    world.keep("Sol's part", join_case(db.session(), case, sol, Part.SUPERVISOR, by=cleo.id, at=world.at))
    db.session.flush()
    join_case(db.session(), case, cleo, Part.TRAINEE, by=sol.id, at=world.at)
    db.session.flush()
    own: CaseClinician = staff_of(db.session(), world.cast.cases["Gil"])[0]
    world.keep("Fay's part", own)


def _sent(world: World, key: str, number: int) -> ProgressNote:
    case = world.cast.case("Dot")
    encounter = _encounter(world, case, {seat.id for seat in case.participants}, "Cleo", number)
    note = _draft(world, encounter, key, "Cleo")
    send_to_supervisor(note, by=world.user_id("Cleo"), name=world.word(f"{key}.submitted"), at=world.at)
    db.session.flush()
    return note


def _void(world: World) -> None:
    case, by = world.cast.case("Ana"), world.user_id("Cleo")
    note = _draft(world, _encounter(world, case, {seat.id for seat in case.participants}, "Cleo", 7), "ana.case.voided", "Cleo")
    note.sign(by=by, name=world.word("ana.case.voided.signed"), at=world.at)
    db.session.flush()
    reason, name = world.word("ana.case.voided.reason"), world.word("ana.case.voided.by")
    world.keep("Ana's void", void_note(note, reason=reason, by=by, name=name, at=world.at))
    world.keep("Ana's case: void note", note)
    world.keep("an entry of a void note", note.stage_entries[0])
