"""The main job, once and whole, in a real browser: a couple is added, both answer on their phones, and the counselor hands over a
PDF that says what happened. Every page that opens is looked at (tests/browser.py)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from browser import Screen, Screens
from cast import Cast, Clock
from pypdf import PdfReader

pytestmark = pytest.mark.browser

PASSPHRASE = "four kettles and a violet door"
HEARD = "They told it once, from beginning to end, and stayed in the room."
CARED = "Sleep first: both named one evening habit that they will keep."


@pytest.fixture
def screens(cast: Cast) -> Iterator[Screens]:
    with Screens(cast.app) as opened:
        yield opened


@pytest.fixture
def cleo(screens: Screens) -> Screen:
    desk = screens.desk()
    desk.sign_in("cleo@practice.example")
    return desk


def test_from_a_new_couple_to_their_progress_report(screens: Screens, cleo: Screen, clock: Clock) -> None:
    add_couple(cleo)
    links = {name: hand_over_link(cleo, name) for name in ("Iris", "Jon")}
    phones = {name: take_up(screens, link) for name, link in links.items()}
    assign_module_one(cleo)
    answer(phones["Iris"], "What happened, in your words", "what_happened", "I found the letters in the desk.")
    answer(phones["Jon"], "What you did, in plain facts", "what_i_did", "I wrote to someone for a year and hid it.")
    clock.pass_by(minutes=10)
    review(cleo, "I found the letters in the desk.")
    write_and_sign(cleo)
    text = report_text(cleo)
    for expected in (HEARD, CARED, "Address the Betrayal", "Take Care of Yourself", "Iris Field", "Jon Field"):
        assert expected in text
    assert "I found the letters" not in text  # a private answer is in the record, not in the report


def test_a_joint_report_keeps_what_each_gave_in_private(screens: Screens, cleo: Screen, cast: Cast, clock: Clock) -> None:
    cleo.press("Ana & Ben", role="link")
    write_and_sign(cleo, together=False)
    text = report_text(cleo, audience="Both people together")
    assert HEARD not in text  # an individual session is that person's record
    assert "Ana" in text


def add_couple(cleo: Screen) -> None:
    cleo.follow("Add a case")
    page = cleo.page
    page.get_by_label("Spouses or partners").check()
    for part, name, side in (("first", "Iris", "Was hurt"), ("second", "Jon", "Was involved: it was their act")):
        inside = page.get_by_role("region", name=f"{part.capitalize()} person")
        inside.get_by_label("Full name").fill(f"{name} Field")
        inside.get_by_label(side, exact=True).check()
        inside.get_by_label("E-mail address").fill(f"{part}@home.example")
        inside.get_by_label("What this person calls the event").fill("what happened in spring")
        inside.get_by_label("This person is an adult").check()
    page.get_by_label("Limited secrets").check()
    cleo.press("Add the case")
    assert "Iris & Jon" in cleo.text


def hand_over_link(cleo: Screen, name: str) -> str:
    cleo.follow(f"Sign-in and link of {name}")
    cleo.press("Make a one-time link")
    found = re.search(r"/invitation/\S+", cleo.text)
    assert found, cleo.text
    cleo.open("/practice/")
    cleo.press("Iris & Jon", role="link")
    return found.group()


def take_up(screens: Screens, link: str) -> Screen:
    """The link, a password, then consent, the policy and the private check, each alone."""
    phone = screens.phone()
    phone.open(link)
    phone.page.get_by_label("Password", exact=True).fill(PASSPHRASE)
    phone.page.get_by_label("Password again").fill(PASSPHRASE)
    phone.press("Save and go on")
    for _ in range(2):
        with phone.page.expect_navigation():
            phone.page.locator("main a.to-do__item").first.click()
        phone.look()
        phone.page.get_by_label("Your full name").fill("A. Field")
        phone.page.get_by_label("I have read this and agree").check()
        phone.press("Sign and go on")
    if phone.path == "/my/":
        with phone.page.expect_navigation():
            phone.page.locator("main a.to-do__item").first.click()
    do_private_check(phone)
    return phone


def do_private_check(phone: Screen) -> None:
    begin(phone)
    while not phone.path.endswith("/check"):
        for group in phone.page.locator("fieldset.item__group").all():
            group.locator("label").first.click()
        with phone.page.expect_navigation():
            phone.page.locator("main button[value=next]:not(.visually-hidden)").click()
        phone.look()
    phone.press("Send to my counselor")
    assert "not watched around the clock" in phone.text


def begin(phone: Screen) -> None:
    phone.page.wait_for_load_state("load")
    phone.look()
    with phone.page.expect_navigation():
        phone.page.locator("main form button, main a.button").first.click()
    phone.page.wait_for_load_state("load")
    phone.look()


def assign_module_one(cleo: Screen) -> None:
    cleo.open("/practice/")
    cleo.press("Iris & Jon", role="link")
    cleo.follow("Assign homework")
    cleo.press("Address the Betrayal", role="link")
    for title in ("What happened, in your words", "What you did, in plain facts"):
        piece = cleo.page.get_by_role("region", name=title)
        for box in piece.get_by_role("checkbox").all():
            if not box.is_checked():
                box.check(force=True)
    cleo.press("Assign")
    assert "What happened, in your words" in cleo.text


def answer(phone: Screen, title: str, item: str, words: str) -> None:
    phone.open("/my/")
    phone.page.get_by_role("link", name=re.compile(f"^{title}")).click()
    begin(phone)
    assert "counselor see" in phone.text  # who will see it stands above the box
    phone.page.locator(f"textarea[name={item}]").fill(words)
    phone.page.get_by_text("Saved", exact=True).wait_for()
    while not phone.path.endswith("/check"):
        with phone.page.expect_navigation():
            phone.page.locator("main button[value=next]:not(.visually-hidden)").click()
        phone.look()
    assert words in phone.text
    phone.press("Send to my counselor")


def review(cleo: Screen, words: str) -> None:
    cleo.open("/practice/")
    assert "Iris" in cleo.text
    cleo.press("Iris & Jon", role="link")
    cleo.press("What happened, in your words", role="link")
    assert words in cleo.text
    cleo.press("Mark as reviewed")
    cleo.open("/practice/")
    cleo.press("Iris & Jon", role="link")


def write_and_sign(cleo: Screen, *, together: bool = True) -> None:
    page = cleo.page
    cleo.follow("Record a session")
    page.get_by_label("Date").fill("2026-03-02")
    page.get_by_label("Time").fill("09:30")
    page.get_by_label("Length in minutes").fill("50")
    page.get_by_label("In person").check(force=True)
    boxes = page.get_by_role("group", name="Who was there").get_by_role("checkbox").all()
    for number, box in enumerate(boxes):
        box.set_checked(together or number == 0, force=True)
    cleo.press("Record and begin the note")
    page.get_by_label("Subjective").fill("Both came tired and willing.")
    for module, words in (("Address the Betrayal", HEARD), ("Take Care of Yourself", CARED)):
        page.get_by_label("Add a stage").select_option(label=module)
        cleo.press("Add this stage")
        entry = page.get_by_role("region", name=module)
        entry.get_by_label("What was done").fill(words)
    cleo.press("Go to signing")
    cleo.press("Sign this note")
    assert "Signed" in cleo.text
    page.get_by_role("navigation").get_by_role("link", name=re.compile("&")).first.click()
    cleo.look()


def report_text(cleo: Screen, audience: str = "You, the counselor") -> str:
    cleo.follow("Make a report")
    cleo.page.get_by_label(audience).check(force=True)
    cleo.press("Make the PDF")
    with cleo.page.expect_download() as waiting:
        cleo.page.get_by_role("link", name="Download the PDF").click()
    assert waiting.value.suggested_filename == "document.pdf"
    data = waiting.value.path().read_bytes()
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split())


def test_what_is_typed_survives_a_closed_phone(screens: Screens, cast: Cast, clock: Clock) -> None:
    cast.assign("Ana", "hurt-account", by="Cleo")
    from clinic.db import db

    db.session.commit()
    phone = screens.phone()
    phone.sign_in("ana@home.example")
    phone.page.get_by_role("link", name=re.compile("^What happened")).click()
    begin(phone)
    where = phone.path
    phone.page.locator("textarea[name=what_happened]").fill("Half a sentence, and then")
    phone.page.get_by_text("Saved", exact=True).wait_for()
    phone.leave()
    assert phone.page.title() == "Kitchen measures"
    clock.pass_by(days=1)
    again = screens.phone()
    again.sign_in("ana@home.example")
    again.open(where)
    assert again.page.locator("textarea[name=what_happened]").input_value() == "Half a sentence, and then"


def test_the_clock_of_the_tests_is_the_clock_of_the_pages(cleo: Screen, clock: Clock) -> None:
    clock.at += timedelta(minutes=31)
    cleo.page.goto("/practice/")
    assert cleo.path == "/sign-in"
