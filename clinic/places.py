"""Where the program's own files lie: in a checkout beside this package, in a wheel inside it."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent
STATIC = PACKAGE / "static"
FONTS = STATIC / "vendor" / "fonts"


def templates_folder() -> Path:
    inside = PACKAGE / "templates"
    return inside if inside.is_dir() else PACKAGE.parent / "templates"
