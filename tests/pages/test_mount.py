"""Inside another application: all of ours under the prefix, all of the host's as it was."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cast import PASSWORD, Browser, Cast, Clock
from crawl import Page, linked, walk
from flask import Flask
from host import host_app, loader_of
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import TestResponse

from clinic import mount
from clinic.config import Settings
from clinic.db import db
from clinic.models import AuditEntry, User
from tests.shape.tree import ROOT

Mounted = Callable[..., tuple[Flask, Flask]]
STAFF = {"Cleo": "cleo@practice.example", "Max": "max@practice.example", "Fay": "fay@practice.example"}


@pytest.fixture
def mounted(cast_practice: tuple[Path, Cast], tmp_path: Path, clock: Clock) -> Mounted:
    """``mounted()``: the host, and the application with the cast under /clinic of it."""

    def made(prefix: str = "/clinic", host: Flask | None = None, *, loads: bool = False, **web: Any) -> tuple[Flask, Flask]:
        host = host or host_app()
        folder = tmp_path / prefix.strip("/").replace("/", "-")
        shutil.copytree(cast_practice[0], folder)
        settings = settings_in(folder, web={"public_url": "http://localhost", **web})
        return host, mount(host, prefix, settings, clock=clock, user_loader=loader_of(host) if loads else None)

    return made


def settings_in(folder: Path, **changes: Any) -> Settings:
    practice = {"name": "Test Practice", "time_zone": "America/New_York"}
    return Settings.from_mapping({"practice": practice, "storage": {"folder": "data"}, **changes}, folder)


class Guest(Browser):
    """A browser at the host, with its cookies for both."""

    def sign_in_at_host(self, email: str) -> None:
        assert self.open("/sign-in", method="POST", data={"email": email}).status_code == 302

    def sign_in_under(self, prefix: str, email: str, **options: Any) -> TestResponse:
        return self.post(f"{prefix}/sign-in", {"email": email, "password": PASSWORD}, form_at=f"{prefix}/sign-in", **options)

    def says(self, path: str = "/") -> str:
        return self.get(path, follow_redirects=True).get_data(as_text=True)


def is_under(target: str, prefix: str) -> bool:
    return target == prefix or target.startswith(f"{prefix}/")


@pytest.mark.parametrize(
    ("email", "area"),
    [("ana@home.example", "/my/"), (STAFF["Cleo"], "/practice/"), (STAFF["Max"], "/admin/"), ("", "/sign-in")],
)
def test_whatever_a_page_points_at_stays_under_the_prefix(mounted: Mounted, email: str, area: str) -> None:
    host, ours = mounted()
    guest = Guest(host)
    if email:
        assert guest.sign_in_under("/clinic", email).location == "/clinic/"
    seen = walk(guest.client, "/clinic/" if email else "/clinic/practice/tasks", app=ours, prefix="/clinic")
    assert f"/clinic{area}" in [path.partition("?")[0] for path in seen]
    strays = [
        f"{path} -> {target}" for path, reply in seen.items() for target in linked(reply, path) if not is_under(target, "/clinic")
    ]
    assert not strays
    broken = {path: reply.status for path, reply in seen.items() if reply.status_code >= 400}
    assert not broken
    assert sum(reply.mimetype == "text/css" for reply in seen.values()) > 3
    assert any(path.endswith(".ttf") for path in seen)


@pytest.mark.parametrize("email", ["ana@home.example", STAFF["Cleo"], STAFF["Max"]])
def test_every_form_leads_to_a_page_under_the_prefix(mounted: Mounted, email: str) -> None:
    host, ours = mounted()
    guest = Guest(host)
    guest.sign_in_under("/clinic", email)
    found = walk(guest.client, "/clinic/", app=ours, prefix="/clinic")
    pages = {path: reply for path, reply in found.items() if reply.mimetype == "text/html"}
    forms = [
        (form.action or path, form.fields)
        for path, reply in pages.items()
        for form in Page(reply.get_data(as_text=True)).forms
        if form.method == "post"
    ]
    endings = ("/leave", "/sign-out", "/password", "sign-in/end", "/all")
    assert {"/clinic/sign-out"} <= {action for action, _ in forms}
    for action, fields in sorted(forms, key=lambda form: form[0].endswith(endings)):
        assert is_under(action, "/clinic"), action
        reply = guest.open(action, method="POST", data=fields)
        assert reply.status_code < 500, action
        strays = [target for target in linked(reply, action) if not is_under(target, "/clinic")]
        assert not strays, action


def test_the_host_stays_as_it_was_beside_ours(mounted: Mounted) -> None:
    host, _ = mounted()
    guest = Guest(host)
    guest.sign_in_at_host("somebody@host.example")
    token, cookie = guest.token("/"), guest.client.get_cookie("session")
    assert cookie is not None
    for reply in (
        guest.sign_in_under("/clinic", "ana@home.example"),
        guest.get("/clinic/my/"),
        guest.post("/clinic/leave", form_at="/clinic/my/"),
        guest.get("/clinic/kitchen"),
    ):
        assert reply.status_code < 400
        for sent in reply.headers.getlist("Set-Cookie"):
            assert sent.startswith("own-id=")
            assert "Path=/clinic" in sent.split("; ")
        assert "Strict-Transport-Security" not in reply.headers
        assert reply.headers.get("Clear-Site-Data", '"cache"') == '"cache"'
    kept = guest.client.get_cookie("session")
    assert kept is not None and kept.value == cookie.value
    assert guest.open("/notes", method="POST", data={"csrf_token": token, "text": "The host's own."}).location == "/"
    assert "Host of somebody@host.example" in guest.says()
    assert "The host&#39;s own." in guest.says()


def test_each_answers_for_its_own_missing_pages_and_files(mounted: Mounted) -> None:
    host, _ = mounted()
    guest = Guest(host)
    for path in ("/nothing", "/clinicx", "/my/", "/practice/"):
        assert guest.get(path).get_data(as_text=True) == "the host has no such page"
    assert "Nothing here" in guest.get("/clinic/nothing").get_data(as_text=True)
    assert guest.get("/static/css").get_data(as_text=True) == "host's css"
    assert guest.get("/clinic/static/css/tokens.css").mimetype == "text/css"
    assert guest.get("/clinic").location.endswith("/clinic/")
    assert guest.open("/clinic/sign-out", method="POST").status_code == 400  # our forms have our own token


def test_our_cookie_is_ours_by_name_and_path(mounted: Mounted) -> None:
    for prefix, url, name in (("/clinic", "http://localhost", "own-id"), ("/a/b", "https://host.example", "__Secure-id")):
        host, _ = mounted(prefix, public_url=url)
        sent = Guest(host).get(f"{prefix}/sign-in").headers.getlist("Set-Cookie")
        assert len(sent) == 1
        parts = sent[0].split("; ")
        assert parts[0].startswith(f"{name}=")
        assert {f"Path={prefix}", "HttpOnly", "SameSite=Lax"} <= set(parts)
        assert ("Secure" in parts) == url.startswith("https")


def test_staff_whom_the_host_names_are_in(mounted: Mounted) -> None:
    host, ours = mounted(loads=True)
    guest = Guest(host)
    guest.sign_in_at_host("CLEO@practice.example ")
    assert guest.get("/clinic/").location == "/clinic/practice/"
    assert guest.get("/clinic/practice/library").status_code == 200
    assert guest.get("/clinic/admin/").status_code == 404
    with ours.app_context():
        events = [entry.event for entry in db.session.query(AuditEntry).order_by(AuditEntry.seq)]
    assert events.count("signed_in") == 1


@pytest.mark.parametrize("email", ["ana@home.example", "nobody@practice.example", "", "\x00", "cleo@practice.example\n\nx"])
def test_clients_and_strangers_whom_the_host_names_are_not(mounted: Mounted, email: str) -> None:
    host, _ = mounted(loads=True)
    guest = Guest(host)
    guest.sign_in_at_host(email)
    for path in ("/clinic/my/", "/clinic/practice/", "/clinic/admin/"):
        assert guest.get(path).location == f"/clinic/sign-in?next={path.removeprefix('/clinic')}"


def test_disabled_staff_are_out_even_if_the_host_names_them(mounted: Mounted, clock: Clock) -> None:
    host, ours = mounted(loads=True)
    guest = Guest(host)
    guest.sign_in_at_host(STAFF["Cleo"])
    assert guest.get("/clinic/practice/library").status_code == 200
    with ours.app_context():
        index = ours.extensions["keyring"].blind_index(STAFF["Cleo"])
        cleo = db.session.query(User).filter_by(email_index=index).one()
        cleo.disable(by=cleo.id, at=clock())
        db.session.commit()
    assert guest.get("/clinic/practice/library").status_code == 302


def test_signing_out_under_the_host_lasts_until_one_asks_to_be_back(mounted: Mounted) -> None:
    host, _ = mounted(loads=True)
    guest = Guest(host)
    guest.sign_in_at_host(STAFF["Cleo"])
    guest.get("/clinic/")
    assert guest.post("/clinic/sign-out", form_at="/clinic/practice/library").location == "/clinic/sign-in"
    assert guest.get("/clinic/practice/library").status_code == 302
    assert "Host of cleo@practice.example" in guest.says()
    assert "Go on with the sign-in of this site" in guest.says("/clinic/sign-in")
    back = guest.post("/clinic/sign-in", {"by_host": "yes", "next": "/practice/library"})
    assert back.location == "/clinic/practice/library"
    assert guest.get("/clinic/practice/library").status_code == 200


def test_the_hosts_word_holds_for_as_long_as_the_host_gives_it(mounted: Mounted, clock: Clock) -> None:
    host, _ = mounted(loads=True)
    guest = Guest(host)
    guest.sign_in_at_host(STAFF["Cleo"])
    guest.get("/clinic/")
    clock.pass_by(days=2)
    assert guest.get("/clinic/practice/library").status_code == 200
    old = guest.client.get_cookie("own-id", path="/clinic")
    assert old is not None
    guest.sign_in_at_host(STAFF["Max"])
    assert guest.get("/clinic/").location == "/clinic/admin/"
    guest.client.get("/sign-out")
    assert guest.get("/clinic/admin/").status_code == 302
    guest.client.set_cookie("own-id", old.value, path="/clinic")
    assert guest.get("/clinic/practice/library").status_code == 302
    assert guest.post("/clinic/sign-in", {"by_host": "yes"}).status_code == 400


def test_a_password_given_here_goes_before_the_hosts_word(mounted: Mounted) -> None:
    host, _ = mounted(loads=True)
    guest = Guest(host)
    guest.sign_in_at_host(STAFF["Cleo"])
    guest.get("/clinic/")
    guest.post("/clinic/sign-out", form_at="/clinic/practice/library")
    assert guest.sign_in_under("/clinic", "ana@home.example").location == "/clinic/"
    assert guest.get("/clinic/").location == "/clinic/my/"
    guest.post("/clinic/leave", form_at="/clinic/my/")
    assert guest.get("/clinic/").location == "/clinic/sign-in"  # the counselor's pages do not open after a client's exit


def test_sentences_reach_staff_whom_the_host_signed_in(mounted: Mounted, cast_practice: tuple[Path, Cast]) -> None:
    host, _ = mounted(loads=True)
    guest = Guest(host)
    guest.sign_in_at_host(STAFF["Max"])
    own = cast_practice[1].users["Max"]
    assert guest.post(f"/clinic/admin/staff/{own}/access", form_at="/clinic/admin/").location == "/clinic/admin/"
    assert "You cannot take away your own access." in guest.says("/clinic/admin/")
    assert "You cannot take away your own access." not in guest.says("/clinic/admin/")


def test_a_form_that_outlived_the_hosts_sign_in_comes_back_with_it(mounted: Mounted) -> None:
    host, _ = mounted(loads=True)
    guest = Guest(host)
    guest.sign_in_at_host(STAFF["Max"])
    typed = {"full_name": "Kim Example", "email": "kim@practice.example", "csrf_token": guest.token("/clinic/admin/staff/new")}
    guest.client.get("/sign-out")
    late = guest.open("/clinic/admin/staff/new", method="POST", data=typed)
    assert late.status_code == 401
    guest.sign_in_at_host(STAFF["Max"])
    form = Page(late.get_data(as_text=True)).forms[1]
    offered = guest.open(form.action, method="POST", data={**form.fields, "by_host": "yes"}).get_data(as_text=True)
    assert "Kim Example" in offered
    assert Page(offered).forms[1].action == "/clinic/admin/staff/new"


def test_two_mounts_in_one_host_do_not_know_each_other(mounted: Mounted) -> None:
    host, _ = mounted("/north")
    mounted("/south", host)
    guest = Guest(host)
    guest.sign_in_under("/north", "ana@home.example")
    assert guest.get("/north/my/").status_code == 200
    assert guest.get("/south/my/").location == "/south/sign-in?next=/my/"
    guest.sign_in_under("/south", "ben@home.example")
    guest.post("/south/sign-out", form_at="/south/my/")
    assert guest.get("/north/my/").status_code == 200


def test_links_to_hand_over_open_where_we_are_mounted(mounted: Mounted) -> None:
    for prefix, url in (("/clinic", "http://localhost"), ("/rooms/b", "http://localhost/rooms/b")):
        host, _ = mounted(prefix, public_url=url)
        guest = Guest(host)
        guest.sign_in_under(prefix, STAFF["Max"])
        new = {"full_name": "Kim Example", "email": "kim@practice.example", "role": "counselor"}
        shown = guest.post(f"{prefix}/admin/staff/new", new).get_data(as_text=True)
        link = next(word for word in shown.replace("<", " ").replace('"', " ").replace(">", " ").split() if "/invitation/" in word)
        assert link.startswith(f"http://localhost{prefix}/invitation/")
        opened = Guest(host).get(link.removeprefix("http://localhost"))
        assert "Choose a password" in opened.get_data(as_text=True)


def test_what_a_proxy_says_is_believed_only_when_there_is_one(mounted: Mounted, app: Flask) -> None:
    said = {
        "X-Forwarded-Prefix": "/evil",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "6.6.6.6",
    }
    alone = Browser(app).get("/practice/", headers=said)
    assert alone.location == "/sign-in?next=/practice/"
    assert "Path=/;" in alone.headers["Set-Cookie"]
    for hops in (0, 1):
        host, _ = mounted(f"/hops{hops}", trusted_proxies=hops)
        reply = Guest(host).get(f"/hops{hops}/practice/", headers=said)
        assert reply.location == f"/hops{hops}/sign-in?next=/practice/"
    host.wsgi_app = ProxyFix(host.wsgi_app, x_prefix=1)  # type: ignore[method-assign]
    behind = Guest(host).get("/hops1/practice/", headers={"X-Forwarded-Prefix": "/site", "X-Forwarded-For": "1.2.3.4"})
    assert behind.location == "/site/hops1/sign-in?next=/practice/"
    assert "Path=/site/hops1;" in behind.headers["Set-Cookie"]


def test_a_proxy_that_is_trusted_may_put_us_under_a_prefix(cast_practice: tuple[Path, Cast], tmp_path: Path) -> None:
    from clinic import create_app

    shutil.copytree(cast_practice[0], tmp_path / "practice")
    behind = create_app(settings_in(tmp_path / "practice", web={"trusted_proxies": 1, "public_url": "https://a.example/care"}))
    reply = Browser(behind).get("/practice/", headers={"X-Forwarded-Prefix": "/care", "X-Forwarded-For": "9.9.9.9, 1.2.3.4"})
    assert reply.location == "/care/sign-in?next=/practice/"
    assert reply.headers["Set-Cookie"].startswith("__Secure-id=")
    assert "Path=/care" in reply.headers["Set-Cookie"]


@pytest.mark.parametrize("prefix", ["", "/", "//", "clinic"])
def test_a_prefix_that_is_none_is_refused(prefix: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the prefix must be a path"):
        mount(host_app(), prefix, settings_in(tmp_path))


@pytest.mark.parametrize("name", ["forms", "reports"])
def test_a_module_that_hides_ours_is_named_at_the_import(name: str, tmp_path: Path) -> None:
    (tmp_path / f"{name}.py").write_text("something_else = True\n", encoding="utf-8")
    program = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]; import clinic"
    tried = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path)
    assert tried.returncode == 1
    assert f"ImportError: Another module named '{name}' ({tmp_path / name}.py) hides Kintsugi's own" in tried.stderr
    assert "as a process of its own" in tried.stderr
