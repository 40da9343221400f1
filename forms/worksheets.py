"""How a worksheet file becomes a Worksheet: which keys an item of each kind must, may and must not have.

Decides what a well-formed item is. Never knows whether the things that it refers to exist (library.py asks that).
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable

import wtforms

from forms.definition import (
    AGREEMENT_PARTS,
    BLANK_CONCERN,
    COLUMN_KINDS,
    HIGHEST,
    AnsweredBy,
    Choice,
    Column,
    Item,
    Kind,
    Page,
    Relationship,
    Repeat,
    Standard,
    Statement,
    Visibility,
    Worded,
    Worksheet,
)
from forms.reading import Row, nearest

# A field of one of these names would silently replace a part of the form, or of what the pages post beside it.
RESERVED_IDS = frozenset(
    (
        *(name for name in dir(wtforms.Form) if not name.startswith("__")),
        *("form_errors", "meta", "obj", "formdata", "prefix", "extra_filters"),
        *("worksheet", "wording", "asked", "answers", "sound_answers", "draft", "is_ready", "add_row"),
        *("csrf_token", "submission_key", "revision", "version", "page", "save", "submit", "add_row"),
    )
)
# WTForms takes `validate_x` and `filter_x` for hooks of the field x.
_HOOKS = ("validate_", "filter_", "_")

_WITH_CHOICES = (Kind.CHOICE, Kind.CHECKLIST)
_BELONGS = {
    "choices": (*_WITH_CHOICES, Kind.FOLLOW_UP),
    "other": (Kind.CHECKLIST,),
    "statements": (Kind.MATRIX,),
    "columns": (Kind.TABLE,),
    "most": (Kind.LIST, Kind.TABLE, Kind.AGREEMENT),
    "with_text": (Kind.CHOICE, Kind.YES_NO, Kind.FOLLOW_UP),
    "low": (Kind.LIKERT5, Kind.SCALE10, Kind.MATRIX),
    "high": (Kind.LIKERT5, Kind.SCALE10, Kind.MATRIX),
    "needs": (Kind.AGREEMENT,),
    "always_says": (Kind.AGREEMENT,),
    "hints": (Kind.AGREEMENT,),
}
_MOST = {Kind.LIST: 10, Kind.TABLE: 12}
_REPEATS = ("day", "week", "month", "session")
_WHEN = ("before", "after")


def read_worksheet(row: Row) -> Worksheet:
    worksheet = Worksheet(
        id=row.id(),
        version=row.whole("version", least=1),
        module=row.id("module"),
        title=row.worded("title"),
        answered_by=row.one_of("for", AnsweredBy),
        minutes=row.whole("minutes", least=1),
        introduction=row.worded_if_any("introduction"),
        pages=row.rows("page", read_page, required=True),
        repeat=read_repeat(row.table("repeat")) if row.has("repeat") else None,
        solo=row.worded_if_any("solo"),
        changeable=row.flag("changeable", False),
    )
    row.unique("page", (item.id for item in worksheet.items))
    return worksheet


def read_repeat(row: Row) -> Repeat:
    every = row.text("every")
    if every and every not in _REPEATS:
        row.complain("every", f"'{every}' is not known; {nearest(every, _REPEATS)}")
    interval = row.whole("interval", 1, least=1)
    when = row.text("when", "")
    repeat = Repeat(every, interval, row.whole("times", 0, least=1), row.whole("weeks", 0, least=1), when)
    if when and when not in _WHEN:
        row.complain("when", f"'{when}' is not known; {nearest(when, _WHEN)}")
    elif every in _REPEATS and bool(when) != (every == "session"):
        row.complain("when", "goes with every = 'session', and only there: 'before' or 'after' each session.")
    row.done()
    return repeat


def read_page(row: Row) -> Page:
    return Page(row.worded("title"), row.rows("item", read_item, required=True))


def read_item(row: Row) -> Item:
    kind = row.one_of("kind", Kind, Kind.SHORT_TEXT) if row.has("kind") else _missing_kind(row)
    item = Item(
        id=item_id(row),
        kind=kind,
        prompt=row.worded("prompt"),
        number=row.whole("number", 0),
        visibility=row.one_of("visibility", Visibility, Visibility.PRIVATE),
        hint=row.worded_if_any("hint"),
        example=row.worded_if_any("example"),
        choices=row.rows("choices", read_choice, "choice", required=kind in _WITH_CHOICES),
        other=row.flag("other", False),
        low=row.worded_if_any("low"),
        high=row.worded_if_any("high"),
        statements=row.rows("statements", read_statement, "statement", required=kind is Kind.MATRIX),
        columns=row.rows("columns", read_column, "column", required=kind is Kind.TABLE),
        most=row.whole("most", _MOST.get(kind, 0), least=1),
        with_text=row.worded_if_any("with_text"),
        reveal_group=row.text("reveal_group", ""),
        follows=row.text("follows", ""),
        concern=row.values("concern"),
        task=row.text("task", ""),
        never_shared=row.flag("never_shared", False),
        relationships=row.relationships(),
        needs=row.texts("needs"),
        always_says=row.worded_if_any("always_says"),
        hints=read_part_hints(row.table("hints")),
    )
    _check_item(row, item)
    return item


def read_part_hints(row: Row) -> tuple[tuple[str, Worded], ...]:
    hints = tuple((part, hint) for part in AGREEMENT_PARTS if (hint := row.worded_if_any(part)))
    row.done()
    return hints


def read_choice(row: Row) -> Choice:
    return Choice(row.id(), row.worded("label"), row.worded_if_any("hint"), row.relationships())


def read_statement(row: Row) -> Statement:
    return Statement(item_id(row), row.worded("label"))


def read_column(row: Row) -> Column:
    kind = row.one_of("kind", Kind, Kind.SHORT_TEXT)
    if kind not in COLUMN_KINDS:
        row.complain("kind", f"'{kind}' cannot be a column; {nearest(kind, COLUMN_KINDS)}")
    choices = row.rows("choices", read_choice, "choice", required=kind is Kind.CHOICE)
    row.unique("choices", (choice.id for choice in choices))
    if choices and kind is not Kind.CHOICE:
        row.complain("choices", f"belongs to choice columns, and this one is {kind}; leave it out or change the kind.")
    return Column(item_id(row), row.worded("label"), kind, choices)


def _missing_kind(row: Row) -> Kind:
    row.text("kind")
    return Kind.SHORT_TEXT


def item_id(row: Row) -> str:
    id = row.text("id")
    if not id:
        return id
    if not (id.isidentifier() and id.isascii() and id == id.lower()) or keyword.iskeyword(id):
        row.complain("id", f"'{id}' must be a lower-case Python name, such as 'what_happened'.")
    elif id in RESERVED_IDS or id.startswith(_HOOKS):
        row.complain("id", f"'{id}' is a name that the form itself uses; choose another, such as 'my_{id.strip('_')}'.")
    return id


def _check_item(row: Row, item: Item) -> None:
    for key, kinds in _BELONGS.items():
        if row.has(key) and item.kind not in kinds:
            row.complain(key, f"belongs to {' and '.join(kinds)}, and this item is {item.kind}; leave it out.")
    row.unique("choices", (choice.id for choice in item.choices))
    row.unique("statements", (statement.id for statement in item.statements))
    row.unique("columns", (column.id for column in item.columns))
    if item.visibility is Visibility.REVEAL and not item.reveal_group:
        row.complain("reveal_group", "is missing; a reveal names the group that is shown together.")
    if item.reveal_group and item.visibility is not Visibility.REVEAL:
        row.complain("reveal_group", "belongs to items whose visibility is reveal; leave it out.")
    if item.never_shared and item.visibility is not Visibility.PRIVATE:
        row.complain("never_shared", "goes only with visibility = 'private'.")
    _check_concern(row, item)
    _check_ties(row, item)
    for part in item.needs:
        if part not in AGREEMENT_PARTS:
            row.complain("needs", f"'{part}' is no part of an agreement; {nearest(part, AGREEMENT_PARTS)}")
    if item.kind is Kind.FOLLOW_UP and not item.follows:
        row.complain("follows", "is missing; name the item whose lines are answered here, as '<worksheet>.<item>'.")


def _check_ties(row: Row, item: Item) -> None:
    """A person who gets the question also gets at least one choice."""
    none = [kind for kind in item.relationships or Relationship if item.choices and not item.for_relationship(kind).choices]
    if none:
        row.complain("choices", f"leaves nothing to choose for {' and '.join(none)}; offer one, or ask it in other ties only.")


def _check_concern(row: Row, item: Item) -> None:
    known = concern_values(item)
    for value in item.concern:
        if value not in known:
            row.complain("concern", f"{value!r} can never be an answer here; {nearest(value, map(str, known))}")
    if item.concern and not item.task:
        row.complain("task", "is missing; an item with a concern names the counselor's task, in neutral words.")


def concern_values(item: Item) -> tuple[str | int, ...]:
    """Every value that may be named as a concern: the item's own, the standard answers, and leaving it blank."""
    own: Iterable[str | int] = (choice.id for choice in item.options)
    if item.kind in HIGHEST:
        own = range(HIGHEST[item.kind] + 1)
    return (*own, *(standard.value for standard in Standard), BLANK_CONCERN)
