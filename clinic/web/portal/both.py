"""What was opened to both people, as one of them sees it: the versions, who put them, who signed, and one's own draft.

Decides: how the rows of a joint form become what a page shows. Must never know: the other's draft, or whether they have looked.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from clinic import access
from clinic.access import NotFound, Permission
from clinic.models import JointDraft, JointForm, JointVersion, Participant
from clinic.models.agreeing import number_of_newest, worksheet_of
from clinic.models.joint import Became
from clinic.models.joint_drafts import aside_of
from clinic.models.written_twice import mark
from clinic.web.context import today, viewer
from clinic.web.portal.seat import own_seat, require_steps, wording_for
from forms import Given, Wording
from forms.definition import Item, Worksheet
from forms.shown import lines

TONES = {Became.ON_THE_TABLE: "waiting", Became.IN_FORCE: "done"}
SEEN_LATER = "Nobody but you sees this before you put it to {other}. Then both of you and your counselor see it."


@dataclass(frozen=True)
class Part:
    item: Item
    prompt: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Signed:
    who: str
    name: str
    at: datetime


@dataclass(frozen=True)
class Version:
    row: JointVersion
    who: str
    became: Became
    parts: tuple[Part, ...]
    signed: tuple[Signed, ...]
    decision: str | None
    is_mine: bool

    @property
    def tone(self) -> str:
        return TONES.get(self.became, "calm")

    @property
    def waits_for_me(self) -> bool:
        return self.became is Became.ON_THE_TABLE and self.decision is None

    @property
    def may_be_taken_back(self) -> bool:
        return self.became is Became.ON_THE_TABLE and self.is_mine

    @property
    def called(self) -> str:
        return "A version that you took back" if self.became is Became.TAKEN_BACK else f"Version {self.row.number}"


@dataclass(frozen=True)
class Both:
    """One joint form before one person."""

    form: JointForm
    seat: Participant
    worksheet: Worksheet
    wording: Wording
    draft: JointDraft | None

    @property
    def title(self) -> str:
        return self.worksheet.title.text(self.wording)

    @property
    def other(self) -> str:
        return self.wording.other

    @property
    def sees(self) -> str:
        return SEEN_LATER.format(other=self.other)

    @property
    def newest(self) -> int:
        return number_of_newest(self.form)

    @property
    def givens(self) -> dict[str, Given]:
        """What one's own proposal begins with: one's draft, else the newest version."""
        newest = self.form.kept[-1].answers if self.form.kept else {}
        answers = self.draft.answers if self.draft is not None else newest
        return {item_id: Given.from_json(one) for item_id, one in answers.items()}

    @property
    def item_ids(self) -> tuple[str, ...]:
        return tuple(item.id for item in self.worksheet.items)

    @property
    def marks(self) -> str:
        """What a page carries, so that a save can tell what its device knew."""
        givens = self.givens
        return ".".join(mark(givens.get(item_id, Given())) for item_id in self.item_ids)

    def aside(self, item: Item) -> list[tuple[str, ...]]:
        """What another of one's own devices wrote, in words."""
        return [lines(item, given, self.wording) for given in aside_of(self.draft).get(item.id, ())]

    def parts(self, givens: dict[str, Given]) -> tuple[Part, ...]:
        return tuple(
            Part(item, item.prompt.text(self.wording), lines(item, givens.get(item.id), self.wording))
            for item in self.worksheet.items
        )

    def versions(self) -> list[Version]:
        """The newest first. What the other took back is not there; one's own is. After a separation, what both had signed."""
        seen = [row for row in self.form.versions if row.taken_back_at is None or row.proposed_by == self.seat.id]
        seen = [row for row in seen if row.is_signed_by_all] if self.form.is_frozen else seen
        return [self._version(row) for row in sorted(seen, key=lambda row: row.put_at, reverse=True)]

    def _version(self, row: JointVersion) -> Version:
        return Version(
            row=row,
            who=self._who(row.proposed_by),
            became=self.form.what_became_of(row, today()),
            parts=self.parts({item_id: Given.from_json(one) for item_id, one in row.answers.items()}),
            signed=tuple(
                Signed(self._who(one.participant_id), one.typed_name or "", one.decided_at)
                for one in sorted(row.decisions, key=lambda one: one.decided_at)
                if one.typed_name
            ),
            decision=row.decision_of(self.seat.id),
            is_mine=row.proposed_by == self.seat.id,
        )

    def _who(self, participant_id: uuid.UUID) -> str:
        return "you" if participant_id == self.seat.id else self.other


def both_of(form: JointForm) -> Both:
    seat = own_seat()
    if not seat.is_client:
        raise NotFound(Permission.PROPOSE)
    require_steps(seat)
    wording = wording_for(seat)
    mine = access.rows_of(viewer(), JointDraft, JointDraft.form_id == form.id)
    return Both(form, seat, worksheet_of(form, seat.case.relation), wording, mine[0] if mine else None)


@dataclass(frozen=True)
class ForBoth:
    """One line on My pages: the same for both, whatever either has done alone."""

    id: uuid.UUID
    title: str
    words: str
    tone: str


def for_both(seat: Participant) -> list[ForBoth]:
    if not seat.is_client:
        return []
    lines = [_line(form, wording_for(seat)) for form in access.rows_of(viewer(), JointForm, order_by=JointForm.opened_at)]
    return sorted(lines, key=lambda line: line.tone != "waiting")  # what lies on the table stands first


def _line(form: JointForm, wording: Wording) -> ForBoth:
    title = worksheet_of(form, wording.relationship).title.text(wording)
    if form.ended_at is not None:
        return ForBoth(form.id, title, "Ended", "calm")
    if form.is_frozen:
        return ForBoth(form.id, title, "Kept to read", "calm")
    if form.on_the_table is not None:
        return ForBoth(form.id, title, "A version is on the table", "waiting")
    if form.in_force_on(today()) is not None:
        return ForBoth(form.id, title, "In force", "done")
    if form.in_force is not None:
        return ForBoth(form.id, title, "Its last day has passed", "calm")
    return ForBoth(form.id, title, "Open", "open")
