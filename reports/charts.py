"""Charts as geometry: where every line, marker and label of a drawing goes, in points.

Decides scales, ticks, line styles and alternative texts. Must never know markup: a template prints these
paths, so no text from a person is ever joined into SVG here. WeasyPrint pays per SVG element and hardly
per point, which is why all markers of a series, and all labels of an axis, are one element each.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from reports.cover import Period, clipped
from reports.dates import day
from reports.progress import Measure, Point, Series, Setback
from reports.scale import Letters, along, letters, number, parted, ticks, wide

LEFT, RIGHT, TOP, BOTTOM = 20.0, 352.0, 13.0, 96.0
NICE_STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500)


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Drawn:
    """One series: its line, its markers (hollow or filled), and its name beside the last point."""

    line: str
    markers: str
    style: str
    name: Label


@dataclass(frozen=True)
class Chart:
    alternative: str
    grid: str
    axis: Letters
    sessions: str
    setbacks: str
    setback_letters: Letters
    cut_off: str
    cut_off_label: Label | None
    series: tuple[Drawn, ...]
    prorated: str


def chart(measure: Measure, period: Period, sessions: Iterable[date], setbacks: Iterable[Setback]) -> Chart:
    """One measure over time."""
    marks = [(along(period, setback.on, LEFT, RIGHT), letter) for letter, setback in lettered(setbacks)]
    drawn = tuple(_drawn(measure, period, series, place) for place, series in enumerate(measure.series))
    cut_off_at = _height(measure, measure.cut_off.value) if measure.cut_off else None
    return Chart(
        alternative=_in_words(measure),
        grid="".join(f"M{LEFT:g} {_height(measure, value):.1f}H{RIGHT:g}" for value in _levels(measure)),
        axis=_axis(measure, period),
        sessions="".join(f"M{along(period, on, LEFT, RIGHT):.1f} {BOTTOM:g}v5" for on in sessions),
        setbacks="".join(f"M{x:.1f} {TOP - 2:g}V{BOTTOM:g}" for x, _ in marks),
        setback_letters=letters([(x - 2.2, TOP - 5, letter) for x, letter in marks]),
        cut_off=f"M{LEFT:g} {cut_off_at:.1f}H{RIGHT:g}" if cut_off_at else "",
        cut_off_label=Label(LEFT + 3, cut_off_at - 3, clipped(measure.cut_off.label, 40))
        if measure.cut_off and cut_off_at
        else None,
        series=_apart(drawn),
        prorated="".join(_circle(x, y, 5.4) for x, y in _prorated(measure, period)),
    )


def lettered(setbacks: Iterable[Setback]) -> list[tuple[str, Setback]]:
    """Setbacks with the letter that stands for each in the charts and in the list of them."""
    return [(chr(ord("a") + place % 26), setback) for place, setback in enumerate(setbacks)]


def months(measure: Measure) -> list[tuple[date, list[list[Point]]]]:
    """Rows of the table of a measure: each month that has a point, with every person's points in it."""
    columns = [_by_month(series) for series in measure.series]
    rows = sorted({month for column in columns for month in column})
    return [(month, [column.get(month, []) for column in columns]) for month in rows]


def _by_month(series: Series) -> dict[date, list[Point]]:
    ordered = sorted(series.points, key=lambda point: point.on)
    return {month: list(points) for month, points in groupby(ordered, lambda point: point.on.replace(day=1))}


def _height(measure: Measure, value: float) -> float:
    span = (measure.high - measure.low) or 1
    share = min(1.0, max(0.0, (value - measure.low) / span))
    return BOTTOM - share * (BOTTOM - TOP)


def _levels(measure: Measure) -> list[float]:
    """Values with a grid line: at most five steps of a round size from the bottom of the scale."""
    span = measure.high - measure.low
    step = next((step for step in NICE_STEPS if span / step <= 5), span)
    return [measure.low + step * place for place in range(int(span / step) + 1)]


