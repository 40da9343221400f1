"""What this machine and this practice lack, and how to mend it, in plain lines.

Decides: what is essential, and the words for what is missing. Must never know: a person, a case. It never imports
WeasyPrint, which takes a second and fails without Pango: the libraries are only looked up. `run` starts this file
before any package is installed, so nothing but the standard library is imported outside functions.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import importlib.util
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clinic.config import Settings

PACKAGES = (
    "flask", "flask_sqlalchemy", "sqlalchemy", "flask_login", "flask_wtf", "flask_migrate", "flask_babel", "wtforms",
    "argon2", "cryptography", "pydantic", "structlog", "click", "segno", "waitress", "weasyprint",
)  # fmt: skip
FONTS = ("AtkinsonHyperlegibleNext-Regular.ttf", "AtkinsonHyperlegibleNext-Bold.ttf")

# Debian's package, and the library in it on Linux, macOS and Windows.
Library = tuple[str, str, str, str]
PANGO: tuple[Library, ...] = (
    ("libpango-1.0-0", "libgobject-2.0.so.0", "libgobject-2.0.0.dylib", "libgobject-2.0-0.dll"),
    ("libpango-1.0-0", "libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0.dll"),
    ("libpangoft2-1.0-0", "libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib", "libpangoft2-1.0-0.dll"),
)
SUBSET: tuple[Library, ...] = (
    ("libharfbuzz-subset0", "libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib", "libharfbuzz-subset-0.dll"),
)
SMALLEST_DISK = 1_000_000_000
CHECK_AGAIN_AFTER = 180  # days


@dataclass(frozen=True)
class Finding:
    """One line. `mend` is empty when all is well; only something essential makes the practice unfit to run."""

    says: str
    mend: str = ""
    is_essential: bool = False

    @property
    def is_broken(self) -> bool:
        return self.is_essential and bool(self.mend)

    @property
    def line(self) -> str:
        mark = "ok     " if not self.mend else "MISSING" if self.is_broken else "note   "
        return f"{mark}  {self.says}" + (f"\n         -> {self.mend}" if self.mend else "")


@functools.cache
def pdf_problem() -> str | None:
    """Why no PDF can be made here, with what to do; None when one can. Looked up once: Pango needs a restart anyway."""
    if importlib.util.find_spec("weasyprint") is None:
        return "PDFs need the package WeasyPrint: run ./run setup."
    if missing_libraries(PANGO):
        return f"PDFs need Pango, which is not on this computer: {_how_to_install(PANGO + SUBSET)}, then start again."
    return None


def pdf_available() -> bool:
    return pdf_problem() is None


def missing_libraries(wanted: tuple[Library, ...]) -> tuple[str, ...]:
    """Debian's names of the packages whose libraries do not load."""
    return tuple(dict.fromkeys(package for package, *names in wanted if not _loads(*names)))


def _loads(linux: str, macos: str, windows: str) -> bool:
    name = {"darwin": macos, "win32": windows}.get(sys.platform, linux)
    if sys.platform == "win32":
        _open_windows_folders()
    # `find_library` looks into Homebrew's folders. On Linux it would start a compiler, and the exact name is enough.
    found = name if sys.platform.startswith("linux") else ctypes.util.find_library(name.rsplit(".", 1)[0]) or name
    try:
        ctypes.CDLL(found)
    except OSError:
        return False
    return True


def _open_windows_folders() -> None:
    usual = r"C:\msys64\ucrt64\bin;C:\msys64\mingw64\bin"
    for folder in os.environ.get("WEASYPRINT_DLL_DIRECTORIES", usual).split(";"):
        if Path(folder).is_dir():
            os.add_dll_directory(folder)  # type: ignore[attr-defined]


def _how_to_install(wanted: tuple[Library, ...]) -> str:
    if sys.platform == "darwin":
        return "brew install pango"
    if sys.platform == "win32":
        return "install it with MSYS2 as the README says"
    packages = " ".join(missing_libraries(wanted))
    if shutil.which("apt-get"):
        return f"sudo apt-get install -y --no-install-recommends {packages}"
    return "install Pango and HarfBuzz with this system's package manager"


