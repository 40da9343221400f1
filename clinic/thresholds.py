"""What a practice sets otherwise than the files of the measures: from its settings to what `forms.thresholds` takes.

Decides: that one which may not be set stops the start, like any other wrong setting. Must never know: whose scores they judge.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from clinic.config import ConfigError

if TYPE_CHECKING:
    from clinic.config import Settings
    from forms.reading import Problem
    from forms.thresholds import Threshold


def thresholds_of(settings: Settings) -> tuple[Threshold, ...]:
    from forms.thresholds import Threshold

    return tuple(
        Threshold(one.id, one.cutoff, one.reliable_change, one.deviation, one.reliability, one.source) for one in settings.measures
    )


def required(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """What is not about thresholds; what is, stops the start."""
    wrong = [problem for problem in problems if problem.file.startswith("measures[")]
    if wrong:
        raise ConfigError([f"{problem.file}.{problem.key}: {problem.message}" for problem in wrong])
    return tuple(problem for problem in problems if problem not in wrong)
