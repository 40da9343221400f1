"""The demo's folder: made once, then left alone; its passwords; where it is served."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from cast import Browser
from made import Made, clinic, password_in, viewer_of

from clinic import access
from clinic.db import db
from clinic.demo import many
from clinic.demo.people import new_password
from clinic.models import Case, first_damage
from forms.passwords import password_problem

ROOT = Path(__file__).parents[2]


def test_its_passwords_are_printed_and_fit(made: Made) -> None:
    for name, home in (("cleo", "/practice/"), ("fay", "/practice/"), ("max", "/admin/"), ("ana", "/my/"), ("carmen", "/my/")):
        password = made.password(name)
        assert password_problem(password, 18, [name, f"{name}@demo.example"]) is None
        browser = Browser(made.opened())
        assert browser.sign_in(f"{name}@demo.example", password).status_code == 302
        assert browser.get("/", follow_redirects=True).request.path == home


def test_passwords_differ_each_time() -> None:
    assert len({new_password("Ana") for _ in range(20)}) == 20


def contents(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_second_call_changes_nothing_and_says_how_to_sign_in(copied: Made) -> None:
    before = contents(copied.folder)
    answer = clinic("demo", "--folder", copied.folder, "--no-serve")
    assert answer.exit_code == 0, answer.output
    assert "cleo@demo.example" in answer.output and "--new-passwords" in answer.output
    assert contents(copied.folder) == before


def test_new_passwords_replace_the_old_ones(copied: Made) -> None:
    answer = clinic("demo", "--folder", copied.folder, "--no-serve", "--new-passwords")
    assert answer.exit_code == 0, answer.output
    for password, status in ((copied.password("ana"), 400), (password_in(answer.output, "ana"), 302)):
        assert Browser(copied.opened()).sign_in("ana@demo.example", password).status_code == status


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Ana")
    answer = clinic("demo", "--folder", tmp_path, "--no-serve")
    assert answer.exit_code == 1
    assert "holds other files" in answer.output
    assert contents(tmp_path) == {"letter.txt": b"Dear Ana"}


def test_a_real_practice_is_never_taken_for_a_demo(tmp_path: Path) -> None:
    assert clinic("init", "--folder", tmp_path).exit_code == 0
    answer = clinic("demo", "--folder", tmp_path, "--no-serve", "--new-passwords")
    assert answer.exit_code == 1
    assert "is not a demo" in answer.output


def test_it_is_served_where_it_says(copied: Made) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "clinic", "demo", "--folder", str(copied.folder), "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            assert answered(f"http://127.0.0.1:{port}/health") == "ok"
        finally:
            server.terminate()
        assert f"http://127.0.0.1:{port}" in server.communicate(timeout=20)[0]


def answered(address: str) -> str:
    for _ in range(150):
        try:
            with urllib.request.urlopen(address, timeout=5) as reply:  # noqa: S310
                return str(reply.read().decode())
        except urllib.error.URLError:
            time.sleep(0.2)
    raise AssertionError("the server did not come up")


def test_many_plain_cases_can_be_added_beside_it(copied: Made) -> None:
    app = copied.opened()
    many(app, cases=7)
    with app.app_context():
        viewer = viewer_of(app, "cleo")
        assert len(access.rows_of(viewer, Case)) == 15
        assert first_damage(db.session()) is None
