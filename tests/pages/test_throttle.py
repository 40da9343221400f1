"""Trying passwords: slowed down where they are tried, never locked for their owner, and nothing told about who is known."""

from __future__ import annotations

import gc
import re
import statistics
import time
from typing import Any

import pytest
from cast import PASSWORD, Browser, Clock
from flask import Flask
from werkzeug.test import TestResponse

from clinic.db import db
from clinic.models import AuditEntry, Throttle

ANA = "ana@home.example"


class Place:
    """A browser at one network address."""

    def __init__(self, app: Flask, address: str) -> None:
        self.browser, self.address = Browser(app), address
        self.token = self.browser.token("/sign-in")

    def try_(self, email: str = ANA, password: str = "not the password", **options: Any) -> TestResponse:
        data = {"csrf_token": self.token, "email": email, "password": password}
        return self.browser.open("/sign-in", method="POST", data=data, environ_overrides={"REMOTE_ADDR": self.address}, **options)

    def wear_out(self, email: str = ANA) -> int:
        """Try until it is slowed down; how many tries were looked at."""
        for number in range(60):
            if self.try_(email).status_code == 429:
                return number
        raise AssertionError("never slowed down")


def test_wrong_tries_are_slowed_down_and_told_for_how_long(app: Flask, clock: Clock) -> None:
    place = Place(app, "203.0.113.5")
    assert place.wear_out() == 5
    slowed = place.try_()
    assert slowed.status_code == 429
    assert int(slowed.headers["Retry-After"]) >= 2
    assert f"Wait {slowed.headers['Retry-After']} seconds" in slowed.get_data(as_text=True)
    assert place.try_(password=PASSWORD).status_code == 429  # the right one too, or waiting would hinder nobody
    clock.pass_by(seconds=int(slowed.headers["Retry-After"]))
    assert place.try_(password=PASSWORD).status_code == 302


def test_the_wait_grows_and_has_an_end(app: Flask, clock: Clock) -> None:
    place, waits = Place(app, "203.0.113.5"), []
    for _ in range(18):
        reply = place.try_()
        if reply.status_code == 429:
            waits.append(int(reply.headers["Retry-After"]))
            clock.pass_by(seconds=waits[-1])
    assert waits == sorted(waits)
    assert waits[-1] > 8 * waits[0]
    assert max(waits) <= Throttle.LONGEST.total_seconds() + 1
    clock.pass_by(hours=2)
    assert place.wear_out() == 5


def test_the_owner_elsewhere_is_not_locked_out(app: Flask) -> None:
    Place(app, "203.0.113.5").wear_out()
    assert Place(app, "203.0.113.6").try_(password=PASSWORD).status_code == 302


def test_the_owners_own_device_is_not_locked_out_by_someone_in_the_same_home(app: Flask, clock: Clock) -> None:
    own = Place(app, "203.0.113.5")
    assert own.try_(password=PASSWORD).status_code == 302
    clock.pass_by(hours=1)  # the sign-in has run out; the device is still known
    own.token = own.browser.token("/sign-in")
    Place(app, "203.0.113.5").wear_out()
    assert own.try_(password=PASSWORD).status_code == 302


def test_a_known_device_is_slowed_down_by_its_own_tries(app: Flask, clock: Clock) -> None:
    own = Place(app, "203.0.113.5")
    own.try_(password=PASSWORD)
    clock.pass_by(hours=1)
    own.token = own.browser.token("/sign-in")
    assert own.wear_out() == 5
    assert own.try_("ben@home.example").status_code == 400  # it is known as a device of Ana's alone


def test_one_source_may_not_try_many_accounts(app: Flask) -> None:
    place = Place(app, "203.0.113.5")
    looked_at = 0
    for number in range(40):
        looked_at += place.try_(f"person{number}@home.example").status_code == 400
    assert looked_at == 30
    assert place.try_("ben@home.example", PASSWORD).status_code == 429
    assert Place(app, "203.0.113.6").try_("ben@home.example", PASSWORD).status_code == 302


def test_a_network_of_many_addresses_is_one_source(app: Flask) -> None:
    seen = [Place(app, f"2001:db8:1:2::{number:x}").try_().status_code for number in range(1, 8)]
    assert seen == [400] * 5 + [429] * 2
    assert Place(app, "2001:db8:1:3::1").try_(password=PASSWORD).status_code == 302


def test_what_a_stranger_claims_of_their_address_changes_nothing(app: Flask) -> None:
    place = Place(app, "203.0.113.5")
    seen = [place.try_(headers={"X-Forwarded-For": f"198.51.100.{number}"}).status_code for number in range(7)]
    assert seen == [400] * 5 + [429] * 2


def test_the_account_is_written_another_way_and_still_the_same(app: Flask) -> None:
    place = Place(app, "203.0.113.5")
    seen = [place.try_(email).status_code for email in (ANA, " Ana@home.example", "ANA@HOME.EXAMPLE", ANA, "aNa@home.example", ANA)]
    assert seen == [400] * 5 + [429]


def test_getting_in_clears_nothing_or_the_next_wrong_try_would_tell_of_it(app: Flask) -> None:
    place = Place(app, "203.0.113.5")
    for _ in range(4):
        place.try_()
    place.try_(password=PASSWORD)
    again = Place(app, "203.0.113.5")
    assert again.wear_out() == 1


def test_old_tries_are_not_kept(app: Flask, clock: Clock) -> None:
    Place(app, "203.0.113.5").try_()
    clock.pass_by(hours=2)
    Place(app, "203.0.113.6").try_()
    with app.app_context():
        assert db.session.query(Throttle).count() == 2


def plain(response: TestResponse, email: str) -> tuple[int, str, list[str]]:
    text = re.sub(r'(nonce|name="csrf_token" value|content)="[^"]*"', r"\1", response.get_data(as_text=True)).replace(
        email, "E-MAIL"
    )
    return response.status_code, text, sorted(name for name, _ in response.headers)


def test_nothing_tells_whether_an_address_is_known(app: Flask) -> None:
    known, unknown = Place(app, "203.0.113.5"), Place(app, "203.0.113.6")
    stranger = "ana@else.example"
    for _ in range(6):  # to the slowing down and beyond
        assert plain(known.try_(ANA), ANA) == plain(unknown.try_(stranger), stranger)
    with app.app_context():
        assert {entry.event for entry in db.session.query(AuditEntry).filter_by(actor_id=None)} >= {"sign_in_refused"}


def test_an_unknown_address_costs_as_much_work_as_a_wrong_password(app: Flask, clock: Clock) -> None:
    ratios = []
    for number in range(9):
        place, spent = Place(app, f"203.0.113.{number}"), {}
        for email in sorted((ANA, "nobody@home.example"), reverse=number % 2 == 0):
            gc.collect()
            began = time.process_time()
            assert place.try_(email).status_code == 400
            spent[email] = time.process_time() - began
        ratios.append(spent["nobody@home.example"] / spent[ANA])
    assert 0.7 < statistics.median(ratios) < 1.4, ratios


@pytest.mark.parametrize("typed", ["\x00" * 3, "x" * 300, "\ud800".encode("utf-8", "surrogatepass"), "a" * 100_000])
def test_strange_passwords_are_wrong_and_nothing_more(app: Flask, typed: Any) -> None:
    assert Place(app, "203.0.113.5").try_(password=typed).status_code == 400
