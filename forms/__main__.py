"""`python -m forms [FOLDER] [--publish]`: check a content folder, or record its new versions as published.

Decides nothing; says what library.py finds.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from forms.library import CONTENT, Library, publish, require_unchanged
from forms.reading import ContentError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m forms", description="Check a folder of content.")
    parser.add_argument("folder", type=Path, nargs="?", default=CONTENT)
    parser.add_argument("--publish", action="store_true", help="record the versions that are new as published")
    given = parser.parse_args()
    try:
        loaded = Library.load(given.folder)
        require_unchanged(given.folder)
        new = publish(given.folder) if given.publish else ()
    except ContentError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    worksheets = sum(len(module.worksheets) for module in loaded.modules)
    counted = f"{len(loaded.modules)} modules, {worksheets} worksheets, {len(loaded.measures)} measures"
    sys.stdout.write(f"{counted}: all well.\n" + "".join(f"published {name}\n" for name in new))
    return 0


if __name__ == "__main__":
    sys.exit(main())
