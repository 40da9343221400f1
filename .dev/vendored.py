"""List what is vendored, with version, licence and sha256, as clinic/static/vendor/README.md."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

ROWS = (
    ("fonts/AtkinsonHyperlegibleNext-Regular.ttf", "Atkinson Hyperlegible Next 2.001 (npm 5.3.0)", "OFL-1.1"),
    ("fonts/AtkinsonHyperlegibleNext-Bold.ttf", "Atkinson Hyperlegible Next 2.001 (npm 5.3.0)", "OFL-1.1"),
    ("govuk/govuk.css", "govuk-frontend 6.6.0, compiled from .dev/theme.scss", "MIT"),
)

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    print("# Vendored files\n\nMade by `.dev/vendor`; do not edit. The icons (lucide-static 1.62.0, ISC) are in")
    print("`templates/components/icons.html`. Licences: `fonts/OFL.txt`, `licences/`, `docs/third-party.md`.\n")
    print("| file | what | licence | sha256 |\n|---|---|---|---|")
    for name, what, licence in ROWS:
        print(f"| {name} | {what} | {licence} | `{hashlib.sha256((folder / name).read_bytes()).hexdigest()}` |")
