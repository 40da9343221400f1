"""The sections of the progress report, each read from the reader's own scope.

Decides: the words and the order of what is printed. Must never know: more than the frame's reader may see. Every query here
starts from an `access` scope of ``frame.reader``. The stages stand in `clinic.reporting.stages`.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import joinedload

from clinic import access
from clinic.db import db
from clinic.models import Administration, Assignment, Encounter, Participant, ProgressNote, StageEntry
from clinic.models.sending import PRIVATE_WORD, SAFETY_CHECK, worksheet_of
from clinic.models.states import AssignmentState
from forms import Given, Wording, change, library
from forms.measures import Better
from forms.measures import Measure as Instrument
from forms.scoring import Score
from forms.shown import lines
from reports import progress as printed
from reports.progress import Audience

if TYPE_CHECKING:
    from clinic.reporting.progress import Frame

MEDIA = {"in_person": "in person", "video": "by video", "phone": "by phone"}
STATES = {
    AssignmentState.OPEN: "Waiting",
    AssignmentState.SUBMITTED: "Sent",
    AssignmentState.RETURNED: "Returned",
    AssignmentState.REVIEWED: "Reviewed",
    AssignmentState.HELD: "Not opened yet",
    AssignmentState.SKIPPED: "Left out",
    AssignmentState.MISSED: "Not done",
}
NOT_KNOWN = "No reliable-change threshold is known for this measure: compare it with the person's own first answer."


# --- measures -----------------------------------------------------------------------------------------------------------


def measures(frame: Frame) -> tuple[printed.Measure, ...]:
    """Each measure with one series a person, of those whose numbers this reader may see."""
    mine = access.administrations_for(frame.reader).where(Administration.case_id == frame.case.id)
    found: dict[str, dict[uuid.UUID, list[Administration]]] = defaultdict(lambda: defaultdict(list))
    for row in db.session.scalars(mine.order_by(Administration.completed_at)):
        if frame.holds(row.completed_at):
            found[row.measure_id][row.participant_id].append(row)
    return tuple(_measure(frame, library.measure(id), found[id]) for id in sorted(found))


def _measure(frame: Frame, instrument: Instrument, rows: dict[uuid.UUID, list[Administration]]) -> printed.Measure:
    known = instrument.reliable_change
    return printed.Measure(
        title=instrument.title,
        direction="Higher is better" if instrument.better is Better.HIGHER else "Lower is better",
        low=instrument.low,
        high=instrument.high,
        series=tuple(_series(frame, instrument, person, rows[person.id]) for person in frame.people if person.id in rows),
        reliable_change=f"A change of {known.threshold:g} or more is reliable ({known.citation})." if known else NOT_KNOWN,
        cut_off=printed.CutOff(instrument.cutoff, "cut-off") if instrument.cutoff is not None else None,
        note="" if instrument.validated else "Our own instrument; not validated.",
    )


def _series(frame: Frame, instrument: Instrument, person: Participant, rows: list[Administration]) -> printed.Series:
    scores = [(frame.day_of(row.completed_at), Score.from_json(row.score)) for row in rows]
    totals = [scored.total for _, scored in scores if scored.total is not None]
    moved = change(instrument, totals[0], totals[-1]).sentence if len(totals) > 1 else ""
    return printed.Series(
        person=frame.called(person),
        points=tuple(
            printed.Point(day, scored.total, scored.prorated, scored.not_scored_because or "") for day, scored in scores
        ),
        change=moved,
    )


# --- homework -----------------------------------------------------------------------------------------------------------


def homework(frame: Frame) -> tuple[printed.Homework, ...]:
    """What was given and how it went, person by person; none in a report for both. Answers themselves stay out."""
    given = access.assignments_for(frame.reader).where(
        Assignment.case_id == frame.case.id, Assignment.kind == "worksheet", Assignment.state != AssignmentState.WITHDRAWN
    )
    rows: dict[uuid.UUID, list[Assignment]] = defaultdict(list)
    for row in db.session.scalars(given.order_by(Assignment.assigned_at)):
        if frame.holds(row.assigned_at) and not _is_kept_quiet(frame, row):
            rows[row.participant_id].append(row)
    return tuple(
        printed.Homework(frame.called(person), tuple(_worksheet(frame, row) for row in rows[person.id]), _summary(rows[person.id]))
        for person in frame.people
        if rows[person.id]
    )


def _is_kept_quiet(frame: Frame, row: Assignment) -> bool:
    """The private check, a private word and what is not opened yet stand in no document that a client may hold."""
    for_a_client = frame.audience is not Audience.COUNSELOR
    return for_a_client and (row.content_id in (SAFETY_CHECK, PRIVATE_WORD) or row.state == AssignmentState.HELD)


def _worksheet(frame: Frame, row: Assignment) -> printed.Worksheet:
    return printed.Worksheet(
        title=worksheet_of(row).title.text(_neutral(frame, row.participant)),
        stage=library.module(row.module_id).title if row.module_id else "",
        state=STATES[AssignmentState(row.state)],
        given_on=frame.day_of(row.assigned_at),
        due_on=row.due_on,
        sent_on=frame.day_of(row.submitted_at) if row.submitted_at else None,
    )


def _summary(rows: list[Assignment]) -> str:
    sent = [row for row in rows if row.submitted_at is not None]
    return f"{len(sent)} of {len(rows)} sent."


# --- sessions -----------------------------------------------------------------------------------------------------------


def sessions(frame: Frame) -> tuple[printed.Session, ...]:
    """Sessions that this reader may know of, numbered in the order in which the reader knows them, with what signed notes say of
    each stage; the other sections of the notes are in the counselor's report only."""
    known = access.encounters_for(frame.reader).where(Encounter.case_id == frame.case.id).order_by(Encounter.began_at)
    work, parts, remarks = _stage_work(frame), _note_parts(frame), _remarks(frame)
    return tuple(
        printed.Session(
            on=frame.day_of(row.began_at),
            kind=f"{'Joint session' if row.is_joint else 'Individual session'}, {MEDIA[row.medium]}",
            minutes=row.minutes,
            attendance=_attendance(frame, row),
            number=number,
            work=tuple(work[row.id]),
            parts=tuple(parts[row.id]),
            remark=" ".join(remarks[row.id]),
        )
        for number, row in enumerate(db.session.scalars(known), start=1)
        if frame.holds(row.began_at)
    )


