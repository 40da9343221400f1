"""How a case begins: two seats, their words, the policy put to them; then each signs and does the private check, alone.

Decides: what a new case holds, and when a person may be given homework. Must never know: who is asking. One person's homework
never waits for the other.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.models.audit import Event, noted, record
from clinic.models.cases import (
    Capacity,
    Case,
    CaseClinician,
    ConfidentialityPolicy,
    Participant,
    PolicyKind,
    Relationship,
    SafeContact,
    Side,
    Signature,
    label_for,
    new_code,
)
from clinic.models.homework import Assignment, assign
from clinic.models.people import Invitation, Role, User, new_invitation
from clinic.models.sending import SAFETY_CHECK
from clinic.models.states import NotAllowedNow
from forms import library

BlindIndex = Callable[[str], bytes]
CONSENT = "consent"
NOT_A_CLIENTS = "Nothing of the program is given to a collateral."


@dataclass(frozen=True)
class NewPerson:
    """What the counselor enters of one person. ``contact``: {"channels": [...], "hours": str, "may_leave_message": bool}."""

    full_name: str
    preferred_name: str
    side: Side
    pronouns: str = ""
    email: str = ""
    calls_other: str = ""
    calls_event: str = ""
    contact: dict[str, Any] = field(default_factory=dict)


class AddressTaken(NotAllowedNow):
    """An e-mail address that someone here signs in with already. Said to clinicians only."""

    def __init__(self, email: str) -> None:
        super().__init__("This e-mail address is in use here already. Each person needs an address of their own.")
        self.email = email


def add_case(
    session: Session,
    *,
    relation: Relationship,
    people: Sequence[NewPerson],
    policy: PolicyKind,
    blind_index: BlindIndex,
    submission_key: uuid.UUID | None = None,
    by: uuid.UUID,
    at: datetime,
) -> Case:
    """A case of one or two adults with its counselor, its policy and, for each person, the private safety check."""
    names = [person.preferred_name or person.full_name for person in people]
    case = Case(
        code=new_code(6), relation=relation.value, added_at=at, label=label_for(names[0], names[1] if names[1:] else None),
        submission_key=submission_key,
    )  # fmt: skip
    session.add(case)
    session.add(CaseClinician(case_id=case.id, user_id=by, since=at))
    session.add(
        ConfidentialityPolicy(
            case_id=case.id,
            kind=policy.value,
            version=library.document(policy.value).version,
            proposed_at=at,
            proposed_by=by,
        )
    )
    noted(case, Event.CASE_ADDED, by=by, at=at)
    for seat, person in enumerate(people, start=1):
        participant = _seat(case, person, seat, at=at)
        session.add(participant)
        if person.contact:
            record_contact(session, participant, person.contact, by=by, at=at)
        if person.email:
            give_login(session, participant, person.email, blind_index=blind_index, by=by, at=at)
        give_safety_check(session, participant, by=by, at=at)
    return case


def _seat(case: Case, person: NewPerson, seat: int, *, at: datetime) -> Participant:
    return Participant(
        case_id=case.id,
        case=case,
        seat=seat,
        code=new_code(6),
        side=person.side.value,
        capacity=Capacity.CLIENT.value,
        adult_confirmed_at=at,
        full_name=person.full_name,
        preferred_name=person.preferred_name or person.full_name,
        pronouns=person.pronouns,
        calls_other=person.calls_other,
        calls_event=person.calls_event,
    )


def record_contact(
    session: Session, participant: Participant, details: dict[str, Any], *, by: uuid.UUID, at: datetime
) -> None:
    row = SafeContact(
        case_id=participant.case_id, participant_id=participant.id, confirmed_at=at, details=details
    )
    session.add(row)
    noted(row, Event.CONTACT_RECORDED, by=by, at=at)


def give_login(
    session: Session, participant: Participant, email: str, *, blind_index: BlindIndex, by: uuid.UUID, at: datetime
) -> User:
    """A login of their own, with no password yet. A shared address is refused: each person has their own."""
    index = require_free_address(session, email, blind_index=blind_index)
    user = User(
        role=Role.CLIENT.value, email=email.strip(), email_index=index, name=participant.preferred_name, added_at=at
    )
    session.add(user)
    session.flush()
    participant.user_id = user.id
    return user


def require_free_address(session: Session, email: str, *, blind_index: BlindIndex) -> bytes:
    """The index of an address that nobody here signs in with."""
    index = blind_index(email)
    with session.no_autoflush:
        taken = session.scalars(select(User).where(User.email_index == index)).first()
        waiting = any(isinstance(row, User) and row.email_index == index for row in session.new)
    if taken is not None or waiting:
        raise AddressTaken(email)
    return index


def invite(session: Session, user: User, *, valid_for: timedelta, by: uuid.UUID | None, at: datetime) -> str:
    """A new one-time link's token. Links that were open before stop working."""
    close_links(session, user, by=by, at=at)
    row, token = new_invitation(user, valid_for=valid_for, at=at)
    session.add(row)
    record(session, Event.INVITED, by=by, at=at, about=user)
    return token


