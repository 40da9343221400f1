"""What two people agree on: the five fixed parts, as one text or as rows, and what is still lacking.

    {"terms": "...", "who": "...", "how_often": "...", "until": "2026-06-30", "review_on": "2026-06-01"}
    {"rows": [{"terms": "...", "who": "...", "how_often": "...", "until": "..."}], "review_on": "..."}      with `most`

Decides which parts an agreement has and the sentence for each that it may not be put forward without. A draft may lack any part:
nothing that somebody writes is refused for being unfinished. Never knows who proposes, signs or declines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wtforms import Field, Form, FormField

from forms.answers import Given, is_empty
from forms.definition import Item, Kind
from forms.fields import DateText, LongText, ShortText
from forms.rows import Rows
from forms.wording import Wording

# The key of each part in an answer, and the name that the hints use for it.
LABELS: Mapping[str, str] = {
    "terms": "Terms",
    "who": "Who",
    "how_often": "How often",
    "until": "Until",
    "review_on": "Review date",
}
DAYS = ("until", "review_on")
ROW = ("terms", "who", "how_often", "until")
_KEY = {"review": "review_on"}
_LACKING = {
    "terms": "Write what is agreed. Without any terms there is nothing to sign.",
    "who": "Write who this is about.",
    "how_often": "Write how often.",
    "until": "Choose the day on which this ends. It cannot be put to the other person without an end.",
    "review_on": "Choose the day on which you look at this again. It cannot be put to the other person without one.",
}


@dataclass(frozen=True, slots=True)
class Lack:
    """A part that is missing, in the row with this number (counted from 0), and the sentence that says so."""

    part: str
    sentence: str
    row: int | None = None


def agreement_field(item: Item, wording: Wording, label: str, hint: str) -> Field:
    if not item.most:
        return FormField(type("Agreement", (Form,), _parts(item, wording, LABELS)), label, description=hint)
    row = type("AgreementRow", (Form,), _parts(item, wording, ROW))
    rows = {"rows": Rows(FormField(row, ""), label, most=item.most)}
    form = type("AgreementRows", (Form,), {**rows, **_parts(item, wording, ("review_on",))})
    return FormField(form, label, description=hint)


def _parts(item: Item, wording: Wording, parts: Iterable[str]) -> dict[str, Field]:
    hints = {_KEY.get(part, part): hint.text(wording) for part, hint in item.hints}
    kinds = {"terms": LongText, **dict.fromkeys(DAYS, DateText)}
    return {part: kinds.get(part, ShortText)(LABELS[part], description=hints.get(part, "")) for part in parts}


def agreement_value(data: Mapping[str, Any]) -> dict[str, Any] | None:
    """As it is kept: every part is there, an empty one as an empty text; blank rows are left out."""
    if is_empty(data):
        return None
    if "rows" not in data:
        return {part: data.get(part) or "" for part in LABELS}
    rows = [{part: row.get(part) or "" for part in ROW} for row in data["rows"] if not is_empty(row)]
    return {"rows": rows, "review_on": data.get("review_on") or ""}


def lacking(item: Item, given: Given | None) -> tuple[Lack, ...]:
    """What this version may not be put forward without; nothing for an item that is no agreement."""
    if item.kind is not Kind.AGREEMENT:
        return ()
    return tuple(_lacking(item, given.value if given else None))


def _lacking(item: Item, value: Mapping[str, Any] | None) -> Iterator[Lack]:
    value = value or {}
    needs = [_KEY.get(part, part) for part in ("terms", *item.needs)]
    needs = [part for part in LABELS if part in needs]
    if not item.most:
        yield from (Lack(part, _LACKING[part]) for part in needs if is_empty(value.get(part)))
        return
    for number, row in enumerate(value.get("rows") or [{}]):
        yield from (Lack(part, _LACKING[part], number) for part in needs if part in ROW and is_empty(row.get(part)))
    if "review_on" in needs and is_empty(value.get("review_on")):
        yield Lack("review_on", _LACKING["review_on"])


def say_what_is_lacking(item: Item, field: FormField) -> bool:
    """Put the sentences beside the parts of a form that was validated. True when nothing is lacking."""
    lacks = lacking(item, Given(agreement_value(field.data)))
    rows = field.form.rows if item.most else None
    filled = [entry for entry in rows.entries if not is_empty(entry.data)] or rows.entries[:1] if rows is not None else []
    for lack in lacks:
        place = field.form if lack.row is None else filled[lack.row].form
        place[lack.part].errors = [*place[lack.part].errors, lack.sentence]
    if rows is not None and any(entry.errors for entry in rows.entries):
        rows.errors = [entry.errors for entry in rows.entries]
    return not lacks
