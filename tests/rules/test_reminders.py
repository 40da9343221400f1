"""Notes that something is waiting: fixed words, safe ways, safe hours, few, one click to stop; none depends on the other person."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from cast import Browser, Cast
from sqlalchemy import select

from clinic.db import db
from clinic.jobs import Bench, tick, work
from clinic.models import Job, Message, Task
from clinic.models.opening import record_contact
from clinic.reminders import BODY, NO_HOURS, USUAL, hours_in

MORNING = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)  # a Tuesday, 10:00 in New York
# None of these may be in a note: names, modules, the practice, the product, the matter.
FORBIDDEN = re.compile(
    r"ana|ben|cleo|full-|test practice|kintsugi|clinic|counsel|therap|homework|worksheet|betray|affair|trust|heal|partner|module|"
    r"progress|session|due|late|overdue|account|password|appointment|health",
    re.IGNORECASE,
)


class Mailbox:
    """Every letter that left; ``breaks``: how many times the mail server is away."""

    def __init__(self, cast: Cast, **changes: Any) -> None:
        mail = cast.app.extensions["settings"].mail.model_copy(update={"enabled": True, "sender": "notes@mail.example"})
        settings = cast.app.extensions["settings"].model_copy(update={"mail": mail})
        self.letters: list[EmailMessage] = []
        self.breaks = 0
        self.bench = Bench(settings, cast.app.extensions["keyring"].derived("stop reminders"), cast.clock, self.deliver)

    def deliver(self, note: EmailMessage) -> None:
        if self.breaks:
            self.breaks -= 1
            raise ConnectionRefusedError
        self.letters.append(note)

    def round(self) -> int:
        before = len(self.letters)
        tick(self.bench)
        work(self.bench)
        return len(self.letters) - before

    def to(self, name: str) -> list[EmailMessage]:
        return [one for one in self.letters if one["To"] == f"{name.lower()}@home.example"]


@pytest.fixture
def mail(cast: Cast) -> Mailbox:
    cast.clock.at = MORNING
    return Mailbox(cast)


def give(cast: Cast, name: str, sheet: str = "daily-care") -> None:
    cast.assign(name, sheet, by="Cleo")
    db.session.commit()


def contact(cast: Cast, name: str, channels: list[str], hours: str = "weekdays 9 to 12") -> None:
    details = {"channels": channels, "hours": hours, "may_leave_message": False}
    record_contact(db.session(), cast.seat(name), details, by=cast.users["Cleo"], at=cast.clock())
    db.session.commit()


def test_a_note_has_the_fixed_words_and_nothing_else(cast: Cast, mail: Mailbox) -> None:
    give(cast, "Ana")
    assert mail.round() == 1
    note = mail.letters[0]
    stop = note["List-Unsubscribe"].strip("<>")
    assert note["To"] == "ana@home.example"
    assert note["Subject"] == "A note for you"
    assert note["From"] == "Notes <notes@mail.example>"
    assert note.get_content() == BODY.format(start="http://localhost/", stop=stop)
    assert re.fullmatch(r"http://localhost/stop/[0-9a-f]{40}", stop)
    words = note.as_string().replace("ana@home.example", "").replace(stop, "")
    assert not FORBIDDEN.search(words), FORBIDDEN.findall(words)


def test_the_same_thing_is_said_once_and_again_after_some_days(cast: Cast, mail: Mailbox) -> None:
    give(cast, "Ana")
    assert [mail.round(), mail.round()] == [1, 0]
    cast.clock.pass_by(days=1)
    assert mail.round() == 0
    cast.clock.pass_by(days=3)  # Saturday
    assert mail.round() == 0
    cast.clock.pass_by(days=2)
    assert mail.round() == 1


def test_no_more_than_three_in_a_week(cast: Cast, mail: Mailbox) -> None:
    sent = 0
    for sheet in ("daily-care", "hopes", "weekly-distress", "rough-hour-plan"):
        give(cast, "Ana", sheet)
        sent += mail.round()
        cast.clock.pass_by(days=1)
    assert sent == 3


def test_nothing_outside_the_safe_hours(cast: Cast, mail: Mailbox) -> None:
    give(cast, "Ana")
    for hours in range(24 * 6):
        cast.clock.at = datetime(2026, 3, 3, 17, 0, tzinfo=UTC) + timedelta(hours=hours)  # from Tuesday noon on
        if mail.round():
            break
    assert cast.clock() == datetime(2026, 3, 4, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "days", "begins", "ends"),
    [
        ("weekdays 9 to 12", 5, 9, 12),
        ("Weekdays from 9 to 4. Never in the evening.", 5, 9, 16),
        ("every day 8am-10pm", 7, 8, 22),
        ("9 to 21, never at night", 5, 9, 17),
        ("1 to 3", 5, 13, 15),
        ("8 to 10 pm", 5, 20, 22),
        ("weekends 9:00 until 11:00 am", 2, 9, 11),
    ],
)
def test_plain_hours_are_read(typed: str, days: int, begins: int, ends: int) -> None:
    hours = hours_in(typed)
    assert (len(hours.days), hours.begins.hour, hours.ends.hour) == (days, begins, ends)


@pytest.mark.parametrize("typed", ["", "whenever", "mornings", "8 to 10", "22 to 2", "after work", "99 to 3", "Never at night"])
def test_hours_that_are_not_understood_are_the_middle_of_weekdays(typed: str) -> None:
    assert hours_in(typed) == USUAL


@pytest.mark.parametrize("typed", ["Not on Tuesdays", "only when I write first", "9 to 4 but never on Friday", "avoid lunch"])
def test_hours_that_forbid_what_is_not_understood_are_none(typed: str) -> None:
    assert hours_in(typed) == NO_HOURS


@pytest.mark.parametrize("channels", [[], ["text", "call"]])
def test_without_a_safe_way_nothing_is_ever_sent_and_the_counselor_is_told_once(
    cast: Cast, mail: Mailbox, channels: list[str]
) -> None:
    contact(cast, "Ana", channels)
    give(cast, "Ana")
    for _ in range(10):
        assert mail.round() == 0
        cast.clock.pass_by(days=1)
    told = [task for task in db.session.scalars(select(Task)) if task.title == "No note can be sent"]
    assert [task.participant_id for task in told] == [cast.seats["Ana"]]


def test_a_safe_contact_that_was_not_confirmed_for_long_counts_no_more(cast: Cast, mail: Mailbox) -> None:
    cast.clock.pass_by(days=63)
    cast.app.extensions["settings"]
    give(cast, "Ana")
    assert mail.round() == 0
    contact(cast, "Ana", ["email"])
    assert mail.round() == 1


def test_a_note_that_waits_is_dropped_when_the_way_is_no_longer_safe(cast: Cast, mail: Mailbox) -> None:
    give(cast, "Ana")
    tick(mail.bench)
    contact(cast, "Ana", [])
    assert work(mail.bench) == 1
    assert not mail.letters
    assert db.session.scalars(select(Message)).one().dropped_at is not None


def test_a_mail_server_that_is_away_is_tried_again_later_and_the_note_comes_once(cast: Cast, mail: Mailbox) -> None:
    give(cast, "Ana")
    mail.breaks = 2
    assert mail.round() == 0
    job = db.session.scalars(select(Job).where(Job.name == "send_note")).one()
    assert (job.state, job.trouble, job.run_at - cast.clock()) == ("waiting", "ConnectionRefusedError", timedelta(minutes=2))
    cast.clock.pass_by(minutes=2)
    assert mail.round() == 0
    cast.clock.pass_by(minutes=4)
    assert mail.round() == 1
    cast.clock.pass_by(minutes=60)
    assert (mail.round(), len(mail.letters)) == (0, 1)


def test_a_worker_that_is_killed_while_sending_sends_nothing_twice(cast: Cast, mail: Mailbox) -> None:
    give(cast, "Ana")

    class Killed(BaseException):
        pass

    def die_after(note: EmailMessage) -> None:
        mail.letters.append(note)
        raise Killed

    tick(mail.bench)
    dying = Bench(mail.bench.settings, mail.bench.secret, cast.clock, die_after)
    with pytest.raises(Killed):
        work(dying)
    db.session.rollback()
    cast.clock.pass_by(minutes=6)
    assert work(mail.bench) == 1  # taken over, and found to be sent
    assert len(mail.letters) == 1


def test_notes_to_one_are_the_same_whatever_the_other_does(cast: Cast, mail: Mailbox) -> None:
    """Two couples at the same hours: Ana's other does nothing, Dot's is given things, is unreachable, and stops."""
    moments: dict[str, list[datetime]] = {"Ana": [], "Dot": []}
    give(cast, "Eli", "hopes")
    contact(cast, "Eli", [])
    for sheet in ("daily-care", "hopes", "", "", "", "weekly-distress"):
        for name in ("Ana", "Dot"):
            if sheet:
                give(cast, name, sheet)
        before = {name: len(mail.to(name)) for name in moments}
        mail.round()
        for name, count in before.items():
            moments[name] += [cast.clock()] * (len(mail.to(name)) - count)
        cast.clock.pass_by(days=1)
    assert moments["Ana"] == moments["Dot"] != []
    assert not mail.to("Eli")


def test_nothing_leaves_while_the_practice_has_not_turned_mail_on(cast: Cast, mail: Mailbox) -> None:
    give(cast, "Ana")
    off = Bench(cast.app.extensions["settings"], b"", cast.clock, mail.deliver)
    assert (tick(off), work(off), mail.letters) == (0, 0, [])


def test_one_click_stops_the_notes_and_looking_does_not(
    cast: Cast, mail: Mailbox, browser: Callable[[str], Browser]
) -> None:
    give(cast, "Ana")
    give(cast, "Ben")
    assert mail.round() == 2
    path = mail.to("Ana")[0]["List-Unsubscribe"].strip("<>").removeprefix("http://localhost")
    nobody = browser("")
    page = nobody.get(path)
    assert page.status_code == 200
    assert not FORBIDDEN.search(re.sub(r"<head>.*?</head>|<[^>]+>", "", page.get_data(as_text=True), flags=re.DOTALL))
    cast.clock.pass_by(days=7)
    assert mail.round() == 2  # looking stops nothing: mail programs look at links by themselves
    assert nobody.open(path, method="POST", data={"List-Unsubscribe": "One-Click"}).status_code == 200
    cast.clock.pass_by(days=7)
    assert mail.round() == 1
    assert len(mail.to("Ana")) == 2
    assert nobody.get("/stop/" + "0" * 40).status_code == 404
