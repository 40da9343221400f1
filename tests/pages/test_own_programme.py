"""A practice's own folder with mistakes in it: the administrator reads what is wrong, and nobody else does."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cast import Browser, Cast, Clock
from conftest import settings_in
from flask import Flask

from clinic import create_app
from forms import library

SHEET = """
id = "our-sheet"
version = 1
module = "address-the-betrayal"
title = "Our sheet"
for = "hurt"
minutes = 5
[[page]]
title = "One"
[[page.item]]
id = "story"
kind = "long_text"
prompt = "What would you like {other} to know?"
"""
SAYS = "Files in your own folder that are not in use"


@pytest.fixture
def started(cast_practice: tuple[Path, Cast], tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    """The program, started with one good file and two bad ones in the practice's own folder."""
    shutil.copytree(cast_practice[0], tmp_path / "practice")
    sheets = tmp_path / "practice" / "programme" / "worksheets"
    sheets.mkdir(parents=True)
    (sheets / "our-sheet.toml").write_text(SHEET, "utf-8")
    (sheets / "misspelt.toml").write_text(SHEET.replace("our-sheet", "misspelt").replace("prompt =", "promt ="), "utf-8")
    (sheets / "torn.toml").write_text("id = ", "utf-8")
    yield create_app(settings_in(tmp_path / "practice"), clock=clock)
    library.use(None)


def opened(app: Flask, address: str) -> Browser:
    page = Browser(app)
    page.sign_in(address)
    return page


def test_the_administrator_reads_which_files_are_not_in_use_and_how_to_mend_them(started: Flask) -> None:
    assert library.worksheet("our-sheet")
    text = opened(started, "max@practice.example").get("/admin/").get_data(as_text=True)
    assert SAYS in text and "clinic programme check" in text
    assert "worksheets/misspelt.toml" in text and "worksheets/torn.toml" in text
    assert "item &#39;story&#39;: <code>promt</code> is not a key here; did you mean &#39;prompt&#39;?" in text
    assert "The file is not TOML" in text
    assert "our-sheet.toml" not in text


def test_nobody_else_is_told(started: Flask) -> None:
    for address, start in (("cleo@practice.example", "/practice/"), ("ana@home.example", "/my/")):
        answer = opened(started, address).get(start)
        assert answer.status_code == 200
        assert b"misspelt" not in answer.data and b"not in use" not in answer.data


def test_without_mistakes_nothing_is_said(app: Flask) -> None:
    assert SAYS not in opened(app, "max@practice.example").get("/admin/").get_data(as_text=True)
