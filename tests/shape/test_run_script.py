"""`run` is a short POSIX shell script; the rest is in the program."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from tests.shape.tree import ROOT

RUN = ROOT / "run"


@pytest.mark.parametrize("shell", ["sh", "dash", "bash --posix"])
def test_the_script_is_read_by_every_posix_shell(shell: str) -> None:
    program, *options = shell.split()
    if shutil.which(program) is None:
        pytest.skip(f"no {program} here")
    assert subprocess.run([program, *options, "-n", str(RUN)], check=False).returncode == 0


def test_the_script_is_short_and_can_be_started() -> None:
    text = RUN.read_text(encoding="utf-8")
    assert text.startswith("#!/bin/sh\n")
    assert len(text.splitlines()) < 150
    assert os.access(RUN, os.X_OK)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_an_unknown_word_is_answered_with_what_there_is() -> None:
    answer = subprocess.run([str(RUN), "dmeo"], capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert "There is no ./run dmeo." in answer.stderr
    assert "./run demo" in answer.stderr


def test_help_sets_nothing_up() -> None:
    answer = subprocess.run([str(RUN), "--help"], capture_output=True, text=True, check=False, cwd="/")
    assert answer.returncode == 0
    assert "./run test" in answer.stdout
    assert "Installing" not in answer.stdout
