"""Notes that something is waiting: to whom, when, and the fixed words.

Decides: who may be written to now. Must never say: a name, a module, a counselor, a practice, how far anyone is. Whether one
person is written to depends on that person's own rows alone. Nothing on record as safe: nothing is sent.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import smtplib
import ssl
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from clinic.models import Participant
from clinic.models.reminding import (
    LOOKING_AHEAD,
    is_stopped,
    login_of,
    newest_contact,
    newest_waiting,
    next_session,
    notes_made,
)

if TYPE_CHECKING:
    from clinic.config import Mail, Settings

SUBJECT = "A note for you"
SENDER_NAME = "Notes"
BODY = "Something is waiting for you.\n\n{start}\n\nTo get no more of these notes:\n{stop}\n"
CALL = "Please sign in.\n\n{start}\n"  # to a counselor, when something about safety came: no word of what or whom
TEXT_ID = "waiting-1"
DAY, WEEK = timedelta(days=1), timedelta(days=7)
WHOLE_LINES = SMTP.clone(max_line_length=998)  # a long link would be written in code words, which no mail program can press
Deliver = Callable[[EmailMessage], None]


# --- safe hours -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hours:
    """When a note may arrive: on these days of the week, from then until then, in the practice's zone."""

    days: frozenset[int]
    begins: time
    ends: time

    def hold(self, at: datetime, zone: ZoneInfo) -> bool:
        here = at.astimezone(zone)
        return here.weekday() in self.days and self.begins <= here.time() < self.ends


WEEKDAYS, WEEKEND, EVERY_DAY = frozenset(range(5)), frozenset({5, 6}), frozenset(range(7))
USUAL = Hours(WEEKDAYS, time(10), time(15))
NO_HOURS = Hours(frozenset(), time(0), time(0))
DAYS = {
    "weekdays": WEEKDAYS, "weekday": WEEKDAYS, "monday to friday": WEEKDAYS, "mon-fri": WEEKDAYS, "mon to fri": WEEKDAYS,
    "weekends": WEEKEND, "weekend": WEEKEND, "every day": EVERY_DAY, "daily": EVERY_DAY, "any day": EVERY_DAY, "": WEEKDAYS,
}  # fmt: skip
_HOUR = r"([0-9]{1,2})(?::([0-9]{2}))?\s*(am|pm)?"
_DAYS = "|".join(day for day in DAYS if day)
_WINDOW = re.compile(rf"({_DAYS})?,?\s*(?:from\s+|between\s+)?{_HOUR}\s*(?:to|-|\u2013|until|and)\s*{_HOUR}")
_LATE = re.compile(r"(?:never|not|no messages)\s+(?:in the|at|in)\s+(?:evenings?|nights?)")
_FORBIDS = re.compile(r"\b(never|not|no|none|only|except|but|don't|dont|unless|avoid)\b")
EVENING = time(17)


def hours_in(text: str) -> Hours:
    """The plain forms: days, from and to, and "never in the evening". Whatever else is said keeps to the middle of weekdays; and
    if it forbids something that is not understood, there is no safe hour at all."""
    parts = [part.strip(" .!").lower() for part in re.split(r"[.;]|,\s*(?=never|not)", text) if part.strip(" .!")]
    windows = [found for part in parts if (found := _WINDOW.fullmatch(part))]
    evenings = [part for part in parts if _LATE.fullmatch(part)]
    if len(windows) + len(evenings) < len(parts) or len(windows) != 1:
        return NO_HOURS if any(_FORBIDS.search(part) for part in parts if part not in evenings) else USUAL
    hours = _read(windows[0])
    if hours is None:
        return USUAL
    return Hours(hours.days, hours.begins, min(hours.ends, EVENING)) if evenings else hours


def _read(found: re.Match[str]) -> Hours | None:
    """"9 to 4" is until the afternoon; "1 to 3" is the afternoon; "8 to 10" could be either, so it is not understood, nor is what
    runs over midnight."""
    days, first, first_minute, first_half, last, last_minute, last_half = found.groups()
    begins, ends = _of_day(int(first), first_half), _of_day(int(last), last_half)
    if not first_half and not last_half and begins <= 12 and ends <= 12:
        if 5 <= begins <= 8 and begins < ends < 12:
            return None
        begins += 12 if begins < 5 else 0
    elif last_half == "pm" and not first_half and begins < int(last):
        begins += 12
    if ends <= begins and not last_half:
        ends += 12
    minutes = int(first_minute or 0), int(last_minute or 0)
    if not begins < ends <= 23 or max(minutes) > 59:
        return None
    return Hours(DAYS[days or ""], time(begins, minutes[0]), time(ends, minutes[1]))


