"""Signing in and choosing a password: what is refused, in which words, and what is never refused."""

from __future__ import annotations

import secrets

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form

from forms.accounts import (
    AcceptInvitationForm,
    AddStaffForm,
    ChangePasswordForm,
    FirstAdministratorForm,
    SignInForm,
    password_problem,
)
from forms.passwords import blocked

NAMES = ("Ana Lopez", "ana.lopez@post.example", "Harbor Practice")
GOOD = "lentil harbor quietly plum"


def posted(**fields: str) -> MultiDict[str, str]:
    return MultiDict(fields)


def first_error(form: Form, field: str) -> str:
    assert not form.validate()
    return str(form[field].errors[0])


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "u7#kQz!m2Lw9",
        "pássword über bergén",
        "猫が窓から外を見ているよ。",
        "  two spaces around it  ",
        "vq7Lk2Zr9xTb4NwYc8HdJm3Pf6Gs5Ra0EuWi1OoKlQzXtBvCnMyUhIjSgDeFpA_-"[:64],
        "".join(chr(33 + (7 * place * place + 11 * place) % 94) for place in range(256)),
    ],
)
def test_good_passwords_are_taken_whatever_they_are_made_of(password: str) -> None:
    assert password_problem(password, 12, NAMES) is None


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "Use at least 12 characters; this has 5."),
        ("elevenchars", "this has 11"),
        ("x" * 257, "at most 256"),
        ("tab\tin the middle of it", "cannot be typed"),
        ("nul\x00in the middle of it", "cannot be typed"),
        ("half \ud83d a character", "cannot be typed"),
        ("Password2026!", "Many people"),
        ("P@ssw0rd2026!", "Many people"),
        ("kintsugi-2026-kintsugi", "Many people"),
        ("Trust Trust Trust", "Many people"),
        ("iloveyou1234567", "Many people"),
        ("correct horse battery staple", "Many people"),
        ("summerholiday1", "Many people"),
        ("123456789012", "row of keys"),
        ("abcdefghijkl", "row of keys"),
        ("abababababab", "one short piece"),
        ("aaaaaaaaaaaaa", "one short piece"),
        ("ana.lopez-2026", "mostly a name"),
        ("LOPEZlopez1999", "mostly a name"),
        ("harborpractice7", "mostly a name"),
    ],
)
def test_a_password_that_would_be_guessed_is_refused_with_the_reason(password: str, reason: str) -> None:
    assert reason in (password_problem(password, 12, NAMES) or "accepted")


def test_a_name_inside_a_long_password_does_no_harm() -> None:
    assert password_problem("lopez paints seven windows", 12, NAMES) is None


def test_the_minimum_is_the_callers() -> None:
    assert password_problem("u7#kQz!m2Lw9", 12) is None
    assert "at least 15" in (password_problem("u7#kQz!m2Lw9", 15) or "accepted")


def test_random_passwords_are_hardly_ever_refused() -> None:
    assert not [one for one in (secrets.token_urlsafe(12) for _ in range(500)) if password_problem(one, 12, NAMES)]


def test_the_list_is_tidy() -> None:
    assert len(blocked()) > 3000
    assert all(line == line.strip().casefold() for line in blocked())
    assert {"password", "kintsugi", "trust", "iloveyou", "qwertyuiop"} <= blocked()


def test_signing_in_needs_both_and_keeps_the_password_as_typed() -> None:
    form = SignInForm(posted(email=" ana@post.example ", password="  as typed  "))
    assert form.validate()
    assert (form.email.data, form.password.data) == ("ana@post.example", "  as typed  ")
    empty = SignInForm(MultiDict())
    assert first_error(empty, "email") == "Write your e-mail address."
    assert first_error(empty, "password") == "Write your password."


@pytest.mark.parametrize("address", ["ana", "ana@post", "a b@post.example", "@post.example", "ana@.", "a@b@c.example"])
def test_an_address_is_whole(address: str) -> None:
    assert "Write the whole e-mail address" in first_error(SignInForm(posted(email=address, password="x")), "email")


@pytest.mark.parametrize("text", ["nul\x00", "half \ud83d", "x" * 100_000])
def test_strange_input_at_the_door_is_refused_in_words(text: str) -> None:
    form = SignInForm(posted(email=text, password=text))
    assert not form.validate()
    assert form.email.errors
    assert form.password.errors
    form.email._value().encode("utf-8")


def test_an_invitation_is_taken_up_with_two_equal_passwords() -> None:
    def form(one: str, two: str) -> AcceptInvitationForm:
        return AcceptInvitationForm(posted(password=one, password_again=two), minimum=12, names=NAMES)

    assert form(GOOD, GOOD).validate()
    assert "differ" in first_error(form(GOOD, GOOD + "s"), "password_again")
    assert first_error(form(GOOD, ""), "password_again") == "Write the password a second time."
    assert "mostly a name" in first_error(form("ana.lopez-2026", "ana.lopez-2026"), "password")


def test_the_first_administrator_is_not_called_like_the_password() -> None:
    def form(password: str) -> FirstAdministratorForm:
        typed = posted(full_name="Max Keller", email="max@post.example", password=password, password_again=password)
        return FirstAdministratorForm(typed, minimum=12)

    assert form(GOOD).validate()
    assert "mostly a name" in first_error(form("keller-keller-77"), "password")


def test_a_changed_password_is_another_one() -> None:
    def form(now: str, new: str) -> ChangePasswordForm:
        typed = posted(current_password=now, password=new, password_again=new)
        return ChangePasswordForm(typed, minimum=12)

    assert form("the old one", GOOD).validate()
    assert "now" in first_error(form(GOOD, GOOD), "password")
    assert first_error(form("", GOOD), "current_password") == "Write your current password."


def test_staff_are_added_with_a_known_role() -> None:
    typed = {"full_name": "Cleo", "email": "cleo@post.example", "role": "counselor"}
    assert AddStaffForm(MultiDict(typed)).validate()
    assert "Choose one" in first_error(AddStaffForm(MultiDict({**typed, "role": "owner"})), "role")
    assert first_error(AddStaffForm(MultiDict({**typed, "role": ""})), "role") == "Choose what this person will do."
