"""The closed list of rules that a completion criterion may call, and the arguments that each of them takes.

Decides what a well-formed criterion is, never whether one is met (criteria.py). No expressions: a counselor must be able to
read why a stage seems complete.

The rules
    submitted         the worksheet (or the measure) was sent with an answer to each of `items`; `times`, or in `weeks` of the last
                      `of_weeks`
    mean_at_least     the mean of a person's answers to `item` (a matrix: of its statements) or to `items` is `at_least` so much;
                      in `times` sendings, over the last `weeks`, or in `weeks` of the last `of_weeks`
    every_at_least    each single answer to `item` of each person, one a week, over the last `weeks`; no mean evens out a low one
    kept_share        of the answers to `item` in the last `days`, those in `values` are this `share`; `not_counted` fall out
    signed            the `worksheet` was signed by both, the `document` by each person, or the case's policy (`tag`);
                      `values` = ["signed", "declined"] counts a refusal too
    note_tagged       `times` signed notes of joint sessions carry this `tag`
    reviewed          the counselor has reviewed what each person sent
    no_open_concern   no safety concern is open for anyone in the case
    answer_is         the answer to `item` is one of `values`: the newest one; with `weeks`, in each of that many last weeks; with
                      `times`, that often
    answered_on_days  `item` has an answer on `days` days a week, for `weeks` weeks
    rows_complete     `times` rows of the table `item` have no empty cell
    rows_planned      every row of the table `item` whose `column` is `at_least` so much says something in the column `planned_in`
    rows_with         `times` rows of the table `item`, over all sendings, hold one of `values` in `column`
    trend             the mean of the last `weeks` weeks is less than `at_least` above the mean of the first ones
    review_date_set   a signed agreement has a review date that is still to come
    recorded          the counselor has recorded `tag`

For all of them
    side              whose answers count: hurt, involved, each (when left out), or either
    unless_recorded   the counselor's record of this name stands in for it
    waivable          the counselor may waive it
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from forms.reading import Row, nearest


@dataclass(frozen=True, slots=True)
class Rule:
    """`needs`: each of these; "item/items" means one of the two. `takes`: what else it understands."""

    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()

    @property
    def arguments(self) -> frozenset[str]:
        return frozenset((*(name for need in self.needs for name in need.split("/")), *self.takes, *_ALWAYS))


_ALWAYS = ("side", "unless_recorded", "waivable")
RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "submitted": Rule(("worksheet/measure",), ("item", "items", "times", "weeks", "of_weeks")),
        "mean_at_least": Rule(("worksheet", "item/items", "at_least"), ("times", "weeks", "of_weeks")),
        "every_at_least": Rule(("worksheet", "item", "at_least", "weeks")),
        "kept_share": Rule(("worksheet", "item", "values", "share", "days"), ("not_counted",)),
        "signed": Rule(("worksheet/document/tag",), ("item", "values")),
        "note_tagged": Rule(("tag",), ("times",)),
        "reviewed": Rule(("worksheet/measure",)),
        "no_open_concern": Rule(),
        "answer_is": Rule(("worksheet", "item", "values"), ("times", "weeks")),
        "answered_on_days": Rule(("worksheet", "item", "days"), ("weeks",)),
        "rows_complete": Rule(("worksheet", "item"), ("times",)),
        "rows_planned": Rule(("worksheet", "item", "column", "at_least", "planned_in")),
        "rows_with": Rule(("worksheet", "item", "column", "values", "times")),
        "trend": Rule(("worksheet", "item", "weeks", "at_least"), ("measure",)),
        "review_date_set": Rule(("unless_recorded",)),
        "recorded": Rule(("tag",)),
    }
)
SIDES = ("hurt", "involved", "each", "either")
SIGNED_VALUES = ("signed", "declined")
ARGUMENTS: Mapping[str, type] = MappingProxyType(
    {
        "worksheet": str,
        "item": str,
        "items": list,
        "values": list,
        "not_counted": list,
        "measure": str,
        "document": str,
        "tag": str,
        "column": str,
        "planned_in": str,
        "side": str,
        "at_least": float,
        "share": float,
        "days": int,
        "weeks": int,
        "of_weeks": int,
        "times": int,
        "waivable": bool,
        "unless_recorded": str,
    }
)


def read_arguments(row: Row, name: str) -> Mapping[str, object]:
    """The arguments that stand there, after a complaint about each that this rule does not take or lacks."""
    row.asked.update(ARGUMENTS)
    arguments = {key: _argument(row, key, kind) for key, kind in ARGUMENTS.items() if row.has(key)}
    if rule := RULES.get(name):
        _check(row, name, rule, arguments)
    return MappingProxyType(arguments)


def _argument(row: Row, key: str, kind: type) -> object:
    if kind is list:
        return row.values(key)
    if kind is float:
        return row.amount(key, 0.0)
    if kind is int:
        return row.whole(key, 0, least=1)
    return row.flag(key, False) if kind is bool else row.text(key)


def _check(row: Row, name: str, rule: Rule, arguments: Mapping[str, object]) -> None:
    for need in rule.needs:
        there = [one for one in need.split("/") if one in arguments]
        if not there:
            row.complain(need.partition("/")[0], f"is missing; the rule '{name}' needs {need.replace('/', ' or ')}.")
        elif there[1:]:
            row.complain(there[1], f"and {there[0]} do not go together here; keep one of the two.")
        elif there[0] in ("document", "tag") and {"item", "items"} & arguments.keys():
            row.complain("worksheet", "is missing; an item is found through its worksheet.")
    for key in sorted(arguments.keys() - rule.arguments):
        row.complain(key, f"is nothing that the rule '{name}' knows; it takes {', '.join(sorted(rule.arguments))}.")
    _check_values(row, arguments)


def _check_values(row: Row, arguments: Mapping[str, object]) -> None:
    if (side := arguments.get("side")) and side not in SIDES:
        row.complain("side", f"'{side}' is not known; {nearest(side, SIDES)}")
    share = arguments.get("share", 1.0)
    if isinstance(share, float) and not 0 < share <= 1:
        row.complain("share", f"must be above 0 and at most 1, but is {share:g}.")
    if "of_weeks" in arguments and "weeks" not in arguments:
        row.complain("weeks", "is missing; say in how many of the weeks.")
