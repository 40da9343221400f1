"""How the file of a measure is read, and what is wrong with it when it is wrong.

Decides what a well-formed measure file is: a range that its items add up to, bands in order, subscales and clusters of items that
exist. Thresholds and their citations stand in these files and nowhere else. Never knows the arithmetic (scoring.py).
"""

from __future__ import annotations

from collections.abc import Iterable

from forms.definition import BLANK_CONCERN, Standard, Worded
from forms.measures import (
    About,
    Band,
    Better,
    Cluster,
    ClusterRule,
    Counts,
    Measure,
    MeasureItem,
    Point,
    Printed,
    ReliableChange,
    Subscale,
)
from forms.reading import Row, nearest
from forms.worksheets import item_id, read_repeat

PLAIN_ENDS = ((0, 4), (0, 10))  # what is asked as a row of numbers, with no label at each
SETTABLE = ("cutoff", "reliable_change")


def read_measure(row: Row) -> Measure:
    low, high = row.amount("low"), row.amount("high")
    shared = row.rows("scale", read_point)
    measure = Measure(
        id=row.id(),
        version=row.whole("version", least=1),
        title=row.text("title"),
        short=row.text("short"),
        own=row.flag("own"),
        validated=row.flag("validated"),
        better=row.one_of("better", Better),
        low=low,
        high=high,
        relationships=row.relationships(required=True),
        about=row.one_of("about", About),
        introduction=row.worded_if_any("introduction"),
        items=_items(row, shared, _ends(row, low, high)),
        minutes=row.whole("minutes", 1, least=1),
        change=row.text("change", ""),
        bands=row.rows("bands", read_band, "band"),
        cutoff=row.amount("cutoff") if row.has("cutoff") else None,
        reliable_change=read_reliable_change(row.table("reliable_change")) if row.has("reliable_change") else None,
        prorate_from=row.whole("prorate_from", 0, least=1),
        multiply=row.whole("multiply", 1, least=1),
        repeat=read_repeat(row.table("repeat")) if row.has("repeat") else None,
        prompt_below=row.whole("prompt_below") if row.has("prompt_below") else None,
        prompt_task=row.text("prompt_task", ""),
        **_published(row),  # type: ignore[arg-type]
    )
    _check_measure(row, measure)
    return measure


def _published(row: Row) -> dict[str, object]:
    """What stands in the files of published measures alone."""
    return {
        "cutoff_counts": row.one_of("cutoff_counts", Counts) if row.has("cutoff_counts") else None,
        "cutoff_says": row.text("cutoff_says", ""),
        "period": row.text("period", ""),
        "citation": row.text("citation", ""),
        "note": row.text("note", ""),
        "code": row.text("code", ""),
        "total_code": row.text("total_code", ""),
        "unscored": row.texts("unscored"),
        "answers": row.rows("answers", lambda one: (one.text("code"), one.whole("value")), "answer"),
        "settable": row.texts("settable"),
        "subscales": row.rows("subscales", read_subscale, "subscale"),
        "cluster_rule": read_cluster_rule(row.table("cluster_rule")) if row.has("cluster_rule") else None,
        "total_only": row.flag("total_only", False),
    }


def _ends(row: Row, low: float, high: float) -> tuple[int, int]:
    """The lowest and highest number of an item that says nothing else."""
    count = max(1, len(row.data["items"]) if isinstance(row.data.get("items"), list) else 1)
    times = row.data.get("multiply", 1)
    shares = count * (times if type(times) is int and times > 0 else 1)
    least = row.whole("least") if row.has("least") else int(low / shares)
    return least, row.whole("most") if row.has("most") else int(high / shares)


def _items(row: Row, shared: tuple[Point, ...], ends: tuple[int, int]) -> tuple[MeasureItem, ...]:
    return row.rows("items", lambda item: read_measure_item(item, shared, ends), "item", required=True)


def read_point(row: Row) -> Point:
    return Point(row.whole("value"), row.worded("label"))


def read_band(row: Row) -> Band:
    return Band(row.amount("low"), row.amount("high"), row.text("label"))


def read_subscale(row: Row) -> Subscale:
    return Subscale(row.id(), row.text("title"), row.texts("items", required=True))


def read_cluster_rule(row: Row) -> ClusterRule:
    rule = ClusterRule(row.whole("counts_from", least=1), row.rows("clusters", read_cluster, required=True), row.text("citation"))
    row.done()
    return rule


