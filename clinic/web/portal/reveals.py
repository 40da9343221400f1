"""What the counselor opened for both: the answers of each, side by side, one's own words left.

Decides: how opened answers become a page, in words for its reader. Must never know: what is not open, who was first, or whether the
other has read it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import Answer, Assignment, Noticed, Participant, Reveal
from clinic.models.reveals import notice
from clinic.models.sending import worksheet_of
from clinic.web.context import actor, now, viewer
from clinic.web.portal import portal
from clinic.web.portal.seat import lines_for, neutral_wording, own_seat, require_steps, require_two, wording_for
from forms import Given, Wording
from forms.definition import Item
from forms.reveals import NoticeForm
from forms.shown import lines as in_words


@dataclass(frozen=True)
class Words:
    """One answer. It holds no id and no date of its own."""

    item: Item
    prompt: str
    lines: tuple[str, ...]
    is_blank: bool


@dataclass(frozen=True)
class Shown:
    """One reveal before one of its two readers: rows of (own, the other's)."""

    id: uuid.UUID
    title: str
    at: datetime
    other_wrote: str
    rows: tuple[tuple[Words | None, Words | None], ...]


@portal.get("/together")
def together() -> ResponseReturnValue:
    seat = own_seat()
    require_steps(seat)
    require_two(seat, Permission.NOTICE)
    opened = access.rows_of(viewer(), Reveal, Reveal.case_id == seat.case_id, order_by=Reveal.opened_at.desc())
    return render_template("portal/reveals/list.html", opened=[_shown(reveal, seat) for reveal in opened])


@portal.route("/together/<uuid:id>", methods=["GET", "POST"])
def reveal(id: uuid.UUID) -> ResponseReturnValue:
    row = access.find(viewer(), Reveal, id, Permission.NOTICE)
    seat = own_seat()
    require_steps(seat)
    mine = access.rows_of(viewer(), Noticed, Noticed.reveal_id == row.id)
    form = NoticeForm(request.form) if request.method == "POST" else NoticeForm(data={"text": mine[0].text if mine else ""})
    if request.method == "POST" and form.validate():
        notice(db.session(), row, seat, form.text.data or "", by=actor(), at=now())
        db.session.commit()
        flash("Saved.", "success")
        return redirect(url_for("portal.reveal", id=id), 303)
    page = render_template("portal/reveals/reveal.html", id=id, shown=_shown(row, seat), form=form, policy=lines_for(seat).policy)
    return page, 400 if form.errors else 200


def _shown(reveal: Reveal, seat: Participant) -> Shown:
    found = db.session.execute(access.opened_for(viewer(), reveal)).all()
    own = [(answer, work) for answer, work in found if answer.participant_id == seat.id]
    theirs = [(answer, work) for answer, work in found if answer.participant_id != seat.id]
    mine, neutral = wording_for(seat), neutral_wording(seat)
    rows = zip_longest((_words(*one, mine) for one in own), (_words(*one, neutral) for one in theirs))
    _, first = (own or theirs)[0]
    title = worksheet_of(first).title.text(mine if own else neutral)
    return Shown(reveal.id, title, reveal.opened_at, _sentence(f"{mine.other} wrote"), tuple(rows))


def _words(answer: Answer, assignment: Assignment, wording: Wording) -> Words:
    """Another's question is put in neutral words: their labels are theirs, and this reader's would be untrue in it."""
    item, given = worksheet_of(assignment).item(answer.item_id), Given.from_json(answer.given)
    return Words(item, item.prompt.text(wording), in_words(item, given, wording), given.is_blank)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