def examine_machine() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    is_new_enough = sys.version_info >= (3, 11)
    yield Finding(f"Python {version}", "" if is_new_enough else "Python 3.11 or later is needed.", True)
    lacking = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if lacking:
        yield Finding(f"Python packages: without {', '.join(lacking)}", "run ./run setup", True)
    else:
        yield Finding("Python packages")
    problem = pdf_problem()
    yield Finding("Pango, for PDFs" if problem else "Pango: PDFs can be made", problem or "")
    if not problem and missing_libraries(SUBSET):
        yield Finding("HarfBuzz-subset: without it PDFs are larger and slower", _how_to_install(SUBSET))
    fonts = Path(__file__).parent / "static" / "vendor" / "fonts"
    absent = [name for name in FONTS if not (fonts / name).is_file()]
    again = f"{', '.join(absent)} should be in {fonts}: fetch the program again." if absent else ""
    yield Finding("Fonts", again, True)


def examine_practice(settings: Settings) -> Iterator[Finding]:
    storage = settings.storage
    yield _crisis_lines(settings)
    yield _data_folder(storage.folder)
    yield _free_disk(storage.folder)
    yield _key_file(storage.key_file)
    if storage.keys.startswith("sqlite"):
        yield _key_store(Path(storage.keys.removeprefix("sqlite:///")))
    yield _database(storage.database)


def _crisis_lines(settings: Settings) -> Finding:
    """Clients see them after every form: without one nobody can be invited, and an old one may no longer answer."""
    lines = settings.practice.crisis_lines
    if not lines:
        return Finding("Crisis lines: none, so no client can be invited", "name them under [[practice.crisis_lines]]")
    old = [line.name for line in lines if (datetime.now(UTC).date() - line.checked_on).days > CHECK_AGAIN_AFTER]
    again = f"try {', '.join(old)} again and write the day into the settings" if old else ""
    return Finding("Crisis lines" + (f": not tried for {CHECK_AGAIN_AFTER} days" if old else ""), again)


def _data_folder(folder: Path) -> Finding:
    if not folder.is_dir():
        return Finding(f"Data folder {folder} is not there", "clinic init --folder DIR makes a practice", True)
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding(f"Data folder {folder} cannot be written", "run as the account that owns it", True)
    if _is_open_to_others(folder):
        return Finding(f"Data folder {folder} can be opened by other accounts", f'chmod 700 "{folder}"')
    return Finding(f"Data folder {folder}")


def _free_disk(folder: Path) -> Finding:
    there = next((place for place in (folder, *folder.parents) if place.exists()), Path.cwd())
    free = shutil.disk_usage(there).free
    mend = "make room: a full disk stops every save" if free < SMALLEST_DISK else ""
    return Finding(f"Free disk: {free / 1e9:.1f} GB", mend)


def _key_file(file: Path) -> Finding:
    if not file.is_file():
        return Finding(f"Master key {file} is not there", "put it back from its backup: nothing opens without it", True)
    if not os.access(file, os.R_OK):
        return Finding(f"Master key {file} cannot be read", "run as the account that owns it", True)
    if _is_open_to_others(file):
        return Finding(f"Master key {file} can be read by other accounts", f'chmod 600 "{file}"', True)
    return Finding(f"Master key {file}")


def _key_store(file: Path) -> Finding:
    if not file.is_file():
        return Finding(f"Key store {file} is not there", "put it back from its backup: nothing opens without it", True)
    if _is_open_to_others(file) and _is_open_to_others(file.parent):
        return Finding(f"Key store {file} can be read by other accounts", f'chmod 600 "{file}"', True)
    return Finding(f"Key store {file}")


def _is_open_to_others(place: Path) -> bool:
    return os.name == "posix" and bool(stat.S_IMODE(place.stat().st_mode) & 0o077)


def _database(url: str) -> Finding:
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from sqlalchemy import create_engine, make_url
    from sqlalchemy.exc import SQLAlchemyError

    address = make_url(url)
    shown = address.render_as_string(hide_password=True)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
        return Finding(f"Database {address.database} is not there", "clinic init --folder DIR makes a practice", True)
    newest = set(ScriptDirectory(str(Path(__file__).parent / "migrations")).get_heads())
    try:
        with create_engine(address).connect() as connection:
            present = set(MigrationContext.configure(connection).get_current_heads())
    except (SQLAlchemyError, ImportError, OSError) as error:
        reason = str(error).splitlines()[0]
        return Finding(f"Database {shown} does not answer: {reason}", "start it, or mend [storage] database", True)
    if present != newest:
        return Finding("Database is of another version than the program", "clinic migrate", True)
    return Finding("Database")


if __name__ == "__main__":  # for `run`: the Debian packages that are missing, or nothing
    print(*missing_libraries(PANGO + SUBSET))  # noqa: T201
