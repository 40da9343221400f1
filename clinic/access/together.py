"""The scopes of what two people do together, and of what comes back: reveals, joint forms, schedules, setbacks.

Decides: which rows each viewer can see of these. What was put to both is seen by both; a draft by its writer alone; the reasons of
holds and clearances by the clinician alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, or_, select

from clinic.access.reach import (
    NONE,
    clinicians,
    clinicians_and_owner,
    clinicians_only,
    everyone_in_the_case,
    in_my_cases,
    owner_alone,
)
from clinic.access.viewer import Kind, Viewer
from clinic.models import (
    Exchange,
    JointDecision,
    JointDraft,
    JointForm,
    JointVersion,
    Message,
    Noticed,
    Reveal,
    RevealedAnswer,
    Run,
    SafetyClearance,
    Schedule,
    Setback,
)


def setbacks_for(viewer: Viewer) -> Select[Setback]:
    """The clinician: all. A person's document: their own and joint ones. A joint document: joint ones only."""
    if viewer.kind is Kind.COUNSELOR:
        return select(Setback).where(clinicians_only(viewer, Setback))
    if viewer.kind is Kind.CLIENT:
        mine = or_(Setback.participant_id.is_(None), Setback.participant_id.in_(viewer.seats))
        return select(Setback).where(in_my_cases(viewer, Setback.case_id), mine)
    if viewer.kind is Kind.JOINT:
        return select(Setback).where(in_my_cases(viewer, Setback.case_id), Setback.participant_id.is_(None))
    return select(Setback).where(NONE)


SCOPES: dict[type, Callable[[Viewer], Select[Any]]] = {
    Reveal: everyone_in_the_case(Reveal),
    RevealedAnswer: everyone_in_the_case(RevealedAnswer),
    Noticed: clinicians_and_owner(Noticed),
    Exchange: clinicians(Exchange),
    Message: clinicians(Message),
    JointForm: everyone_in_the_case(JointForm),
    JointVersion: everyone_in_the_case(JointVersion),
    JointDecision: everyone_in_the_case(JointDecision),
    JointDraft: owner_alone(JointDraft),
    SafetyClearance: clinicians(SafetyClearance),
    Schedule: clinicians_and_owner(Schedule),
    Run: clinicians_and_owner(Run),
    Setback: setbacks_for,
}
