"""config.example.toml as text: which line shows which setting, and a new settings file made from it.

Decides: where the example lies. Must never know: which settings there are, or what they mean (config.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


def filled_example(values: Mapping[str, Any]) -> str:
    """The text of a new config.toml: the example, and these values in it (`{"practice.name": "..."}`)."""
    waiting, lines = dict(values), []
    for place, line in example_lines():
        if place in waiting:
            # JSON's text, numbers, lists and booleans are also TOML's.
            line = f"{place.rpartition('.')[2]} = {json.dumps(waiting.pop(place), ensure_ascii=False)}"
        lines.append(line)
    if waiting:
        raise LookupError(f"not settings with a line of their own: {', '.join(waiting)}")
    return "\n".join(lines) + "\n"


def example_lines() -> Iterator[tuple[str, str]]:
    """Each line of the example with the dotted path of the setting that it shows, or an empty one."""
    section = ""
    for line in _example_file().read_text(encoding="utf-8").splitlines():
        header = re.fullmatch(r"#?\[+([\w.]+)\]+", line)
        section = header[1] if header else section
        key = re.match(r"#?(\w+) = ", line)
        yield (f"{section}.{key[1]}" if key else ""), line


def _example_file() -> Path:
    """Beside the packages in the project's folder, inside the package when installed from a wheel."""
    here = Path(__file__).resolve().parent
    return next(file for file in (here / "config.example.toml", here.parent / "config.example.toml") if file.exists())