def _attendance(frame: Frame, row: Encounter) -> str:
    return " and ".join(frame.called(person) for person in frame.case.participants if row.attended_by(person.id))


def _stage_work(frame: Frame) -> dict[uuid.UUID, list[printed.StageWork]]:
    entries = access.stage_entries_for(frame.reader).where(StageEntry.case_id == frame.case.id)
    found: dict[uuid.UUID, list[printed.StageWork]] = defaultdict(list)
    for entry in db.session.scalars(entries.options(joinedload(StageEntry.note)).order_by(StageEntry.position)):
        title = library.module(entry.module_id).title
        found[entry.note.encounter_id].append(printed.StageWork(title, entry.text or "", entry.rating))
    return found


def _signed_notes(frame: Frame) -> list[ProgressNote]:
    """Whole notes are for the counselor alone; those that are void too, of which the report says only that there was one."""
    if frame.audience is not Audience.COUNSELOR:
        return []
    signed = access.notes_for(frame.reader).where(ProgressNote.case_id == frame.case.id, ProgressNote.signed_at.is_not(None))
    return list(db.session.scalars(signed.order_by(ProgressNote.signed_at)))


def _note_parts(frame: Frame) -> dict[uuid.UUID, list[printed.NotePart]]:
    """Sections, the words of each person, addenda. What a person said stands in no document that a person gets: it is one
    counselor's account of it, and neither of the two has agreed to its words."""
    found: dict[uuid.UUID, list[printed.NotePart]] = defaultdict(list)
    for note in _signed_notes(frame):
        if note.is_void:
            continue
        said = {person: note.said.get(person.id, "") for person in frame.case.participants}
        sections = [(section.title, (note.sections or {}).get(section.id, "")) for section in note.template.sections]
        spoken = [(f"What {frame.called(person)} said or agreed to", text) for person, text in said.items()]
        added = [(f"Addendum of {_on(frame, row.signed_at)}, signed by {row.signed_name}", row.text or "") for row in note.addenda]
        parts = (*sections, *spoken, ("Signatures", _signatures(frame, note)), *added)
        found[note.encounter_id] += [printed.NotePart(title, text) for title, text in parts if text.strip()]
    return found


def _signatures(frame: Frame, note: ProgressNote) -> str:
    signed = f"Signed by {note.signed_name} on {_on(frame, note.signed_at)}."
    if note.submitted_at is None:
        return signed
    return f"Written by {note.submitted_name}, in training. {signed}"


def _on(frame: Frame, at: datetime | None) -> str:
    day = frame.day_of(at) if at else None
    return f"{day:%B} {day.day}, {day.year}" if day else ""


def _remarks(frame: Frame) -> dict[uuid.UUID, list[str]]:
    """What is said of a session's notes beside their text: begun late; and, to the counselor alone, that one is void."""
    found: dict[uuid.UUID, list[str]] = defaultdict(list)
    for id, remark in _late_entries(frame).items():
        found[id].append(remark)
    for note in _signed_notes(frame):
        if note.void is not None:
            found[note.encounter_id].append(f"A note of this session was marked void on {_on(frame, note.void.voided_at)}.")
    return found


def _late_entries(frame: Frame) -> dict[uuid.UUID, str]:
    """Of each session, whether something is printed here that was written late."""
    entries = access.stage_entries_for(frame.reader).where(StageEntry.case_id == frame.case.id)
    notes = [*(entry.note for entry in db.session.scalars(entries.options(joinedload(StageEntry.note)))), *_signed_notes(frame)]
    notes = [note for note in notes if not note.is_void]
    days = {note.encounter_id: frame.day_of(note.begun_at) for note in notes if note.is_late}
    return {id: f"Late entry: the note was begun on {day:%B} {day.day}, {day.year}." for id, day in days.items()}


# --- what its authors show ------------------------------------------------------------------------------------------------


def shared_answers(frame: Frame) -> tuple[printed.SharedAnswer, ...]:
    """What an author shows the other now. The counselor's report marks the same answers and no more: the rest is in the record."""
    people = {person.id: person for person in frame.case.participants}
    found = []
    for answer, sharing, assignment in db.session.execute(access.shown_for(frame.reader, frame.case)):
        if not frame.holds(sharing.shared_at):
            continue
        author, wording = people[answer.participant_id], _neutral(frame, people[answer.participant_id])
        worksheet = worksheet_of(assignment)
        item = worksheet.item(answer.item_id)
        found.append(
            printed.SharedAnswer(
                person=frame.called(author),
                worksheet=worksheet.title.text(wording),
                prompt=item.prompt.text(wording),
                lines=lines(item, Given.from_json(answer.given), wording),
                shared_on=frame.day_of(sharing.shared_at),
            )
        )
    return tuple(found)


def _neutral(frame: Frame, author: Participant) -> Wording:
    """A prompt for other eyes: the other's own name, and a label that gives nothing away."""
    other = frame.case.other_than(author)
    return Wording(frame.called(other) if other else "the other person", "what happened", frame.case.relation)
