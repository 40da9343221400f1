"""Joint forms and agreements: one person proposes, puts a version to the other, and each signs a version or answers with another.

Decides: how a version comes to hold and how it ends. Must never know: who is asking. A draft belongs to its writer alone: nobody
sees the other typing. Declining asks no reason, and an agreement in force can be ended by either, at once, without one.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from clinic.db import Base, refers_to
from clinic.models.audit import Event, noted
from clinic.models.cases import Case, Participant, require_not_separated, require_open
from clinic.models.states import NotAllowedNow
from clinic.sealing import Subject, sealed_data, sealed_text


class Decision(StrEnum):
    SIGNED = "signed"
    DECLINED = "declined"


class Became(StrEnum):
    """What a version is now. The words are printed."""

    ON_THE_TABLE = "on the table"
    IN_FORCE = "in force"
    RUN_OUT = "run out"
    ENDED = "ended"
    DECLINED = "declined"
    REPLACED = "replaced"
    KEPT = "kept to read"  # both had signed it when the two were separated
    LEFT = "left undecided"  # and this one they had not
    TAKEN_BACK = "taken back"  # by its author, before the other had answered; the other does not see it


class JointForm(Base):
    """One joint worksheet, opened to both people of a case by the counselor."""

    __tablename__ = "joint_form"

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    worksheet_id: Mapped[str]
    worksheet_version: Mapped[int]
    module_id: Mapped[str]
    opened_at: Mapped[datetime]
    opened_by: Mapped[uuid.UUID] = mapped_column(refers_to("user.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[uuid.UUID | None] = mapped_column(refers_to("user.id"))

    versions: Mapped[list[JointVersion]] = relationship(order_by="JointVersion.number", lazy="selectin")
    case: Mapped[Case] = relationship()

    @property
    def kept(self) -> list[JointVersion]:
        """What was put and not taken back, the oldest first: all that counts, and all that the other ever sees."""
        return [version for version in self.versions if version.taken_back_at is None]

    @property
    def is_frozen(self) -> bool:
        """The two were separated: it stands as it stood, and nothing can be put, signed, declined or ended."""
        return self.case is not None and self.case.is_separated

    @property
    def in_force(self) -> JointVersion | None:
        """The newest version that both signed, unless the agreement was ended or the two were separated."""
        if self.ended_at is not None or self.is_frozen:
            return None
        return next((version for version in reversed(self.kept) if version.is_signed_by_all), None)

    def in_force_on(self, day: date) -> JointVersion | None:
        """The same, while its last day has not passed. That day still counts."""
        version = self.in_force
        return None if version is None or version.has_run_out_by(day) else version

    @property
    def on_the_table(self) -> JointVersion | None:
        """The newest version, while somebody has still to sign or decline it."""
        newest = self.kept[-1] if self.kept else None
        is_open = self.ended_at is None and not self.is_frozen
        return newest if newest is not None and is_open and newest.is_undecided else None

    def what_became_of(self, version: JointVersion, day: date) -> Became:
        if version.taken_back_at is not None:
            return Became.TAKEN_BACK
        if version is self.on_the_table:
            return Became.ON_THE_TABLE
        if any(one.decision == Decision.DECLINED for one in version.decisions):
            return Became.DECLINED
        newest = next((one for one in reversed(self.kept) if one.is_signed_by_all), None)
        if version is not newest and version is not self.kept[-1]:
            return Became.REPLACED
        if self.ended_at is not None:
            return Became.ENDED
        if version is not newest:
            return Became.LEFT if self.is_frozen else Became.REPLACED
        if version.has_run_out_by(day):
            return Became.RUN_OUT
        return Became.KEPT if self.is_frozen else Became.IN_FORCE

    def put(
        self, answers: dict[str, Any], *, proposed_by: Participant, signers: int, until: date | None, review_on: date | None,
        typed_name: str, by: uuid.UUID, at: datetime,
    ) -> JointVersion:  # fmt: skip
        """Put a version to the other. Who proposes it signs it with that. ``answers``: {item id: the JSON of a Given}."""
        if self.ended_at is not None or self.is_frozen:
            raise NotAllowedNow("This has ended. Ask your counselor to open it again.")
        version = JointVersion(
            case_id=self.case_id, form_id=self.id, number=len(self.kept) + 1, proposed_by=proposed_by.id,
            signers=signers, until=until, review_on=review_on, put_at=at, answers=answers,
        )  # fmt: skip
        self.versions.append(version)
        noted(version, Event.VERSION_PUT, by=by, at=at)
        version.decide(Decision.SIGNED, participant=proposed_by, typed_name=typed_name, by=by, at=at)
        return version

    def end(self, *, by: uuid.UUID, at: datetime) -> None:
        """Either person, or the counselor; at once; no reason is asked."""
        require_not_separated(self.case)
        if self.ended_at is None:
            self.ended_at, self.ended_by = at, by
            noted(self, Event.AGREEMENT_ENDED, by=by, at=at)


class JointDraft(Base):
    """One person's unsent proposal: theirs alone. ``set_aside``: by item, what another of their devices would have overwritten."""

    __tablename__ = "joint_draft"
    __table_args__ = (UniqueConstraint("form_id", "participant_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"))
    form_id: Mapped[uuid.UUID] = mapped_column(refers_to("joint_form.id"), index=True)
    participant_id: Mapped[uuid.UUID] = mapped_column(refers_to("participant.id"))
    revision: Mapped[int] = mapped_column(default=1)
    sign_in_id: Mapped[uuid.UUID | None]
    saved_at: Mapped[datetime]
    answers = sealed_data()
    set_aside = sealed_data()

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, f"answers:{self.participant_id}")


