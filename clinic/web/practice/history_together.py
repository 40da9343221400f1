"""Of the timeline of a case, what passed between its two people: shown, opened side by side, put to both and signed.

Decides: the words. Must never know: what was shown, opened or signed: titles only. For clinicians.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from clinic import access
from clinic.db import db
from clinic.models import Answer, Assignment, JointForm, Reveal, Sharing
from clinic.models.joint import Decision
from clinic.web.practice.naming import neutral_wording, title_of
from clinic.web.practice.telling import Entry, Looking, Told, sheet
from forms import library


def shown_to_the_other(it: Looking) -> Iterator[Entry]:
    """Several answers of one sheet that were shown together are one line."""
    own = access.sharings_for(it.viewer).where(Sharing.case_id == it.case.id)
    own = own.join(Answer, Answer.id == Sharing.answer_id).join(Assignment, Assignment.id == Answer.assignment_id)
    acts: dict[tuple[datetime, uuid.UUID, bool], list[Any]] = {}
    for row in db.session.execute(own.with_only_columns(*sheet(Sharing.shared_at, Sharing.withdrawn_at))):
        acts.setdefault((row.shared_at, row.id, True), []).append(row)
        if row.withdrawn_at is not None:
            acts.setdefault((row.withdrawn_at, row.id, False), []).append(row)
    for (at, homework_id, shows), rows in acts.items():
        row, count = rows[0], "an answer" if len(rows) == 1 else f"{len(rows)} answers"
        verb = "showed" if shows else "stopped showing"
        title = f"{it.name(row.participant_id)} {verb} {count} to the other: {title_of(row, it.case)}"
        yield Entry(at, Told.SHOWN, it.seats(row.participant_id), title, "homework", homework_id, "note")


def opened(it: Looking) -> Iterator[Entry]:
    own = access.scope(it.viewer, Reveal).where(Reveal.case_id == it.case.id)
    for row in it.columns(own, Reveal.opened_at, newest=Reveal.opened_at):
        yield Entry(row.opened_at, Told.OPENED, it.all, "Answers of both were opened side by side", "reveals", it.case.id, "note")


def agreements(it: Looking) -> Iterator[Entry]:
    """Every form with all that was done with it: an old one may have been signed today."""
    wording = neutral_wording(it.case.relation)
    for form in access.rows_of(it.viewer, JointForm, JointForm.case_id == it.case.id):
        title = library.worksheet(form.worksheet_id, form.worksheet_version).title.text(wording)
        for at, words, tone in _acts(it, form):
            yield Entry(at, Told.AGREEMENT, it.all, f"{words}: {title}", "agreement", form.id, tone)


def _acts(it: Looking, form: JointForm) -> Iterator[tuple[datetime, str, str]]:
    yield form.opened_at, "Opened to both", "calm"
    for version in form.versions:
        name = it.name(version.proposed_by)
        yield version.put_at, f"{name} put a version to both", "calm"
        if version.taken_back_at:
            yield version.taken_back_at, f"{name} took their version back", "calm"
        for one in version.decisions:
            words, tone = ("signed", "done") if one.decision == Decision.SIGNED else ("declined", "note")
            if words == "declined" or one.participant_id != version.proposed_by:  # whoever puts a version signs it with that
                yield one.decided_at, f"{it.name(one.participant_id)} {words}", tone
    if form.ended_at:
        yield form.ended_at, "Ended", "calm"
