"""A practice's own folder: what it may add, what is left out with its reasons, and that a version in use stays as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from forms import Library, Wording, library
from forms.checking import exceptions_in, graded, too_hard
from forms.library import CONTENT
from forms.reading import ContentError, Problem

WORDING = Wording("Ben", "it", "partner")
SHEET = """
id = "our-sheet"
version = 1
module = "{module}"
title = "Our sheet"
for = "each"
minutes = 5
[[page]]
title = "One"
[[page.item]]
id = "story"
kind = "long_text"
prompt = "What would you like {{other}} to know?"
"""
MODULE = """
id = "our-module"
version = 1
number = 12
title = "Our module"
phase = "steady"
aims = ["Begin."]
[introduction]
hurt = "For you."
involved = "For you too."
both = "For both."
"""
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(**files: str) -> Path:
        """`worksheets__our_sheet="..."` writes worksheets/our-sheet.toml."""
        folder = tmp_path / "own"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            path = folder / (name.replace("__", "/").replace("_", "-") + ".toml")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return folder

    return _write


@pytest.fixture
def ours() -> Iterator[Library]:
    """The library that everything asks; back to the programme alone afterwards."""
    yield library
    library.use(None)


def sheet(module: str = "address-the-betrayal", **changes: str) -> str:
    text = SHEET.format(module=module)
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


def with_folder(folder: Path, kept: Path | None = None) -> tuple[Library, list[str]]:
    extended, problems = Library(CONTENT).with_folder(folder, kept)
    return extended, [str(problem) for problem in problems]


def test_a_worksheet_is_added_to_a_module_of_the_programme(write: Write) -> None:
    found, problems = with_folder(write(worksheets__our_sheet=sheet()))
    assert problems == []
    assert [one.id for one in found.worksheets_of("address-the-betrayal")][-1] == "our-sheet"
    assert found.worksheet("hurt-account") == library.worksheet("hurt-account")


def test_a_module_of_its_own_stands_after_those_of_the_programme(write: Write) -> None:
    found, problems = with_folder(write(modules__our_module=MODULE, worksheets__our_sheet=sheet("our-module")))
    assert problems == []
    assert found.modules[-1].id == "our-module"
    assert found.modules[-1].worksheets == ("our-sheet",)
    assert len(library.modules) == 12


def test_introductions_are_replaced_side_by_side(write: Write) -> None:
    found, problems = with_folder(write(introductions__affection='hurt = "Our words for {other}."'))
    assert problems == []
    changed = found.module("affection").introduction
    assert changed.hurt.text(WORDING) == "Our words for Ben."
    assert changed.involved == library.module("affection").introduction.involved
    assert found.module("affection").version == library.module("affection").version


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({"worksheets__our_sheet": sheet(kind="knid")}, "worksheets/our-sheet.toml, page 1, item 'story', key 'knid'"),
        ({"worksheets__our_sheet": sheet("no-module")}, "worksheets/our-sheet.toml, key 'module': 'no-module' does not exist"),
        ({"worksheets__our_sheet": "id = begin"}, "worksheets/our-sheet.toml: is not TOML"),
        ({"worksheets__hurt_account": sheet(our="hurt", sheet="account")}, "comes with the program, and is never replaced"),
        ({"worksheets__trust_pulse": sheet().replace("our-sheet", "trust-pulse")}, "taken by a worksheet or a measure"),
        ({"worksheets__other": sheet()}, "must be called our-sheet.toml"),
        ({"modules__our_module": MODULE.replace("= 12", "= 3")}, "give a module of your own a number from 12 on"),
        ({"modules__our_module": MODULE.replace("steady", "stedy")}, "did you mean 'steady'?"),
        ({"introductions__afection": 'hurt = "x"'}, "did you mean 'affection'?"),
        ({"introductions__affection": 'hrut = "x"'}, "key 'hrut'"),
        ({"introductions__affection": ""}, "write an introduction for hurt, involved or both"),
        ({"worksheet__our_sheet": sheet()}, "stands where nothing is read"),
    ],
)
def test_a_bad_file_is_named_and_left_out_and_all_else_stays(write: Write, files: dict[str, str], wanted: str) -> None:
    good = {"worksheets__good_sheet": sheet().replace("our-sheet", "good-sheet")}
    found, problems = with_folder(write(**files, **good))
    assert any(wanted in problem for problem in problems), problems
    assert found.worksheet("good-sheet")
    assert len(found.modules) == 12
    assert found.module("affection") == library.module("affection")
    assert "our-sheet" not in found.module("address-the-betrayal").worksheets


def test_what_leans_on_a_bad_file_is_left_out_with_it(write: Write) -> None:
    folder = write(modules__our_module=MODULE.replace("aims", "amis"), worksheets__our_sheet=sheet("our-module"))
    found, problems = with_folder(folder)
    assert {problem.split(",")[0] for problem in problems} == {"modules/our-module.toml", "worksheets/our-sheet.toml"}
    with pytest.raises(KeyError):
        found.worksheet("our-sheet")


def test_a_folder_that_is_not_there_leaves_the_programme_alone(tmp_path: Path) -> None:
    found, problems = with_folder(tmp_path / "nowhere")
    assert "is not a folder" in problems[0]
    assert found.modules == library.modules


def test_a_version_that_was_in_use_stays_as_it_was(write: Write, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    folder = write(worksheets__our_sheet=sheet())
    assert with_folder(folder, kept)[1] == []
    write(worksheets__our_sheet=sheet().replace("like", "hate"))
    found, problems = with_folder(folder, kept)
    assert "version 1 has been in use, so it stays as it was" in problems[0]
    assert "like" in found.worksheet("our-sheet").item("story").prompt.partner
    # The check of an author, who has no copies, is about the folder alone.
    assert with_folder(folder)[1] == []


def test_a_new_version_is_given_and_the_old_one_still_found(write: Write, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    folder = write(worksheets__our_sheet=sheet())
    with_folder(folder, kept)
    write(worksheets__our_sheet=sheet().replace("version = 1", "version = 2").replace("like", "love"))
    found, problems = with_folder(folder, kept)
    assert problems == []
    assert "love" in found.worksheet("our-sheet").item("story").prompt.partner
    assert "like" in found.worksheet("our-sheet", 1).item("story").prompt.partner


def test_what_was_taken_away_is_given_no_more_and_can_still_be_read(write: Write, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    folder = write(modules__our_module=MODULE, worksheets__our_sheet=sheet("our-module"))
    with_folder(folder, kept)
    for path in folder.rglob("*.toml"):
        path.unlink()
    found, problems = with_folder(folder, kept)
    assert problems == []
    assert found.worksheet("our-sheet", 1).item("story")
    assert found.module("our-module").title == "Our module"
    assert len(found.modules) == 12


def test_a_bad_version_is_never_kept(write: Write, tmp_path: Path) -> None:
    with_folder(write(worksheets__our_sheet=sheet("no-module")), tmp_path / "kept")
    assert not list((tmp_path / "kept").rglob("*.toml"))


def test_the_library_of_a_running_practice_finds_what_its_folder_holds(write: Write, ours: Library) -> None:
    assert len(ours.modules) == 12
    assert ours.use(write(modules__our_module=MODULE, worksheets__our_sheet=sheet("our-module"))) == ()
    assert library.modules[-1].id == "our-module" and library.worksheet("our-sheet")
    assert ours.use(None) == ()
    assert len(library.modules) == 12


def test_a_program_starts_without_the_bad_files_and_knows_which(tmp_path: Path, ours: Library) -> None:
    from clinic import create_app
    from clinic.config import Settings
    from clinic.setup import prepare

    settings = Settings.from_mapping({"practice": {"name": "Riverside", "time_zone": "Europe/Berlin"}}, tmp_path)
    prepare(settings)
    folder = tmp_path / "programme" / "worksheets"
    folder.mkdir(parents=True)
    (folder / "our-sheet.toml").write_text(sheet(), "utf-8")
    (folder / "bad-sheet.toml").write_text("id = 1", "utf-8")
    app = create_app(settings)
    assert {problem.file for problem in app.extensions["programme_problems"]} == {"worksheets/bad-sheet.toml"}
    assert ours.worksheet("our-sheet")
    # What was in use once is there on the next start too, whatever became of the file.
    (folder / "our-sheet.toml").unlink()
    create_app(settings)
    assert ours.worksheet("our-sheet", 1)
    assert "our-sheet" not in ours.module("address-the-betrayal").worksheets


HARD = "Confidentiality stipulations necessitate comprehensive deliberation prior to participation, notwithstanding any \
predetermined organizational considerations."


def test_what_is_too_hard_to_read_is_named_unless_it_is_listed(write: Write) -> None:
    folder = write(worksheets__our_sheet=sheet().replace("What would you like {other} to know?", HARD))
    found, _ = with_folder(folder)
    pieces = [piece for piece in graded(found) if piece.file == "worksheets/our-sheet.toml"]
    assert {problem.item for problem in too_hard(pieces)} == {"", "story"}
    for line, left in (('item = "story"\n', {""}), ("", set())):
        write(reading=f'[[exception]]\nfile = "worksheets/our-sheet.toml"\n{line}reason = "A quotation."\n')
        assert {problem.item for problem in too_hard(pieces, exceptions_in(folder))} == left


def test_an_exception_needs_a_reason(write: Write) -> None:
    folder = write(reading='[[exception]]\nfile = "worksheets/our-sheet.toml"\n')
    with pytest.raises(ContentError, match="reason"):
        exceptions_in(folder)


def test_problems_are_ordinary_data() -> None:
    assert str(Problem("a.toml", "", "key", "is wrong.")) == "a.toml, key 'key': is wrong."
