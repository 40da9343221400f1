"""The project's own files, for tests that look at their shape."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("clinic", "forms", "reports")
NOT_OURS = {".venv", ".git", "node_modules", "__pycache__", "demo", "practice", "dist", "build"}


@cache
def kept_files() -> tuple[Path, ...]:
    """What git keeps or would keep; without git, whatever lies here that nothing generated."""
    listing = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        names = subprocess.run(listing, capture_output=True, check=True, text=True).stdout.split("\0")
        found = [ROOT / name for name in names if name]
    except (OSError, subprocess.CalledProcessError):
        found = [file for file in ROOT.rglob("*") if not any(_is_made(part) for part in file.relative_to(ROOT).parts)]
    return tuple(sorted(file for file in found if file.is_file()))


def _is_made(part: str) -> bool:
    return part in NOT_OURS or part.endswith("_cache")


def modules() -> Iterator[tuple[str, Path, ast.Module]]:
    """Every module of the three packages with its dotted name; migrations are history and are left out."""
    for file in kept_files():
        inside = file.relative_to(ROOT)
        if file.suffix != ".py" or inside.parts[0] not in PACKAGES or "migrations" in inside.parts:
            continue
        name = ".".join(inside.with_suffix("").parts).removesuffix(".__init__")
        yield name, file, ast.parse(file.read_text(encoding="utf-8"), str(file))


def place(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()
