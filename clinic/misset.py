"""How a mistake in the settings is said: one plain line with the setting, what was expected, and the nearest right name.

Decides: the words. Must never know: which settings there are (config.py gives their paths).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from pydantic_core import ErrorDetails

from clinic.example import example_lines

# What to say for the kinds of mistake that pydantic finds by itself.
EXPECTED = {
    "int_type": "a whole number",
    "bool_type": "true or false",
    "string_type": "text in quotes",
    "date_type": "a day such as 2026-01-15",
    "tuple_type": "a list in [ ]",
    "model_type": "a section with settings of its own",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
    "literal_error": "{expected}",
}


def sentence_for(detail: ErrorDetails, paths: Iterable[str]) -> str:
    """``paths``: every setting that there is."""
    path, kind = _dotted(detail["loc"]), detail["type"]
    if kind == "missing":
        return f"{path} is missing: expected{_for_example(path)}"
    if kind == "extra_forbidden":
        return f"{path} is not a setting{_did_you_mean(detail['loc'], list(paths))}"
    if kind == "expected":
        return f"{path}: {detail['msg']}"
    known = EXPECTED.get(kind)
    words = known.format_map(detail.get("ctx", {})) if known else detail["msg"].removeprefix("Input should be ")
    return f"{path}: expected {words}"


def _dotted(location: tuple[int | str, ...]) -> str:
    steps = (f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in location)
    return "".join(steps).removeprefix(".")


def _did_you_mean(location: tuple[int | str, ...], paths: list[str]) -> str:
    """The nearest setting: of the same section first, then of any, because a setting is often put in the wrong one."""
    name, section = str(location[-1]), _dotted(tuple(step for step in location[:-1] if isinstance(step, str)))
    every = [path for path in paths if path.rpartition(".")[0] != section]
    siblings = {path.rpartition(".")[2] for path in paths if path.rpartition(".")[0] == section}
    if near := difflib.get_close_matches(name, siblings, n=1):
        return f': did you mean "{near[0]}"?'
    if near := [path for path in every if path.rpartition(".")[2] == name]:
        return f": did you mean {near[0]}?"
    return f": the settings here are {', '.join(sorted(siblings))}"


def _for_example(path: str) -> str:
    inside = re.sub(r"\[\d+\]", "", path)
    lines = [line for place, line in example_lines() if place == inside]
    return f", for example, {lines[0].lstrip('#')}" if lines else f" a section [{path}]"
