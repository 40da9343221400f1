"""Make the two static TrueType files that pages and PDFs share.

Decides: which subsets (latin and latin-ext) become one file per weight, and what the files are called inside.
Must never know: the product. It reads one folder of the npm package and writes two files and the licence.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from fontTools.merge import Merger
from fontTools.ttLib import TTFont

FAMILY = "Atkinson Hyperlegible Next"
WEIGHTS = {"Regular": 400, "Bold": 700}
SUBSETS = ("latin", "latin-ext")


def unpacked(package: Path, weight: int, folder: Path) -> list[str]:
    """The subsets of one weight as plain TrueType files, because the merger does not read WOFF2."""
    paths = []
    for subset in SUBSETS:
        font = TTFont(package / "files" / f"atkinson-hyperlegible-next-{subset}-{weight}-normal.woff2")
        font.flavor = None
        path = folder / f"{subset}-{weight}.ttf"
        font.save(path)
        paths.append(str(path))
    return paths


def name(font: TTFont, style: str) -> None:
    """One family, two styles: font matching in PDF goes by these names, and a wrong one pulls a system font."""
    table = font["name"]
    words = {1: FAMILY, 2: style, 4: f"{FAMILY} {style}", 6: f"{FAMILY.replace(' ', '')}-{style}"}
    for name_id in (16, 17, 21, 22, 25):
        table.removeNames(nameID=name_id)
    for name_id, text in words.items():
        table.removeNames(nameID=name_id)
        table.setName(text, name_id, 3, 1, 0x409)
    font["OS/2"].usWeightClass = WEIGHTS[style]
    bold = style == "Bold"
    font["head"].macStyle = 1 if bold else 0
    font["OS/2"].fsSelection = (font["OS/2"].fsSelection & ~0x61) | (0x20 if bold else 0x40)


def build(package: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for style, weight in WEIGHTS.items():
            first = TTFont(package / "files" / f"atkinson-hyperlegible-next-latin-{weight}-normal.woff2")
            font = Merger().merge(unpacked(package, weight, Path(scratch)))
            name(font, style)
            # Fixed times, so that the same packages give the same bytes.
            font["head"].created = font["head"].modified = first["head"].modified
            font.recalcTimestamp = False
            font.save(out / f"AtkinsonHyperlegibleNext-{style}.ttf")
    shutil.copyfile(package / "LICENSE", out / "OFL.txt")


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]))
