"""Charts as geometry: where every line, marker and label of a drawing goes, in points.

Decides scales, ticks, line styles and alternative texts. Must never know markup: a template prints these
paths, so no text from a person is ever joined into SVG here. WeasyPrint pays per SVG element and hardly
per point, which is why all markers of a series, and all labels of an axis, are one element each.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from reports.dates import day
from reports.progress import Measure, Period, Point, ProgressReport, Series, Setback, Stage, StageState, clipped

LEFT, RIGHT, TOP, BOTTOM = 20.0, 372.0, 13.0, 96.0
BAR_WIDTH, BAR_HEIGHT = 200.0, 9.0
LABEL_SIZE = 8.0
NICE_STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500)

# Advance widths of the bundled regular face in thousandths of an em, for the characters of axis labels.
# One <text> with a position for every character draws a whole axis; a test holds this to the font file.
ADVANCES = {
    " ": 280, ".": 210, "0": 648, "1": 407, "2": 548, "3": 576, "4": 614, "5": 588, "6": 598, "7": 510, "8": 615,
    "9": 595, "A": 626, "D": 669, "F": 552, "J": 512, "M": 824, "N": 693, "O": 714, "S": 592, "a": 525, "b": 566,
    "c": 485, "e": 538, "g": 558, "l": 262, "n": 550, "o": 548, "p": 566, "r": 349, "t": 326, "u": 540, "v": 461,
    "y": 449, "−": 606,
}  # fmt: skip


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Letters:
    """Many short labels as one run: every character with its own place."""

    text: str
    xs: str
    ys: str


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


@dataclass(frozen=True)
class Bars:
    """One row of the stage timeline: a path for each state that occurs, and the same in words."""

    alternative: str
    paths: tuple[tuple[str, str], ...]


def number(value: float) -> str:
    """A value as it is printed: no needless decimals, a true minus."""
    return f"{value:.1f}".removesuffix(".0").replace("-", "−")


def ticks(period: Period, most: int = 10) -> Iterator[tuple[date, str]]:
    """Days to mark along a time axis, with their labels: weeks, months or years by the length of the period."""
    days = (period.end - period.start).days
    if days < 75:
        step = max(7, -(-days // most // 7) * 7)
        for passed in range(0, days + 1, step):
            on = period.start + timedelta(passed)
            yield on, day(on, "bare")
        return
    months = next(step for step in (1, 2, 3, 6, 12, 24, 60, 1200) if days / 30.4 / step <= most)
    for passed in range(0, days // 28 + 2, months):
        years, month = divmod(period.start.month - 1 + passed, 12)
        on = date(period.start.year + years, month + 1, 1)
        if period.holds(on) or passed == 0:
            label = day(on, "bare").split()[1]
            yield max(on, period.start), label if months < 12 else str(on.year)


def along(period: Period, on: date, left: float, right: float) -> float:
    """Where a day stands between the edges; what lies outside the period stands on the edge."""
    whole = max(1, (period.end - period.start).days)
    share = min(1.0, max(0.0, (on - period.start).days / whole))
    return left + share * (right - left)


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
        setback_letters=_letters([(x - 2.2, TOP - 5, letter) for x, letter in marks]),
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


def by_month(series: Series) -> list[tuple[date, list[Point]]]:
    """The points of one person, month by month, as the table beside the chart prints them."""
    ordered = sorted(series.points, key=lambda point: point.on)
    return [(month, list(points)) for month, points in groupby(ordered, lambda point: point.on.replace(day=1))]


def months(measure: Measure) -> list[tuple[date, list[list[Point]]]]:
    """Rows of the table of a measure: each month that has a point, with every person's points in it."""
    columns = [dict(by_month(series)) for series in measure.series]
    return [(month, [column.get(month, []) for column in columns]) for month in sorted({m for c in columns for m in c})]


def bars(stage: Stage, period: Period) -> Bars:
    """One stage over the period: each state's stretches as one path, the hatching of a revisit above it."""
    paths: dict[str, str] = {}
    for start, end, state in stretches(stage, period):
        left, right = along(period, start, 0, BAR_WIDTH), along(period, end, 0, BAR_WIDTH)
        wide = max(3.0, right - left)
        for name, path in _bar(state, min(left, BAR_WIDTH - wide), wide):
            paths[name] = paths.get(name, "") + path
    return Bars(", ".join(history(stage, period)), tuple(sorted(paths.items(), reverse=True)))


def sample(state: StageState) -> tuple[tuple[str, str], ...]:
    """The bar of a state as the key shows it."""
    return tuple(_bar(state, 0.5, 28))


def shown_states(report: ProgressReport) -> tuple[StageState, ...]:
    """The states that the key has to explain: those that some bar shows."""
    seen = {state for stage in report.stages for _, _, state in stretches(stage, report.period)}
    return tuple(state for state in StageState if state in seen and state is not StageState.NOT_STARTED)


def timeline_axis(period: Period) -> Letters:
    """The labels above the bars."""
    return _letters(_parted([(along(period, on, 0, BAR_WIDTH), 8, label) for on, label in ticks(period)]))


def timeline_grid(period: Period) -> str:
    return "".join(f"M{along(period, on, 0, BAR_WIDTH):.1f} 0v11" for on, _ in ticks(period))


def stretches(stage: Stage, period: Period) -> Iterator[tuple[date, date, StageState]]:
    """The stage's states inside the period, each with its first and last day."""
    changes = [change for change in sorted(stage.changes, key=lambda change: change.on) if change.on <= period.end]
    for place, change in enumerate(changes):
        end = changes[place + 1].on if place + 1 < len(changes) else period.end
        if end >= period.start and (end > change.on or place + 1 == len(changes)):
            yield max(change.on, period.start), end, change.state


