"""Whose pages these are: the person's seat, what comes first for them, and the words that they are spoken to with.

Decides: that consent, the policy and the private check come before anything else, and the line above each answer box that says who
will see it. Must never say anything of the other person but what this one calls them.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import NotFound, Permission
from clinic.db import db
from clinic.models import Assignment, Participant
from clinic.models.groups import is_shown_side_by_side, works_alone
from clinic.models.opening import CONSENT, Steps, policy_of, steps_of
from clinic.models.sending import SAFETY_CHECK
from clinic.web.context import viewer
from clinic.web.portal import portal
from forms import Wording, library
from forms.definition import Document, Item, Visibility, Worksheet

AFTER_SENDING = "Your counselor sees this only after you send it."


class StepsFirst(Exception):
    """Something comes first. My pages say what."""


@portal.errorhandler(StepsFirst)
def to_the_first_step(_error: StepsFirst) -> ResponseReturnValue:
    return redirect(url_for("portal.home"), 303)


def own_seat() -> Participant:
    seats = access.rows_of(viewer(), Participant)
    if not seats:
        raise NotFound(Permission.ANSWER)
    return seats[0]


def steps(seat: Participant) -> Steps:
    return steps_of(db.session(), seat)


def require_steps(seat: Participant, assignment: Assignment | None = None) -> None:
    """Everything waits for the three first steps; the private check, being the third, waits for the two before it."""
    done = steps(seat)
    signed = done.consent and done.policy
    is_check = assignment is not None and assignment.content_id == SAFETY_CHECK
    if not (signed and (done.safety_check or is_check)):
        raise StepsFirst


def require_two(seat: Participant, permission: Permission) -> None:
    """What two people have with each other is no page of one who works alone."""
    if not seat.case.works_together:
        raise NotFound(permission)


def wording_for(seat: Participant) -> Wording:
    return Wording(seat.calls_other or "", seat.calls_event or "", seat.case.relation)


def neutral_wording(seat: Participant) -> Wording:
    """For what both may read: no name, and no label of either person's own."""
    return Wording("", "", seat.case.relation)


def policy(seat: Participant) -> Document:
    """The text that was put to the two people, in its version."""
    put = policy_of(db.session(), seat.case_id)
    return library.document(put.kind, put.version)


def documents(seat: Participant) -> tuple[Document, Document]:
    return library.document(CONSENT), policy(seat)


@dataclass(frozen=True)
class Sees:
    """One line on who will see an answer."""

    text: str
    icon: str
    policy: str = ""


@dataclass(frozen=True)
class Lines:
    """The lines above the answer boxes of one person."""

    other: str
    policy: str
    relation: str
    alone: bool

    def of(self, item: Item) -> Sees:
        if item.never_shared:  # outside every policy, so the policy's line would be untrue here
            return Sees("Only your counselor sees this, whatever you agreed on.", "lock", AFTER_SENDING)
        if item.is_shareable and not self.alone:
            shown = f"You and your counselor see this. You can choose later to show it to {self.other}."
            return Sees(shown, "share-2", self.policy)
        if self._is_opened_by_counselor(item):
            return Sees(self._opening(item), "users-round", self.policy)
        return Sees("Only you and your counselor see this.", "lock", self.policy)

    def _is_opened_by_counselor(self, item: Item) -> bool:
        return item.visibility is Visibility.REVEAL and not self.alone

    def _opening(self, item: Item) -> str:
        if is_shown_side_by_side(item, self.relation):
            shown = "It is shown side by side with {}'s only when your counselor opens both."
            return f"You and your counselor see this. {shown.format(self.other)}"
        return f"You and your counselor see this. It is shown to {self.other} only when your counselor opens it."

    def of_all(self, worksheet: Worksheet) -> Sees:
        """The same for a whole worksheet, on its first page."""
        items = worksheet.items
        if all(item.never_shared for item in items):
            return Sees("Only your counselor sees your answers, whatever you agreed on.", "lock", AFTER_SENDING)
        if any(self._is_opened_by_counselor(item) for item in items):
            shown = "You and your counselor see your answers. The line above each box says when {} may see them too."
            return Sees(shown.format(self.other), "users-round", self.policy)
        if not self.alone and any(item.is_shareable or item.never_shared for item in items):
            shown = "You and your counselor see your answers. The line above each box says whether you can show it to {}."
            return Sees(shown.format(self.other), "share-2", self.policy)
        return Sees("Only you and your counselor see your answers.", "lock", self.policy)


def lines_for(seat: Participant) -> Lines:
    return Lines(wording_for(seat).other, policy(seat).one_line, seat.case.relation, works_alone(seat))
