"""Answering another's lines, one by one: each line with a choice, with words, or with both.

    {"rows": [{"of": "Call when you will be late", "choice": "will_do", "text": ""}]}

Decides how the lines become rows. The lines come from an answer that the counselor has opened; a person who has none before them
(who works alone, or answers on paper) writes the lines too. Never knows whose lines they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import Field, Form, FormField
from wtforms.utils import unset_value

from forms.answers import is_empty
from forms.definition import Item
from forms.fields import OneFromList, OneOf, ShortText
from forms.rows import Rows, options
from forms.wording import Wording

OF = "What this is about"
CHOICE = "Your answer"
WORDS = "In your own words"
MOST = 10


class FollowUpField(FormField):
    """One row for each of the lines. What was said to a line that is no longer there is not shown."""

    def __init__(self, form_class: type[Form], label: str = "", *, lines: tuple[str, ...], **bound: Any) -> None:
        super().__init__(form_class, label, **bound)
        self.lines = lines

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(formdata, self._placed(data) if isinstance(data, Mapping) else data, extra_filters)

    def _placed(self, data: Mapping[str, Any]) -> dict[str, Any]:
        said = list(data.get("rows", ()))
        placed = {}
        for number, line in enumerate(self.lines):
            row = next((one for one in said if one.get("of") == line), None)
            if row is not None:
                said.remove(row)
                placed[f"row_{number}"] = row
        return placed

    @property
    def data(self) -> dict[str, Any]:
        return {"rows": [{"of": line, **self.form[f"row_{number}"].data} for number, line in enumerate(self.lines)]}

    @property
    def rows(self) -> list[tuple[str, FormField]]:
        return [(line, self.form[f"row_{number}"]) for number, line in enumerate(self.lines)]


def follow_up_field(item: Item, wording: Wording, lines: tuple[str, ...], label: str, hint: str) -> Field:
    if lines:
        row = type("Row", (Form,), _answer(item, wording, OneOf))
        form = type("FollowUp", (Form,), {f"row_{number}": FormField(row, line) for number, line in enumerate(lines)})
        return FollowUpField(form, label, lines=lines, description=hint)
    row = type("Row", (Form,), {"of": ShortText(OF), **_answer(item, wording, OneFromList)})
    form = type("FollowUp", (Form,), {"rows": Rows(FormField(row, ""), label, most=MOST)})
    return FormField(form, label, description=hint)


def _answer(item: Item, wording: Wording, choice: type[OneOf] | type[OneFromList]) -> dict[str, Field]:
    """A choice where the file has some, and words where it asks for them or has no choices."""
    parts: dict[str, Field] = {"choice": choice(CHOICE, options(item.choices, wording))} if item.choices else {}
    if item.with_text or not item.choices:
        parts["text"] = ShortText(item.with_text.text(wording) if item.with_text else WORDS)
    return parts


def follow_up_value(data: Mapping[str, Any], lines: tuple[str, ...]) -> dict[str, Any] | None:
    """As it is kept: the lines that got an answer, each with every key."""
    own_lines = not lines
    rows = [{key: row.get(key) or "" for key in ("of", "choice", "text")} for row in data["rows"]]
    said = [row for row in rows if not is_empty([row["choice"], row["text"], row["of"] if own_lines else ""])]
    return {"rows": said} if said else None