def _of_day(hour: int, half: str | None) -> int:
    return hour % 12 + (12 if half == "pm" else 0) if half and hour <= 12 else hour


# --- who may be written to ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Way:
    """How a person may be written to; or why not, for the counselor. ``key`` names the occasion on which the counselor is told."""

    address: str = ""
    hours: Hours = NO_HOURS
    why_not: str = ""
    key: str = ""


def way_to(session: Session, person: Participant, settings: Settings, *, at: datetime) -> Way:
    contact = newest_contact(session, person.id)
    user = login_of(session, person)
    key = f"{person.id}:{contact.id if contact else 'none'}"
    if contact is None or "email" not in (contact.details.get("channels") or ()):
        return Way(why_not="E-mail is not recorded as safe for this person.", key=key)
    if at - contact.confirmed_at > timedelta(days=settings.reminders.ask_again_days):
        return Way(why_not="The safe contact has not been confirmed for a while.", key=f"{key}:old")
    hours = hours_in(str(contact.details.get("hours") or ""))
    if not hours.days:
        return Way(why_not="The safe hours cannot be read as days with a from and a to.", key=key)
    if user is None or not user.email or not user.is_active or not user.password_hash:
        return Way()  # nothing could be opened; the person's page says so
    return Way(user.email, hours)


def is_due(session: Session, person: Participant, settings: Settings, *, hours: Hours = USUAL, at: datetime) -> bool:
    """Something came since the last note, or still waits after a while, or a session of this person's is near; and this week's
    notes are not used up."""
    if is_stopped(session, person.id):
        return False
    made = notes_made(session, person.id)
    if sum(1 for one in made if at - one < WEEK) >= settings.reminders.most_per_week:
        return False
    newest = newest_waiting(session, person.id)
    again = timedelta(days=settings.reminders.again_after_days)
    if newest is not None and (not made or newest > made[0] or at - made[0] >= again):
        return True
    return _session_is_near(session, person, hours, made, zone=settings.practice.zone, at=at)


def _session_is_near(
    session: Session, person: Participant, hours: Hours, made: list[datetime], *, zone: ZoneInfo, at: datetime
) -> bool:
    """On the day before, or on an earlier one when that day has no safe hour; once for each. The note is the same as any other:
    it never says that it is about a session."""
    begins = next_session(session, person.id, at=at)
    if begins is None:
        return False
    last_day = (begins - timedelta(hours=hour) for hour in range(1, 25))
    ahead = DAY if any(hours.hold(moment, zone) for moment in last_day) else LOOKING_AHEAD
    return begins - at <= ahead and not any(one > begins - ahead for one in made)


def stop_token(secret: bytes, person_id: uuid.UUID) -> str:
    """Always the same for a person, so that the link in an old note still works."""
    return hmac.new(secret, person_id.bytes, hashlib.sha256).hexdigest()[:40]


# --- the letter -----------------------------------------------------------------------------------------------------------


def letter(address: str, *, sender: str, start: str, stop: str, at: datetime) -> EmailMessage:
    note = _envelope(address, sender=sender, at=at)
    note["List-Unsubscribe"] = f"<{stop}>"
    note["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    note.set_content(BODY.format(start=start, stop=stop))
    return note


def call(address: str, *, sender: str, start: str, at: datetime) -> EmailMessage:
    """To one of the staff. There is nothing to stop: it is their work."""
    note = _envelope(address, sender=sender, at=at)
    note.set_content(CALL.format(start=start))
    return note


def _envelope(address: str, *, sender: str, at: datetime) -> EmailMessage:
    note = EmailMessage(policy=WHOLE_LINES)
    note["From"] = f"{SENDER_NAME} <{sender}>"
    note["To"] = address
    note["Subject"] = SUBJECT
    note["Date"] = format_datetime(at)
    note["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])  # never this computer's name
    note["Auto-Submitted"] = "auto-generated"
    return note


class NotEncrypted(Exception):
    """The server offers no encryption, and the settings ask for it: nothing is said to it."""


def _encrypt(server: smtplib.SMTP) -> None:
    """The server's certificate is checked: without that, whoever stands in between could answer in its place."""
    server.ehlo()
    if not server.has_extn("starttls"):
        raise NotEncrypted("the mail server offers no encryption; see starttls under [mail]")
    server.starttls(context=ssl.create_default_context())


def by_smtp(mail: Mail) -> Deliver:
    def deliver(note: EmailMessage) -> None:
        with smtplib.SMTP(mail.host, mail.port, local_hostname="localhost", timeout=20) as server:
            if mail.starttls:
                _encrypt(server)
            if mail.user:
                server.login(mail.user, mail.password_file.read_text(encoding="utf-8").strip())
            server.send_message(note)

    return deliver
