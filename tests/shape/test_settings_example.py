"""config.example.toml shows every setting, with a sentence and the value that holds without it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from clinic.config import Settings, filled_example, setting_paths
from tests.shape.tree import ROOT

EXAMPLE = (ROOT / "config.example.toml").read_text(encoding="utf-8")
# A setting that is shown but not set begins with `#` and its name; prose begins with `# `.
COMPLETE = re.sub(r"^#(?=\[|\w+ = )", "", EXAMPLE, flags=re.MULTILINE)
REQUIRED = {"name": "Example Practice", "time_zone": "America/New_York"}


def shown_paths(table: dict[str, object], prefix: str = "") -> set[str]:
    paths = set()
    for name, value in table.items():
        paths.add(prefix + name)
        blocks = value if isinstance(value, list) else [value]
        for block in blocks:
            if isinstance(block, dict):
                paths |= shown_paths(block, f"{prefix}{name}.")
    return paths


def test_the_example_shows_every_setting_and_no_other() -> None:
    assert shown_paths(tomllib.loads(COMPLETE)) == set(setting_paths())


def test_every_setting_has_a_sentence_above_it() -> None:
    lines = EXAMPLE.splitlines()
    keys = [number for number, line in enumerate(lines) if re.match(r"#?\w+ = ", line)]
    assert len(keys) > 20
    assert not [lines[number] for number in keys if not re.match(r"# .*[.:]$|# .+", lines[number - 1])]


def test_the_example_holds_the_defaults(tmp_path: Path) -> None:
    example = Settings.from_mapping(tomllib.loads(EXAMPLE), tmp_path)
    assert example == Settings.from_mapping({"practice": REQUIRED}, tmp_path)
    shown = Settings.from_mapping(tomllib.loads(COMPLETE), tmp_path)
    assert [line.name for line in shown.practice.crisis_lines] == ["Local crisis line"]
    without = shown.practice.model_copy(update={"crisis_lines": ()})
    assert shown.model_copy(update={"practice": without, "measures": ()}) == example


def test_a_new_settings_file_keeps_the_sentences(tmp_path: Path) -> None:
    name = 'Haus "Am Fluß" \\ 1'
    text = filled_example({"practice.name": name, "web.port": 8100, "storage.key_file": "elsewhere/master.key"})
    settings = Settings.from_mapping(tomllib.loads(text), tmp_path)
    assert (settings.practice.name, settings.web.port) == (name, 8100)
    assert settings.storage.key_file == tmp_path.resolve() / "elsewhere" / "master.key"
    assert len(text.splitlines()) == len(EXAMPLE.splitlines())
