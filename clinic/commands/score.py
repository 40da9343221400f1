"""`clinic score`: one form, scored by the rules of its measure; and what changed since an earlier one.

Decides: how a score reads in a terminal, and that a wrong number is refused with the number of its item. Must never know: whose
form it is. Nothing is stored.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import click

from clinic.commands.content import library_in_use
from clinic.commands.measures import plain

if TYPE_CHECKING:
    from forms.measures import Measure
    from forms.scoring import Change, Score


@click.command("score")
@click.argument("name", metavar="MEASURE")
@click.option("--items", metavar="1,0,,3,...", required=True, help="The score of each item in order; nothing for one left blank.")
@click.option("--previous", metavar="2,1,...", help="The same of an earlier form of this person.")
@click.option("--json", "as_json", is_flag=True, help="For another program.")
def score_form(name: str, items: str, previous: str | None, as_json: bool) -> None:
    """Score one form of MEASURE, and say what changed. `clinic measures list` names the measures."""
    from forms.scoring import score

    measure = _measure(name)
    now = score(measure, numbers_in(measure, items, "--items"))
    before = None if previous is None else score(measure, numbers_in(measure, previous, "--previous"))
    found = described(measure, now, before)
    click.echo(json.dumps(found, ensure_ascii=False, indent=2) if as_json else "\n".join(_lines(measure, now, found)))


def _measure(name: str) -> Measure:
    from forms.reading import nearest

    by_name = {measure.id: measure for measure in library_in_use().measures}
    found = next((one for id, one in by_name.items() if _letters(id) == _letters(name)), None)
    if found is None:
        raise click.BadParameter(f"there is no measure '{name}'; {nearest(name.lower(), by_name)}", param_hint="MEASURE")
    return found


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def numbers_in(measure: Measure, typed: str, option: str) -> dict[str, int | None]:
    """The scores by item; every mistake at once, each with the number of its item."""
    cells = [cell.strip() for cell in typed.split(",")]
    wrong = [
        f"item {number} ({item.label}): {why}"
        for number, (item, cell) in enumerate(zip(measure.items, cells, strict=False), start=1)
        if (why := _why_not(cell, item.lowest, item.highest))
    ]
    count = len(measure.items)
    if len(cells) > count:
        wrong.append(f"{measure.title} has {count} items, and {len(cells)} were given: item {count + 1} is one too many.")
    elif len(cells) < count:
        wrong.append(f"{measure.title} has {count} items, and {len(cells)} were given: nothing stands for item {len(cells) + 1}.")
    if wrong:
        raise click.BadParameter("\n  ".join(wrong), param_hint=option)
    return {item.id: int(cell) if cell else None for item, cell in zip(measure.items, cells, strict=True)}


def _why_not(cell: str, low: int, high: int) -> str:
    if not cell:
        return ""
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", cell):
        return f"'{cell[:20]}' is not a whole number."
    return "" if low <= int(cell) <= high else f"{int(cell)} is not between {low} and {high}."


def described(measure: Measure, now: Score, before: Score | None) -> dict[str, Any]:
    change = _change(measure, now, before)
    known = measure.reliable_change
    return {
        "measure": measure.id,
        "title": measure.title,
        "total": plain(now.total),
        "low": plain(now.low),
        "high": plain(now.high),
        "better": str(measure.better),
        "band": now.band,
        "cutoff": plain(measure.cutoff),
        "clinical": None if now.total is None or measure.cutoff is None else measure.is_clinical(now.total),
        "prorated": now.prorated,
        "not_scored_because": now.not_scored_because,
        "subscales": [{"id": one.id, "total": one.total, "low": one.low, "high": one.high} for one in now.parts],
        "clusters": [{"id": one.id, "counted": one.counted, "needs": one.needs, "met": one.met} for one in now.clusters],
        "cluster_rule_met": now.met,
        "flags": [{"item": measure.place_of(id), "id": id, "topic": _topic(measure, id)} for id in now.flags],
        "previous": plain(before.total) if before else None,
        "change": None if before is None else str(change.outcome) if change else "unknown",
        "difference": plain(change.difference) if change else None,
        "threshold": plain(known.threshold) if known else None,
        "sentence": change.sentence if change else None,
        "citation": known.citation if known else measure.citation,
        "source": measure.citation,
    }


def _change(measure: Measure, now: Score, before: Score | None) -> Change | None:
    from forms.scoring import change

    if before is None or before.total is None or now.total is None:
        return None
    return change(measure, before.total, now.total)


def _topic(measure: Measure, id: str) -> str:
    return next(item.label for item in measure.items if item.id == id)


def _lines(measure: Measure, now: Score, found: dict[str, Any]) -> list[str]:
    total = found["not_scored_because"] or f"{now.total:g} of {now.low:g}-{now.high:g}, {measure.better} is better"
    rows = [("Total", total), ("Band", now.band or "")]
    if now.prorated:
        rows.append(("Prorated", "yes: some answers are missing"))
    if found["clinical"] is not None:
        side = "on the clinical side" if found["clinical"] else "not on the clinical side"
        rows.append(("Cut-off", f"{side} ({measure.cutoff_says})"))
    rows += [(one.title, f"{one.total} of {one.low}-{one.high}") for one in now.parts]
    rows += [(f"Cluster {one.id}", f"{one.counted} of {one.needs} needed: {_met(one.met)}") for one in now.clusters]
    if now.clusters:
        rows.append(("All clusters", _met(now.met)))
    rows += [("Flag", f"item {flag['item']} ({flag['topic']}): to follow up with the person") for flag in found["flags"]]
    if found["change"]:
        rows.append(("Change", f"{found['change']}. {found['sentence'] or 'One of the two forms is not scored.'}"))
    rows += [("Citation", found["citation"]), ("Note", measure.note)]
    return [measure.title, *(f"  {name + ':':<14}{said}" for name, said in rows if said)]


def _met(met: bool | None) -> str:
    return "not known" if met is None else "met" if met else "not met"
