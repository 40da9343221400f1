"""Time axes and their labels: where a day stands, which days are marked, how labels share one element.

Must never know what is drawn along the axis.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from reports.cover import Period
from reports.dates import day

LABEL_SIZE = 8.0

# Advance widths of the bundled regular face in thousandths of an em, for the characters of axis labels.
# One <text> with a position for every character draws a whole axis; a test holds this to the font file.
ADVANCES = {
    " ": 280, ".": 210, "0": 648, "1": 407, "2": 548, "3": 576, "4": 614, "5": 588, "6": 598, "7": 510, "8": 615,
    "9": 595, "A": 626, "D": 669, "F": 552, "J": 512, "M": 824, "N": 693, "O": 714, "S": 592, "a": 525, "b": 566,
    "c": 485, "e": 538, "g": 558, "l": 262, "n": 550, "o": 548, "p": 566, "r": 349, "t": 326, "u": 540, "v": 461,
    "y": 449, "−": 606,
}  # fmt: skip


@dataclass(frozen=True)
class Letters:
    """Many short labels as one run: every character with its own place."""

    text: str
    xs: str
    ys: str


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
            label = day(on, "bare").split()[0]
            yield max(on, period.start), label if months < 12 else str(on.year)


def along(period: Period, on: date, left: float, right: float) -> float:
    """Where a day stands between the edges; what lies outside the period stands on the edge."""
    whole = max(1, (period.end - period.start).days)
    share = min(1.0, max(0.0, (on - period.start).days / whole))
    return left + share * (right - left)


def parted(labels: list[tuple[float, float, str]], edge: float) -> list[tuple[float, float, str]]:
    """The labels without those that would touch the one before or run over the edge of the drawing."""
    kept: list[tuple[float, float, str]] = []
    for x, y, text in labels:
        clear = not kept or x > kept[-1][0] + wide(kept[-1][2]) + 4
        if clear and x + wide(text) <= edge:
            kept.append((x, y, text))
    return kept


def wide(text: str) -> float:
    return sum(ADVANCES.get(letter, 600) for letter in text) * LABEL_SIZE / 1000


def letters(labels: list[tuple[float, float, str]]) -> Letters:
    xs, ys = [], []
    for x, y, text in labels:
        for place, letter in enumerate(text):
            if letter != " ":
                xs.append(f"{x + wide(text[:place]):.1f}")
                ys.append(f"{y:.1f}")
    return Letters("".join(text.replace(" ", "") for _, _, text in labels), " ".join(xs), " ".join(ys))
