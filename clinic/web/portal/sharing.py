"""One's own sent answers, showing one of them to the other, taking that back, and what the other shows.

Decides: what a shown answer looks like, the same in the author's preview and on the reader's page: the question in neutral words,
the answer, a date. Must never know: whether it was read, or what else the other has.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import NotFound, Permission
from clinic.db import db
from clinic.models import Answer, Assignment, Participant, Sharing, WorksheetResponse
from clinic.models.sending import share, unshare, worksheet_of
from clinic.web.context import actor, now, viewer
from clinic.web.portal import portal
from clinic.web.portal.opened import opened
from clinic.web.portal.seat import Sees, neutral_wording, own_seat, require_steps, require_two, wording_for
from forms import Given
from forms.definition import Item
from forms.shown import lines as in_words

# Whoever holds the open phone must not read what was said here about safety.
NOT_SHOWN_AGAIN = "Sent to your counselor. It is not shown again on this screen."


@dataclass(frozen=True)
class Card:
    """An answer as the other person sees it. It holds no id: a new one would tell that the answer was sent again."""

    item: Item
    prompt: str
    lines: tuple[str, ...]
    since: datetime


@dataclass(frozen=True)
class Sent:
    """One of one's own answers."""

    id: uuid.UUID
    item: Item
    prompt: str
    lines: tuple[str, ...]
    is_blank: bool
    sees: Sees
    since: datetime | None
    may_be_shown: bool


def _card(answer: Answer, item: Item, since: datetime, seat: Participant) -> Card:
    neutral = neutral_wording(seat)
    return Card(item, item.prompt.text(neutral), in_words(item, Given.from_json(answer.given), neutral), since)


@portal.get("/homework/<uuid:id>/answers")
def answers(id: uuid.UUID) -> ResponseReturnValue:
    here = opened(id)
    if here.hand.last is None:
        return redirect(url_for("portal.homework", id=id))
    rows = access.rows_of(viewer(), Answer, Answer.response_id == here.hand.last.id, order_by=Answer.position)
    shown = _shown_since([row.id for row in rows])
    sent = []
    for row in rows:
        item, given = here.worksheet.item(row.item_id), here.hand.sent[row.item_id]
        sent.append(
            Sent(
                id=row.id,
                item=item,
                prompt=item.prompt.text(here.wording),
                lines=(NOT_SHOWN_AGAIN,) if item.never_shared else in_words(item, given, here.wording),
                is_blank=given.is_blank and not item.never_shared,
                sees=here.lines.of(item),
                since=shown.get(row.id),
                may_be_shown=_may_be_shown(row, item, here.assignment.participant),
            )
        )
    return render_template("portal/sharing/answers.html", here=here, sent=sent)


def _shown_since(answer_ids: list[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    live = access.rows_of(viewer(), Sharing, Sharing.answer_id.in_(answer_ids), Sharing.withdrawn_at.is_(None))
    return {row.answer_id: row.shared_at for row in live}


def _may_be_shown(answer: Answer, item: Item, seat: Participant) -> bool:
    """Shareable, something to show, and somebody to show it to. Whether that person has signed in is not asked."""
    says_something = Given.from_json(answer.given).value is not None
    return item.is_shareable and answer.visibility == "shareable" and says_something and seat.case.works_together


def _own_answer(id: uuid.UUID) -> tuple[Answer, Item, datetime | None]:
    """An answer that its author shows, or may show: the newest version of it. Anything else is not there."""
    answer = access.find(viewer(), Answer, id, Permission.SHARE)
    seat = own_seat()
    require_steps(seat)
    for shown, sharing, assignment in db.session.execute(access.shown_for(viewer(), seat.case).where(Answer.id == id)):
        return shown, worksheet_of(assignment).item(shown.item_id), sharing.shared_at
    assignment = access.find(viewer(), Assignment, answer.assignment_id, Permission.ANSWER)
    versions = access.rows_of(
        viewer(), WorksheetResponse, WorksheetResponse.assignment_id == assignment.id, order_by=WorksheetResponse.number.desc()
    )
    item = worksheet_of(assignment).item(answer.item_id)
    if answer.response_id != versions[0].id or not _may_be_shown(answer, item, seat):
        raise NotFound(Permission.SHARE)
    return answer, item, None


@portal.get("/answers/<uuid:id>/sharing")
def share_answer(id: uuid.UUID) -> ResponseReturnValue:
    """How it looks to the other person, before it is shown and while it is."""
    answer, item, since = _own_answer(id)
    seat = own_seat()
    card = _card(answer, item, since or now(), seat)
    other = wording_for(seat).other
    return render_template("portal/sharing/share.html", id=id, card=card, since=since, other=other, way_back=_way_back(answer))


@portal.post("/answers/<uuid:id>/sharing")
def sharing(id: uuid.UUID) -> ResponseReturnValue:
    answer, _, since = _own_answer(id)
    if since is None:
        share(db.session(), answer, by=actor(), at=now())
    way_back = _way_back(answer)
    db.session.commit()
    flash("This answer is shown now. You can stop showing it at any time.", "success")
    return redirect(way_back, 303)


@portal.post("/answers/<uuid:id>/withdrawal")
def withdrawal(id: uuid.UUID) -> ResponseReturnValue:
    answer = access.find(viewer(), Answer, id, Permission.SHARE)
    unshare(db.session(), answer, by=actor(), at=now())
    way_back = _way_back(answer)
    db.session.commit()
    flash("This answer is not shown any more. It may have been read before; nobody can tell you.", "success")
    return redirect(way_back, 303)


def _way_back(answer: Answer) -> str:
    """To the homework that it answers, or, when that was taken back, to the list of what is shown."""
    if access.rows_of(viewer(), Assignment, Assignment.id == answer.assignment_id):
        return url_for("portal.answers", id=answer.assignment_id)
    return url_for("portal.showing" if own_seat().case.works_together else "portal.home")


@portal.get("/shared")
def shared() -> ResponseReturnValue:
    """What the other person shows. The page looks the same whether or not there is anything, but for what is there."""
    seat = own_seat()
    require_steps(seat)
    require_two(seat, Permission.READ_SHARED)
    cards = []
    for answer, row, assignment in db.session.execute(access.shown_for(viewer(), seat.case)).all():
        if answer.participant_id not in viewer().seats:
            access.seen(viewer(), answer, Permission.READ_SHARED)  # reading another's words is written down
            cards.append(_card(answer, worksheet_of(assignment).item(answer.item_id), row.shared_at, seat))
    return render_template("portal/sharing/shared.html", cards=cards)


@portal.get("/showing")
def showing() -> ResponseReturnValue:
    """What this person shows the other, in one place: also answers of homework that is no longer there."""
    seat = own_seat()
    require_steps(seat)
    require_two(seat, Permission.SHARE)
    cards = [
        (answer.id, _card(answer, worksheet_of(assignment).item(answer.item_id), row.shared_at, seat))
        for answer, row, assignment in db.session.execute(access.shown_for(viewer(), seat.case))
        if answer.participant_id in viewer().seats
    ]
    return render_template("portal/sharing/showing.html", cards=cards, other=wording_for(seat).other)
