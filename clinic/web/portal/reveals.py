"""What the counselor opened for both: the answers of each, side by side, one's own words left.

Decides: how opened answers become a page, in words for its reader. Must never know: what is not open, who was first, or whether the
other has read it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import Answer, Assignment, Participant, Reveal
from clinic.models.noticing import choose_noticing, keep_noticing, noticing, save_noticing
from clinic.models.sending import worksheet_of
from clinic.models.written_twice import BOTH_KEPT, BOTH_KEPT_ELSEWHERE
from clinic.web.context import actor, now, viewer
from clinic.web.portal import portal
from clinic.web.portal.seat import lines_for, neutral_wording, own_seat, require_steps, require_two, wording_for
from forms import Given, Wording
from forms.definition import Item
from forms.reveals import NoticeForm
from forms.shown import lines as in_words

NOT_AS_IT_IS = "Not saved yet: something in this text cannot be kept as it is. Press Save to see what."


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
    stands = noticing(db.session(), row, seat)
    form = NoticeForm(request.form) if request.method == "POST" else NoticeForm(data={"text": stands.text})
    if request.method == "POST" and form.validate():
        _keep(row, seat, form)
        if not _choose_between_versions(row, seat):
            _save(row, seat)
        db.session.commit()
        return redirect(url_for("portal.reveal", id=id, _anchor="text-item"), 303)
    policy = lines_for(seat).policy
    page = render_template("portal/reveals/reveal.html", id=id, shown=_shown(row, seat), form=form, stands=stands, policy=policy)
    return page, 400 if form.errors else 200


def _keep(row: Reveal, seat: Participant, form: NoticeForm) -> bool:
    known, text = request.form.get("revision", ""), form.text.data or ""
    return keep_noticing(db.session(), row, seat, text, known=known, device=viewer().sign_in_id, at=now())


def _choose_between_versions(row: Reveal, seat: Participant) -> bool:
    """The button beside a text that was set aside: use it, or drop it."""
    act, _, place = request.form.get("aside", "").partition(":")
    if act not in ("use", "drop") or not (place.isascii() and place.isdigit()):
        return False
    choose_noticing(db.session(), row, seat, int(place[:3]), use=act == "use", device=viewer().sign_in_id, at=now())
    return True


def _save(row: Reveal, seat: Participant) -> None:
    if noticing(db.session(), row, seat).aside:
        flash(BOTH_KEPT, "warning")
        return
    save_noticing(db.session(), row, seat, by=actor(), at=now())
    flash("Saved.", "success")


@portal.post("/together/<uuid:id>/draft")
def noticed_draft(id: uuid.UUID) -> ResponseReturnValue:
    """A save in the background: its author's alone, until they press the button."""
    row = access.find(viewer(), Reveal, id, Permission.NOTICE)
    seat = own_seat()
    require_steps(seat)
    form = NoticeForm(request.form)
    if not form.validate():
        return jsonify(message=NOT_AS_IT_IS), 422
    both = _keep(row, seat, form)
    reply = {"revision": noticing(db.session(), row, seat).mark}
    db.session.commit()
    return (jsonify(reply | {"message": BOTH_KEPT_ELSEWHERE, "kept": "both"}), 409) if both else (jsonify(reply), 200)


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
