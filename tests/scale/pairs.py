"""Two things measured against each other, so that the machine's mood falls out.

Floor and subject take turns, the order turns too, garbage is collected before each sample, and the figure is the median of the
ratios of pairs. Processor time, not the clock on the wall: of a shared machine that one swings threefold, these ratios by 2-3 %.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Act = Callable[[], object]


@dataclass(frozen=True)
class Pair:
    """Milliseconds of the floor and of the subject (medians), and how many times the floor the subject takes."""

    floor: float
    subject: float
    ratio: float


def measured(floor: Act, subject: Act, *, rounds: int, repeats: int = 1) -> Pair:
    """``repeats``: how often an act is done in one sample, for acts that are shorter than the clock is fine."""
    for act in (floor, subject):  # warm
        act()
    pairs = []
    for number in range(rounds):
        taken = {}
        for act in (floor, subject) if number % 2 == 0 else (subject, floor):
            taken[act] = _sample(act, repeats)
        pairs.append((taken[floor], taken[subject]))
    return Pair(
        statistics.median(first for first, _ in pairs) * 1000,
        statistics.median(second for _, second in pairs) * 1000,
        statistics.median(second / first for first, second in pairs),
    )


def _sample(act: Act, repeats: int) -> float:
    gc.collect()
    began = time.process_time()
    for _ in range(repeats):
        act()
    return (time.process_time() - began) / repeats
