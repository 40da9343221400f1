"""The setbacks that the reader of a report may see, in the order of their days.

Decides: nothing but the order; the scope decides the rest: all for the counselor, a person's own and joint ones for that person,
joint ones for both. Must never know: more than the reader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clinic import access
from clinic.models import Setback
from reports import progress as printed

if TYPE_CHECKING:
    from clinic.reporting.progress import Frame


def setbacks(frame: Frame) -> tuple[printed.Setback, ...]:
    rows = access.rows_of(frame.reader, Setback, Setback.case_id == frame.case.id, order_by=Setback.happened_on)
    return tuple(printed.Setback(row.happened_on, row.text or "") for row in rows if frame.period.holds(row.happened_on))
