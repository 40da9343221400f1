"""The scores of a paper form, copied by the counselor: kept once, scored like any other, and with the same task for a risk.

Decides: that one form is one row, however often its button is pressed. Must never know: who may copy one (`clinic.access`).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.models.audit import Event, noted
from clinic.models.cases import Participant, require_open
from clinic.models.measures import Administration, administer
from clinic.models.sending import SAFETY_WITHIN
from clinic.models.states import NotAllowedNow
from clinic.models.tasks import TaskKind, raise_task
from forms.measures import Measure
from forms.scoring import TOTAL, score, score_of_total


class EnteredDifferently(NotAllowedNow):
    """The same submission key came with other numbers. ``row`` is what was kept."""

    def __init__(self, row: Administration) -> None:
        super().__init__("This form is on record already, with other numbers. Nothing was changed. Compare the two below.")
        self.row = row


def enter_paper_form(
    session: Session,
    participant: Participant,
    measure: Measure,
    numbers: Mapping[str, int | None],
    *,
    filled_in_at: datetime,
    submission_key: uuid.UUID,
    by: uuid.UUID,
    at: datetime,
) -> Administration:
    """``numbers``: by item; of a measure whose total alone is taken, {"total": n}. The same key with the same numbers gives the
    first row again."""
    before = session.scalars(select(Administration).where(Administration.submission_key == submission_key)).one_or_none()
    if before is not None:
        same = (before.participant_id, before.measure_id, before.answers, before.completed_at)
        if same != (participant.id, measure.id, dict(numbers), filled_in_at):
            raise EnteredDifferently(before)
        return before
    require_open(participant.case)
    if not measure.suits(participant.case.relation):
        raise NotAllowedNow(f"{measure.title} asks about a couple, and is not for friends or relatives.")
    total = numbers.get(TOTAL) if measure.total_only else None
    found = score(measure, numbers) if total is None else score_of_total(measure, total)
    row = administer(session, participant, measure, numbers, found, at=filled_in_at)
    row.entered_at, row.entered_by, row.submission_key = at, by, submission_key
    noted(row, Event.SCORES_ENTERED, by=by, at=at, measure=measure.id)
    if found.flags:
        title = next(item.task for item in measure.items if item.id in found.flags)
        raise_task(
            session, case_id=participant.case_id, participant_id=participant.id, kind=TaskKind.SAFETY, title=title,
            due_at=at + SAFETY_WITHIN, by=None, at=at,
        )  # fmt: skip
    return row