def _axis(measure: Measure, period: Period) -> Letters:
    levels = [(value, number(value)) for value in _levels(measure)]
    upright = [(LEFT - 5 - wide(text), _height(measure, value) + 2.8, text) for value, text in levels]
    marks = [(along(period, on, LEFT, RIGHT), BOTTOM + 14, label) for on, label in ticks(period)]
    return letters(upright + parted(marks, RIGHT + 24))


def _drawn(measure: Measure, period: Period, series: Series, place: int) -> Drawn:
    spots = [
        (along(period, point.on, LEFT, RIGHT), None if point.value is None else _height(measure, point.value))
        for point in sorted(series.points, key=lambda point: point.on)
    ]
    seen = [(x, y) for x, y in spots if y is not None]
    shape = SHAPES[place % 3]
    y = seen[-1][1] if seen else BOTTOM
    reach = (2.5 if len(seen) < 20 else 1.8) + (0.2 if place % 3 else 0)
    return Drawn(
        line=_line(spots),
        markers="".join(shape(x, y, reach) for x, y in seen),
        style=("first", "second", "third")[place % 3],
        name=Label(RIGHT + 8, y + 2.8, clipped(series.person, 15) if seen else ""),
    )


def _line(spots: list[tuple[float, float | None]]) -> str:
    """A line that breaks where a value is missing instead of bridging the gap."""
    path, pen = [], "M"
    for x, y in spots:
        if y is None:
            pen = "M"
            continue
        path.append(f"{pen}{x:.1f} {y:.1f}")
        pen = "L"
    return "".join(path)


def _apart(drawn: tuple[Drawn, ...], gap: float = 11.0) -> tuple[Drawn, ...]:
    """Names beside the lines, moved so that none covers another, each after a sample of its own line."""
    heights: dict[int, float] = {}
    lowest = TOP - gap
    for place, series in sorted(enumerate(drawn), key=lambda pair: pair[1].name.y):
        lowest = heights[place] = max(series.name.y, lowest + gap)
    over = max(0.0, lowest - BOTTOM - 4)
    return tuple(_named(series, heights[place] - over, SHAPES[place % 3]) for place, series in enumerate(drawn))


def _named(series: Drawn, y: float, shape: Callable[[float, float, float], str]) -> Drawn:
    if not series.line:
        return series
    return replace(
        series,
        line=f"{series.line}M{RIGHT + 7:g} {y - 2.8:.1f}h18",
        markers=series.markers + shape(RIGHT + 16, y - 2.8, 2.4),
        name=Label(RIGHT + 29, y, series.name.text),
    )


def _circle(x: float, y: float, radius: float) -> str:
    return f"M{x - radius:.1f} {y:.1f}a{radius} {radius} 0 1 0 {2 * radius} 0a{radius} {radius} 0 1 0 -{2 * radius} 0z"


def _square(x: float, y: float, reach: float) -> str:
    return f"M{x - reach:.1f} {y - reach:.1f}h{2 * reach}v{2 * reach}h-{2 * reach}z"


def _diamond(x: float, y: float, reach: float) -> str:
    reach += 1
    return f"M{x:.1f} {y - reach:.1f}l{reach} {reach}l-{reach} {reach}l-{reach} -{reach}z"


SHAPES = (_circle, _square, _diamond)


def _prorated(measure: Measure, period: Period) -> Iterator[tuple[float, float]]:
    for series in measure.series:
        for point in series.points:
            if point.prorated and point.value is not None:
                yield along(period, point.on, LEFT, RIGHT), _height(measure, point.value)


def _in_words(measure: Measure) -> str:
    """What a reader who cannot see the chart hears; the table that follows holds every number."""
    said = [f"Line chart of {measure.title}, from {number(measure.low)} to {number(measure.high)}."]
    for series in measure.series:
        seen = sorted((point.on, point.value) for point in series.points if point.value is not None)
        if seen:
            (began, first), (ended, last) = seen[0], seen[-1]
            times = "1 time" if len(seen) == 1 else f"{len(seen)} times"
            said.append(f"{series.person}: {number(first)} on {day(began)}, {number(last)} on {day(ended)}, measured {times}.")
    return " ".join([*said, "All values stand in the table below the chart."])
