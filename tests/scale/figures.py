"""A figure and the table of figures. Each is a count or a ratio of two things measured in one run; absolute times stand beside."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pairs import Pair


@dataclass(frozen=True)
class Figure:
    """One line of the table. ``is_reached`` is None where nothing was promised."""

    name: str
    found: str
    beside: str
    goal: str = ""
    is_reached: bool | None = None


def beside(pair: Pair) -> str:
    return f"{pair.subject:.1f} ms against {pair.floor:.1f} ms"


def table(figures: Sequence[Figure]) -> str:
    """In Markdown, ready for docs/figures.md."""
    words = {None: "", True: "reached", False: "**missed**"}
    rows = [("figure", "found", "beside", "goal", ""), ("---",) * 5]
    rows += [(figure.name, figure.found, figure.beside, figure.goal, words[figure.is_reached]) for figure in figures]
    widths = [max(len(row[place]) for row in rows) for place in range(5)]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows]
    head = f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {platform.machine()}, {platform.system()}"
    return "\n".join([head, "", *lines])
