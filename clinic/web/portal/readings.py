"""What a person may read again: the introductions of the parts of the work that they were given something of, and nothing else.

Decides: which introductions those are. Must never say where the work stands, nor which parts there are besides. An address holds a
number and no title.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import NotFound, Permission
from clinic.models import Assignment, AssignmentState, Participant
from clinic.models.sending import worksheet_of
from clinic.web.context import viewer
from clinic.web.portal import portal
from clinic.web.portal.seat import own_seat, require_steps, wording_for
from forms import library


@dataclass(frozen=True)
class Reading:
    """``of``: the titles of what was given from this part, which is all that names it."""

    number: int
    of: tuple[str, ...]
    paragraphs: tuple[str, ...]


@portal.get("/readings")
def readings() -> ResponseReturnValue:
    seat = own_seat()
    require_steps(seat)
    return render_template("portal/readings/list.html", readings=_open_to(seat))


@portal.get("/readings/<int:number>")
def reading(number: int) -> ResponseReturnValue:
    seat = own_seat()
    require_steps(seat)
    found = next((one for one in _open_to(seat) if one.number == number), None)
    if found is None:
        raise NotFound(Permission.ANSWER)
    return render_template("portal/readings/one.html", reading=found)


def _open_to(seat: Participant) -> list[Reading]:
    """Of homework that is or was open, in the order of the programme. What is not opened yet opens no reading; nor is there one
    for a person whose side is not decided."""
    wording = wording_for(seat)
    given: dict[str | None, dict[str, None]] = {}
    not_opened = Assignment.state != AssignmentState.HELD
    for row in access.rows_of(viewer(), Assignment, not_opened, order_by=Assignment.assigned_at):
        given.setdefault(row.module_id, {})[worksheet_of(row).title.text(wording)] = None
    modules = [module for module in library.modules if module.number and module.id in given and seat.side != "unset"]
    return [
        Reading(module.number, tuple(given[module.id]), tuple(module.introduction.for_side(seat.side).paragraphs(wording)))
        for module in modules
    ]