def read_cluster(row: Row) -> Cluster:
    return Cluster(row.text("id"), row.text("title"), row.texts("items", required=True), row.whole("needs", least=1))


def read_reliable_change(row: Row) -> ReliableChange:
    change = ReliableChange(row.amount("threshold"), row.text("citation"))
    if change.threshold <= 0:
        row.complain("threshold", "must be above 0.")
    row.done()
    return change


def read_measure_item(row: Row, shared: tuple[Point, ...], ends: tuple[int, int]) -> MeasureItem:
    own = row.rows("scale", read_point)
    topic = row.text("topic", "")
    low, high = row.worded_if_any("low"), row.worded_if_any("high")
    ends = (row.whole("least", ends[0]), row.whole("most", ends[1]))
    # An item with labels at its ends alone is a plain row of numbers; only a labelled scale may have other ends.
    scale = own or (() if low or high else shared)
    values = [point.value for point in scale]
    is_asked = row.has("prompt") or not topic
    if is_asked and not scale and ends not in PLAIN_ENDS:
        row.complain("scale", f"is missing; without one an item runs 0-4 or 0-10, and this one would run {ends}.")
    row.unique("scale", map(str, values))
    item = MeasureItem(
        id=item_id(row),
        prompt=row.worded("prompt") if is_asked else Worded(""),
        lowest=min(values, default=ends[0]),
        highest=max(values, default=ends[1]),
        low=low,
        high=high,
        scale=scale,
        concern=row.values("concern"),
        task=row.text("task", ""),
        topic=topic,
        code=row.text("code", ""),
        note=row.text("note", ""),
        printed=row.one_of("printed", Printed, Printed.ANY),
    )
    _check_concern(row, item)
    return item


def _check_concern(row: Row, item: MeasureItem) -> None:
    values = {point.value for point in item.scale} or set(range(item.lowest, item.highest + 1))
    known = {*values, *Standard, BLANK_CONCERN}
    for value in item.concern:
        if value not in known:
            row.complain("concern", f"{value!r} can never be an answer here; {nearest(value, map(str, known))}")
    if bool(item.concern) != bool(item.task):
        row.complain("concern", "and task go together: the values that raise a task, and its neutral title.")


def _check_measure(row: Row, measure: Measure) -> None:
    row.unique("items", (item.id for item in measure.items))
    lowest = sum(item.lowest for item in measure.items) * measure.multiply
    highest = sum(item.highest for item in measure.items) * measure.multiply
    if (lowest, highest) != (measure.low, measure.high):
        said = f"{measure.low:g}-{measure.high:g}"
        row.complain("high", f"low and high say {said}, but the items add up to {lowest}-{highest}.")
    if (measure.prompt_below is None) == bool(measure.prompt_task):
        row.complain("prompt_below", "and prompt_task go together: the mark, and the title of the counselor's task.")
    if measure.change not in ("", "baseline"):
        row.complain("change", f"'{measure.change}' is not known; {nearest(measure.change, ('baseline',))}")
    if measure.prorate_from > len(measure.items):
        row.complain("prorate_from", f"is {measure.prorate_from}, but there are only {len(measure.items)} items.")
    for before, after in zip(measure.bands, measure.bands[1:], strict=False):
        if after.low <= before.high:
            row.complain("bands", f"'{after.label}' begins inside '{before.label}'; put them in order without overlap.")
    _check_published(row, measure)


def _check_published(row: Row, measure: Measure) -> None:
    if measure.validated and not measure.citation and not measure.own:
        row.complain("citation", "is missing; say where the facts of a published measure come from.")
    for name in measure.settable:
        if name not in SETTABLE:
            row.complain("settable", f"'{name}' is not known; {nearest(name, SETTABLE)}")
    if measure.cutoff is None and (measure.cutoff_counts or measure.cutoff_says):
        row.complain("cutoff", "is missing, but something is said of it.")
    parts = [(f"subscale '{one.id}'", one.items) for one in measure.subscales]
    parts += [(f"cluster '{one.id}'", one.items) for one in (measure.cluster_rule.clusters if measure.cluster_rule else ())]
    for name, items in parts:
        _check_part(row, measure, name, items)


def _check_part(row: Row, measure: Measure, name: str, items: Iterable[str]) -> None:
    ids = [item.id for item in measure.items]
    for id in items:
        if id not in ids:
            row.complain("items", f"{name} names '{id}', which is no item here; {nearest(id, ids)}")
