"""The scopes of what two people do together, and of what comes back: reveals, joint forms, schedules, setbacks.

Decides: which rows each viewer can see of these. What was put to both is seen by both, until they are separated: then only what
both had signed; a draft by its writer alone; the reasons of holds and clearances by the clinician alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, true

from clinic.access.reach import (
    NONE,
    both_while_together,
    clinicians,
    clinicians_and_owner,
    clinicians_only,
    in_my_cases,
    owner_while_together,
    while_together,
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
    NoticedDraft,
    PlannedEncounter,
    PlannedState,
    Reveal,
    RevealedAnswer,
    Run,
    SafetyClearance,
    Schedule,
    Setback,
)
from clinic.models.joint import Decision


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


def _signed_by_all() -> Select[Any]:
    signed = select(func.count(JointDecision.id)).where(
        JointDecision.version_id == JointVersion.id, JointDecision.decision == Decision.SIGNED.value
    )
    return select(JointVersion.id).where(signed.correlate(JointVersion).scalar_subquery() >= JointVersion.signers)


def _or_both_have_signed(viewer: Viewer, model: Any, is_signed: ColumnElement[bool]) -> Select[Any]:
    kept = in_my_cases(viewer, model.case_id) & is_signed
    return select(model).where(or_(while_together(viewer, model.case_id), kept))


def joint_forms_for(viewer: Viewer) -> Select[JointForm]:
    signed = select(JointVersion.form_id).where(JointVersion.id.in_(_signed_by_all()))
    return _or_both_have_signed(viewer, JointForm, JointForm.id.in_(signed))


def joint_versions_for(viewer: Viewer) -> Select[JointVersion]:
    signed = _or_both_have_signed(viewer, JointVersion, JointVersion.id.in_(_signed_by_all()))
    return signed.where(_not_taken_back_from(viewer))


def _not_taken_back_from(viewer: Viewer) -> ColumnElement[bool]:
    """What its author took back is their own history, and the clinician's to read."""
    if viewer.kind is Kind.COUNSELOR:
        return true()
    return or_(JointVersion.taken_back_at.is_(None), JointVersion.proposed_by.in_(viewer.seats))


def joint_decisions_for(viewer: Viewer) -> Select[JointDecision]:
    signed = _or_both_have_signed(viewer, JointDecision, JointDecision.version_id.in_(_signed_by_all()))
    return signed.where(JointDecision.version_id.in_(select(JointVersion.id).where(_not_taken_back_from(viewer))))


def planned_for(viewer: Viewer) -> Select[PlannedEncounter]:
    """The clinician: all. A person: those that are to come and at which they are expected; of the other's own, nothing. In no
    document."""
    if viewer.kind is Kind.COUNSELOR:
        return select(PlannedEncounter).where(clinicians_only(viewer, PlannedEncounter))
    if viewer.kind is not Kind.CLIENT:
        return select(PlannedEncounter).where(NONE)
    both = PlannedEncounter.individual_of.is_(None) & while_together(viewer, PlannedEncounter.case_id)
    mine = or_(PlannedEncounter.individual_of.in_(viewer.seats), both)
    to_come = PlannedEncounter.state == PlannedState.PLANNED.value
    return select(PlannedEncounter).where(in_my_cases(viewer, PlannedEncounter.case_id), mine, to_come)


SCOPES: dict[type, Callable[[Viewer], Select[Any]]] = {
    Reveal: both_while_together(Reveal),
    RevealedAnswer: both_while_together(RevealedAnswer),
    Noticed: clinicians_and_owner(Noticed),
    Exchange: clinicians(Exchange),
    Message: clinicians(Message),
    JointForm: joint_forms_for,
    JointVersion: joint_versions_for,
    JointDecision: joint_decisions_for,
    JointDraft: owner_while_together(JointDraft),
    NoticedDraft: owner_while_together(NoticedDraft),
    SafetyClearance: clinicians(SafetyClearance),
    Schedule: clinicians_and_owner(Schedule),
    Run: clinicians_and_owner(Run),
    PlannedEncounter: planned_for,
    Setback: setbacks_for,
}
