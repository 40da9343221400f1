"""The wheel holds everything that the program reads, and nothing else of ours; it runs where there is no checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.shape.tree import ROOT, kept_files, place

# In a folder of its own, with the unpacked wheel first on the path: an empty practice answers, with its style sheet.
PROGRAM = """
import sys
sys.path[:] = [path for path in sys.path if path not in ("", {root!r})]
sys.path.insert(0, {wheel!r})
from pathlib import Path
import clinic, forms, reports
assert Path(clinic.__file__).is_relative_to({wheel!r}), clinic.__file__
from clinic.config import Settings, filled_example
from clinic.setup import initialise
Path("config.toml").write_text(filled_example({{"practice.name": "From a wheel"}}), encoding="utf-8")
settings = Settings.load("config.toml")
link = initialise(settings)
client = clinic.create_app(settings).test_client()
for path in ("/sign-in", "/kitchen", "/static/css/tokens.css", "/static/vendor/fonts/AtkinsonHyperlegibleNext-Regular.ttf",
             link.removeprefix(settings.web.public_url)):
    reply = client.get(path)
    assert reply.status_code == 200 and len(reply.data) > 300, (path, reply.status)
assert len(forms.library.modules) == 12
from clinic.places import FONTS, templates_folder
from reports import render_html, sample
assert "Progress report" in render_html(sample.couple(), templates_folder())
assert (FONTS / "AtkinsonHyperlegibleNext-Bold.ttf").is_file()
print("it runs")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    building = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(building, cwd=ROOT, check=True, capture_output=True)
    (made,) = folder.glob("*.whl")
    return made


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    kept = [place(file) for file in kept_files()]
    wanted = [path for path in kept if path.startswith(("clinic/", "forms/", "reports/"))]
    wanted += [f"clinic/{path}" for path in kept if path.startswith("templates/")] + ["clinic/config.example.toml"]
    assert len(wanted) > 200
    assert not sorted(set(wanted) - inside)
    for one in (
        "clinic/templates/layouts/base.html", "clinic/templates/reports/progress/style.css", "clinic/static/js/exit.js",
        "clinic/static/vendor/fonts/AtkinsonHyperlegibleNext-Bold.ttf", "clinic/migrations/versions/0001_first_tables.py",
        "clinic/migrations/alembic.ini", "forms/content/en/stages.toml", "forms/content/passwords.txt",
    ):  # fmt: skip
        assert one in inside


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    inside = zipfile.ZipFile(wheel).namelist()
    kinds = {name.split("/")[0] for name in inside}
    assert {kind for kind in kinds if not kind.endswith(".dist-info")} == {"clinic", "forms", "reports"}
    odd = (".db", ".key", ".pyc", ".po~", ".orig", ".sqlite")
    assert not [name for name in inside if name.endswith(odd) or "__pycache__" in name or "/tests/" in name]
    assert sum(name.endswith("LICENSE") for name in inside) == 1


def test_the_program_runs_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "site")
    (tmp_path / "here").mkdir()
    program = PROGRAM.format(root=str(ROOT), wheel=str(tmp_path / "site"))
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "CLINIC_CONFIG")}
    ran = subprocess.run([sys.executable, "-c", program], cwd=tmp_path / "here", env=clean, capture_output=True, text=True)
    assert ran.stdout.strip().endswith("it runs"), ran.stderr[-2000:]
