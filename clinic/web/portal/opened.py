"""One person's homework as it lies open before them: the worksheet, their words, what stands of their answers.

Decides: which page of it may be opened now. Must never know: what the other person was given.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import Response, jsonify, make_response, render_template, request

from clinic import access
from clinic.access import NotFound, Permission
from clinic.db import db
from clinic.models import Answer, Assignment, AssignmentState, ReviewComment
from clinic.models.drafting import InHand, hold, in_hand
from clinic.models.groups import works_alone
from clinic.models.revealing import followed_answers
from clinic.models.sending import worksheet_of
from clinic.web.context import now, viewer
from clinic.web.errors import wants_json
from clinic.web.portal import portal
from clinic.web.portal.seat import Lines, Sees, lines_for, neutral_wording, require_steps, wording_for
from forms import Given, Wording, form_for, library
from forms.definition import Item, Page, Worksheet
from forms.kinds import WorksheetForm
from forms.shown import lines as in_words

CLOSED_UNSENT = (AssignmentState.SKIPPED, AssignmentState.MISSED)
NOT_OPEN = "This is not opened yet. What you have written is kept."


class NotOpenYet(Exception):
    """Held, for whatever reason. Its page is the same for every one of them, and names none."""


class ClosedUnsent(Exception):
    """Left out, or its time is over: nothing was sent, and there is nothing to show."""


@portal.errorhandler(NotOpenYet)
def not_open_yet(_error: NotOpenYet) -> Response:
    if wants_json():
        return make_response(jsonify(message=NOT_OPEN), 409)
    return make_response(render_template("portal/reveals/not_open.html"), 200 if request.method == "GET" else 409)


@portal.errorhandler(ClosedUnsent)
def closed_unsent(_error: ClosedUnsent) -> str:
    return render_template("portal/runs/closed.html")


@dataclass(frozen=True)
class Shown:
    """One answer in words, as a check page or a list of sent answers prints it."""

    item: Item
    page: int
    prompt: str
    lines: tuple[str, ...]
    is_blank: bool
    sees: Sees
    aside: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Opened:
    assignment: Assignment
    worksheet: Worksheet
    wording: Wording
    lines: Lines
    hand: InHand
    followed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by item: the opened lines that it answers

    @property
    def takes_answers(self) -> bool:
        return self.assignment.takes_answers or (self.assignment.may_be_changed and self.hand.is_begun)

    @property
    def is_being_changed(self) -> bool:
        """Sent already, and opened again by its author."""
        return self.assignment.may_be_changed and self.hand.is_begun

    @property
    def title(self) -> str:
        return self.worksheet.title.text(self.wording)

    @property
    def last_page(self) -> int:
        return len(self.worksheet.pages)

    def page(self, number: int) -> Page:
        if not 1 <= number <= self.last_page:
            raise NotFound(Permission.ANSWER)
        return self.worksheet.pages[number - 1]

    def item_ids(self, number: int) -> tuple[str, ...]:
        return tuple(item.id for item in self.page(number).items)

    def form_class(self, number: int) -> type[WorksheetForm]:
        self.page(number)
        return form_for(self.worksheet, self.wording, number - 1, followed=self.followed)

    @property
    def goes_on_at(self) -> int:
        """Where the last save was; at first, the first page."""
        if not self.hand.saved:
            return 1
        newest = max(self.hand.saved, key=lambda item_id: self.hand.saved[item_id])
        return next((n for n in range(1, self.last_page + 1) if newest in self.item_ids(n)), 1)

    def shown(self) -> list[Shown]:
        pages = enumerate(self.worksheet.pages, start=1)
        return [self._shown(item, number) for number, page in pages for item in page.items]

    def _shown(self, item: Item, number: int) -> Shown:
        given = self.hand.given(item.id)
        return Shown(
            item=item,
            page=number,
            prompt=item.prompt.text(self.wording),
            lines=in_words(item, given, self.wording),
            is_blank=given.is_blank,
            sees=self.lines.of(item),
            aside=self.aside(item),
        )

    def aside(self, item: Item) -> tuple[tuple[str, ...], ...]:
        """What another device wrote, in words."""
        return tuple(in_words(item, one, self.wording) for one in self.hand.aside.get(item.id, ()))

    def comments(self) -> Sequence[ReviewComment]:
        mine = ReviewComment.assignment_id == self.assignment.id
        return access.rows_of(viewer(), ReviewComment, mine, order_by=ReviewComment.written_at)


def opened(id: uuid.UUID, *, to_send: bool = False) -> Opened:
    """The viewer's own homework, or NotFound; or the first steps, while they are not done."""
    assignment = access.find(viewer(), Assignment, id, Permission.ANSWER)
    if to_send:
        hold(db.session(), assignment)
    seat = assignment.participant
    require_steps(seat, assignment)
    if assignment.state == AssignmentState.HELD:
        raise NotOpenYet
    if assignment.state in CLOSED_UNSENT and request.method == "GET":
        raise ClosedUnsent  # a save that comes too late is told so where it is refused
    return Opened(
        assignment=assignment,
        worksheet=worksheet_of(assignment),
        wording=wording_for(seat),
        lines=lines_for(seat),
        hand=in_hand(db.session(), assignment),
        followed=_followed(assignment),
    )


def _followed(assignment: Assignment) -> dict[str, tuple[str, ...]]:
    """The other person's opened words, in words; reading them is written down. A blank one gives no line to answer."""
    found: dict[str, tuple[str, ...]] = {}
    if works_alone(assignment.participant):
        return found
    for item_id, answer in followed_answers(db.session(), assignment, at=now()).items():
        access.find(viewer(), Answer, answer.id, Permission.READ_SHARED)
        given = Given.from_json(answer.given)
        if given.value is not None:
            source, _, source_item = worksheet_of(assignment).item(item_id).follows.partition(".")
            followed = library.worksheet(source).item(source_item)
            found[item_id] = in_words(followed, given, neutral_wording(assignment.participant))
    return found
