"""One person's unsent proposal of a joint form: kept as it is typed, both texts when two of their devices wrote at once.

Decides: when a save overwrites and when both are kept. Must never know: who is asking. A draft belongs to its writer alone: nobody
sees the other typing, or that there is a draft.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.models.cases import Case, Participant
from clinic.models.joint import JointDraft, JointForm
from clinic.models.states import NotAllowedNow
from clinic.models.written_twice import mark, set_aside
from forms import Given

CLOSED = "This is closed for now. Please speak with your counselor."


def draft_of(session: Session, form: JointForm, participant: Participant) -> JointDraft | None:
    mine = select(JointDraft).where(JointDraft.form_id == form.id, JointDraft.participant_id == participant.id)
    return session.scalars(mine).one_or_none()


def hold(session: Session, form: JointForm) -> None:
    """One step at a time: SQLite's write lock sees to it, PostgreSQL needs the row."""
    session.flush()
    session.refresh(form, with_for_update={"of": JointForm})


def require_open_form(session: Session, form: JointForm) -> None:
    if form.ended_at is not None:
        raise NotAllowedNow("This has ended. Ask your counselor to open it again.")
    if form.is_frozen or not session.get_one(Case, form.case_id).is_open:
        raise NotAllowedNow(CLOSED)


def keep_draft(
    session: Session, form: JointForm, participant: Participant, typed: Mapping[str, Given], *, known: int = 0,
    marks: Mapping[str, str] | None = None, device: uuid.UUID | None = None, at: datetime,
) -> JointDraft:  # fmt: skip
    """Save each answer by itself. ``marks``: what the page was opened with, item by item; ``known``: the same for a caller that has
    read the draft, by its revision. What another device wrote meanwhile is set aside, and nothing is lost."""
    hold(session, form)
    require_open_form(session, form)
    draft = draft_of(session, form, participant)
    if draft is None:
        draft = JointDraft(
            case_id=form.case_id, form_id=form.id, participant_id=participant.id, revision=1, sign_in_id=device, saved_at=at,
            answers={item_id: given.as_json() for item_id, given in typed.items()},
        )  # fmt: skip
        session.add(draft)
        return draft
    if marks is None:
        marks = {id: mark(_given(draft, id)) for id in typed} if draft.revision == known else {}
    _merge(draft, typed, marks, device=device, at=at)
    return draft


def _merge(
    draft: JointDraft, typed: Mapping[str, Given], marks: Mapping[str, str], *, device: uuid.UUID | None, at: datetime
) -> None:
    answers, aside = dict(draft.answers), dict(draft.set_aside or {})
    for item_id, given in typed.items():
        standing = _given(draft, item_id)
        if mark(given) == mark(standing) or (item_id in answers and mark(given) == marks.get(item_id)):
            continue  # this device says nothing new about it
        earlier = [Given.from_json(one) for one in aside.get(item_id, ())]
        kept = set_aside(earlier, standing, given, known=marks.get(item_id), same_device=draft.sign_in_id == device)
        if kept is not None:
            aside[item_id] = [one.as_json() for one in kept]
        answers[item_id] = given.as_json()
    _write(draft, answers, aside, device=device, at=at)


def _write(
    draft: JointDraft, answers: Mapping[str, Any], aside: Mapping[str, Any], *, device: uuid.UUID | None, at: datetime
) -> None:
    kept = {item_id: rows for item_id, rows in aside.items() if rows} or None
    if answers != draft.answers or kept != draft.set_aside:
        draft.answers, draft.set_aside = dict(answers), kept
        draft.sign_in_id, draft.saved_at, draft.revision = device, at, draft.revision + 1


def _given(draft: JointDraft, item_id: str) -> Given:
    return Given.from_json(draft.answers[item_id]) if item_id in draft.answers else Given()


def aside_of(draft: JointDraft | None) -> dict[str, tuple[Given, ...]]:
    """What another device wrote, by item."""
    rows = (draft.set_aside or {}) if draft is not None else {}
    return {item_id: tuple(Given.from_json(one) for one in ones) for item_id, ones in rows.items()}


def choose_aside(
    session: Session, form: JointForm, participant: Participant, item_id: str, place: int, *, use: bool, device: uuid.UUID | None,
    at: datetime,
) -> None:  # fmt: skip
    """Exchange what stands with what was set aside, or drop that. The button of an old page changes nothing."""
    hold(session, form)
    require_open_form(session, form)
    draft = draft_of(session, form, participant)
    rows = list((draft.set_aside or {}).get(item_id, ())) if draft is not None else []
    if draft is None or place >= len(rows):
        return
    chosen, answers = rows.pop(place), dict(draft.answers)
    if use:
        before = _given(draft, item_id)
        rows += [] if before.is_blank else [before.as_json()]
        answers[item_id] = chosen
    _write(draft, answers, {**(draft.set_aside or {}), item_id: rows}, device=device, at=at)
