"""The stage timeline as geometry: one row of bars for each stage, the same states in words, and the key.

Fills differ in grey as well as in color. Must never know markup; a template prints these paths.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from reports.cover import Period
from reports.dates import day
from reports.progress import ProgressReport, Stage, StageState
from reports.scale import Letters, along, letters, parted, ticks

BAR_WIDTH, BAR_HEIGHT = 200.0, 9.0


@dataclass(frozen=True)
class Bars:
    """One row of the stage timeline: a path for each state that occurs, and the same in words."""

    alternative: str
    paths: tuple[tuple[str, str], ...]


def bars(stage: Stage, period: Period) -> Bars:
    """One stage over the period: each state's stretches as one path, the hatching of a revisit above it."""
    paths: dict[str, str] = {}
    for start, end, state in stretches(stage, period):
        left, right = along(period, start, 0, BAR_WIDTH), along(period, end, 0, BAR_WIDTH)
        wide = max(3.0, right - left)
        for name, path in _bar(state, min(left, BAR_WIDTH - wide), wide):
            paths[name] = paths.get(name, "") + path
    return Bars("; ".join(history(stage, period)), tuple(sorted(paths.items(), reverse=True)))


def sample(state: StageState) -> tuple[tuple[str, str], ...]:
    """The bar of a state as the key shows it."""
    return tuple(_bar(state, 0.5, 28))


def shown_states(report: ProgressReport) -> tuple[StageState, ...]:
    """The states that the key has to explain: those that some bar shows."""
    seen = {state for stage in report.stages for _, _, state in stretches(stage, report.period)}
    return tuple(state for state in StageState if state in seen and state is not StageState.NOT_STARTED)


def axis(period: Period) -> Letters:
    """The labels above the bars."""
    return letters(parted([(along(period, on, 0, BAR_WIDTH), 8, label) for on, label in ticks(period)], BAR_WIDTH))


def grid(period: Period) -> str:
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
    said = [f"{change.state.words} {day(change.on, 'short')}" for change in changes]
    return (*said[:1], *(words.lower()[:1] + words[1:] for words in said[1:])) or ("Not started",)


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
