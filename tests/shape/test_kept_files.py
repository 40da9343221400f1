"""What never stands in a kept file: where packages come from, where a developer works, unescaped output."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import pytest

from tests.shape.tree import ROOT, kept_files, place

# In pieces, so that this file does not find itself.
INDEX_ADDRESS = re.compile(
    r"pypi\." r"org/simple|test\.pypi\." r"org|files\.pythonhosted\." r"org|(?<!emit-)index-" r"url|--find-" r"links"
    r"|registry\.npmjs\." r"org|deb\.debian\." r"org|archive\.ubuntu\." r"com"
)
MACHINE_PATH = re.compile(r"(?<![\w.>}-])/(?:work|root|home/\w+|Users/\w+)" r"/")
CHART_TEMPLATE = re.compile(r"chart")
LOCK_FILES = {"uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock", "package-lock.json", "yarn.lock"}


def texts() -> Iterator[tuple[str, str]]:
    for file in kept_files():
        content = file.read_bytes()
        if b"\0" not in content:
            yield place(file), content.decode("utf-8", errors="replace")


@pytest.mark.parametrize("forbidden", [INDEX_ADDRESS, MACHINE_PATH], ids=["package index", "path of a machine"])
def test_no_kept_file_names_a_package_index_or_a_path_of_one_machine(forbidden: re.Pattern[str]) -> None:
    found = []
    for name, text in texts():
        found += [f"{name}: {hit[0]}" for hit in forbidden.finditer(text)]
    assert not found, "\n".join(found)


def test_no_lock_file_is_kept() -> None:
    assert not [place(file) for file in kept_files() if file.name in LOCK_FILES]


def test_templates_escape_everything_but_charts() -> None:
    templates = [(name, text) for name, text in texts() if name.startswith("templates/")]
    unescaped = [
        name
        for name, text in templates
        if re.search(r"\|\s*safe\b|autoescape\s+false", text) and not CHART_TEMPLATE.search(name)
    ]
    assert not unescaped, f"these print text as markup: {unescaped}"


def test_the_package_asks_for_what_the_pinned_list_is_made_from() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = (ROOT / "requirements" / "run.in").read_text(encoding="utf-8").split()
    assert project["dependencies"] == asked


@pytest.mark.parametrize("name", ["run", "test", "check"])
def test_every_pinned_package_has_a_hash(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    pins = [line for line in text.splitlines() if line.strip()]
    assert pins
    assert not [line[:60] for line in pins if not re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+ .*--hash=sha256:", line)]