def close_links(session: Session, user: User, *, by: uuid.UUID | None, at: datetime) -> None:
    """A link that is still open must not outlive a new link, or a password that was changed."""
    for open_one in session.scalars(
        select(Invitation).where(
            Invitation.user_id == user.id, Invitation.used_at.is_(None), Invitation.revoked_at.is_(None)
        )
    ):
        open_one.revoke(by=by, at=at)


def give_safety_check(session: Session, participant: Participant, *, by: uuid.UUID | None, at: datetime) -> Assignment:
    worksheet = library.worksheet(SAFETY_CHECK)
    return assign(
        session,
        participant,
        kind="worksheet",
        content_id=worksheet.id,
        content_version=worksheet.version,
        module_id=worksheet.module,
        by=by,
        at=at,
    )


# --- what comes before anything else ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Steps:
    """How far one person is with what comes first. Seen by that person and by the clinician, never by the other."""

    consent: bool
    policy: bool
    safety_check: bool

    @property
    def may_be_given_homework(self) -> bool:
        return self.consent and self.policy and self.safety_check


def steps_of(session: Session, participant: Participant) -> Steps:
    signed = set(
        session.scalars(select(Signature.document).where(Signature.participant_id == participant.id))
    )
    check = select(Assignment.id).where(
        Assignment.participant_id == participant.id,
        Assignment.content_id == SAFETY_CHECK,
        Assignment.submitted_at.is_not(None),
    )
    return Steps(
        consent=CONSENT in signed,
        policy=bool(signed & set(PolicyKind)),
        safety_check=session.scalars(check.limit(1)).first() is not None,
    )


def require_first_steps(session: Session, participant: Participant) -> None:
    """Nothing clinical is assigned to a person who is no client, or has not signed consent and the policy and done the private
    check."""
    if not participant.is_client:
        raise NotAllowedNow(f"{participant.preferred_name} is here as a collateral, not as a client. {NOT_A_CLIENTS}")
    steps = steps_of(session, participant)
    if steps.may_be_given_homework:
        return
    missing = [
        words
        for done, words in (
            (steps.consent, "sign the consent"),
            (steps.policy, "sign the confidentiality policy"),
            (steps.safety_check, "send the private safety check"),
        )
        if not done
    ]
    raise NotAllowedNow(f"{participant.preferred_name} has first to {_listed(missing)}. Nothing can be assigned before that.")


def _listed(words: list[str]) -> str:
    return " and ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])} and {words[-1]}"


def policy_of(session: Session, case_id: uuid.UUID) -> ConfidentialityPolicy:
    """The policy that was put to the two people."""
    newest = select(ConfidentialityPolicy).where(ConfidentialityPolicy.case_id == case_id)
    return session.scalars(newest.order_by(ConfidentialityPolicy.proposed_at.desc()).limit(1)).one()


def sign_document(
    session: Session, participant: Participant, document: str, *, typed_name: str, by: uuid.UUID, at: datetime
) -> Signature:
    """One person's signature, with their own sign-in. Signing twice is signing once."""
    policy = policy_of(session, participant.case_id)
    version = policy.version if document == policy.kind else library.document(document).version
    policy_id = policy.id if document == policy.kind else None
    already = select(Signature).where(
        Signature.participant_id == participant.id, Signature.document == document, Signature.version == version
    )
    existing = session.scalars(already).first()
    if existing is not None:
        return existing
    row = Signature(
        case_id=participant.case_id,
        participant_id=participant.id,
        policy_id=policy_id,
        document=document,
        version=version,
        signed_at=at,
        typed_name=typed_name,
    )
    session.add(row)
    noted(row, Event.DOCUMENT_SIGNED, by=by, at=at, document=document, version=version)
    return row