def history(stage: Stage, period: Period) -> tuple[str, ...]:
    """The stage's dated states: the bars in words."""
    changes = sorted((change for change in stage.changes if change.on <= period.end), key=lambda change: change.on)
    return tuple(f"{change.state.words} {day(change.on, 'short')}" for change in changes) or ("Not started",)


def _bar(state: StageState, left: float, wide: float) -> Iterator[tuple[str, str]]:
    if state is not StageState.NOT_STARTED:
        yield state, f"M{left:.1f} 1h{wide:.1f}v{BAR_HEIGHT:g}h-{wide:.1f}z"
    if state is StageState.REVISITING:
        yield "hatch", _hatch(left, left + wide, BAR_HEIGHT)


def _hatch(left: float, right: float, height: float) -> str:
    """Slanted strokes inside a bar, clipped to it by arithmetic."""
    strokes = []
    x = left
    while x < right:
        reach = min(height, right - x)
        strokes.append(f"M{x:.1f} {height + 1:g}l{reach:.1f} -{reach:.1f}")
        x += 4
    return "".join(strokes)


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
    upright = [(LEFT - 5 - _wide(text), _height(measure, value) + 2.8, text) for value, text in levels]
    marks = [(along(period, on, LEFT, RIGHT), BOTTOM + 14, label) for on, label in ticks(period)]
    return _letters(upright + _parted(marks))


def _parted(labels: list[tuple[float, float, str]]) -> list[tuple[float, float, str]]:
    """The labels without those that would touch the one before."""
    kept: list[tuple[float, float, str]] = []
    for x, y, text in labels:
        if not kept or x > kept[-1][0] + _wide(kept[-1][2]) + 4:
            kept.append((x, y, text))
    return kept


def _wide(text: str) -> float:
    return sum(ADVANCES.get(letter, 600) for letter in text) * LABEL_SIZE / 1000


def _letters(labels: list[tuple[float, float, str]]) -> Letters:
    xs, ys = [], []
    for x, y, text in labels:
        for place, letter in enumerate(text):
            if letter != " ":
                xs.append(f"{x + _wide(text[:place]):.1f}")
                ys.append(f"{y:.1f}")
    return Letters("".join(text.replace(" ", "") for _, _, text in labels), " ".join(xs), " ".join(ys))


def _drawn(measure: Measure, period: Period, series: Series, place: int) -> Drawn:
    spots = [
        (along(period, point.on, LEFT, RIGHT), None if point.value is None else _height(measure, point.value))
        for point in sorted(series.points, key=lambda point: point.on)
    ]
    seen = [(x, y) for x, y in spots if y is not None]
    shape = (_circle, _square, _diamond)[place % 3]
    y = seen[-1][1] if seen else BOTTOM
    reach = (2.5 if len(seen) < 20 else 1.8) + (0.2 if place % 3 else 0)
    return Drawn(
        line=_line(spots),
        markers="".join(shape(x, y, reach) for x, y in seen),
        style=("first", "second", "third")[place % 3],
        name=Label(RIGHT + 8, y + 2.8, clipped(series.person, 16) if seen else ""),
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
    """Names beside the lines, moved so that none covers another."""
    placed: dict[int, Label] = {}
    lowest = TOP - gap
    for place, series in sorted(enumerate(drawn), key=lambda pair: pair[1].name.y):
        lowest = max(series.name.y, lowest + gap)
        placed[place] = Label(RIGHT + 8, lowest, series.name.text)
    over = max(0.0, lowest - BOTTOM - 4)
    return tuple(
        Drawn(series.line, series.markers, series.style, Label(label.x, label.y - over, label.text))
        for series, label in ((series, placed[place]) for place, series in enumerate(drawn))
    )


def _circle(x: float, y: float, radius: float) -> str:
    return f"M{x - radius:.1f} {y:.1f}a{radius} {radius} 0 1 0 {2 * radius} 0a{radius} {radius} 0 1 0 -{2 * radius} 0z"


def _square(x: float, y: float, reach: float) -> str:
    return f"M{x - reach:.1f} {y - reach:.1f}h{2 * reach}v{2 * reach}h-{2 * reach}z"


def _diamond(x: float, y: float, reach: float) -> str:
    reach += 1
    return f"M{x:.1f} {y - reach:.1f}l{reach} {reach}l-{reach} {reach}l-{reach} -{reach}z"


def _prorated(measure: Measure, period: Period) -> Iterator[tuple[float, float]]:
    for series in measure.series:
        for point in series.points:
            if point.prorated and point.value is not None:
                yield along(period, point.on, LEFT, RIGHT), _height(measure, point.value)


def _in_words(measure: Measure) -> str:
    """What a reader who cannot see the chart hears; the table that follows holds every number."""
    said = [f"Line chart of {measure.title}, from {number(measure.low)} to {number(measure.high)}."]
    for series in measure.series:
        seen = [point for point in sorted(series.points, key=lambda p: p.on) if point.value is not None]
        if seen and seen[0].value is not None and seen[-1].value is not None:
            first, last = seen[0], seen[-1]
            times = "1 time" if len(seen) == 1 else f"{len(seen)} times"
            said.append(
                f"{series.person}: {number(first.value or 0)} on {day(first.on)}, "
                f"{number(last.value or 0)} on {day(last.on)}, measured {times}."
            )
    return " ".join([*said, "All values stand in the table below the chart."])
