"""A trainee's note goes to the supervisor; a note that does not hold is marked void; who works on a case: at the models."""

from __future__ import annotations

import pytest
from cast import Cast
from sqlalchemy import select

from clinic import access, reporting
from clinic.access import NotFound, Permission, Viewer
from clinic.db import db
from clinic.models import (
    AlreadySigned,
    AuditEntry,
    CaseClinician,
    Event,
    Medium,
    NotAllowedNow,
    NoteFormat,
    NoteReturn,
    Part,
    ProgressNote,
    PsychotherapyNote,
    StageEntry,
    compare_signed,
)
from clinic.models.notes import begin_note, record_encounter
from clinic.models.psychotherapy import begin_psychotherapy_note
from clinic.models.staffing import join_case, leave_case, staff_of
from clinic.models.supervising import give_back, returns_of, send_to_supervisor, take_back
from clinic.models.voiding import void_note
from reports import Audience

ENTRY = {"module_id": "address-the-betrayal", "text": "They listened.", "rating": 1}


def viewer(cast: Cast, name: str) -> Viewer:
    return Viewer.of(cast.user(name))


def join(cast: Cast, name: str, part: Part) -> CaseClinician:
    row = join_case(db.session(), cast.case("Ana"), cast.user(name), part, by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    return row


def draft(cast: Cast, author: str = "Cleo") -> ProgressNote:
    by, at = cast.users[author], cast.clock()
    pair = {cast.seats["Ana"], cast.seats["Ben"]}
    met = record_encounter(
        db.session(), cast.case("Ana"), attendees=pair, began_at=at, minutes=50, medium=Medium.VIDEO, by=by, at=at
    )
    note = begin_note(db.session(), met, format=NoteFormat.SOAP, by=by, at=at)
    note.save(sections={"subjective": "Tired."}, stages=[ENTRY], at=at)
    db.session.commit()
    return note


def sent(cast: Cast) -> ProgressNote:
    """Fay's, in training in Ana and Ben's case, with Sol who supervises there."""
    join(cast, "Sol", Part.SUPERVISOR)
    join(cast, "Fay", Part.TRAINEE)
    note = draft(cast, "Fay")
    send_to_supervisor(note, by=cast.users["Fay"], name="Fay Example, trainee", at=cast.clock())
    db.session.commit()
    return note


def may(cast: Cast, name: str, permission: Permission, note: ProgressNote) -> bool:
    try:
        return access.find(viewer(cast, name), ProgressNote, note.id, permission) is note
    except NotFound:
        return False


def test_a_note_that_waits_cannot_be_changed_until_it_is_taken_back(cast: Cast) -> None:
    note = sent(cast)
    with pytest.raises(NotAllowedNow):
        note.save(sections={"subjective": "Other"}, stages=[], at=cast.clock())
    with pytest.raises(NotAllowedNow):
        send_to_supervisor(note, by=note.author_id, name="Fay", at=cast.clock())
    with pytest.raises(NotAllowedNow):
        note.sign(by=note.author_id, name="Fay", at=cast.clock())
    take_back(note, by=note.author_id, at=cast.clock())
    note.save(sections={"subjective": "Other"}, stages=[], at=cast.clock())
    db.session.commit()
    assert (note.is_draft, note.sections, note.submitted_at) == (True, {"subjective": "Other"}, None)


def test_the_supervisor_signs_and_both_names_stand_under_it(cast: Cast) -> None:
    note = sent(cast)
    note.sign(by=cast.users["Sol"], name="Sol Example, PhD", at=cast.clock())
    db.session.commit()
    assert (note.submitted_name, note.signed_name) == ("Fay Example, trainee", "Sol Example, PhD")
    assert (note.author_id, note.signed_by) == (cast.users["Fay"], cast.users["Sol"])
    with pytest.raises(NotAllowedNow):
        take_back(note, by=note.author_id, at=cast.clock())
    with pytest.raises(NotAllowedNow):
        give_back(note, "Too late", by=cast.users["Sol"], name="Sol", at=cast.clock())
    assert compare_signed(db.session()).broken is None


def test_a_returned_note_is_its_authors_draft_with_every_comment_kept(cast: Cast) -> None:
    note, sol = sent(cast), cast.users["Sol"]
    give_back(note, "Say more of the plan.", by=sol, name="Sol Example", at=cast.clock())
    note.save(sections={"subjective": "Tired.", "plan": "Rest."}, stages=[ENTRY], at=cast.clock())
    send_to_supervisor(note, by=note.author_id, name="Fay Example", at=cast.clock.pass_by(hours=1))
    give_back(note, "And of the week.", by=sol, name="Sol Example", at=cast.clock.pass_by(hours=1))
    db.session.commit()
    assert [row.text for row in returns_of(db.session(), note.id)] == ["Say more of the plan.", "And of the week."]
    assert (note.is_draft, note.returned_at) == (True, cast.clock())
    with pytest.raises(AlreadySigned):
        returns_of(db.session(), note.id)[0].text = "Something else"
        db.session.commit()
    db.session.rollback()
    for name, sees in (("Fay", 2), ("Sol", 2), ("Cleo", 0), ("Max", 0), ("Ana", 0)):
        assert len(access.rows_of(viewer(cast, name), NoteReturn)) == sees, name


def test_what_waits_is_read_by_its_author_and_the_supervisor_alone(cast: Cast) -> None:
    note = sent(cast)
    readers = {name for name in ("Cleo", "Fay", "Sol", "Max", "Ana") if may(cast, name, Permission.READ_NOTE, note)}
    assert readers == {"Fay", "Sol"}, "the case's counselor reads it when it is signed"
    assert may(cast, "Sol", Permission.REVIEW_NOTE, note)
    assert not may(cast, "Fay", Permission.REVIEW_NOTE, note)
    assert not may(cast, "Fay", Permission.SIGN_NOTE, note)
    part = next(row for row in staff_of(db.session(), note.case_id) if row.user_id == cast.users["Sol"])
    leave_case(db.session(), part, by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    assert not may(cast, "Sol", Permission.READ_NOTE, note), "supervisor by assignment"


def test_without_a_supervisor_a_note_is_sent_to_nobody(cast: Cast) -> None:
    join(cast, "Fay", Part.TRAINEE)
    note = draft(cast, "Fay")
    with pytest.raises(NotAllowedNow, match="Nobody supervises"):
        send_to_supervisor(note, by=note.author_id, name="Fay", at=cast.clock())
    assert note.is_draft


def test_an_empty_note_is_not_sent(cast: Cast) -> None:
    join(cast, "Sol", Part.SUPERVISOR)
    note = draft(cast)
    note.save(sections={}, stages=[], at=cast.clock())
    with pytest.raises(NotAllowedNow, match="empty"):
        send_to_supervisor(note, by=note.author_id, name="Cleo", at=cast.clock())


# --- void -----------------------------------------------------------------------------------------------------------------


def void(cast: Cast) -> ProgressNote:
    note = draft(cast)
    note.sign(by=cast.users["Cleo"], name="Cleo Example, LMFT", at=cast.clock())
    void_note(note, reason="Written for another case.", by=cast.users["Cleo"], name="Cleo Example", at=cast.clock())
    db.session.commit()
    return note


def test_a_void_note_is_read_as_it_was_and_takes_nothing_more(cast: Cast) -> None:
    note = void(cast)
    assert (note.is_signed, note.is_void, note.sections) == (True, True, {"subjective": "Tired."})
    for late in (
        lambda: note.add("More", by=cast.users["Cleo"], name="Cleo", at=cast.clock()),
        lambda: void_note(note, reason="Again", by=cast.users["Cleo"], name="Cleo", at=cast.clock()),
    ):
        with pytest.raises(NotAllowedNow):
            late()


def test_a_void_is_final_too(cast: Cast) -> None:
    row = void(cast).void
    for change in (lambda: setattr(row, "reason", "Other"), lambda: db.session.delete(row)):
        with pytest.raises(AlreadySigned):
            change()
            db.session.commit()
        db.session.rollback()
    assert row is not None
    assert row.reason == "Written for another case."


def test_a_draft_is_not_marked_void_nor_is_anything_without_a_reason(cast: Cast) -> None:
    note = draft(cast)
    with pytest.raises(NotAllowedNow):
        void_note(note, reason="Wrong", by=cast.users["Cleo"], name="Cleo", at=cast.clock())
    note.sign(by=cast.users["Cleo"], name="Cleo", at=cast.clock())
    with pytest.raises(NotAllowedNow):
        void_note(note, reason="  ", by=cast.users["Cleo"], name="Cleo", at=cast.clock())


def test_the_entries_of_a_void_note_count_for_nobody(cast: Cast) -> None:
    note = void(cast)
    assert db.session.scalars(select(StageEntry).where(StageEntry.note_id == note.id)).all()
    for name in ("Cleo", "Ana", "Ben"):
        assert not access.rows_of(viewer(cast, name), StageEntry), name


@pytest.mark.parametrize("audience", list(Audience))
def test_a_void_note_leaves_every_report_and_the_counselors_says_so(cast: Cast, audience: Audience) -> None:
    void(cast)
    seat = cast.seats["Ana"] if audience is Audience.PERSON else None
    settings = cast.app.extensions["settings"]
    asked = reporting.Request(audience, seat)
    report = reporting.progress(cast.case("Ana"), asked, maker=viewer(cast, "Cleo"), at=cast.clock(), settings=settings)
    (session,) = report.sessions
    assert (session.work, session.parts) == ((), ())
    says = "A note of this session was marked void on March 2, 2026."
    assert session.remark == (says if audience is Audience.COUNSELOR else "")


def test_signatures_and_addenda_stand_in_the_counselors_report(cast: Cast) -> None:
    note = sent(cast)
    note.sign(by=cast.users["Sol"], name="Sol Example, PhD", at=cast.clock())
    note.add("One more thing.", by=cast.users["Sol"], name="Sol Example, PhD", at=cast.clock())
    note.add("And another.", by=cast.users["Sol"], name="Sol Example, PhD", at=cast.clock.pass_by(days=1))
    db.session.commit()
    asked = reporting.Request(Audience.COUNSELOR, None)
    settings = cast.app.extensions["settings"]
    report = reporting.progress(cast.case("Ana"), asked, maker=viewer(cast, "Cleo"), at=cast.clock(), settings=settings)
    parts = [(part.title, part.text) for part in report.sessions[0].parts]
    assert parts[1:] == [
        ("Signatures", "Written by Fay Example, trainee, in training. Signed by Sol Example, PhD on March 2, 2026."),
        ("Addendum of March 2, 2026, signed by Sol Example, PhD", "One more thing."),
        ("Addendum of March 3, 2026, signed by Sol Example, PhD", "And another."),
    ]


# --- who works on a case --------------------------------------------------------------------------------------------------


def parts(cast: Cast) -> dict[str, str]:
    names = {id: name for name, id in cast.users.items()}
    return {names[row.user_id]: row.part for row in staff_of(db.session(), cast.cases["Ana"])}


def test_a_colleague_has_one_part_at_a_time_and_the_first_stays_on_record(cast: Cast) -> None:
    first = join(cast, "Sol", Part.COVER)
    cast.clock.pass_by(days=3)
    join(cast, "Sol", Part.SUPERVISOR)
    again = join(cast, "Sol", Part.SUPERVISOR)
    assert parts(cast) == {"Cleo": "counselor", "Sol": "supervisor"}
    assert (first.until, again.until) == (cast.clock(), None)
    found = db.session.scalars(select(AuditEntry).where(AuditEntry.event.in_((Event.CASE_JOINED, Event.CASE_LEFT)))).all()
    assert [(entry.event, entry.details["part"]) for entry in sorted(found, key=lambda entry: entry.seq)] == [
        ("case_joined", "cover"), ("case_left", "cover"), ("case_joined", "supervisor"),
    ]  # fmt: skip


def test_a_case_keeps_somebody_who_answers_for_it(cast: Cast) -> None:
    own = staff_of(db.session(), cast.cases["Ana"])[0]
    with pytest.raises(NotAllowedNow, match="next counselor"):
        leave_case(db.session(), own, by=cast.users["Cleo"], at=cast.clock())
    with pytest.raises(NotAllowedNow, match="next counselor"):
        join(cast, "Cleo", Part.TRAINEE)
    db.session.rollback()
    join(cast, "Fay", Part.COVER)
    with pytest.raises(NotAllowedNow):
        leave_case(db.session(), own, by=cast.users["Cleo"], at=cast.clock())
    join(cast, "Fay", Part.COUNSELOR)
    leave_case(db.session(), own, by=cast.users["Cleo"], at=cast.clock())
    leave_case(db.session(), own, by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    assert parts(cast) == {"Fay": "counselor"}


def test_no_client_administrator_or_disabled_colleague_joins(cast: Cast) -> None:
    cast.user("Sol").disable(by=cast.users["Max"], at=cast.clock())
    db.session.commit()
    for name in ("Ben", "Max", "Sol"):
        with pytest.raises(NotAllowedNow):
            join(cast, name, Part.SUPERVISOR)


# --- psychotherapy notes --------------------------------------------------------------------------------------------------


def test_a_psychotherapy_note_has_a_key_of_its_authors_own_and_is_nobody_elses(cast: Cast) -> None:
    join(cast, "Sol", Part.SUPERVISOR)
    case_id = cast.cases["Ana"]
    for name in ("Cleo", "Sol"):
        begin_psychotherapy_note(db.session(), case_id, by=cast.users[name], at=cast.clock()).save(f"Of {name}", at=cast.clock())
    db.session.commit()
    seen = {name: [row.text for row in access.rows_of(viewer(cast, name), PsychotherapyNote)] for name in cast.users}
    assert {name: texts for name, texts in seen.items() if texts} == {"Cleo": ["Of Cleo"], "Sol": ["Of Sol"]}
    rows = db.session.scalars(select(PsychotherapyNote)).all()
    keys = {bytes(row.text_sealed)[1:17] for row in rows}  # type: ignore[attr-defined]
    assert len(keys) == 2
    assert {row.sealed_for().part for row in rows} == {f"psychotherapy:{cast.users[name]}" for name in ("Cleo", "Sol")}


def test_who_no_longer_works_on_a_case_opens_none_of_their_own_there(cast: Cast) -> None:
    row = join(cast, "Sol", Part.SUPERVISOR)
    note = begin_psychotherapy_note(db.session(), cast.cases["Ana"], by=cast.users["Sol"], at=cast.clock())
    leave_case(db.session(), row, by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()
    with pytest.raises(NotFound):
        access.find(viewer(cast, "Sol"), PsychotherapyNote, note.id, Permission.KEEP_APART)