class JointVersion(Base):
    """What was put to both, word for word. A version never changes: another one follows it, or its author takes it back."""

    __tablename__ = "joint_version"
    __table_args__ = (UniqueConstraint("form_id", "number"),)

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"), index=True)
    form_id: Mapped[uuid.UUID] = mapped_column(refers_to("joint_form.id"), index=True)
    number: Mapped[int]
    proposed_by: Mapped[uuid.UUID] = mapped_column(refers_to("participant.id"))
    signers: Mapped[int]
    until: Mapped[date | None]
    review_on: Mapped[date | None] = mapped_column(index=True)
    put_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]
    review_task_id: Mapped[uuid.UUID | None] = mapped_column(refers_to("task.id"))
    answers = sealed_data()

    decisions: Mapped[list[JointDecision]] = relationship(lazy="selectin")

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, "joint")

    @property
    def is_signed_by_all(self) -> bool:
        return sum(one.decision == Decision.SIGNED for one in self.decisions) >= self.signers

    @property
    def is_undecided(self) -> bool:
        return len(self.decisions) < self.signers

    def has_run_out_by(self, day: date) -> bool:
        return self.until is not None and self.until < day

    def decision_of(self, participant_id: uuid.UUID) -> str | None:
        return next((one.decision for one in self.decisions if one.participant_id == participant_id), None)

    def take_back(self, *, place: int, by: uuid.UUID, at: datetime) -> None:
        """Its number is free again, so that the numbers of the others tell of no gap. ``place``: a negative one in its stead."""
        self.taken_back_at, self.number = at, place
        noted(self, Event.VERSION_TAKEN_BACK, by=by, at=at)

    def decide(
        self, decision: Decision, *, participant: Participant, typed_name: str = "", by: uuid.UUID, at: datetime
    ) -> JointDecision:
        if self.decision_of(participant.id) is not None:
            raise NotAllowedNow("You have already answered this version. Put another one, if you want a change.")
        row = JointDecision(
            case_id=self.case_id, version_id=self.id, participant_id=participant.id, decision=decision.value,
            decided_at=at, typed_name=typed_name or None,
        )  # fmt: skip
        self.decisions.append(row)
        noted(self, Event.VERSION_DECIDED, by=by, at=at, decision=decision.value)
        return row


class JointDecision(Base):
    """One person's own signature, or their no, under one version."""

    __tablename__ = "joint_decision"
    __table_args__ = (UniqueConstraint("version_id", "participant_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(refers_to("case.id"))
    version_id: Mapped[uuid.UUID] = mapped_column(refers_to("joint_version.id"), index=True)
    participant_id: Mapped[uuid.UUID] = mapped_column(refers_to("participant.id"))
    decision: Mapped[str]
    decided_at: Mapped[datetime]
    typed_name = sealed_text()

    def sealed_for(self) -> Subject:
        return Subject(self.case_id, "joint")


def open_joint_form(
    session: Session, case: Case, *, worksheet_id: str, worksheet_version: int, module_id: str, by: uuid.UUID, at: datetime
) -> JointForm:
    require_open(case)
    require_not_separated(case)
    row = JointForm(
        case_id=case.id, case=case, worksheet_id=worksheet_id, worksheet_version=worksheet_version, module_id=module_id,
        opened_at=at, opened_by=by,
    )  # fmt: skip
    session.add(row)
    noted(row, Event.JOINT_FORM_OPENED, by=by, at=at)
    return row
